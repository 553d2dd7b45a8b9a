// Calendar: local time, opening hours and the words that go with the time of day.
//
// Zones are IANA names ("America/Sao_Paulo"); daylight saving comes from the system's tz database,
// whose version `zone_data_version` tells, since a run only replays under the same one. A zone is
// read from disk at its first use in the process and kept.
//
// The rules are those of the database's tables, which end with the year 2037: from then on zones
// are taken to keep their standard time. Where times are local, years 0 to 9999 are served; beyond
// them everything fails with `invalid`, reason "bad_time".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"

namespace novelo {

// "2026a"; "unknown" when the database does not say.
std::string zone_data_version();

// Fails with `not_found` when the tz database has no such zone, or cannot be read. The machine's
// own zone, "localtime", is no zone here: it would make a run depend on the machine.
Status check_zone(std::string_view zone);

// A time as people of one zone see it.
struct LocalTime {
  int year = 0;
  int month = 0;    // 1..12
  int day = 0;      // 1..31
  int weekday = 0;  // 1 = Monday .. 7 = Sunday
  int hour = 0;     // 0..23
  int minute = 0;
  int second = 0;

  friend bool operator==(const LocalTime&, const LocalTime&) = default;
};
// Microseconds are left out. Fails as check_zone does.
Result<LocalTime> to_local(Timestamp at, std::string_view zone);
// The instant of a local wall time; the earlier one when it happens twice, the first instant after
// the gap when it does not exist. `weekday` is not looked at. Fails as check_zone does, and with
// `invalid`, reason "bad_time", for a date or time that no calendar has.
Result<Timestamp> from_local(const LocalTime& local, std::string_view zone);

// Opening hours, by the clock on the wall. A holiday (local date "2026-12-25") is closed unless it
// has spans of its own. A span that runs past midnight is written as two.
struct OpeningHours {
  struct Span {
    int weekday = 0;      // 1..7; 0 with `date` set
    std::string date;     // "2026-12-24": these spans replace the weekday's
    int from_minute = 0;  // of the day, 0..1440
    int to_minute = 0;    // exclusive; > from_minute
    friend bool operator==(const Span&, const Span&) = default;
  };
  std::string zone;                   // may be empty when nothing else is given
  std::vector<Span> spans;            // none at all = always open, holidays excepted
  std::vector<std::string> holidays;  // local dates

  friend bool operator==(const OpeningHours&, const OpeningHours&) = default;
};
// Fails with `not_found` for the zone, else with `invalid`, reason "bad_hours"; the subject is the
// place: "zone", "spans[2].date". Spans may overlap.
Status check(const OpeningHours& hours);
// Both fail as to_local does. Hours that `check` refuses are closed where they make no sense.
Result<bool> is_open(const OpeningHours& hours, Timestamp at);
// The next instant at which it is open (now itself when open); nothing within 60 days: empty.
Result<std::optional<Timestamp>> next_opening(const OpeningHours& hours, Timestamp at);

// Morning from 05:00, afternoon from 12:00, night from 18:00, local; in Spanish, where the
// afternoon is longer, from 20:00. Locales are read by their language, "pt-BR", "pt_BR" and "pt"
// alike; a language that is not known is taken for English.
enum class DayPart : std::uint8_t { morning = 1, afternoon = 2, night = 3 };
DayPart day_part(const LocalTime& local, std::string_view locale);

// How the words begin: small inside a sentence, with a capital at its start.
enum class Letter : std::uint8_t { small, capital };

// "bom dia", "boa tarde", "boa noite"; "buenos días", ...; "good morning", "good evening", ...
std::string greeting(DayPart part, std::string_view locale, Letter letter = Letter::small);
// What a closing wishes: "um ótimo dia", "uma ótima tarde", "uma ótima noite"; in Portugal "um bom
// dia", "uma boa tarde", ...; "un buen día", ...; "a great day", "a great evening", ...
std::string farewell_wish(DayPart part, std::string_view locale, Letter letter = Letter::small);

// A date and time as people write it: "quinta-feira, 12 de março de 2026, 10:30" (pt, es; the first
// of a month is "1º" in Brazil), "Thursday, 12 March 2026, 10:30" (en), "Thursday, March 12, 2026,
// 10:30 AM" (en-US). The weekday is that of the date. A date that no calendar has is written in
// figures.
std::string spoken_date_time(const LocalTime& local, std::string_view locale);

}  // namespace novelo
