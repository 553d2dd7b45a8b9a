// Calls: what a telephone system tells the engine, and what the engine asks of it.
//
// A call is one connection between the telephone system and the contact, named by the telephone
// system's own id; for a call that the engine originates the engine gives the id
// ("novelo-<number>"). The agent's side of a bridge is a leg of the same call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/content.hpp"

namespace novelo {

enum class CallEventKind : std::uint8_t {
  incoming = 1,       // somebody calls an entry point
  answered = 2,       // the contact's side of an originated call was picked up
  digits = 3,         // keys pressed for a `gather`; empty when nothing came in time
  speech = 4,         // words recognised for a `gather`
  recorded = 5,       // a recording is finished: `media` names it
  played = 6,         // a prompt was played to its end
  bridged = 7,        // contact and agent are connected
  bridge_failed = 8,  // the agent's device did not answer
  hung_up = 9,        // the call ended; `cause` says why
};
std::string_view to_string(CallEventKind kind);
std::optional<CallEventKind> parse_call_event_kind(std::string_view text);

enum class CallVerbKind : std::uint8_t {
  answer = 1,
  play = 2,       // say or play; `loop` for music while waiting
  gather = 3,     // say, then collect digits or speech
  record = 4,     // say, then record the contact
  bridge = 5,     // ring the agent's device and connect it
  originate = 6,  // ring the agent's device, then call the contact
  hang_up = 7,
  report = 8,  // of no call: tell which calls are alive and how the devices are (CallReport)
};
std::string_view to_string(CallVerbKind kind);

// Where a live call stands, as the telephone system sees it.
enum class CallState : std::uint8_t {
  ringing = 1,   // somebody calls and nobody has picked up
  waiting = 2,   // picked up, alone with what the telephone system plays
  bridging = 3,  // a device is being rung for it
  talking = 4,   // connected with whoever is at the device
  dialling = 5,  // a call of ours: the contact has not picked up
};
std::string_view to_string(CallState state);
std::optional<CallState> parse_call_state(std::string_view text);

enum class DeviceState : std::uint8_t {
  idle = 1,
  busy = 2,         // on a call, of whatever kind, or ringing
  unreachable = 3,  // unplugged, not registered: it cannot be rung
};
std::string_view to_string(DeviceState state);
std::optional<DeviceState> parse_device_state(std::string_view text);

// One request to the telephone system.
struct CallVerb {
  CallVerbKind kind = CallVerbKind::answer;
  std::string call;
  std::string text;             // play, gather, record: spoken first
  std::string locale;           // the language it is spoken in
  std::vector<Option> options;  // gather: digits to press are the option's place, 1 to 9
  bool speech = false;          // gather: words are welcome too
  bool loop = false;            // play: until something else happens
  int max_digits = 1;           // gather
  Duration timeout{};           // gather: silence after the prompt; record: longest recording
  AgentName agent;              // bridge, originate
  std::string device;           // bridge, originate: what to ring for that agent
  std::string to;               // originate: the number to call, digits with country code
  std::string from;             // originate: the number to show

  friend bool operator==(const CallVerb&, const CallVerb&) = default;
};

// ITU-T Q.850 cause values, as far as decisions hang on them; any 1..127 may come.
namespace cause {
inline constexpr int normal_clearing = 16;
inline constexpr int user_busy = 17;
inline constexpr int no_user_responding = 18;
inline constexpr int no_answer = 19;
inline constexpr int call_rejected = 21;
inline constexpr int temporary_failure = 41;
}  // namespace cause

}  // namespace novelo
