#include "testing/moment.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "novelo/rules/calendar.hpp"

namespace novelo::testing {
namespace {

Error bad(std::string_view text, std::string message) {
  return {ErrorCode::invalid, "bad_moment", std::move(message), std::string(text),
          "Write \"09:10\", \"09:10:30\", \"+2m\", \"day 2 09:00\" or an RFC 3339 time."};
}

// Two digits, taken off the text.
std::optional<int> two_digits(std::string_view& text) {
  if (text.size() < 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
    return std::nullopt;
  }
  const int value = (text[0] - '0') * 10 + (text[1] - '0');
  text.remove_prefix(2);
  return value;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

// "09:10" or "09:10:30" and nothing behind it.
bool read_time_of_day(std::string_view text, LocalTime& local) {
  const auto hour = two_digits(text);
  if (!hour || *hour > 23 || !take(text, ":")) return false;
  const auto minute = two_digits(text);
  if (!minute || *minute > 59) return false;
  local.hour = *hour;
  local.minute = *minute;
  local.second = 0;
  if (!take(text, ":")) return text.empty();
  const auto second = two_digits(text);
  if (!second || *second > 59) return false;
  local.second = *second;
  return text.empty();
}

std::string clock_text(const LocalTime& local) {
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", local.year, local.month, local.day,
                     local.hour, local.minute, local.second);
}

// By the clock of the zone, for people.
std::string clock_text(Timestamp at, std::string_view zone) {
  const auto local = to_local(at, zone);
  return local ? clock_text(*local) : to_string(at);
}

// The instant of a time on the wall; one that the clocks skip is no time.
Result<Timestamp> at_wall_time(std::string_view text, const LocalTime& local,
                               std::string_view zone) {
  const auto at = from_local(local, zone);
  if (!at) return at;
  const auto shown = to_local(*at, zone);
  if (!shown || clock_text(*shown) == clock_text(local)) return at;
  return fail(bad(text, fmt::format("The clocks of {} skip {}: they go on at {}.", zone,
                                    clock_text(local), clock_text(*shown))));
}

// "day 12 ", taken off the text.
std::optional<int> read_day(std::string_view& text) {
  if (!take(text, "day ")) return std::nullopt;
  int day = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && day < 100'000) {
    day = day * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (day == 0 || !take(text, " ")) return std::nullopt;
  return day;
}

void add_days(LocalTime& local, int days) {
  const std::chrono::sys_days date =
      std::chrono::sys_days(std::chrono::year(local.year) / local.month / local.day) +
      std::chrono::days(days);
  const std::chrono::year_month_day moved(date);
  local.year = static_cast<int>(moved.year());
  local.month = static_cast<int>(static_cast<unsigned>(moved.month()));
  local.day = static_cast<int>(static_cast<unsigned>(moved.day()));
}

Result<Timestamp> read_any(std::string_view text, Timestamp before, Timestamp start,
                           std::string_view zone) {
  if (text.starts_with('+')) {
    const auto later = parse_duration(text.substr(1));
    if (!later) return fail(bad(text, "Behind the plus stands a duration such as 2m."));
    return before + *later;
  }
  std::string_view rest = text;
  const bool names_day = rest.starts_with("day ");
  const std::optional<int> day = read_day(rest);
  if (names_day && !day) return fail(bad(text, "A day is counted from 1: \"day 2 09:00\"."));
  auto local = to_local(day ? start : before, zone);
  if (!local) return fail(local.error());
  if (read_time_of_day(rest, *local)) {
    if (day) add_days(*local, *day - 1);
    return at_wall_time(text, *local, zone);
  }
  const auto instant = parse_timestamp(text);
  if (!instant || day) return fail(bad(text, "This is no time."));
  return *instant;
}

}  // namespace

Result<Timestamp> read_moment(std::string_view text, Timestamp before, Timestamp start,
                              std::string_view zone) {
  auto moment = read_any(text, before, start, zone);
  if (moment && *moment < before) {
    return fail(bad(text, fmt::format("This is before the step before it ({}, by the clock of {}).",
                                      clock_text(before, zone), zone)));
  }
  return moment;
}

}  // namespace novelo::testing
