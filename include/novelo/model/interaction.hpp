// Interactions: one live presence of the contact on one channel (a call, a chat, a mail to answer).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/call.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/conversation.hpp"

namespace novelo {

struct Interaction {
  InteractionId id;
  ConversationId conversation;
  ContactId contact;
  Channel channel = Channel::none;
  Direction direction = Direction::inbound;
  EntryPointName entry_point;
  Address remote;       // exactly as the provider gave it
  std::string dialled;  // voice: the number that was called
  std::string call;     // voice: the telephone system's id
  InteractionState state = InteractionState::arriving;
  AgentName agent;  // connected, dialling
  // voice: whose conversation it was until `agent` took it; set while the telephones are not joined
  std::optional<AgentName> owner_before;
  WorkId work;                        // its work at the router, while there is one
  SessionId session;                  // the flow that it walks, while there is one
  bool alternatives_offered = false;  // the waiting flow has run for this wait
  bool answered = false;              // voice: the line is open, so that it can be spoken to
  std::optional<CallVerbKind> asked;  // voice: the verb whose result is awaited
  std::optional<Timestamp> told_by;   // until when
  EffectId asked_with;                // the effect that carries the verb
  EffectId listening;                 // voice: the last gather or record, whose answer counts
  bool recording = false;             // it was a record, and its recording has not come
  std::string flow_outcome;           // of the flow that led it to its end; else empty
  CallbackId callback;                // the promise that this call keeps
  std::uint64_t entry = 0;            // the timeline entry of this call
  Timestamp started_at{};
  std::optional<Timestamp> connected_at;  // first spoken with a person
  std::optional<Timestamp> ended_at;
  int cause = 0;  // Q.850
  // voice: when its place was last changed, by news (the telephone system's time where it told one)
  // or by a verb, and the newest id then: a report from before it does not know of it.
  std::optional<Timestamp> changed_at;
  std::uint64_t changed_with = 0;
  // A business system is being asked who this is; until then the contact waits for the answer.
  EffectId looking_up;
  std::optional<Timestamp> look_up_until;

  friend bool operator==(const Interaction&, const Interaction&) = default;
};

}  // namespace novelo
