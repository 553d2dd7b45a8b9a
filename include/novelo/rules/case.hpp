// Case: protocol numbers and the CPF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/rules/calendar.hpp"

namespace novelo {

// How protocol numbers look: literals and the fields {yyyy} {mm} {dd} {seq:N} {check}, for instance
// "{yyyy}{mm}{dd}{seq:6}" or "346926{yyyy}{mm}{dd}{seq:6}" (the regulator's registry of a health
// plan first). {seq:N} stands exactly once and is at least N digits, with zeros in front; a
// sequence that outgrows N only makes the number longer. {check} is one digit over all digits
// before it, those of literals included: weights 2 to 9 from the right and over again, 11 less the
// sum modulo 11, and 0 for 10 and 11. Digits only, unless the format has other literals.
//
// Numbers with other sequences of one period, or of other periods, are always different.
class ProtocolFormat {
 public:
  // Fails with `invalid`, reason "bad_format", the subject naming the place in the text: "byte 7".
  // Refused are: unknown fields, single braces, no {seq:N} or more than one, N outside 1 to 18,
  // {check} before {seq:N}, control characters, more than 64 bytes.
  static Result<ProtocolFormat> compile(std::string_view format);
  // The plain sequence, without end.
  ProtocolFormat() = default;

  // The number with this sequence, issued at this local time.
  std::string number(std::uint64_t sequence, const LocalTime& local) const;
  // Within what a sequence runs: the day when year, month and day stand in the format ("20260312"),
  // else the year when it does ("2026"), else for ever (""). The engine keeps one counter for each
  // value of it, so that numbers never come again.
  std::string period(const LocalTime& local) const;

 private:
  struct Part {
    enum class Kind : std::uint8_t { literal, year, month, day, sequence, check };
    Kind kind = Kind::literal;
    std::string text;       // of a literal
    std::size_t width = 0;  // of the sequence
  };
  bool has(Part::Kind kind) const;

  std::vector<Part> parts_;
};

// What a person types when looking a number up: spaces, dots, hyphens and slashes are taken away.
// Numbers with such literals are to be compared in this form too.
std::string plain_protocol(std::string_view typed);

// The eleven digits of a valid CPF, dots, hyphens, slashes and spaces removed. Fails with
// `invalid`, reason "bad_cpf": other characters, another length, eleven equal digits (which pass
// the arithmetic), or check digits. A valid CPF need not exist.
Result<std::string> parse_cpf(std::string_view typed);

}  // namespace novelo
