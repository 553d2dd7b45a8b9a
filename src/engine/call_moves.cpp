#include "engine/call_moves.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/calls.hpp"
#include "engine/decide.hpp"
#include "engine/holders.hpp"
#include "engine/interactions.hpp"

namespace novelo {

namespace {

// The contact is spoken with.
void spoken(Turn& turn, const Interaction& call) {
  if (call.state == InteractionState::dialling) call_answered(turn, call);
  Interaction& connected = turn.edit(call);
  connected.state = InteractionState::connected;
  connected.answered = true;
  if (connected.connected_at) return;
  connected.connected_at = turn.now;
  set_call_state(turn, call, "connected");
  serve_callbacks(turn, call.conversation, call.callback);
}

// Whoever spoke in it before does so no more.
void rung(Turn& turn, const Interaction& call) {
  Interaction& ringing = turn.edit(call);
  ringing.state = InteractionState::connected;
  ringing.answered = true;
  ringing.connected_at.reset();
  set_call_state(turn, call, "ringing");
  expect_bridge(turn, call);
}

}  // namespace

void put_at_device(Turn& turn, const Interaction& call, const LiveCall& live) {
  stop_flow(turn, call.id);
  turn.stop_listening(call.id);
  turn.withdraw_verbs(call.id);
  live.state == CallState::talking ? spoken(turn, call) : rung(turn, call);
  turn.edit(call).owner_before.reset();
  turn.edit(call.conversation).status = ConversationStatus::open;
  hand_to(turn, turn.get(call.id), agent_at(turn, live.device));
}

void expect_bridge(Turn& turn, const Interaction& call) {
  turn.listen_for(call.id, CallVerbKind::bridge);
}

void put_in_queue(Turn& turn, const Interaction& call, const LiveCall& live) {
  if (call.state == InteractionState::dialling) call_answered(turn, call);
  turn.stop_listening(call.id);
  turn.withdraw_verbs(call.id);
  back_to_queue(turn, call.id);
  turn.edit(call).connected_at.reset();
  set_call_state(turn, call, "ringing");
  speak_again(turn, turn.get(call.id), live);
}

void ring_again(Turn& turn, const Interaction& call) {
  CallVerb bridge;
  bridge.kind = CallVerbKind::bridge;
  bridge.agent = call.agent;
  const AgentConfig* config = turn.config().agent(call.agent);
  bridge.device = config != nullptr ? config->device : std::string();
  if (!bridge.device.empty()) turn.call_verb(call, std::move(bridge));
}

void speak_again(Turn& turn, const Interaction& call, const LiveCall& live) {
  if (!call.answered || has_verbs_out(turn, call)) return;
  if (live.state != CallState::waiting) turn.call_verb(call, CallVerb{});  // pick up
  if (call.session) {
    turn.tasks.emplace_back(RepeatFlow{call.id});
  } else if (call.state == InteractionState::waiting) {
    hold_the_line(turn, call, locale_of(turn, call.contact));
  }
}

bool is_unsettled(Turn& turn, EffectId verb) {
  return verb && turn.tables.effects.find(turn.tables.key(verb)) != nullptr;
}

bool has_verbs_out(Turn& turn, const Interaction& call) {
  const std::vector<EffectId> out = turn.outbox.unsettled_of_call(call.id);
  return std::any_of(out.begin(), out.end(), [&](EffectId id) { return is_unsettled(turn, id); });
}

}  // namespace novelo
