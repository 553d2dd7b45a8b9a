#include "runner_box.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/json.hpp"
#include "views.hpp"

namespace novelo::abi {
namespace {

// The callbacks as they were given, and whom they are about.
struct Host {
  novelo_runner_options given;
  RunnerBox* box;
  novelo_runner* handle;

  // May be the first that the host hears of the runner.
  void meet(Runner& runner) const { box->live = &runner; }
};

RunnerOptions::Carry carry_with(const Host& host, novelo_carry carry) {
  if (carry == nullptr) return {};
  return [host, carry](Runner& runner, const TenantName& tenant, Handout out) {
    host.meet(runner);
    HandoutsBox box;
    std::vector<Handout> one;
    one.push_back(std::move(out));
    box.fill(std::move(one));
    carry(host.handle, view(tenant.text()), box.array.front(), host.given.user);
  };
}

void set_sizes(const novelo_runner_options& given, RunnerOptions& options) {
  constexpr std::uint64_t most_pages = std::uint64_t{1} << 40U;
  const auto set = [](std::size_t& member, std::uint64_t number) {
    if (number != 0) member = clamped_size(number);
  };
  set(options.queue_inputs, given.queue_inputs);
  set(options.queue_bytes, given.queue_bytes);
  set(options.batch_inputs, given.batch_inputs);
  set(options.batch_handouts, given.batch_handouts);
  if (given.quiet != 0) options.quiet = Duration(given.quiet);
  if (given.maintain_pages == UINT64_MAX) {
    options.maintain_pages = 0;
  } else if (given.maintain_pages != 0) {
    options.maintain_pages = std::min(given.maintain_pages, most_pages);
  }
  if (given.maintain_latest != 0) {
    options.maintain_latest = std::min(given.maintain_latest, most_pages);
  }
}

void set_tellers(const Host& host, RunnerOptions& options) {
  const novelo_runner_options& given = host.given;
  if (given.on_signal != nullptr) {
    options.on_signal = [host](Runner& runner, const TenantName& tenant, const Signal& signal) {
      host.meet(runner);
      const std::string json = to_json(signal).dump();
      host.given.on_signal(host.handle, view(tenant.text()), view(json), host.given.user);
    };
  }
  if (given.on_fault != nullptr) {
    options.on_fault = [host](Runner& runner, const TenantName& tenant, const Error& error) {
      host.meet(runner);
      const novelo_error_info info = info_of(error);
      host.given.on_fault(host.handle, view(tenant.text()), &info, host.given.user);
    };
  }
  if (given.on_trouble != nullptr) {
    options.on_trouble = [host](const Error& error) {
      const novelo_error_info info = info_of(error);
      host.given.on_trouble(&info, host.given.user);
    };
  }
}

}  // namespace

TenantLimits::Entry TenantLimits::put(const TenantName& tenant, const Limits& limits) {
  auto entry = std::make_shared<const Limits>(limits);
  const std::lock_guard guard(lock_);
  entries_[tenant] = entry;
  return entry;
}

Result<TenantLimits::Entry> TenantLimits::of(const TenantName& tenant) const {
  const std::lock_guard guard(lock_);
  const auto entry = entries_.find(tenant);
  if (entry != entries_.end()) return entry->second;
  return fail({ErrorCode::not_found, "unknown_tenant", "No engine of this tenant is open here.",
               fmt::format("tenant {}", tenant.text()), "Open it first."});
}

void TenantLimits::forget(const TenantName& tenant) {
  const std::lock_guard guard(lock_);
  entries_.erase(tenant);
}

void TenantLimits::forget(const TenantName& tenant, const Entry& entry) {
  const std::lock_guard guard(lock_);
  const auto known = entries_.find(tenant);
  if (known != entries_.end() && known->second == entry) entries_.erase(known);
}

Status RunnerBox::stop(Runner& runner, std::optional<Duration> patience) {
  const Status stopped = patience ? runner.stop(*patience) : runner.stop();
  if (!stopped) return stopped;
  const std::lock_guard guard(lock);
  store.reset();
  return {};
}

Result<RunnerOptions> runner_options(const novelo_runner_options* given, RunnerBox& box,
                                     novelo_runner* handle) {
  const auto read = sized_or_usual(given, "options");
  if (!read) return fail(read.error());
  if (read->quiet < 0) {
    return fail(invalid("out_of_range", "This is no length of time.", "options.quiet",
                        "Give microseconds, 0 or more."));
  }
  const Host host{*read, &box, handle};
  RunnerOptions options;
  set_sizes(*read, options);
  if (read->clock != nullptr) {
    options.clock = [host] { return nearest_time(host.given.clock(host.given.user)); };
  }
  options.on_send = carry_with(host, read->on_send);
  options.on_call = carry_with(host, read->on_call);
  options.on_notify = carry_with(host, read->on_notify);
  options.on_action = carry_with(host, read->on_action);
  set_tellers(host, options);
  return options;
}

}  // namespace novelo::abi
