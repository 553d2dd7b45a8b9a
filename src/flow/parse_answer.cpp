// Numbers, dates, addresses and telephone numbers as people write and say them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "flow/amount.hpp"
#include "flow/answer.hpp"

namespace novelo::flow {
namespace {

constexpr std::size_t most_parsed_bytes = 320;
constexpr std::size_t most_words_beside = 5;  // of a sentence around a number

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string without(std::string_view text, std::string_view dropped) {
  std::string kept;
  for (const char c : text) {
    if (dropped.find(c) == std::string_view::npos) kept += c;
  }
  return kept;
}

// "1.234,5" in Portuguese and Spanish is "1,234.5" in English: one mark groups by three, the other
// one begins the fraction. A lone mark before exactly three digits is taken as the locale takes it.
std::optional<std::string> plain_decimal(std::string_view text, Language language) {
  const bool point_groups = language == Language::pt || language == Language::es;
  const char group = point_groups ? '.' : ',';
  const char mark = point_groups ? ',' : '.';
  const auto last_group = text.rfind(group);
  const auto first_mark = text.find(mark);
  if (first_mark != std::string_view::npos) {
    if (text.find(mark, first_mark + 1) != std::string_view::npos) return std::nullopt;
    if (last_group != std::string_view::npos && last_group > first_mark) return std::nullopt;
  }
  const std::string_view whole = text.substr(0, first_mark);
  const auto first_group = whole.find(group);
  const bool grouped = first_group != std::string_view::npos;
  const bool by_three =
      grouped && first_group > 0 && first_group <= 3 && (whole.size() - first_group) % 4 == 0;
  std::string plain;
  if (grouped && !by_three) {
    // "3.5" where a comma was expected: still a fraction, when there is but one mark.
    if (first_mark != std::string_view::npos || whole.find(group, first_group + 1) != whole.npos) {
      return std::nullopt;
    }
    plain = std::string(whole);
    plain[first_group] = '.';
    return plain;
  }
  for (std::size_t i = first_group; grouped && i < whole.size(); i += 4) {
    if (whole[i] != group) return std::nullopt;
  }
  plain = without(whole, std::string_view(&group, 1));
  if (grouped && plain.size() + (whole.size() - first_group) / 4 != whole.size()) {
    return std::nullopt;
  }
  if (first_mark != std::string_view::npos) {
    plain += '.';
    plain += text.substr(first_mark + 1);
  }
  return plain;
}

std::optional<Value> number_of(std::string_view text, Language language) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 24 || !is_digit(text.front()) || !is_digit(text.back())) {
    return std::nullopt;
  }
  if (text.find_first_not_of("0123456789.,") != std::string_view::npos) return std::nullopt;
  const auto plain = plain_decimal(text, language);
  if (!plain || plain->empty() || !is_digit(plain->back())) return std::nullopt;
  const char* end = plain->data() + plain->size();
  if (plain->find('.') == std::string::npos) {
    std::int64_t whole = 0;
    const auto [stop, error] = std::from_chars(plain->data(), end, whole);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return Value(negative ? -whole : whole);
  }
  double real = 0;
  const auto [stop, error] = std::from_chars(plain->data(), end, real);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return Value(negative ? -real : real);
}

std::string trimmed(std::string_view text, std::string_view dropped) {
  const auto first = text.find_first_not_of(dropped);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(dropped) - first + 1));
}

bool is_date(unsigned year, unsigned month, unsigned day) {
  return year >= 1800 && year <= 2999 &&
         std::chrono::year_month_day(std::chrono::year(static_cast<int>(year)),
                                     std::chrono::month(month), std::chrono::day(day))
             .ok();
}

std::optional<DateReading> date_of(unsigned year, unsigned month, unsigned day) {
  if (!is_date(year, month, day)) return std::nullopt;
  return DateReading{fmt::format("{:04}-{:02}-{:02}", year, month, day), false};
}

// Day and month as the locale orders them. English without a country leaves it open.
std::optional<DateReading> day_and_month(unsigned first, unsigned second, unsigned year,
                                         const Locale& locale) {
  if (locale.name == "en-US") return date_of(year, first, second);
  const auto usual = date_of(year, second, first);
  if (locale.name != "en") return usual;
  const auto exchanged = date_of(year, first, second);
  if (usual && exchanged && first != second) return DateReading{{}, true};
  return usual ? usual : exchanged;
}

std::optional<DateReading> date_of_digits(std::string_view digits, const Locale& locale) {
  const auto part = [&digits](std::size_t at, std::size_t size) {
    unsigned number = 0;
    std::from_chars(digits.data() + at, digits.data() + at + size, number);
    return number;
  };
  return day_and_month(part(0, 2), part(2, 2), part(4, 4), locale);
}

// Either a word of digits, or a small number by name; years come as digits.
std::optional<unsigned> date_part(const std::string& word, Language language) {
  const auto number = read_number(word, language);
  if (!number || *number < 0) return std::nullopt;
  return static_cast<unsigned>(*number);
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-'; });
}

bool is_domain(std::string_view domain) {
  std::size_t labels = 0;
  std::string_view last;
  while (true) {
    const std::size_t dot = domain.find('.');
    last = domain.substr(0, dot);
    if (!is_label(last)) return false;
    ++labels;
    if (dot == std::string_view::npos) break;
    domain.remove_prefix(dot + 1);
  }
  const bool named = last.find_first_not_of("0123456789") != std::string_view::npos;
  return labels >= 2 && last.size() >= 2 && named;
}

bool is_local_part(std::string_view local) {
  if (local.empty() || local.size() > 64 || local.front() == '.' || local.back() == '.') {
    return false;
  }
  constexpr std::string_view marks = "!#$%&'*+/=?^_`{|}~.-";
  char before = 0;
  for (const char c : local) {
    const bool plain = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!plain && marks.find(c) == std::string_view::npos) return false;
    if (c == '.' && before == '.') return false;
    before = c;
  }
  return true;
}

std::optional<std::string> email_of(std::string_view token) {
  const std::string bare = trimmed(token, "<>()[]\"',;:.!?");
  std::string_view address = bare;
  if (address.starts_with("mailto:")) address.remove_prefix(7);
  const std::size_t at = address.find('@');
  if (at == std::string_view::npos || address.size() > 254) return std::nullopt;
  std::string domain(address.substr(at + 1));
  for (char& c : domain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  if (!is_local_part(address.substr(0, at)) || !is_domain(domain)) return std::nullopt;
  return fmt::format("{}@{}", address.substr(0, at), domain);
}

// "nove um dois ..." as somebody says a number: every word is one or more of its digits.
std::string spoken_digits(const Phrase& said, Language language) {
  std::string digits;
  for (const std::string& word : said.words) {
    const auto number = read_number(word, language);
    if (is_digits(word)) {
      digits += word;
    } else if (number && *number < 10 && !is_ordinal(word, language)) {
      digits += std::to_string(*number);
    } else {
      return {};
    }
  }
  return digits;
}

// The runs of what telephone numbers are written with that hold enough digits for one.
std::vector<std::string> number_runs(std::string_view text) {
  std::vector<std::string> runs;
  std::string run;
  const auto close = [&] {
    const auto digits = std::count_if(run.begin(), run.end(), is_digit);
    if (digits >= 8) runs.push_back(run);
    run.clear();
  };
  for (const char c : text) {
    const bool belongs = is_digit(c) || c == ' ' || c == '(' || c == ')' || c == '-' || c == '.' ||
                         c == '/' || c == '+';
    if (!belongs || (c == '+' && std::any_of(run.begin(), run.end(), is_digit))) close();
    if (belongs) run += c;
  }
  close();
  return runs;
}

std::optional<std::string> phone_of(std::string_view run) {
  std::string digits;
  for (const char c : run) {
    if (is_digit(c)) digits += c;
  }
  bool international = run.find('+') != std::string_view::npos;
  if (!international && digits.starts_with("00")) {
    international = true;
    digits.erase(0, 2);
  }
  if (digits.size() < 8 || digits.size() > 15) return std::nullopt;
  return (international ? "+" : "") + digits;
}

}  // namespace

std::optional<Value> parse_number(std::string_view text, const Locale& locale) {
  if (text.size() > most_parsed_bytes) return std::nullopt;
  const std::string bare = trimmed(without(text, " \n"), ".!?,;");
  if (auto number = number_of(bare, locale.language)) return number;
  const Phrase said = fold(text);
  const auto amount = read_amount(said, locale.language, most_words_beside);
  return amount ? std::optional(Value(*amount)) : std::nullopt;
}

std::optional<DateReading> parse_date(std::string_view text, const Locale& locale) {
  if (text.size() > most_parsed_bytes) return std::nullopt;
  std::vector<std::string> words;
  for (std::string& word : fold(text).words) {
    const bool ordinal_dot =
        is_filler(word, locale.language) && !is_digits(word) && !read_number(word, locale.language);
    if (!ordinal_dot) words.push_back(std::move(word));
  }
  if (words.size() == 1 && words[0].size() == 8 && is_digits(words[0])) {
    return date_of_digits(words[0], locale);
  }
  if (words.size() != 3) return std::nullopt;
  const auto last = date_part(words[2], locale.language);
  if (const auto month = read_month(words[1], locale.language)) {  // 5 de março de 2026
    const auto day = date_part(words[0], locale.language);
    return day && last ? date_of(*last, *month, *day) : std::nullopt;
  }
  if (const auto month = read_month(words[0], locale.language)) {  // March 5, 2026
    const auto day = date_part(words[1], locale.language);
    return day && last ? date_of(*last, *month, *day) : std::nullopt;
  }
  if (!is_digits(words[0]) || !is_digits(words[1]) || !is_digits(words[2])) return std::nullopt;
  const auto first = date_part(words[0], locale.language);
  const auto second = date_part(words[1], locale.language);
  if (!first || !second || !last) return std::nullopt;
  if (words[0].size() == 4) return date_of(*first, *second, *last);
  if (words[2].size() != 4) return std::nullopt;
  return day_and_month(*first, *second, *last, locale);
}

std::optional<std::string> parse_email(std::string_view text) {
  if (text.size() > most_parsed_bytes) return std::nullopt;
  std::optional<std::string> found;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find_first_of(" \n"), text.size());
    if (auto email = email_of(text.substr(0, space))) {
      if (found && *found != *email) return std::nullopt;
      found = std::move(email);
    }
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return found;
}

std::optional<std::string> parse_phone(std::string_view text, const Locale& locale) {
  if (text.size() > most_parsed_bytes) return std::nullopt;
  const std::vector<std::string> runs = number_runs(text);
  if (runs.size() > 1) return std::nullopt;
  if (runs.size() == 1) return phone_of(runs.front());
  return phone_of(spoken_digits(fold(text), locale.language));
}

}  // namespace novelo::flow
