// Arrivals: who is it, which conversation does it belong to, and how is the contact reached there.
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
// Keeps on the contact's record that an address is theirs; beside it when its list is full.
void list_identity(Turn& turn, ContactId contact, const Address& plain);
// Nobody is behind this contact any more: whoever would lead to them is a stranger.
bool is_erased(Turn& turn, ContactId contact);
Status check_not_erased(Turn& turn, ContactId contact);

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
// A message at this entry point has waited for an answer since then; or everything has one.
void remember_unanswered(Turn& turn, ConversationId conversation, const EntryPointName& entry_point,
                         Timestamp since);
void remember_answered(Turn& turn, ConversationId conversation, const EntryPointName& entry_point);
const Reach* find_reach(const ConversationRecord& conversation, const EntryPointName& entry_point);
// When the contact last wrote from this very address; nothing when it was another one, or none
// (S0.29: a window is open for the address that wrote, alone).
std::optional<Timestamp> last_heard(const ConversationRecord& conversation,
                                    const EntryPointName& entry_point, const Address& address);

// A message of the contact's as an entry of a timeline.
Entry inbound_entry(const EntryPointConfig& at, const InboundMessage& message);
// When it was said: the provider's time, which may be wrong, but is never taken to be to come.
Timestamp said_at(const InboundMessage& message, Timestamp now);
// Shows that the contact goes on where they have not been in this conversation; `by` says what they
// are known by.
void tell_joined(Turn& turn, const Placed& placed, const EntryPointConfig& at, std::string_view by);

}  // namespace novelo
