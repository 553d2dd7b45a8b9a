#include "engine/score.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "flow/words.hpp"

namespace novelo {

namespace {

constexpr std::size_t most_words = 10;  // a longer text says something else

// --- the words around a score, in Portuguese, Spanish and English --------------------------------

// A score follows: "nota 9", "dou 9".
constexpr std::string_view giving[] = {
    "nota",         "note",         "score",    "rating",   "rate",      "pontuacao",
    "puntuacion",   "avalio",       "califico", "dou",      "damos",     "dei",
    "doy",          "pongo",        "give",     "gave",     "daria",     "merece",
    "merecem",      "merecen",      "deserve",  "deserves", "avaliacao", "valoracion",
    "calificacion", "classificacao"};
// They say nothing of their own on either side of it.
constexpr std::string_view beside[] = {
    "pontos",  "ponto",      "puntos",     "punto",      "points",   "point",    "sim",
    "si",      "yes",        "ok",         "okay",       "y",        "e",        "and",
    "muito",   "muita",      "muitos",     "muitas",     "muy",      "mucho",    "muchas",
    "muchos",  "very",       "much",       "tao",        "tan",      "nada",     "tudo",
    "todo",    "pessoal",    "gente",      "equipa",     "equipe",   "equipo",   "team",
    "claro",   "definitely", "absolutely", "certamente", "obrigado", "obrigada", "obg",
    "brigado", "brigada",    "grato",      "grata",      "gracias",  "thanks",   "thank",
    "you"};
constexpr std::string_view before[] = {
    "a",    "o",    "um",    "uma", "un",    "una",   "an",   "i",  "id",  "eu",
    "yo",   "le",   "les",   "lhe", "lhes",  "vos",   "os",   "it", "its", "is",
    "es",   "fue",  "lo",    "was", "foi",   "minha", "meu",  "mi", "my",  "would",
    "acho", "creo", "think", "que", "diria", "say",   "seria"};
constexpr std::string_view after[] = {"por",     "pelo", "pela", "pelos", "pelas", "porque",
                                      "because", "for",  "para", "pra",   "pro",   "to",
                                      "ao",      "aos",  "com",  "con",   "with"};
// What was done for the contact: "muito bom atendimento".
constexpr std::string_view service[] = {
    "atendimento", "servico",    "servicio", "service",     "atencao",    "atencion", "trabalho",
    "trabajo",     "work",       "job",      "experiencia", "experience", "simpatia", "equipa",
    "consulta",    "tratamento", "trato",    "vosso",       "vossa",      "voces",    "todos"};
// For whom a score is, behind one that is said to be one: "nota 10 para a Inês".
constexpr std::string_view towards[] = {"para", "pra", "pro", "to", "for", "ao", "aos", "al"};
// The beginnings of words that praise or complain.
constexpr std::string_view judging[] = {
    "bom",     "boa",     "bons",     "boas",    "bem",       "bueno",    "buena",    "bien",
    "good",    "great",   "nice",     "otim",    "optim",     "excel",    "exelen",   "perfe",
    "perfect", "parab",   "felicit",  "recom",   "gost",      "gusto",    "encant",   "ador",
    "amei",    "loved",   "happy",    "satisf",  "content",   "impec",    "maravilh", "maravill",
    "fantast", "incri",   "increi",   "amaz",    "awesome",   "wonder",   "simpatic", "amab",
    "amav",    "friend",  "kind",     "helpful", "prestativ", "atencios", "atent",    "profission",
    "profes",  "eficien", "efficien", "rapid",   "quick",     "fast",     "super",    "top",
    "best",    "melhor",  "mejor",    "pessim",  "horriv",    "horrib",   "terriv",   "terrib",
    "awful",   "mau",     "ruim",     "bad",     "poor",      "malo",     "mala",     "fatal",
    "lent",    "slow",    "demorad",  "desastr", "decepc"};
// Whoever says one of these wants or asks something, or speaks of a time, a place or an amount.
constexpr std::string_view asking[] = {
    "me",       "nos",      "preciso", "precisava", "precisamos", "quero",    "queria",
    "queremos", "gostaria", "gostava", "favor",     "please",     "mas",      "porem",
    "pero",     "but",      "however", "quando",    "onde",       "qual",     "quem",
    "cuando",   "donde",    "cual",    "quien",     "when",       "where",    "which",
    "who",      "how",      "ligue",   "liguem",    "ligar",      "liga",     "llame",
    "llamen",   "llamar",   "call",    "marcar",    "remarcar",   "cancelar", "cancel",
    "cambiar",  "mudar",    "book",    "change",    "ajuda",      "ajudem",   "ayuda",
    "help",     "duvida",   "duda",    "question",  "pergunta",   "necesito", "quiero",
    "quisiera", "need",     "want",    "pode",      "podem",      "puede",    "pueden",
    "can",      "could",    "amanha",  "hoje",      "ontem",      "manana",   "hoy",
    "ayer",     "tomorrow", "today",   "yesterday", "hora",       "horas",    "hour",
    "hours",    "minuto",   "minutos", "minutes",   "dia",        "dias",     "day",
    "days",     "semana",   "week",    "mes",       "meses",      "month",    "ano",
    "anos",     "year",     "years",   "rua",       "avenida",    "calle",    "street",
    "road",     "casa",     "mesa",    "sala",      "andar",      "piso",     "table",
    "room",     "euros",    "reais",   "dolares",   "dollars",    "pessoas",  "personas",
    "people",   "talvez",   "quizas",  "maybe",     "perhaps",    "quase",    "casi",
    "almost"};
constexpr std::string_view out_of[] = {"de", "em", "en", "of", "sobre", "out"};
constexpr std::string_view stars[] = {"estrela",   "estrelas", "estrella",
                                      "estrellas", "star",     "stars"};
constexpr int most_stars = 5;
// Said as a greeting or to confirm, they neither praise nor deny.
constexpr std::pair<std::string_view, std::string_view> sayings[] = {
    {"bom", "dia"},       {"boa", "tarde"},     {"boa", "noite"},     {"buenos", "dias"},
    {"buenas", "tardes"}, {"buenas", "noches"}, {"good", "morning"},  {"good", "afternoon"},
    {"good", "evening"},  {"com", "certeza"},   {"con", "seguridad"}, {"sem", "duvida"},
    {"sem", "duvidas"},   {"sin", "duda"},      {"sin", "dudas"},     {"no", "doubt"},
    {"without", "doubt"}, {"for", "sure"}};

bool is_one_of(const auto& words, const auto& word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool is_negation(std::string_view word) {
  using flow::Language;
  return flow::is_negation(word, Language::pt) || flow::is_negation(word, Language::es) ||
         flow::is_negation(word, Language::en);
}

bool is_judging(std::string_view word) {
  return std::any_of(std::begin(judging), std::end(judging),
                     [word](std::string_view stem) { return word.starts_with(stem); });
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// --- the text as clauses ------------------------------------------------------------------------

// The signs that make a number another thing, wherever they stand.
bool has_sign(std::string_view text) {
  constexpr std::string_view signs[] = {"%", "$", "#", "+", "<", ">",  "~",  "@",  "?", "€",
                                        "£", "¿", "°", "±", "≈", "？", "％", "－", "＋"};
  return std::any_of(std::begin(signs), std::end(signs), [text](std::string_view sign) {
    return text.find(sign) != std::string_view::npos;
  });
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
  return text;
}

// One line for each clause, "9/10" as "9 of 10", "10.0" as "10". Nothing when a mark in or at a
// number says that it is none: "8,5", "10:30", "-1", "5-7".
std::optional<std::string> clauses_of(std::string text) {
  for (const std::string_view dash : {"–", "—", "−"}) text = replaced(std::move(text), dash, "-");
  for (const std::string_view star : {"⭐", "★"}) text = replaced(std::move(text), star, " stars ");
  std::string out;
  const auto at = [&text](std::size_t i) { return i < text.size() ? text[i] : ' '; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit_before = i > 0 && is_digit(text[i - 1]);
    const bool letter_before = i > 0 && !digit_before && text[i - 1] != ' ' && text[i - 1] != '\n';
    const bool digit_behind = is_digit(at(i + 1));
    if (c == '-') {
      if (digit_behind && !letter_before) return std::nullopt;
      out += letter_before ? ' ' : '\n';
    } else if ((c == '.' || c == ',') && digit_before && digit_behind) {
      if (at(i + 1) != '0' || is_digit(at(i + 2))) return std::nullopt;
      ++i;
    } else if (c == ':') {
      if (digit_before && digit_behind) return std::nullopt;
      out += ' ';
    } else if (c == '/') {
      const std::size_t last = out.find_last_not_of(' ');
      const std::size_t next = text.find_first_not_of(' ', i + 1);
      const bool scale = last != std::string::npos && is_digit(out[last]) && is_digit(at(next));
      out += scale ? " of " : " ";
    } else if (std::string_view(".,;!()\n\r").find(c) != std::string_view::npos) {
      out += '\n';
    } else {
      out += c;
    }
  }
  return out;
}

// --- the clauses --------------------------------------------------------------------------------

using Words = std::vector<std::string>;

// Without what is said as a greeting or to confirm.
Words words_of(std::string_view clause) {
  Words words = flow::fold(clause).words;
  for (std::size_t i = 0; i + 1 < words.size();) {
    const bool saying =
        is_one_of(sayings, std::pair<std::string_view, std::string_view>(words[i], words[i + 1]));
    if (!saying) {
      ++i;
      continue;
    }
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i),
                words.begin() + static_cast<std::ptrdiff_t>(i + 2));
  }
  return words;
}

class Reading {
 public:
  Reading(std::string_view locale, bool alone)
      : language_(flow::language_of(locale)), alone_(alone) {}

  // False when no score can be in the text any more.
  bool add(const Words& words) {
    const auto first = std::find_if(words.begin(), words.end(),
                                    [this](const std::string& word) { return number(word); });
    if (first == words.end()) return add_remark(words);
    if (!found_.numbers.empty()) return false;
    if (std::any_of(words.begin(), words.end(), is_negation)) return false;
    found_.numbers.push_back(*number(*first));
    bool ready = false;  // something in the clause says that a score is meant
    for (auto word = words.begin(); word != words.end(); ++word) {
      given_ = given_ || (word < first && is_one_of(giving, *word));
      ready = ready || given_ || is_judging(*word);
    }
    for (auto word = words.begin(); word != first; ++word) {
      if (!take(*word, before, ready)) return false;
    }
    placed_ = true;
    auto rest = first + 1;
    if (!add_scale(rest, words.end())) return false;
    if (rest == words.end()) return true;
    const bool fits = is_one_of(after, *rest) || is_one_of(beside, *rest) || is_judging(*rest);
    if (!fits && !(given_ && is_one_of(towards, *rest))) return false;
    given_for_ = given_ && is_one_of(towards, *rest);
    return std::all_of(rest, words.end(),
                       [this](const std::string& word) { return take(word, after, true); });
  }

  std::optional<SaidNumbers> result(bool alone) {
    if (found_.numbers.empty()) return std::nullopt;
    const bool named = given_ || judged_;
    if (service_ && !named) return std::nullopt;
    if (others_ && !judged_ && !given_for_) return std::nullopt;
    if (others_before_ && !given_) return std::nullopt;
    const bool scale = found_.numbers.size() > 1;
    found_.plain = alone && !scale;
    found_.sure = given_ || scale;
    return std::move(found_);
  }

 private:
  // Articles are no numbers beside other words.
  std::optional<int> number(const std::string& word) const {
    constexpr std::string_view articles[] = {"um", "uma", "un", "una", "one"};
    if (!alone_ && is_one_of(articles, word)) return std::nullopt;
    if (flow::is_ordinal(word, language_)) return std::nullopt;
    return flow::read_number(word, language_);
  }

  // "9 de 10", "9 out of 10", "5 stars".
  bool add_scale(Words::const_iterator& at, Words::const_iterator end) {
    if (at != end && is_one_of(stars, *at)) {
      found_.numbers.push_back(most_stars);
      ++at;
      return true;
    }
    const auto first = at;
    while (at != end && is_one_of(out_of, *at)) ++at;
    if (at == first) return true;
    if (at == end || !number(*at)) return false;
    found_.numbers.push_back(*number(*at));
    ++at;
    return true;
  }

  // One word beside the number. `known`: those that say nothing there.
  bool take(const std::string& word, const auto& known, bool ready) {
    if (is_one_of(asking, word) || has_digit(word) || number(word)) return false;
    if (flow::is_ordinal(word, language_)) return false;
    if (is_judging(word)) {
      judged_ = true;
      return true;
    }
    if (is_one_of(known, word) || is_one_of(beside, word) || is_one_of(giving, word)) return true;
    if (!is_one_of(service, word)) {
      others_ = true;
      others_before_ = others_before_ || !placed_;
    } else {
      service_ = true;
    }
    return ready;
  }

  // A clause without a number: a denial counts only with what is denied ("não recomendo").
  bool add_remark(const Words& words) {
    bool denies = false;
    bool judges = false;
    for (const std::string& word : words) {
      denies = denies || is_negation(word);
      judges = judges || is_judging(word);
      if (!is_negation(word) && !take(word, before, true)) return false;
    }
    return !denies || judges;
  }

  static bool has_digit(const std::string& word) {
    return std::any_of(word.begin(), word.end(), is_digit);
  }

  flow::Language language_;
  bool alone_;  // the text is one word
  SaidNumbers found_;
  bool given_ = false;      // the number is said to be a score
  bool given_for_ = false;  // to somebody
  bool judged_ = false;     // the service is praised or complained of
  bool service_ = false;    // it is named
  bool placed_ = false;     // the number has been read
  bool others_ = false;     // there are words that may say anything
  bool others_before_ = false;
};

}  // namespace

std::optional<SaidNumbers> read_numbers(std::string_view text, std::string_view locale) {
  const flow::Phrase said = flow::fold(text);
  if (said.empty() || said.cut || said.words.size() > most_words || has_sign(text)) {
    return std::nullopt;
  }
  const auto clauses = clauses_of(std::string(text));
  if (!clauses) return std::nullopt;
  const bool alone = said.words.size() == 1;
  Reading reading(locale, alone);
  for (std::string_view rest = *clauses; !rest.empty();) {
    const std::string_view clause = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), clause.size() + 1));
    if (const Words words = words_of(clause); !words.empty() && !reading.add(words)) {
      return std::nullopt;
    }
  }
  return reading.result(alone);
}

std::optional<int> score_on(const SaidNumbers& said, int low, int high) {
  const bool with_scale = said.numbers.size() == 2 && said.numbers.back() == high;
  if (said.numbers.size() != 1 && !with_scale) return std::nullopt;
  const int score = said.numbers.front();
  return score >= low && score <= high ? std::optional(score) : std::nullopt;
}

}  // namespace novelo
