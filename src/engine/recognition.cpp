// Who an address stands for.
#include <algorithm>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/listings.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

namespace {

Address plain_form(const Address& address, const DialPlan& plan) {
  auto plain = normalise(address, plan);
  return plain ? *plain : address;
}

ContactId create_contact(Turn& turn, const Party& party) {
  ContactRecord contact;
  contact.id = turn.ids.take<ContactId>();
  contact.created_at = turn.now;
  if (!party.display_name.empty()) {
    contact.attributes["display_name"] = Value(party.display_name);
  }
  const ContactId id = contact.id;
  turn.tables.contacts.create(turn.tables.key(id), std::move(contact));
  return id;
}

bool is_shared(const std::vector<Identity>& found) {
  return std::any_of(found.begin(), found.end(), [&](const Identity& identity) {
    return !identity.members.empty() || identity.holder != found.front().holder;
  });
}

std::string written_key(const Turn& turn, const EntryPointConfig& at, const Address& address) {
  return turn.tables.key(CorrelationKind::written, at.name.text(), to_string(address));
}

// Who of them the business wrote to last at this address, while that conversation is open.
ContactId written_to(Turn& turn, const std::vector<ContactId>& candidates, const Address& address,
                     const EntryPointConfig& at) {
  const Correlation* last = turn.tables.correlations.find(written_key(turn, at, address));
  if (last == nullptr) return {};
  const ConversationRecord conversation = turn.get(last->conversation);
  const bool one_of_them =
      std::find(candidates.begin(), candidates.end(), conversation.contact) != candidates.end();
  return one_of_them && conversation.status != ConversationStatus::closed ? conversation.contact
                                                                          : ContactId();
}

// Who of them was chosen in the conversation that is open with exactly this address, or was written
// to there. A chat goes on; whoever calls may be another each time.
ContactId chosen_before(Turn& turn, const Party& party, const std::vector<ContactId>& candidates,
                        const Address& plain, const EntryPointConfig& entry_point) {
  if (entry_point.channel == Channel::voice) return {};
  if (const ContactId written = written_to(turn, candidates, plain, entry_point)) return written;
  ContactId chosen;
  for (const ContactId candidate : candidates) {
    const Pointer* open =
        turn.tables.open_conversations.find(turn.tables.key(entry_point.desk, candidate));
    if (open == nullptr) continue;
    const ConversationRecord conversation = turn.get(ConversationId(open->id));
    const Reach* reach = find_reach(conversation, entry_point.name);
    if (reach == nullptr || reach->address != party.address) continue;
    if (chosen) return {};
    chosen = candidate;
  }
  return chosen;
}

// Several people behind one address: one unnamed contact stands for "one of them".
Recognised recognise_shared(Turn& turn, const Party& party, std::vector<Identity>& found,
                            const EntryPointConfig& entry_point) {
  Recognised who;
  for (const Identity& identity : found) {
    who.candidates.push_back(identity.holder);
    who.candidates.insert(who.candidates.end(), identity.members.begin(), identity.members.end());
  }
  std::sort(who.candidates.begin(), who.candidates.end());
  who.candidates.erase(std::unique(who.candidates.begin(), who.candidates.end()),
                       who.candidates.end());
  if (const ContactId chosen =
          chosen_before(turn, party, who.candidates, found.front().address, entry_point)) {
    return {chosen, {}, false};
  }
  const std::string key = turn.tables.key(found.front().address);
  if (found.front().unresolved && !is_erased(turn, found.front().unresolved)) {
    who.contact = found.front().unresolved;
  } else {
    who.contact = create_contact(turn, party);
    turn.tables.identities.edit(key).unresolved = who.contact;
    who.created = true;
  }
  return who;
}

}  // namespace

std::vector<Identity> identities_at(Tables& tables, const Address& plain) {
  if (const Identity* exact = tables.identities.find(tables.key(plain))) return {*exact};
  std::vector<Identity> found;
  for (const Address& spelling : variants(plain)) {
    const Identity* identity = tables.identities.find(tables.key(spelling));
    if (identity != nullptr) found.push_back(*identity);
  }
  return found;
}

ContactId holder_of(Turn& turn, const Address& address, const DialPlan& plan) {
  const std::vector<Identity> found = identities_at(turn.tables, plain_form(address, plan));
  ContactId holder;
  for (const Identity& identity : found) {
    if (!identity.members.empty()) return {};
    if (holder && holder != identity.holder) return {};
    holder = identity.holder;
  }
  return holder;
}

bool add_identity(Turn& turn, ContactId contact, const Address& plain, bool verified) {
  const std::string key = turn.tables.key(plain);
  if (const Identity* known = turn.tables.identities.find(key)) {
    if (known->holder != contact) return false;
    if (verified && !known->verified) turn.tables.identities.edit(key).verified = true;
    return true;
  }
  Identity identity;
  identity.address = plain;
  identity.holder = contact;
  identity.verified = verified;
  turn.tables.identities.put(key, std::move(identity));
  list_identity(turn, contact, plain);
  return true;
}

void list_identity(Turn& turn, ContactId contact, const Address& plain) {
  const std::string key = turn.tables.key(contact);
  const ContactRecord* known = turn.tables.contacts.find(key);
  if (known == nullptr) return;
  const auto& listed = known->identities;
  if (std::find(listed.begin(), listed.end(), plain) != listed.end()) return;
  if (listed.size() < turn.options.limits.identities_per_contact) {
    turn.tables.contacts.edit(key).identities.push_back(plain);
  } else {
    turn.tables.listings.put(list_of_unlisted(turn.tables, contact).address(plain), {});
  }
}

bool is_erased(Turn& turn, ContactId id) {
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(id));
  return contact != nullptr && contact->erased_at.has_value();
}

Status check_not_erased(Turn& turn, ContactId id) {
  if (!is_erased(turn, id)) return {};
  return fail(refused("erased", "the contact's personal data was erased: nobody is behind it",
                      fmt::format("contact {}", id.value()), "make a new contact"));
}

namespace {

// What a provider calls the contact besides.
void learn(Turn& turn, Recognised& who, const Address& plain) {
  const bool known = turn.tables.identities.find(turn.tables.key(plain)) != nullptr;
  add_identity(turn, who.contact, plain, false);
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(who.contact));
  if (known || contact == nullptr) return;
  const auto& listed = contact->identities;
  if (std::find(listed.begin(), listed.end(), plain) == listed.end()) who.unlisted.push_back(plain);
}

}  // namespace

void remember_written(Turn& turn, const EntryPointConfig& at, const Address& to,
                      ConversationId conversation) {
  const std::vector<Identity> found = identities_at(turn.tables, plain_form(to, at.dial_plan));
  if (!is_shared(found)) return;
  turn.tables.correlations.put(written_key(turn, at, found.front().address),
                               {conversation, 0, {}, {}, {}});
}

Recognised take_for_stranger(Turn& turn, const Party& party) {
  return {create_contact(turn, party), {}, true};
}

Recognised recognise(Turn& turn, const Party& party, const EntryPointConfig& entry_point) {
  Recognised who;
  if (party.address.kind == AddressKind::withheld || party.address.empty()) {
    return take_for_stranger(turn, party);
  }
  // A number that cannot be one is shown by thousands: it is nobody's, as a withheld one.
  const auto read = normalise(party.address, entry_point.dial_plan);
  const bool is_nobodys = !read && party.address.kind == AddressKind::phone;
  if (is_nobodys && party.aliases.empty()) return take_for_stranger(turn, party);
  const Address plain = read ? *read : party.address;
  std::vector<Identity> found = identities_at(turn.tables, plain);
  bool by_alias = false;
  for (const Address& alias : party.aliases) {
    if (!found.empty()) break;
    found = identities_at(turn.tables, plain_form(alias, entry_point.dial_plan));
    by_alias = !found.empty();
  }
  if (is_shared(found)) return recognise_shared(turn, party, found, entry_point);
  if (!found.empty()) {
    who.contact = found.front().holder;
  } else {
    who.contact = create_contact(turn, party);
    who.created = true;
    if (!is_nobodys) add_identity(turn, who.contact, plain, false);
  }
  if (by_alias && !is_nobodys) learn(turn, who, plain);
  for (const Address& alias : party.aliases) {
    learn(turn, who, plain_form(alias, entry_point.dial_plan));
  }
  return who;
}

}  // namespace novelo
