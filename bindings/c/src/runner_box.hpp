// What stands behind a runner's handle.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "boxes.hpp"
#include "novelo/runner.hpp"

namespace novelo::abi {

// The limits of the engines that a runner has: what is handed in is read by them, on the thread
// that hands it in.
class TenantLimits {
 public:
  using Entry = std::shared_ptr<const Limits>;

  Entry put(const TenantName& tenant, const Limits& limits);
  Result<Entry> of(const TenantName& tenant) const;
  void forget(const TenantName& tenant);
  // Unless it is another one's by now.
  void forget(const TenantName& tenant, const Entry& entry);

 private:
  mutable std::mutex lock_;
  std::map<TenantName, Entry> entries_;
};

struct RunnerBox {
  using Handle = novelo_runner;
  static constexpr Kind kind = Kind::runner;
  // The store, entered: nobody else is in it for as long as one of these lives.
  using StoreHold = std::shared_ptr<Entered<StoreBox>>;

  StoreHold hold() {
    const std::lock_guard guard(lock);
    return store;
  }
  // Stops, and then the store is free.
  Status stop(Runner& runner, std::optional<Duration> patience);

  std::mutex lock;  // of `store`
  StoreHold store;
  TenantLimits limits;
  // Set by whatever comes first, the return of Runner::start or a callback.
  std::atomic<Runner*> live = nullptr;
  std::unique_ptr<Runner> owner;
};

// The callbacks of a runner, which are given `handle`.
Result<RunnerOptions> runner_options(const novelo_runner_options* given, RunnerBox& box,
                                     novelo_runner* handle);

}  // namespace novelo::abi
