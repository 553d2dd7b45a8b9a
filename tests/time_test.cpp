#include "novelo/base/time.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

using namespace novelo;
using namespace std::chrono_literals;

namespace {

Timestamp at(std::int64_t microseconds) {
  return Timestamp{Duration{microseconds}};
}

}  // namespace

TEST_CASE("the examples of RFC 3339 are read") {
  CHECK(parse_timestamp("1985-04-12T23:20:50.52Z").value() == at(482'196'050'520'000));
  CHECK(parse_timestamp("1996-12-19T16:39:57-08:00") == parse_timestamp("1996-12-20T00:39:57Z"));
  CHECK(parse_timestamp("1937-01-01T12:00:27.87+00:20") ==
        parse_timestamp("1937-01-01T11:40:27.87Z"));
  CHECK(parse_timestamp("1970-01-01t00:00:00z").value() == at(0));
  CHECK(parse_timestamp("2026-03-02T09:10:00-00:00") == parse_timestamp("2026-03-02T09:10:00Z"));
}

TEST_CASE("fractions are read to the microsecond") {
  CHECK(parse_timestamp("1970-01-01T00:00:00.1Z").value() == at(100'000));
  CHECK(parse_timestamp("1970-01-01T00:00:00.000001Z").value() == at(1));
  CHECK(parse_timestamp("1970-01-01T00:00:00.999999999Z").value() == at(999'999));
}

TEST_CASE("times that are none are refused") {
  for (const char* text : {"",
                           "now",
                           "2026-03-02",
                           "2026-03-02T09:10Z",
                           "2026-03-02T09:10:00",
                           "2026-3-2T09:10:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-32T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "1990-12-31T23:59:60Z",
                           "2026-01-01 00:00:00Z",
                           "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00.1234567890Z",
                           "2026-01-01T00:00:00,5Z",
                           "2026-01-01T00:00:00+24:00",
                           "2026-01-01T00:00:00+01:60",
                           "2026-01-01T00:00:00+0100",
                           "2026-01-01T00:00:00+1",
                           "2026-01-01T00:00:00ZZ",
                           " 2026-01-01T00:00:00Z",
                           "-026-01-01T00:00:00Z",
                           "+2026-01-01T00:00:00Z",
                           "12026-01-01T00:00:00Z",
                           "0000-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01"}) {
    CAPTURE(text);
    const auto read = parse_timestamp(text);
    REQUIRE(!read);
    CHECK(read.error().code == ErrorCode::invalid);
    CHECK(read.error().reason == "bad_timestamp");
  }
}

TEST_CASE("the first and the last time are written and read back") {
  CHECK(to_string(parse_timestamp("0000-01-01T00:00:00Z").value()) == "0000-01-01T00:00:00Z");
  CHECK(to_string(parse_timestamp("9999-12-31T23:59:59.999999Z").value()) ==
        "9999-12-31T23:59:59.999999Z");
  CHECK(to_string(parse_timestamp("2024-02-29T12:00:00.25-03:00").value()) ==
        "2024-02-29T15:00:00.250000Z");
  CHECK(to_string(at(-1)) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("every time reads back as it was written") {
  CHECK(rc::check([] {
    const auto first = parse_timestamp("0000-01-01T00:00:00Z").value().time_since_epoch().count();
    const auto last = parse_timestamp("9999-12-31T23:59:59Z").value().time_since_epoch().count();
    const Timestamp time = at(*rc::gen::inRange(first, last));
    RC_ASSERT(parse_timestamp(to_string(time)).value() == time);
  }));
}

TEST_CASE("any text is read or refused") {
  CHECK(rc::check([](const std::string& text) {
    if (const auto time = parse_timestamp(text)) {
      RC_ASSERT(parse_timestamp(to_string(*time)).value() == *time);
    }
    if (const auto duration = parse_duration(text)) {
      RC_ASSERT(parse_duration(to_string(*duration)).value() == *duration);
    }
  }));
}

TEST_CASE("durations are sums of whole units") {
  CHECK(parse_duration("45s").value() == 45s);
  CHECK(parse_duration("10m").value() == 10min);
  CHECK(parse_duration("24h").value() == 24h);
  CHECK(parse_duration("7d").value() == 7 * 24h);
  CHECK(parse_duration("1h30m").value() == 90min);
  CHECK(parse_duration("90m").value() == 90min);
  CHECK(parse_duration("1d2h3m4s5ms6us").value() == 26h + 3min + 4s + 5ms + 6us);
  CHECK(parse_duration("0s").value() == 0s);
  CHECK(parse_duration("007d").value() == 7 * 24h);
  CHECK(parse_duration("36525d").value() == 36525 * 24h);
}

TEST_CASE("lengths of time that are none are refused") {
  for (const char* text : {"",
                           "s",
                           "10",
                           "-1s",
                           "+1s",
                           "1.5h",
                           "1 h",
                           " 1h",
                           "1h ",
                           "1H",
                           "1w",
                           "1y",
                           "30m1h",
                           "1h1h",
                           "1h30",
                           "1hm",
                           "36525d1us",
                           "36526d",
                           "99999999999999999999d",
                           "3155760000000001ms",
                           "18446744073709551617us"}) {
    CAPTURE(text);
    const auto read = parse_duration(text);
    REQUIRE(!read);
    CHECK(read.error().reason == "bad_duration");
  }
}

TEST_CASE("durations are written plainly") {
  CHECK(to_string(Duration{90min}) == "1h30m");
  CHECK(to_string(Duration{0}) == "0s");
  CHECK(to_string(Duration{48h}) == "2d");
  CHECK(to_string(Duration{1500ms}) == "1s500ms");
  CHECK(to_string(Duration{-90s}) == "-1m30s");
  CHECK(to_string(Duration::min()) == "-106751991d4h54s775ms808us");
}

TEST_CASE("every duration reads back as it was written") {
  CHECK(rc::check([] {
    const Duration duration{*rc::gen::inRange<std::int64_t>(0, 3'155'760'000'000'000)};
    RC_ASSERT(parse_duration(to_string(duration)).value() == duration);
  }));
}
