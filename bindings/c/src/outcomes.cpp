#include "outcomes.hpp"

#include <nlohmann/json.hpp>

#include "novelo/json.hpp"

namespace novelo::abi {
namespace {

novelo_status status_of(const Result<Outcome>& outcome) {
  return outcome ? NOVELO_OK : static_cast<novelo_status>(outcome.error().code);
}

}  // namespace

void add_outcome(ItemsBox& list, const Result<Outcome>& outcome) {
  list.add(status_of(outcome), to_json(outcome).dump());
}

void add_event(ItemsBox& list, const EventOutcome& event) {
  list.add(status_of(event.outcome), to_json(event).dump());
}

Status give_outcomes(const std::vector<Result<Outcome>>& outcomes, novelo_items** list) {
  if (list == nullptr) {
    for (const auto& outcome : outcomes) {
      if (!outcome) return fail(outcome.error());
    }
    return {};
  }
  auto items = std::make_unique<ItemsBox>();
  items->items.reserve(outcomes.size());
  for (const auto& outcome : outcomes) add_outcome(*items, outcome);
  items->finish();
  return give(std::move(items), list);
}

}  // namespace novelo::abi
