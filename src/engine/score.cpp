#include "engine/score.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "flow/words.hpp"

namespace novelo {

namespace {

constexpr std::size_t most_words = 8;  // a longer text says something else

// What people write around a score. Any other word makes the text a message.
constexpr std::array<std::string_view, 64> beside{
    "nota",       "note",      "score",     "pontos",     "puntos",    "points",   "pontuacao",
    "puntuacion", "rating",    "dou",       "doy",        "give",      "minha",    "mi",
    "my",         "a",         "o",         "e",          "y",         "and",      "um",
    "uma",        "un",        "una",       "i",          "eu",        "obrigado", "obrigada",
    "obg",        "brigado",   "brigada",   "gracias",    "thanks",    "thank",    "you",
    "muito",      "muita",     "muchas",    "mucho",      "very",      "much",     "bom",
    "boa",        "bem",       "bueno",     "buena",      "good",      "great",    "otimo",
    "otima",      "excelente", "excellent", "perfeito",   "perfecto",  "parabens", "nao",
    "no",         "not",       "recomendo", "recomiendo", "recommend", "sim",      "si",
    "yes"};
constexpr std::array<std::string_view, 6> out_of{"de", "em", "en", "of", "sobre", "out"};

bool is_one_of(const auto& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "8,5" is on no scale of whole numbers.
bool has_fraction(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if ((text[i] == ',' || text[i] == '.') && digit(text[i - 1]) && digit(text[i + 1])) return true;
  }
  return false;
}

}  // namespace

std::optional<SaidNumbers> read_numbers(std::string_view text, std::string_view locale) {
  const flow::Phrase said = flow::fold(text);
  if (said.empty() || said.cut || said.words.size() > most_words || has_fraction(text)) {
    return std::nullopt;
  }
  const flow::Language language = flow::language_of(locale);
  SaidNumbers found;
  for (const std::string& word : said.words) {
    const bool article =
        word == "um" || word == "uma" || word == "un" || word == "una" || word == "one";
    const bool alone = said.words.size() == 1;
    const auto number = article && !alone ? std::nullopt : flow::read_number(word, language);
    if (number && !flow::is_ordinal(word, language)) {
      found.numbers.push_back(*number);
      continue;
    }
    const bool scale = !found.numbers.empty() && is_one_of(out_of, word);
    if (!scale && !is_one_of(beside, word)) return std::nullopt;
    found.plain = false;
  }
  if (found.numbers.empty() || found.numbers.size() > 2) return std::nullopt;
  if (found.numbers.size() == 2) found.plain = false;
  return found;
}

std::optional<int> score_on(const SaidNumbers& said, int low, int high) {
  const bool with_scale = said.numbers.size() == 2 && said.numbers.back() == high;
  if (said.numbers.size() != 1 && !with_scale) return std::nullopt;
  const int score = said.numbers.front();
  return score >= low && score <= high ? std::optional(score) : std::nullopt;
}

}  // namespace novelo
