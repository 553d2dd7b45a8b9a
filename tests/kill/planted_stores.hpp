// Stores with a fault, to prove that whoever checks after a kill would see it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "support/forwarding_store.hpp"

namespace novelo::kill {

// Says that a commit is done and writes it later, together with the next ones: what a disk does
// that lies, or a program that answers before the commit.
class EarlyStore final : public Store {
 public:
  explicit EarlyStore(Store& inner);
  ~EarlyStore() override;
  EarlyStore(const EarlyStore&) = delete;
  EarlyStore& operator=(const EarlyStore&) = delete;

  Result<Fence> open_tenant(const TenantName& tenant) override;
  Result<std::optional<std::string>> get(Table table, std::string_view key) override;
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override;
  Status commit_all(std::span<const TenantWrites> parts) override;
  Result<std::uint64_t> maintain(std::uint64_t budget) override;

 private:
  void write_through();

  Store* inner_;
  MemoryStore shown_;  // what it says is there
  Fence fence_;        // of the inner store
  std::vector<std::vector<Write>> waiting_;
};

// Writes each commit as two.
class TornStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Status commit_all(std::span<const TenantWrites> parts) override;
};

// Loses what is written to one table.
class ForgetfulStore final : public ForwardingStore {
 public:
  ForgetfulStore(Store& inner, Table table) : ForwardingStore(inner), table_(table) {}

  Status commit_all(std::span<const TenantWrites> parts) override;

 private:
  Table table_;
};

}  // namespace novelo::kill
