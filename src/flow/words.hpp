// Words: what somebody typed or said, made comparable. Accents, case, width and punctuation fall
// away; what is left are words. Any bytes may come in; a broken byte separates words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace novelo::flow {

// The languages whose small words are known. In another one, digits, names and parts of names work.
enum class Language : std::uint8_t { none, pt, es, en };
Language language_of(std::string_view locale);

// No answer to a menu is longer; what follows is not read.
inline constexpr std::size_t most_folded_bytes = 1024;

struct Phrase {
  std::string text;                // the words, joined by one space
  std::vector<std::string> words;  // lower case, without accents
  bool cut = false;                // there was more than most_folded_bytes

  bool empty() const { return words.empty(); }
};
Phrase fold(std::string_view text);
Phrase join(std::vector<std::string> words);
// A whole message as global words are compared: folded, or as it is when that leaves nothing ("*").
std::string global_word(std::string_view text);

// "2", "2a", "2nd", "two", "second", "segunda"; 0 to 1,000,000.
std::optional<int> read_number(std::string_view word, Language language);
bool is_ordinal(std::string_view word, Language language);
bool is_last(std::string_view word, Language language);  // "last", "última"
bool is_digits(std::string_view word);                   // ASCII digits only

// The place in a list of `count` that a whole message names: "2", "opção 2", "tecla dois", "a
// segunda, por favor", "the last one". Places count from 1.
std::optional<int> read_place(const Phrase& said, Language language, std::size_t count);

// Words that say nothing about what is chosen: articles, "please", "I want".
bool is_filler(std::string_view word, Language language);
// A verb that leads to what is chosen, as the first of its forms: "mando", "manda" are "mandar".
// Some lead only with the next word: "mudar para". Empty: none.
std::string_view leading_verb(std::string_view word, std::string_view next, Language language);
// "não", "never", "sin": they turn an answer around.
bool is_negation(std::string_view word, Language language);

enum class YesNo : std::uint8_t { neither, yes, no, both };
YesNo read_yes_no(const Phrase& said, Language language);

// The month (1-12) by its name or the first three letters of it.
std::optional<unsigned> read_month(std::string_view word, Language language);

// At most this many edits make one word the other; an edit adds, drops or changes a letter, or
// swaps two neighbours. Words of fewer than 4 letters take none, up to 7 one, longer ones two.
bool is_typo_of(std::string_view typed, std::string_view word);

// Valid UTF-8 without control characters other than line breaks, trimmed: what may be stored.
std::string clean_text(std::string_view text, std::size_t most_bytes);
// The Unicode scalars of valid UTF-8.
std::size_t count_letters(std::string_view text);

}  // namespace novelo::flow
