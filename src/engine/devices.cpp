// Devices: how the agents' telephones are, as the telephone system tells.
#include <algorithm>
#include <string>

#include "engine/calls.hpp"
#include "engine/decide.hpp"

namespace novelo {

namespace {

// Whether the device is busy with a call that the agent has here. Where it is not said with which,
// a call that the agent has is taken to be it.
bool is_on_our_call(Turn& turn, const ConnectionName& connection, const Device& device,
                    const AgentName& agent) {
  const auto has = [&](const Interaction& call) {
    return call.channel == Channel::voice && call.agent == agent &&
           call.state != InteractionState::ended;
  };
  if (!device.call.empty()) {
    const Correlation* known =
        turn.tables.correlations.find(call_key(turn, connection, device.call));
    return known != nullptr && has(turn.get(known->interaction));
  }
  const std::vector<WorkId> works = turn.router->works_of(agent);
  return std::any_of(works.begin(), works.end(), [&](WorkId id) {
    const WorkRecord& work = *turn.router->work(id);
    return work.work_class == WorkClass::voice && work.state == WorkState::assigned;
  });
}

// News overtake each other on their way. What has no time counts as the newest.
bool is_older(Turn& turn, const ConnectionName& connection, const std::string& device,
              std::optional<Timestamp> at) {
  if (!at) return false;
  const std::string key =
      turn.tables.news_counters().text("device").text(connection.text()).text(device).take();
  const Counter* last = turn.tables.counters.find(key);
  const auto told =
      static_cast<std::uint64_t>(std::max<std::int64_t>(at->time_since_epoch().count(), 0));
  if (last != nullptr && told < last->value) return true;
  if (last == nullptr || told != last->value) turn.tables.counters.put(key, {told});
  return false;
}

void tell_unreachable(Turn& turn, const AgentName& agent, const Device& device) {
  const AgentRecord* record = turn.router->agent(agent);
  if (record == nullptr || record->presence == Presence::offline) return;
  tell_supervisors(turn, {agent}, {}, "device_unreachable",
                   {{"agent", Value(agent.text())}, {"device", Value(device.device)}});
}

}  // namespace

void take_device(Turn& turn, const ConnectionName& connection, const Device& device,
                 std::optional<Timestamp> at) {
  const AgentConfig* config = turn.config().agent_with_device(device.device);
  if (config == nullptr || is_older(turn, connection, device.device, at)) return;
  const AgentName agent = config->name;
  const AgentRecord* known = turn.router->agent(agent);
  const AgentRecord before = known != nullptr ? *known : AgentRecord();
  const bool unreachable = device.state == DeviceState::unreachable;
  const bool elsewhere =
      device.state == DeviceState::busy && !is_on_our_call(turn, connection, device, agent);
  if (before.on_other_call != elsewhere) turn.must_route(OtherCall{agent, elsewhere});
  if (before.unreachable != unreachable) turn.must_route(TelephoneReachable{agent, !unreachable});
  if (before.on_other_call == elsewhere && before.unreachable == unreachable) return;
  turn.signal("device", agent, {},
              {{"device", Value(device.device)}, {"state", Value(to_string(device.state))}});
  if (unreachable && !before.unreachable) tell_unreachable(turn, agent, device);
}

Status decide_device(Turn& turn, const ConnectionName& connection, const DeviceEvent& event) {
  if (seen_before(turn, connection.text(), "device", event.id)) return {};
  take_device(turn, connection, event.device, event.at);
  return {};
}

}  // namespace novelo
