#include "engine/tables.hpp"

#include <algorithm>

namespace novelo {

namespace {
// Timeline entries are written far more often than read again: few are kept at hand.
constexpr std::size_t entries_at_hand = 2000;
}  // namespace

Tables::Tables(Store& store, const Fence& fence, std::size_t capacity)
    : Tables(store, fence.tenant, capacity, std::make_unique<StoreFault>()) {}

Tables::Tables(Store& store, std::uint64_t tenant, std::size_t capacity,
               std::unique_ptr<StoreFault> fault)
    : clock(store, *fault, capacity),
      counters(store, *fault, capacity),
      configurations(store, *fault, capacity),
      contacts(store, *fault, capacity),
      identities(store, *fault, capacity),
      conversations(store, *fault, capacity),
      open_conversations(store, *fault, capacity),
      contact_conversations(store, *fault, capacity),
      entries(store, *fault, std::min(capacity, entries_at_hand)),
      notes(store, *fault, std::min(capacity, entries_at_hand)),
      interactions(store, *fault, capacity),
      correlations(store, *fault, capacity),
      works(store, *fault, capacity),
      agents(store, *fault, capacity),
      cases(store, *fault, capacity),
      protocols(store, *fault, capacity),
      callbacks(store, *fault, capacity),
      sessions(store, *fault, capacity),
      surveys(store, *fault, capacity),
      effects(store, *fault, capacity),
      timers(store, *fault, capacity),
      commands(store, *fault, std::min(capacity, entries_at_hand)),
      quarantine(store, *fault, 0),
      closures(store, *fault, std::min(capacity, entries_at_hand)),
      segments(store, *fault, 0),
      parked(store, *fault, std::min(capacity, entries_at_hand)),
      tenant_(tenant),
      fault_(std::move(fault)) {}

void Tables::begin_input() {
  std::apply([](auto&... tables) { (tables.begin_input(), ...); }, all());
}

void Tables::undo() {
  std::apply([](auto&... tables) { (tables.undo(), ...); }, all());
}

std::vector<Write> Tables::collect() {
  std::vector<Write> writes;
  std::apply([&](auto&... tables) { (tables.collect(writes), ...); }, all());
  return writes;
}

void Tables::trim() {
  std::apply([](auto&... tables) { (tables.trim(), ...); }, all());
}

}  // namespace novelo
