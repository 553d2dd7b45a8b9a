// Channel events: what an adapter makes of a provider's payload. Plain facts, no decisions.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/call.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/content.hpp"

namespace novelo {

// A message from a contact. `id` is the provider's, never empty (make a digest where there is
// none): a second one with the same id is a duplicate.
struct InboundMessage {
  std::string id;
  std::optional<Timestamp> at;  // the provider's time; empty where the payload has none
  Party from;
  std::string to;  // the business's address as the provider names it: finds the entry point
  Content content;
  std::vector<std::string> warnings = {};  // what was cut, guessed or left out, for people

  friend bool operator==(const InboundMessage&, const InboundMessage&) = default;
};

enum class DeliveryStatus : std::uint8_t {
  none = 0,
  pending = 1,   // committed, not yet taken by the provider
  accepted = 2,  // taken by the provider
  sent = 3,
  delivered = 4,
  read = 5,
  played = 6,
  failed = 7,
  withdrawn = 8,  // made obsolete before it was handed out
  refused = 9,    // not allowed any more when it was to be handed out
  held = 10,      // nobody knows whether the provider has it: a person decides
};
std::string_view to_string(DeliveryStatus status);
std::optional<DeliveryStatus> parse_delivery_status(std::string_view text);

// Why a provider did not take or deliver something; the class decides what happens next.
enum class SendErrorClass : std::uint8_t {
  none = 0,
  retry = 1,          // a passing fault
  throttled = 2,      // too fast; see retry_after
  permanent = 3,      // this message cannot be sent
  window_closed = 4,  // free text is not allowed now
  opted_out = 5,
  bad_address = 6,  // this recipient cannot be reached on this channel; a verb: the call is over
  bad_template = 7,
  authentication = 8,  // the connection's credentials do not work
};
std::string_view to_string(SendErrorClass error);

struct SendError {
  SendErrorClass error = SendErrorClass::none;
  std::string code;   // the provider's, as text
  std::string title;  // the provider's words

  friend bool operator==(const SendError&, const SendError&) = default;
};

// What became of an outbound message. Receipts come in any order, repeated, or never. One without
// `message_id` needs an `effect`.
struct Receipt {
  std::string message_id;  // the provider's id of the message
  EffectId effect;         // where the provider echoes it; none otherwise
  DeliveryStatus status = DeliveryStatus::none;
  std::optional<SendError> error;
  std::optional<Timestamp> at;
  std::string to;  // the business's address, where the payload names it

  friend bool operator==(const Receipt&, const Receipt&) = default;
};

// Something happened to a call. `id` makes it take effect once, as a message's does.
struct CallEvent {
  std::string id;
  CallEventKind kind = CallEventKind::incoming;
  std::string call;
  std::optional<Timestamp> at;
  Party from;                  // incoming: the caller; a `withheld` address when no number is shown
  std::string to;              // incoming: the number that was called
  std::string digits;          // digits
  std::string text;            // speech: the words; recorded: the transcript, when there is one
  std::optional<Media> media;  // recorded
  Duration length{};           // recorded
  int cause = 0;               // hung_up, bridge_failed: Q.850
  // The verb that this event answers, where known; an answer to an older verb counts for nothing.
  EffectId effect;
  std::vector<std::string> warnings = {};  // incoming, recorded: as those of a message

  friend bool operator==(const CallEvent&, const CallEvent&) = default;
};

// How a telephone is. `call`: on which call, by the telephone system's name; empty when none, or
// when it cannot tell.
struct Device {
  std::string device;
  DeviceState state = DeviceState::idle;
  std::string call;

  friend bool operator==(const Device&, const Device&) = default;
};

// A telephone has changed. An older one than what is known of it counts for nothing.
struct DeviceEvent {
  std::string id;
  std::optional<Timestamp> at;
  Device device;

  friend bool operator==(const DeviceEvent&, const DeviceEvent&) = default;
};

// One call of a report. `from` and `to` are those of its announcement: they are what a call is
// taken in by that was never announced, or whose announcement was lost.
struct LiveCall {
  std::string call;
  CallState state = CallState::ringing;
  std::optional<Timestamp> at;  // when it began
  Party from;
  std::string to;
  std::string device;  // bridging, talking, dialling
  EffectId doing;  // the play, gather or record under way; none: the contact hears nothing of us

  friend bool operator==(const LiveCall&, const LiveCall&) = default;
};

// All that is alive at a telephone system, as of one moment, after one side or the other has
// restarted or lost something. What is older than a report that was taken counts for nothing.
struct CallReport {
  std::string id;
  Timestamp at{};               // of that moment, by the telephone system's clock
  EffectId effect;              // the `report` verb that it answers; none when it was not asked for
  std::vector<LiveCall> calls;  // all of the connection's entry points; no call twice
  std::vector<Device> devices;  // those that are not named stay as they were

  friend bool operator==(const CallReport&, const CallReport&) = default;
};

// The telephone system has started and does not know what it has missed: it is asked for a report.
struct SystemStarted {
  std::string id;
  std::optional<Timestamp> at;

  friend bool operator==(const SystemStarted&, const SystemStarted&) = default;
};

// Understood as an event, but of a kind that this adapter cannot express. Kept, never dropped. `id`
// may not be empty.
struct UnsupportedEvent {
  std::string id;
  std::optional<Timestamp> at;
  Party from;
  std::string to;
  std::string what;  // the provider's name for it
  // Something that the contact said in a form of its own (an order, a poll): it is taken as a
  // message without words, and without anybody in `from` it is refused (`no_sender`). Otherwise it
  // is news about a message or the account (a reaction).
  bool said = false;

  friend bool operator==(const UnsupportedEvent&, const UnsupportedEvent&) = default;
};

using ChannelEvent = std::variant<InboundMessage, Receipt, CallEvent, UnsupportedEvent, DeviceEvent,
                                  CallReport, SystemStarted>;

}  // namespace novelo
