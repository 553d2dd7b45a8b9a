// SimulatedStore: a store that works, fails, or dies between any two of its operations, as it is
// told, and says what became durable.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/store.hpp"

namespace novelo::testing {

enum class DiskFault : std::uint8_t {
  dies,        // the operation is not done, nor any after it: the machine is gone
  dies_after,  // as much, but this one is done and nobody hears of it
  full,        // a commit is refused and nothing of it is there; the store goes on
  unreadable,  // a read fails once; the store goes on
};

class SimulatedStore final : public Store {
 public:
  using OnCommit = std::function<void(std::span<const TenantWrites>)>;

  // Told of each commit, once it is durable.
  SimulatedStore(Store& inner, OnCommit on_commit)
      : inner_(&inner), on_commit_(std::move(on_commit)) {}

  // What is to go wrong, after so many further operations of its kind.
  void plan(DiskFault fault, std::uint64_t after) { plan_ = Plan{fault, after}; }
  void forget_plan() { plan_.reset(); }
  bool is_dead() const { return dead_; }
  // Another process opens it.
  void revive() { dead_ = false; }
  std::uint64_t commits() const { return commits_; }
  std::uint64_t faults() const { return faults_; }
  std::uint64_t deaths() const { return deaths_; }

  Result<Fence> open_tenant(const TenantName& tenant) override;
  Result<std::optional<std::string>> get(Table table, std::string_view key) override;
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override;
  Status commit_all(std::span<const TenantWrites> parts) override;
  Result<std::uint64_t> maintain(std::uint64_t budget) override;

 private:
  struct Plan {
    DiskFault fault;
    std::uint64_t after;
  };
  // What happens to this operation, if anything.
  std::optional<DiskFault> due(bool is_commit);
  Status read_fault();

  Store* inner_;
  OnCommit on_commit_;
  std::optional<Plan> plan_;
  bool dead_ = false;
  std::uint64_t commits_ = 0;
  std::uint64_t faults_ = 0;
  std::uint64_t deaths_ = 0;
};

}  // namespace novelo::testing
