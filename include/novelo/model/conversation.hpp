// Conversations: everything said and done with one contact in one episode, across every channel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/channel.hpp"

namespace novelo {

enum class ConversationStatus : std::uint8_t {
  pending = 1,  // a flow has it
  open = 2,     // people have it, or are to have it
  snoozed = 3,  // reserved: not used by the engine
  closed = 4,
};
std::string_view to_string(ConversationStatus status);
std::optional<ConversationStatus> parse_conversation_status(std::string_view text);

// How the contact was reached at one entry point; what a channel's window is counted from.
struct Reach {
  EntryPointName entry_point;
  Address address;  // exactly as the provider gave it: replies go here
  // Of the contact's last message (provider's time, at most the engine's), call or mail (the
  // engine's).
  std::optional<Timestamp> last_inbound;
  std::uint64_t last_mail = 0;  // the entry of the newest mail from this address; 0: none here
  // Since when a message to whoever serves the contact here has had no answer.
  std::optional<Timestamp> unanswered_since = {};

  friend bool operator==(const Reach&, const Reach&) = default;
};

// A place in the queue that waits for the contact to come back on another channel.
struct KeptPlace {
  Timestamp requested_at{};
  AgentName preferred;

  friend bool operator==(const KeptPlace&, const KeptPlace&) = default;
};

struct ConversationRecord {
  ConversationId id;
  DeskName desk;
  ContactId contact;
  std::vector<ContactId> candidates;  // a shared number: who it may be; nobody was chosen yet
  ConversationStatus status = ConversationStatus::open;
  AgentName owner;          // whose conversation it is; empty until somebody takes it
  ConversationId previous;  // the one before, when this one is linked to it
  // Sequence of the last entry; they run from `purged` + 1 without a gap.
  std::uint64_t entries = 0;
  std::uint64_t customer_entries = 0;  // the same for the customer's own view
  std::uint32_t closures = 0;
  Timestamp opened_at{};
  Timestamp last_activity{};
  std::optional<Timestamp> closed_at;
  std::vector<Reach> reaches;
  std::vector<InteractionId> live;  // interactions that have not ended, oldest first
  std::vector<CaseId> cases;
  std::vector<CallbackId> callbacks;  // open ones
  SurveyId survey;                    // sent for the closure that follows
  std::optional<KeptPlace> kept_place;
  // The interaction whose contact asked for another agent; whoever takes it becomes the owner.
  InteractionId passing_on;
  std::uint64_t purged = 0;  // entries up to this sequence are gone (Purge, EraseContact)

  friend bool operator==(const ConversationRecord&, const ConversationRecord&) = default;
};

// What was said at one closing.
struct Closure {
  ConversationId conversation;
  std::uint32_t number = 0;  // 1 for the first closing
  Timestamp at{};
  Author by;
  std::string qualification;  // the contact reason that was chosen; may be empty
  std::string description;
  std::string disposition;
  SurveyId survey;

  friend bool operator==(const Closure&, const Closure&) = default;
};

enum class InteractionState : std::uint8_t {
  arriving = 1,  // nothing was decided for it yet; somebody may be asked who it is
  in_flow = 2,
  waiting = 3,    // in a queue or offered
  connected = 4,  // with an agent
  dialling = 5,   // a call of ours that has not been answered
  ended = 6,
};
std::string_view to_string(InteractionState state);

}  // namespace novelo
