// The only place of the library that reads a clock: the runner's thread waits, and tells the time
// to engines whose host gives none.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "novelo/base/time.hpp"

namespace novelo {

Timestamp system_time();

// Waits until it holds, at most so long; whether it does.
bool wait_until_holds(std::condition_variable& changed, std::unique_lock<std::mutex>& guard,
                      Duration at_most, const std::function<bool()>& holds);

}  // namespace novelo
