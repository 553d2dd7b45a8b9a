// Opening and closing engines, and what can be asked of them at any time.
#include <utility>

#include "engine_options.hpp"
#include "guard.hpp"
#include "views.hpp"

using namespace novelo;
using abi::Access;
using abi::EngineBox;
using abi::EnteredEngine;
using abi::StoreBox;

namespace {

Status open_engine(const novelo_engine_options* given, StoreBox& store, abi::Token store_token,
                   Timestamp now, novelo_engine** engine) {
  auto how = abi::engine_of(given);
  if (!how) return fail(how.error());
  auto box = std::make_unique<EngineBox>();
  box->store = store_token;
  box->tenant = how->options.tenant;
  box->limits = how->options.limits;
  auto opened = Engine::open(*store.store, std::move(how->adapters), std::move(how->options), now);
  if (!opened) return fail(opened.error());
  if (auto begun = abi::check_begun(how->recording); !begun) return begun;
  box->engine.emplace(std::move(*opened));
  if (auto given_away = abi::give(std::move(box), engine); !given_away) return given_away;
  ++store.engines;
  return {};
}

}  // namespace

novelo_status novelo_engine_open(novelo_store* store, const novelo_engine_options* options,
                                 int64_t now, novelo_engine** engine, novelo_error** error) {
  if (engine != nullptr) *engine = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(engine, "engine"); !there) return there;
    const auto time = abi::time_of(now);
    if (!time) return fail(time.error());
    const auto entered = abi::enter<StoreBox>(store, Access::alone);
    if (!entered) return fail(entered.error());
    return open_engine(options, **entered, abi::token_of(store), *time, engine);
  });
}

novelo_status novelo_engine_close(novelo_engine* engine, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    if (engine == nullptr) return {};
    auto entered = EnteredEngine::enter(engine);
    if (!entered) return fail(entered.error());
    entered->remove().reset();
    --entered->store().engines;
    return {};
  });
}

novelo_status novelo_engine_faulted(novelo_engine* engine, int32_t* faulted, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(faulted, "faulted"); !there) return there;
    const auto entered = EnteredEngine::enter(engine);
    if (!entered) return fail(entered.error());
    *faulted = (*entered)->faulted() ? 1 : 0;
    return {};
  });
}

novelo_status novelo_next_deadline(novelo_engine* engine, int64_t* at, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(at, "at"); !there) return there;
    const auto entered = EnteredEngine::enter(engine);
    if (!entered) return fail(entered.error());
    const auto due = (*entered)->next_deadline();
    *at = due ? due->time_since_epoch().count() : NOVELO_NEVER;
    return {};
  });
}
