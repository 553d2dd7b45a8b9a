#include "flow/amount.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace novelo::flow {
namespace {

struct NumberWord {
  std::string_view word;
  std::int64_t number;
};
using NumberWords = std::span<const NumberWord>;

// What a word does in a number. `unit` ends a group of three digits, `ten` leaves room for a unit,
// `hundred` for both; `times_hundred` multiplies what stands before it, `scale` the whole group;
// `alone` takes no part in another number.
enum class Role : std::uint8_t { none, alone, digits, unit, ten, hundred, times_hundred, scale };
struct Part {
  Role role = Role::none;
  std::int64_t number = 0;
};

// Those that stand beside words that have units alone; the units are words.hpp's.
NumberWords tens(Language language) {
  static constexpr NumberWord pt[] = {{"vinte", 20},     {"trinta", 30},   {"quarenta", 40},
                                      {"cinquenta", 50}, {"sessenta", 60}, {"setenta", 70},
                                      {"oitenta", 80},   {"noventa", 90}};
  static constexpr NumberWord es[] = {{"veinte", 20},    {"treinta", 30}, {"cuarenta", 40},
                                      {"cincuenta", 50}, {"sesenta", 60}, {"setenta", 70},
                                      {"ochenta", 80},   {"noventa", 90}};
  static constexpr NumberWord en[] = {{"twenty", 20}, {"thirty", 30}, {"forty", 40},
                                      {"fifty", 50},  {"sixty", 60},  {"seventy", 70},
                                      {"eighty", 80}, {"ninety", 90}};
  return language == Language::pt   ? NumberWords(pt)
         : language == Language::es ? NumberWords(es)
                                    : NumberWords(en);
}

NumberWords hundreds(Language language) {
  static constexpr NumberWord pt[] = {
      {"cem", 100},        {"cento", 100},      {"duzentos", 200},     {"duzentas", 200},
      {"trezentos", 300},  {"trezentas", 300},  {"quatrocentos", 400}, {"quatrocentas", 400},
      {"quinhentos", 500}, {"quinhentas", 500}, {"seiscentos", 600},   {"seiscentas", 600},
      {"setecentos", 700}, {"setecentas", 700}, {"oitocentos", 800},   {"oitocentas", 800},
      {"novecentos", 900}, {"novecentas", 900}};
  static constexpr NumberWord es[] = {
      {"cien", 100},        {"ciento", 100},      {"doscientos", 200},    {"doscientas", 200},
      {"trescientos", 300}, {"trescientas", 300}, {"cuatrocientos", 400}, {"cuatrocientas", 400},
      {"quinientos", 500},  {"quinientas", 500},  {"seiscientos", 600},   {"seiscientas", 600},
      {"setecientos", 700}, {"setecientas", 700}, {"ochocientos", 800},   {"ochocientas", 800},
      {"novecientos", 900}, {"novecientas", 900}};
  return language == Language::pt   ? NumberWords(pt)
         : language == Language::es ? NumberWords(es)
                                    : NumberWords();
}

NumberWords scales(Language language) {
  static constexpr NumberWord pt[] = {{"mil", 1000}, {"milhao", 1'000'000}, {"milhoes", 1'000'000}};
  static constexpr NumberWord es[] = {
      {"mil", 1000}, {"millon", 1'000'000}, {"millones", 1'000'000}};
  static constexpr NumberWord en[] = {{"thousand", 1000}, {"million", 1'000'000}};
  return language == Language::pt   ? NumberWords(pt)
         : language == Language::es ? NumberWords(es)
                                    : NumberWords(en);
}

// One word each: veintiuno.
NumberWords twenties() {
  static constexpr NumberWord es[] = {{"veintiuno", 21},   {"veintiun", 21},   {"veintiuna", 21},
                                      {"veintidos", 22},   {"veintitres", 23}, {"veinticuatro", 24},
                                      {"veinticinco", 25}, {"veintiseis", 26}, {"veintisiete", 27},
                                      {"veintiocho", 28},  {"veintinueve", 29}};
  return es;
}

std::optional<std::int64_t> find(NumberWords words, std::string_view word) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const NumberWord& each) { return each.word == word; });
  return found == words.end() ? std::nullopt : std::optional(found->number);
}

template <std::size_t Size>
bool contains(const std::string_view (&words)[Size], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// With one of these a number means something else than it says.
bool changes_numbers(std::string_view word) {
  constexpr std::string_view known[] = {
      "menos",  "minus",    "negativo", "negative", "virgula",  "coma",      "ponto",
      "punto",  "point",    "comma",    "meio",     "medio",    "media",     "half",
      "metade", "mitad",    "duzia",    "duzias",   "docena",   "docenas",   "dozen",
      "dozens", "dezena",   "dezenas",  "decena",   "decenas",  "centena",   "centenas",
      "milhar", "milhares", "millar",   "millares", "hundreds", "thousands", "millions",
      "bilhao", "bilhoes",  "billion",  "billions", "billon",   "billones",  "pico"};
  return contains(known, word);
}

bool joins(std::string_view word, Language language) {
  switch (language) {
    case Language::pt: return word == "e";
    case Language::es: return word == "y";
    case Language::en: return word == "and";
    case Language::none: return false;
  }
  return false;
}

Part part_of(std::string_view word, Language language) {
  const std::optional<int> small = read_number(word, language);
  if (is_digits(word)) {
    if (!small) return {};
    return {*small < 1000 ? Role::digits : Role::alone, *small};
  }
  if (language == Language::none) return small ? Part{Role::alone, *small} : Part{};
  if (const auto number = find(tens(language), word)) return {Role::ten, *number};
  if (const auto number = find(hundreds(language), word)) return {Role::hundred, *number};
  if (const auto number = find(scales(language), word)) return {Role::scale, *number};
  if (language == Language::es) {
    if (const auto number = find(twenties(), word)) return {Role::unit, *number};
  }
  if (language == Language::en && word == "hundred") return {Role::times_hundred, 100};
  if (!small) return {};
  // "meia" is six where digits are read out, and half elsewhere.
  const bool alone = *small == 0 || word == "meia" || is_ordinal(word, language);
  return {alone ? Role::alone : Role::unit, *small};
}

// A number as it grows, word by word.
class Composition {
 public:
  explicit Composition(Language language) : language_(language) {}

  // False when the word cannot go on with what stands there. `joined`: an "and" stands before it.
  bool take(const Part& part, bool joined) {
    if (!may_join(part, joined)) return false;
    switch (part.role) {
      case Role::none: return false;
      case Role::alone: return begin_only(part.number);
      case Role::digits: return fresh() && add(part.number, 0);
      case Role::unit: return part.number < room_ && add(part.number, 0);
      case Role::ten: return room_ >= 100 && add(part.number, 10);
      case Role::hundred: return room_ == whole && add(part.number, 100);
      case Role::times_hundred: return multiply_by_hundred();
      case Role::scale: return multiply(part.number);
    }
    return false;
  }

  std::int64_t value() const { return total_ + group_; }

 private:
  static constexpr std::int64_t whole = 1000;  // the room of a group in which nothing stands

  bool fresh() const { return room_ == whole; }
  bool after_scale() const { return fresh() && total_ > 0; }

  // Each language has its places for "and": vinte e um, treinta y cinco, a hundred and five.
  bool may_join(const Part& part, bool joined) const {
    const bool multiplies = part.role == Role::scale || part.role == Role::times_hundred;
    if (joined && multiplies) return false;
    const bool after_ten = room_ == 10;
    switch (language_) {
      case Language::pt: return joined || multiplies || !after_ten;
      case Language::es:
        if (after_ten && !multiplies) return joined;
        return !joined || after_scale();
      case Language::en: return !joined || room_ == 100 || after_scale();
      case Language::none: return !joined;
    }
    return false;
  }

  bool begin_only(std::int64_t number) {
    if (!fresh() || total_ > 0) return false;
    total_ = number;
    room_ = 0;
    scale_ = 0;
    return true;
  }

  bool add(std::int64_t number, std::int64_t room) {
    group_ += number;
    room_ = room;
    return true;
  }

  bool multiply_by_hundred() {
    if (fresh()) return add(100, 100);
    if (group_ == 0 || group_ > 9) return false;
    group_ *= 100;
    room_ = 100;
    return true;
  }

  // "mil" needs nothing before it; "milhão" does.
  bool multiply(std::int64_t scale) {
    if (scale >= scale_ || (fresh() && (scale > whole || total_ > 0))) return false;
    total_ += (fresh() ? 1 : group_) * scale;
    group_ = 0;
    room_ = whole;
    scale_ = scale;
    return true;
  }

  Language language_;
  std::int64_t total_ = 0;  // of the groups before this one
  std::int64_t group_ = 0;
  std::int64_t room_ = whole;  // what comes next in the group is less
  std::int64_t scale_ = std::numeric_limits<std::int64_t>::max();  // of the group before
};

// The words of a message that are one number, as far as their neighbours go.
struct Run {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Where the number that begins at `at` goes on to: past number words, and what joins two of them.
std::size_t end_of_run(const std::vector<std::string>& words, std::size_t at, Language language) {
  const auto is_part = [&](std::size_t place) {
    return place < words.size() && part_of(words[place], language).role != Role::none;
  };
  std::size_t end = at;
  while (is_part(end)) {
    ++end;
    if (end < words.size() && joins(words[end], language) && is_part(end + 1)) ++end;
  }
  return end;
}

std::vector<Run> runs_in(const std::vector<std::string>& words, Language language) {
  std::vector<Run> runs;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = end_of_run(words, at, language);
    if (end > at) runs.push_back({at, end});
    at = std::max(end, at + 1);
  }
  return runs;
}

std::optional<std::int64_t> compose(const std::vector<std::string>& words, const Run& run,
                                    Language language) {
  Composition number(language);
  bool joined = false;
  for (std::size_t at = run.begin; at < run.end; ++at) {
    if (joins(words[at], language)) {
      joined = true;
      continue;
    }
    if (!number.take(part_of(words[at], language), joined)) return std::nullopt;
    joined = false;
  }
  return number.value();
}

// "um", "una": an article as well.
bool is_article(std::string_view word, Language language) {
  return is_filler(word, language) && part_of(word, language).role == Role::unit;
}

// "dez por cento" is ten; "a hundred" is one hundred.
std::vector<std::string> plain_words(const Phrase& said, Language language) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < said.words.size(); ++at) {
    const std::string& word = said.words[at];
    const std::string next = at + 1 < said.words.size() ? said.words[at + 1] : std::string();
    const bool share = word == "por" && (next == "cento" || next == "ciento");
    if (share) ++at;
    const Role multiplied = part_of(next, language).role;
    const bool one = language == Language::en && word == "a" &&
                     (multiplied == Role::times_hundred || multiplied == Role::scale);
    words.push_back(share ? "%" : one ? "one" : word);
  }
  return words;
}

}  // namespace

std::optional<std::int64_t> read_amount(const Phrase& said, Language language, std::size_t beside) {
  const std::vector<std::string> words = plain_words(said, language);
  const bool unreadable = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return changes_numbers(word) || (is_digits(word) && !read_number(word, language));
  });
  if (unreadable) return std::nullopt;
  std::vector<Run> runs = runs_in(words, language);
  const auto article = [&](const Run& run) {
    return run.end == run.begin + 1 && is_article(words[run.begin], language);
  };
  if (runs.size() > 1) std::erase_if(runs, article);
  if (runs.size() != 1) return std::nullopt;
  Run run = runs.front();
  if (words.size() - (run.end - run.begin) > beside) return std::nullopt;
  if (const auto number = compose(words, run, language)) return number;
  // "dou um 9": behind other words it is an article.
  if (run.begin == 0 || !is_article(words[run.begin], language)) return std::nullopt;
  ++run.begin;
  if (joins(words[run.begin], language)) return std::nullopt;
  return compose(words, run, language);
}

bool splits_number(const std::vector<std::string>& words, std::size_t begin, std::size_t end,
                   Language language) {
  const auto is_number = [&](std::size_t at) {
    return part_of(words[at], language).role != Role::none;
  };
  const auto across = [&](std::size_t left, std::size_t right) {  // of two words side by side
    return is_number(left) && is_number(right);
  };
  const bool joined_before = begin > 1 && joins(words[begin - 1], language);
  const bool joined_behind = end + 1 < words.size() && joins(words[end], language);
  return (begin > 0 && across(begin - 1, begin)) || (end < words.size() && across(end - 1, end)) ||
         (joined_before && across(begin - 2, begin)) || (joined_behind && across(end - 1, end + 1));
}

}  // namespace novelo::flow
