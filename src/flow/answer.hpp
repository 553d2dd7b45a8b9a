// Answers: what an input says, and what it means to a question of each kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/definition.hpp"
#include "novelo/flow_engine.hpp"

namespace novelo::flow {

// An input in one shape, whatever it came as.
struct Said {
  enum class Kind : std::uint8_t { silence, digits, words };
  Kind kind = Kind::silence;
  std::string text;  // digits: the keys; words: clean text, of a voice message its transcript
  std::optional<Option> tapped;
  std::optional<Media> media;
  Duration length{};  // of a recording, when known
};
Said read_input(const FlowInput& input, std::size_t most_bytes);

struct Understood {
  enum class Kind : std::uint8_t { silence, no_match, unclear, answered };
  Kind kind = Kind::no_match;
  Value value;          // answered: what is saved
  std::string exit;     // answered: the exit of its own, or "next"
  std::string operand;  // answered: what may stand in reports; never free or personal text
  std::vector<std::string> may_be;  // unclear: titles of what was perhaps meant
};
Understood understand(const Ask& ask, const Said& said, const Locale& locale);
// `offered` is what the contact was shown; `at` the place of the locale in the flow.
Understood understand(const Choose& choose, const Said& said, const std::vector<Option>& offered,
                      const Locale& locale, std::size_t at);

// The two options of a yes-or-no question in a language, or none.
std::vector<Option> yes_no_options(Language language);

// A recording or a file as a variable, and back.
Value to_value(const Media& media, Duration length);
std::optional<Media> to_media(const Value& value);

// Each reads a whole message, in words as people type or say it; nothing when it is none.
std::optional<Value> parse_number(std::string_view text, const Locale& locale);
struct DateReading {
  std::string date;      // ISO, "2026-03-05"
  bool unclear = false;  // day and month could be exchanged
};
std::optional<DateReading> parse_date(std::string_view text, const Locale& locale);
std::optional<std::string> parse_email(std::string_view text);  // domain in lower case
// Digits with a leading '+' when it is in international form ("+351..." or "00351...").
std::optional<std::string> parse_phone(std::string_view text, const Locale& locale);

}  // namespace novelo::flow
