// What another configuration would change: for people to look at before it is loaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/base/value.hpp"

namespace novelo {

enum class DifferenceKind : std::uint8_t {
  added = 1,
  removed = 2,
  replaced = 3,
  reordered = 4,  // of named things: the same ones in another order
};
std::string_view to_string(DifferenceKind kind);

struct Difference {
  DifferenceKind kind = DifferenceKind::replaced;
  // "queues[front].offer_timeout": things in a list go by their name, where all of them have one,
  // whatever their place. Other lists differ as a whole.
  std::string path;
  Value before;  // null when it was added
  Value after;   // null when it is removed

  friend bool operator==(const Difference&, const Difference&) = default;
};

// In the order of the documents: what stands in both or was removed, then what was added. Spacing
// and the order of members make no difference. Fails with `invalid` when one of them is not JSON or
// is nested deeper than `depth` levels.
Result<std::vector<Difference>> difference(std::string_view before, std::string_view after,
                                           std::size_t depth);

}  // namespace novelo
