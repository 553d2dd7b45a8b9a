// Subset matching: what a journey says must be true, against what is.
//
//   object      each of its members must match; others do not matter
//   list        the same length, item by item
//   null        nothing is there: null, no such member, "", [] or {}
//   "*"         something is there           "~text"   a text that contains it
//   numbers     equal as numbers             times     equal as instants, whatever their offset
//   operators   {">": 3} {">=": 3} {"<": 3} {"<=": 3} {"not": x} {"any_of": [...]}
//               {"has": [...]} of a list, in any order   {"count": n}   {"matches": "regex"}
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/value.hpp"

namespace novelo::testing {

struct Comparison {
  std::vector<std::string> differences;  // "status: expected "open", there is "closed""
  std::size_t held = 0;                  // how much of it was as expected: who is nearest

  bool matches() const { return differences.empty(); }
};

void compare(const Value& expected, const Value& actual, const std::string& path,
             Comparison& comparison);
Comparison compare(const Value& expected, const Value& actual);

// An object that is an operator, and not one that describes another object.
bool is_operator(const Value& value);

// Compact JSON, shortened.
std::string shown(const Value& value, std::size_t longest = 240);

// The first group of a regular expression in a text, or all of the match where it has none; nothing
// when it does not match. An expression that is none is an error text.
struct Found {
  bool ok = false;
  std::string text;
  std::string error;
};
Found find_regex(const std::string& expression, const std::string& text);

}  // namespace novelo::testing
