#include "novelo/rules/calendar.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <fstream>
#include <utility>

namespace novelo {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using LocalInstant = date::local_time<Duration>;

constexpr Timestamp earliest{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
constexpr Timestamp past_latest{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};
constexpr int minutes_per_day = 24 * 60;
constexpr days opening_horizon{60};

// ---- zones

tl::unexpected<Error> no_zone() {
  return fail({ErrorCode::not_found, "unknown_zone", "The time zone database has no such zone.",
               "zone", "Name an IANA zone, such as America/Sao_Paulo."});
}

tl::unexpected<Error> bad_time() {
  return fail({ErrorCode::invalid, "bad_time", "There is no such local time.", "", ""});
}

bool in_range(Timestamp at) {
  return at >= earliest && at < past_latest;
}

// Runs `use` with the zone. The tz library throws for unknown zones and unreadable files; it looks
// names up in its own list, so that no text reaches a file name.
template <class Use>
auto with_zone(std::string_view name, Use use) -> decltype(use(std::declval<date::time_zone>())) {
  if (name.empty() || name == "localtime") return no_zone();
  try {
    return use(*date::locate_zone(name));
  } catch (const std::exception&) {
    return no_zone();
  }
}

// What the library says, or the first line of the database's source text: "# version 2026a".
std::string read_zone_data_version() {
  constexpr std::string_view prefix = "# version ";
  constexpr std::size_t longest = 32;
  try {
    const std::string& known = date::get_tzdb().version;
    if (!known.empty() && known != "unknown") return known;
    std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
    std::string line;
    if (std::getline(file, line) && line.starts_with(prefix) &&
        line.size() <= prefix.size() + longest) {
      return line.substr(prefix.size());
    }
  } catch (const std::exception&) {
    return "unknown";
  }
  return "unknown";
}

// ---- local times

// Monday 1 .. Sunday 7.
int weekday_of(LocalInstant local) {
  const std::chrono::weekday weekday{
      std::chrono::sys_days{date::floor<days>(local).time_since_epoch()}};
  return static_cast<int>(weekday.iso_encoding());
}

std::chrono::year_month_day date_of(LocalInstant local) {
  return std::chrono::sys_days{date::floor<days>(local).time_since_epoch()};
}

LocalTime fields_of(LocalInstant local) {
  const std::chrono::year_month_day date = date_of(local);
  const std::chrono::hh_mm_ss<Duration> time{local - date::floor<days>(local)};
  LocalTime result;
  result.year = int{date.year()};
  result.month = static_cast<int>(unsigned{date.month()});
  result.day = static_cast<int>(unsigned{date.day()});
  result.weekday = weekday_of(local);
  result.hour = static_cast<int>(time.hours().count());
  result.minute = static_cast<int>(time.minutes().count());
  result.second = static_cast<int>(time.seconds().count());
  return result;
}

bool is_between(int value, int least, int most) {
  return value >= least && value <= most;
}

// The date, or nothing when no calendar has it.
std::optional<std::chrono::year_month_day> date_from(int year, int month, int day) {
  if (!is_between(year, 0, 9999) || !is_between(month, 1, 12) || !is_between(day, 1, 31)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<LocalInstant> instant_from(const LocalTime& local) {
  const auto date = date_from(local.year, local.month, local.day);
  if (!date || !is_between(local.hour, 0, 23) || !is_between(local.minute, 0, 59) ||
      !is_between(local.second, 0, 59)) {
    return std::nullopt;
  }
  const Duration time =
      std::chrono::hours{local.hour} + std::chrono::minutes{local.minute} + seconds{local.second};
  return LocalInstant{std::chrono::sys_days{*date}.time_since_epoch() + time};
}

// ---- opening hours

// Reads "2026-12-24", exactly so.
bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  std::array<int, 3> numbers{};
  std::size_t field = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at == 4 || at == 7) {
      ++field;
    } else if (text[at] < '0' || text[at] > '9') {
      return false;
    } else {
      numbers[field] = numbers[field] * 10 + (text[at] - '0');
    }
  }
  return date_from(numbers[0], numbers[1], numbers[2]).has_value();
}

struct Minutes {
  int from = 0;
  int to = 0;
};

// When it is open on one local day, in order of beginning.
std::vector<Minutes> open_minutes(const OpeningHours& hours, LocalInstant day) {
  const std::chrono::year_month_day ymd = date_of(day);
  const std::string date =
      fmt::format("{:04}-{:02}-{:02}", int{ymd.year()}, unsigned{ymd.month()}, unsigned{ymd.day()});
  const auto select = [&](auto belongs) {
    std::vector<Minutes> found;
    for (const OpeningHours::Span& span : hours.spans) {
      if (belongs(span)) {
        found.push_back({std::max(span.from_minute, 0), std::min(span.to_minute, minutes_per_day)});
      }
    }
    std::sort(found.begin(), found.end(),
              [](const Minutes& a, const Minutes& b) { return a.from < b.from; });
    return found;
  };
  std::vector<Minutes> own =
      select([&](const OpeningHours::Span& span) { return span.date == date; });
  if (!own.empty()) return own;
  if (std::find(hours.holidays.begin(), hours.holidays.end(), date) != hours.holidays.end()) {
    return {};
  }
  if (hours.spans.empty()) return {{0, minutes_per_day}};
  const int weekday = weekday_of(day);
  return select(
      [&](const OpeningHours::Span& span) { return span.date.empty() && span.weekday == weekday; });
}

bool always_open(const OpeningHours& hours) {
  return hours.spans.empty() && hours.holidays.empty();
}

// The first open instant from `from` on and before `to`, by the wall clock.
std::optional<LocalInstant> first_open(const OpeningHours& hours, LocalInstant from,
                                       LocalInstant to) {
  for (auto day = date::floor<days>(from); LocalInstant{day} < to; day += days{1}) {
    for (const Minutes& span : open_minutes(hours, day)) {
      const LocalInstant opens =
          std::max<LocalInstant>(day + std::chrono::minutes{span.from}, from);
      const LocalInstant closes = std::min<LocalInstant>(day + std::chrono::minutes{span.to}, to);
      if (opens < closes) return opens;
    }
  }
  return std::nullopt;
}

// A zone's wall clock runs evenly between two changes of its offset, so each stretch is searched by
// itself: an hour that the clock skips is never found, one that it repeats is found twice.
std::optional<Timestamp> find_opening(const OpeningHours& hours, const date::time_zone& zone,
                                      Timestamp at) {
  const Timestamp horizon = std::min<Timestamp>(at + opening_horizon + Duration{1}, past_latest);
  for (Timestamp from = at; from < horizon;) {
    const date::sys_info info = zone.get_info(from);
    const Timestamp to = std::min<Timestamp>(info.end, horizon);
    const LocalInstant start{(from + info.offset).time_since_epoch()};
    if (const auto found = first_open(hours, start, start + (to - from))) {
      return from + (*found - start);
    }
    from = to;
  }
  return std::nullopt;
}

tl::unexpected<Error> bad_hours(std::string subject, std::string message) {
  return fail({ErrorCode::invalid, "bad_hours", std::move(message), std::move(subject), ""});
}

Status check_span(const OpeningHours::Span& span, const std::string& place) {
  if (span.date.empty() && !is_between(span.weekday, 1, 7)) {
    return bad_hours(place + ".weekday", "A weekday is 1 (Monday) to 7 (Sunday).");
  }
  if (!span.date.empty() && span.weekday != 0) {
    return bad_hours(place + ".weekday", "A span has a weekday or a date, not both.");
  }
  if (!span.date.empty() && !is_date(span.date)) {
    return bad_hours(place + ".date", "A date is written like 2026-12-24, and must exist.");
  }
  if (!is_between(span.from_minute, 0, minutes_per_day)) {
    return bad_hours(place + ".from_minute", "A minute of the day is 0 to 1440.");
  }
  if (!is_between(span.to_minute, span.from_minute + 1, minutes_per_day)) {
    return bad_hours(place + ".to_minute", "A span ends after it begins, at 1440 at the latest.");
  }
  return {};
}

// ---- words

struct Language {
  std::array<std::string_view, 3> greetings;  // by part of the day
  std::array<std::string_view, 3> wishes;
  std::array<std::string_view, 7> weekdays;  // Monday first
  std::array<std::string_view, 12> months;
  std::string_view of;     // between day, month and year
  std::string_view first;  // the first day of a month
  int night = 18;          // the hour from which people wish a good evening
  bool american = false;   // "March 12, 2026, 10:30 AM"
};

constexpr Language brazilian = {{"bom dia", "boa tarde", "boa noite"},
                                {"um ótimo dia", "uma ótima tarde", "uma ótima noite"},
                                {"segunda-feira", "terça-feira", "quarta-feira", "quinta-feira",
                                 "sexta-feira", "sábado", "domingo"},
                                {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho",
                                 "agosto", "setembro", "outubro", "novembro", "dezembro"},
                                " de ",
                                "1º"};

constexpr Language portuguese = {brazilian.greetings,
                                 {"um bom dia", "uma boa tarde", "uma boa noite"},
                                 brazilian.weekdays,
                                 brazilian.months,
                                 " de ",
                                 "1"};

constexpr Language spanish = {
    {"buenos días", "buenas tardes", "buenas noches"},
    {"un buen día", "una buena tarde", "una buena noche"},
    {"lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"},
    {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
     "octubre", "noviembre", "diciembre"},
    " de ",
    "1",
    20};

constexpr Language english = {
    {"good morning", "good afternoon", "good evening"},
    {"a great day", "a great afternoon", "a great evening"},
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"},
    " ",
    "1"};

constexpr Language american = {english.greetings, english.wishes, english.weekdays, english.months,
                               english.of,        english.first,  english.night,    true};

const Language& language_of(std::string_view locale) {
  std::string plain(locale.substr(0, 5));
  for (char& c : plain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  const std::string_view name = std::string_view(plain).substr(0, plain.find('-'));
  if (name == "pt") return plain == "pt" || plain == "pt-br" ? brazilian : portuguese;
  if (name == "es") return spanish;
  return plain == "en-us" ? american : english;
}

// The words of this page all begin with a letter of ASCII.
std::string begun_with(Letter letter, std::string_view words) {
  std::string text(words);
  const bool small = !text.empty() && text.front() >= 'a' && text.front() <= 'z';
  if (letter == Letter::capital && small) {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text;
}

std::size_t index_of(DayPart part) {
  switch (part) {
    case DayPart::morning: return 0;
    case DayPart::afternoon: return 1;
    case DayPart::night: return 2;
  }
  return 0;
}

}  // namespace

std::string zone_data_version() {
  // The database is read once by the library, too: what it says later holds for the next process.
  static const std::string version = read_zone_data_version();
  return version;
}

Status check_zone(std::string_view zone) {
  return with_zone(zone, [](const date::time_zone& found) -> Status {
    found.get_info(earliest);  // reads the file
    return {};
  });
}

Result<LocalTime> to_local(Timestamp at, std::string_view zone) {
  return with_zone(zone, [&](const date::time_zone& found) -> Result<LocalTime> {
    if (!in_range(at)) return bad_time();
    return fields_of(found.to_local(at));
  });
}

Result<Timestamp> from_local(const LocalTime& local, std::string_view zone) {
  return with_zone(zone, [&](const date::time_zone& found) -> Result<Timestamp> {
    const std::optional<LocalInstant> wall = instant_from(local);
    if (!wall) return bad_time();
    const date::local_info info = found.get_info(*wall);
    if (info.result == date::local_info::nonexistent) return Timestamp{info.first.end};
    return Timestamp{wall->time_since_epoch() - info.first.offset};
  });
}

Status check(const OpeningHours& hours) {
  if (!hours.zone.empty() || !always_open(hours)) {
    if (const Status zone = check_zone(hours.zone); !zone) return zone;
  }
  for (std::size_t index = 0; index < hours.spans.size(); ++index) {
    const Status span = check_span(hours.spans[index], fmt::format("spans[{}]", index));
    if (!span) return span;
  }
  for (std::size_t index = 0; index < hours.holidays.size(); ++index) {
    if (!is_date(hours.holidays[index])) {
      return bad_hours(fmt::format("holidays[{}]", index),
                       "A date is written like 2026-12-24, and must exist.");
    }
  }
  return {};
}

Result<bool> is_open(const OpeningHours& hours, Timestamp at) {
  if (always_open(hours)) return true;
  return with_zone(hours.zone, [&](const date::time_zone& zone) -> Result<bool> {
    if (!in_range(at)) return bad_time();
    const LocalInstant local = zone.to_local(at);
    return first_open(hours, local, local + Duration{1}).has_value();
  });
}

Result<std::optional<Timestamp>> next_opening(const OpeningHours& hours, Timestamp at) {
  if (always_open(hours)) return at;
  return with_zone(hours.zone,
                   [&](const date::time_zone& zone) -> Result<std::optional<Timestamp>> {
                     if (!in_range(at)) return bad_time();
                     return find_opening(hours, zone, at);
                   });
}

DayPart day_part(const LocalTime& local, std::string_view locale) {
  if (local.hour < 5 || local.hour >= language_of(locale).night) return DayPart::night;
  return local.hour < 12 ? DayPart::morning : DayPart::afternoon;
}

std::string greeting(DayPart part, std::string_view locale, Letter letter) {
  return begun_with(letter, language_of(locale).greetings[index_of(part)]);
}

std::string farewell_wish(DayPart part, std::string_view locale, Letter letter) {
  return begun_with(letter, language_of(locale).wishes[index_of(part)]);
}

std::string spoken_date_time(const LocalTime& local, std::string_view locale) {
  const std::string time = fmt::format("{:02}:{:02}", local.hour, local.minute);
  const auto date = date_from(local.year, local.month, local.day);
  if (!date) return fmt::format("{}-{}-{}, {}", local.year, local.month, local.day, time);
  const Language& language = language_of(locale);
  const LocalInstant day{std::chrono::sys_days{*date}.time_since_epoch()};
  const std::string_view weekday = language.weekdays[static_cast<std::size_t>(weekday_of(day) - 1)];
  const std::string_view month = language.months[static_cast<std::size_t>(local.month - 1)];
  if (language.american) {
    const int hour = local.hour % 12 == 0 ? 12 : local.hour % 12;
    return fmt::format("{}, {} {}, {}, {}:{:02} {}", weekday, month, local.day, local.year, hour,
                       local.minute, local.hour < 12 ? "AM" : "PM");
  }
  const std::string number =
      local.day == 1 ? std::string(language.first) : fmt::format("{}", local.day);
  return fmt::format("{}, {}{}{}{}{}, {}", weekday, number, language.of, month, language.of,
                     local.year, time);
}

}  // namespace novelo
