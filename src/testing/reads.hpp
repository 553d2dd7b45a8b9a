// Reads: what can be looked up of a tenant, whoever answers: a live engine, or the rows of a store
// that no engine has open. Pages and errors are those of Query.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "novelo/channel_adapter.hpp"
#include "novelo/config/configuration.hpp"
#include "novelo/query.hpp"

namespace novelo::testing {

struct Reads {
  std::function<Result<ConversationRecord>(ConversationId)> conversation;
  std::function<Result<std::vector<ConversationRecord>>(ConversationId, std::size_t)> conversations;
  std::function<Result<std::vector<Entry>>(ConversationId, std::uint64_t, std::size_t)> timeline;
  std::function<Result<ContactRecord>(ContactId)> contact;
  std::function<Result<Interaction>(InteractionId)> interaction;
  std::function<Result<CaseRecord>(CaseId)> case_of;
  std::function<Result<Callback>(CallbackId)> callback;
  std::function<Result<WorkRecord>(WorkId)> work;
  std::function<std::vector<WorkRecord>()> works;  // all there is
  std::function<Result<AgentRecord>(const AgentName&)> agent;
};

Reads reads_of(const Query& query);

// A message as its channel carries it: a menu where there are no buttons is numbered lines.
Content as_carried(const Entry& message, const Configuration& configuration,
                   const std::vector<const ChannelAdapter*>& adapters);

}  // namespace novelo::testing
