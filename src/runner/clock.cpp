#include "runner/clock.hpp"

#include <algorithm>

namespace novelo {

Timestamp system_time() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

bool wait_until_holds(std::condition_variable& changed, std::unique_lock<std::mutex>& guard,
                      Duration at_most, const std::function<bool()>& holds) {
  constexpr Duration longest = std::chrono::hours(24 * 365);
  return changed.wait_for(guard, std::min(at_most, longest), holds);
}

}  // namespace novelo
