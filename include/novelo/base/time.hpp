// Time is an argument: the library reads no clock. All times are UTC microseconds.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "novelo/base/result.hpp"

namespace novelo {

using Duration = std::chrono::microseconds;
using Timestamp = std::chrono::sys_time<Duration>;

// Reads RFC 3339 with an offset: "2026-03-02T09:10:00Z", "2026-03-02T09:10:00.250-03:00". Digits
// past the microsecond are dropped, at most nine are read. Fails with `invalid` on anything else: a
// missing offset, a date that does not exist, a leap second, a time outside the years 0000 to 9999
// in UTC.
Result<Timestamp> parse_timestamp(std::string_view text);

// Writes RFC 3339 in UTC, with six digits of microseconds only when there are any.
std::string to_string(Timestamp at);

// Reads "45s", "10m", "24h", "7d" or a sum such as "1h30m". Units are d, h, m, s, ms and us, each
// at most once and the larger ones first. Exact: no fractions, no sign, no spaces. Fails with
// `invalid` on anything else, on an empty text, and on more than 100 years of 365.25 days.
Result<Duration> parse_duration(std::string_view text);

// Writes the plain form that parse_duration reads back: "1h30m", "0s". A negative duration, which
// parse_duration refuses, gets a minus in front.
std::string to_string(Duration duration);

}  // namespace novelo
