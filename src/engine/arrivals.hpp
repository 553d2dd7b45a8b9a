// Arrivals: who is it, which conversation does it belong to, and who is to take it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/turn.hpp"
#include "novelo/rules/conversation.hpp"

namespace novelo {

// Whom an address stands for.
struct Recognised {
  ContactId contact;
  std::vector<ContactId> candidates;  // shared by several: nobody chosen
  bool created = false;
  std::vector<Address> unlisted = {};  // theirs from now on, beside a list that is full
};
Recognised recognise(Turn& turn, const Party& party, const EntryPointConfig& entry_point);
// Somebody whom nothing tells apart: a contact of their own, who is joined to nobody.
Recognised take_for_stranger(Turn& turn, const Party& party);

// The identities that an address in its plain form may be: the exact spelling alone when it is
// known, else what its variants name.
std::vector<Identity> identities_at(Tables& tables, const Address& plain);
// The holder of an address by any spelling; none when nobody or several.
ContactId holder_of(Turn& turn, const Address& address, const DialPlan& plan);
// Whoever answers from an address that several share is who was written to there.
void remember_written(Turn& turn, const EntryPointConfig& at, const Address& to,
                      ConversationId conversation);
// Gives an address to a contact unless somebody has it; false when it is another's.
bool add_identity(Turn& turn, ContactId contact, const Address& plain, bool verified);

// Shows on an entry what of it was cut, guessed or left out.
void keep_warnings(Entry& entry, const std::vector<std::string>& warnings);

// The desk's conversation for a contact: joined, reopened or new.
struct Placed {
  ConversationId conversation;
  Placement placement = Placement::fresh;
};
// True when the conversation is new, linked to another or not.
inline bool began(const Placed& placed) {
  return placed.placement == Placement::linked || placed.placement == Placement::fresh;
}
Placed place_contact(Turn& turn, const Recognised& who, const DeskConfig& desk);
// The contact's latest conversation at a desk, of any status, that is as wanted; null when there is
// none. The conversations looked at are bounded in number.
const ConversationRecord* latest_conversation(
    Turn& turn, ContactId contact, const DeskName& desk,
    const std::function<bool(const ConversationRecord&)>& wanted = {});
void reopen(Turn& turn, const ConversationRecord& conversation, Author by);

// A conversation named by a token in a text ("... #nv-<token>"), and the text without it.
struct JoinToken {
  ConversationId conversation;
  std::string rest;
};
JoinToken find_join_token(const Turn& turn, std::string_view text);
// What a link puts into the contact's first message.
std::string join_text(const Turn& turn, ConversationId conversation);

// How the contact is reached at an entry point, remembered with the time of the last message.
void remember_reach(Turn& turn, ConversationId conversation, const EntryPointName& entry_point,
                    const Address& address, std::optional<Timestamp> inbound_at);
// The newest mail from that address: what an answer refers to.
void remember_mail(Turn& turn, ConversationId conversation, const EntryPointName& entry_point,
                   std::uint64_t entry);
const Reach* find_reach(const ConversationRecord& conversation, const EntryPointName& entry_point);

// Whether a conversation has as many live interactions as one record may name.
bool is_crowded(Turn& turn, ConversationId conversation);
// Begins an interaction in a conversation.
Interaction& begin_interaction(Turn& turn, ConversationId conversation,
                               const EntryPointConfig& entry_point, const Address& remote,
                               Direction direction);
// Sends a new interaction on its way: to its owner, into the entry point's flow, or to its queue.
// Fails with `busy` when there is no room for it; the input is to be refused then.
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
// It is the agent's first, for as long as contacts of the desk wait for their owner.
QueueWish first_for(const Turn& turn, const AgentName& agent, const DeskName& desk);
// Whoever had it is not there any more: its owner's first, from now on.
void back_to_queue(Turn& turn, InteractionId interaction);
// What waits in a conversation is its owner's first, but for a contact who asked for another.
void prefer_owner(Turn& turn, ConversationId conversation);
// What the contact has just written goes to whoever has the interaction: a flow that waits for an
// answer, or an agent.
void hand_over(Turn& turn, const Interaction& interaction, const Entry& entry);
// A message of the contact's as an entry of a timeline.
Entry inbound_entry(const EntryPointConfig& at, const InboundMessage& message);
// When it was said: the provider's time, which may be wrong, but is never taken to be to come.
Timestamp said_at(const InboundMessage& message, Timestamp now);
// Shows that the contact goes on where they have not been in this conversation; `by` says what they
// are known by.
void tell_joined(Turn& turn, const Placed& placed, const EntryPointConfig& at, std::string_view by);
// The entry that was just appended belongs to the live interaction at the entry point, and goes to
// whoever has it; where there is none it begins one. Fails as `dispatch` does.
Status take_in(Turn& turn, const EntryPointConfig& at, const Address& from, const Entry& entry);
// The contact's live interaction at an entry point; null when there is none.
const Interaction* live_at(Turn& turn, ConversationId conversation,
                           const EntryPointName& entry_point);
// Gives the interaction's work to the router; it waits in any case. At the ceiling of different
// requirements that is without skills of its own, and for a queue that is not there in the entry
// point's; both are said.
void add_work(Turn& turn, const Interaction& interaction, WorkRecord work);
// Ends it: its flow, its work, its place among the live ones.
void end_interaction(Turn& turn, InteractionId interaction);

}  // namespace novelo
