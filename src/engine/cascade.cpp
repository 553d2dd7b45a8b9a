// The cascade: what follows from an input, first-in first-out, up to its ceilings.
#include <map>
#include <string>

#include "engine/decide.hpp"

namespace novelo {

namespace {

// The interaction that a task leads on; none for what the router has to say.
InteractionId led_by(const Task& task) {
  if (const auto* start = std::get_if<StartFlow>(&task)) return start->interaction;
  if (const auto* next = std::get_if<ContinueFlow>(&task)) return next->interaction;
  if (const auto* again = std::get_if<RepeatFlow>(&task)) return again->interaction;
  return {};
}

// At its ceiling what was decided for an interaction stands, and it goes to a person.
void give_up(Turn& turn, InteractionId id) {
  turn.note_event(turn.get(id), EventKind::ceiling_reached,
                  {{"which", Value("interaction_steps")}});
  leave_to_a_person(turn, id);
}

// A verb that no telephone system can be told has failed before anybody is asked to tell it.
void fail_what_cannot_be_said(Turn& turn) {
  for (; turn.said < turn.outbox_changes.size(); ++turn.said) {
    const OutboxChange change = turn.outbox_changes[turn.said];
    if (change.kind != OutboxChange::Kind::added) continue;
    const Effect* found = turn.tables.effects.find(turn.tables.key(change.effect));
    if (found == nullptr || found->kind != EffectKind::call) continue;
    const EntryPointConfig* at = turn.config().entry_point(found->entry_point);
    if (at == nullptr) continue;
    const Effect effect = *found;
    const auto encoded = turn.setup->adapters.at(at->connection)
                             ->encode(OutboundCall{effect.id, effect.verb},
                                      turn.setup->connections.at(at->connection));
    if (encoded) continue;
    settle_failed(turn, effect, {encoded.error().reason, encoded.error().message, false});
  }
}

void run_tasks(Turn& turn, std::map<InteractionId, std::size_t>& steps) {
  while (!turn.tasks.empty()) {
    const Task task = std::move(turn.tasks.front());
    turn.tasks.pop_front();
    const InteractionId id = led_by(task);
    const std::size_t step = id ? ++steps[id] : 0;
    const std::size_t most = turn.options.limits.interaction_steps;
    if (step == most + 1) give_up(turn, id);
    if (step > most) continue;
    std::visit([&](const auto& what) { decide(turn, what); }, task);
  }
}

}  // namespace

// What the router says is always heard. Flows are counted for each interaction, so that one that
// goes in circles ends and many that have to wait are all served.
void run_cascade(Turn& turn) {
  std::map<InteractionId, std::size_t> steps;
  do {
    run_tasks(turn, steps);
    fail_what_cannot_be_said(turn);
  } while (!turn.tasks.empty() || turn.said < turn.outbox_changes.size());
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
