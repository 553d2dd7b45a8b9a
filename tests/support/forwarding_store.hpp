// A store that hands everything on to another one: tests override what is to go wrong.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/store.hpp"

namespace novelo {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store& inner) : inner_(&inner) {}

  // Such a commit only looks at the fences.
  static bool nothing_to_write(std::span<const TenantWrites> parts) {
    return std::all_of(parts.begin(), parts.end(),
                       [](const TenantWrites& part) { return part.writes.empty(); });
  }

  Result<Fence> open_tenant(const TenantName& tenant) override {
    return inner_->open_tenant(tenant);
  }
  Result<std::optional<std::string>> get(Table table, std::string_view key) override {
    return inner_->get(table, key);
  }
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override {
    return inner_->scan(table, from, to, limit, order);
  }
  Status commit_all(std::span<const TenantWrites> parts) override {
    return inner_->commit_all(parts);
  }
  Result<std::uint64_t> maintain(std::uint64_t budget) override { return inner_->maintain(budget); }

 private:
  Store* inner_;
};

}  // namespace novelo
