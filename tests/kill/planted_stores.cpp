#include "kill/planted_stores.hpp"

namespace novelo::kill {
namespace {

constexpr std::size_t commits_late = 4;

}  // namespace

EarlyStore::EarlyStore(Store& inner) : inner_(&inner) {}

EarlyStore::~EarlyStore() {
  write_through();
}

Result<Fence> EarlyStore::open_tenant(const TenantName& tenant) {
  write_through();
  auto fence = inner_->open_tenant(tenant);
  if (!fence) return fence;
  fence_ = *fence;
  auto shown = shown_.open_tenant(tenant);
  if (!shown) return shown;
  std::vector<Write> writes;
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    const auto table = static_cast<Table>(number);
    auto rows = inner_->scan(table, "", std::string(64, '\xff'), SIZE_MAX, Order::ascending);
    if (!rows) return fail(rows.error());
    for (Row& row : *rows) {
      writes.push_back({Write::Kind::put, table, std::move(row.key), std::move(row.value)});
    }
  }
  const Status filled = shown_.commit(*shown, writes);
  if (!filled) return fail(filled.error());
  return shown;
}

Result<std::optional<std::string>> EarlyStore::get(Table table, std::string_view key) {
  return shown_.get(table, key);
}

Result<std::vector<Row>> EarlyStore::scan(Table table, std::string_view from, std::string_view to,
                                          std::size_t limit, Order order) {
  return shown_.scan(table, from, to, limit, order);
}

Status EarlyStore::commit_all(std::span<const TenantWrites> parts) {
  const Status shown = shown_.commit_all(parts);
  if (!shown || ForwardingStore::nothing_to_write(parts)) return shown;
  for (const TenantWrites& part : parts) {
    waiting_.emplace_back(part.writes.begin(), part.writes.end());
  }
  if (waiting_.size() >= commits_late) write_through();
  return {};
}

Result<std::uint64_t> EarlyStore::maintain(std::uint64_t budget) {
  return inner_->maintain(budget);
}

void EarlyStore::write_through() {
  for (const std::vector<Write>& writes : waiting_) (void)inner_->commit(fence_, writes);
  waiting_.clear();
}

Status TornStore::commit_all(std::span<const TenantWrites> parts) {
  if (nothing_to_write(parts)) return ForwardingStore::commit_all(parts);
  std::vector<TenantWrites> first;
  std::vector<TenantWrites> second;
  for (const TenantWrites& part : parts) {
    const std::size_t half = part.writes.size() / 2;
    first.push_back({part.fence, part.writes.first(half)});
    second.push_back({part.fence, part.writes.subspan(half)});
  }
  const Status half = ForwardingStore::commit_all(first);
  return half ? ForwardingStore::commit_all(second) : half;
}

Status ForgetfulStore::commit_all(std::span<const TenantWrites> parts) {
  std::vector<std::vector<Write>> kept;
  std::vector<TenantWrites> rest;
  kept.reserve(parts.size());
  for (const TenantWrites& part : parts) {
    std::vector<Write>& writes = kept.emplace_back();
    for (const Write& write : part.writes) {
      if (write.table != table_) writes.push_back(write);
    }
    rest.push_back({part.fence, writes});
  }
  return ForwardingStore::commit_all(rest);
}

}  // namespace novelo::kill
