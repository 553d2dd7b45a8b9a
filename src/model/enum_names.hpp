// The names of an enum's values as one table, read in both directions.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace novelo {

template <class Enum, std::size_t Size>
using EnumNames = std::array<std::pair<Enum, std::string_view>, Size>;

// "unknown" for a number that is no value of the enum, which only corrupt bytes can bring about.
template <class Enum, std::size_t Size>
constexpr std::string_view name_of(const EnumNames<Enum, Size>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "unknown";
}

template <class Enum, std::size_t Size>
constexpr std::optional<Enum> value_of(const EnumNames<Enum, Size>& names, std::string_view text) {
  for (const auto& [known, name] : names) {
    if (name == text) return known;
  }
  return std::nullopt;
}

}  // namespace novelo
