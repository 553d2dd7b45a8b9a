// What came of inputs, as items.
#pragma once

#include <optional>
#include <vector>

#include "boxes.hpp"

namespace novelo::abi {

void add_outcome(ItemsBox& list, const Result<Outcome>& outcome);
void add_event(ItemsBox& list, const EventOutcome& event);

// Where the outcomes of a call go. Made before anything is decided: what was taken is not to end
// in a call that fails because there is no room for one more handle.
class OutcomeList {
 public:
  static Result<OutcomeList> make(novelo_items** list);
  // Gives the list away, or, where nobody wants it, fails with the first failure in it.
  Status give(const std::vector<Result<Outcome>>& outcomes);

 private:
  explicit OutcomeList(novelo_items** list) : list_(list) {}
  novelo_items** list_;
  std::optional<Reserved<ItemsBox>> reserved_;
};

}  // namespace novelo::abi
