// What came of inputs, as items.
#pragma once

#include "boxes.hpp"

namespace novelo::abi {

void add_outcome(ItemsBox& list, const Result<Outcome>& outcome);
void add_event(ItemsBox& list, const EventOutcome& event);

// Gives the list away, or, where nobody wants it, fails with the first failure in it.
Status give_outcomes(const std::vector<Result<Outcome>>& outcomes, novelo_items** list);

}  // namespace novelo::abi
