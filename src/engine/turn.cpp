#include "engine/turn.hpp"

#include <fmt/format.h>

#include "novelo/base/digest.hpp"

namespace novelo {

Error not_found(std::string_view what, std::uint64_t id) {
  return {ErrorCode::not_found, fmt::format("unknown_{}", what),
          fmt::format("there is no such {}", what), fmt::format("{} {}", what, id),
          "use an id that this engine gave"};
}

Error refused(std::string reason, std::string message, std::string subject, std::string remedy) {
  return {ErrorCode::refused, std::move(reason), std::move(message), std::move(subject),
          std::move(remedy)};
}

Entry& Turn::append(ConversationId id, Entry&& entry) {
  ConversationRecord& conversation = tables.conversations.edit(tables.key(id));
  entry.conversation = id;
  entry.sequence = ++conversation.entries;
  entry.at = now;
  if (entry.type != EntryType::event) entry.customer_sequence = ++conversation.customer_entries;
  entry.customer_entries = conversation.customer_entries;
  conversation.last_activity = now;
  return tables.entries.create(tables.key(id, entry.sequence), std::move(entry));
}

Entry& Turn::note_event(ConversationId conversation, EventKind kind, Value::Map details,
                        Author author) {
  Entry entry;
  entry.type = EntryType::event;
  entry.event = kind;
  entry.details = std::move(details);
  entry.author = std::move(author);
  return append(conversation, std::move(entry));
}

Entry& Turn::note_event(const Interaction& interaction, EventKind kind, Value::Map details,
                        Author author) {
  Entry entry;
  entry.type = EntryType::event;
  entry.event = kind;
  entry.details = std::move(details);
  entry.author = std::move(author);
  entry.channel = interaction.channel;
  entry.entry_point = interaction.entry_point;
  entry.interaction = interaction.id;
  return append(interaction.conversation, std::move(entry));
}

EffectId Turn::add_effect(Effect&& effect) {
  if (!effect.id) effect.id = ids.take<EffectId>();
  effect.created_at = now;
  const EffectId id = effect.id;
  if (effect.not_after) arm(TimerKind::effect, id.value(), *effect.not_after);
  tables.effects.create(tables.key(id), std::move(effect));
  outbox_changes.push_back({OutboxChange::Kind::added, id});
  return id;
}

void Turn::notify(const AgentName& agent, ConversationId conversation, std::string type,
                  Value::Map body) {
  if (outbox.size() >= 2 * options.limits.unsettled_effects) {  // nobody settles any
    if (!conversation) return;
    note_event(conversation, EventKind::effect_failed,
               {{"kind", Value(to_string(EffectKind::notify))},
                {"what", Value(type)},
                {"agent", Value(agent.text())},
                {"reason", Value("outbox_full")}});
    return;
  }
  body.insert_or_assign("type", Value(std::move(type)));
  if (conversation) body.insert_or_assign("conversation", id_value(conversation));
  Effect effect;
  effect.kind = EffectKind::notify;
  effect.agent = agent;
  effect.conversation = conversation;
  effect.body = std::move(body);
  add_effect(std::move(effect));
}

namespace {
// How long the telephone system may be silent about a verb; zero where nothing has to follow.
// Questions and recordings have the bound of the flow that asks.
Duration silence_after(CallVerbKind kind, const Limits& limits) {
  switch (kind) {
    case CallVerbKind::bridge: return limits.bridge_silence;
    case CallVerbKind::originate: return limits.originate_silence;
    case CallVerbKind::hang_up: return limits.hang_up_silence;
    case CallVerbKind::answer:
    case CallVerbKind::play:
    case CallVerbKind::gather:
    case CallVerbKind::record:
    case CallVerbKind::report: break;
  }
  return {};
}
}  // namespace

void Turn::listen_for(InteractionId id, CallVerbKind verb, EffectId by) {
  stop_listening(id);
  Interaction& asked = edit(id);
  asked.asked = verb;
  asked.told_by = now + silence_after(verb, options.limits);
  asked.asked_with = by;
  arm(TimerKind::call, id.value(), *asked.told_by);
}

void Turn::stop_listening(InteractionId id) {
  const Interaction call = get(id);
  if (!call.told_by) return;
  disarm(TimerKind::call, id.value(), *call.told_by);
  Interaction& changed = edit(call);
  changed.asked.reset();
  changed.told_by.reset();
  changed.asked_with = {};
}

void Turn::call_verb(const Interaction& interaction, CallVerb verb) {
  const CallVerbKind kind = verb.kind;
  verb.call = interaction.call;
  Effect effect;
  effect.kind = EffectKind::call;
  effect.entry_point = interaction.entry_point;
  effect.conversation = interaction.conversation;
  effect.interaction = interaction.id;
  effect.verb = std::move(verb);
  const EffectId id = add_effect(std::move(effect));
  Interaction& spoken_to = edit(interaction);
  spoken_to.changed_at = now;
  spoken_to.changed_with = id.value();
  if (kind == CallVerbKind::gather || kind == CallVerbKind::record) {
    Interaction& listening = edit(interaction);
    listening.listening = id;
    listening.recording = kind == CallVerbKind::record;
  }
  if (silence_after(kind, options.limits) != Duration::zero()) listen_for(interaction.id, kind, id);
}

void Turn::remove_effect(const Effect& effect) {
  const EffectId id = effect.id;
  if (effect.not_after) disarm(TimerKind::effect, id.value(), *effect.not_after);
  tables.effects.erase(tables.key(id));
  outbox_changes.push_back({OutboxChange::Kind::removed, id});
}

void Turn::withdraw_verbs(InteractionId interaction, std::optional<CallVerbKind> keep) {
  std::vector<EffectId> obsolete = outbox.unsettled_of_call(interaction);
  for (const OutboxChange& change : outbox_changes) {
    if (change.kind == OutboxChange::Kind::added) obsolete.push_back(change.effect);
  }
  for (const EffectId id : obsolete) {
    const Effect* effect = tables.effects.find(tables.key(id));
    if (effect == nullptr || effect->kind != EffectKind::call) continue;
    if (effect->interaction != interaction || effect->verb.kind == keep) continue;
    remove_effect(Effect(*effect));
  }
}

Status Turn::route(const RouterInput& input) {
  auto decision = router->apply(input, ids, now);
  if (!decision) return fail(decision.error());
  take(std::move(*decision));
  return {};
}

void Turn::must_route(const RouterInput& input) {
  const Status routed = route(input);
  if (routed) return;
  Error refusal = routed.error();
  refusal.code = ErrorCode::internal;
  throw CutShort(std::move(refusal));
}

Status Turn::check_room(Asking by, std::size_t more) const {
  constexpr std::size_t kept_for_arrivals = 16;  // one part in so many
  std::size_t ceiling = options.limits.live_works;
  if (by == Asking::command) ceiling -= ceiling / kept_for_arrivals;
  const std::int64_t taken = static_cast<std::int64_t>(places + more) + tables.places_added();
  if (taken <= static_cast<std::int64_t>(ceiling)) return {};
  return fail({ErrorCode::busy,
               "no_room",
               "more work waits than there may be",
               {},
               "send it again in a while, the same as it is"});
}

void Turn::take(RouterDecision decision) {
  for (WorkRecord& work : decision.works) {
    const std::string key = tables.key(work.id);
    tables.works.put(key, std::move(work));
  }
  for (const WorkId id : decision.works_gone) tables.works.erase(tables.key(id));
  for (AgentRecord& agent : decision.agents) {
    const std::string key = tables.text_key(agent.name.text());
    tables.agents.put(key, std::move(agent));
  }
  for (const AgentName& gone : decision.agents_gone) {
    tables.agents.erase(tables.text_key(gone.text()));
  }
  for (RouterEvent& event : decision.events) tasks.emplace_back(std::move(event));
}

void Turn::arm(TimerKind kind, std::uint64_t owner, Timestamp due) {
  const Timer timer{due, kind, owner};
  tables.timers.put(tables.key(timer), Timer(timer));
  if (!first_armed || timer < *first_armed) first_armed = timer;
}

void Turn::disarm(TimerKind kind, std::uint64_t owner, Timestamp due) {
  const Timer timer{due, kind, owner};
  tables.timers.erase(tables.key(timer));
  disarmed.push_back(timer);
}

namespace {
template <class T>
Result<const T*> found(const T* record, std::string_view what, std::uint64_t id) {
  if (record == nullptr) return fail(not_found(what, id));
  return record;
}
}  // namespace

Result<const ConversationRecord*> Turn::conversation(ConversationId id) {
  return found(tables.conversations.find(tables.key(id)), "conversation", id.value());
}

Result<const Interaction*> Turn::interaction(InteractionId id) {
  return found(tables.interactions.find(tables.key(id)), "interaction", id.value());
}

Result<const CaseRecord*> Turn::case_of(CaseId id) {
  return found(tables.cases.find(tables.key(id)), "case", id.value());
}

Result<const Callback*> Turn::callback(CallbackId id) {
  return found(tables.callbacks.find(tables.key(id)), "callback", id.value());
}

namespace {
template <class T>
const T& known(Result<const T*> record) {
  if (record) return **record;
  Error missing = record.error();
  missing.code = ErrorCode::internal;
  throw CutShort(std::move(missing));
}
}  // namespace

ConversationRecord Turn::get(ConversationId id) {
  return known(conversation(id));
}
Interaction Turn::get(InteractionId id) {
  return known(interaction(id));
}
CaseRecord Turn::get(CaseId id) {
  return known(case_of(id));
}
Callback Turn::get(CallbackId id) {
  return known(callback(id));
}
const ConversationRecord& Turn::peek(ConversationId id) {
  return known(conversation(id));
}
const Interaction& Turn::peek(InteractionId id) {
  return known(interaction(id));
}

Result<const AgentConfig*> Turn::agent(const AgentName& name) const {
  const AgentConfig* agent = config().agent(name);
  if (agent == nullptr) {
    return fail(refused("unknown_agent", "only a configured agent may do this",
                        fmt::format("agent {}", name.text()),
                        "name an agent of the configuration"));
  }
  return agent;
}

Result<const AgentConfig*> Turn::known_agent(const AgentName& name) const {
  const AgentConfig* agent = config().agent(name);
  if (agent == nullptr) {
    return fail({ErrorCode::not_found, "unknown_agent", "there is no such agent",
                 fmt::format("agent {}", name.text()), "name an agent of the configuration"});
  }
  return agent;
}

Author Turn::author(const AgentName& actor) const {
  if (actor.empty()) return {};
  const AgentConfig* agent = config().agent(actor);
  return {agent != nullptr ? agent->role : AuthorRole::agent, actor.text()};
}

std::string Turn::token(std::string_view purpose, std::uint64_t id) const {
  return make_token(options.tenant_secret, purpose, id);
}

std::uint64_t Turn::read_token(std::string_view purpose, std::string_view token) const {
  return novelo::read_token(options.tenant_secret, purpose, token);
}

void Turn::signal(std::string name, const AgentName& agent, ConversationId conversation,
                  Value::Map body) {
  signals.push_back({std::move(name), agent, conversation, std::move(body)});
}

}  // namespace novelo
