#include "engine/listings.hpp"

#include <algorithm>
#include <vector>

namespace novelo {
namespace {

Key list(const Tables& tables, Listing listing) {
  Key key = tables.key();
  key.byte(static_cast<std::uint8_t>(listing));
  return key;
}

std::uint8_t flag(bool value) {
  return value ? 1 : 0;
}

using ListKeys = std::vector<std::string>;

void lists_of(const Tables& tables, const ConversationRecord& record, ListKeys& keys) {
  const bool closed = record.status == ConversationStatus::closed;
  keys.push_back(list_of_owner(tables, record.owner, closed).id(record.id));
  if (!closed) keys.push_back(list_of_status(tables, record.status).id(record.id));
}

void lists_of(const Tables& tables, const CaseRecord& record, ListKeys& keys) {
  keys.push_back(list_of_case_owner(tables, record.owner).id(record.id));
  keys.push_back(list_of_case_status(tables, record.type, record.status).id(record.id));
  keys.push_back(list_of_case_contact(tables, record.contact).id(record.id));
}

void lists_of(const Tables& tables, const Callback& record, ListKeys& keys) {
  const bool over = record.state != CallbackState::open;
  keys.push_back(list_of_callback_agent(tables, record.agent, over).id(record.id));
  if (!over) keys.push_back(list_of_open_callbacks(tables).id(record.id));
  keys.push_back(list_of_callback_contact(tables, record.contact).id(record.id));
}

bool same_lists(const ConversationRecord& one, const ConversationRecord& other) {
  return one.owner == other.owner && one.status == other.status;
}
bool same_lists(const CaseRecord& one, const CaseRecord& other) {
  return one.owner == other.owner && one.type == other.type && one.status == other.status &&
         one.contact == other.contact;
}
bool same_lists(const Callback& one, const Callback& other) {
  return one.agent == other.agent && one.state == other.state && one.contact == other.contact;
}

template <class Changed>
void list_changes_of(Tables& tables, const Changed& records) {
  records.each_changed([&tables](const auto* before, const auto* after) {
    if (before != nullptr && after != nullptr && same_lists(*before, *after)) return;
    ListKeys old_keys;
    ListKeys new_keys;
    if (before != nullptr) lists_of(tables, *before, old_keys);
    if (after != nullptr) lists_of(tables, *after, new_keys);
    const auto has = [](const ListKeys& keys, const std::string& key) {
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    for (const std::string& key : old_keys) {
      if (!has(new_keys, key)) tables.listings.erase(key);
    }
    for (const std::string& key : new_keys) {
      if (!has(old_keys, key)) tables.listings.create(key, {});
    }
  });
}

}  // namespace

Key list_of_owner(const Tables& tables, const AgentName& owner, bool closed) {
  return list(tables, Listing::conversation_owner).text(owner.text()).byte(flag(closed));
}
Key list_of_status(const Tables& tables, ConversationStatus status) {
  return list(tables, Listing::conversation_status).byte(static_cast<std::uint8_t>(status));
}
Key list_of_case_owner(const Tables& tables, const AgentName& owner) {
  return list(tables, Listing::case_owner).text(owner.text());
}
Key list_of_case_status(const Tables& tables, const CaseTypeName& type,
                        const CaseStatusName& status) {
  return list(tables, Listing::case_status).text(type.text()).text(status.text());
}
Key list_of_case_contact(const Tables& tables, ContactId contact) {
  return list(tables, Listing::case_contact).id(contact);
}
Key list_of_callback_agent(const Tables& tables, const AgentName& agent, bool over) {
  return list(tables, Listing::callback_agent).text(agent.text()).byte(flag(over));
}
Key list_of_open_callbacks(const Tables& tables) {
  return list(tables, Listing::callback_open);
}
Key list_of_callback_contact(const Tables& tables, ContactId contact) {
  return list(tables, Listing::callback_contact).id(contact);
}
Key list_of_unlisted(const Tables& tables, ContactId contact) {
  return list(tables, Listing::unlisted_identity).id(contact);
}

void list_changes(Tables& tables) {
  list_changes_of(tables, tables.conversations);
  list_changes_of(tables, tables.cases);
  list_changes_of(tables, tables.callbacks);
}

}  // namespace novelo
