#include "testing/simulator/simulated_store.hpp"

#include <algorithm>
#include <utility>

namespace novelo::testing {
namespace {

Error gone() {
  return {ErrorCode::unknown, "simulated_crash", "the simulated machine is gone", {}, {}};
}
Error full() {
  return {ErrorCode::storage, "full", "the simulated disk is full", {}, {}};
}
Error unreadable() {
  return {ErrorCode::storage, "io", "the simulated disk cannot be read", {}, {}};
}

bool has_writes(std::span<const TenantWrites> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const TenantWrites& part) { return !part.writes.empty(); });
}

}  // namespace

std::optional<DiskFault> SimulatedStore::due(bool is_commit) {
  if (!plan_) return std::nullopt;
  const bool for_commits = plan_->fault == DiskFault::full || plan_->fault == DiskFault::dies_after;
  const bool for_reads = plan_->fault == DiskFault::unreadable;
  if ((is_commit && for_reads) || (!is_commit && for_commits)) return std::nullopt;
  if (plan_->after-- != 0) return std::nullopt;
  const DiskFault fault = plan_->fault;
  plan_.reset();
  ++faults_;
  dead_ = fault == DiskFault::dies || fault == DiskFault::dies_after;
  if (dead_) ++deaths_;
  return fault;
}

Status SimulatedStore::read_fault() {
  if (dead_) return fail(gone());
  const auto fault = due(false);
  if (!fault) return {};
  return fail(*fault == DiskFault::unreadable ? unreadable() : gone());
}

Result<Fence> SimulatedStore::open_tenant(const TenantName& tenant) {
  if (dead_) return fail(gone());
  return inner_->open_tenant(tenant);
}

Result<std::optional<std::string>> SimulatedStore::get(Table table, std::string_view key) {
  if (const Status well = read_fault(); !well) return fail(well.error());
  return inner_->get(table, key);
}

Result<std::vector<Row>> SimulatedStore::scan(Table table, std::string_view from,
                                              std::string_view to, std::size_t limit, Order order) {
  if (const Status well = read_fault(); !well) return fail(well.error());
  return inner_->scan(table, from, to, limit, order);
}

Status SimulatedStore::commit_all(std::span<const TenantWrites> parts) {
  if (dead_) return fail(gone());
  if (!has_writes(parts)) return inner_->commit_all(parts);
  const auto fault = due(true);
  if (fault == DiskFault::full) return fail(full());
  if (fault == DiskFault::dies) return fail(gone());
  const Status done = inner_->commit_all(parts);
  if (!done) return done;
  ++commits_;
  on_commit_(parts);
  if (fault == DiskFault::dies_after) return fail(gone());
  return {};
}

Result<std::uint64_t> SimulatedStore::maintain(std::uint64_t budget) {
  if (dead_) return fail(gone());
  return inner_->maintain(budget);
}

}  // namespace novelo::testing
