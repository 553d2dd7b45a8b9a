// The cascade: what follows from an input, first-in first-out, up to a ceiling.
#include <string>

#include "engine/arrivals.hpp"
#include "engine/decide.hpp"

namespace novelo {

namespace {

// At the ceiling what was decided stands, and whoever was still being led goes to a person.
void give_up(Turn& turn) {
  std::deque<Task> left;
  left.swap(turn.tasks);
  for (const Task& task : left) {
    InteractionId id;
    if (const auto* start = std::get_if<StartFlow>(&task)) id = start->interaction;
    if (const auto* next = std::get_if<ContinueFlow>(&task)) id = next->interaction;
    if (!id) continue;
    stop_flow(turn, id);
    const Interaction interaction = turn.get(id);
    turn.note_event(interaction, EventKind::ceiling_reached, {{"which", Value("cascade_steps")}});
    if (turn.router->work(interaction.work) == nullptr) enqueue(turn, id, {});
  }
}

}  // namespace

void run_cascade(Turn& turn) {
  std::size_t steps = 0;
  while (!turn.tasks.empty()) {
    const Task task = std::move(turn.tasks.front());
    turn.tasks.pop_front();
    if (++steps > turn.options.limits.cascade_steps && !std::holds_alternative<RouterEvent>(task)) {
      turn.tasks.push_front(task);
      give_up(turn);
      continue;
    }
    std::visit([&](const auto& what) { decide(turn, what); }, task);
  }
}

Status decide(Turn& turn, const AgentName& actor, const CommandBody& body) {
  const bool configures = std::holds_alternative<LoadConfiguration>(body);
  if (turn.setup == nullptr && !configures) {
    return fail(refused("no_configuration", "the engine has no configuration yet", {},
                        "feed LoadConfiguration first"));
  }
  if (!actor.empty() && turn.setup != nullptr) {
    if (auto agent = turn.agent(actor); !agent) return fail(agent.error());
  }
  return std::visit([&](const auto& command) { return decide(turn, actor, command); }, body);
}

}  // namespace novelo
