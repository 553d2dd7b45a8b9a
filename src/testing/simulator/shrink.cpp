// Fewer steps that break the same: halves are left out, then quarters, down to single steps (delta
// debugging).
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "novelo/testing/simulator.hpp"

namespace novelo::testing {
namespace {

using Steps = std::vector<std::size_t>;

class Shrinking {
 public:
  Shrinking(const SimulationOptions& options, std::string invariant, std::size_t most)
      : options_(options), invariant_(std::move(invariant)), left_(most) {
    options_.record.clear();
  }

  Steps run(Steps steps) {
    for (std::size_t size = std::max<std::size_t>(steps.size() / 2, 1); left_ > 0;) {
      const bool shorter = leave_out(steps, size);
      if (!shorter && size == 1) break;
      if (!shorter) size = size / 2;
    }
    return steps;
  }

 private:
  // One pass over the steps, a piece of this size at a time.
  bool leave_out(Steps& steps, std::size_t size) {
    bool shorter = false;
    for (std::size_t end = steps.size(); end > 0 && left_ > 0;) {
      const std::size_t begin = end > size ? end - size : 0;
      Steps fewer(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(begin));
      fewer.insert(fewer.end(), steps.begin() + static_cast<std::ptrdiff_t>(end), steps.end());
      if (!fewer.empty() && breaks(fewer)) {
        steps = std::move(fewer);
        shorter = true;
      }
      end = begin;
    }
    return shorter;
  }

  bool breaks(const Steps& steps) {
    --left_;
    options_.only = steps;
    const auto run = simulate(options_);
    return run && run->violation && run->violation->invariant == invariant_;
  }

  SimulationOptions options_;
  std::string invariant_;
  std::size_t left_;
};

}  // namespace

Result<Steps> shrink(const SimulationOptions& options, std::size_t most) {
  const auto run = simulate(options);
  if (!run) return fail(run.error());
  if (!run->violation) {
    return fail({ErrorCode::invalid, "nothing_broken", "This run breaks nothing.", "seed", {}});
  }
  Steps steps = options.only;
  // What came after it was found has no part in it.
  const std::size_t last = std::min(run->violation->step + 1, options.steps);
  if (steps.empty()) {
    for (std::size_t index = 0; index < last; ++index) steps.push_back(index);
  }
  return Shrinking(options, run->violation->invariant, most).run(std::move(steps));
}

}  // namespace novelo::testing
