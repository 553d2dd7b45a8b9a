// The table of questions: each with its arguments as a field list, so that reading, answering and
// the schemas have one source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/json.hpp"
#include "codec/schema.hpp"
#include "novelo/query.hpp"

namespace novelo::json_form {

struct Question {
  std::string_view word;
  std::vector<std::string> needed;  // members that must be there
  Result<codec::Json> (*answer)(const Question& self, const Query& query, const codec::Json& json);
  codec::Json (*arguments)(const Question& self, codec::SchemaWriter& writer);
  codec::Json (*result)(codec::SchemaWriter& writer);
};

std::span<const Question> questions();

}  // namespace novelo::json_form
