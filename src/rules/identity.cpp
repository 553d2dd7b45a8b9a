#include "novelo/rules/identity.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

namespace novelo {
namespace {

constexpr std::size_t longest_number = 15;  // E.164
constexpr std::size_t shortest_number = 7;  // with country code; the smallest islands have such
constexpr std::size_t longest_short_code = 6;
constexpr std::size_t longest_typed = 64;       // bytes of a number with its punctuation
constexpr std::size_t longest_local_part = 64;  // RFC 5321, 4.5.3.1
constexpr std::size_t longest_domain = 255;
constexpr std::size_t longest_other = 512;  // bytes of a provider's id

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}
bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

// ---- telephone numbers

struct Dialled {
  bool international = false;  // began with a plus
  std::string digits;
};

// The digits of a written number; nothing for what has anything but digits and punctuation.
std::optional<Dialled> collect(std::string_view text) {
  constexpr std::string_view punctuation = " \t-./()";
  if (text.size() > longest_typed) return std::nullopt;
  Dialled dialled;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      dialled.digits += c;
    } else if (c == '+' && !dialled.international && dialled.digits.empty()) {
      dialled.international = true;
    } else if (dialled.international && text.substr(at, 3) == "(0)") {
      at += 2;  // "+44 (0)20": the 0 is for callers from inside
    } else if (punctuation.find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  return dialled;
}

bool is_e164(std::string_view digits) {
  return digits.size() >= shortest_number && digits.size() <= longest_number && digits[0] != '0';
}

std::optional<std::string> if_e164(std::string digits) {
  if (!is_e164(digits)) return std::nullopt;
  return digits;
}

bool is_short_code(std::string_view digits) {
  return digits.size() >= 2 && digits.size() <= longest_short_code && !digits.starts_with("00");
}

// Numbers that are dialled with their 0 and have no country code: 0300, 0500, 0800, 0900.
bool is_service(std::string_view digits) {
  constexpr std::string_view kinds = "3589";
  return digits.size() >= 8 && digits.size() <= 12 && digits[0] == '0' &&
         kinds.find(digits[1]) != std::string_view::npos && digits.substr(2, 2) == "00";
}

// The Brazilian area codes in use (Anatel, Plano Geral de Códigos Nacionais).
bool is_brazilian_area(std::string_view area) {
  // By tens, which last digits exist.
  constexpr std::array<std::string_view, 10> known = {
      "",     "123456789", "12478",  "1234578",   "123456789",
      "1345", "123456789", "134579", "123456789", "123456789"};
  if (area.size() != 2 || !all_digits(area)) return false;
  return known[static_cast<std::size_t>(area[0] - '0')].find(area[1]) != std::string_view::npos;
}

// Nine digits beginning with 9 (mobile), or eight beginning with 2 to 9 (landlines, and mobile
// numbers written without their ninth digit).
bool is_brazilian_subscriber(std::string_view digits) {
  if (digits.size() == 9) return digits[0] == '9';
  return digits.size() == 8 && digits[0] >= '2';
}

bool is_brazilian_national(std::string_view digits) {
  return digits.size() > 2 && is_brazilian_area(digits.substr(0, 2)) &&
         is_brazilian_subscriber(digits.substr(2));
}

// After a trunk 0: area and number, perhaps behind two digits of a carrier, or a local number.
std::optional<std::string> read_brazilian_trunk(std::string_view digits, std::string_view area) {
  if (digits.size() == 12 || digits.size() == 13) digits.remove_prefix(2);
  if (is_brazilian_national(digits)) return "55" + std::string(digits);
  if (!area.empty() && is_brazilian_subscriber(digits)) {
    return "55" + std::string(area) + std::string(digits);
  }
  return std::nullopt;
}

// With its country code: behind a plus or an international prefix, or too long to be without.
std::optional<std::string> read_international(std::string_view digits) {
  if (digits.starts_with("550")) {  // "+55 041 98888-7777": the trunk 0 is often left in
    const std::string_view national = digits.substr(2);
    if (is_service(national)) return std::string(national);
    return read_brazilian_trunk(national.substr(1), "");
  }
  return if_e164(std::string(digits));
}

std::optional<std::string> read_brazilian(std::string_view digits, std::string_view area) {
  if (digits[0] == '0') return read_brazilian_trunk(digits.substr(1), area);
  if (is_brazilian_national(digits)) return "55" + std::string(digits);
  if (is_brazilian_subscriber(digits)) {
    if (area.empty()) return std::nullopt;
    return "55" + std::string(area) + std::string(digits);
  }
  // Ten digits or more that no Brazilian could have: the country code is there already.
  return digits.size() >= 10 ? read_international(digits) : std::nullopt;
}

// What is known of a country's numbers without its code. Nothing known = lengths of 0.
struct NationalRules {
  std::string_view country;
  std::string_view trunk;
  std::size_t shortest = 0;
  std::size_t longest = 0;

  bool fits(std::size_t digits) const { return digits >= shortest && digits <= longest; }
};

NationalRules national_rules(std::string_view country) {
  constexpr std::array<NationalRules, 6> known = {{{"1", "1", 10, 10},
                                                   {"34", "", 9, 9},
                                                   {"351", "", 9, 9},
                                                   {"39", "", 0, 0},  // keeps its leading 0
                                                   {"52", "", 10, 10},
                                                   {"54", "0", 10, 11}}};
  for (const NationalRules& rules : known) {
    if (rules.country == country) return rules;
  }
  return {country, "0", 0, 0};
}

// In a country whose numbers have known lengths.
std::optional<std::string> read_national(std::string_view digits, const NationalRules& rules,
                                         std::string_view area) {
  const std::string country(rules.country);
  const std::string text(digits);
  if (!rules.trunk.empty() && text.starts_with(rules.trunk) &&
      rules.fits(text.size() - rules.trunk.size())) {
    return country + text.substr(rules.trunk.size());
  }
  if (rules.fits(text.size())) return country + text;
  if (text.starts_with(country) && rules.fits(text.size() - country.size())) return text;
  if (!area.empty() && rules.fits(text.size() + area.size())) {
    return country + std::string(area) + text;
  }
  return text.size() > rules.longest ? read_international(digits) : std::nullopt;
}

// In any other country: a number that begins with its country's code and is long enough has it.
std::optional<std::string> read_elsewhere(std::string_view digits, const NationalRules& rules,
                                          std::string_view area) {
  constexpr std::size_t long_enough = 8;
  constexpr std::size_t longest_local = 8;
  const std::string country(rules.country);
  if (digits.starts_with(country) && digits.size() >= country.size() + long_enough) {
    return if_e164(std::string(digits));
  }
  if (!rules.trunk.empty() && digits.starts_with(rules.trunk)) {
    return if_e164(country + std::string(digits.substr(rules.trunk.size())));
  }
  if (!area.empty() && digits.size() <= longest_local) {
    return if_e164(country + std::string(area) + std::string(digits));
  }
  return if_e164(country + std::string(digits));
}

std::optional<std::string> read_number(std::string_view text, const DialPlan& plan) {
  const std::optional<Dialled> dialled = collect(text);
  if (!dialled) return std::nullopt;
  const std::string_view digits = dialled->digits;
  if (dialled->international) return read_international(digits);
  if (is_short_code(digits) || is_service(digits)) return std::string(digits);
  if (digits.size() < shortest_number) return std::nullopt;
  const std::string_view prefix = plan.country == "1" ? "011" : "00";
  if (digits.starts_with(prefix)) return read_international(digits.substr(prefix.size()));
  if (plan.country.empty()) return read_international(digits);
  if (plan.country == "55") return read_brazilian(digits, plan.area);
  const NationalRules rules = national_rules(plan.country);
  return rules.longest > 0 ? read_national(digits, rules, plan.area)
                           : read_elsewhere(digits, rules, plan.area);
}

Result<Address> normalise_number(const Address& address, const DialPlan& plan) {
  std::optional<std::string> number = read_number(address.value, plan);
  // A plan of nonsense could still make too many digits of too few.
  if (!number || number->size() > longest_number || !all_digits(*number)) {
    return fail({ErrorCode::invalid, "bad_number", "This cannot be a telephone number.", "phone",
                 "Give the country code, or set the country and area of the entry point."});
  }
  return Address{address.kind, *std::move(number)};
}

// ---- mail addresses

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

// A run of printable characters without what separates addresses, or a quoted one (RFC
// 5322, 3.4.1).
bool is_local_part(std::string_view local) {
  constexpr std::string_view separators = " <>()[],;:\\\"@";
  if (local.empty() || local.size() > longest_local_part) return false;
  if (std::any_of(local.begin(), local.end(), is_control)) return false;
  if (local.size() > 2 && local.front() == '"' && local.back() == '"') {
    return local.substr(1, local.size() - 2).find_first_of("\"\\") == std::string_view::npos;
  }
  return local.find_first_of(separators) == std::string_view::npos;
}

bool is_domain(std::string_view domain) {
  if (domain.empty() || domain.size() > longest_domain) return false;
  if (domain.front() == '.' || domain.back() == '.') return false;
  if (domain.find("..") != std::string_view::npos) return false;
  return std::all_of(domain.begin(), domain.end(), [](char c) {
    constexpr std::string_view others = "-._[]:";  // brackets and colons: an address literal
    return !is_ascii(c) || is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           others.find(c) != std::string_view::npos;
  });
}

utf8proc_int32_t lower_scalar(utf8proc_int32_t scalar, void*) {
  return utf8proc_tolower(scalar);
}

// In lower case and composed form; nothing when it is not UTF-8.
std::optional<std::string> lower_domain(std::string_view domain) {
  utf8proc_uint8_t* bytes = nullptr;
  const utf8proc_ssize_t length = utf8proc_map_custom(
      reinterpret_cast<const utf8proc_uint8_t*>(domain.data()),
      static_cast<utf8proc_ssize_t>(domain.size()), &bytes,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE), lower_scalar, nullptr);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(bytes, &std::free);
  if (length < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

Result<Address> normalise_mail(const Address& address) {
  const auto bad = [] {
    return fail({ErrorCode::invalid, "bad_address", "This cannot be a mail address.", "email",
                 "Write it like name@example.org."});
  };
  const std::string_view text = trimmed(address.value);
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return bad();
  const std::string_view local = text.substr(0, at);
  std::string_view domain = text.substr(at + 1);
  if (domain.ends_with('.')) domain.remove_suffix(1);
  if (!is_local_part(local) || !is_domain(domain)) return bad();
  const std::optional<std::string> plain_domain = lower_domain(domain);
  if (!plain_domain) return bad();
  return Address{address.kind, std::string(local) + "@" + *plain_domain};
}

Result<Address> normalise_other(const Address& address) {
  const std::string& value = address.value;
  if (address.kind == AddressKind::none || value.empty() || value.size() > longest_other ||
      std::any_of(value.begin(), value.end(), is_control)) {
    return fail({ErrorCode::invalid, "bad_address", "This cannot be an address.",
                 std::string(to_string(address.kind)), ""});
  }
  return address;
}

// ---- variants

std::optional<std::string> number_variant(const std::string& number) {
  if (number.starts_with("55") && is_brazilian_area(std::string_view(number).substr(2, 2))) {
    if (number.size() == 12 && number[4] >= '6') {
      return number.substr(0, 4) + "9" + number.substr(4);
    }
    if (number.size() == 13 && number[4] == '9' && number[5] >= '6') {
      return number.substr(0, 4) + number.substr(5);
    }
    return std::nullopt;
  }
  if (number.starts_with("549") && number.size() == 13) return "54" + number.substr(3);
  if (number.starts_with("521") && number.size() == 13) return "52" + number.substr(3);
  if (number.starts_with("52") && number.size() == 12) return "521" + number.substr(2);
  return std::nullopt;
}

std::optional<std::string> mail_variant(const std::string& mail) {
  const std::size_t at = mail.rfind('@');
  if (at == std::string::npos) return std::nullopt;
  std::string other = mail;
  std::transform(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(at), other.begin(),
                 lower);
  if (other == mail) return std::nullopt;
  return other;
}

// ---- kinds of lines

LineKind brazilian_line(std::string_view national) {
  if (is_service("0" + std::string(national))) return LineKind::service;
  if (!is_brazilian_national(national)) return LineKind::unknown;
  return national[2] >= '6' ? LineKind::mobile : LineKind::landline;
}

// Portugal: Anacom's plan. 30 is for numbers without a place.
LineKind portuguese_line(std::string_view national) {
  if (national.size() != 9) return LineKind::unknown;
  switch (national[0]) {
    case '9': return LineKind::mobile;
    case '2': return LineKind::landline;
    case '6':
    case '7':
    case '8': return LineKind::service;
    default: return LineKind::unknown;
  }
}

LineKind spanish_line(std::string_view national) {
  if (national.size() != 9) return LineKind::unknown;
  if (national.starts_with("80") || national.starts_with("90")) return LineKind::service;
  switch (national[0]) {
    case '6':
    case '7': return LineKind::mobile;
    case '8':
    case '9': return LineKind::landline;
    default: return LineKind::unknown;
  }
}

// Country 1: area codes say nothing of the line, but for the toll-free ones (8 and twice a digit).
LineKind american_line(std::string_view national) {
  constexpr std::string_view toll_free = "800 833 844 855 866 877 888";
  if (national.size() != 10) return LineKind::unknown;
  return toll_free.find(national.substr(0, 3)) != std::string_view::npos ? LineKind::service
                                                                         : LineKind::unknown;
}

void put_mask(std::string& text, std::string_view hidden) {
  for (const char c : hidden) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues) text += '*';
  }
}

// Keeps so many characters at either end, unless too little would be hidden or they are not ASCII.
std::string mask_middle(std::string_view value, std::size_t front, std::size_t back) {
  const bool plain =
      std::all_of(value.begin(), value.end(), [](char c) { return is_ascii(c) && !is_control(c); });
  std::string text;
  if (!plain || value.size() < front + back + 2) {
    put_mask(text, value);
    return text;
  }
  text += value.substr(0, front);
  put_mask(text, value.substr(front, value.size() - front - back));
  text += value.substr(value.size() - back);
  return text;
}

std::string mask_mail(std::string_view mail) {
  const std::size_t at = mail.rfind('@');
  const bool printable = std::none_of(mail.begin(), mail.end(), is_control);
  std::string text;
  if (at == std::string_view::npos || at == 0 || !printable) {
    put_mask(text, mail);
    return text;
  }
  const bool short_name = at == 1 || !is_ascii(mail[0]);
  if (!short_name) text += mail[0];
  put_mask(text, mail.substr(short_name ? 0 : 1, short_name ? at : at - 1));
  text += mail.substr(at);
  return text;
}

}  // namespace

Result<Address> normalise(const Address& address, const DialPlan& plan) {
  switch (address.kind) {
    case AddressKind::phone: return normalise_number(address, plan);
    case AddressKind::email: return normalise_mail(address);
    default: return normalise_other(address);
  }
}

std::vector<Address> variants(const Address& plain) {
  std::vector<Address> found{plain};
  std::optional<std::string> other;
  if (plain.kind == AddressKind::phone && all_digits(plain.value)) {
    other = number_variant(plain.value);
  } else if (plain.kind == AddressKind::email) {
    other = mail_variant(plain.value);
  }
  if (other) found.push_back({plain.kind, *std::move(other)});
  return found;
}

LineKind line_kind(const Address& plain) {
  const std::string_view number = plain.value;
  if (plain.kind != AddressKind::phone || !all_digits(number)) return LineKind::unknown;
  if (is_short_code(number) || is_service(number)) return LineKind::service;
  if (number.starts_with("55")) return brazilian_line(number.substr(2));
  if (number.starts_with("351")) return portuguese_line(number.substr(3));
  if (number.starts_with("34")) return spanish_line(number.substr(2));
  if (number.starts_with("549") && number.size() == 13) return LineKind::mobile;
  if (number.starts_with("521") && number.size() == 13) return LineKind::mobile;
  if (number.starts_with("1")) return american_line(number.substr(1));
  return LineKind::unknown;
}

Result<Address> parse_destination(std::string_view typed) {
  constexpr std::size_t shortest = 8;
  const auto bad = [](std::string message) {
    return fail({ErrorCode::invalid, "bad_number", std::move(message), "destination",
                 "Write country code, area code and number, digits only: 5511999999999."});
  };
  if (typed.empty()) return bad("The number is missing.");
  if (typed.find(' ') != std::string_view::npos) return bad("The number has spaces in it.");
  if (typed.front() == '+') return bad("The number begins with a plus.");
  if (!all_digits(typed)) return bad("The number has something other than digits in it.");
  if (typed.front() == '0') return bad("The number begins with 0, as no country code does.");
  if (typed.size() < shortest) {
    return bad("The number has " + std::to_string(typed.size()) + " digits; at least 8 are due.");
  }
  if (typed.size() > longest_number) {
    return bad("The number has " + std::to_string(typed.size()) + " digits; at most 15 may be.");
  }
  return Address{AddressKind::phone, std::string(typed)};
}

std::string masked(const Address& address) {
  std::string text = std::string(to_string(address.kind)) + ":";
  switch (address.kind) {
    case AddressKind::phone: return text + mask_middle(address.value, 2, 4);
    case AddressKind::email: return text + mask_mail(address.value);
    default: return text + mask_middle(address.value, 2, 2);
  }
}

}  // namespace novelo
