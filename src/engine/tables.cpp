#include "engine/tables.hpp"

#include <algorithm>

namespace novelo {

template class Records<EngineClock, Table::meta>;
template class Records<Counter, Table::counter>;
template class Records<StoredConfiguration, Table::configuration>;
template class Records<ContactRecord, Table::contact>;
template class Records<Identity, Table::identity>;
template class Records<ConversationRecord, Table::conversation>;
template class Records<Pointer, Table::open_conversation>;
template class Records<Pointer, Table::contact_conversation>;
template class Records<Entry, Table::entry>;
template class Records<Note, Table::note>;
template class Records<Interaction, Table::interaction>;
template class Records<Correlation, Table::correlation>;
template class Records<WorkRecord, Table::work>;
template class Records<AgentRecord, Table::agent>;
template class Records<CaseRecord, Table::case_record>;
template class Records<Pointer, Table::protocol>;
template class Records<Callback, Table::callback>;
template class Records<FlowSession, Table::session>;
template class Records<Survey, Table::survey>;
template class Records<Effect, Table::effect>;
template class Records<Timer, Table::timer>;
template class Records<StoredCommand, Table::command>;
template class Records<QuarantineRow, Table::quarantine>;
template class Records<QuarantineSeen, Table::quarantine_digest>;
template class Records<Closure, Table::closure>;
template class Records<Segment, Table::segment>;
template class Records<ParkedReceipt, Table::parked_receipt>;
template class Records<ParkedPlace, Table::parked_order>;
template class Records<Listed, Table::listing>;

std::string_view to_string(TimerKind kind) {
  switch (kind) {
    case TimerKind::flow: return "flow";
    case TimerKind::callback: return "callback";
    case TimerKind::effect: return "effect";
    case TimerKind::waiting: return "waiting";
    case TimerKind::call: return "call";
    case TimerKind::promise: return "promise";
    case TimerKind::look_up: return "look_up";
    case TimerKind::known_as: return "known_as";
  }
  return "unknown";
}

namespace {
// Timeline entries are written far more often than read again: few are kept at hand.
constexpr std::size_t entries_at_hand = 2000;
}  // namespace

Tables::Tables(Store& store, const Fence& fence, std::size_t capacity)
    : clock(store, capacity),
      counters(store, capacity),
      configurations(store, capacity),
      contacts(store, capacity),
      identities(store, capacity),
      conversations(store, capacity),
      open_conversations(store, capacity),
      contact_conversations(store, capacity),
      entries(store, std::min(capacity, entries_at_hand)),
      notes(store, std::min(capacity, entries_at_hand)),
      interactions(store, capacity),
      correlations(store, capacity),
      works(store, capacity),
      agents(store, capacity),
      cases(store, capacity),
      protocols(store, capacity),
      callbacks(store, capacity),
      sessions(store, capacity),
      surveys(store, capacity),
      effects(store, capacity),
      timers(store, capacity),
      commands(store, std::min(capacity, entries_at_hand)),
      quarantine(store, 0),
      quarantine_seen(store, std::min(capacity, entries_at_hand)),
      closures(store, std::min(capacity, entries_at_hand)),
      segments(store, 0),
      parked(store, std::min(capacity, entries_at_hand)),
      parked_order(store, 0),
      listings(store, std::min(capacity, entries_at_hand)),
      tenant_(fence.tenant) {}

void Tables::begin_input() {
  std::apply([](auto&... tables) { (tables.begin_input(), ...); }, all());
}

void Tables::undo() {
  std::apply([](auto&... tables) { (tables.undo(), ...); }, all());
}

std::vector<Write> Tables::collect() {
  std::vector<Write> writes;
  std::apply([&](auto&... tables) { writes.reserve((tables.changed() + ...)); }, all());
  std::apply([&](auto&... tables) { (tables.collect(writes), ...); }, all());
  return writes;
}

std::int64_t Tables::places_added() const {
  const auto work = [](const WorkRecord* record) {
    return record != nullptr && record->state != WorkState::wrap_up ? 1 : 0;
  };
  const auto contact = [](const Interaction* record) {
    const bool walks = record != nullptr && (record->state == InteractionState::arriving ||
                                             record->state == InteractionState::in_flow);
    return walks && !record->work ? 1 : 0;
  };
  const auto promise = [](const Callback* record) {
    return record != nullptr && record->state == CallbackState::open && !record->work ? 1 : 0;
  };
  return works.added(work) + interactions.added(contact) + callbacks.added(promise);
}

EngineClock& Tables::edit_clock() {
  const std::string key = clock_key();
  if (clock.find(key) == nullptr) return clock.create(key, {});
  return clock.edit(key);
}

void Tables::trim() {
  std::apply([](auto&... tables) { (tables.trim(), ...); }, all());
}

}  // namespace novelo
