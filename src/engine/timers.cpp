// Timers: what falls due. A timer only wakes; what it means is judged by the deadline in its
// owner's own record, so a stale one does nothing.
#include "engine/decide.hpp"

namespace novelo {

namespace {

void flow_silent(Turn& turn, InteractionId id) {
  const Interaction* interaction = turn.tables.interactions.find(turn.tables.key(id));
  if (interaction == nullptr || !interaction->session) return;
  const FlowSession* session = turn.tables.sessions.find(turn.tables.key(interaction->session));
  if (session == nullptr || !session->deadline || *session->deadline > turn.now) return;
  turn.tasks.emplace_back(ContinueFlow{id, FlowSilence{}});
}

// The window closed before the provider took it (I28): it is not sent any more, and that is shown.
void too_late(Turn& turn, EffectId id) {
  const Effect* effect = turn.tables.effects.find(turn.tables.key(id));
  if (effect == nullptr || !effect->not_after || *effect->not_after > turn.now) return;
  const Effect late = *effect;
  turn.withdraw(id, DeliveryStatus::refused);
  turn.note_event(late.conversation, EventKind::send_failed,
                  {{"entry", Value(std::to_string(late.entry))},
                   {"class", Value(to_string(SendErrorClass::window_closed))}});
}

}  // namespace

void decide(Turn& turn, const Timer& timer) {
  turn.tables.timers.erase(turn.tables.key(timer));
  switch (timer.kind) {
    case TimerKind::flow: return flow_silent(turn, InteractionId(timer.owner));
    case TimerKind::callback: return retry_callback(turn, CallbackId(timer.owner));
    case TimerKind::effect: return too_late(turn, EffectId(timer.owner));
    case TimerKind::waiting: return look_at_wait(turn, InteractionId(timer.owner));
  }
}

}  // namespace novelo
