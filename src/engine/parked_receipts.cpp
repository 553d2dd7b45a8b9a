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
  return turn.tables.key().text(connection.text()).text(id);
}

std::string place_of(const Turn& turn, std::uint64_t number) {
  return turn.tables.key().number(number);
}

void forget(Turn& turn, const std::string& key, std::uint64_t number) {
  turn.tables.parked.erase(key);
  turn.tables.parked_order.erase(place_of(turn, number));
  --turn.tables.edit_clock().parked;
}

// False when there is none.
bool drop_oldest(Turn& turn) {
  const Key all = turn.tables.key();
  const auto oldest = turn.tables.parked_order.scan(all.bytes(), all.end(), 1, Order::ascending);
  if (oldest.empty()) return false;
  const std::string key = oldest.front().second.key;
  const ParkedReceipt* parked = turn.tables.parked.find(key);
  if (parked == nullptr) return false;
  forget(turn, key, parked->number);
  return true;
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
  EngineClock& clock = turn.tables.edit_clock();
  while (clock.parked >= most && drop_oldest(turn)) {
  }
  const std::uint64_t number = ++clock.parked_numbers;
  ++clock.parked;
  turn.tables.parked_order.create(place_of(turn, number), {key});
  turn.tables.parked.put(key, {receipt.status, receipt.error, number});
}

std::optional<ParkedReceipt> take_parked_receipt(Turn& turn, const ConnectionName& connection,
                                                 std::string_view id) {
  const std::string key = key_of(turn, connection, id);
  const ParkedReceipt* found = turn.tables.parked.find(key);
  if (found == nullptr) return std::nullopt;
  ParkedReceipt parked = *found;
  forget(turn, key, parked.number);
  return parked;
}

}  // namespace novelo
