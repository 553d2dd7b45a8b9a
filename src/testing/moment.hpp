// Times of a story: "09:10", "09:10:30", "+2m", "day 2 09:00", or RFC 3339.
#pragma once

#include <string_view>

#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"

namespace novelo::testing {

// `before` is the time of the step before: a time of day stands on its day, "+2m" counts from it,
// and nothing may lie before it. Day 1 is the day of `start`. Fails with `invalid`.
Result<Timestamp> read_moment(std::string_view text, Timestamp before, Timestamp start,
                              std::string_view zone);

}  // namespace novelo::testing
