// Contacts: what the business knows of them, and who a shared number belongs to.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/bounds.hpp"
#include "engine/contacts.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"
#include "engine/listings.hpp"
#include "flow/words.hpp"

namespace novelo {

bool uses(const Identity& identity, ContactId contact) {
  const std::vector<ContactId>& members = identity.members;
  return identity.holder == contact ||
         std::find(members.begin(), members.end(), contact) != members.end();
}

namespace {

// A number held by one contact and given to another becomes shared.
void share_identity(Turn& turn, ContactId contact, const Identity& identity) {
  if (uses(identity, contact)) return;
  turn.tables.identities.edit(turn.tables.key(identity.address)).members.push_back(contact);
  const std::string contact_key = turn.tables.key(contact);
  if (turn.tables.contacts.find(contact_key) == nullptr) return;
  turn.tables.contacts.edit(contact_key).identities.push_back(identity.address);
}

bool is_external(const Address& address) {
  return address.kind == AddressKind::external;
}

bool has_external(const std::vector<Address>& addresses) {
  return std::any_of(addresses.begin(), addresses.end(), is_external);
}

Error too_many(std::string reason, std::string message, std::string subject, std::string remedy) {
  return {ErrorCode::limit, std::move(reason), std::move(message), std::move(subject),
          std::move(remedy)};
}

// Whether a contact, none for a new one, has room for these addresses, and they for the contact.
Status check_addresses(Turn& turn, const ContactRecord& contact,
                       const std::vector<Address>& plain) {
  const Limits& limits = turn.options.limits;
  std::set<Address> added;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const std::vector<Identity> known = identities_at(turn.tables, plain[i]);
    if (is_external(plain[i]) && !known.empty() && known.front().holder != contact.id) {
      return fail({ErrorCode::conflict, "external_id_taken", "another contact has this id",
                   fmt::format("addresses[{}]", i), "give each contact an id of its own"});
    }
    const bool exact = known.size() == 1 && known.front().address == plain[i];
    if (exact && uses(known.front(), contact.id)) continue;
    if (known.empty()) added.insert(plain[i]);
    for (const Identity& identity : known) {
      added.insert(uses(identity, contact.id) ? plain[i] : identity.address);
      if (uses(identity, contact.id)) continue;
      if (identity.members.size() + 1 < limits.contacts_per_identity) continue;
      return fail(too_many("too_many_contacts", "as many as may share this address share it",
                           fmt::format("addresses[{}]", i), "leave it out: it tells nobody apart"));
    }
    if (contact.identities.size() + added.size() > limits.identities_per_contact) {
      return fail(too_many("too_many_addresses", "the contact has as many as it may have",
                           fmt::format("addresses[{}]", i), "give fewer"));
    }
  }
  return {};
}

// Whoever a stranger turned out to be may have turned out to be somebody else since.
ContactId who_it_is(Turn& turn, ContactId id) {
  constexpr int most_steps = 8;
  for (int step = 0; step < most_steps; ++step) {
    const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(id));
    if (contact == nullptr || !contact->known_as) break;
    id = contact->known_as;
  }
  return id;
}

// Two spellings of one person's name: what they are called by is the same, or not known.
bool may_be_one(const std::string& known, const std::string& given) {
  if (known.empty() || given.empty() || known == given) return true;
  const flow::Phrase left = flow::fold(known);
  const flow::Phrase right = flow::fold(given);
  return !left.empty() && !right.empty() && left.words.front() == right.words.front();
}

ContactId named_at(Turn& turn, const std::string& name, const Address& plain,
                   bool without_external) {
  for (const Identity& identity : identities_at(turn.tables, plain)) {
    std::vector<ContactId> users = identity.members;
    users.insert(users.begin(), identity.holder);
    for (const ContactId user : users) {
      const ContactRecord* known = turn.tables.contacts.find(turn.tables.key(user));
      if (known == nullptr || !may_be_one(known->name, name)) continue;
      if (!without_external || !has_external(known->identities)) return user;
    }
  }
  return {};
}

// Whom the command is about; none when it is nobody yet. An address is recognised in any spelling,
// as when the contact writes or calls.
ContactId known_as(Turn& turn, const UpsertContact& command, const std::vector<Address>& plain) {
  if (command.contact) return who_it_is(turn, command.contact);
  for (const Address& address : plain) {
    if (!is_external(address)) continue;
    const Identity* identity = turn.tables.identities.find(turn.tables.key(address));
    if (identity != nullptr) return identity->holder;
  }
  const auto first = std::find_if_not(plain.begin(), plain.end(), is_external);
  if (first == plain.end()) return {};
  return named_at(turn, command.name, *first, has_external(plain));
}

// What the conversation has begun for "one of them" is the contact's.
void name_contact(Turn& turn, const ConversationRecord& conversation, ContactId contact) {
  for (const InteractionId id : conversation.live) turn.edit(id).contact = contact;
  for (const CallbackId id : conversation.callbacks) turn.edit(id).contact = contact;
  for (const CaseId id : conversation.cases) {
    const CaseRecord matter = turn.get(id);
    // One that goes on in another conversation is of whom that is.
    const bool here = matter.conversation == conversation.id;
    if (here && matter.contact == conversation.contact) turn.edit(matter).contact = contact;
  }
  const std::string survey = turn.tables.key(conversation.survey);
  if (turn.tables.surveys.find(survey) == nullptr) return;
  turn.tables.surveys.edit(survey).contact = contact;
}

void move_work(Turn& turn, WorkId work, ConversationId into) {
  if (turn.router->work(work) != nullptr) turn.route(WorkMoved{work, into});
}

// A live interaction of one conversation goes on in another; a call is told there too.
void move_interaction(Turn& turn, InteractionId id, const ConversationRecord& into) {
  const Interaction before = turn.get(id);
  Interaction& moved = turn.edit(before);
  moved.conversation = into.id;
  moved.contact = into.contact;
  move_work(turn, before.work, into.id);
  turn.edit(into.id).live.push_back(id);
  turn.note_event(moved, EventKind::joined, {{"by", Value("contact")}});
  const std::string key = turn.tables.key(before.conversation, before.entry);
  if (before.entry == 0 || turn.tables.entries.find(key) == nullptr) return;
  Entry& left = turn.tables.entries.edit(key);
  Entry call = left;
  left.details["state"] = Value("moved");
  moved.entry = turn.append(into.id, std::move(call)).sequence;
}

// All that is live, promised and open goes on in the contact's own conversation.
void join_conversation(Turn& turn, ConversationId from, ConversationId to, Author by) {
  const ConversationRecord before = turn.get(from);
  const ConversationRecord into = turn.get(to);
  ConversationRecord& emptied = turn.edit(before);
  emptied.live.clear();
  emptied.callbacks.clear();
  for (const InteractionId id : before.live) move_interaction(turn, id, into);
  ConversationRecord& joined = turn.edit(into);
  for (const CallbackId id : before.callbacks) {
    const Callback callback = turn.get(id);
    turn.edit(callback).conversation = to;
    move_work(turn, callback.work, to);
    joined.callbacks.push_back(id);
  }
  for (const CaseId id : before.cases) {
    const CaseRecord matter = turn.get(id);
    if (matter.conversation == from) {
      turn.edit(matter).conversation = to;
      move_work(turn, matter.verification, to);
    }
    joined.cases.push_back(id);
  }
  for (const Reach& reach : before.reaches) {
    remember_reach(turn, to, reach.entry_point, reach.address, reach.last_inbound);
    if (!reach.unanswered_since) continue;
    const bool beside = std::any_of(into.live.begin(), into.live.end(), [&](InteractionId id) {
      return turn.get(id).entry_point == reach.entry_point;
    });
    // Of two chats at one entry point neither gets the other's place.
    remember_unanswered(turn, to, reach.entry_point, beside ? turn.now : *reach.unanswered_since);
  }
  close_conversation(turn, from, std::move(by), {}, {}, "joined");
  prefer_owner(turn, to);
}

// The conversation is the contact's from now on; where they have one that is open, it goes on
// there. Gives the one in which it goes on.
ConversationId give_conversation(Turn& turn, const ConversationRecord& conversation,
                                 ContactId contact, const Author& by) {
  const std::string open_key = turn.tables.key(conversation.desk, contact);
  const bool live = conversation.status != ConversationStatus::closed;
  const Pointer* other = turn.tables.open_conversations.find(open_key);
  const ConversationId own(live && other != nullptr ? other->id : 0);
  const bool joins = own && own != conversation.id;
  const ContactId before = conversation.contact;
  ConversationRecord& changed = turn.edit(conversation);
  changed.contact = contact;
  changed.candidates.clear();
  if (live && !joins) {
    turn.tables.open_conversations.erase(turn.tables.key(conversation.desk, before));
    turn.tables.open_conversations.put(open_key, {conversation.id.value()});
  }
  turn.tables.contact_conversations.erase(turn.tables.key(before, conversation.id));
  turn.tables.contact_conversations.put(turn.tables.key(contact, conversation.id),
                                        {conversation.id.value()});
  name_contact(turn, conversation, contact);
  turn.note_event(conversation.id, EventKind::contact_chosen, {{"contact", id_value(contact)}}, by);
  if (!joins) return conversation.id;
  turn.tables.open_conversations.erase(turn.tables.key(conversation.desk, before));
  join_conversation(turn, conversation.id, own, by);
  return own;
}

// Whoever stood for somebody unknown, and has nothing left that was theirs, is called nothing more.
void empty_stranger(Turn& turn, ContactId id) {
  const std::string key = turn.tables.key(id);
  const ContactRecord* stranger = turn.tables.contacts.find(key);
  if (stranger == nullptr || stranger->attributes.empty()) return;
  if (!stranger->name.empty() || !stranger->identities.empty()) return;
  const Key prefix = turn.tables.key().id(id);
  const auto left =
      turn.tables.contact_conversations.scan(prefix.bytes(), prefix.end(), 1, Order::ascending);
  if (left.empty()) turn.tables.contacts.edit(key).attributes.clear();
}

// The addresses that a contact uses beyond those that their record lists; they are listed no more.
std::vector<Address> take_unlisted(Turn& turn, ContactId contact) {
  constexpr std::size_t most = 256;
  const Key all = list_of_unlisted(turn.tables, contact);
  std::vector<Address> addresses;
  for (const auto& row :
       turn.tables.listings.scan(all.bytes(), all.end(), most, Order::ascending)) {
    const std::string key = turn.tables.key().bytes() + row.first.substr(all.bytes().size());
    const Identity* identity = turn.tables.identities.find(key);
    if (identity != nullptr) addresses.push_back(identity->address);
    turn.tables.listings.erase(row.first);
  }
  return addresses;
}

// It has turned out who was behind an unknown address: addresses and conversations are theirs.
void absorb(Turn& turn, ContactId nameless, ContactId into, const Author& by) {
  ContactRecord& known = turn.tables.contacts.edit(turn.tables.key(nameless));
  std::vector<Address> addresses = std::exchange(known.identities, {});
  known.known_as = into;
  for (Address& address : take_unlisted(turn, nameless)) addresses.push_back(std::move(address));
  for (const Address& address : addresses) {
    const std::string key = turn.tables.key(address);
    if (turn.tables.identities.find(key) == nullptr) continue;
    Identity& identity = turn.tables.identities.edit(key);
    std::erase(identity.members, nameless);
    const bool theirs = uses(identity, into);
    if (identity.holder == nameless) {
      identity.holder = into;
      std::erase(identity.members, into);
    } else if (!theirs) {
      identity.members.push_back(into);
    }
    list_identity(turn, into, address);
  }
  give_belongings(turn, nameless, by);
}

// The business says that this address is the contact's. Another spelling that somebody else has is
// the same line: they share it, unless it was somebody without a name. True when that is news.
bool give_address(Turn& turn, ContactId contact, const Address& plain, const Author& by) {
  bool news = false;
  for (const Identity& identity : identities_at(turn.tables, plain)) {
    if (identity.holder == contact || !is_stranger(turn, identity.holder)) continue;
    absorb(turn, identity.holder, contact, by);
    news = true;
  }
  const std::vector<Identity> known = identities_at(turn.tables, plain);
  const bool others = std::any_of(known.begin(), known.end(), [&](const Identity& identity) {
    return !uses(identity, contact);
  });
  if (others) {
    for (const Identity& identity : known) share_identity(turn, contact, identity);
    return true;
  }
  const bool exact =
      known.size() == 1 && turn.tables.key(known.front().address) == turn.tables.key(plain);
  if (exact && (known.front().verified || known.front().holder != contact)) return news;
  add_identity(turn, contact, plain, true);
  return true;
}

// The addresses of a command in their plain form.
Result<std::vector<Address>> plain_addresses(const std::vector<Address>& addresses) {
  std::vector<Address> plain;
  plain.reserve(addresses.size());
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    auto address = normalise(addresses[i], {});
    if (!address) {
      Error error = address.error();
      error.subject = fmt::format("addresses[{}]", i);
      return fail(std::move(error));
    }
    plain.push_back(std::move(*address));
  }
  return plain;
}

}  // namespace

ContactId known_as(Turn& turn, const UpsertContact& contact) {
  const auto plain = plain_addresses(contact.addresses);
  return plain ? known_as(turn, contact, *plain) : contact.contact;
}

void give_belongings(Turn& turn, ContactId nameless, const Author& by) {
  constexpr std::size_t most = 256;
  const ContactId into = who_it_is(turn, nameless);
  if (into == nameless) return;
  const Key conversations = turn.tables.key().id(nameless);
  const auto rows = turn.tables.contact_conversations.scan(
      conversations.bytes(), conversations.end(), most, Order::descending);
  for (const auto& [key, pointer] : rows) {
    give_conversation(turn, turn.get(ConversationId(pointer.id)), into, by);
  }
  const Key list = list_of_callback_contact(turn.tables, nameless);
  const auto calls = turn.tables.listings.scan(list.bytes(), list.end(), most, Order::descending);
  for (const auto& row : calls) turn.edit(CallbackId(last_number(row.first))).contact = into;
  if (rows.size() == most || calls.size() == most) {
    turn.arm(TimerKind::known_as, nameless.value(), turn.now);
  } else {
    empty_stranger(turn, nameless);
  }
}

bool is_stranger(Turn& turn, ContactId id) {
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(id));
  return contact != nullptr && contact->name.empty() && !contact->identities.empty() &&
         !has_external(contact->identities);
}

std::optional<Address> address_of(Turn& turn, ContactId id, AddressKind kind) {
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(id));
  if (contact == nullptr) return {};
  for (const Address& known : contact->identities) {
    if (known.kind == kind) return known;
  }
  return {};
}

namespace {

// What an upsert comes to; nothing has changed yet.
struct Prepared {
  std::vector<Address> plain;
  ContactId known;
  ContactRecord next;
};

Result<Prepared> prepare(Turn& turn, const UpsertContact& command) {
  if (command.contact && turn.tables.contacts.find(turn.tables.key(command.contact)) == nullptr) {
    return fail(not_found("contact", command.contact.value()));
  }
  const ContactId meant = who_it_is(turn, command.contact);
  if (auto there = check_not_erased(turn, meant); !there) return fail(there.error());
  if (command.addresses.empty() && !command.contact) {
    return fail({ErrorCode::invalid, "no_address", "a contact needs an address", "addresses",
                 "give at least one"});
  }
  auto plain = plain_addresses(command.addresses);
  if (!plain) return fail(plain.error());
  Prepared made;
  made.plain = std::move(*plain);
  made.known = known_as(turn, command, made.plain);
  if (made.known) made.next = *turn.tables.contacts.find(turn.tables.key(made.known));
  ContactRecord& next = made.next;
  if (auto room = check_addresses(turn, next, made.plain); !room) return fail(room.error());
  if (!command.name.empty()) next.name = command.name;
  if (!command.locale.empty()) next.locale = command.locale;
  for (const auto& [name, value] : command.attributes) next.attributes[name] = value;
  const Limits& limits = turn.options.limits;
  if (auto sized = check_size(next.attributes, "attributes", limits); !sized) {
    return fail(sized.error());
  }
  return made;
}

}  // namespace

Status check_upsert(Turn& turn, const UpsertContact& command) {
  const auto prepared = prepare(turn, command);
  return prepared ? Status() : fail(prepared.error());
}

Result<Upserted> upsert_contact(Turn& turn, const UpsertContact& command, const Author& by) {
  auto prepared = prepare(turn, command);
  if (!prepared) return fail(prepared.error());
  ContactRecord& next = prepared->next;
  Upserted done{prepared->known, Upserted::What::unchanged};
  if (!prepared->known) {
    next.id = turn.ids.take<ContactId>();
    next.created_at = turn.now;
    done = {next.id, Upserted::What::created};
    turn.tables.contacts.create(turn.tables.key(done.contact), std::move(next));
  } else if (next != *turn.tables.contacts.find(turn.tables.key(done.contact))) {
    done.what = Upserted::What::changed;
    turn.tables.contacts.put(turn.tables.key(done.contact), std::move(next));
  }
  for (const Address& address : prepared->plain) {
    const bool news = give_address(turn, done.contact, address, by);
    if (news && prepared->known) done.what = Upserted::What::changed;
  }
  return done;
}

Status decide(Turn& turn, const AgentName& actor, const UpsertContact& command) {
  const auto upserted = upsert_contact(turn, command, turn.author(actor));
  if (!upserted) return fail(upserted.error());
  turn.outcome.contact = upserted->contact;
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
  const ContactId chosen = who_it_is(turn, command.contact);
  if (auto there = check_not_erased(turn, chosen); !there) return there;
  const Author by = turn.author(actor);
  turn.outcome.contact = chosen;
  turn.outcome.conversation = give_conversation(turn, conversation, chosen, by);
  const ContactId before = conversation.contact;
  if (before != chosen && conversation.candidates.empty() && is_stranger(turn, before)) {
    absorb(turn, before, chosen, by);
  } else if (before != chosen) {
    empty_stranger(turn, before);
  }
  return {};
}

}  // namespace novelo
