#include "testing/labels.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace novelo::testing {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
         });
}

}  // namespace

std::string_view label_name(std::string_view text) {
  if (!text.starts_with('$') || !is_name(text.substr(1))) return {};
  return text.substr(1);
}

void Labels::bind(std::string_view name, std::string value) {
  values_.insert_or_assign(std::string(name), std::move(value));
}

Result<std::string> Labels::value_of(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  if (found != values_.end()) return found->second;
  std::string known;
  for (const auto& [each, value] : values_) known += (known.empty() ? "" : ", ") + each;
  return fail({ErrorCode::not_found, "unknown_label",
               fmt::format("The label \"{}\" is not bound yet.", name), std::string(name),
               known.empty() ? "No label is bound so far." : "Bound so far: " + known + "."});
}

Result<std::string> Labels::fill_text(std::string_view text) const {
  if (const std::string_view name = label_name(text); !name.empty()) return value_of(name);
  std::string out;
  while (true) {
    const std::size_t open = text.find("${");
    if (open == std::string_view::npos) return out.append(text);
    if (open > 0 && text[open - 1] == '$') {
      out.append(text.substr(0, open)).append("{");
      text.remove_prefix(open + 2);
      continue;
    }
    const std::size_t close = text.find('}', open);
    const std::string_view name = text.substr(open + 2, close - open - 2);
    if (close == std::string_view::npos || !is_name(name)) {
      return fail({ErrorCode::invalid, "bad_label",
                   "Behind \"${\" stands a label's name and \"}\".",
                   std::string(text.substr(open, 40)), "Write \"$${\" for a plain \"${\"."});
    }
    auto value = value_of(name);
    if (!value) return value;
    out.append(text.substr(0, open)).append(*value);
    text.remove_prefix(close + 1);
  }
}

Result<Value> Labels::fill(const Value& value) const {
  if (const auto* text = value.as_text()) {
    auto filled = fill_text(*text);
    if (!filled) return novelo::fail(filled.error());
    return Value(std::move(*filled));
  }
  if (const auto* list = value.as_list()) {
    Value::List out;
    for (const Value& item : *list) {
      auto filled = fill(item);
      if (!filled) return filled;
      out.push_back(std::move(*filled));
    }
    return Value(std::move(out));
  }
  if (const auto* map = value.as_map()) {
    Value::Map out;
    for (const auto& [key, item] : *map) {
      auto filled = fill(item);
      if (!filled) return filled;
      out.emplace(key, std::move(*filled));
    }
    return Value(std::move(out));
  }
  return value;
}

}  // namespace novelo::testing
