#include "adapters/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace novelo {
namespace {

bool is_tail(unsigned char c) {
  return (c & 0xC0) == 0x80;
}

// The length of the scalar that starts at `bytes`, or 0 when it is none: overlong forms, surrogates
// and values above U+10FFFF are not scalars.
std::size_t scalar_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : static_cast<unsigned char>(0);
  };
  const unsigned char first = at(0);
  const unsigned char second = at(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(second) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return is_tail(second) && is_tail(at(2)) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool too_high = first == 0xF4 && second > 0x8F;
    const bool tails = is_tail(second) && is_tail(at(2)) && is_tail(at(3));
    return tails && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::optional<std::size_t> utf8_length(std::string_view bytes) {
  std::size_t count = 0;
  while (!bytes.empty()) {
    const std::size_t length = scalar_length(bytes);
    if (length == 0) return std::nullopt;
    bytes.remove_prefix(length);
    ++count;
  }
  return count;
}

std::string to_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = scalar_length(bytes);
    text += length == 0 ? std::string_view("\xEF\xBF\xBD") : bytes.substr(0, length);
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

Status check_text(std::string_view text, std::size_t most, std::string_view subject) {
  const std::optional<std::size_t> scalars = utf8_length(text);
  if (!scalars) {
    return fail({ErrorCode::invalid, "not_utf8", "The text is not UTF-8.", std::string(subject),
                 "Convert it to UTF-8 first."});
  }
  if (*scalars > most) {
    return fail({ErrorCode::limit, "text_too_long",
                 fmt::format("The text has {} characters; {} are possible.", *scalars, most),
                 std::string(subject), "Shorten it, or send it in parts."});
  }
  return {};
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

EffectId read_effect(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  if (!all_digits(text)) return {};
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? EffectId(value) : EffectId();
}

std::string write_effect(EffectId effect) {
  return fmt::format("{}", effect.value());
}

std::string with_numbered_options(std::string_view text, const std::vector<Option>& options) {
  std::string lines(text);
  for (std::size_t i = 0; i < options.size(); ++i) {
    lines += fmt::format("{}{}. {}", lines.empty() ? "" : "\n", i + 1, options[i].title);
  }
  return lines;
}

}  // namespace novelo
