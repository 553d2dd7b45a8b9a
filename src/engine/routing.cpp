// Routing: what follows from the router's events.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/decide.hpp"
#include "engine/holders.hpp"
#include "engine/interactions.hpp"

namespace novelo {

namespace {

// Whether alternatives are needed after all is looked at again after so long.
constexpr Duration next_look = std::chrono::minutes(1);

std::int64_t waited_seconds(const WorkRecord& work, Timestamp now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now - work.requested_at).count();
}

// The interaction behind a work; nothing for callbacks and verifications.
std::optional<Interaction> interaction_of(Turn& turn, const WorkRecord& work) {
  if (work.kind != WorkKind::interaction) return std::nullopt;
  const Interaction* interaction =
      turn.tables.interactions.find(turn.tables.key(InteractionId(work.subject)));
  return interaction != nullptr ? std::optional(*interaction) : std::nullopt;
}

Entry& event_of_work(Turn& turn, const WorkRecord& work, EventKind kind, Value::Map details) {
  details["work"] = Value(to_string(work.kind));
  if (const auto interaction = interaction_of(turn, work)) {
    return turn.note_event(*interaction, kind, std::move(details));
  }
  return turn.note_event(work.conversation, kind, std::move(details));
}

std::string contact_name(Turn& turn, const ConversationRecord& conversation) {
  if (!conversation.candidates.empty()) return {};  // S0.27: nobody is named until chosen
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(conversation.contact));
  return contact != nullptr ? contact->name : std::string();
}

void on(Turn& turn, const OfferMade& made) {
  const WorkRecord* found = turn.router->work(made.work);
  if (found == nullptr || found->offer != made.offer) return;  // over before it was told
  const WorkRecord work = *found;
  if (work.kind == WorkKind::callback && cannot_dial_yet(turn, work)) return;
  event_of_work(turn, work, EventKind::offered, {{"agent", Value(made.agent.text())}});
  const ConversationRecord conversation = turn.get(work.conversation);
  Value::Map body{{"offer", id_value(made.offer)},
                  {"work", Value(to_string(work.kind))},
                  {"subject", Value(std::to_string(work.subject))},
                  {"channel", Value(to_string(work.channel))},
                  {"contact", id_value(conversation.contact)},
                  {"contact_name", Value(contact_name(turn, conversation))},
                  {"waited_seconds", Value(waited_seconds(work, turn.now))},
                  {"until", Value(to_string(made.until))}};
  if (!conversation.candidates.empty()) body["shared_number"] = Value(true);
  turn.notify(made.agent, conversation.id, "offer", std::move(body));
}

void on(Turn& turn, const OfferEnded& ended) {
  if (ended.end == OfferEnd::accepted) return;
  if (const WorkRecord* found = turn.router->work(ended.work)) {
    const WorkRecord work = *found;
    event_of_work(turn, work, EventKind::offer_ended,
                  {{"agent", Value(ended.agent.text())}, {"end", Value(to_string(ended.end))}});
  }
  turn.signal("offer_ended", ended.agent, {}, {{"offer", id_value(ended.offer)}});
}

// The conversation is the one's who serves it first; later the one's whom the contact asked for.
// Gives whose it was, when it has changed hands.
std::optional<AgentName> take_ownership(Turn& turn, const WorkRecord& work,
                                        const AgentName& agent) {
  const ConversationRecord conversation = turn.get(work.conversation);
  const bool asked_for_another = work.kind == WorkKind::interaction && conversation.passing_on &&
                                 conversation.passing_on.value() == work.subject;
  if (asked_for_another) turn.edit(conversation).passing_on = {};
  const bool free = conversation.owner.empty();
  if (conversation.owner == agent || (!free && !asked_for_another)) return std::nullopt;
  turn.edit(conversation).owner = agent;
  if (!free) {
    turn.note_event(conversation.id, EventKind::reassigned,
                    {{"from", Value(conversation.owner.text())}, {"to", Value(agent.text())}});
  }
  prefer_owner(turn, conversation.id);
  return conversation.owner;
}

void connect(Turn& turn, const Interaction& interaction, const AgentName& agent) {
  stop_flow(turn, interaction.id);
  Interaction& connected = turn.edit(interaction.id);
  connected.state = InteractionState::connected;
  connected.agent = agent;
  if (interaction.channel != Channel::voice) {
    connected.connected_at = turn.now;
    serve_callbacks(turn, interaction.conversation);
    return;
  }
  turn.withdraw_verbs(interaction.id, CallVerbKind::answer);
  CallVerb bridge;
  bridge.kind = CallVerbKind::bridge;
  bridge.agent = agent;
  const AgentConfig* config = turn.config().agent(agent);
  bridge.device = config != nullptr ? config->device : std::string();
  turn.call_verb(interaction, std::move(bridge));
}

void on(Turn& turn, const WorkAssigned& assigned) {
  const WorkRecord* found = turn.router->work(assigned.work);
  if (found == nullptr) return;
  const WorkRecord work = *found;
  const auto owner_before = take_ownership(turn, work, assigned.agent);
  event_of_work(turn, work, EventKind::assigned,
                {{"agent", Value(assigned.agent.text())},
                 {"waited_seconds", Value(waited_seconds(work, turn.now))}});
  if (const auto interaction = interaction_of(turn, work)) {
    if (holder_of(*interaction) == assigned.agent) return;  // it was put through already
    connect(turn, *interaction, assigned.agent);
    if (interaction->channel == Channel::voice) turn.edit(*interaction).owner_before = owner_before;
  } else if (work.kind == WorkKind::callback) {
    place_callback(turn, work, assigned.agent, owner_before);
  }
}

// Whoever is waited for has this very contact on the line, or is being rung for them: that nobody
// can attend would not be true of what they write meanwhile.
bool is_on_the_line_with(Turn& turn, const Interaction& written, const AgentName& agent) {
  if (agent.empty() || written.channel == Channel::voice) return false;
  const std::vector<InteractionId> live = turn.get(written.conversation).live;
  return std::any_of(live.begin(), live.end(), [&](InteractionId id) {
    const Interaction call = turn.get(id);
    const WorkRecord* work = turn.router->work(call.work);
    return call.channel == Channel::voice && work != nullptr && work->agent == agent;
  });
}

bool has_alternatives(const QueueConfig* queue, WaitReason reason) {
  if (queue == nullptr || queue->waiting_flow.empty()) return false;
  const auto& when = queue->waiting_when;
  return std::find(when.begin(), when.end(), to_string(reason)) != when.end();
}

// S0.5: alternatives at once instead of a long silent wait. Once for each wait.
void offer_alternatives(Turn& turn, const WorkRecord& work, WaitReason reason) {
  const auto interaction = interaction_of(turn, work);
  const QueueConfig* queue = turn.config().queue(work.queue);
  if (!interaction || interaction->session || !has_alternatives(queue, reason)) return;
  if (interaction->alternatives_offered || interaction->state != InteractionState::waiting) return;
  if (is_on_the_line_with(turn, *interaction, work.preferred)) {
    return turn.arm(TimerKind::waiting, interaction->id.value(), turn.now + next_look);
  }
  if (++turn.waiting_flows > turn.options.limits.cascade_flows) {
    return turn.arm(TimerKind::waiting, interaction->id.value(), turn.now);
  }
  turn.tasks.emplace_back(StartFlow{interaction->id, queue->waiting_flow, true});
}

// Whoever chose to wait on the line did so while somebody was there. When nobody is left it is a
// new wait; in writing nobody has to listen to it, and to be asked again and again is worse.
void wait_anew(Turn& turn, const WorkRecord& work) {
  const auto call = interaction_of(turn, work);
  const bool asked = call && call->channel == Channel::voice && call->alternatives_offered;
  const QueueConfig* queue = turn.config().queue(work.queue);
  if (!asked || call->session || !has_alternatives(queue, WaitReason::nobody_available)) return;
  turn.edit(*call).alternatives_offered = false;
}

void on(Turn& turn, const WorkWaiting& waiting) {
  const WorkRecord* found = turn.router->work(waiting.work);
  if (found == nullptr || found->state != WorkState::queued) return;  // over before it was told
  const WorkRecord work = *found;
  turn.signal("waiting", {}, work.conversation, {{"reason", Value(to_string(waiting.reason))}});
  if (waiting.reason == WaitReason::nobody_available) wait_anew(turn, work);
  offer_alternatives(turn, work, waiting.reason);
}

void on(Turn& turn, const PreferenceReleased& released) {
  const WorkRecord* found = turn.router->work(released.work);
  if (found == nullptr) return;
  const WorkRecord work = *found;
  turn.signal("preference_released", {}, work.conversation,
              {{"agent", Value(released.agent.text())}});
}

void on(Turn& turn, const WrapUpStarted& started) {
  turn.signal("wrap_up", started.agent, {}, {{"until", Value(to_string(started.until))}});
}

void on(Turn&, const WorkLeft&) {}

// Those are told who can do something about it: the agent, and whoever supervises.
void on(Turn& turn, const AgentNotResponding& missing) {
  const Value::Map body{{"agent", Value(missing.agent.text())},
                        {"missed_offers", Value(std::int64_t{missing.missed_offers})}};
  turn.signal("agent_not_responding", {}, {}, body);
  tell_supervisors(turn, {missing.agent}, {}, "agent_not_responding", body);
}

}  // namespace

void look_at_wait(Turn& turn, InteractionId id) {
  const Interaction* interaction = turn.tables.interactions.find(turn.tables.key(id));
  if (interaction == nullptr) return;
  const WorkRecord* work = turn.router->work(interaction->work);
  const auto explained = turn.router->explain(interaction->work);
  const bool waits = work != nullptr && work->state == WorkState::queued;
  if (!waits || !explained || !explained->waiting) return;
  offer_alternatives(turn, WorkRecord(*work), *explained->waiting);
}

void decide(Turn& turn, const RouterEvent& event) {
  std::visit([&](const auto& happened) { on(turn, happened); }, event);
}

}  // namespace novelo
