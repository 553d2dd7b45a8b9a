// Entries: the timeline of a conversation. Append-only, ordered, without gaps.
//
// Notes are not entries: they have a type and a table of their own, so that nothing which writes to
// a customer can take one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/event.hpp"

namespace novelo {

enum class EntryType : std::uint8_t { message = 1, call = 2, voicemail = 3, event = 4 };
std::string_view to_string(EntryType type);

// What an entry of type `event` says happened. Its `details` are named beside each.
enum class EventKind : std::uint8_t {
  none = 0,
  opened = 1,
  joined = 2,  // another channel joined: by ("number", "address", "token", "case", "contact")
  reopened = 3,
  linked = 4,  // a new conversation linked to one before: previous
  viewed = 5,
  queued = 6,                   // queue, preferred
  offered = 7,                  // agent, work
  offer_ended = 8,              // agent, end, work; "device_failed" with cause instead of work
  assigned = 9,                 // agent, work, waited_seconds
  reassigned = 10,              // from, to
  escalated = 11,               // reserved: not written
  closed = 12,                  // closure, qualification, disposition
  flow_started = 13,            // flow
  flow_recorded = 14,           // name, value
  flow_ended = 15,              // flow, end, outcome
  alternative_chosen = 16,      // choice
  callback_created = 17,        // callback, agent, number, recording, not_before, again
  callback_attempted = 18,      // callback, attempt, result, cause
  callback_ended = 19,          // callback, state, attempts
  case_opened = 20,             // case, protocol, type, status, follows
  case_status = 21,             // case, from, to, by ("mail", when nobody set it)
  case_fields = 22,             // case, fields: old and new; not_set: why not
  advised = 23,                 // the agent was told something by a rule: case, advice, text
  informed = 24,                // the contact was told something: case, what
  action_requested = 25,        // action; case, or address of a look-up
  action_done = 26,             // action, ok; when not: reason, subject; look-ups: known, late
  reply_linked = 27,            // case, entry, superseded, trust, final
  verification_requested = 28,  // case, agent
  verification_done = 29,       // case, override
  survey_sent = 30,             // survey, name
  survey_answered = 31,         // survey, name, score, counted
  identity_claimed = 32,        // address
  identity_shared = 33,         // candidates
  contact_chosen = 34,          // contact
  call_abandoned = 35,          // waited_seconds, agent when one's telephone was ringing
  send_failed = 36,             // entry, class, code
  unsupported = 37,             // what
  place_kept = 38,              // channel
  ceiling_reached = 39,         // which, address
  send_held = 40,               // entry, effect
  send_resolved = 41,           // entry, effect, resolution
  send_refused = 42,   // a message that the engine was to send by itself: reason, message, subject
  effect_failed = 43,  // what the host could not do: kind, what, reason; of a notification agent
  callback_late = 44,  // it should have been kept by now: callback, agent
  call_lost = 45,      // the telephone system does not have it any more: state, agent, cause
  call_restored = 46,  // it was found elsewhere than it was thought to be: from, to, agent
  look_up_late = 47,   // nobody said in time who it is; the contact goes on: action, waited_seconds
};
std::string_view to_string(EventKind kind);
std::optional<EventKind> parse_event_kind(std::string_view text);

struct Entry {
  ConversationId conversation;
  std::uint64_t sequence = 0;            // 1, 2, 3, ... in the conversation
  std::uint64_t customer_sequence = 0;   // its place in the customer's own view; 0: not in it
  std::uint64_t customer_entries = 0;    // entries of that view so far, this one included
  Timestamp at{};                        // the engine's time
  std::optional<Timestamp> provider_at;  // the provider's, as it gave it
  EntryType type = EntryType::event;
  Direction direction = Direction::internal;
  Author author;
  Channel channel = Channel::none;
  EntryPointName entry_point;
  InteractionId interaction;
  CaseId case_id;

  Content content;  // message, voicemail
  EventKind event = EventKind::none;
  // call: call, from, to, callback, reported (it was never announced), state ("ringing",
  // "dialling", "connected", "ended", "moved"), cause, seconds, talked_seconds; voicemail: seconds;
  // message: unsupported, or automatic (mail); event: beside each kind. Of what arrived only in
  // part `warnings`, a list of texts: what was cut, guessed or left out.
  Value::Map details;

  std::string provider_id;                       // message: the provider's id, once it is known
  DeliveryStatus status = DeliveryStatus::none;  // outbound message
  SendError error;                               // when it failed
  EffectId effect;                               // the effect that sends it

  friend bool operator==(const Entry&, const Entry&) = default;
};

// What staff and agents write to each other. No encoder takes one.
struct Note {
  NoteId id;
  ConversationId conversation;
  std::uint64_t after = 0;  // the entry it stands behind
  Timestamp at{};
  Author author;
  std::string text;

  friend bool operator==(const Note&, const Note&) = default;
};

}  // namespace novelo
