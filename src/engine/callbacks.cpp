// Callbacks: promises to call, kept by whoever made them.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/calls.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"
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
  Callback& callback = turn.edit(id);
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

bool under_way(const Callback& callback) {
  return !callback.attempts.empty() && callback.attempts.back().result == AttemptResult::none;
}

// Nobody is to be called any more: the agent, whose telephone rings, is free at once.
void stop_dialling(Turn& turn, const Callback& callback) {
  const Interaction call = turn.get(callback.attempts.back().interaction);
  hang_up(turn, call);
  if (turn.router->work(call.work) != nullptr) turn.must_route(WorkRemoved{call.work});
  end_attempt(turn, call, AttemptResult::failed, 0);
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
  if (before.promised_until) {
    turn.disarm(TimerKind::promise, id.value(), *before.promised_until);
    callback.promised_until.reset();
  }
  ConversationRecord& conversation = turn.edit(before.conversation);
  auto& open = conversation.callbacks;
  open.erase(std::remove(open.begin(), open.end(), id), open.end());
  turn.note_event(before.conversation, EventKind::callback_ended,
                  {{"callback", id_value(id)},
                   {"state", Value(to_string(state))},
                   {"attempts", Value(static_cast<std::int64_t>(before.attempts.size()))}});
  if (state == CallbackState::exhausted) tell_exhausted(turn, before);
  if (under_way(before)) return stop_dialling(turn, before);
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
  const bool bound = callback.promised_until && *callback.promised_until > turn.now;
  if (bound && turn.config().agent(callback.agent) != nullptr) {  // who has left promises nothing
    work.preferred = callback.agent;
    work.preference = Preference::only;
    work.preference_until = callback.promised_until;
  }
  turn.edit(callback).work = work.id;
  turn.must_route(WorkAdded{std::move(work)});
}

// The contact has called meanwhile: a call of ours would find their line busy. A call that is being
// hung up is none any more.
bool is_on_the_line(Turn& turn, const Callback& callback) {
  const std::vector<InteractionId> live = turn.get(callback.conversation).live;
  return std::any_of(live.begin(), live.end(), [&](InteractionId id) {
    const Interaction call = turn.get(id);
    return call.channel == Channel::voice && call.direction == Direction::inbound &&
           call.asked != CallVerbKind::hang_up;
  });
}

Status check_open(const Callback& callback) {
  if (callback.state == CallbackState::open) return {};
  return fail(refused("callback_over", "the callback is not open any more",
                      fmt::format("callback {}", callback.id.value()), "create a new one"));
}

// A promise that nobody keeps by its bound is late. While the line is closed nobody could.
void bind_promise(Turn& turn, CallbackId id, Timestamp first) {
  const Duration bound = turn.config().callbacks.agent_bound;
  if (bound == Duration::zero()) return;
  Callback& callback = turn.edit(id);
  callback.promised_until = dialling_time(turn, callback.entry_point, first + bound);
  turn.arm(TimerKind::promise, id.value(), *callback.promised_until);
}

void tell_message(Turn& turn, const Callback& callback) {
  if (!callback.message || callback.agent.empty()) return;
  turn.notify(callback.agent, callback.conversation, "voicemail",
              {{"callback", id_value(callback.id)},
               {"recording", Value(callback.message->ref)},
               {"transcript", Value(callback.message->transcript)}});
}

Value::Map details_of(const Callback& callback) {
  Value::Map details{{"callback", id_value(callback.id)},
                     {"agent", Value(callback.agent.text())},
                     {"number", Value(callback.number.value)}};
  if (callback.message) details["recording"] = Value(callback.message->ref);
  return details;
}

// After an attempt that did not reach the contact: another one, or the end of the plan.
void plan_next(Turn& turn, CallbackId id) {
  const Callback callback = turn.get(id);
  const CallbackConfig& plan = turn.config().callbacks;
  if (callback.attempts.size() >= plan.attempts) {
    return end_callback(turn, id, CallbackState::exhausted);
  }
  wait_until(turn, id, dialling_time(turn, callback.entry_point, turn.now + plan.retry));
}

}  // namespace

namespace {

CallbackId create_callback(Turn& turn, Callback callback) {
  callback.id = turn.ids.take<CallbackId>();
  const CallbackId id = callback.id;
  const ConversationId conversation_id = callback.conversation;
  callback.agreed_for = callback.not_before;
  const Timestamp first = dialling_time(turn, callback.entry_point,
                                        std::max(turn.now, callback.not_before.value_or(turn.now)));
  callback.not_before.reset();
  Value::Map details = details_of(callback);
  if (first > turn.now) details["not_before"] = Value(to_string(first));
  tell_message(turn, callback);
  turn.tables.callbacks.create(turn.tables.key(id), std::move(callback));
  ConversationRecord& conversation = turn.edit(conversation_id);
  conversation.callbacks.push_back(id);
  if (conversation.status == ConversationStatus::pending) {
    conversation.status = ConversationStatus::open;  // people are to have it
  }
  turn.note_event(conversation_id, EventKind::callback_created, std::move(details));
  turn.outcome.callback = id;
  bind_promise(turn, id, first > turn.now ? first : turn.get(id).requested_at);
  if (first > turn.now) {
    wait_until(turn, id, first);
  } else {
    queue_callback(turn, id);
  }
  return id;
}

void ask_again(Turn& turn, CallbackId id, const std::optional<Media>& message) {
  if (message) turn.edit(id).message = message;
  const Callback callback = turn.get(id);
  if (message) tell_message(turn, callback);
  Value::Map details = details_of(callback);
  details["again"] = Value(true);
  turn.note_event(callback.conversation, EventKind::callback_created, std::move(details));
  turn.outcome.callback = id;
}

// What the contact who asks is promised already; none for what an agent promises.
CallbackId promised_before(Turn& turn, const Callback& callback, Asking by) {
  if (by != Asking::arrival) return {};
  const std::vector<CallbackId> open = turn.get(callback.conversation).callbacks;
  const auto same = std::find_if(open.begin(), open.end(), [&](CallbackId id) {
    return turn.get(id).number == callback.number;
  });
  return same != open.end() ? *same : CallbackId();
}

}  // namespace

Status check_promise(Turn& turn, const Callback& callback, Asking by) {
  if (promised_before(turn, callback, by)) return {};
  const std::size_t open = turn.get(callback.conversation).callbacks.size();
  if (open >= turn.options.limits.callbacks_per_conversation) {
    return fail({ErrorCode::limit, "too_many_callbacks",
                 "as many promises to call are open as one conversation may have",
                 fmt::format("conversation {}", callback.conversation.value()),
                 "keep or cancel one of them first"});
  }
  return turn.check_room(by, 1);
}

CallbackId promise_call(Turn& turn, Callback callback, Asking by) {
  const CallbackId before = promised_before(turn, callback, by);
  if (!before) return create_callback(turn, std::move(callback));
  ask_again(turn, before, callback.message);
  return before;
}

// S0.10: rings the agent, then the contact; the call is one more interaction of the conversation.
void place_callback(Turn& turn, const WorkRecord& work, const AgentName& agent,
                    const std::optional<AgentName>& owner_before) {
  const CallbackId id(work.subject);
  const Callback callback = turn.get(id);
  const EntryPointConfig* line = turn.config().entry_point(callback.entry_point);
  if (line == nullptr || callback.state != CallbackState::open || under_way(callback)) {
    turn.must_route(WorkRemoved{work.id});  // there is nothing to call: nobody may wait for it
    return;
  }
  Interaction& call =
      begin_interaction(turn, callback.conversation, *line, callback.number, Direction::outbound);
  call.state = InteractionState::dialling;
  call.agent = agent;
  call.owner_before = owner_before;
  call.callback = id;
  call.work = work.id;
  call.call = call_of_ours(call.id);
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
  turn.tables.correlations.create(live_key(turn, call.id),
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
  if (!under_way(before) || before.attempts.back().interaction != call.id) return;
  Callback& callback = turn.edit(before);
  callback.attempts.back().result = result;
  callback.attempts.back().cause = cause;
  turn.note_event(call, EventKind::callback_attempted,
                  {{"callback", id_value(before.id)},
                   {"attempt", Value(static_cast<std::int64_t>(before.attempts.size()))},
                   {"result", Value(to_string(result))},
                   {"cause", Value(cause)}});
  if (result == AttemptResult::reached) return;
  callback.work = {};
  if (turn.get(call.id).state != InteractionState::ended) end_call(turn, call, cause);
  if (before.state == CallbackState::open) plan_next(turn, before.id);
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

bool cannot_dial_yet(Turn& turn, const WorkRecord& work) {
  const CallbackId id(work.subject);
  const Callback callback = turn.get(id);
  Timestamp at = dialling_time(turn, callback.entry_point, turn.now);
  if (is_on_the_line(turn, callback)) at = std::max(at, turn.now + turn.options.limits.on_the_line);
  if (at == turn.now) return false;
  turn.must_route(WorkRemoved{work.id});
  wait_until(turn, id, at);
  return true;
}

void put_off_callbacks(Turn& turn, ConversationId conversation) {
  const std::vector<CallbackId> open = turn.get(conversation).callbacks;
  for (const CallbackId id : open) {
    const WorkRecord* work = turn.router->work(turn.get(id).work);
    const bool waits =
        work != nullptr && (work->state == WorkState::queued || work->state == WorkState::offered);
    if (!waits) continue;
    turn.must_route(WorkRemoved{work->id});
    wait_until(turn, id, turn.now + turn.options.limits.on_the_line);
  }
}

void promise_late(Turn& turn, CallbackId id) {
  const Callback* found = turn.tables.callbacks.find(turn.tables.key(id));
  if (found == nullptr || !found->promised_until || *found->promised_until > turn.now) return;
  const Callback callback = *found;
  turn.edit(callback).promised_until.reset();
  turn.note_event(callback.conversation, EventKind::callback_late,
                  {{"callback", id_value(id)}, {"agent", Value(callback.agent.text())}});
  tell_supervisors(turn, {callback.agent}, callback.conversation, "callback_late",
                   {{"callback", id_value(id)},
                    {"number", Value(callback.number.value)},
                    {"attempts", Value(static_cast<std::int64_t>(callback.attempts.size()))}});
}

// S1.22: once the contact is served, on whatever channel, the promise is kept. A call that was
// agreed for later is still to come.
void serve_callbacks(Turn& turn, ConversationId id, CallbackId kept) {
  const std::vector<CallbackId> open = turn.get(id).callbacks;
  for (const CallbackId callback : open) {
    const auto agreed = turn.get(callback).agreed_for;
    if (callback != kept && agreed && *agreed > turn.now) continue;
    end_callback(turn, callback, CallbackState::served);
  }
}

namespace {

// The agent knows better: who picked up was not the contact, or was after all.
Status correct_attempt(Turn& turn, const AgentName& actor, const Callback& before,
                       AttemptResult result) {
  const AttemptResult said = before.attempts.back().result;
  const bool lost = said == AttemptResult::reached && result != AttemptResult::reached &&
                    before.state == CallbackState::served;
  const ConversationRecord conversation = turn.get(before.conversation);
  if (lost) {
    if (auto open = check_not_closed(conversation); !open) return open;
    if (before.number.empty()) {
      return fail(refused("no_address", "the number that was called is gone",
                          fmt::format("callback {}", before.id.value()), "create a new one"));
    }
    if (auto room = turn.check_room(Asking::command, 1); !room) return room;
  }
  turn.edit(before).attempts.back().result = result;
  turn.note_event(before.conversation, EventKind::callback_attempted,
                  {{"callback", id_value(before.id)},
                   {"attempt", Value(static_cast<std::int64_t>(before.attempts.size()))},
                   {"result", Value(to_string(result))}},
                  turn.author(actor));
  if (lost) {
    Callback& open = turn.edit(before.id);
    open.state = CallbackState::open;
    open.contact = conversation.contact;  // it may have turned out since who that is
    turn.edit(conversation).callbacks.push_back(before.id);
    bind_promise(turn, before.id, turn.now);
    plan_next(turn, before.id);
  } else if (result == AttemptResult::reached && before.state == CallbackState::open) {
    end_callback(turn, before.id, CallbackState::served);
  }
  return {};
}

}  // namespace

Status decide(Turn& turn, const AgentName&, const CreateCallback& command) {
  auto conversation = turn.conversation(command.conversation);
  if (!conversation) return fail(conversation.error());
  if (auto open = check_not_closed(**conversation); !open) return open;
  const EntryPointConfig* line =
      command.entry_point.empty()
          ? turn.config().entry_point_on((*conversation)->desk, Channel::voice)
          : turn.config().entry_point(command.entry_point);
  if (line == nullptr || line->channel != Channel::voice) {
    return fail(refused("no_line", "there is no telephone line to call from",
                        fmt::format("entry point {}", command.entry_point.text()),
                        "name an entry point on the voice channel"));
  }
  if (!command.agent.empty()) {
    if (auto agent = turn.known_agent(command.agent); !agent) return fail(agent.error());
  }
  Callback callback;
  callback.number = command.number;
  if (callback.number.empty()) {
    const auto known = address_of(turn, (*conversation)->contact, AddressKind::phone);
    callback.number = known.value_or(Address{});
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
  if (auto may = check_promise(turn, callback, Asking::command); !may) return may;
  promise_call(turn, std::move(callback), Asking::command);
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
  if (is_on_the_line(turn, callback)) {
    return fail(refused("on_the_line", "the contact is on the line now",
                        fmt::format("callback {}", callback.id.value()),
                        "take the call instead: served there, the promise is kept"));
  }
  if (turn.router->work(callback.work) == nullptr) queue_callback(turn, callback.id);
  const WorkId work = turn.get(callback.id).work;
  turn.outcome.callback = callback.id;
  if (callback.not_before) {
    turn.disarm(TimerKind::callback, callback.id.value(), *callback.not_before);
    turn.edit(callback.id).not_before.reset();
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
  if (!under_way(callback)) return correct_attempt(turn, actor, callback, command.result);
  const Interaction call = turn.get(callback.attempts.back().interaction);
  if (command.result == AttemptResult::reached) {
    call_answered(turn, call);
    return {};
  }
  hang_up(turn, call);
  end_attempt(turn, call, command.result, 0);
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
