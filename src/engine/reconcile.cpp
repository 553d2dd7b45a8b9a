// What is newer than the report stays as it is. Causes are told apart by ids, not by clocks, where
// the report was asked for: whatever began, or was decided, after the question was put is not in
// the answer's past.
#include "engine/reconcile.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/arrivals.hpp"
#include "engine/call_moves.hpp"
#include "engine/calls.hpp"
#include "engine/decide.hpp"
#include "engine/holders.hpp"
#include "engine/interactions.hpp"
#include "engine/news.hpp"

namespace novelo {

namespace {

constexpr Duration longest_age = std::chrono::hours(24);  // of a call that was never announced

bool is_at_device(const LiveCall& live) {
  return live.state == CallState::bridging || live.state == CallState::talking;
}

bool is_with_somebody(const Interaction& call) {
  return call.state == InteractionState::connected || call.state == InteractionState::dialling;
}

class Reconciliation {
 public:
  Reconciliation(Turn& turn, const ConnectionName& connection, const CallReport& report)
      : turn_(turn), connection_(connection), report_(report), believed_(live_calls()) {
    for (const LiveCall& call : report_.calls) {
      const bool fresh = reported_.emplace(call.call, &call).second;
      if (fresh && known(call.call) == nullptr) arrived_.push_back(&call);
      if (is_at_device(call)) at_devices_.emplace(agent_at(turn_, call.device), call.call);
    }
  }

  // Who speaks with whom first, so that nobody is offered a call who has one; what is over last, so
  // that whoever it frees gets the one who has waited longest of all. It makes room too, for those
  // for whom there was none.
  void run() {
    end_zombies();
    restore_all(true);
    take_in_all(true);
    restore_all(false);
    take_in_all(false);
    lose_all();
    take_in_all(true);
    take_in_all(false);
    turn_.outcome.details = {{"lost", Value(lost_)},
                             {"taken_in", Value(taken_in_)},
                             {"restored", Value(restored_)},
                             {"hung_up", Value(hung_up_)},
                             {"no_room", Value(static_cast<std::int64_t>(arrived_.size()))}};
  }

 private:
  const Correlation* known(const std::string& call) const {
    return turn_.tables.correlations.find(call_key(turn_, connection_, call));
  }

  std::vector<Interaction> live_calls() const {
    const Key all = turn_.tables.key().byte(static_cast<std::uint8_t>(CorrelationKind::live));
    std::vector<Interaction> live;
    turn_.tables.correlations.each(all.bytes(), all.end(), [&](const Correlation& one) {
      const Interaction call = turn_.get(one.interaction);
      const Correlation* here = known(call.call);
      if (here != nullptr && here->interaction == call.id) live.push_back(call);
    });
    return live;
  }

  // --- what came first ---------------------------------------------------------------------------
  // Whether the call began after the moment that is told of. By the telephone system's own clock
  // where it told a time.
  bool began_later(const Interaction& call) const {
    if (report_.effect) return call.id.value() > report_.effect.value();
    const Entry* entry = turn_.tables.entries.find(turn_.tables.key(call.conversation, call.entry));
    const auto told = entry != nullptr ? entry->provider_at : std::nullopt;
    return by_their_clock(told, call.started_at) >= report_.at;
  }
  // Whether more is known of the call than the report could know.
  bool is_newer(const Interaction& call) const {
    if (report_.effect) return call.changed_with >= report_.effect.value();
    return call.changed_at && *call.changed_at >= report_.at;
  }
  // What is told of a call, when that is news.
  const LiveCall* news_of(const Interaction& call) const {
    const auto found = reported_.find(call.call);
    return found != reported_.end() && !is_newer(call) ? found->second : nullptr;
  }

  // --- calls that are over -----------------------------------------------------------------------
  void lose_all() {
    for (const Interaction& call : believed_) {
      if (!reported_.contains(call.call)) lose(turn_.get(call.id));
    }
  }

  void lose(const Interaction& call) {
    if (call.state == InteractionState::ended || began_later(call)) return;
    const bool dialling = call.state == InteractionState::dialling;
    if (dialling && is_unsettled(turn_, call.asked_with)) return;  // it has yet to be called
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
  void end_zombies() {
    for (const auto& [id, live] : reported_) {
      const Correlation* before = known(live->call);
      if (before != nullptr) end_zombie(turn_.get(before->interaction));
    }
  }

  void end_zombie(const Interaction& call) {
    if (call.state != InteractionState::ended || is_newer(call)) return;
    ++hung_up_;
    order_hang_up(turn_, call.entry_point, call.conversation, call.call);
  }

  // --- calls that nobody announced ---------------------------------------------------------------
  void take_in_all(bool at_device) {
    std::erase_if(arrived_, [&](const LiveCall* call) {
      return is_at_device(*call) == at_device && take_in(*call);
    });
  }

  // False: there is no room for it.
  bool take_in(const LiveCall& live) {
    const EntryPointConfig* at = turn_.config().entry_point_at(connection_, live.to);
    const bool came_in =
        at != nullptr && at->channel == Channel::voice && live.state != CallState::dialling;
    if (!came_in) {
      end_unknown(live);
      return true;
    }
    if (!turn_.check_room(Asking::arrival, 1)) return false;
    ++taken_in_;
    const InteractionId id = begin(*at, live);
    if (is_at_device(live)) {
      put_at_device(turn_, turn_.get(id), live);
      return true;
    }
    (void)dispatch(turn_, id);  // there is room: it was looked for
    const Interaction begun = turn_.get(id);
    if (begun.answered && begun.state == InteractionState::waiting) {
      hold_the_line(turn_, begun, locale_of(turn_, begun.contact));
    }
    return true;
  }

  InteractionId begin(const EntryPointConfig& at, const LiveCall& live) {
    CallEvent event;
    event.kind = CallEventKind::incoming;
    event.call = live.call;
    event.at = live.at;
    event.from = live.from;
    event.to = live.to;
    const InteractionId id = begin_call(turn_, connection_, at, event);
    Interaction& call = turn_.edit(id);
    call.answered = live.state != CallState::ringing;
    // The place in the queue counts from when they called, by the one clock that told both times.
    const Duration age = live.at ? report_.at - *live.at : Duration{};
    call.started_at = turn_.now - std::clamp(age, Duration{}, longest_age);
    const std::string entry = turn_.tables.key(call.conversation, call.entry);
    turn_.tables.entries.edit(entry).details["reported"] = Value(true);
    note_change(turn_, id, report_.at);
    return id;
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
  void restore_all(bool at_device) {
    for (const Interaction& before : believed_) {
      const LiveCall* live = news_of(before);
      if (live == nullptr || is_at_device(*live) != at_device) continue;
      const Interaction call = turn_.get(before.id);
      if (call.asked == CallVerbKind::hang_up) {  // it is to end, however it stands
        if (!is_unsettled(turn_, call.asked_with)) hang_up(turn_, call);
      } else if (at_device) {
        restore_at_device(call, *live);
      } else if (live->state != CallState::dialling) {
        restore_alone(call, *live);
      }
    }
  }

  void tell_restored(const Interaction& call, const LiveCall& live) {
    ++restored_;
    turn_.note_event(call, EventKind::call_restored,
                     {{"from", Value(to_string(call.state))},
                      {"to", Value(to_string(live.state))},
                      {"agent", Value(turn_.get(call.id).agent.text())}});
  }

  bool is_on_another(const AgentName& agent, const Interaction& call) const {
    const auto found = agent.empty() ? at_devices_.end() : at_devices_.find(agent);
    return found != at_devices_.end() && found->second != call.call;
  }

  // Whether it is at the device of somebody else than was thought. One that is nobody's is no proof
  // of that: it may have been the agent's until their telephone was replaced.
  bool has_moved(const Interaction& call, const LiveCall& live) const {
    const AgentName there = agent_at(turn_, live.device);
    if (there.empty()) return is_on_another(call.agent, call);
    return there != call.agent;
  }

  void restore_at_device(const Interaction& call, const LiveCall& live) {
    const bool talking = live.state == CallState::talking;
    // One of ours rings the agent first: the contact is not on it yet.
    if (!talking && call.state == InteractionState::dialling) return;
    if (!is_with_somebody(call) || has_moved(call, live)) {
      put_at_device(turn_, call, live);
    } else if (call.connected_at) {
      return;
    } else if (talking) {
      bridged(turn_, call);
    } else {
      if (!call.told_by) expect_bridge(turn_, call);
      return;
    }
    tell_restored(call, live);
  }

  // The contact is alone with the telephone system.
  void restore_alone(const Interaction& call, const LiveCall& live) {
    const bool rung = call.state == InteractionState::connected && !call.connected_at;
    if (rung && !call.agent.empty() && !is_on_another(call.agent, call)) {
      if (!has_verbs_out(turn_, call)) ring_again(turn_, call);
      return;
    }
    const bool picked_up = live.state == CallState::waiting;
    if (call.state == InteractionState::dialling && !picked_up) return;
    if (is_with_somebody(call)) {
      put_in_queue(turn_, call, live);
      return tell_restored(call, live);
    }
    if (picked_up && !call.answered) turn_.edit(call).answered = true;
    if (!live.doing) speak_again(turn_, turn_.get(call.id), live);
  }

  Turn& turn_;
  const ConnectionName& connection_;
  const CallReport& report_;
  const std::vector<Interaction> believed_;  // alive, before the report
  std::map<std::string_view, const LiveCall*> reported_;
  std::map<AgentName, std::string_view> at_devices_;  // who is on which call
  std::vector<const LiveCall*> arrived_;              // nobody announced them
  std::int64_t lost_ = 0;
  std::int64_t taken_in_ = 0;
  std::int64_t restored_ = 0;
  std::int64_t hung_up_ = 0;
};

}  // namespace

void reconcile(Turn& turn, const ConnectionName& connection, const CallReport& report) {
  Reconciliation(turn, connection, report).run();
}

}  // namespace novelo
