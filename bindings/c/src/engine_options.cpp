#include "engine_options.hpp"

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "adapters.hpp"
#include "limits.hpp"
#include "novelo/json.hpp"
#include "views.hpp"

namespace novelo::abi {
namespace {

Status read_secrets(const novelo_engine_options& given, EngineOptions& options) {
  if (const auto there = array_of(given.secrets, given.secret_count, "options.secrets"); !there) {
    return there;
  }
  for (std::size_t i = 0; i < given.secret_count; ++i) {
    const auto connection = text_of(given.secrets[i].connection, "options.secrets.connection");
    if (!connection) return fail(connection.error());
    const auto name = text_of(given.secrets[i].name, "options.secrets.name");
    if (!name) return fail(name.error());
    const auto text = text_of(given.secrets[i].text, "options.secrets.text");
    if (!text) return fail(text.error());
    options.secrets[ConnectionName(std::string(*connection))][std::string(*name)].emplace_back(
        std::string(*text));
  }
  return {};
}

LogSink log_sink(const novelo_engine_options& given) {
  return [tell = given.on_log, user = given.user](const LogLine& line) {
    const std::string json = to_json(line).dump();
    novelo_log_line told{};
    told.struct_size = sizeof(told);
    told.at = line.at.time_since_epoch().count();
    told.level = static_cast<std::int32_t>(line.level);
    told.what = view(line.what);
    told.json = view(json);
    tell(&told, user);
  };
}

Result<EngineOptions> read_options(const novelo_engine_options& given) {
  EngineOptions options;
  const auto tenant = text_of(given.tenant, "options.tenant");
  if (!tenant) return fail(tenant.error());
  if (!tenant->empty()) options.tenant = TenantName(std::string(*tenant));
  const auto secret = text_of(given.tenant_secret, "options.tenant_secret");
  if (!secret) return fail(secret.error());
  options.tenant_secret = Secret(std::string(*secret));
  if (const auto read = read_secrets(given, options); !read) return fail(read.error());
  const auto limits = text_of(given.limits, "options.limits");
  if (!limits) return fail(limits.error());
  auto read = limits_from_text(*limits);
  if (!read) return fail(read.error());
  options.limits = *read;
  if (given.time_jump < 0) {
    return fail(invalid("out_of_range", "Time does not jump back.", "options.time_jump"));
  }
  if (given.time_jump > 0) options.time_jump = Duration(given.time_jump);
  if (given.on_fault != nullptr) {
    options.on_fault = [tell = given.on_fault, user = given.user](const Error& error) {
      const novelo_error_info info = info_of(error);
      tell(&info, user);
    };
  }
  if (given.on_log != nullptr) options.log = log_sink(given);
  options.log_personal = given.log_personal != 0;
  return options;
}

Result<std::vector<const ChannelAdapter*>> read_adapters(const novelo_engine_options& given) {
  if (const auto there = array_of(given.adapters, given.adapter_count, "options.adapters");
      !there) {
    return fail(there.error());
  }
  if (given.adapter_count == 0) return all_adapters();
  std::vector<const ChannelAdapter*> adapters;
  for (std::size_t i = 0; i < given.adapter_count; ++i) {
    const auto name = text_of(given.adapters[i], "options.adapters");
    if (!name) return fail(name.error());
    const ChannelAdapter* const adapter = adapter_named(*name);
    if (adapter == nullptr) {
      return fail({ErrorCode::unsupported, "no_adapter",
                   "This library was built without such an adapter.", "options.adapters",
                   "There are voice, sms, whatsapp and, with its component, email."});
    }
    adapters.push_back(adapter);
  }
  return adapters;
}

// Of a recorder, which may go on without its handle.
Result<std::shared_ptr<Recording>> read_recorder(const novelo_engine_options& given) {
  if (given.recorder == nullptr) return std::shared_ptr<Recording>();
  const auto entered = enter<RecorderBox>(given.recorder, Access::shared);
  if (!entered) return fail(entered.error());
  return (*entered)->recording;
}

}  // namespace

Result<GivenEngine> engine_of(const novelo_engine_options* given) {
  const auto read = sized(given, "options");
  if (!read) return fail(read.error());
  auto options = read_options(*read);
  if (!options) return fail(options.error());
  auto adapters = read_adapters(*read);
  if (!adapters) return fail(adapters.error());
  auto recording = read_recorder(*read);
  if (!recording) return fail(recording.error());
  if (*recording != nullptr) {
    // Its status may be asked for by a thread that is not the engine's.
    options->on_call = [to = *recording,
                        take = (*recording)->recorder.observer()](const EngineCall& call) {
      const std::lock_guard guard(to->lock);
      take(call);
    };
  }
  return GivenEngine{std::move(*options), std::move(*adapters), std::move(*recording)};
}

Status check_begun(const std::shared_ptr<Recording>& recording) {
  if (recording == nullptr) return {};
  const std::lock_guard guard(recording->lock);
  Status status = recording->recorder.status();
  if (status || status.error().reason != "not_from_the_beginning") return {};
  return status;
}

}  // namespace novelo::abi
