#include "config/forms.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>

namespace novelo::config {
namespace {

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_host = 253;  // RFC 1035
constexpr std::size_t longest_label = 63;  // RFC 1035
constexpr std::size_t longest_local = 64;  // RFC 5321
constexpr std::size_t longest_mail = 254;  // RFC 5321, with the brackets of a path taken away

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <class Test>
bool all_of(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

bool is_language(std::string_view part) {
  return (part.size() == 2 || part.size() == 3) && all_of(part, is_lower);
}
bool is_script(std::string_view part) {
  return part.size() == 4 && is_upper(part[0]) && all_of(part.substr(1), is_lower);
}
bool is_region(std::string_view part) {
  return (part.size() == 2 && all_of(part, is_upper)) ||
         (part.size() == 3 && all_of(part, is_digit));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
         label.back() != '-' &&
         all_of(label, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_atom_character(char c) {  // RFC 5322 atext and the dot
  return is_lower(c) || is_upper(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

// The next part before '-', taken off the front.
std::string_view take_part(std::string_view& rest) {
  const std::size_t end = rest.find('-');
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

int number_of(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name && all_of(text, [](char c) {
    return is_lower(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
  });
}

bool is_field_name(std::string_view text) {
  return is_name(text) && is_lower(text.front()) && text.find('.') == std::string_view::npos;
}

bool is_locale(std::string_view text) {
  if (text.empty() || text.back() == '-') return false;
  std::string_view rest = text;
  if (!is_language(take_part(rest))) return false;
  if (rest.empty()) return true;
  std::string_view part = take_part(rest);
  if (is_script(part)) {
    if (rest.empty()) return true;
    part = take_part(rest);
  }
  return is_region(part) && rest.empty();
}

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > longest_host) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || text.size() > longest_mail) return false;
  const std::string_view local = text.substr(0, at);
  std::string host(text.substr(at + 1));
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return !local.empty() && local.size() <= longest_local && local.front() != '.' &&
         local.back() != '.' && local.find("..") == std::string_view::npos &&
         all_of(local, is_atom_character) && is_host(host);
}

bool is_url(std::string_view text) {
  const std::size_t start = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  return start != 0 && text.size() > start && text[start] != '/' && all_of(text, [](char c) {
           return c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '>';
         });
}

bool is_url_path(std::string_view text) {
  return text.starts_with('/') &&
         all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '?' && c != '#'; });
}

bool is_digits(std::string_view text) {
  return !text.empty() && all_of(text, is_digit);
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (!is_digits(text.substr(0, 4)) || !is_digits(text.substr(5, 2)) ||
      !is_digits(text.substr(8))) {
    return false;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(number_of(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(number_of(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(number_of(text.substr(8))))};
  return date.ok();
}

bool is_line(std::string_view text) {
  return all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

bool is_prose(std::string_view text) {
  return all_of(text, [](char c) {
    return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\n' || c == '\r' ||
           c == '\t';
  });
}

std::size_t count_scalars_of_valid(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace novelo::config
