#include "novelo/rules/case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

namespace novelo {
namespace {

constexpr std::size_t longest_format = 64;   // bytes
constexpr std::size_t widest_sequence = 18;  // digits; every one fits in 64 bits

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_punctuation(char c) {
  constexpr std::string_view punctuation = " \t.-/";
  return punctuation.find(c) != std::string_view::npos;
}

tl::unexpected<Error> bad_format(std::size_t at, std::string message) {
  return fail({ErrorCode::invalid, "bad_format", std::move(message), fmt::format("byte {}", at),
               "Use literals, {yyyy}, {mm}, {dd}, {seq:N} once, and {check} after it."});
}

// The N of "seq:N", or nothing.
std::optional<std::size_t> sequence_width(std::string_view field) {
  constexpr std::string_view prefix = "seq:";
  if (!field.starts_with(prefix)) return std::nullopt;
  const std::string_view digits = field.substr(prefix.size());
  if (digits.empty() || digits.size() > 2 || digits[0] == '0' ||
      !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return std::nullopt;
  }
  std::size_t width = 0;
  for (const char c : digits) width = width * 10 + static_cast<std::size_t>(c - '0');
  if (width > widest_sequence) return std::nullopt;
  return width;
}

int check_digit(std::string_view text) {
  int sum = 0;
  int weight = 2;
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    if (!is_digit(*c)) continue;
    sum += weight * (*c - '0');
    weight = weight == 9 ? 2 : weight + 1;
  }
  const int rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

// A check digit of a CPF over the digits before it: weights fall to 2 (Receita Federal).
int cpf_digit(std::string_view before) {
  int sum = 0;
  int weight = static_cast<int>(before.size()) + 1;
  for (const char c : before) sum += weight-- * (c - '0');
  const int rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

}  // namespace

Result<ProtocolFormat> ProtocolFormat::compile(std::string_view format) {
  using Kind = Part::Kind;
  constexpr std::array<std::pair<std::string_view, Kind>, 4> fields = {
      {{"yyyy", Kind::year}, {"mm", Kind::month}, {"dd", Kind::day}, {"check", Kind::check}}};
  if (format.size() > longest_format) return bad_format(longest_format, "The format is too long.");
  ProtocolFormat compiled;
  for (std::size_t at = 0; at < format.size();) {
    const char c = format[at];
    if (is_control(c)) return bad_format(at, "A control character stands in the format.");
    if (c == '}') return bad_format(at, "This brace closes nothing.");
    if (c != '{') {
      const std::size_t end = std::min(format.find_first_of("{}", at), format.size());
      const std::string_view literal = format.substr(at, end - at);
      const auto control = std::find_if(literal.begin(), literal.end(), is_control);
      if (control != literal.end()) {
        return bad_format(at + static_cast<std::size_t>(control - literal.begin()),
                          "A control character stands in the format.");
      }
      compiled.parts_.push_back({Kind::literal, std::string(literal), 0});
      at = end;
      continue;
    }
    const std::size_t end = format.find('}', at);
    if (end == std::string_view::npos) return bad_format(at, "This brace is never closed.");
    const std::string_view field = format.substr(at + 1, end - at - 1);
    const auto known = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& entry) { return entry.first == field; });
    if (const std::optional<std::size_t> width = sequence_width(field)) {
      if (compiled.has(Kind::sequence)) return bad_format(at, "There is a second {seq:N}.");
      compiled.parts_.push_back({Kind::sequence, "", *width});
    } else if (known == fields.end()) {
      return bad_format(at, "There is no such field.");
    } else if (known->second == Kind::check && !compiled.has(Kind::sequence)) {
      return bad_format(at, "{check} stands before {seq:N}.");
    } else {
      compiled.parts_.push_back({known->second, "", 0});
    }
    at = end + 1;
  }
  if (!compiled.has(Kind::sequence)) return bad_format(format.size(), "There is no {seq:N}.");
  return compiled;
}

bool ProtocolFormat::has(Part::Kind kind) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const Part& part) { return part.kind == kind; });
}

std::string ProtocolFormat::number(std::uint64_t sequence, const LocalTime& local) const {
  if (parts_.empty()) return fmt::format("{}", sequence);
  std::string text;
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Part::Kind::literal: text += part.text; break;
      case Part::Kind::year: text += fmt::format("{:04}", local.year); break;
      case Part::Kind::month: text += fmt::format("{:02}", local.month); break;
      case Part::Kind::day: text += fmt::format("{:02}", local.day); break;
      case Part::Kind::sequence: text += fmt::format("{:0{}}", sequence, part.width); break;
      case Part::Kind::check: text += fmt::format("{}", check_digit(text)); break;
    }
  }
  return text;
}

std::string ProtocolFormat::period(const LocalTime& local) const {
  using Kind = Part::Kind;
  if (!has(Kind::year)) return "";
  if (!has(Kind::month) || !has(Kind::day)) return fmt::format("{:04}", local.year);
  return fmt::format("{:04}{:02}{:02}", local.year, local.month, local.day);
}

std::string plain_protocol(std::string_view typed) {
  std::string plain;
  std::copy_if(typed.begin(), typed.end(), std::back_inserter(plain),
               [](char c) { return !is_punctuation(c); });
  return plain;
}

Result<std::string> parse_cpf(std::string_view typed) {
  constexpr std::size_t length = 11;
  const auto bad = [](std::string message) {
    return fail({ErrorCode::invalid, "bad_cpf", std::move(message), "cpf",
                 "Ask for the eleven digits again, such as 529.982.247-25."});
  };
  const std::string digits = plain_protocol(typed);
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) {
    return bad("A CPF has digits, dots and a hyphen only.");
  }
  if (digits.size() != length) {
    return bad(fmt::format("A CPF has 11 digits, not {}.", digits.size()));
  }
  if (digits.find_first_not_of(digits[0]) == std::string::npos) {
    return bad("Eleven equal digits are no CPF.");
  }
  const std::string_view text = digits;
  if (cpf_digit(text.substr(0, 9)) != digits[9] - '0' ||
      cpf_digit(text.substr(0, 10)) != digits[10] - '0') {
    return bad("The check digits of the CPF do not hold.");
  }
  return digits;
}

}  // namespace novelo
