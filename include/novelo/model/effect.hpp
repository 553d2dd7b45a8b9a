// Effects: what the host must do, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/call.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/transport.hpp"

namespace novelo {

enum class EffectKind : std::uint8_t {
  send = 1,    // a message to a contact
  call = 2,    // a verb to the telephone system
  notify = 3,  // tell an agent something: `body` says what (docs/notifications.md)
  action = 4,  // look up or do something in another system (the same page); the answer comes in
               // the settlement
};
std::string_view to_string(EffectKind kind);

// What a person decides about a send that is held: nobody knows whether the provider has it.
enum class SendResolution : std::uint8_t {
  none = 0,
  send_again = 1,  // the same message under the same idempotency key
  was_sent = 2,    // the person has seen that it went out
  give_up = 3,     // it is shown as failed
};
std::string_view to_string(SendResolution resolution);
std::optional<SendResolution> parse_send_resolution(std::string_view text);

// An effect as the engine keeps it until it is settled.
struct Effect {
  EffectId id;
  EffectKind kind = EffectKind::notify;
  EntryPointName entry_point;  // send, call
  ConversationId conversation;
  InteractionId interaction;
  std::uint64_t entry = 0;  // send: the timeline entry that it carries
  AgentName agent;          // notify
  CaseId case_id;           // action
  Address to;               // send
  Content content;          // send
  CallVerb verb;            // call
  Value::Map body;          // notify, action
  Timestamp created_at{};
  std::uint32_t attempts = 0;           // that came back with "try again"
  std::optional<Timestamp> not_before;  // the next attempt
  std::optional<Timestamp> not_after;   // from then on it may not be sent any more
  bool maybe_done = false;              // an answer told nothing: it may have been carried out
  bool held = false;  // send: kept back, with its lane, until a person decides (ResolveSend)

  friend bool operator==(const Effect&, const Effect&) = default;
};

// An effect as the host gets it from `Engine::poll`.
//
// A lane: the sends of one conversation from one entry point, one unsettled at a time. Calls,
// notifications and actions have none.
struct Handout {
  EffectId id;
  EffectKind kind = EffectKind::notify;
  ConnectionName connection;                // send, call: whose secrets and transport
  std::optional<TransportRequest> request;  // send, call: ready to be sent
  AgentName agent;                          // notify
  Value::Map body;                          // notify, action
  std::uint32_t attempt = 1;                // 1 for the first; with the id it names a hand-out
  // True when the provider may have it already: an earlier run of this engine may have handed it
  // out, or its answer told nothing. It may know the idempotency key, or get it a second time.
  bool maybe_done = false;
  std::vector<std::string> warnings;  // what the channel could not show as it was meant
};

// What came of an effect.
struct Done {
  Value answer;  // action: what the other system said
};
struct Failed {
  std::string reason;   // a word
  std::string message;  // a sentence
  bool retry = false;   // a passing fault
};
// TransportReply: the provider's raw answer to a send or a call verb; its adapter reads it.
using Settlement = std::variant<TransportReply, Done, Failed>;

// Something worth showing now and not worth storing. docs/notifications.md lists them all.
struct Signal {
  std::string name;  // "message_status", "waiting", ...
  AgentName agent;   // for whom; empty: for everybody who looks
  ConversationId conversation;
  Value::Map body;

  friend bool operator==(const Signal&, const Signal&) = default;
};

}  // namespace novelo
