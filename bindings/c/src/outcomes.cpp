#include "outcomes.hpp"

#include <nlohmann/json.hpp>

#include "novelo/json.hpp"

namespace novelo::abi {
namespace {

void add_error(ItemsBox& list, const Error& error) {
  list.add(static_cast<novelo_status>(error.code), to_json(error).dump());
}

}  // namespace

void add_outcome(ItemsBox& list, const Result<Outcome>& outcome) {
  if (!outcome) return add_error(list, outcome.error());
  list.add(NOVELO_OK, to_json(*outcome).dump());
}

void add_event(ItemsBox& list, const EventOutcome& event) {
  if (!event.outcome) return add_error(list, event.outcome.error());
  nlohmann::json json = to_json(*event.outcome);
  json["entries"] = event.entries;
  list.add(NOVELO_OK, json.dump());
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
