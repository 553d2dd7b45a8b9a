// Agents: present or not, offers taken or refused, interactions finished.
#include <set>
#include <string>

#include <fmt/format.h>

#include "engine/decide.hpp"
#include "engine/interactions.hpp"

namespace novelo {

namespace {

Result<Interaction> own_interaction(Turn& turn, const AgentName& actor, InteractionId id) {
  auto found = turn.interaction(id);
  if (!found) return fail(found.error());
  const Interaction interaction = **found;
  if (!interaction.agent.empty()) {
    if (auto may = check_acts_for(turn, actor, interaction.agent,
                                  fmt::format("interaction {}", id.value()));
        !may)
      return fail(may.error());
  }
  turn.outcome.interaction = id;
  turn.outcome.conversation = interaction.conversation;
  return interaction;
}

// Whether an agent who finishes up after this call does so in this work: the call's own, or that of
// the promise which it kept.
bool is_after(const WorkRecord& work, const Interaction& call) {
  const bool promised = work.kind == WorkKind::callback;
  return work.state == WorkState::wrap_up &&
         work.subject == (promised ? call.callback.value() : call.id.value());
}

// Whoever signs off goes on with a call; a contact who waits for an answer in writing goes back to
// the queue, and so does what was to be verified. A chat with nothing to answer stays, and goes
// back when the contact writes.
void leave_work_behind(Turn& turn, const AgentName& agent) {
  for (const WorkId id : turn.router->works_of(agent)) {
    const WorkRecord work = *turn.router->work(id);
    if (work.state != WorkState::assigned) continue;
    if (work.kind == WorkKind::verification) {
      request_again(turn, turn.get(CaseId(work.subject)));
    } else if (work.kind == WorkKind::interaction) {
      const Interaction interaction = turn.get(InteractionId(work.subject));
      if (unanswered_since(turn, interaction)) back_to_queue(turn, interaction.id);
    }
  }
}

}  // namespace

Status check_acts_for(const Turn& turn, const AgentName& actor, const AgentName& agent,
                      std::string subject) {
  if (actor.empty() || actor == agent) return {};
  const AgentConfig* who = turn.config().agent(actor);
  if (who != nullptr && who->supervisor) return {};
  return fail(refused("not_yours", fmt::format("only {} may do this", agent.text()),
                      std::move(subject), "ask that agent or a supervisor"));
}

void tell_supervisors(Turn& turn, std::vector<AgentName> agents, ConversationId conversation,
                      const std::string& type, const Value::Map& body) {
  for (const AgentConfig& agent : turn.config().agents) {
    if (agent.supervisor) agents.push_back(agent.name);
  }
  std::set<AgentName> told;
  for (const AgentName& agent : agents) {
    if (turn.config().agent(agent) == nullptr || !told.insert(agent).second) continue;
    turn.notify(agent, conversation, type, body);
  }
}

Status decide(Turn& turn, const AgentName& actor, const SetPresence& command) {
  if (auto agent = turn.known_agent(command.agent); !agent) return fail(agent.error());
  const std::string subject = fmt::format("agent {}", command.agent.text());
  if (auto may = check_acts_for(turn, actor, command.agent, subject); !may) return may;
  const Status set = turn.route(PresenceSet{command.agent, command.presence, command.reason});
  if (set && command.presence == Presence::offline) leave_work_behind(turn, command.agent);
  return set;
}

Status decide(Turn& turn, const AgentName& actor, const SetOtherCall& command) {
  if (auto agent = turn.known_agent(command.agent); !agent) return fail(agent.error());
  const std::string subject = fmt::format("agent {}", command.agent.text());
  if (auto may = check_acts_for(turn, actor, command.agent, subject); !may) return may;
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
    if (is_after(*turn.router->work(id), *interaction)) return turn.route(WrapUpEnded{id});
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
  hang_up(turn, *interaction);
  return {};
}

}  // namespace novelo
