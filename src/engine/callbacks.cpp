// Callbacks: promises to call, kept by whoever made them.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/decide.hpp"
#include "novelo/rules/calendar.hpp"

namespace novelo {

namespace {

// A line without an opening in sight is looked at again after so long.
constexpr Duration next_look = std::chrono::hours(24);

// Dialling keeps to the line's hours: the time itself, or the next opening after it.
Timestamp dialling_time(const Turn& turn, const EntryPointName& entry_point, Timestamp at) {
  const EntryPointConfig* line = turn.config().entry_point(entry_point);
  if (line == nullptr || !line->hours) return at;
  const auto opening = next_opening(*line->hours, at);
  return opening && *opening ? **opening : at + next_look;
}

void wait_until(Turn& turn, CallbackId id, Timestamp at) {
  Callback& callback = turn.edit(turn.get(id));
  callback.work = {};
  callback.not_before = at;
  turn.arm(TimerKind::callback, id.value(), at);
}

// S1.25: nobody will try again by itself. Whoever promised it, whose conversation it is and the
// supervisors are told; the conversation stays open until one of them decides.
void tell_exhausted(Turn& turn, const Callback& callback) {
  const CallbackAttempt& last = callback.attempts.back();
  tell_supervisors(turn, {callback.agent, turn.get(callback.conversation).owner},
                   callback.conversation, "callback_exhausted",
                   {{"callback", id_value(callback.id)},
                    {"number", Value(callback.number.value)},
                    {"attempts", Value(static_cast<std::int64_t>(callback.attempts.size()))},
                    {"result", Value(to_string(last.result))}});
}

void end_callback(Turn& turn, CallbackId id, CallbackState state) {
  const Callback before = turn.get(id);
  Callback& callback = turn.edit(before);
  callback.state = state;
  callback.work = {};
  if (before.not_before) {
    turn.disarm(TimerKind::callback, id.value(), *before.not_before);
    callback.not_before.reset();
  }
  ConversationRecord& conversation = turn.edit(turn.get(before.conversation));
  auto& open = conversation.callbacks;
  open.erase(std::remove(open.begin(), open.end(), id), open.end());
  turn.note_event(before.conversation, EventKind::callback_ended,
                  {{"callback", id_value(id)},
                   {"state", Value(to_string(state))},
                   {"attempts", Value(static_cast<std::int64_t>(before.attempts.size()))}});
  if (state == CallbackState::exhausted) tell_exhausted(turn, before);
  // Assigned work is the agent's call: it is finished when that call ends.
  const WorkRecord* work = turn.router->work(before.work);
  if (work != nullptr && work->state != WorkState::assigned) {
    turn.must_route(WorkRemoved{work->id});
  }
}

// The callback waits at the router for its agent: for nobody else until the promise's bound
// (S0.34).
void queue_callback(Turn& turn, CallbackId id) {
  const Callback callback = turn.get(id);
  WorkRecord work;
  work.id = turn.ids.take<WorkId>();
  work.kind = WorkKind::callback;
  work.work_class = WorkClass::voice;
  work.channel = Channel::voice;
  work.conversation = callback.conversation;
  work.subject = id.value();
  work.queue = callback.queue;
  work.requested_at = callback.requested_at;
  if (turn.config().agent(callback.agent) != nullptr) {  // who has left promises nothing
    work.preferred = callback.agent;
    work.preference = Preference::only;
    work.preference_until = callback.requested_at + turn.config().callbacks.agent_bound;
  }
  turn.edit(callback).work = work.id;
  turn.must_route(WorkAdded{std::move(work)});
}

Status check_open(const Callback& callback) {
  if (callback.state == CallbackState::open) return {};
  return fail(refused("callback_over", "the callback is not open any more",
                      fmt::format("callback {}", callback.id.value()), "create a new one"));
}

bool under_way(const Callback& callback) {
  return !callback.attempts.empty() && callback.attempts.back().result == AttemptResult::none;
}

}  // namespace

CallbackId create_callback(Turn& turn, Callback callback) {
  callback.id = turn.ids.take<CallbackId>();
  const CallbackId id = callback.id;
  const ConversationId conversation_id = callback.conversation;
  Value::Map details{{"callback", id_value(id)},
                     {"agent", Value(callback.agent.text())},
                     {"number", Value(callback.number.value)}};
  if (callback.message) details["recording"] = Value(callback.message->ref);
  const Timestamp first = dialling_time(turn, callback.entry_point,
                                        std::max(turn.now, callback.not_before.value_or(turn.now)));
  callback.not_before.reset();
  if (first > turn.now) details["not_before"] = Value(to_string(first));
  if (callback.message && !callback.agent.empty()) {
    turn.notify(callback.agent, conversation_id, "voicemail",
                {{"callback", id_value(id)},
                 {"recording", Value(callback.message->ref)},
                 {"transcript", Value(callback.message->transcript)}});
  }
  turn.tables.callbacks.create(turn.tables.key(id), std::move(callback));
  turn.edit(turn.get(conversation_id)).callbacks.push_back(id);
  turn.note_event(conversation_id, EventKind::callback_created, std::move(details));
  turn.outcome.callback = id;
  if (first > turn.now) {
    wait_until(turn, id, first);
  } else {
    queue_callback(turn, id);
  }
  return id;
}

// S0.10: rings the agent, then the contact; the call is one more interaction of the conversation.
void place_callback(Turn& turn, CallbackId id, const AgentName& agent) {
  const Callback callback = turn.get(id);
  const EntryPointConfig* line = turn.config().entry_point(callback.entry_point);
  if (line == nullptr || callback.state != CallbackState::open || under_way(callback)) return;
  Interaction& call =
      begin_interaction(turn, callback.conversation, *line, callback.number, Direction::outbound);
  call.state = InteractionState::dialling;
  call.agent = agent;
  call.callback = id;
  call.work = callback.work;
  call.call = fmt::format("novelo-{}", call.id.value());
  Entry entry;
  entry.type = EntryType::call;
  entry.direction = Direction::outbound;
  entry.author = turn.author(agent);
  entry.channel = Channel::voice;
  entry.entry_point = line->name;
  entry.interaction = call.id;
  entry.provider_id = call.call;
  entry.details = {{"call", Value(call.call)},
                   {"to", Value(callback.number.value)},
                   {"callback", id_value(id)},
                   {"state", Value("dialling")}};
  call.entry = turn.append(callback.conversation, std::move(entry)).sequence;
  turn.tables.correlations.put(
      turn.tables.key(CorrelationKind::call, line->connection.text(), call.call),
      {callback.conversation, call.entry, {}, call.id, {}});
  turn.edit(callback).attempts.push_back({turn.now, agent, call.id, AttemptResult::none, 0});
  turn.outcome.interaction = call.id;
  CallVerb verb;
  verb.kind = CallVerbKind::originate;
  verb.agent = agent;
  if (const AgentConfig* config = turn.config().agent(agent)) verb.device = config->device;
  verb.to = callback.number.value;
  verb.from = line->public_address.empty() ? line->address : line->public_address;
  turn.call_verb(call, std::move(verb));
}

// S0.11: each attempt is kept with its result; the promise stays until it is kept or exhausted.
void end_attempt(Turn& turn, const Interaction& call, AttemptResult result, int cause) {
  const Callback before = turn.get(call.callback);
  if (!under_way(before)) return;
  Callback& callback = turn.edit(before);
  callback.attempts.back().result = result;
  callback.attempts.back().cause = cause;
  turn.note_event(call, EventKind::callback_attempted,
                  {{"callback", id_value(before.id)},
                   {"attempt", Value(static_cast<std::int64_t>(before.attempts.size()))},
                   {"result", Value(to_string(result))},
                   {"cause", Value(cause)}});
  if (result == AttemptResult::reached || before.state != CallbackState::open) return;
  callback.work = {};
  if (turn.get(call.id).state != InteractionState::ended) end_interaction(turn, call.id);
  const CallbackConfig& plan = turn.config().callbacks;
  if (before.attempts.size() >= plan.attempts) {
    end_callback(turn, before.id, CallbackState::exhausted);
    return;
  }
  wait_until(turn, before.id, dialling_time(turn, before.entry_point, turn.now + plan.retry));
}

void retry_callback(Turn& turn, CallbackId id) {
  const Callback* callback = turn.tables.callbacks.find(turn.tables.key(id));
  if (callback == nullptr || callback->state != CallbackState::open || !callback->not_before ||
      *callback->not_before > turn.now) {
    return;
  }
  const Timestamp at = dialling_time(turn, callback->entry_point, turn.now);
  if (at > turn.now) return wait_until(turn, id, at);  // the hours have changed meanwhile
  turn.edit(*callback).not_before.reset();
  queue_callback(turn, id);
}

bool waits_for_opening(Turn& turn, const WorkRecord& work) {
  const CallbackId id(work.subject);
  const Timestamp at = dialling_time(turn, turn.get(id).entry_point, turn.now);
  if (at == turn.now) return false;
  turn.must_route(WorkRemoved{work.id});
  wait_until(turn, id, at);
  return true;
}

// S1.22: once the contact is served, on whatever channel, the promise is kept.
void serve_callbacks(Turn& turn, ConversationId id) {
  const std::vector<CallbackId> open = turn.get(id).callbacks;
  for (const CallbackId callback : open) end_callback(turn, callback, CallbackState::served);
}

Status decide(Turn& turn, const AgentName&, const CreateCallback& command) {
  auto conversation = turn.conversation(command.conversation);
  if (!conversation) return fail(conversation.error());
  if ((*conversation)->status == ConversationStatus::closed) {
    return fail(refused("closed", "the conversation is closed",
                        fmt::format("conversation {}", command.conversation.value()),
                        "reopen it first"));
  }
  const EntryPointConfig* line =
      command.entry_point.empty()
          ? turn.config().entry_point_on((*conversation)->desk, Channel::voice)
          : turn.config().entry_point(command.entry_point);
  if (auto room = turn.check_room(Asking::command, 1); !room) return room;
  if (line == nullptr || line->channel != Channel::voice) {
    return fail(refused("no_line", "there is no telephone line to call from",
                        fmt::format("entry point {}", command.entry_point.text()),
                        "name an entry point on the voice channel"));
  }
  if (!command.agent.empty()) {
    if (auto agent = turn.agent(command.agent); !agent) return fail(agent.error());
  }
  Callback callback;
  callback.number = command.number;
  const ContactRecord* contact =
      turn.tables.contacts.find(turn.tables.key((*conversation)->contact));
  for (const Address& address : contact != nullptr ? contact->identities : std::vector<Address>()) {
    if (callback.number.empty() && address.kind == AddressKind::phone) callback.number = address;
  }
  if (callback.number.empty()) {
    return fail(refused("no_address", "the contact has no telephone number",
                        fmt::format("conversation {}", command.conversation.value()),
                        "give the number to call"));
  }
  callback.conversation = command.conversation;
  callback.contact = (*conversation)->contact;
  callback.entry_point = line->name;
  callback.queue = line->queue;
  callback.agent = command.agent;
  callback.requested_at = turn.now;
  callback.not_before = command.not_before;
  turn.outcome.conversation = command.conversation;
  create_callback(turn, std::move(callback));
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const PlaceCallback& command) {
  auto found = turn.callback(command.callback);
  if (!found) return fail(found.error());
  const Callback callback = **found;
  if (auto open = check_open(callback); !open) return open;
  if (auto agent = turn.agent(actor); !agent) return fail(agent.error());
  if (under_way(callback)) {
    return fail(refused("attempt_under_way", "this callback is being placed right now",
                        fmt::format("callback {}", callback.id.value()),
                        "wait for the attempt's result"));
  }
  if (turn.router->work(callback.work) == nullptr) queue_callback(turn, callback.id);
  const WorkId work = turn.get(callback.id).work;
  turn.outcome.callback = callback.id;
  if (callback.not_before) {
    turn.disarm(TimerKind::callback, callback.id.value(), *callback.not_before);
    turn.edit(turn.get(callback.id)).not_before.reset();
  }
  return turn.route(WorkClaimed{work, actor});
}

Status decide(Turn& turn, const AgentName& actor, const RecordAttempt& command) {
  auto found = turn.callback(command.callback);
  if (!found) return fail(found.error());
  if (auto agent = turn.agent(actor); !agent) return fail(agent.error());
  const Callback callback = **found;
  if (callback.attempts.empty() || command.result == AttemptResult::none) {
    return fail({ErrorCode::invalid, "no_attempt", "there is no attempt to give a result to",
                 fmt::format("callback {}", callback.id.value()), "place the callback first"});
  }
  turn.outcome.callback = callback.id;
  if (under_way(callback)) {
    const Interaction call = turn.get(callback.attempts.back().interaction);
    CallVerb verb;
    verb.kind = CallVerbKind::hang_up;
    turn.call_verb(call, std::move(verb));
    end_attempt(turn, call, command.result, 0);
    return {};
  }
  turn.edit(callback).attempts.back().result = command.result;
  turn.note_event(callback.conversation, EventKind::callback_attempted,
                  {{"callback", id_value(callback.id)},
                   {"attempt", Value(static_cast<std::int64_t>(callback.attempts.size()))},
                   {"result", Value(to_string(command.result))}},
                  turn.author(actor));
  return {};
}

Status decide(Turn& turn, const AgentName&, const CancelCallback& command) {
  auto found = turn.callback(command.callback);
  if (!found) return fail(found.error());
  if (auto open = check_open(**found); !open) return open;
  turn.outcome.callback = command.callback;
  end_callback(turn, command.callback, CallbackState::cancelled);
  return {};
}

}  // namespace novelo
