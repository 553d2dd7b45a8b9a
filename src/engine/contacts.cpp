// Contacts: what the business knows of them, and who a shared number belongs to.
#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/bounds.hpp"
#include "engine/decide.hpp"

namespace novelo {

namespace {

bool contains(const std::vector<ContactId>& contacts, ContactId contact) {
  return std::find(contacts.begin(), contacts.end(), contact) != contacts.end();
}

// A number held by one contact and given to another becomes shared.
void share_identity(Turn& turn, ContactId contact, const Address& plain) {
  const std::string key = turn.tables.key(plain);
  const Identity* known = turn.tables.identities.find(key);
  if (known == nullptr || known->holder == contact) return;
  if (contains(known->members, contact)) return;
  turn.tables.identities.edit(key).members.push_back(contact);
  const std::string contact_key = turn.tables.key(contact);
  if (turn.tables.contacts.find(contact_key) == nullptr) return;
  turn.tables.contacts.edit(contact_key).identities.push_back(plain);
}

Error too_many(std::string reason, std::string message, std::string subject, std::string remedy) {
  return {ErrorCode::limit, std::move(reason), std::move(message), std::move(subject),
          std::move(remedy)};
}

// Whether a contact, none for a new one, has room for these addresses, and they for the contact.
Status check_room(Turn& turn, const ContactRecord& contact, const std::vector<Address>& plain) {
  const Limits& limits = turn.options.limits;
  std::set<Address> added;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const Identity* known = turn.tables.identities.find(turn.tables.key(plain[i]));
    const bool theirs =
        known != nullptr && (known->holder == contact.id || contains(known->members, contact.id));
    if (theirs || !added.insert(plain[i]).second) continue;
    if (contact.identities.size() + added.size() > limits.identities_per_contact) {
      return fail(too_many("too_many_addresses", "the contact has as many as it may have",
                           fmt::format("addresses[{}]", i), "give fewer"));
    }
    if (known != nullptr && known->members.size() + 1 >= limits.contacts_per_identity) {
      return fail(too_many("too_many_contacts", "as many as may share this address share it",
                           fmt::format("addresses[{}]", i), "leave it out: it tells nobody apart"));
    }
  }
  return {};
}

// What the conversation has begun for "one of them" is the contact's.
void name_contact(Turn& turn, const ConversationRecord& conversation, ContactId contact) {
  for (const InteractionId id : conversation.live) turn.edit(turn.get(id)).contact = contact;
  for (const CallbackId id : conversation.callbacks) turn.edit(turn.get(id)).contact = contact;
  for (const CaseId id : conversation.cases) {
    const CaseRecord matter = turn.get(id);
    if (matter.contact == conversation.contact) turn.edit(matter).contact = contact;
  }
  const std::string survey = turn.tables.key(conversation.survey);
  if (turn.tables.surveys.find(survey) == nullptr) return;
  turn.tables.surveys.edit(survey).contact = contact;
}

}  // namespace

Status decide(Turn& turn, const AgentName&, const UpsertContact& command) {
  if (command.addresses.empty()) {
    return fail({ErrorCode::invalid, "no_address", "a contact needs an address", "addresses",
                 "give at least one"});
  }
  std::vector<Address> plain;
  for (std::size_t i = 0; i < command.addresses.size(); ++i) {
    auto address = normalise(command.addresses[i], {});
    if (!address) {
      Error error = address.error();
      error.subject = fmt::format("addresses[{}]", i);
      return fail(std::move(error));
    }
    plain.push_back(std::move(*address));
  }
  const Identity* first = turn.tables.identities.find(turn.tables.key(plain.front()));
  const bool same_person = first != nullptr && [&] {
    const ContactRecord* holder = turn.tables.contacts.find(turn.tables.key(first->holder));
    return holder != nullptr &&
           (command.name.empty() || holder->name.empty() || holder->name == command.name);
  }();
  ContactRecord next;
  if (same_person) next = *turn.tables.contacts.find(turn.tables.key(first->holder));
  if (auto room = check_room(turn, next, plain); !room) return room;
  if (!command.name.empty()) next.name = command.name;
  if (!command.locale.empty()) next.locale = command.locale;
  for (const auto& [name, value] : command.attributes) next.attributes[name] = value;
  const Limits& limits = turn.options.limits;
  if (auto sized = check_size(next.attributes, "attributes", limits); !sized) return sized;
  if (!same_person) {
    next.id = turn.ids.take<ContactId>();
    next.created_at = turn.now;
  }
  const ContactId id = next.id;
  if (same_person) {
    turn.tables.contacts.put(turn.tables.key(id), std::move(next));
  } else {
    turn.tables.contacts.create(turn.tables.key(id), std::move(next));
  }
  for (const Address& address : plain) {
    if (!add_identity(turn, id, address, true)) share_identity(turn, id, address);
  }
  turn.outcome.contact = id;
  return {};
}

// S0.27: from now on it is known who it is; until then nobody was named.
Status decide(Turn& turn, const AgentName& actor, const ChooseContact& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  const ConversationRecord conversation = **found;
  if (turn.tables.contacts.find(turn.tables.key(command.contact)) == nullptr) {
    return fail(not_found("contact", command.contact.value()));
  }
  const std::string open_key = turn.tables.key(conversation.desk, command.contact);
  const bool live = conversation.status != ConversationStatus::closed;
  const Pointer* other = turn.tables.open_conversations.find(open_key);
  if (live && other != nullptr && other->id != conversation.id.value()) {
    return fail({ErrorCode::conflict, "other_conversation_open",
                 "this contact has an open conversation of their own",
                 fmt::format("conversation {}", other->id), "go on in that one"});
  }
  const ContactId before = conversation.contact;
  ConversationRecord& changed = turn.edit(conversation);
  changed.contact = command.contact;
  changed.candidates.clear();
  if (live) {
    turn.tables.open_conversations.erase(turn.tables.key(conversation.desk, before));
    turn.tables.open_conversations.put(open_key, {conversation.id.value()});
  }
  turn.tables.contact_conversations.erase(turn.tables.key(before, conversation.id));
  turn.tables.contact_conversations.put(turn.tables.key(command.contact, conversation.id),
                                        {conversation.id.value()});
  name_contact(turn, conversation, command.contact);
  turn.note_event(conversation.id, EventKind::contact_chosen,
                  {{"contact", id_value(command.contact)}}, turn.author(actor));
  turn.outcome.conversation = conversation.id;
  turn.outcome.contact = command.contact;
  return {};
}

}  // namespace novelo
