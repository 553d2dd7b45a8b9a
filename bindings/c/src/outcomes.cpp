#include "outcomes.hpp"

#include <utility>

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

Result<OutcomeList> OutcomeList::make(novelo_items** list) {
  OutcomeList made(list);
  if (list == nullptr) return made;
  auto reserved = Reserved<ItemsBox>::make();
  if (!reserved) return fail(reserved.error());
  made.reserved_.emplace(std::move(*reserved));
  return made;
}

Status OutcomeList::give(const std::vector<Result<Outcome>>& outcomes) {
  if (!reserved_) {
    for (const auto& outcome : outcomes) {
      if (!outcome) return fail(outcome.error());
    }
    return {};
  }
  ItemsBox& items = **reserved_;
  items.items.reserve(outcomes.size());
  for (const auto& outcome : outcomes) add_outcome(items, outcome);
  items.finish();
  reserved_->publish(list_);
  return {};
}

}  // namespace novelo::abi
