// MemoryStore: a store that keeps everything in memory and forgets it when it is destroyed. For
// tests, simulations and trials; its answers are those of every other store, byte for byte.
//
//   MemoryStore store;
//   auto engine = Engine::open(store, adapters, options, now);
//   ... and another engine after it: the rows stay with the store
//
// "Durable" here means: for as long as the store lives. There is no outcome it does not know, so it
// never says `unknown`. A ceiling of bytes stands for the size of a disk, so that a full one can be
// tried without filling one.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "novelo/store.hpp"
#include "novelo/stores/statistics.hpp"

namespace novelo {

class MemoryStore final : public Store {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  explicit MemoryStore(std::size_t capacity_bytes = unlimited) : capacity_(capacity_bytes) {}
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  // The most bytes of keys and values that rows may take, at any time from now on. A commit that
  // would end above it fails with `storage`, reason "full", unless it leaves fewer bytes than
  // before.
  void set_capacity(std::size_t bytes) { capacity_ = bytes; }

  // Bytes of the keys and values held now.
  std::size_t bytes() const { return bytes_; }

  // `statements`, `wal_bytes` and the checkpoints stay 0.
  const StoreStatistics& statistics() const { return statistics_; }

  // Errors: `invalid` ("empty_name").
  Result<Fence> open_tenant(const TenantName& tenant) override;
  // Errors: `invalid` ("unknown_table").
  Result<std::optional<std::string>> get(Table table, std::string_view key) override;
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override;
  // Errors: `conflict` ("fenced", "exists"), `storage` ("full"), `invalid` ("unknown_table").
  Status commit_all(std::span<const TenantWrites> parts) override;
  // There is never anything to do.
  Result<std::uint64_t> maintain(std::uint64_t budget) override;

 private:
  using Rows = std::map<std::string, std::string, std::less<>>;

  // What a row was before a write: enough to take the write back.
  struct Before {
    Rows* rows;
    const std::string* key;
    std::optional<std::string> value;
  };

  Rows* rows_of(Table table);
  Status apply(const Write& write, std::vector<Before>& undo);
  static void take_back(std::vector<Before>& undo);

  std::array<Rows, table_count> tables_;
  std::map<std::string, Fence> tenants_;           // by name: the newest fence
  std::map<std::uint64_t, std::uint64_t> epochs_;  // by tenant: the newest epoch
  std::size_t capacity_;
  std::size_t bytes_ = 0;
  StoreStatistics statistics_;
};

}  // namespace novelo
