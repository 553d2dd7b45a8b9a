// A store that tells a History of every commit that goes through it.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "crash/history.hpp"
#include "novelo/store.hpp"

namespace novelo::crash {

// What the harness itself gets wrong on purpose, to prove that it is found.
enum class Slip : std::uint8_t {
  none,
  acks_early,     // a commit counts as acknowledged before it was made
  drops_a_write,  // every commit of several writes loses its last one
};

class WitnessStore final : public Store {
 public:
  // `operations` gives how many operations were begun so far; `complain` gets what is wrong.
  WitnessStore(Store& inner, History& history, std::function<std::uint64_t()> operations,
               std::function<void(std::string)> complain, Slip slip = Slip::none);

  Result<Fence> open_tenant(const TenantName& tenant) override;
  Result<std::optional<std::string>> get(Table table, std::string_view key) override;
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override;
  Status commit_all(std::span<const TenantWrites> parts) override;
  Result<std::uint64_t> maintain(std::uint64_t budget) override;

  // Holds what the store shows against the history, and settles what was not known. Nothing is
  // learnt where it cannot be read.
  void look();

 private:
  Status commit_through(std::span<const TenantWrites> parts);
  void returned(const Error& error);

  Store* inner_;
  History* history_;
  std::function<std::uint64_t()> operations_;
  std::function<void(std::string)> complain_;
  Slip slip_;
};

}  // namespace novelo::crash
