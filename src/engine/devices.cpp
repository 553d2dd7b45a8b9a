// Devices: how the agents' telephones are, as the telephone system tells.
#include "engine/decide.hpp"
#include "engine/holders.hpp"
#include "engine/news.hpp"

namespace novelo {

namespace {

// News overtake each other on their way. What has no time counts as the newest, and so does the
// answer to a question that was put after the last was told.
bool is_overtaken(const News& news, std::optional<Timestamp> at, EffectId question) {
  const auto last = news.last();
  return at && last && *at < *last && !news.are_before(question);
}

void tell_unreachable(Turn& turn, const AgentName& agent, const Device& device) {
  const AgentRecord* record = turn.router->agent(agent);
  if (record == nullptr || record->presence == Presence::offline) return;
  tell_supervisors(turn, {agent}, {}, "device_unreachable",
                   {{"agent", Value(agent.text())}, {"device", Value(device.device)}});
}

}  // namespace

void take_device(Turn& turn, const ConnectionName& connection, const Device& device,
                 std::optional<Timestamp> at, EffectId question) {
  const AgentName agent = agent_at(turn, device.device);
  if (agent.empty()) return;
  News news(turn, "device", connection, device.device);
  if (is_overtaken(news, at, question)) return;
  news.keep(at, turn.ids.last());
  const AgentRecord* known = turn.router->agent(agent);
  const AgentRecord before = known != nullptr ? *known : AgentRecord();
  const bool unreachable = device.state == DeviceState::unreachable;
  const bool elsewhere = is_elsewhere(turn, connection, device, agent);
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
