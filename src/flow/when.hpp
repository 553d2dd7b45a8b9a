// When: conditions (rules/condition.hpp) and what joins them.
//
//   {"path": "channels.sms"}                                  it is true
//   {"path": "contact.age", "op": "ge", "value": 18}
//   {"all": [..]}   {"any": [..]}   {"not": {..}}
#pragma once

#include <cstdint>
#include <vector>

#include "novelo/rules/condition.hpp"
#include "novelo/rules/template.hpp"

namespace novelo::flow {

struct When {
  enum class Kind : std::uint8_t { all, any, negate, is_true, test };
  Kind kind = Kind::all;  // of nothing: always true
  std::vector<When> parts;
  Condition test;  // is_true: only its path

  bool holds(const TextTemplate::Lookup& find) const;
};

}  // namespace novelo::flow
