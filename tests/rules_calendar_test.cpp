#include "novelo/rules/calendar.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <utility>
#include <vector>

namespace novelo {
namespace {

constexpr const char* sao_paulo = "America/Sao_Paulo";
constexpr const char* lisbon = "Europe/Lisbon";

Timestamp at(std::string_view text) {
  return parse_timestamp(text).value();
}

LocalTime wall(int year, int month, int day, int hour, int minute, int second = 0) {
  LocalTime local;
  local.year = year;
  local.month = month;
  local.day = day;
  local.hour = hour;
  local.minute = minute;
  local.second = second;
  return local;
}

// A local time as text, with its weekday.
std::string local(std::string_view utc, std::string_view zone) {
  const Result<LocalTime> found = to_local(at(utc), zone);
  if (!found) return found.error().reason;
  const auto two = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return std::to_string(found->weekday) + " " + std::to_string(found->year) + "-" +
         two(found->month) + "-" + two(found->day) + " " + two(found->hour) + ":" +
         two(found->minute) + ":" + two(found->second);
}

std::string utc(const LocalTime& local, std::string_view zone) {
  const Result<Timestamp> found = from_local(local, zone);
  return found ? to_string(*found) : found.error().reason;
}

TEST_CASE("the tz database says which it is") {
  CHECK(zone_data_version().size() >= 5);
  CHECK(zone_data_version() == zone_data_version());
}

TEST_CASE("zones are known by name, and by nothing else") {
  CHECK(check_zone(sao_paulo).has_value());
  CHECK(check_zone(lisbon).has_value());
  CHECK(check_zone("UTC").has_value());
  for (const char* name : {"", "localtime", "Brasilia", "America", "../../../etc/passwd",
                           "/etc/localtime", "right/Europe/Lisbon", "tzdata.zi", "\xFF"}) {
    const Status unknown = check_zone(name);
    REQUIRE_MESSAGE(!unknown.has_value(), name);
    CHECK(unknown.error().code == ErrorCode::not_found);
  }
  CHECK(check_zone(std::string(1'000'000, 'a')).error().code == ErrorCode::not_found);
  CHECK(to_local(at("2026-03-12T13:30:00Z"), "Nowhere").error().code == ErrorCode::not_found);
  CHECK(from_local(wall(2026, 3, 12, 10, 30), "").error().code == ErrorCode::not_found);
}

TEST_CASE("times are told as the zone's people see them") {
  CHECK(local("2026-03-12T13:30:05.999999Z", sao_paulo) == "4 2026-03-12 10:30:05");
  CHECK(local("2026-03-01T02:59:59Z", sao_paulo) == "6 2026-02-28 23:59:59");
  CHECK(local("2026-07-12T10:00:00Z", lisbon) == "7 2026-07-12 11:00:00");
  CHECK(local("2026-01-12T10:00:00Z", lisbon) == "1 2026-01-12 10:00:00");
  CHECK(local("1969-12-31T23:59:59.500000Z", "UTC") == "3 1969-12-31 23:59:59");
  CHECK(utc(wall(2026, 3, 12, 10, 30), sao_paulo) == "2026-03-12T13:30:00Z");
  CHECK(utc(wall(2026, 7, 12, 11, 0), lisbon) == "2026-07-12T10:00:00Z");
}

TEST_CASE("daylight saving is known to the end of the database's tables") {
  CHECK(local("2036-07-01T10:00:00Z", lisbon) == "2 2036-07-01 11:00:00");
}

TEST_CASE("an hour that the clock skips gives its end") {
  // Lisbon, 2026-03-29: 01:00 becomes 02:00.
  CHECK(local("2026-03-29T00:59:59Z", lisbon) == "7 2026-03-29 00:59:59");
  CHECK(local("2026-03-29T01:00:00Z", lisbon) == "7 2026-03-29 02:00:00");
  for (const int minute : {0, 1, 30, 59}) {
    CHECK(utc(wall(2026, 3, 29, 1, minute), lisbon) == "2026-03-29T01:00:00Z");
  }
  CHECK(utc(wall(2026, 3, 29, 2, 0), lisbon) == "2026-03-29T01:00:00Z");
  // Sao Paulo, 2018-11-04: midnight becomes 01:00.
  CHECK(utc(wall(2018, 11, 3, 23, 59), sao_paulo) == "2018-11-04T02:59:00Z");
  CHECK(utc(wall(2018, 11, 4, 0, 30), sao_paulo) == "2018-11-04T03:00:00Z");
  CHECK(local("2018-11-04T03:00:00Z", sao_paulo) == "7 2018-11-04 01:00:00");
}

TEST_CASE("an hour that the clock repeats gives the first") {
  // Lisbon, 2026-10-25: 02:00 becomes 01:00.
  CHECK(utc(wall(2026, 10, 25, 1, 30), lisbon) == "2026-10-25T00:30:00Z");
  CHECK(local("2026-10-25T00:30:00Z", lisbon) == "7 2026-10-25 01:30:00");
  CHECK(local("2026-10-25T01:30:00Z", lisbon) == "7 2026-10-25 01:30:00");
  CHECK(utc(wall(2026, 10, 25, 2, 0), lisbon) == "2026-10-25T02:00:00Z");
  // Sao Paulo, 2019-02-17: midnight becomes 23:00 of the day before.
  CHECK(utc(wall(2019, 2, 16, 23, 30), sao_paulo) == "2019-02-17T01:30:00Z");
  CHECK(local("2019-02-17T02:30:00Z", sao_paulo) == "6 2019-02-16 23:30:00");
  CHECK(utc(wall(2019, 2, 17, 0, 0), sao_paulo) == "2019-02-17T03:00:00Z");
}

TEST_CASE("what no calendar has is refused") {
  for (const LocalTime& wrong :
       {wall(2026, 2, 29, 0, 0), wall(2026, 13, 1, 0, 0), wall(2026, 0, 1, 0, 0),
        wall(2026, 1, 0, 0, 0), wall(2026, 1, 32, 0, 0), wall(2026, 1, 1, 24, 0),
        wall(2026, 1, 1, -1, 0), wall(2026, 1, 1, 0, 60), wall(2026, 1, 1, 0, 0, 60),
        wall(-1, 1, 1, 0, 0), wall(10'000, 1, 1, 0, 0), wall(2'000'000'000, 1, 1, 0, 0)}) {
    CHECK(from_local(wrong, lisbon).error().reason == "bad_time");
  }
  CHECK(utc(wall(2028, 2, 29, 0, 0), lisbon) == "2028-02-29T00:00:00Z");
  for (const Timestamp wild : {Timestamp::min(), Timestamp::max()}) {
    CHECK(to_local(wild, lisbon).error().reason == "bad_time");
    CHECK(is_open({lisbon, {{1, "", 0, 1}}, {}}, wild).error().reason == "bad_time");
    CHECK(next_opening({lisbon, {{1, "", 0, 1}}, {}}, wild).error().reason == "bad_time");
  }
}

TEST_CASE("a time read and written back is the same, or the first of a repeated hour") {
  CHECK(rc::check("round trip", [] {
    const std::string zone = *rc::gen::element<std::string>(
        sao_paulo, lisbon, "UTC", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe");
    const Timestamp time{
        std::chrono::seconds{*rc::gen::inRange<std::int64_t>(-2'208'988'800, 2'145'916'800)}};
    const LocalTime seen = to_local(time, zone).value();
    const Timestamp back = from_local(seen, zone).value();
    RC_ASSERT(back <= time);
    RC_ASSERT(time - back <= std::chrono::hours{24});
    RC_ASSERT(to_local(back, zone).value() == seen);
  }));
}

// Monday to Friday 08:00-12:00 and 13:00-18:00, Christmas closed, its eve until noon.
OpeningHours office() {
  OpeningHours hours;
  hours.zone = sao_paulo;
  for (int weekday = 5; weekday >= 1; --weekday) {
    hours.spans.push_back({weekday, "", 13 * 60, 18 * 60});
    hours.spans.push_back({weekday, "", 8 * 60, 12 * 60});
  }
  hours.spans.push_back({0, "2026-12-24", 8 * 60, 12 * 60});
  hours.spans.push_back({0, "2026-12-26", 10 * 60, 11 * 60});  // a Saturday
  hours.spans.push_back({0, "2027-01-01", 10 * 60, 12 * 60});  // a holiday with hours of its own
  hours.holidays = {"2026-12-25", "2027-01-01"};
  return hours;
}

bool open(const OpeningHours& hours, std::string_view utc) {
  return is_open(hours, at(utc)).value();
}

std::string next(const OpeningHours& hours, std::string_view utc) {
  const std::optional<Timestamp> found = next_opening(hours, at(utc)).value();
  return found ? to_string(*found) : "never";
}

TEST_CASE("it is open from the first instant of a span and closed at its end") {
  const OpeningHours hours = office();
  REQUIRE(check(hours).has_value());
  CHECK_FALSE(open(hours, "2026-03-12T10:59:59.999999Z"));
  CHECK(open(hours, "2026-03-12T11:00:00Z"));
  CHECK(open(hours, "2026-03-12T14:59:59.999999Z"));
  CHECK_FALSE(open(hours, "2026-03-12T15:00:00Z"));
  CHECK(open(hours, "2026-03-12T16:00:00Z"));
  CHECK_FALSE(open(hours, "2026-03-14T14:00:00Z"));  // a Saturday
}

TEST_CASE("a date's own hours and holidays go before the weekday's") {
  const OpeningHours hours = office();
  CHECK(open(hours, "2026-12-24T14:00:00Z"));
  CHECK_FALSE(open(hours, "2026-12-24T17:00:00Z"));
  CHECK_FALSE(open(hours, "2026-12-25T14:00:00Z"));
  CHECK(open(hours, "2026-12-26T13:30:00Z"));
  CHECK(open(hours, "2027-01-01T13:30:00Z"));
  CHECK_FALSE(open(hours, "2027-01-01T16:30:00Z"));
}

TEST_CASE("the next opening") {
  const OpeningHours hours = office();
  CHECK(next(hours, "2026-03-12T11:00:00.000001Z") == "2026-03-12T11:00:00.000001Z");
  CHECK(next(hours, "2026-03-12T09:00:00Z") == "2026-03-12T11:00:00Z");
  CHECK(next(hours, "2026-03-12T15:00:00Z") == "2026-03-12T16:00:00Z");
  CHECK(next(hours, "2026-03-13T21:00:00Z") == "2026-03-16T11:00:00Z");
  CHECK(next(hours, "2026-12-24T15:00:00Z") == "2026-12-26T13:00:00Z");
  CHECK(next(hours, "2026-12-31T21:00:00Z") == "2027-01-01T13:00:00Z");
  SUBCASE("within 60 days, or none") {
    const OpeningHours once{lisbon, {{0, "2026-03-02", 0, 1440}}, {}};
    CHECK(next(once, "2026-01-01T00:00:00Z") == "2026-03-02T00:00:00Z");
    CHECK(next(once, "2025-12-31T23:59:59.999999Z") == "never");
    CHECK(next(once, "2026-03-03T00:00:00Z") == "never");
  }
}

TEST_CASE("no spans at all are always open, but for holidays") {
  CHECK(open({}, "2026-03-12T00:00:00Z"));
  CHECK(next({}, "2026-03-12T00:00:00Z") == "2026-03-12T00:00:00Z");
  CHECK(check({}).has_value());
  const OpeningHours hours{sao_paulo, {}, {"2026-12-25"}};
  CHECK(open(hours, "2026-12-25T02:59:59Z"));
  CHECK_FALSE(open(hours, "2026-12-25T03:00:00Z"));
  CHECK(next(hours, "2026-12-25T03:00:00Z") == "2026-12-26T03:00:00Z");
}

TEST_CASE("spans follow the clock on the wall where it jumps") {
  const OpeningHours skipped{lisbon, {{7, "", 60, 120}, {7, "", 180, 240}}, {}};  // 01-02, 03-04
  CHECK(next(skipped, "2026-03-29T00:00:00Z") == "2026-03-29T02:00:00Z");  // 01-02 does not happen
  const OpeningHours half{lisbon, {{7, "", 90, 150}}, {}};                 // 01:30-02:30
  CHECK(next(half, "2026-03-29T00:00:00Z") == "2026-03-29T01:00:00Z");
  const OpeningHours twice{lisbon, {{7, "", 60, 90}}, {}};  // 01:00-01:30
  CHECK(open(twice, "2026-10-25T00:29:59Z"));
  CHECK_FALSE(open(twice, "2026-10-25T00:30:00Z"));
  CHECK(next(twice, "2026-10-25T00:30:00Z") == "2026-10-25T01:00:00Z");
  CHECK(open(twice, "2026-10-25T01:29:59Z"));
}

TEST_CASE("the next opening is the first open instant") {
  CHECK(rc::check("agrees with is_open", [] {
    OpeningHours hours;
    hours.zone = *rc::gen::element<std::string>(sao_paulo, lisbon, "Australia/Lord_Howe");
    const int count = *rc::gen::inRange(1, 5);
    for (int index = 0; index < count; ++index) {
      const int from = *rc::gen::inRange(0, 1440);
      hours.spans.push_back({*rc::gen::inRange(1, 8), "", from, *rc::gen::inRange(from + 1, 1441)});
    }
    RC_ASSERT(check(hours).has_value());
    // Around the changes of the three zones, and some that are none.
    const Timestamp day = at(*rc::gen::element<std::string>(
        "2018-11-03T12:00:00Z", "2019-02-16T12:00:00Z", "2026-03-28T12:00:00Z",
        "2026-10-24T12:00:00Z", "2026-04-04T12:00:00Z", "2026-06-01T00:00:00Z"));
    const Timestamp from = day + std::chrono::minutes{*rc::gen::inRange(0, 2880)};
    const Timestamp found = next_opening(hours, from).value().value();
    RC_ASSERT(is_open(hours, found).value());
    for (Timestamp before = from; before < found; before += std::chrono::minutes{10}) {
      RC_ASSERT(!is_open(hours, before).value());
    }
    RC_ASSERT(found == from || !is_open(hours, found - Duration{1}).value());
  }));
}

TEST_CASE("hours that make no sense are refused, with their place") {
  const auto place = [](OpeningHours hours) {
    const Status status = check(hours);
    return status ? "fine" : status.error().subject;
  };
  const OpeningHours fine{lisbon, {{1, "", 0, 1440}}, {"2028-02-29"}};
  CHECK(place(fine) == "fine");
  const std::vector<std::pair<OpeningHours::Span, std::string>> wrong = {
      {{0, "", 0, 60}, "spans[1].weekday"},           {{8, "", 0, 60}, "spans[1].weekday"},
      {{1, "2026-12-24", 0, 60}, "spans[1].weekday"}, {{0, "2026-02-29", 0, 60}, "spans[1].date"},
      {{0, "24/12/2026", 0, 60}, "spans[1].date"},    {{0, "2026-12-2x", 0, 60}, "spans[1].date"},
      {{1, "", -1, 60}, "spans[1].from_minute"},      {{1, "", 1440, 1441}, "spans[1].to_minute"},
      {{1, "", 60, 60}, "spans[1].to_minute"},        {{1, "", 1320, 120}, "spans[1].to_minute"}};
  for (const auto& [span, subject] : wrong) {
    OpeningHours hours = fine;
    hours.spans.push_back(span);
    CHECK(place(hours) == subject);
    CHECK(check(hours).error().reason == "bad_hours");
  }
  CHECK(place({lisbon, {}, {"2026-12-25", "25-12"}}) == "holidays[1]");
  CHECK(place({"", {{1, "", 0, 60}}, {}}) == "zone");
  CHECK(place({"Nowhere", {}, {}}) == "zone");
}

TEST_CASE("[S1.27] the day has three parts: from 05, 12 and 18 h") {
  const auto part = [](int hour, int minute, std::string_view locale = "pt-BR") {
    return day_part(wall(2026, 3, 12, hour, minute), locale);
  };
  CHECK(part(4, 59) == DayPart::night);
  CHECK(part(5, 0) == DayPart::morning);
  CHECK(part(11, 59) == DayPart::morning);
  CHECK(part(12, 0) == DayPart::afternoon);
  CHECK(part(17, 59) == DayPart::afternoon);
  CHECK(part(18, 0) == DayPart::night);
  CHECK(part(0, 0) == DayPart::night);
  for (const char* locale : {"pt-PT", "en-GB", "en-US", "fr"}) {
    CHECK(part(18, 0, locale) == DayPart::night);
  }
  // Nobody in Madrid or Mexico says "buenas noches" at six.
  CHECK(part(4, 59, "es") == DayPart::night);
  CHECK(part(11, 59, "es-ES") == DayPart::morning);
  CHECK(part(18, 0, "es-MX") == DayPart::afternoon);
  CHECK(part(19, 59, "es-ES") == DayPart::afternoon);
  CHECK(part(20, 0, "es-ES") == DayPart::night);
}

TEST_CASE("[S1.27] greetings and wishes in the customer's language") {
  using Words = std::vector<std::string>;
  const auto words = [](std::string_view locale) {
    Words found;
    for (const DayPart part : {DayPart::morning, DayPart::afternoon, DayPart::night}) {
      found.push_back(greeting(part, locale));
      found.push_back(farewell_wish(part, locale));
    }
    return found;
  };
  const Words brazil = {"bom dia",         "um ótimo dia", "boa tarde",
                        "uma ótima tarde", "boa noite",    "uma ótima noite"};
  const Words spain = {"buenos días",     "un buen día",   "buenas tardes",
                       "una buena tarde", "buenas noches", "una buena noche"};
  const Words england = {"good morning",      "a great day",  "good afternoon",
                         "a great afternoon", "good evening", "a great evening"};
  for (const char* locale : {"pt-BR", "pt", "pt_BR", "PT-br"}) CHECK(words(locale) == brazil);
  for (const char* locale : {"es", "es-ES", "es_MX", "es-419"}) CHECK(words(locale) == spain);
  for (const char* locale : {"en", "en-GB", "en-US", "fr-FR", "", "ptx", "-"}) {
    CHECK(words(locale) == england);
  }
  CHECK(words("pt-PT") ==
        Words{"bom dia", "um bom dia", "boa tarde", "uma boa tarde", "boa noite", "uma boa noite"});
}

TEST_CASE("greetings and wishes at the start of a sentence") {
  CHECK(greeting(DayPart::morning, "pt-BR", Letter::capital) == "Bom dia");
  CHECK(greeting(DayPart::night, "es", Letter::capital) == "Buenas noches");
  CHECK(farewell_wish(DayPart::afternoon, "pt-BR", Letter::capital) == "Uma ótima tarde");
  CHECK(farewell_wish(DayPart::night, "en", Letter::capital) == "A great evening");
}

TEST_CASE("dates as people write them") {
  const LocalTime time = wall(2026, 3, 12, 10, 30);
  CHECK(spoken_date_time(time, "pt-BR") == "quinta-feira, 12 de março de 2026, 10:30");
  CHECK(spoken_date_time(time, "pt-PT") == "quinta-feira, 12 de março de 2026, 10:30");
  CHECK(spoken_date_time(time, "es-ES") == "jueves, 12 de marzo de 2026, 10:30");
  CHECK(spoken_date_time(time, "en-GB") == "Thursday, 12 March 2026, 10:30");
  const LocalTime first = wall(2026, 8, 1, 9, 5);
  CHECK(spoken_date_time(first, "pt-BR") == "sábado, 1º de agosto de 2026, 09:05");
  CHECK(spoken_date_time(first, "pt-PT") == "sábado, 1 de agosto de 2026, 09:05");
  CHECK(spoken_date_time(first, "es") == "sábado, 1 de agosto de 2026, 09:05");
  CHECK(spoken_date_time(first, "en") == "Saturday, 1 August 2026, 09:05");
  CHECK(spoken_date_time(time, "en-US") == "Thursday, March 12, 2026, 10:30 AM");
  CHECK(spoken_date_time(first, "en_us") == "Saturday, August 1, 2026, 9:05 AM");
  CHECK(spoken_date_time(wall(2026, 8, 1, 0, 0), "en-US") == "Saturday, August 1, 2026, 12:00 AM");
  CHECK(spoken_date_time(wall(2026, 8, 1, 12, 0), "en-US") == "Saturday, August 1, 2026, 12:00 PM");
  CHECK(spoken_date_time(wall(2026, 8, 1, 23, 59), "en-US") ==
        "Saturday, August 1, 2026, 11:59 PM");
  CHECK(spoken_date_time(wall(2026, 13, 40, 9, 5), "en") == "2026-13-40, 09:05");
}

}  // namespace
}  // namespace novelo
