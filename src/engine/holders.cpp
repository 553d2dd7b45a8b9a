#include "engine/holders.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/calls.hpp"

namespace novelo {

namespace {

WorkId add_for(Turn& turn, const Interaction& call, const AgentName& agent) {
  WorkRecord work;
  work.id = turn.ids.take<WorkId>();
  work.kind = WorkKind::interaction;
  work.work_class = WorkClass::voice;
  work.channel = Channel::voice;
  work.conversation = call.conversation;
  work.subject = call.id.value();
  work.queue = turn.config().entry_point(call.entry_point)->queue;
  work.requested_at = call.started_at;
  work.preferred = agent;  // nobody else is to be offered it on the way
  work.preference = Preference::only;
  const WorkId id = work.id;
  turn.must_route(WorkAdded{std::move(work)});
  return id;
}

bool has_a_call(const Turn& turn, const AgentName& agent) {
  const std::vector<WorkId> works = turn.router->works_of(agent);
  return std::any_of(works.begin(), works.end(), [&](WorkId id) {
    const WorkRecord& work = *turn.router->work(id);
    return work.work_class == WorkClass::voice && work.state == WorkState::assigned;
  });
}

}  // namespace

AgentName holder_of(const Interaction& call) {
  const bool held =
      call.state == InteractionState::connected || call.state == InteractionState::dialling;
  return held && call.channel == Channel::voice ? call.agent : AgentName();
}

AgentName agent_at(const Turn& turn, const std::string& device) {
  const AgentConfig* agent = turn.config().agent_with_device(device);
  return agent != nullptr ? agent->name : AgentName();
}

void hand_to(Turn& turn, const Interaction& call, const AgentName& agent) {
  const WorkRecord* known = turn.router->work(call.work);
  const bool goes_on = known != nullptr && known->kind == WorkKind::interaction && !agent.empty();
  if (known != nullptr && !goes_on) turn.must_route(WorkRemoved{call.work});
  WorkId work = goes_on ? call.work : WorkId();
  if (!agent.empty() && !goes_on) work = add_for(turn, call, agent);
  if (work) turn.must_route(WorkClaimed{work, agent, true});
  Interaction& handed = turn.edit(call);
  handed.agent = agent;
  handed.work = work;
}

bool is_elsewhere(Turn& turn, const ConnectionName& connection, const Device& device,
                  const AgentName& agent) {
  if (device.state != DeviceState::busy) return false;
  // Where it is not said with which, a call that the agent has is taken to be it.
  if (device.call.empty()) return !has_a_call(turn, agent);
  const Correlation* known = turn.tables.correlations.find(call_key(turn, connection, device.call));
  return known == nullptr || holder_of(turn.get(known->interaction)) != agent;
}

}  // namespace novelo
