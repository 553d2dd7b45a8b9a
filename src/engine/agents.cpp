// Agents: present or not, offers taken or refused, interactions finished.
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/decide.hpp"

namespace novelo {

namespace {

// An agent acts for themself, a supervisor and the business's systems for anybody.
Status check_acts_for(const Turn& turn, const AgentName& actor, const AgentName& agent) {
  if (actor.empty() || actor == agent) return {};
  const AgentConfig* who = turn.config().agent(actor);
  if (who != nullptr && who->supervisor) return {};
  return fail(refused("not_yours", "an agent may do this for themself only",
                      fmt::format("agent {}", agent.text()), "ask that agent or a supervisor"));
}

Result<Interaction> own_interaction(Turn& turn, const AgentName& actor, InteractionId id) {
  auto found = turn.interaction(id);
  if (!found) return fail(found.error());
  const Interaction interaction = **found;
  if (!interaction.agent.empty()) {
    if (auto may = check_acts_for(turn, actor, interaction.agent); !may) return fail(may.error());
  }
  turn.outcome.interaction = id;
  turn.outcome.conversation = interaction.conversation;
  return interaction;
}

}  // namespace

Status decide(Turn& turn, const AgentName& actor, const SetPresence& command) {
  if (auto agent = turn.agent(command.agent); !agent) return fail(agent.error());
  if (auto may = check_acts_for(turn, actor, command.agent); !may) return may;
  return turn.route(PresenceSet{command.agent, command.presence, command.reason});
}

Status decide(Turn& turn, const AgentName& actor, const SetOtherCall& command) {
  if (auto agent = turn.agent(command.agent); !agent) return fail(agent.error());
  if (auto may = check_acts_for(turn, actor, command.agent); !may) return may;
  return turn.route(OtherCall{command.agent, command.active});
}

Status decide(Turn& turn, const AgentName& actor, const AcceptOffer& command) {
  if (auto agent = turn.agent(actor); !agent) return fail(agent.error());
  return turn.route(OfferAccepted{command.offer, actor});
}

Status decide(Turn& turn, const AgentName& actor, const RefuseOffer& command) {
  if (auto agent = turn.agent(actor); !agent) return fail(agent.error());
  return turn.route(OfferRefused{command.offer, actor});
}

Status decide(Turn& turn, const AgentName& actor, const FinishInteraction& command) {
  auto interaction = own_interaction(turn, actor, command.interaction);
  if (!interaction) return fail(interaction.error());
  if (interaction->state == InteractionState::ended) {
    return fail(refused("ended", "the interaction is over",
                        fmt::format("interaction {}", command.interaction.value()),
                        "nothing needs to be done"));
  }
  if (interaction->channel == Channel::voice) {
    return fail(refused("call_live", "a call ends by hanging up",
                        fmt::format("interaction {}", command.interaction.value()), "hang up"));
  }
  end_interaction(turn, command.interaction);
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const EndWrapUp& command) {
  auto interaction = own_interaction(turn, actor, command.interaction);
  if (!interaction) return fail(interaction.error());
  for (const WorkId id : turn.router->works_of(interaction->agent)) {
    const WorkRecord* work = turn.router->work(id);
    if (work->state == WorkState::wrap_up && work->conversation == interaction->conversation) {
      return turn.route(WrapUpEnded{id});
    }
  }
  return fail(refused("no_wrap_up", "the agent is not in wrap-up for this interaction",
                      fmt::format("interaction {}", command.interaction.value()),
                      "nothing needs to be done"));
}

Status decide(Turn& turn, const AgentName& actor, const HangUp& command) {
  auto interaction = own_interaction(turn, actor, command.interaction);
  if (!interaction) return fail(interaction.error());
  if (interaction->channel != Channel::voice || interaction->state == InteractionState::ended) {
    return fail(refused("no_call", "there is no call to end",
                        fmt::format("interaction {}", command.interaction.value()),
                        "finish a written interaction instead"));
  }
  CallVerb verb;
  verb.kind = CallVerbKind::hang_up;
  turn.call_verb(*interaction, std::move(verb));
  return {};
}

}  // namespace novelo
