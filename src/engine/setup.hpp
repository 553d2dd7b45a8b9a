// Setup: a configuration in service, with its flows compiled and its connections completed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/config/configuration.hpp"
#include "novelo/engine.hpp"
#include "novelo/flow_engine.hpp"

namespace novelo {

struct Setup {
  Configuration configuration;
  FlowEngine flows;
  std::map<ConnectionName, Connection> connections;  // with their secrets
  std::map<ConnectionName, const ChannelAdapter*> adapters;
  std::map<ConnectionName, Capabilities> capabilities;

  // Checks the whole document against this host: flows compile and what they name is there, every
  // connection has an adapter for its entry points' channel and the secrets it needs. `ceilings`:
  // what the document itself may hold.
  static Result<Setup> make(std::string_view json,
                            const std::vector<const ChannelAdapter*>& adapters,
                            const EngineOptions& options, const Limits& ceilings);
  // The same of the document in service. It was taken once: it is not held against ceilings that
  // have been lowered since.
  static Result<Setup> restore(std::string_view json,
                               const std::vector<const ChannelAdapter*>& adapters,
                               const EngineOptions& options);

  const Capabilities& capabilities_of(const EntryPointConfig& entry_point) const;
  const Connection* connection_at(std::string_view path) const;
  RouterConfig router_config() const;
};

// The class of an agent's capacity that work of a channel takes.
WorkClass work_class_of(Channel channel);

}  // namespace novelo
