// Condition: one structured test over the variables of the moment. It needs no script.
//
//   {"path": "fields.appointment_type", "op": "in", "value": ["exam", "surgery"]}
//   {"path": "contact.locale", "op": "missing"}
//
//   eq ne         the same, or not the same
//   lt le gt ge   in order: numbers by size, texts by their bytes (ISO dates and RFC 3339 times in
//                 UTC are in order then)
//   in            what stands at the path is one of the list `value`
//   contains      the list at the path has `value`, or the text at the path holds the text `value`
//   exists        something stands at the path, be it an empty text; it has no `value`
//   missing       nothing stands there; it has no `value`
//
// Whole numbers and fractions compare by size, exactly. Values of different kinds are never equal
// and in no order: every test between them is false, but `ne`, which is true.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "novelo/base/result.hpp"
#include "novelo/base/value.hpp"

namespace novelo {

enum class ConditionOp : std::uint8_t {
  eq = 1,
  ne = 2,
  lt = 3,
  le = 4,
  gt = 5,
  ge = 6,
  in = 7,
  contains = 8,
  exists = 9,
  missing = 10,
};
std::string_view to_string(ConditionOp op);
std::optional<ConditionOp> parse_condition_op(std::string_view text);

// Whether `op` wants a value beside it: all but `exists` and `missing`.
bool takes_value(ConditionOp op);

struct Condition {
  std::string path;  // into the variables: parts joined by '.', as in a TextTemplate
  ConditionOp op = ConditionOp::exists;
  Value value;

  friend bool operator==(const Condition&, const Condition&) = default;
};

// Fails with `invalid`, the subject being the member at fault ("path", "op", "value"): the path is
// malformed, or the value is none that this test can ever hold for (a list for `eq`, a text for
// `in`, a yes-or-no for `lt`).
Status check(const Condition& condition);

bool holds(const Condition& condition, const Value& variables);
// The test alone, for a host who found the value at the path by other means.
bool holds(ConditionOp op, const Value& found, const Value& value);

// Whether a text is a path: parts of letters, digits, '_' and '-' joined by '.'; no part begins
// with a digit or '-'.
bool is_variable_path(std::string_view text);

}  // namespace novelo
