#include "novelo/base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>

namespace novelo {
namespace {

constexpr Timestamp earliest{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
constexpr Timestamp past_latest{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};
constexpr Duration longest = std::chrono::hours{24 * 36'525};  // 100 years of 365.25 days

struct Unit {
  std::string_view name;
  std::int64_t microseconds;
};

constexpr std::array<Unit, 6> units{{{"d", 86'400'000'000},
                                     {"h", 3'600'000'000},
                                     {"m", 60'000'000},
                                     {"s", 1'000'000},
                                     {"ms", 1000},
                                     {"us", 1}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes a text apart from the front; everything fails at the first character out of place.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool at_digit() const { return !rest_.empty() && is_digit(rest_.front()); }

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly `digits` digits with a value of at most `most`.
  std::optional<int> number(std::size_t digits, int most) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    if (value > most) return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
  }

  // The digits and the letters that follow, both possibly empty.
  std::string_view digits() { return run(is_digit); }
  std::string_view letters() {
    return run([](char c) { return c >= 'a' && c <= 'z'; });
  }

 private:
  template <class Belongs>
  std::string_view run(Belongs belongs) {
    std::size_t length = 0;
    while (length < rest_.size() && belongs(rest_[length])) ++length;
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  std::string_view rest_;
};

std::optional<std::chrono::sys_days> read_date(Scanner& scanner) {
  const auto year = scanner.number(4, 9999);
  if (!year || !scanner.take('-')) return std::nullopt;
  const auto month = scanner.number(2, 12);
  if (!month || !scanner.take('-')) return std::nullopt;
  const auto day = scanner.number(2, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::optional<Duration> read_fraction(Scanner& scanner) {
  if (!scanner.take('.')) return Duration{0};
  const std::string_view digits = scanner.digits();
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  std::int64_t microseconds = 0;
  for (std::size_t place = 0; place < 6; ++place) {
    microseconds = microseconds * 10 + (place < digits.size() ? digits[place] - '0' : 0);
  }
  return Duration{microseconds};
}

std::optional<Duration> read_time_of_day(Scanner& scanner) {
  const auto hour = scanner.number(2, 23);
  if (!hour || !scanner.take(':')) return std::nullopt;
  const auto minute = scanner.number(2, 59);
  if (!minute || !scanner.take(':')) return std::nullopt;
  const auto second = scanner.number(2, 59);
  if (!second) return std::nullopt;
  const auto fraction = read_fraction(scanner);
  if (!fraction) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} +
         *fraction;
}

std::optional<Duration> read_offset(Scanner& scanner) {
  if (scanner.take('Z') || scanner.take('z')) return Duration{0};
  const bool east = scanner.take('+');
  if (!east && !scanner.take('-')) return std::nullopt;
  const auto hours = scanner.number(2, 23);
  if (!hours || !scanner.take(':')) return std::nullopt;
  const auto minutes = scanner.number(2, 59);
  if (!minutes) return std::nullopt;
  const Duration offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return east ? offset : -offset;
}

std::optional<Timestamp> read_timestamp(Scanner scanner) {
  const auto date = read_date(scanner);
  if (!date || !(scanner.take('T') || scanner.take('t'))) return std::nullopt;
  const auto time = read_time_of_day(scanner);
  if (!time) return std::nullopt;
  const auto offset = read_offset(scanner);
  if (!offset || !scanner.done()) return std::nullopt;
  const Timestamp at = *date + *time - *offset;
  if (at < earliest || at >= past_latest) return std::nullopt;
  return at;
}

// `digits` times `unit`, or nothing when it is more than the longest duration.
std::optional<std::int64_t> multiply(std::string_view digits, std::int64_t unit) {
  const std::int64_t most = longest.count() / unit;
  std::int64_t amount = 0;
  for (const char c : digits) {
    amount = amount * 10 + (c - '0');
    if (amount > most) return std::nullopt;
  }
  return amount * unit;
}

std::optional<Duration> read_duration(Scanner scanner) {
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  do {
    const std::string_view digits = scanner.digits();
    const std::string_view name = scanner.letters();
    if (digits.empty() || name.empty()) return std::nullopt;
    while (next_unit < units.size() && units[next_unit].name != name) ++next_unit;
    if (next_unit == units.size()) return std::nullopt;
    const auto part = multiply(digits, units[next_unit].microseconds);
    if (!part) return std::nullopt;
    total += *part;
    if (total > longest.count()) return std::nullopt;
    ++next_unit;
  } while (!scanner.done());
  return Duration{total};
}

}  // namespace

Result<Timestamp> parse_timestamp(std::string_view text) {
  if (const auto at = read_timestamp(Scanner{text})) return *at;
  return fail({ErrorCode::invalid, "bad_timestamp", "This is not a time of RFC 3339.", "",
               "Write it with its offset, such as 2026-03-02T09:10:00-03:00."});
}

std::string to_string(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Duration> time{at - day};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()},
                                 unsigned{date.month()}, unsigned{date.day()}, time.hours().count(),
                                 time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:06}", time.subseconds().count());
  return text + "Z";
}

Result<Duration> parse_duration(std::string_view text) {
  if (const auto duration = read_duration(Scanner{text})) return *duration;
  return fail({ErrorCode::invalid, "bad_duration", "This is not a length of time.", "",
               "Write whole numbers with units, such as 45s, 10m, 1h30m or 7d."});
}

std::string to_string(Duration duration) {
  if (duration.count() == 0) return "0s";
  const bool negative = duration.count() < 0;
  // Unsigned, because the smallest of the signed numbers has no positive.
  auto rest = static_cast<std::uint64_t>(duration.count());
  if (negative) rest = 0 - rest;
  std::string text = negative ? "-" : "";
  for (const Unit& unit : units) {
    const auto size = static_cast<std::uint64_t>(unit.microseconds);
    if (rest >= size) text += fmt::format("{}{}", rest / size, unit.name);
    rest %= size;
  }
  return text;
}

}  // namespace novelo
