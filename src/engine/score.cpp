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

// "9/10", "9 de 10", "9 out of 10": the scale behind the score goes.
void drop_scale(std::vector<int>& numbers, int high) {
  if (numbers.size() == 2 && numbers.back() == high) numbers.pop_back();
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

std::optional<Score> read_score(std::string_view text, int low, int high, std::string_view locale) {
  const flow::Phrase said = flow::fold(text);
  if (said.empty() || said.cut || said.words.size() > most_words || has_fraction(text)) {
    return std::nullopt;
  }
  const flow::Language language = flow::language_of(locale);
  std::vector<int> numbers;
  bool plain = true;
  for (const std::string& word : said.words) {
    const bool article =
        word == "um" || word == "uma" || word == "un" || word == "una" || word == "one";
    const bool alone = said.words.size() == 1;
    const auto number = article && !alone ? std::nullopt : flow::read_number(word, language);
    if (number && !flow::is_ordinal(word, language)) {
      numbers.push_back(*number);
      continue;
    }
    const bool scale = !numbers.empty() && is_one_of(out_of, word);
    if (!scale && !is_one_of(beside, word)) return std::nullopt;
    plain = false;
  }
  if (numbers.size() == 2) plain = false;
  drop_scale(numbers, high);
  if (numbers.size() != 1 || numbers.front() < low || numbers.front() > high) return std::nullopt;
  return Score{numbers.front(), plain};
}

}  // namespace novelo
