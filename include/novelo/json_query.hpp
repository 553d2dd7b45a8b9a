// The read side as JSON: one question in, one answer out (docs/json.md lists them all).
//
//   {"ask": "conversation", "id": "12"}                            -> the conversation
//   {"ask": "timeline", "conversation": "12", "after": 0, "limit": 50}   -> {"items": [...]}
//
// A question goes by the name of Query's function (novelo/query.hpp), its members by the names of
// the arguments. A list's `limit` is 50 where none is given, and it begins at its beginning.
#pragma once

#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "novelo/base/result.hpp"
#include "novelo/query.hpp"

namespace novelo {

// Fails with `invalid` (`unknown_question` and what any reader refuses, with the path as subject),
// and with what Query says.
Result<nlohmann::json> answer(const Query& query, const nlohmann::json& question);

// The words that may stand in "ask", in the order of the page.
std::vector<std::string_view> question_words();

}  // namespace novelo
