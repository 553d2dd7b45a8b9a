// Interactions: the live presences of a contact: begun, sent on their way, handed over, ended.
#pragma once

#include <optional>
#include <vector>

#include "engine/turn.hpp"

namespace novelo {

// Whether a conversation has as many live interactions as one record may name.
bool is_crowded(Turn& turn, ConversationId conversation);
// Begins an interaction in a conversation.
Interaction& begin_interaction(Turn& turn, ConversationId conversation,
                               const EntryPointConfig& entry_point, const Address& remote,
                               Direction direction);
// Sends a new interaction on its way: to its owner, into the entry point's flow, or to its queue;
// a stranger when it was asked who they are (look_ups.cpp). Fails with `busy` when there is no room
// for it; the input is to be refused then.
Status dispatch(Turn& turn, InteractionId interaction);
// Puts it into a queue. When it is in one it keeps its place, and the queue, the skills and the
// priority that the wish does not name.
struct QueueWish {
  QueueName queue;  // empty: the entry point's
  std::vector<SkillName> skills;
  int priority = 0;
  AgentName preferred;
  Preference preference = Preference::none;
  std::optional<Timestamp> until;
  std::optional<Timestamp> since = {};  // when its wait began; without it: when the interaction did
};
void enqueue(Turn& turn, InteractionId interaction, const QueueWish& wish);
// As `dispatch`, for one that has its room and is not asked about. The queue and the priority that
// are wished count where no flow greets the contact.
void send_on_its_way(Turn& turn, InteractionId interaction, const QueueWish& wish);
// Whose a contact who comes back is first: who was promised with the kept place, else the owner.
AgentName first_in_line(Turn& turn, const ConversationRecord& conversation);
// It is the agent's first, for as long as contacts of the desk wait for their owner.
QueueWish first_for(const Turn& turn, const AgentName& agent, const DeskName& desk);
// Since when the contact waits for an answer in writing; nothing when all is answered, or in a
// call.
std::optional<Timestamp> unanswered_since(Turn& turn, const Interaction& interaction);
// Whoever had it is not there any more: its owner's first. The contact keeps the place of the
// oldest message without an answer, and in a call that nobody has spoken in the one that it had;
// else the wait begins now.
void back_to_queue(Turn& turn, InteractionId interaction);
// What waits in a conversation is its owner's first, but for a contact who asked for another.
void prefer_owner(Turn& turn, ConversationId conversation);
// The entry that was just appended belongs to the live interaction at the entry point, and goes to
// whoever has it; where there is none it begins one. Fails as `dispatch` does.
Status take_in(Turn& turn, const EntryPointConfig& at, const Address& from, const Entry& entry);
// Gives the interaction's work to the router; it waits in any case. At the ceiling of different
// requirements that is without skills of its own, and for a queue that is not there in the entry
// point's; both are said.
void add_work(Turn& turn, const Interaction& interaction, WorkRecord work);
// Ends it: its flow, its work, its place among the live ones.
void end_interaction(Turn& turn, InteractionId interaction);

}  // namespace novelo
