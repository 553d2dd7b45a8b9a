// Search: pages of conversations, cases and callbacks that a filter lets pass, newest first.
//
// Ids grow with time, so that every list is in the order of its beginning, and what several lists
// have is merged by id. A cursor is the id that was looked at last.
#pragma once

#include "engine/tables.hpp"
#include "novelo/model/page.hpp"

namespace novelo {

Result<Page<ConversationRecord>> find(Tables& tables, const ConversationFilter& filter,
                                      const Part& part);
Result<Page<CaseRecord>> find(Tables& tables, const CaseFilter& filter, const Part& part);
Result<Page<Callback>> find(Tables& tables, const CallbackFilter& filter, const Part& part);

// What a Part may ask for.
Status check(const Part& part);
// The number that a cursor is; fails with `invalid`.
Result<std::uint64_t> number_of(const Cursor& cursor);

}  // namespace novelo
