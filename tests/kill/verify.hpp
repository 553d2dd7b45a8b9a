// After a kill: opens the store as the next process would, and holds it against what the parent
// knows. What was under way is done again, as providers and systems do that got no answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kill/ledger.hpp"

namespace novelo::kill {

struct Verdict {
  std::vector<std::string> findings;  // what does not hold, a sentence each; empty when all does
  std::uint64_t kept = 0;             // commands that were under way and are there
  std::uint64_t not_begun = 0;        // and those that are not
};

// `seed` chooses which of the older commands are given again.
Verdict verify(const std::string& store, Ledger& ledger, std::uint64_t seed);

}  // namespace novelo::kill
