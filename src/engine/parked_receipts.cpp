// Receipts that come before their message is known: kept until it is, the newest of them, in a list
// by age.
#include <string>

#include "engine/decide.hpp"

namespace novelo {

namespace {

// B3: a status only moves forward, whatever the order in which the news comes. A failure counts
// unless the message has arrived; a message taken back may have been on its way already.
int rank(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::none: return 0;
    case DeliveryStatus::pending:
    case DeliveryStatus::held: return 1;
    case DeliveryStatus::withdrawn:
    case DeliveryStatus::refused: return 2;
    case DeliveryStatus::accepted: return 3;
    case DeliveryStatus::sent: return 4;
    case DeliveryStatus::failed: return 5;
    case DeliveryStatus::delivered: return 6;
    case DeliveryStatus::read: return 7;
    case DeliveryStatus::played: return 8;
  }
  return 0;
}

std::string key_of(const Turn& turn, const ConnectionName& connection, std::string_view id) {
  return turn.tables.key().text(connection.text()).text(id).take();
}

EngineClock& edit_clock(Turn& turn) {
  const std::string key = turn.tables.clock_key();
  if (turn.tables.clock.find(key) == nullptr) turn.tables.clock.put(key, {});
  return turn.tables.clock.edit(key);
}

ParkedPlace& edit_place(Turn& turn, std::uint64_t number) {
  return turn.tables.parked_order.edit(turn.tables.key().number(number).take());
}

void append_place(Turn& turn, const std::string& key) {
  EngineClock& clock = edit_clock(turn);
  const std::uint64_t number = ++clock.parked_numbers;
  const std::uint64_t older = clock.parked_newest;
  ++clock.parked;
  clock.parked_newest = number;
  if (older == 0) {
    clock.parked_oldest = number;
  } else {
    edit_place(turn, older).newer = number;
  }
  turn.tables.parked_order.create(turn.tables.key().number(number).take(), {key, older, 0});
}

void remove_place(Turn& turn, std::uint64_t number) {
  const std::string key = turn.tables.key().number(number).take();
  const ParkedPlace place = turn.tables.parked_order.edit(key);
  EngineClock& clock = edit_clock(turn);
  --clock.parked;
  (place.older == 0 ? clock.parked_oldest : edit_place(turn, place.older).newer) = place.newer;
  (place.newer == 0 ? clock.parked_newest : edit_place(turn, place.newer).older) = place.older;
  turn.tables.parked_order.erase(key);
}

void drop_oldest(Turn& turn) {
  const std::uint64_t oldest = edit_clock(turn).parked_oldest;
  turn.tables.parked.erase(edit_place(turn, oldest).key);
  remove_place(turn, oldest);
}

}  // namespace

bool moves_forward(DeliveryStatus from, DeliveryStatus to) {
  return rank(to) > rank(from);
}

void park_receipt(Turn& turn, const ConnectionName& connection, const Receipt& receipt) {
  const std::size_t most = turn.options.limits.parked_receipts;
  if (receipt.message_id.empty() || most == 0) return;  // nothing would ever ask for it
  const std::string key = key_of(turn, connection, receipt.message_id);
  if (const ParkedReceipt* parked = turn.tables.parked.find(key)) {
    if (!moves_forward(parked->status, receipt.status)) return;
    ParkedReceipt& newer = turn.tables.parked.edit(key);
    newer.status = receipt.status;
    newer.error = receipt.error;
    return;
  }
  while (edit_clock(turn).parked >= most && !turn.tables.fault()) drop_oldest(turn);
  append_place(turn, key);
  turn.tables.parked.put(key, {receipt.status, receipt.error, edit_clock(turn).parked_newest});
}

std::optional<ParkedReceipt> take_parked_receipt(Turn& turn, const ConnectionName& connection,
                                                 std::string_view id) {
  const std::string key = key_of(turn, connection, id);
  const ParkedReceipt* found = turn.tables.parked.find(key);
  if (found == nullptr) return std::nullopt;
  ParkedReceipt parked = *found;
  turn.tables.parked.erase(key);
  remove_place(turn, parked.number);
  return parked;
}

}  // namespace novelo
