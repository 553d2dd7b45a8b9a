#include "novelo/stores/memory.hpp"

#include <algorithm>
#include <utility>

#include "stores/store_errors.hpp"

namespace novelo {
namespace {

Error full_error() {
  return {ErrorCode::storage, "full", "the store has reached its capacity", "memory store",
          "erase what is no longer needed or raise the capacity, then send the same again"};
}

}  // namespace

Result<Fence> MemoryStore::open_tenant(const TenantName& tenant) {
  if (tenant.empty()) return fail(empty_name_error());
  Fence& fence = tenants_[tenant.text()];
  if (fence.tenant == 0) fence.tenant = tenants_.size();
  ++fence.epoch;
  epochs_[fence.tenant] = fence.epoch;
  ++statistics_.commits;
  return fence;
}

Result<std::optional<std::string>> MemoryStore::get(Table table, std::string_view key) {
  const Rows* rows = rows_of(table);
  if (rows == nullptr) return fail(unknown_table_error(table));
  const auto row = rows->find(key);
  if (row == rows->end()) return std::nullopt;
  return row->second;
}

Result<std::vector<Row>> MemoryStore::scan(Table table, std::string_view from, std::string_view to,
                                           std::size_t limit, Order order) {
  const Rows* rows = rows_of(table);
  if (rows == nullptr) return fail(unknown_table_error(table));
  std::vector<Row> found;
  if (from >= to) return found;
  const auto first = rows->lower_bound(from);
  auto last = rows->lower_bound(to);
  if (order == Order::ascending) {
    for (auto row = first; row != last && found.size() < limit; ++row) {
      found.push_back({row->first, row->second});
    }
    return found;
  }
  while (last != first && found.size() < limit) {
    --last;
    found.push_back({last->first, last->second});
  }
  return found;
}

Status MemoryStore::commit_all(std::span<const TenantWrites> parts) {
  std::size_t count = 0;
  for (const TenantWrites& part : parts) {
    const auto newest = epochs_.find(part.fence.tenant);
    if (newest == epochs_.end() || newest->second != part.fence.epoch) {
      return fail(fenced_error(part.fence));
    }
    count += part.writes.size();
  }
  if (count == 0) return {};
  const std::size_t bytes_before = bytes_;
  std::vector<Before> undo;
  undo.reserve(count);
  for (const TenantWrites& part : parts) {
    for (const Write& write : part.writes) {
      if (Status applied = apply(write, undo); !applied) {
        take_back(undo);
        bytes_ = bytes_before;
        return applied;
      }
    }
  }
  if (bytes_ > capacity_ && bytes_ >= bytes_before) {
    take_back(undo);
    bytes_ = bytes_before;
    return fail(full_error());
  }
  ++statistics_.commits;
  statistics_.rows_written += count;
  return {};
}

Result<std::uint64_t> MemoryStore::maintain(std::uint64_t) {
  return 0;
}

MemoryStore::Rows* MemoryStore::rows_of(Table table) {
  const std::size_t index = table_index(table);
  return index < tables_.size() ? &tables_[index] : nullptr;
}

Status MemoryStore::apply(const Write& write, std::vector<Before>& undo) {
  Rows* rows = rows_of(write.table);
  if (rows == nullptr) return fail(unknown_table_error(write.table));
  const auto row = rows->lower_bound(write.key);
  const bool exists = row != rows->end() && row->first == write.key;
  if (write.kind == Write::Kind::insert && exists) return fail(exists_error(write.table));
  std::optional<std::string>& before = undo.emplace_back(Before{rows, &write.key, {}}).value;
  if (write.kind == Write::Kind::erase) {
    if (!exists) return {};
    bytes_ -= row->first.size() + row->second.size();
    before = std::move(row->second);
    rows->erase(row);
  } else if (exists) {
    bytes_ += write.value.size() - row->second.size();
    before = std::exchange(row->second, write.value);
  } else {
    bytes_ += write.key.size() + write.value.size();
    rows->emplace_hint(row, write.key, write.value);
  }
  return {};
}

void MemoryStore::take_back(std::vector<Before>& undo) {
  std::for_each(undo.rbegin(), undo.rend(), [](Before& before) {
    if (before.value) {
      before.rows->insert_or_assign(*before.key, *std::move(before.value));
    } else {
      before.rows->erase(*before.key);
    }
  });
}

}  // namespace novelo
