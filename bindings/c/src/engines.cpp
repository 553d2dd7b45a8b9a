// Opening and closing engines, and what can be asked of them at any time.
#include <utility>

#include "adapters.hpp"
#include "guard.hpp"
#include "limits.hpp"
#include "views.hpp"

using namespace novelo;
using abi::Access;
using abi::EngineBox;
using abi::EnteredEngine;
using abi::StoreBox;

namespace {

Status read_secrets(const novelo_engine_options& given, EngineOptions& options) {
  if (const auto there = abi::array_of(given.secrets, given.secret_count, "options.secrets");
      !there) {
    return there;
  }
  for (std::size_t i = 0; i < given.secret_count; ++i) {
    const auto connection = abi::text_of(given.secrets[i].connection, "options.secrets.connection");
    if (!connection) return fail(connection.error());
    const auto name = abi::text_of(given.secrets[i].name, "options.secrets.name");
    if (!name) return fail(name.error());
    const auto text = abi::text_of(given.secrets[i].text, "options.secrets.text");
    if (!text) return fail(text.error());
    options.secrets[ConnectionName(std::string(*connection))][std::string(*name)].emplace_back(
        std::string(*text));
  }
  return {};
}

Result<EngineOptions> read_options(const novelo_engine_options& given) {
  EngineOptions options;
  const auto tenant = abi::text_of(given.tenant, "options.tenant");
  if (!tenant) return fail(tenant.error());
  if (!tenant->empty()) options.tenant = TenantName(std::string(*tenant));
  const auto secret = abi::text_of(given.tenant_secret, "options.tenant_secret");
  if (!secret) return fail(secret.error());
  options.tenant_secret = Secret(std::string(*secret));
  if (const auto read = read_secrets(given, options); !read) return fail(read.error());
  const auto limits = abi::text_of(given.limits, "options.limits");
  if (!limits) return fail(limits.error());
  auto read = abi::limits_from_text(*limits);
  if (!read) return fail(read.error());
  options.limits = *read;
  if (given.time_jump < 0) {
    return fail(abi::invalid("out_of_range", "Time does not jump back.", "options.time_jump"));
  }
  if (given.time_jump > 0) options.time_jump = Duration(given.time_jump);
  if (given.on_fault != nullptr) {
    options.on_fault = [tell = given.on_fault, user = given.user](const Error& error) {
      const novelo_error_info info = abi::info_of(error);
      tell(&info, user);
    };
  }
  return options;
}

Result<std::vector<const ChannelAdapter*>> read_adapters(const novelo_engine_options& given) {
  if (const auto there = abi::array_of(given.adapters, given.adapter_count, "options.adapters");
      !there) {
    return fail(there.error());
  }
  if (given.adapter_count == 0) return abi::all_adapters();
  std::vector<const ChannelAdapter*> adapters;
  for (std::size_t i = 0; i < given.adapter_count; ++i) {
    const auto name = abi::text_of(given.adapters[i], "options.adapters");
    if (!name) return fail(name.error());
    const ChannelAdapter* const adapter = abi::adapter_named(*name);
    if (adapter == nullptr) {
      return fail({ErrorCode::unsupported, "no_adapter",
                   "This library was built without such an adapter.", "options.adapters",
                   "There are voice, sms, whatsapp and, with its component, email."});
    }
    adapters.push_back(adapter);
  }
  return adapters;
}

Status open_engine(const novelo_engine_options* given, StoreBox& store, abi::Token store_token,
                   Timestamp now, novelo_engine** engine) {
  const auto read = abi::sized(given, "options");
  if (!read) return fail(read.error());
  auto options = read_options(*read);
  if (!options) return fail(options.error());
  auto adapters = read_adapters(*read);
  if (!adapters) return fail(adapters.error());
  auto box = std::make_unique<EngineBox>();
  box->store = store_token;
  box->limits = options->limits;
  auto opened = Engine::open(*store.store, std::move(*adapters), std::move(*options), now);
  if (!opened) return fail(opened.error());
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
