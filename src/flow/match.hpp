// Which option of a menu somebody meant. Bounded work for any text: at most `most_menu_words` words
// are compared with the words of each option.
//
// From the surest to the least sure, and the surest that fits one option alone wins:
//   title    the whole message is the title           "Deixar mensagem"
//   alias    the whole message is an alias            "recado"
//   place    the whole message names a place          "2", "a segunda"
//   phrase   the message holds the title or an alias, and about as much again at most
//   words    every word of the message stands in it   "mensagem"
//   start    the same, a word begun (4 letters)       "mensa"
//   typo     the same, with small mistakes            "mensajem"
// Two options on the same rung, a negation beside a hit ("mensagem não"), or a number that
// contradicts the words ("1 mensagem") are unclear: the contact is asked.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "flow/words.hpp"

namespace novelo::flow {

inline constexpr std::size_t most_menu_words = 12;

// What an option is recognised by, prepared for one language.
struct Key {
  Phrase phrase;
  std::vector<std::string> content;  // its words without fillers; all of them if that leaves none
};
struct OptionKeys {
  Key title;
  std::vector<Key> aliases;
};
Key make_key(std::string_view text, Language language);

struct Match {
  enum class Kind : std::uint8_t { none, one, unclear };
  Kind kind = Kind::none;
  std::vector<std::size_t> options;  // one: the option; unclear: those that it may be; by place
};
// `options` are those shown, in order.
Match match_option(std::string_view said, Language language,
                   std::span<const OptionKeys* const> options);

}  // namespace novelo::flow
