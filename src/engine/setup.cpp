#include "engine/setup.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "engine/check_flows.hpp"

namespace novelo {

namespace {

Result<const ChannelAdapter*> find_adapter(const std::vector<const ChannelAdapter*>& adapters,
                                           const Connection& connection) {
  const auto found = std::find_if(adapters.begin(), adapters.end(), [&](const auto* adapter) {
    return adapter->name() == connection.adapter;
  });
  if (found == adapters.end()) {
    return fail({ErrorCode::invalid, "no_adapter",
                 fmt::format("the host has no adapter \"{}\"", connection.adapter),
                 fmt::format("connections.{}", connection.name.text()),
                 "hand the adapter to Engine::open"});
  }
  return *found;
}

Status add_secrets(Connection& connection, const Configuration& configuration,
                   const EngineOptions& options) {
  const auto names = configuration.secret_names.find(connection.name);
  if (names == configuration.secret_names.end()) return {};
  const auto given = options.secrets.find(connection.name);
  for (const std::string& name : names->second) {
    if (given == options.secrets.end() || !given->second.contains(name)) {
      return fail({ErrorCode::invalid, "no_secret",
                   fmt::format("the host gave no secret \"{}\"", name),
                   fmt::format("connections.{}", connection.name.text()),
                   "put it into EngineOptions::secrets"});
    }
    connection.secrets[name] = given->second.at(name);
  }
  return {};
}

// An adapter that names no channel may serve several.
Status check_channels(const Setup& setup) {
  const auto& entry_points = setup.configuration.entry_points;
  for (std::size_t at = 0; at < entry_points.size(); ++at) {
    const EntryPointConfig& entry_point = entry_points[at];
    const Channel served = setup.capabilities_of(entry_point).channel;
    if (served == Channel::none || served == entry_point.channel) continue;
    return fail({ErrorCode::invalid, "wrong_channel",
                 fmt::format("The connection \"{}\" carries {}, and the entry point is for {}.",
                             entry_point.connection.text(), to_string(served),
                             to_string(entry_point.channel)),
                 fmt::format("entry_points[{}].connection", at),
                 fmt::format("Name a connection for {}, or make the entry point's channel {}.",
                             to_string(entry_point.channel), to_string(served))});
  }
  return {};
}

}  // namespace

Result<Setup> Setup::make(std::string_view json, const std::vector<const ChannelAdapter*>& adapters,
                          const EngineOptions& options, const Limits& ceilings) {
  auto configuration = Configuration::parse(json, ceilings);
  if (!configuration) return fail(configuration.error());
  std::vector<FlowSource> sources;
  for (std::size_t i = 0; i < configuration->flows.size(); ++i) {
    sources.push_back({fmt::format("flows[{}]", i), configuration->flows[i]});
  }
  Limits walking = options.limits;
  walking.json_depth = ceilings.json_depth;
  auto flows = FlowEngine::load(sources, walking);
  if (!flows) return fail(flows.error());

  Setup setup{std::move(*configuration), std::move(*flows), {}, {}, {}};
  if (auto named = check_flows(setup); !named) return fail(named.error());
  for (Connection connection : setup.configuration.connections) {
    auto adapter = find_adapter(adapters, connection);
    if (!adapter) return fail(adapter.error());
    if (auto added = add_secrets(connection, setup.configuration, options); !added) {
      return fail(added.error());
    }
    if (auto checked = (*adapter)->check(connection); !checked) {
      Error error = checked.error();
      error.subject = fmt::format("connections.{}.{}", connection.name.text(), error.subject);
      return fail(std::move(error));
    }
    const ConnectionName name = connection.name;
    setup.adapters[name] = *adapter;
    setup.capabilities[name] = (*adapter)->capabilities(connection);
    setup.connections.emplace(name, std::move(connection));
  }
  if (auto carried = check_channels(setup); !carried) return fail(carried.error());
  return setup;
}

Result<Setup> Setup::restore(std::string_view json,
                             const std::vector<const ChannelAdapter*>& adapters,
                             const EngineOptions& options) {
  constexpr std::size_t any = std::numeric_limits<std::int32_t>::max();
  constexpr std::size_t deep = 1000;  // and no deeper: who reads a document recurses
  Limits ceilings = options.limits;
  ceilings.configuration_bytes = any;
  ceilings.text_scalars = any;
  ceilings.media_per_message = any;
  ceilings.callback_attempts = any;
  ceilings.json_depth = std::max(ceilings.json_depth, deep);
  return make(json, adapters, options, ceilings);
}

const Capabilities& Setup::capabilities_of(const EntryPointConfig& entry_point) const {
  return capabilities.at(entry_point.connection);
}

const Connection* Setup::connection_at(std::string_view path) const {
  const Connection* configured = configuration.connection_at(path);
  return configured != nullptr ? &connections.at(configured->name) : nullptr;
}

RouterConfig Setup::router_config() const {
  RouterConfig router;
  for (const QueueConfig& queue : configuration.queues) {
    router.queues.push_back({queue.name, queue.skills, queue.ageing, queue.offer_timeout,
                             queue.wrap_up, queue.missed_offers});
  }
  for (const AgentConfig& agent : configuration.agents) {
    router.agents.push_back({agent.name, agent.queues, agent.skills, agent.capacity, true});
    // Without a telephone to ring there is no call to take.
    if (agent.device.empty()) router.agents.back().capacity.erase(WorkClass::voice);
  }
  return router;
}

WorkClass work_class_of(Channel channel) {
  switch (channel) {
    case Channel::voice: return WorkClass::voice;
    case Channel::email: return WorkClass::mail;
    default: return WorkClass::chat;
  }
}

}  // namespace novelo
