#include "flow/words.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

namespace novelo::flow {
namespace {

struct NumberWord {
  std::string_view word;
  int number;
};

// The language's words in a row: a reader compares them with one that they know by heart.
constexpr NumberWord pt_cardinals[] = {
    {"zero", 0},       {"um", 1},         {"uma", 1},        {"dois", 2},       {"duas", 2},
    {"tres", 3},       {"quatro", 4},     {"cinco", 5},      {"seis", 6},       {"meia", 6},
    {"sete", 7},       {"oito", 8},       {"nove", 9},       {"dez", 10},       {"onze", 11},
    {"doze", 12},      {"treze", 13},     {"catorze", 14},   {"quatorze", 14},  {"quinze", 15},
    {"dezasseis", 16}, {"dezesseis", 16}, {"dezassete", 17}, {"dezessete", 17}, {"dezoito", 18},
    {"dezanove", 19},  {"dezenove", 19},  {"vinte", 20}};
constexpr NumberWord pt_ordinals[] = {
    {"primeiro", 1}, {"primeira", 1}, {"segundo", 2}, {"segunda", 2}, {"terceiro", 3},
    {"terceira", 3}, {"quarto", 4},   {"quarta", 4},  {"quinto", 5},  {"quinta", 5},
    {"sexto", 6},    {"sexta", 6},    {"setimo", 7},  {"setima", 7},  {"oitavo", 8},
    {"oitava", 8},   {"nono", 9},     {"nona", 9},    {"decimo", 10}, {"decima", 10}};
constexpr NumberWord es_cardinals[] = {
    {"cero", 0},       {"uno", 1},         {"un", 1},      {"una", 1},        {"dos", 2},
    {"tres", 3},       {"cuatro", 4},      {"cinco", 5},   {"seis", 6},       {"siete", 7},
    {"ocho", 8},       {"nueve", 9},       {"diez", 10},   {"once", 11},      {"doce", 12},
    {"trece", 13},     {"catorce", 14},    {"quince", 15}, {"dieciseis", 16}, {"diecisiete", 17},
    {"dieciocho", 18}, {"diecinueve", 19}, {"veinte", 20}};
constexpr NumberWord es_ordinals[] = {
    {"primero", 1}, {"primera", 1}, {"primer", 1},  {"segundo", 2}, {"segunda", 2}, {"tercero", 3},
    {"tercera", 3}, {"tercer", 3},  {"cuarto", 4},  {"cuarta", 4},  {"quinto", 5},  {"quinta", 5},
    {"sexto", 6},   {"sexta", 6},   {"septimo", 7}, {"septima", 7}, {"octavo", 8},  {"octava", 8},
    {"noveno", 9},  {"novena", 9},  {"decimo", 10}, {"decima", 10}};
constexpr NumberWord en_cardinals[] = {
    {"zero", 0},     {"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},
    {"five", 5},     {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},
    {"ten", 10},     {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14},
    {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
    {"twenty", 20}};
constexpr NumberWord en_ordinals[] = {{"first", 1}, {"second", 2}, {"third", 3},   {"fourth", 4},
                                      {"fifth", 5}, {"sixth", 6},  {"seventh", 7}, {"eighth", 8},
                                      {"ninth", 9}, {"tenth", 10}};

template <std::size_t Size>
std::optional<int> find_number(const NumberWord (&words)[Size], std::string_view word) {
  for (const NumberWord& known : words) {
    if (known.word == word) return known.number;
  }
  return std::nullopt;
}

template <std::size_t Size>
bool contains(const std::string_view (&words)[Size], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

constexpr std::string_view pt_fillers[] = {
    "a",     "o",     "as",    "os",    "um",       "uma",      "de",       "do",       "da",
    "dos",   "das",   "em",    "no",    "na",       "nos",      "nas",      "ao",       "para",
    "pra",   "por",   "pelo",  "pela",  "com",      "e",        "que",      "me",       "eu",
    "se",    "meu",   "minha", "quero", "queria",   "prefiro",  "preferia", "gostaria", "vou",
    "pode",  "podia", "ser",   "favor", "obrigado", "obrigada", "opcao",    "numero",   "escolho",
    "sim",   "faz",   "faca",  "ola",   "oi",       "bom",      "boa",      "dia",      "tarde",
    "noite", "entao", "ou"};
constexpr std::string_view es_fillers[] = {
    "el",      "la",       "los",      "las",      "lo",       "un",   "una",
    "de",      "del",      "en",       "al",       "a",        "para", "por",
    "con",     "y",        "que",      "me",       "yo",       "se",   "mi",
    "quiero",  "quisiera", "prefiero", "gustaria", "puede",    "ser",  "favor",
    "gracias", "opcion",   "numero",   "elijo",    "si",       "hola", "buenos",
    "buenas",  "dias",     "tardes",   "noches",   "entonces", "o"};
constexpr std::string_view en_fillers[] = {
    "a",         "an",      "the",  "to",  "of",   "in",     "on",     "by",    "for",    "with",
    "and",       "i",       "id",   "d",   "me",   "my",     "want",   "would", "like",   "prefer",
    "can",       "could",   "you",  "it",  "is",   "please", "thanks", "thank", "option", "number",
    "choose",    "choice",  "ll",   "ill", "take", "yes",    "hi",     "hello", "good",   "morning",
    "afternoon", "evening", "then", "let", "s",    "lets",   "or"};

constexpr std::string_view pt_negations[] = {"nao",   "nunca",   "jamais", "nem",    "sem",
                                             "menos", "excepto", "exceto", "nenhum", "nenhuma"};
constexpr std::string_view es_negations[] = {"no",    "nunca",   "jamas",   "ni",     "sin",
                                             "menos", "excepto", "ninguno", "ninguna"};
constexpr std::string_view en_negations[] = {"no",      "not",  "never",   "dont",   "don",
                                             "neither", "nor",  "without", "except", "none",
                                             "cannot",  "wont", "won",     "nothing"};

// Verbs that lead to what is chosen, one to a row, by what is said of oneself or asked for. What
// has happened ("mandei") is no choice.
constexpr std::string_view pt_leading[] = {"ir vamos",
                                           "passar passo passa passe passem",
                                           "mandar mando manda mande mandem",
                                           "enviar envio envia envie enviem",
                                           "deixar deixo deixa deixe",
                                           "receber recebo",
                                           "querer quer queremos",
                                           "desejar desejo desejava",
                                           "gostar gostava gostavamos",
                                           "poder posso podem poderia podiam",
                                           "falar falo",
                                           "seguir sigo siga",
                                           "continuar continuo continue",
                                           "escrever escrevo escreva escrevam",
                                           "usar",
                                           "escolher",
                                           "optar opto"};
constexpr std::string_view es_leading[] = {
    "ir voy vamos",
    "pasar paso pasa pase pasen",
    "mandar mando manda mande manden mandame mandeme mandenme",
    "enviar envio envia envie envien enviame envieme envienme",
    "dejar dejo deja deje",
    "recibir recibo",
    "querer quiere queremos querria",
    "desear deseo",
    "poder puedo pueden podria podrian",
    "hablar hablo",
    "seguir sigo siga",
    "continuar continuo continue",
    "escribir escribo escriba escriban escribeme escribanme",
    "usar",
    "elegir",
    "optar opto"};
constexpr std::string_view en_leading[] = {
    "go going", "send sending", "leave",    "get", "receive", "use",      "talk",
    "speak",    "write",        "continue", "do",  "wanna",   "gonna im", "we us"};
// These lead somewhere only with "to": "mudar para o WhatsApp", not "mudar a mensagem".
constexpr std::string_view pt_moving[] = {"mudar mudo muda mude mudem", "trocar troco troca troque",
                                          "transferir transfira transfere"};
constexpr std::string_view es_moving[] = {"cambiar cambio cambia cambie", "transferir transfiera"};
constexpr std::string_view en_moving[] = {"move moving", "switch switching", "change changing"};
constexpr std::string_view pt_to[] = {"para", "pra", "pro", "ao"};
constexpr std::string_view es_to[] = {"a", "al", "para"};
constexpr std::string_view en_to[] = {"to"};
// "Tecla dois": what is pressed, said before its number.
constexpr std::string_view pt_keys[] = {"tecla",  "teclo",   "teclar",  "botao",
                                        "digito", "digitar", "carrego", "carregar",
                                        "aperto", "apertar", "premir"};
constexpr std::string_view es_keys[] = {"tecla", "boton", "pulso", "pulsar"};
constexpr std::string_view en_keys[] = {"key", "press", "button"};

constexpr std::string_view pt_yes[] = {"sim", "s"};
constexpr std::string_view es_yes[] = {"si", "s"};
constexpr std::string_view en_yes[] = {"yes", "y", "yeah", "yep", "yup"};
// They agree alone, and turn with a negation beside them: "claro que não".
constexpr std::string_view pt_agrees[] = {
    "claro",  "certo",   "ok",       "okay",     "pode",   "quero",    "isso",     "exato",
    "exacto", "correto", "correcto", "confirmo", "aceito", "concordo", "positivo", "perfeito"};
constexpr std::string_view es_agrees[] = {"claro",  "ok",   "okay",    "vale",     "puede",
                                          "quiero", "eso",  "exacto",  "correcto", "confirmo",
                                          "acepto", "dale", "perfecto"};
constexpr std::string_view en_agrees[] = {"sure",    "ok",         "okay",   "right",
                                          "correct", "confirm",    "agreed", "agree",
                                          "fine",    "absolutely", "perfect"};
constexpr std::string_view pt_no[] = {"nao", "n", "nunca", "negativo", "jamais"};
constexpr std::string_view es_no[] = {"no", "n", "nunca", "negativo", "jamas"};
constexpr std::string_view en_no[] = {"no", "n", "nope", "not", "never", "dont", "don"};

using Months = std::array<std::string_view, 12>;
constexpr Months pt_months = {"janeiro",  "fevereiro", "marco",    "abril",
                              "maio",     "junho",     "julho",    "agosto",
                              "setembro", "outubro",   "novembro", "dezembro"};
constexpr Months es_months = {"enero",      "febrero", "marzo",     "abril",
                              "mayo",       "junio",   "julio",     "agosto",
                              "septiembre", "octubre", "noviembre", "diciembre"};
constexpr Months en_months = {"january",   "february", "march",    "april",
                              "may",       "june",     "july",     "august",
                              "september", "october",  "november", "december"};

constexpr std::size_t most_typo_bytes = 32;

// The first word of the row in which the word stands.
template <std::size_t Size>
std::string_view head_of(const std::string_view (&rows)[Size], std::string_view word) {
  for (const std::string_view row : rows) {
    for (std::size_t at = 0; at < row.size();) {
      const std::size_t end = std::min(row.find(' ', at), row.size());
      if (row.substr(at, end - at) == word) return row.substr(0, row.find(' '));
      at = end + 1;
    }
  }
  return {};
}

template <std::size_t Leading, std::size_t Moving, std::size_t To>
std::string_view lead(const std::string_view (&leading)[Leading],
                      const std::string_view (&moving)[Moving], const std::string_view (&to)[To],
                      std::string_view word, std::string_view next) {
  const std::string_view head = head_of(leading, word);
  return head.empty() && contains(to, next) ? head_of(moving, word) : head;
}

bool is_key(std::string_view word, Language language) {
  switch (language) {
    case Language::pt: return contains(pt_keys, word);
    case Language::es: return contains(es_keys, word);
    case Language::en: return contains(en_keys, word);
    case Language::none: return false;
  }
  return false;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool makes_words(utf8proc_int32_t scalar) {
  switch (utf8proc_category(scalar)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return true;
    default: return false;
  }
}

// Joins letters into words; anything else ends the word. Apostrophes vanish: "don't" is "dont".
class WordBuilder {
 public:
  void add(utf8proc_int32_t scalar) {
    if (scalar == '\'' || scalar == 0x2019) return;
    if (scalar < 0x80 ? !is_ascii_word(scalar) : !makes_words(scalar)) {
      end_word();
      return;
    }
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(scalar, bytes.data());
    word_.append(bytes.begin(), bytes.begin() + size);
  }
  void end_word() {
    if (!word_.empty()) words_.push_back(std::move(word_));
    word_.clear();
  }
  std::vector<std::string> take() {
    end_word();
    return std::move(words_);
  }

 private:
  static bool is_ascii_word(utf8proc_int32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
  std::string word_;
  std::vector<std::string> words_;
};

void fold_scalar(utf8proc_int32_t scalar, WordBuilder& words) {
  std::array<utf8proc_int32_t, 32> parts{};
  int boundary = 0;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                                     UTF8PROC_IGNORE | UTF8PROC_STRIPMARK);
  const auto count =
      utf8proc_decompose_char(scalar, parts.data(), parts.size(), options, &boundary);
  if (count < 0) return words.end_word();
  for (std::size_t i = 0; i < std::min<std::size_t>(parts.size(), count); ++i) words.add(parts[i]);
}

struct Scalar {
  utf8proc_int32_t value;  // negative: a byte that is no UTF-8
  std::size_t size;
};

Scalar next_scalar(std::string_view text, std::size_t at) {
  utf8proc_int32_t value = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at;
  const auto size =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &value);
  if (size <= 0) return {-1, 1};
  return {value, static_cast<std::size_t>(size)};
}

std::optional<int> read_digits(std::string_view digits) {
  if (digits.empty() || digits.size() > 7) return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (number > 1'000'000) return std::nullopt;
  return number;
}

// "2a", "1st", "3ro": digits with what makes them ordinal.
std::optional<int> read_digit_ordinal(std::string_view word) {
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  constexpr std::string_view endings[] = {"a",  "o",  "st", "nd", "rd", "th", "er",
                                          "ro", "ra", "do", "da", "to", "ta", "mo",
                                          "ma", "vo", "va", "no", "na"};
  if (digits == 0 || !contains(endings, word.substr(digits))) return std::nullopt;
  return read_digits(word.substr(0, digits));
}

std::optional<int> read_ordinal_word(std::string_view word, Language language) {
  switch (language) {
    case Language::pt: return find_number(pt_ordinals, word);
    case Language::es: return find_number(es_ordinals, word);
    case Language::en: return find_number(en_ordinals, word);
    case Language::none: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<int> read_cardinal_word(std::string_view word, Language language) {
  switch (language) {
    case Language::pt: return find_number(pt_cardinals, word);
    case Language::es: return find_number(es_cardinals, word);
    case Language::en: return find_number(en_cardinals, word);
    case Language::none: return std::nullopt;
  }
  return std::nullopt;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "nº 2", "no. 2", "#2": a sign that a number follows.
bool announces_number(std::string_view word) {
  return is_one_of(word, {"n", "no", "num", "nr", "nro"});
}

YesNo word_yes_no(std::string_view word, Language language, bool& agrees) {
  switch (language) {
    case Language::pt:
      agrees = agrees || contains(pt_agrees, word);
      return contains(pt_yes, word)  ? YesNo::yes
             : contains(pt_no, word) ? YesNo::no
                                     : YesNo::neither;
    case Language::es:
      agrees = agrees || contains(es_agrees, word);
      return contains(es_yes, word)  ? YesNo::yes
             : contains(es_no, word) ? YesNo::no
                                     : YesNo::neither;
    case Language::en:
      agrees = agrees || contains(en_agrees, word);
      return contains(en_yes, word)  ? YesNo::yes
             : contains(en_no, word) ? YesNo::no
                                     : YesNo::neither;
    case Language::none: return YesNo::neither;
  }
  return YesNo::neither;
}

// Edits between two short texts (Damerau-Levenshtein with neighbours swapped once), or most + 1.
int edit_distance(std::string_view a, std::string_view b, int most) {
  using Row = std::array<int, most_typo_bytes + 1>;
  const int rows = static_cast<int>(a.size());
  const int columns = static_cast<int>(b.size());
  if (std::abs(rows - columns) > most) return most + 1;
  Row before, last, now;
  for (int j = 0; j <= columns; ++j) last[j] = j;
  before = last;
  for (int i = 1; i <= rows; ++i) {
    now[0] = i;
    int best = i;
    for (int j = 1; j <= columns; ++j) {
      const int change = a[i - 1] == b[j - 1] ? 0 : 1;
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
      best = std::min(best, now[j]);
    }
    if (best > most) return most + 1;
    before = last;
    last = now;
  }
  return last[columns];
}

}  // namespace

Language language_of(std::string_view locale) {
  const std::string_view language = locale.substr(0, locale.find_first_of("-_"));
  if (language == "pt") return Language::pt;
  if (language == "es") return Language::es;
  if (language == "en") return Language::en;
  return Language::none;
}

Phrase join(std::vector<std::string> words) {
  Phrase phrase;
  for (const std::string& word : words) {
    if (!phrase.text.empty()) phrase.text += ' ';
    phrase.text += word;
  }
  phrase.words = std::move(words);
  return phrase;
}

Phrase fold(std::string_view text) {
  const bool cut = text.size() > most_folded_bytes;
  text = text.substr(0, most_folded_bytes);
  WordBuilder words;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      words.add(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
      ++at;
      continue;
    }
    const Scalar scalar = next_scalar(text, at);
    at += scalar.size;
    if (scalar.value < 0) {
      words.end_word();
    } else {
      fold_scalar(scalar.value, words);
    }
  }
  Phrase phrase = join(words.take());
  phrase.cut = cut;
  return phrase;
}

std::string global_word(std::string_view text) {
  Phrase phrase = fold(text);
  if (!phrase.empty()) return phrase.cut ? std::string() : std::move(phrase.text);
  return clean_text(text, most_folded_bytes);
}

std::optional<int> read_number(std::string_view word, Language language) {
  if (is_digits(word)) return read_digits(word);
  if (const auto number = read_digit_ordinal(word)) return number;
  if (const auto number = read_cardinal_word(word, language)) return number;
  return read_ordinal_word(word, language);
}

bool is_ordinal(std::string_view word, Language language) {
  return read_digit_ordinal(word).has_value() || read_ordinal_word(word, language).has_value();
}

bool is_last(std::string_view word, Language language) {
  switch (language) {
    case Language::pt: return is_one_of(word, {"ultimo", "ultima"});
    case Language::es: return is_one_of(word, {"ultimo", "ultima"});
    case Language::en: return word == "last";
    case Language::none: return false;
  }
  return false;
}

bool is_digits(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<int> read_place(const Phrase& said, Language language, std::size_t count) {
  std::vector<std::string_view> left;
  for (std::size_t i = 0; i < said.words.size(); ++i) {
    const std::string_view word = said.words[i];
    const bool more = i + 1 < said.words.size();
    if (announces_number(word) && more && is_digits(said.words[i + 1])) continue;
    if (left.empty() && more && is_key(word, language)) continue;
    const bool says_place = read_number(word, language) || is_last(word, language);
    if (!says_place && is_filler(word, language)) continue;
    left.push_back(word);
    if (left.size() > 2) return std::nullopt;
  }
  if (left.empty()) return std::nullopt;
  const bool turned = is_ordinal(left[0], language) || is_last(left[0], language);
  if (left.size() == 2 && !(language == Language::en && left[1] == "one" && turned)) {
    return std::nullopt;
  }
  const auto place = is_last(left[0], language) ? std::optional<int>(static_cast<int>(count))
                                                : read_number(left[0], language);
  if (!place || *place < 1 || static_cast<std::size_t>(*place) > count) return std::nullopt;
  return place;
}

bool is_filler(std::string_view word, Language language) {
  switch (language) {
    case Language::pt: return contains(pt_fillers, word);
    case Language::es: return contains(es_fillers, word);
    case Language::en: return contains(en_fillers, word);
    case Language::none: return false;
  }
  return false;
}

std::string_view leading_verb(std::string_view word, std::string_view next, Language language) {
  switch (language) {
    case Language::pt: return lead(pt_leading, pt_moving, pt_to, word, next);
    case Language::es: return lead(es_leading, es_moving, es_to, word, next);
    case Language::en: return lead(en_leading, en_moving, en_to, word, next);
    case Language::none: return {};
  }
  return {};
}

bool is_negation(std::string_view word, Language language) {
  switch (language) {
    case Language::pt: return contains(pt_negations, word);
    case Language::es: return contains(es_negations, word);
    case Language::en: return contains(en_negations, word);
    case Language::none: return false;
  }
  return false;
}

YesNo read_yes_no(const Phrase& said, Language language) {
  if (said.words.size() > 8) return YesNo::neither;
  bool yes = false;
  bool no = false;
  bool agrees = false;
  for (const std::string& word : said.words) {
    const YesNo one = word_yes_no(word, language, agrees);
    yes = yes || one == YesNo::yes;
    no = no || one == YesNo::no;
  }
  if (yes && no) return YesNo::both;
  if (no) return YesNo::no;
  return yes || agrees ? YesNo::yes : YesNo::neither;
}

std::optional<unsigned> read_month(std::string_view word, Language language) {
  if (word.size() < 3 || language == Language::none) return std::nullopt;
  const Months& months = language == Language::pt   ? pt_months
                         : language == Language::es ? es_months
                                                    : en_months;
  for (unsigned i = 0; i < months.size(); ++i) {
    const bool short_form = word.size() == 3 && months[i].substr(0, 3) == word;
    if (months[i] == word || short_form) return i + 1;
  }
  if (language == Language::es && word == "setiembre") return 9;
  return std::nullopt;
}

bool is_typo_of(std::string_view typed, std::string_view word) {
  const std::size_t shorter = std::min(count_letters(typed), count_letters(word));
  if (shorter < 4 || std::max(typed.size(), word.size()) > most_typo_bytes) return false;
  // A number with one digit wrong is another number.
  if (is_digits(typed) || is_digits(word)) return false;
  const int most = shorter < 8 ? 1 : 2;
  return edit_distance(typed, word, most) <= most;
}

std::string clean_text(std::string_view text, std::size_t most_bytes) {
  std::string out;
  out.reserve(std::min(text.size(), most_bytes));
  for (std::size_t at = 0; at < text.size();) {
    const Scalar scalar = next_scalar(text, at);
    if (out.size() + 4 > most_bytes) break;
    const bool control = scalar.value >= 0 && (scalar.value < 0x20 || scalar.value == 0x7f);
    if (scalar.value < 0) {
      out += "\xEF\xBF\xBD";  // U+FFFD
    } else if (!control || scalar.value == '\n') {
      out.append(text.substr(at, scalar.size));
    } else if (scalar.value == '\t') {
      out += ' ';
    }
    at += scalar.size;
  }
  while (!out.empty() && is_space(out.back())) out.pop_back();
  const std::size_t first = std::min(out.find_first_not_of(" \n"), out.size());
  return out.substr(first);
}

std::size_t count_letters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace novelo::flow
