// Calls: what the telephone system tells.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/calls.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"
#include "engine/news.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

std::string call_key(const Turn& turn, const ConnectionName& connection, const std::string& call) {
  return turn.tables.key(CorrelationKind::call, connection.text(), call);
}

const EntryPointConfig* first_line(const Turn& turn, const ConnectionName& connection) {
  for (const EntryPointConfig& at : turn.config().entry_points) {
    if (at.connection == connection && at.channel == Channel::voice) return &at;
  }
  return nullptr;
}

namespace {
constexpr std::string_view ours = "novelo-";
}  // namespace

std::string call_of_ours(InteractionId call) {
  return fmt::format("{}{}", ours, call.value());
}

bool is_of_ours(std::string_view call) {
  return call.starts_with(ours);
}

std::string live_key(const Turn& turn, InteractionId call) {
  return turn.tables.key().byte(static_cast<std::uint8_t>(CorrelationKind::live)).id(call);
}

namespace {

std::int64_t seconds_between(Timestamp from, Timestamp to) {
  return std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
}

Entry& append_call(Turn& turn, Interaction& call, const CallEvent& event) {
  Entry entry;
  entry.type = EntryType::call;
  entry.direction = Direction::inbound;
  entry.author = {AuthorRole::customer, {}};
  entry.channel = Channel::voice;
  entry.entry_point = call.entry_point;
  entry.interaction = call.id;
  entry.provider_at = event.at;
  entry.provider_id = event.call;
  const bool shown = call.remote.kind != AddressKind::withheld;
  entry.details = {{"call", Value(event.call)},
                   {"from", Value(shown ? call.remote.value : std::string())},
                   {"to", Value(event.to)},
                   {"state", Value("ringing")}};
  keep_warnings(entry, event.warnings);
  Entry& appended = turn.append(call.conversation, std::move(entry));
  call.entry = appended.sequence;
  return appended;
}

}  // namespace

// S0.1-S0.4: one call is one interaction of whoever it is, in the conversation they have.
InteractionId begin_call(Turn& turn, const ConnectionName& connection, const EntryPointConfig& at,
                         const CallEvent& event) {
  const DeskConfig& desk = *turn.config().desk(at.desk);
  Recognised who = recognise(turn, event.from, at);
  Placed placed = place_contact(turn, who, desk);
  if (is_crowded(turn, placed.conversation)) {  // a line that never hangs up: each call by itself
    who = take_for_stranger(turn, event.from);
    placed = place_contact(turn, who, desk);
  }
  tell_joined(turn, placed, at, "number");
  if (event.from.address.kind != AddressKind::withheld) {
    remember_reach(turn, placed.conversation, at.name, event.from.address, turn.now);
  }
  Interaction& call =
      begin_interaction(turn, placed.conversation, at, event.from.address, Direction::inbound);
  call.call = event.call;
  call.dialled = event.to;
  append_call(turn, call, event);
  turn.tables.correlations.put(call_key(turn, connection, event.call),
                               {placed.conversation, call.entry, {}, call.id, {}});
  turn.tables.correlations.create(live_key(turn, call.id),
                                  {placed.conversation, call.entry, {}, call.id, {}});
  turn.outcome.contact = who.contact;
  turn.outcome.conversation = placed.conversation;
  turn.outcome.interaction = call.id;
  turn.outcome.entry = call.entry;
  put_off_callbacks(turn, placed.conversation);
  return call.id;
}

void note_change(Turn& turn, InteractionId id, std::optional<Timestamp> told_at) {
  Interaction& call = turn.edit(id);
  call.changed_at = by_their_clock(told_at, turn.now);
  call.changed_with = turn.ids.last();
}

void set_call_state(Turn& turn, const Interaction& call, std::string state) {
  if (call.entry == 0) return;
  const std::string key = turn.tables.key(call.conversation, call.entry);
  if (turn.tables.entries.find(key) == nullptr) return;
  turn.tables.entries.edit(key).details["state"] = Value(std::move(state));
}

namespace {

Status incoming(Turn& turn, const ConnectionName& connection, const CallEvent& event) {
  const EntryPointConfig* at = turn.config().entry_point_at(connection, event.to);
  if (at == nullptr) {
    return fail({ErrorCode::not_found, "unknown_entry_point",
                 "no entry point of this connection has the number that was called",
                 fmt::format("connection {}", connection.text()),
                 "configure an entry point with this number"});
  }
  if (at->channel != Channel::voice) return fail(wrong_channel(*at, "a call"));
  return dispatch(turn, begin_call(turn, connection, *at, event));
}

bool asked_for(const Interaction& call, CallVerbKind verb) {
  return call.asked == verb;
}

// News of a bridge that was given up meanwhile: it is another agent's turn, or nobody's.
bool is_late(const Interaction& call, const CallEvent& event) {
  return event.effect && call.asked_with && event.effect != call.asked_with;
}

}  // namespace

void bridged(Turn& turn, const Interaction& call) {
  if (call.state == InteractionState::dialling) return call_answered(turn, call);
  // A bridge that was given up for failed comes too late: the contact waits again.
  if (call.state != InteractionState::connected) return;
  if (asked_for(call, CallVerbKind::bridge)) turn.stop_listening(call.id);
  Interaction& connected = turn.edit(call);
  connected.answered = true;
  connected.owner_before.reset();
  if (!connected.connected_at) connected.connected_at = turn.now;
  set_call_state(turn, call, "connected");
  serve_callbacks(turn, call.conversation);
}

namespace {

// The conversation was taken for a call that never came about: it is whose it was.
void give_back(Turn& turn, const Interaction& call) {
  if (!call.owner_before) return;
  turn.edit(call).owner_before.reset();
  const ConversationRecord conversation = turn.get(call.conversation);
  if (conversation.owner != call.agent) return;
  turn.edit(conversation).owner = *call.owner_before;
  if (call.owner_before->empty()) return;
  turn.edit(conversation).passing_on = call.id;  // the contact still asks for another
  turn.note_event(conversation.id, EventKind::reassigned,
                  {{"from", Value(call.agent.text())}, {"to", Value(call.owner_before->text())}});
}

// The agent's device did not answer, so that the contact was not called at all. It was not on the
// telephone either: there is nothing to wrap up.
void originate_failed(Turn& turn, const Interaction& call, int cause) {
  hang_up(turn, call);
  give_back(turn, call);
  if (turn.router->work(call.work) != nullptr) turn.must_route(WorkRemoved{call.work});
  end_attempt(turn, call, AttemptResult::failed, cause);
}

// An agent whose device does not answer is offered nothing more until they say that they are there:
// the same call would come back to them again and again.
void pause_agent(Turn& turn, const Interaction& call, const AgentName& agent, int cause) {
  const AgentRecord* record = turn.router->agent(agent);
  if (record != nullptr && record->presence == Presence::available) {
    turn.must_route(PresenceSet{agent, Presence::paused, "device_failed"});
  }
  tell_supervisors(turn, {agent}, call.conversation, "device_failed",
                   {{"agent", Value(agent.text())}, {"cause", Value(cause)}});
}

// The agent's device did not answer: the contact goes back to the same place in the queue.
void bridge_failed(Turn& turn, const Interaction& call, int cause) {
  if (call.state == InteractionState::dialling) return originate_failed(turn, call, cause);
  if (call.state != InteractionState::connected || call.connected_at) return;
  turn.stop_listening(call.id);
  turn.withdraw_verbs(call.id, CallVerbKind::answer);
  const WorkRecord* work = turn.router->work(call.work);
  if (work == nullptr) {  // it was no agent's device
    back_to_queue(turn, call.id);
    if (call.answered) hold_the_line(turn, call, locale_of(turn, call.contact));
    return;
  }
  give_back(turn, call);
  WorkRecord again = *work;
  turn.note_event(call, EventKind::offer_ended,
                  {{"agent", Value(again.agent.text())},
                   {"end", Value("device_failed")},
                   {"cause", Value(cause)}});
  turn.must_route(WorkRemoved{again.id});
  pause_agent(turn, call, again.agent, cause);
  again.id = turn.ids.take<WorkId>();
  again.preferred = {};
  again.preference = Preference::none;
  again.preference_until.reset();
  Interaction& waiting = turn.edit(call);
  waiting.work = again.id;
  waiting.state = InteractionState::waiting;
  waiting.agent = {};
  if (call.answered) hold_the_line(turn, call, locale_of(turn, call.contact));
  add_work(turn, turn.get(call.id), std::move(again));
}

// A contact who hung up while waiting for a person, or while that person's telephone was ringing.
void tell_abandoned(Turn& turn, const Interaction& call) {
  const Value waited(seconds_between(call.started_at, turn.now));
  Value::Map details{{"waited_seconds", waited}};
  if (!call.agent.empty()) {
    details["agent"] = Value(call.agent.text());
    turn.signal("call_abandoned", call.agent, call.conversation,
                {{"interaction", id_value(call.id)}, {"waited_seconds", waited}});
  }
  turn.note_event(call, EventKind::call_abandoned, std::move(details));
}

// While it is asked who they are, it is open whom they want, unless a flow would have had them.
bool wants_a_person(Turn& turn, const Interaction& call) {
  if (call.state == InteractionState::arriving) {
    return turn.get(call.conversation).status != ConversationStatus::pending;
  }
  return call.state == InteractionState::waiting || call.state == InteractionState::connected;
}

}  // namespace

void hung_up(Turn& turn, const Interaction& call, int cause) {
  // Whoever hangs up while a message is recorded has left it: it is told later (promise_for).
  const bool abandoned = call.direction == Direction::inbound && wants_a_person(turn, call) &&
                         !call.connected_at && !call.recording;
  if (abandoned) tell_abandoned(turn, call);
  turn.withdraw_verbs(call.id);
  end_call(turn, call, cause);
  if (call.callback && !call.connected_at) {
    end_attempt(turn, call, result_of_cause(cause), cause);
  }
  const bool left = call.session || call.state == InteractionState::arriving;
  end_pending(turn, call, {AuthorRole::bot, {}}, left ? "abandoned" : call.flow_outcome);
}

namespace {

// An answer to something that was asked before: the contact has heard another question since.
bool is_stale(const Interaction& call, const CallEvent& event) {
  return event.effect && event.effect.value() < call.listening.value();
}

// Whoever ends a message by hanging up has left it all the same (S0.9): it may be told only then.
void promise_for(Turn& turn, const Interaction& call, const Media& message) {
  const ConversationRecord conversation = turn.get(call.conversation);
  const EntryPointConfig* line = turn.config().entry_point(call.entry_point);
  const auto number = line != nullptr && call.remote.kind == AddressKind::phone
                          ? normalise(call.remote, line->dial_plan)
                          : Result<Address>(Address());
  const bool closed = conversation.status == ConversationStatus::closed;
  if (!closed && number && !number->empty()) {
    Callback callback;
    callback.conversation = conversation.id;
    callback.contact = conversation.contact;
    callback.entry_point = line->name;
    callback.queue = line->queue;
    callback.number = *number;
    callback.agent = conversation.owner;
    callback.requested_at = call.started_at;
    callback.message = message;
    if (check_promise(turn, callback, Asking::arrival)) {
      if (call.alternatives_offered) {
        turn.note_event(call, EventKind::alternative_chosen, {{"choice", Value("callback")}},
                        {AuthorRole::customer, {}});
      }
      promise_call(turn, std::move(callback), Asking::arrival);
      return;
    }
  }
  if (conversation.owner.empty()) return;
  turn.notify(conversation.owner, conversation.id, "voicemail",
              {{"recording", Value(message.ref)}, {"transcript", Value(message.transcript)}});
}

// S0.9: what was left is on the conversation, whether or not a flow asked for it.
void recorded(Turn& turn, const Interaction& call, const CallEvent& event) {
  Media media = event.media.value_or(Media{});
  media.kind = MediaKind::voice;
  if (!event.text.empty()) media.transcript = event.text;
  Entry entry;
  entry.type = EntryType::voicemail;
  entry.direction = Direction::inbound;
  entry.author = {AuthorRole::customer, {}};
  entry.channel = Channel::voice;
  entry.entry_point = call.entry_point;
  entry.interaction = call.id;
  entry.provider_at = event.at;
  entry.content.media.push_back(media);
  entry.content.text = media.transcript;
  entry.details = {
      {"seconds", Value(std::chrono::duration_cast<std::chrono::seconds>(event.length).count())}};
  keep_warnings(entry, event.warnings);
  turn.outcome.entry = turn.append(call.conversation, std::move(entry)).sequence;
  turn.edit(call).recording = false;
  if (call.session && !is_stale(call, event)) {
    turn.tasks.emplace_back(ContinueFlow{call.id, FlowRecording{media, event.length}});
  } else if (call.state == InteractionState::ended && call.recording) {
    promise_for(turn, call, media);
  }
}

}  // namespace

void hang_up(Turn& turn, const Interaction& call) {
  CallVerb verb;
  verb.kind = CallVerbKind::hang_up;
  turn.call_verb(call, std::move(verb));
}

void order_hang_up(Turn& turn, const EntryPointName& entry_point, ConversationId conversation,
                   const std::string& call) {
  Effect effect;
  effect.kind = EffectKind::call;
  effect.entry_point = entry_point;
  effect.conversation = conversation;
  effect.verb.kind = CallVerbKind::hang_up;
  effect.verb.call = call;
  turn.add_effect(std::move(effect));
}

void end_call(Turn& turn, const Interaction& call, int cause) {
  turn.edit(call).cause = cause;
  const std::string key = turn.tables.key(call.conversation, call.entry);
  if (call.entry != 0 && turn.tables.entries.find(key) != nullptr) {
    Value::Map& details = turn.tables.entries.edit(key).details;
    details["state"] = Value("ended");
    details["cause"] = Value(cause);
    details["seconds"] = Value(seconds_between(call.started_at, turn.now));
    if (call.connected_at) {
      details["talked_seconds"] = Value(seconds_between(*call.connected_at, turn.now));
    }
  }
  end_interaction(turn, call.id);
}

void call_answered(Turn& turn, const Interaction& call) {
  if (call.state != InteractionState::dialling) return;
  if (asked_for(call, CallVerbKind::originate)) turn.stop_listening(call.id);
  Interaction& connected = turn.edit(call);
  connected.state = InteractionState::connected;
  connected.answered = true;
  connected.owner_before.reset();
  connected.connected_at = turn.now;
  set_call_state(turn, call, "connected");
  if (call.callback) end_attempt(turn, call, AttemptResult::reached, 0);
  serve_callbacks(turn, call.conversation, call.callback);
}

void hold_the_line(Turn& turn, const Interaction& call, const std::string& locale) {
  const EntryPointConfig& at = *turn.config().entry_point(call.entry_point);
  CallVerb verb;
  verb.kind = CallVerbKind::play;
  verb.loop = true;
  verb.text = turn.config().desk(at.desk)->waiting_text;
  if (verb.text.empty()) return;
  verb.locale = locale;
  turn.call_verb(call, std::move(verb));
}

void call_silent(Turn& turn, InteractionId id) {
  const Interaction* found = turn.tables.interactions.find(turn.tables.key(id));
  if (found == nullptr || found->state == InteractionState::ended) return;
  if (!found->told_by || *found->told_by > turn.now) return;
  const Interaction call = *found;
  turn.stop_listening(id);
  turn.withdraw_verbs(id, CallVerbKind::answer);
  if (asked_for(call, CallVerbKind::hang_up)) return hung_up(turn, call, 0);
  bridge_failed(turn, call, 0);
}

namespace {

// An order that nothing waits for, about a call or all of a connection: nobody would miss it.
void order_failed(Turn& turn, const Effect& effect, const SendError& error) {
  const bool over = error.error == SendErrorClass::bad_address;
  if (effect.verb.kind == CallVerbKind::hang_up && over) return;
  const EntryPointConfig* line = turn.config().entry_point(effect.entry_point);
  const Value verb(to_string(effect.verb.kind));
  if (effect.conversation) {
    turn.note_event(
        effect.conversation, EventKind::effect_failed,
        {{"kind", Value(to_string(effect.kind))}, {"what", verb}, {"reason", Value(error.code)}});
  } else {
    ++turn.dead_orders;
  }
  tell_supervisors(turn, {}, effect.conversation, "order_failed",
                   {{"verb", verb},
                    {"call", Value(effect.verb.call)},
                    {"connection", Value(line != nullptr ? line->connection.text() : "")},
                    {"reason", Value(error.code)}});
}

}  // namespace

void verb_failed(Turn& turn, const Effect& effect, const SendError& error) {
  if (!effect.interaction) return order_failed(turn, effect, error);
  const Interaction* found = turn.tables.interactions.find(turn.tables.key(effect.interaction));
  if (found == nullptr || found->state == InteractionState::ended) return;
  const Interaction call = *found;
  const CallVerbKind verb = effect.verb.kind;
  const bool gone = error.error == SendErrorClass::bad_address;
  if (verb == CallVerbKind::originate || (verb == CallVerbKind::bridge && !gone)) {
    return bridge_failed(turn, call, 0);
  }
  if (gone) return hung_up(turn, call, 0);
  turn.note_event(call, EventKind::effect_failed,
                  {{"kind", Value(to_string(effect.kind))},
                   {"what", Value(to_string(verb))},
                   {"reason", Value(error.code)}});
  // Nobody was asked, so that nobody answers: the flow need not wait for what silence would tell.
  if (call.session && call.listening == effect.id) {
    turn.tasks.emplace_back(ContinueFlow{call.id, FlowSilence{}});
  }
}

Status decide_call(Turn& turn, const ConnectionName& connection, const CallEvent& event) {
  if (seen_before(turn, connection.text(), "call", event.id)) return {};
  const Correlation* known = turn.tables.correlations.find(call_key(turn, connection, event.call));
  if (event.kind == CallEventKind::incoming) {
    if (known != nullptr) {
      turn.outcome.repeated = true;
      return {};
    }
    return incoming(turn, connection, event);
  }
  if (known == nullptr) {
    return fail({ErrorCode::not_found, "unknown_call", "there is no such call",
                 fmt::format("call {}", event.call), "announce a call with \"incoming\" first"});
  }
  const Interaction call = turn.get(known->interaction);
  turn.outcome.conversation = call.conversation;
  turn.outcome.interaction = call.id;
  if (call.state == InteractionState::ended) {
    if (event.kind == CallEventKind::recorded) recorded(turn, call, event);
    return {};  // other news of a call that is over come too late
  }
  const bool stale = is_stale(call, event);
  if (event.kind != CallEventKind::played) note_change(turn, call.id, event.at);
  switch (event.kind) {
    case CallEventKind::incoming:
    case CallEventKind::played: break;
    case CallEventKind::answered: call_answered(turn, call); break;
    case CallEventKind::digits:
      if (call.session && !stale) {
        turn.tasks.emplace_back(ContinueFlow{call.id, FlowDigits{event.digits}});
      }
      break;
    case CallEventKind::speech:
      if (call.session && !stale) {
        turn.tasks.emplace_back(ContinueFlow{call.id, FlowSpeech{event.text}});
      }
      break;
    case CallEventKind::recorded: recorded(turn, call, event); break;
    case CallEventKind::bridged:
      if (!is_late(call, event)) bridged(turn, call);
      break;
    case CallEventKind::bridge_failed:
      if (!is_late(call, event)) bridge_failed(turn, call, event.cause);
      break;
    case CallEventKind::hung_up: hung_up(turn, call, event.cause); break;
  }
  return {};
}

}  // namespace novelo
