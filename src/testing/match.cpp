#include "testing/match.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/base/time.hpp"
#include "novelo/json.hpp"

namespace novelo::testing {
namespace {

constexpr std::array<std::string_view, 9> operators{">",      ">=",  "<",     "<=",     "not",
                                                    "any_of", "has", "count", "matches"};

bool is_nothing(const Value& value) {
  if (const auto* text = value.as_text()) return text->empty();
  if (const auto* list = value.as_list()) return list->empty();
  if (const auto* map = value.as_map()) return map->empty();
  return value.is_null();
}

std::optional<double> number_of(const Value& value) {
  if (const auto* number = value.as_int()) return static_cast<double>(*number);
  if (const auto* number = value.as_double()) return *number;
  return std::nullopt;
}

bool same_scalar(const Value& expected, const Value& actual) {
  if (expected == actual) return true;
  const auto left = number_of(expected);
  const auto right = number_of(actual);
  if (left && right) return *left == *right;
  const auto* wanted = expected.as_text();
  const auto* there = actual.as_text();
  if (wanted == nullptr || there == nullptr) return false;
  const auto at = parse_timestamp(*wanted);
  const auto other = parse_timestamp(*there);
  return at && other && *at == *other;
}

void differ(const std::string& path, const std::string& expected, const Value& actual,
            Comparison& comparison) {
  comparison.differences.push_back(fmt::format("{}expected {}, there is {}",
                                               path.empty() ? path : path + ": ", expected,
                                               actual.is_null() ? "nothing" : shown(actual)));
}

void hold(bool held, const std::string& path, const std::string& expected, const Value& actual,
          Comparison& comparison) {
  if (held) {
    ++comparison.held;
  } else {
    differ(path, expected, actual, comparison);
  }
}

std::string text_of(const Value& value) {
  return value.to_text();
}

std::size_t size_of(const Value& value) {
  if (const auto* list = value.as_list()) return list->size();
  if (const auto* map = value.as_map()) return map->size();
  return is_nothing(value) ? 0 : 1;
}

bool holds_order(std::string_view op, const Value& wanted, const Value& actual) {
  const auto left = number_of(actual);
  const auto right = number_of(wanted);
  double order = 0;
  if (left && right) {
    order = *left - *right;
  } else {
    const auto at = parse_timestamp(text_of(actual));
    const auto other = parse_timestamp(text_of(wanted));
    if (!at || !other) return false;
    order = static_cast<double>((*at - *other).count());
  }
  if (op == ">") return order > 0;
  if (op == ">=") return order >= 0;
  if (op == "<") return order < 0;
  return order <= 0;
}

bool has_all(const Value& wanted, const Value& actual) {
  const auto* items = wanted.as_list();
  const auto* list = actual.as_list();
  if (items == nullptr || list == nullptr) return false;
  std::vector<bool> used(list->size(), false);
  for (const Value& item : *items) {
    bool found = false;
    for (std::size_t i = 0; i < list->size() && !found; ++i) {
      if (used[i] || !compare(item, (*list)[i]).matches()) continue;
      found = used[i] = true;
    }
    if (!found) return false;
  }
  return true;
}

bool holds(std::string_view op, const Value& wanted, const Value& actual) {
  if (op == "not") return !compare(wanted, actual).matches();
  if (op == "has") return has_all(wanted, actual);
  if (op == "count")
    return compare(wanted, Value(static_cast<std::int64_t>(size_of(actual)))).matches();
  if (op == "matches") return find_regex(text_of(wanted), text_of(actual)).ok;
  if (op != "any_of") return holds_order(op, wanted, actual);
  const auto* list = wanted.as_list();
  return list != nullptr && std::any_of(list->begin(), list->end(), [&](const Value& one) {
           return compare(one, actual).matches();
         });
}

void compare_operators(const Value::Map& expected, const Value& actual, const std::string& path,
                       Comparison& comparison) {
  for (const auto& [op, wanted] : expected) {
    // A label may have brought a text that is no expression.
    const std::string broken = op == "matches" ? find_regex(text_of(wanted), "").error : "";
    if (broken.empty()) {
      hold(holds(op, wanted, actual), path, fmt::format("{} {}", op, shown(wanted)), actual,
           comparison);
    } else {
      comparison.differences.push_back(fmt::format("{}{} is no regular expression: {}",
                                                   path.empty() ? path : path + ": ", shown(wanted),
                                                   broken));
    }
  }
}

void compare_text(const std::string& expected, const Value& actual, const std::string& path,
                  Comparison& comparison) {
  if (expected == "*") {
    return hold(!is_nothing(actual), path, "something", actual, comparison);
  }
  if (expected.size() > 1 && expected.front() == '~') {
    const std::string part = expected.substr(1);
    return hold(text_of(actual).find(part) != std::string::npos, path,
                fmt::format("a text with \"{}\"", part), actual, comparison);
  }
  hold(same_scalar(Value(expected), actual), path, shown(Value(expected)), actual, comparison);
}

void compare_map(const Value::Map& expected, const Value& actual, const std::string& path,
                 Comparison& comparison) {
  if (actual.as_map() == nullptr) {
    return hold(false, path, shown(Value(expected)), actual, comparison);
  }
  for (const auto& [key, value] : expected) {
    compare(value, actual[key], path.empty() ? key : path + "." + key, comparison);
  }
}

void compare_list(const Value::List& expected, const Value& actual, const std::string& path,
                  Comparison& comparison) {
  const auto* list = actual.as_list();
  if (list == nullptr || list->size() != expected.size()) {
    return hold(false, path,
                fmt::format("a list of {}: {}", expected.size(), shown(Value(expected))), actual,
                comparison);
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    compare(expected[i], (*list)[i], fmt::format("{}[{}]", path, i), comparison);
  }
}

}  // namespace

bool is_operator(const Value& value) {
  const auto* map = value.as_map();
  return map != nullptr && !map->empty() &&
         std::all_of(map->begin(), map->end(), [](const auto& member) {
           return std::find(operators.begin(), operators.end(), member.first) != operators.end();
         });
}

void compare(const Value& expected, const Value& actual, const std::string& path,
             Comparison& comparison) {
  if (expected.is_null()) return hold(is_nothing(actual), path, "nothing", actual, comparison);
  if (is_operator(expected)) return compare_operators(*expected.as_map(), actual, path, comparison);
  if (const auto* map = expected.as_map()) return compare_map(*map, actual, path, comparison);
  if (const auto* list = expected.as_list()) return compare_list(*list, actual, path, comparison);
  if (const auto* text = expected.as_text()) return compare_text(*text, actual, path, comparison);
  hold(same_scalar(expected, actual), path, shown(expected), actual, comparison);
}

Comparison compare(const Value& expected, const Value& actual) {
  Comparison comparison;
  compare(expected, actual, "", comparison);
  return comparison;
}

std::string shown(const Value& value, std::size_t longest) {
  std::string text = to_json(value).dump();
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

Found find_regex(const std::string& expression, const std::string& text) {
  // std::regex descends once for each character: a text is looked at as far as a stack allows.
  constexpr std::size_t longest = 20'000;
  const std::string part = text.substr(0, longest);
  try {
    const std::regex regex(expression, std::regex::ECMAScript);
    std::smatch found;
    if (!std::regex_search(part, found, regex)) return {false, "", ""};
    return {true, found.size() > 1 ? found[1].str() : found[0].str(), ""};
  } catch (const std::regex_error& error) {
    return {false, "", error.what()};
  }
}

}  // namespace novelo::testing
