// Listings: which conversations, cases and callbacks have a given owner, status or contact. Rows
// beside the records, whose keys end with the record's id: ids grow with time, so that a list is in
// the order of its beginning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/tables.hpp"

namespace novelo {

// Numbers are stored.
enum class Listing : std::uint8_t {
  conversation_owner = 1,   // owner, whether it is closed
  conversation_status = 2,  // of those that are not closed
  case_owner = 3,
  case_status = 4,  // type, status
  case_contact = 5,
  callback_agent = 6,  // whom it is promised by, whether it is over
  callback_open = 7,
  callback_contact = 8,
  unlisted_identity = 9,  // contact, address: theirs, beside a list of identities that is full
};

// The beginning of the keys of one list.
Key list_of_owner(const Tables& tables, const AgentName& owner, bool closed);
Key list_of_status(const Tables& tables, ConversationStatus status);
Key list_of_case_owner(const Tables& tables, const AgentName& owner);
Key list_of_case_status(const Tables& tables, const CaseTypeName& type,
                        const CaseStatusName& status);
Key list_of_case_contact(const Tables& tables, ContactId contact);
Key list_of_callback_agent(const Tables& tables, const AgentName& agent, bool over);
Key list_of_open_callbacks(const Tables& tables);
Key list_of_callback_contact(const Tables& tables, ContactId contact);
Key list_of_unlisted(const Tables& tables, ContactId contact);

// Brings the lists up to what the input that was just decided has changed.
void list_changes(Tables& tables);

}  // namespace novelo
