#include "crash/witness_store.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "crash/memory_faults.hpp"

namespace novelo::crash {

WitnessStore::WitnessStore(Store& inner, History& history,
                           std::function<std::uint64_t()> operations,
                           std::function<void(std::string)> complain, Slip slip)
    : inner_(&inner),
      history_(&history),
      operations_(std::move(operations)),
      complain_(std::move(complain)),
      slip_(slip) {}

Result<Fence> WitnessStore::open_tenant(const TenantName& tenant) {
  Result<Fence> fence = fail(Error());
  {
    const PauseFaults quiet;
    history_->begin(tenant.text(), operations_());
  }
  fence = inner_->open_tenant(tenant);  // what it throws leaves the outcome open
  const PauseFaults quiet;
  if (!fence) {
    returned(fence.error());
    return fence;
  }
  const auto known = history_->now().tenants.find(tenant.text());
  if (known != history_->now().tenants.end() && fence->epoch <= known->second.epoch) {
    complain_(fmt::format("fence: epoch {} of {} was given before", fence->epoch, tenant.text()));
  }
  history_->acknowledge(operations_(), *fence);
  return fence;
}

Result<std::optional<std::string>> WitnessStore::get(Table table, std::string_view key) {
  return inner_->get(table, key);
}

Result<std::vector<Row>> WitnessStore::scan(Table table, std::string_view from, std::string_view to,
                                            std::size_t limit, Order order) {
  return inner_->scan(table, from, to, limit, order);
}

Status WitnessStore::commit_through(std::span<const TenantWrites> parts) {
  if (slip_ != Slip::drops_a_write) return inner_->commit_all(parts);
  std::vector<TenantWrites> fewer(parts.begin(), parts.end());
  TenantWrites& last = fewer.back();
  if (last.writes.size() > 1) last.writes = last.writes.first(last.writes.size() - 1);
  return inner_->commit_all(fewer);
}

Status WitnessStore::commit_all(std::span<const TenantWrites> parts) {
  const bool nothing = std::all_of(parts.begin(), parts.end(),
                                   [](const TenantWrites& part) { return part.writes.empty(); });
  if (nothing) return inner_->commit_all(parts);
  Status done;
  {
    const PauseFaults quiet;
    history_->begin(parts, operations_());
    if (slip_ == Slip::acks_early) history_->acknowledge(operations_());
  }
  try {
    done = commit_through(parts);
  } catch (...) {
    const PauseFaults quiet;
    look();
    throw;
  }
  const PauseFaults quiet;
  if (!done) {
    returned(done.error());
  } else if (slip_ != Slip::acks_early) {
    history_->acknowledge(operations_());
  }
  return done;
}

void WitnessStore::returned(const Error& error) {
  if (error.code == ErrorCode::unknown) return;  // it stays open
  history_->refuse(operations_());
  look();
}

void WitnessStore::look() {
  const PauseFaults quiet;
  const Result<Digest> rows = digest_of(*inner_, history_->tables());
  if (!rows) return;
  if (history_->settle(*rows, operations_())) return;
  complain_(history_->was(*rows) ? "reads: the store shows what was there before some commits"
                                 : "reads: the store shows what no commit left");
}

Result<std::uint64_t> WitnessStore::maintain(std::uint64_t budget) {
  return inner_->maintain(budget);
}

}  // namespace novelo::crash
