#include "novelo/inspection.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "codec/binary.hpp"
#include "engine/body.hpp"
#include "engine/tables.hpp"

namespace novelo {
namespace {

constexpr std::size_t page_rows = 1000;

// What a table's rows are counted by; false when a record cannot be read.
using Count = std::function<bool(TenantInspection&, std::string_view key, std::string_view record)>;

template <class T, class Use>
Count counting(Use use) {
  return [use](TenantInspection& tenant, std::string_view, std::string_view bytes) {
    T record;
    if (!codec::from_bytes(bytes, record)) return false;
    use(tenant, record);
    return true;
  };
}

bool count_meta(TenantInspection& tenant, std::string_view key, std::string_view bytes) {
  if (key == restore_mark_key(tenant.number)) {
    tenant.restored = read_restore_mark(bytes);
    return tenant.restored.has_value();
  }
  if (key != Key(tenant.number).text("engine").bytes()) return true;
  EngineClock clock;
  if (!codec::from_bytes(bytes, clock)) return false;
  tenant.now = clock.now;
  tenant.last_id = clock.last_id;
  tenant.configuration = clock.configuration;
  return true;
}

void count_effect(TenantInspection& tenant, const Effect& effect) {
  ++tenant.effects[std::string(to_string(effect.kind))];
  if (effect.held) ++tenant.held;
  if (effect.maybe_done) ++tenant.maybe_done;
}

void count_timer(TenantInspection& tenant, const Timer& timer) {
  ++tenant.timers[std::string(to_string(timer.kind))];
  if (!tenant.next_timer || timer.due < *tenant.next_timer) tenant.next_timer = timer.due;
}

Count count_of(Table table) {
  switch (table) {
    case Table::meta: return count_meta;
    case Table::conversation:
      return counting<ConversationRecord>([](TenantInspection& tenant, const auto& record) {
        ++tenant.conversations[std::string(to_string(record.status))];
      });
    case Table::case_record:
      return counting<CaseRecord>([](TenantInspection& tenant, const auto& record) {
        ++tenant.cases[fmt::format("{}/{}", record.type.text(), record.status.text())];
      });
    case Table::callback:
      return counting<Callback>([](TenantInspection& tenant, const auto& record) {
        ++tenant.callbacks[std::string(to_string(record.state))];
      });
    case Table::effect: return counting<Effect>(count_effect);
    case Table::timer: return counting<Timer>(count_timer);
    case Table::quarantine:
      return counting<QuarantineRow>([](TenantInspection& tenant, const auto& record) {
        ++tenant.quarantine[fmt::format("{}/{}", record.code, record.reason)];
      });
    default: return {};
  }
}

// Hands `use` every row with from <= key < to; an empty `to` has no end.
Status each_row(Store& store, Table table, std::string from, const std::string& to,
                const std::function<void(const Row&)>& use) {
  for (;;) {
    const auto rows = store.scan(table, from, to, page_rows, Order::ascending);
    if (!rows) return fail(rows.error());
    for (const Row& row : *rows) use(row);
    if (rows->size() < page_rows) return {};
    from = rows->back().key + '\0';
  }
}

Status inspect_table(Store& store, Table table, TenantInspection& tenant) {
  TableUse use{table};
  const Count count = count_of(table);
  const Key all(tenant.number);
  Status read = each_row(store, table, all.bytes(), all.end(), [&](const Row& row) {
    ++use.rows;
    use.bytes += row.key.size() + row.value.size();
    if (count && !count(tenant, row.key, row.value)) ++use.unreadable;
  });
  if (!read) return read;
  if (use.rows > 0) tenant.tables.push_back(use);
  return {};
}

// What stands between the tenants: each range from one's end to the next one's beginning.
Status inspect_strays(Store& store, Table table, const std::vector<std::uint64_t>& numbers,
                      std::vector<TableUse>& strays) {
  const std::string end(64, '\xff');  // behind every key that an engine makes
  TableUse use{table};
  std::string from;
  const auto count = [&](const Row& row) {
    ++use.rows;
    use.bytes += row.key.size() + row.value.size();
  };
  for (const std::uint64_t number : numbers) {
    const Key all(number);
    if (Status read = each_row(store, table, from, all.bytes(), count); !read) return read;
    from = all.end();
  }
  if (Status read = each_row(store, table, from, end, count); !read) return read;
  if (use.rows > 0) strays.push_back(use);
  return {};
}

Result<Inspection> inspect_all(Store& store,
                               std::span<const std::pair<TenantName, Fence>> tenants) {
  Inspection found;
  std::vector<std::uint64_t> numbers;
  for (const auto& [name, fence] : tenants) {
    TenantInspection tenant;
    tenant.name = name;
    tenant.number = fence.tenant;
    tenant.epoch = fence.epoch;
    for (std::uint8_t number = 1; number <= table_count; ++number) {
      Status read = inspect_table(store, static_cast<Table>(number), tenant);
      if (!read) return fail(std::move(read).error());
    }
    numbers.push_back(fence.tenant);
    found.tenants.push_back(std::move(tenant));
  }
  std::sort(numbers.begin(), numbers.end());
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    Status read = inspect_strays(store, static_cast<Table>(number), numbers, found.strays);
    if (!read) return fail(std::move(read).error());
  }
  return found;
}

}  // namespace

Result<Inspection> inspect(Store& store, std::span<const std::pair<TenantName, Fence>> tenants) {
  try {
    return inspect_all(store, tenants);
  } catch (const std::exception& exception) {
    return fail(thrown(exception.what()));
  }
}

}  // namespace novelo
