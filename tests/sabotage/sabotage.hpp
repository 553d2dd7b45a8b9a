// Sabotage: faults that are planted in the sources of one test program, one at a time, to see that
// the simulator finds each.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sabotage {

struct Fault {
  std::string name;
  std::string invariant;  // that must find it
};

// tests/sabotage/faults.txt, in its order; made by `plant`.
const std::vector<Fault>& faults();

// Whether this fault is the one that is tried.
bool is_planted(std::size_t number);

}  // namespace sabotage
