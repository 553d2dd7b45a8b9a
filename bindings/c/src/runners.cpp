// Starting and stopping runners, and what can be asked of them at any time.
#include <algorithm>
#include <set>
#include <utility>

#include "guard.hpp"
#include "runner_calls.hpp"
#include "views.hpp"

using namespace novelo;
using abi::Access;
using abi::EngineBox;
using abi::Entered;
using abi::RunnerBox;
using abi::StoreBox;

namespace {

using Engines = std::vector<Entered<EngineBox>>;

Error tenant_twice() {
  return abi::invalid("tenant_twice", "Two engines are the same tenant's.", "engines",
                      "Give the newest, once.");
}

// All of them entered, of this store, each another tenant's.
Result<Engines> enter_all(novelo_engine* const* handles, std::size_t count, abi::Token store) {
  if (const auto there = abi::array_of(handles, count, "engines"); !there) {
    return fail(there.error());
  }
  Engines engines;
  std::set<TenantName> tenants;
  engines.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::find(handles, handles + i, handles[i]) != handles + i) return fail(tenant_twice());
    auto entered = abi::enter<EngineBox>(handles[i], Access::alone);
    if (!entered) return fail(entered.error());
    if ((*entered)->store != store) {
      return fail(abi::invalid("other_store", "This engine is on another store.", "engines",
                               "Start a runner for each store."));
    }
    if (!tenants.insert((*entered)->tenant).second) {
      return fail(tenant_twice());
    }
    engines.push_back(std::move(*entered));
  }
  return engines;
}

// Ends the handles. From here on nobody but the runner has the engines.
std::vector<Engine> take_all(Engines engines, StoreBox& store) {
  std::vector<Engine> list;
  list.reserve(engines.size());
  for (Entered<EngineBox>& entered : engines) {
    list.push_back(std::move(*entered->engine));
    entered.remove();
    --store.engines;
  }
  return list;
}

Status start(RunnerBox& box, Entered<StoreBox> entered, Engines engines, RunnerOptions options) {
  for (const Entered<EngineBox>& engine : engines) {
    box.limits.put(engine->tenant, engine->limits);
  }
  const auto store = std::make_shared<Entered<StoreBox>>(std::move(entered));
  box.store = store;
  StoreBox& rows = **store;
  auto started = Runner::start(*rows.store, take_all(std::move(engines), rows), std::move(options));
  if (!started) return fail(started.error());
  box.owner = std::move(*started);
  box.live = box.owner.get();
  return {};
}

}  // namespace

novelo_status novelo_runner_start(novelo_store* store, novelo_engine* const* engines, size_t count,
                                  const novelo_runner_options* options, novelo_runner** runner,
                                  novelo_error** error) {
  if (runner != nullptr) *runner = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(runner, "runner"); !there) return there;
    auto reserved = abi::Reserved<RunnerBox>::make();
    if (!reserved) return fail(reserved.error());
    // Whoever gets the handle in a callback cannot free it before this is over.
    const auto inside = abi::enter<RunnerBox>(reserved->handle(), Access::shared);
    if (!inside) return fail(inside.error());
    auto how = abi::runner_options(options, **reserved, reserved->handle());
    if (!how) return fail(how.error());
    auto entered = abi::enter<StoreBox>(store, Access::alone);
    if (!entered) return fail(entered.error());
    auto given = enter_all(engines, count, abi::token_of(store));
    if (!given) return fail(given.error());
    const auto started = start(**reserved, std::move(*entered), std::move(*given), std::move(*how));
    if (!started) return started;
    reserved->publish(runner);
    return {};
  });
}

novelo_status novelo_runner_fallback_route(novelo_runner* runner, const char* tenant,
                                           size_t tenant_size, const char* entry_point, size_t size,
                                           novelo_items** route, novelo_error** error) {
  if (route != nullptr) *route = nullptr;
  return abi::on_runner(runner, error, [&](RunnerBox&, Runner& entered) -> Status {
    if (const auto there = abi::place_for(route, "route"); !there) return there;
    const auto whose = abi::tenant_of(tenant, tenant_size);
    if (!whose) return fail(whose.error());
    const auto name = abi::text_of(entry_point, size, "entry_point");
    if (!name) return fail(name.error());
    auto items = std::make_unique<abi::ItemsBox>();
    items->add(NOVELO_OK, entered.fallback_route(*whose, EntryPointName(std::string(*name))));
    items->finish();
    return abi::give(std::move(items), route);
  });
}

novelo_status novelo_runner_statistics(novelo_runner* runner, novelo_runner_counts* counts,
                                       novelo_error** error) {
  return abi::on_runner(runner, error, [&](RunnerBox&, Runner& entered) -> Status {
    const RunnerStatistics now = entered.statistics();
    novelo_runner_counts told{};
    told.accepted = now.accepted;
    told.refused = now.refused;
    told.expired = now.expired;
    told.inputs = now.inputs;
    told.rounds = now.rounds;
    told.commits = now.commits;
    told.handouts = now.handouts;
    told.queued = now.queued;
    return abi::fill(counts, told, "counts");
  });
}

novelo_status novelo_runner_stop(novelo_runner* runner, int64_t patience, novelo_error** error) {
  constexpr Duration longest = std::chrono::hours(24 * 365);
  return abi::on_runner(runner, error, [&](RunnerBox& box, Runner& entered) -> Status {
    if (patience == NOVELO_NEVER) return box.stop(entered, std::nullopt);
    if (patience < 0) {
      return fail(abi::invalid("out_of_range", "This is no length of time.", "patience",
                               "Give microseconds, or NOVELO_NEVER."));
    }
    return box.stop(entered, std::min(Duration(patience), longest));
  });
}

novelo_status novelo_runner_free(novelo_runner* runner, novelo_error** error) {
  if (runner == nullptr) {
    if (error != nullptr) *error = nullptr;
    return NOVELO_OK;
  }
  const novelo_status stopped = novelo_runner_stop(runner, NOVELO_NEVER, error);
  if (stopped != NOVELO_OK) return stopped;
  return abi::guarded(error, [&]() -> Status {
    auto entered = abi::enter<RunnerBox>(runner, Access::alone);
    if (!entered) return fail(entered.error());
    entered->remove();
    return {};
  });
}
