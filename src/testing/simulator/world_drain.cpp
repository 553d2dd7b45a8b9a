// The end of a run: everything goes well from here on, and everything must come to its end (I49).
#include <algorithm>

#include <fmt/format.h>

#include "testing/simulator/world.hpp"

namespace novelo::testing {
namespace {

using namespace std::chrono_literals;

constexpr int most_rounds = 400;
constexpr int rounds_of_flows = 36;  // until then nobody ends what a flow has
constexpr Duration round_length = 10min;

}  // namespace

void World::drain() {
  calm_ = true;
  store_.forget_plan();
  see_deaths();
  restart(true);
  for (auto& [name, telephones] : telephones_) telephones.calm();
  (void)command(LoadConfiguration{document_});
  for (const AgentConfig& agent : configuration_.agents) {
    (void)command(SetOtherCall{agent.name, false}, agent.name);
    (void)command(SetPresence{agent.name, Presence::available, {}}, agent.name);
    if (agent.device.empty()) continue;
    for (const auto& [name, telephones] : telephones_) {
      tell(name,
           DeviceEvent{fmt::format("d{}", ++names_), now_, {agent.device, DeviceState::idle, {}}});
    }
  }
  (void)command(RequestReport{});
  for (int rounds = 0; rounds < most_rounds && !findings_.any(); ++rounds) {
    let_time_pass(now_ + round_length);
    check_quiet();
    if (!tidy_up(rounds >= rounds_of_flows)) break;
  }
  if (!findings_.any()) check_drained();
}

// Does what people do at the end of a day. False: there is nothing left to do.
bool World::tidy_up(bool flows_too) {
  std::vector<std::pair<AgentName, CommandBody>> left;
  const auto by = [&](const AgentName& agent) {
    return agent.empty() ? configuration_.agents.front().name : agent;
  };
  for (const auto& [key, work] : mirror_.works) {
    if (work.kind == WorkKind::interaction && work.state == WorkState::assigned) {
      const Interaction* interaction = mirror_.find(InteractionId(work.subject));
      const bool call = interaction != nullptr && interaction->channel == Channel::voice;
      if (!call) left.emplace_back(work.agent, FinishInteraction{InteractionId(work.subject)});
      if (call) left.emplace_back(work.agent, HangUp{InteractionId(work.subject)});
    } else if (work.kind == WorkKind::verification && work.state == WorkState::assigned) {
      left.emplace_back(work.agent, VerifyReply{CaseId(work.subject), true});
    } else if (work.kind == WorkKind::callback) {
      left.emplace_back(by(work.agent), CancelCallback{CallbackId(work.subject)});
    }
  }
  for (const auto& [key, effect] : mirror_.effects) {
    if (effect.held)
      left.emplace_back(AgentName(), ResolveSend{effect.id, SendResolution::give_up});
  }
  for (const auto& [key, callback] : mirror_.callbacks) {
    if (callback.state != CallbackState::open) continue;
    left.emplace_back(by(callback.agent), CancelCallback{callback.id});
  }
  bool lives = !mirror_.works.empty() || !mirror_.effects.empty();
  for (const auto& [key, record] : mirror_.conversations) {
    lives = lives || !record.live.empty();
    if (record.status == ConversationStatus::closed) continue;
    const bool in_flow = std::any_of(record.live.begin(), record.live.end(), [&](InteractionId id) {
      return mirror_.find(id)->state == InteractionState::in_flow;
    });
    findings_.check(!in_flow || !flows_too, "I42", "conversation {} stays in a flow",
                    record.id.value());
    if (in_flow) continue;
    left.emplace_back(by(record.owner), CloseConversation{record.id, "end", "", "end"});
  }
  for (auto& [actor, body] : left) (void)command(std::move(body), actor);
  return lives || !left.empty();
}

void World::check_drained() {
  findings_.check(mirror_.works.empty(), "I49", "work is left that nobody gets done");
  findings_.check(mirror_.effects.empty(), "I49", "effects are left that nothing settles");
  for (const auto& [key, record] : mirror_.conversations) {
    findings_.check(record.live.empty(), "I49", "conversation {} never ends", record.id.value());
  }
  for (const auto& [key, callback] : mirror_.callbacks) {
    findings_.check(callback.state != CallbackState::open, "I49", "callback {} never ends",
                    callback.id.value());
  }
}

}  // namespace novelo::testing
