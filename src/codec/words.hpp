// The words of every enum of the model, made from its own `to_string`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "novelo/base/error.hpp"

namespace novelo::codec {

// Values and words in the order of their numbers. A number that is no value has the word "unknown";
// of the codes of an error that is one, and what is none has the word of `internal`, the last.
template <class Enum>
std::vector<std::pair<Enum, std::string_view>> make_words() {
  constexpr int last =
      std::is_same_v<Enum, ErrorCode> ? static_cast<int>(ErrorCode::internal) : 255;
  constexpr int first = std::is_same_v<Enum, ErrorCode> ? 1 : 0;
  std::vector<std::pair<Enum, std::string_view>> words;
  for (int number = first; number <= last; ++number) {
    const auto value = static_cast<Enum>(number);
    const std::string_view word = to_string(value);
    if (word != "unknown" || std::is_same_v<Enum, ErrorCode>) words.emplace_back(value, word);
  }
  return words;
}

template <class Enum>
const std::vector<std::pair<Enum, std::string_view>>& words_of() {
  static const auto words = make_words<Enum>();
  return words;
}

template <class Enum>
std::optional<Enum> word_of(std::string_view text) {
  for (const auto& [value, word] : words_of<Enum>()) {
    if (word == text) return value;
  }
  return std::nullopt;
}

template <class Enum>
std::string all_words() {
  std::string text;
  for (const auto& [value, word] : words_of<Enum>()) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace novelo::codec
