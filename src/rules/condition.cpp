#include "novelo/rules/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <compare>

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<ConditionOp, 10> op_names{{{ConditionOp::eq, "eq"},
                                               {ConditionOp::ne, "ne"},
                                               {ConditionOp::lt, "lt"},
                                               {ConditionOp::le, "le"},
                                               {ConditionOp::gt, "gt"},
                                               {ConditionOp::ge, "ge"},
                                               {ConditionOp::in, "in"},
                                               {ConditionOp::contains, "contains"},
                                               {ConditionOp::exists, "exists"},
                                               {ConditionOp::missing, "missing"}}};

// Exact, where turning the whole number into a double would make neighbours equal.
std::partial_ordering order_of(std::int64_t whole, double real) {
  constexpr double two_to_63 = 9223372036854775808.0;
  if (std::isnan(real)) return std::partial_ordering::unordered;
  if (real >= two_to_63) return std::partial_ordering::less;
  if (real < -two_to_63) return std::partial_ordering::greater;
  const double cut = std::trunc(real);
  const auto other = static_cast<std::int64_t>(cut);
  if (whole != other) return whole <=> other;
  return 0.0 <=> real - cut;
}

std::partial_ordering reversed(std::partial_ordering order) {
  if (order == std::partial_ordering::less) return std::partial_ordering::greater;
  if (order == std::partial_ordering::greater) return std::partial_ordering::less;
  return order;
}

std::partial_ordering order_of(const Value& left, const Value& right) {
  const auto* whole = left.as_int();
  const auto* other_whole = right.as_int();
  const auto* real = left.as_double();
  const auto* other_real = right.as_double();
  if (whole != nullptr && other_whole != nullptr) return *whole <=> *other_whole;
  if (whole != nullptr && other_real != nullptr) return order_of(*whole, *other_real);
  if (real != nullptr && other_whole != nullptr) return reversed(order_of(*other_whole, *real));
  if (real != nullptr && other_real != nullptr) return *real <=> *other_real;
  const auto* text = left.as_text();
  const auto* other_text = right.as_text();
  if (text != nullptr && other_text != nullptr) return text->compare(*other_text) <=> 0;
  return std::partial_ordering::unordered;
}

bool equal(const Value& left, const Value& right) {
  return order_of(left, right) == 0 || left == right;
}

bool has_member(const Value& list, const Value& value) {
  const auto* items = list.as_list();
  return items != nullptr && std::any_of(items->begin(), items->end(),
                                         [&](const Value& item) { return equal(item, value); });
}

bool holds_part(const Value& whole, const Value& part) {
  const auto* text = whole.as_text();
  const auto* piece = part.as_text();
  if (text == nullptr || piece == nullptr) return has_member(whole, part);
  return text->find(*piece) != std::string::npos;
}

bool is_number_or_text(const Value& value) {
  return value.as_int() != nullptr || value.as_double() != nullptr || value.as_text() != nullptr;
}

bool is_scalar(const Value& value) {
  return is_number_or_text(value) || value.as_bool() != nullptr;
}

// What the test's value has to be, or "" when it is that.
std::string_view wanted(ConditionOp op, const Value& value) {
  switch (op) {
    case ConditionOp::eq:
    case ConditionOp::ne:
    case ConditionOp::contains: return is_scalar(value) ? "" : "a text, a number, true or false";
    case ConditionOp::lt:
    case ConditionOp::le:
    case ConditionOp::gt:
    case ConditionOp::ge: return is_number_or_text(value) ? "" : "a number or a text";
    case ConditionOp::in: {
      const auto* items = value.as_list();
      const bool good = items != nullptr && !items->empty() &&
                        std::all_of(items->begin(), items->end(), is_scalar);
      return good ? "" : "a list of texts, numbers, true or false";
    }
    case ConditionOp::exists:
    case ConditionOp::missing: return value.is_null() ? "" : "left out";
  }
  return "";
}

}  // namespace

std::string_view to_string(ConditionOp op) {
  return name_of(op_names, op);
}

std::optional<ConditionOp> parse_condition_op(std::string_view text) {
  return value_of(op_names, text);
}

bool takes_value(ConditionOp op) {
  return op != ConditionOp::exists && op != ConditionOp::missing;
}

bool is_variable_path(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  bool at_start = true;
  for (const char c : text) {
    const bool inside = is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (at_start ? !is_letter(c) : !inside) return false;
    at_start = c == '.';
  }
  return !at_start;
}

Status check(const Condition& condition) {
  if (!is_variable_path(condition.path)) {
    return fail({ErrorCode::invalid, "bad_path", "This is no path into the variables.", "path",
                 "Write parts of letters, digits, '_' and '-' joined by '.', such as "
                 "\"fields.kind\"."});
  }
  if (to_string(condition.op) == "unknown") {
    return fail({ErrorCode::invalid, "unknown_word", "There is no such test.", "op", ""});
  }
  const std::string_view want = wanted(condition.op, condition.value);
  if (!want.empty()) {
    return fail({ErrorCode::invalid, "bad_value",
                 fmt::format("The value of \"{}\" must be {}.", to_string(condition.op), want),
                 "value", ""});
  }
  return {};
}

bool holds(ConditionOp op, const Value& found, const Value& value) {
  switch (op) {
    case ConditionOp::eq: return equal(found, value);
    case ConditionOp::ne: return !equal(found, value);
    case ConditionOp::lt: return order_of(found, value) < 0;
    case ConditionOp::le: return order_of(found, value) <= 0;
    case ConditionOp::gt: return order_of(found, value) > 0;
    case ConditionOp::ge: return order_of(found, value) >= 0;
    case ConditionOp::in: return has_member(value, found);
    case ConditionOp::contains: return holds_part(found, value);
    case ConditionOp::exists: return !found.is_null();
    case ConditionOp::missing: return found.is_null();
  }
  return false;
}

bool holds(const Condition& condition, const Value& variables) {
  return holds(condition.op, variables.at_path(condition.path), condition.value);
}

}  // namespace novelo
