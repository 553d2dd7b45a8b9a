// Reports: what is alive at a telephone system is held against what the engine believes, and the
// engine gives way. Causes are told apart by ids, not by clocks, where the report was asked for:
// whatever began, or was decided, after the question was put is not in the answer's past.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/calls.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"

namespace novelo {

namespace {

constexpr Duration longest_age = std::chrono::hours(24);  // of a call that was never announced

std::uint64_t micros(Timestamp at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(at.time_since_epoch().count(), 0));
}

std::string counter_key(const Turn& turn, std::string_view what, const ConnectionName& connection) {
  return turn.tables.news_counters().text(what).text(connection.text()).take();
}

// The first line of a connection: what concerns it as a whole goes out from there.
const EntryPointConfig* first_line(const Turn& turn, const ConnectionName& connection) {
  for (const EntryPointConfig& at : turn.config().entry_points) {
    if (at.connection == connection && at.channel == Channel::voice) return &at;
  }
  return nullptr;
}

// True when it is asked by this; one question is enough at a time.
bool ask_for_report(Turn& turn, const EntryPointConfig& line) {
  const std::string key = turn.tables.key(CorrelationKind::report, line.connection.text(), "");
  const Correlation* last = turn.tables.correlations.find(key);
  if (last != nullptr && turn.tables.effects.find(turn.tables.key(last->effect)) != nullptr) {
    return false;
  }
  Effect effect;
  effect.kind = EffectKind::call;
  effect.entry_point = line.name;
  effect.verb.kind = CallVerbKind::report;
  const EffectId asked = turn.add_effect(std::move(effect));
  turn.tables.correlations.put(key, {{}, 0, {}, {}, asked});
  return true;
}

// One report being taken in.
class TakeReport {
 public:
  TakeReport(Turn& turn, const ConnectionName& connection, const CallReport& report)
      : turn_(turn), connection_(connection), report_(report) {}

  void take() {
    for (const LiveCall& call : report_.calls) {
      reported_.emplace(call.call, &call);
      if (is_at_device(call)) at_devices_.emplace(agent_at(call.device), call.call);
    }
    // What is over makes room for what is found, and whoever is free for what they have.
    const std::vector<Interaction> live = live_calls();
    for (const Interaction& call : live) {
      if (!reported_.contains(call.call)) lose(call);
    }
    for (const Interaction& call : live) let_go(call);
    for (const bool at_device : {false, true}) {
      for (const Interaction& call : live) restore(call, at_device);
    }
    for (const LiveCall& call : report_.calls) {
      const Correlation* known =
          turn_.tables.correlations.find(call_key(turn_, connection_, call.call));
      if (known == nullptr) {
        take_in(call);
      } else {
        end_zombie(turn_.get(known->interaction));
      }
    }
    Value::Map& details = turn_.outcome.details;
    details = {{"lost", Value(lost_)},
               {"taken_in", Value(taken_in_)},
               {"restored", Value(restored_)},
               {"hung_up", Value(hung_up_)},
               {"no_room", Value(no_room_)}};
  }

 private:
  std::vector<Interaction> live_calls() {
    const Key all = turn_.tables.key().byte(static_cast<std::uint8_t>(CorrelationKind::live));
    std::vector<Interaction> live;
    turn_.tables.correlations.each(all.bytes(), all.end(), [&](const Correlation& one) {
      const Interaction call = turn_.get(one.interaction);
      const Correlation* known =
          turn_.tables.correlations.find(call_key(turn_, connection_, call.call));
      if (known != nullptr && known->interaction == call.id) live.push_back(call);
    });
    return live;
  }

  // --- what came first ---------------------------------------------------------------------------
  // Whether the call began after the moment that is told of. By the telephone system's own clock
  // where it told a time.
  bool began_later(const Interaction& call) {
    if (report_.effect) return call.id.value() > report_.effect.value();
    const Entry* entry = turn_.tables.entries.find(turn_.tables.key(call.conversation, call.entry));
    const auto told = entry != nullptr ? entry->provider_at : std::nullopt;
    return told.value_or(call.started_at) >= report_.at;
  }
  // Whether more is known of the call than the report could know.
  bool is_newer(const Interaction& call) {
    if (report_.effect) return call.changed_with >= report_.effect.value();
    return call.changed_at && *call.changed_at >= report_.at;
  }
  bool is_unsettled(EffectId verb) {
    return verb && turn_.tables.effects.find(turn_.tables.key(verb)) != nullptr;
  }
  // Verbs for the call that have not reached the telephone system, as far as anybody knows.
  bool has_verbs_out(const Interaction& call) {
    const std::vector<EffectId> out = turn_.outbox.unsettled_of_call(call.id);
    return std::any_of(out.begin(), out.end(), [&](EffectId id) { return is_unsettled(id); });
  }

  // --- calls that are over -----------------------------------------------------------------------
  void lose(const Interaction& call) {
    if (began_later(call)) return;
    const bool dialling = call.state == InteractionState::dialling;
    if (dialling && is_unsettled(call.asked_with)) return;  // it has yet to be called
    ++lost_;
    turn_.note_event(call, EventKind::call_lost,
                     {{"state", Value(to_string(call.state))},
                      {"agent", Value(call.agent.text())},
                      {"cause", Value(cause::temporary_failure)}});
    turn_.signal("call_lost", call.agent, call.conversation, {{"interaction", id_value(call.id)}});
    hung_up(turn_, call, cause::temporary_failure);
    // The verb may have been on its way when the report was made.
    if (dialling) order_hang_up(turn_, call.entry_point, call.conversation, call.call);
  }

  // The engine knows it for over, and it is not: nobody is to stay on a line that leads nowhere.
  void end_zombie(const Interaction& call) {
    if (call.state != InteractionState::ended || is_newer(call)) return;
    ++hung_up_;
    order_hang_up(turn_, call.entry_point, call.conversation, call.call);
  }

  // --- calls that nobody announced ---------------------------------------------------------------
  void take_in(const LiveCall& live) {
    const EntryPointConfig* at = turn_.config().entry_point_at(connection_, live.to);
    const bool came_in =
        at != nullptr && at->channel == Channel::voice && live.state != CallState::dialling;
    if (!came_in) return end_unknown(live);
    if (!turn_.check_room(Asking::arrival, 1)) {
      ++no_room_;
      return;
    }
    CallEvent event;
    event.kind = CallEventKind::incoming;
    event.call = live.call;
    event.at = live.at;
    event.from = live.from;
    event.to = live.to;
    const InteractionId id = begin_call(turn_, connection_, *at, event);
    ++taken_in_;
    Interaction& call = turn_.edit(id);
    call.answered = live.state != CallState::ringing;
    // The place in the queue counts from when they called, by the one clock that told both times.
    const Duration age = live.at ? report_.at - *live.at : Duration{};
    call.started_at = turn_.now - std::clamp(age, Duration{}, longest_age);
    const std::string entry = turn_.tables.key(call.conversation, call.entry);
    turn_.tables.entries.edit(entry).details["reported"] = Value(true);
    note_change(turn_, id, report_.at);
    if (is_at_device(live)) return put_at_device(turn_.get(id), live);
    (void)dispatch(turn_, id);  // there is room: it was looked for
    const Interaction begun = turn_.get(id);
    if (begun.answered && begun.state == InteractionState::waiting) hold(begun);
  }

  // Nobody here has asked for it, and nobody is at its other end.
  void end_unknown(const LiveCall& live) {
    const EntryPointConfig* line = first_line(turn_, connection_);
    const bool ours = live.state == CallState::dialling && is_of_ours(live.call);
    if (!ours || line == nullptr) return;
    ++hung_up_;
    order_hang_up(turn_, line->name, {}, live.call);
  }

  // --- calls that are elsewhere than was thought -------------------------------------------------
  static bool is_at_device(const LiveCall& live) {
    return live.state == CallState::bridging || live.state == CallState::talking;
  }

  // What is told of a call, when that is news.
  const LiveCall* news_of(const Interaction& call) {
    const auto found = reported_.find(call.call);
    return found != reported_.end() && !is_newer(call) ? found->second : nullptr;
  }

  bool is_with_somebody(const Interaction& call) {
    return call.state == InteractionState::connected || call.state == InteractionState::dialling;
  }
  bool is_same_device(const Interaction& call, const LiveCall& live) {
    return live.device.empty() || call.agent == agent_at(live.device);
  }

  // Whoever has lost the call to another is free for the one that they have.
  void let_go(const Interaction& call) {
    const LiveCall* live = news_of(call);
    if (live == nullptr || !is_at_device(*live) || !is_with_somebody(call)) return;
    if (is_same_device(call, *live) || turn_.router->work(call.work) == nullptr) return;
    turn_.must_route(WorkRemoved{call.work});
    turn_.edit(call).work = {};
  }

  void restore(const Interaction& before, bool at_device) {
    const LiveCall* live = news_of(before);
    if (live == nullptr || is_at_device(*live) != at_device) return;
    const Interaction call = turn_.get(before.id);
    if (call.asked == CallVerbKind::hang_up) {  // it is to end, however it stands
      if (!is_unsettled(call.asked_with)) hang_up(turn_, call);
    } else if (at_device) {
      restore_at_device(call, *live);
    } else if (live->state != CallState::dialling) {
      restore_alone(call, *live);
    }
  }

  void tell_restored(const Interaction& call, const LiveCall& live) {
    ++restored_;
    turn_.note_event(call, EventKind::call_restored,
                     {{"from", Value(to_string(call.state))},
                      {"to", Value(to_string(live.state))},
                      {"agent", Value(turn_.get(call.id).agent.text())}});
  }

  AgentName agent_at(const std::string& device) const {
    const AgentConfig* agent = turn_.config().agent_with_device(device);
    return agent != nullptr ? agent->name : AgentName();
  }

  void restore_at_device(const Interaction& call, const LiveCall& live) {
    if (is_with_somebody(call) && is_same_device(call, live)) {
      const bool heard = call.connected_at || live.state == CallState::bridging;
      if (heard) return;
      novelo::bridged(turn_, call);
    } else {
      put_at_device(call, live);
    }
    tell_restored(call, live);
  }

  // Whoever is at the device has the call; nothing that was asked of it before makes sense.
  void put_at_device(const Interaction& before, const LiveCall& live) {
    stop_flow(turn_, before.id);
    turn_.stop_listening(before.id);
    turn_.withdraw_verbs(before.id);
    if (before.state == InteractionState::dialling) call_answered(turn_, before);
    Interaction& call = turn_.edit(before);
    call.state = InteractionState::connected;
    call.agent = agent_at(live.device);
    call.answered = true;
    call.owner_before.reset();
    if (live.state == CallState::talking && !call.connected_at) {
      call.connected_at = turn_.now;
      set_call_state(turn_, before, "connected");
      serve_callbacks(turn_, before.conversation, before.callback);
    }
    turn_.edit(before.conversation).status = ConversationStatus::open;
    give_work(turn_.get(before.id));
  }

  // The router is told who has it. Whoever cannot have it there, being signed out or at their
  // capacity, is busy all the same.
  void give_work(const Interaction& call) {
    const WorkRecord* known = turn_.router->work(call.work);
    const bool waits_here = known != nullptr && known->kind == WorkKind::interaction;
    if (known != nullptr && (!waits_here || call.agent.empty())) {
      turn_.must_route(WorkRemoved{call.work});
    }
    if (call.agent.empty()) {
      turn_.edit(call).work = {};
      return;
    }
    WorkId work = waits_here ? call.work : add_for(call);
    if (!turn_.route(WorkClaimed{work, call.agent})) {
      turn_.must_route(WorkRemoved{work});
      (void)turn_.route(OtherCall{call.agent, true});
      work = {};
    }
    turn_.edit(call).work = work;
  }

  WorkId add_for(const Interaction& call) {
    WorkRecord work;
    work.id = turn_.ids.take<WorkId>();
    work.kind = WorkKind::interaction;
    work.work_class = WorkClass::voice;
    work.channel = Channel::voice;
    work.conversation = call.conversation;
    work.subject = call.id.value();
    work.queue = turn_.config().entry_point(call.entry_point)->queue;
    work.requested_at = call.started_at;
    work.preferred = call.agent;  // nobody else is to be offered it on the way
    work.preference = Preference::only;
    const WorkId id = work.id;
    turn_.must_route(WorkAdded{std::move(work)});
    return id;
  }

  // The contact is alone with the telephone system.
  void restore_alone(const Interaction& call, const LiveCall& live) {
    const auto elsewhere = at_devices_.find(call.agent);
    const bool taken = elsewhere != at_devices_.end() && elsewhere->second != call.call;
    if (call.state == InteractionState::connected && !call.connected_at && !taken) {
      if (!has_verbs_out(call)) ring_again(call);
      return;
    }
    const bool picked_up = live.state == CallState::waiting;
    if (call.state == InteractionState::dialling && !picked_up) return;
    if (is_with_somebody(call)) {
      if (call.state == InteractionState::dialling) call_answered(turn_, call);
      queue_again(turn_.get(call.id), picked_up);
      return tell_restored(call, live);
    }
    if (picked_up && !call.answered) turn_.edit(call).answered = true;
    if (!live.doing) speak_again(turn_.get(call.id), picked_up);
  }

  // The order to ring the agent's device was lost.
  void ring_again(const Interaction& call) {
    CallVerb bridge;
    bridge.kind = CallVerbKind::bridge;
    bridge.agent = call.agent;
    const AgentConfig* config = turn_.config().agent(call.agent);
    bridge.device = config != nullptr ? config->device : std::string();
    if (!bridge.device.empty()) turn_.call_verb(call, std::move(bridge));
  }

  // Whoever had it is not on the line any more: the contact waits for them first.
  void queue_again(const Interaction& call, bool picked_up) {
    turn_.stop_listening(call.id);
    turn_.withdraw_verbs(call.id);
    turn_.edit(call).connected_at.reset();
    set_call_state(turn_, call, "ringing");
    back_to_queue(turn_, call.id);
    speak_again(turn_.get(call.id), picked_up);
  }

  // What was asked or played has died with the telephone system, and nothing is on its way.
  void speak_again(const Interaction& call, bool picked_up) {
    if (!call.answered || has_verbs_out(call)) return;
    if (!picked_up) turn_.call_verb(call, CallVerb{});
    if (call.session) {
      turn_.tasks.emplace_back(RepeatFlow{call.id});
    } else if (call.state == InteractionState::waiting) {
      hold(call);
    }
  }

  void hold(const Interaction& call) { hold_the_line(turn_, call, locale_of(turn_, call.contact)); }

  Turn& turn_;
  const ConnectionName& connection_;
  const CallReport& report_;
  std::map<std::string_view, const LiveCall*> reported_;
  std::map<AgentName, std::string_view> at_devices_;  // who is on which call
  std::int64_t lost_ = 0;
  std::int64_t taken_in_ = 0;
  std::int64_t restored_ = 0;
  std::int64_t hung_up_ = 0;
  std::int64_t no_room_ = 0;
};

Error too_many(std::string_view what, std::size_t most) {
  return {ErrorCode::limit, "too_many", "the report is longer than it may be", std::string(what),
          fmt::format("at most {}: divide the lines among several connections", most)};
}

template <class Item>
Status check_once(const std::vector<Item>& items, std::string Item::*name, std::string_view what) {
  std::map<std::string_view, int> seen;
  for (const Item& item : items) {
    if (!(item.*name).empty() && ++seen[item.*name] == 1) continue;
    return fail({ErrorCode::invalid, "repeated", "something is there twice, or without a name",
                 fmt::format("{} \"{}\"", what, item.*name), "give each of them once"});
  }
  return {};
}

Status check_report(const Turn& turn, const CallReport& report) {
  const Limits& limits = turn.options.limits;
  if (report.calls.size() > limits.calls_per_report) {
    return fail(too_many("calls", limits.calls_per_report));
  }
  if (report.devices.size() > limits.devices_per_report) {
    return fail(too_many("devices", limits.devices_per_report));
  }
  if (report.effect.value() > turn.ids.last()) {
    return fail(not_found("effect", report.effect.value()));
  }
  if (auto once = check_once(report.calls, &LiveCall::call, "call"); !once) return once;
  return check_once(report.devices, &Device::device, "device");
}

// Whether what it tells is older than what was told before; kept in mind when it is not.
bool is_stale(Turn& turn, const ConnectionName& connection, const CallReport& report) {
  const std::string at_key = counter_key(turn, "report_at", connection);
  const std::string of_key = counter_key(turn, "report_of", connection);
  const Counter* last_at = turn.tables.counters.find(at_key);
  const Counter* last_of = turn.tables.counters.find(of_key);
  const std::uint64_t of = last_of != nullptr ? last_of->value : 0;
  const bool answers_newer = report.effect.value() > of;
  if (!answers_newer && last_at != nullptr && micros(report.at) <= last_at->value) return true;
  turn.tables.counters.put(at_key, {micros(report.at)});
  if (answers_newer) turn.tables.counters.put(of_key, {report.effect.value()});
  return false;
}

}  // namespace

Status decide_report(Turn& turn, const ConnectionName& connection, const CallReport& report) {
  if (seen_before(turn, connection.text(), "report", report.id)) return {};
  if (auto right = check_report(turn, report); !right) return right;
  const Effect* asked = turn.tables.effects.find(turn.tables.key(report.effect));
  if (asked != nullptr && asked->kind == EffectKind::call &&
      asked->verb.kind == CallVerbKind::report) {
    turn.remove_effect(Effect(*asked));  // answered, whatever becomes of the verb's own answer
  }
  if (is_stale(turn, connection, report)) {
    turn.outcome.details["stale"] = Value(true);
    return {};
  }
  TakeReport(turn, connection, report).take();
  for (const Device& device : report.devices) take_device(turn, connection, device, report.at);
  return {};
}

Status decide_started(Turn& turn, const ConnectionName& connection, const SystemStarted& event) {
  if (seen_before(turn, connection.text(), "started", event.id)) return {};
  const EntryPointConfig* line = first_line(turn, connection);
  if (line != nullptr) ask_for_report(turn, *line);
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const RequestReport& command) {
  if (!actor.empty()) {
    return fail(refused("not_an_agents", "agents do not ask telephone systems", {},
                        "send it from the business's own systems"));
  }
  const ConnectionName& only = command.connection;
  if (!only.empty() && first_line(turn, only) == nullptr) {
    return fail({ErrorCode::not_found, "unknown_connection",
                 "no telephone line has this connection", fmt::format("connection {}", only.text()),
                 "name a connection of the voice channel"});
  }
  std::int64_t asked = 0;
  for (const Connection& connection : turn.config().connections) {
    const EntryPointConfig* line = first_line(turn, connection.name);
    const bool meant = line != nullptr && (only.empty() || only == connection.name);
    if (meant && ask_for_report(turn, *line)) ++asked;
  }
  turn.outcome.details["asked"] = Value(asked);
  return {};
}

}  // namespace novelo
