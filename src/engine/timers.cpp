// Timers: what falls due. A timer only wakes; what it means is judged by the deadline in its
// owner's own record, so a stale one does nothing.
#include <string>

#include "engine/arrivals.hpp"
#include "engine/contacts.hpp"
#include "engine/decide.hpp"
#include "novelo/rules/channel.hpp"

namespace novelo {

namespace {

void flow_silent(Turn& turn, InteractionId id) {
  const Interaction* interaction = turn.tables.interactions.find(turn.tables.key(id));
  if (interaction == nullptr || !interaction->session) return;
  const FlowSession* session = turn.tables.sessions.find(turn.tables.key(interaction->session));
  if (session == nullptr || !session->deadline || *session->deadline > turn.now) return;
  turn.tasks.emplace_back(ContinueFlow{id, FlowSilence{}});
}

// Until when it may be sent: the contact may have written again since it was decided.
std::optional<Timestamp> window_of(Turn& turn, const Effect& effect) {
  const EntryPointConfig* at = turn.config().entry_point(effect.entry_point);
  if (at == nullptr) return effect.not_after;
  const ConversationRecord conversation = turn.get(effect.conversation);
  return window_end(turn.setup->capabilities_of(*at),
                    last_heard(conversation, effect.entry_point, effect.to));
}

// The window closed before the provider took it (I28): it is not sent any more, and that is shown.
void too_late(Turn& turn, EffectId id) {
  const std::string key = turn.tables.key(id);
  const Effect* effect = turn.tables.effects.find(key);
  if (effect == nullptr || !effect->not_after || *effect->not_after > turn.now) return;
  const Effect late = *effect;
  const std::optional<Timestamp> until = window_of(turn, late);
  if (!until || *until > turn.now) {
    turn.tables.effects.edit(key).not_after = until;
    if (until) turn.arm(TimerKind::effect, id.value(), *until);
    return;
  }
  keep_effect(turn, late);
  show_status(turn, late, DeliveryStatus::refused);
  turn.remove_effect(late);
  tell_failed(turn, late.conversation, late.entry, {SendErrorClass::window_closed, {}, {}});
}

}  // namespace

void decide(Turn& turn, const Timer& timer) {
  turn.disarm(timer.kind, timer.owner, timer.due);
  switch (timer.kind) {
    case TimerKind::flow: return flow_silent(turn, InteractionId(timer.owner));
    case TimerKind::callback: return retry_callback(turn, CallbackId(timer.owner));
    case TimerKind::effect: return too_late(turn, EffectId(timer.owner));
    case TimerKind::promise: return promise_late(turn, CallbackId(timer.owner));
    case TimerKind::call: return call_silent(turn, InteractionId(timer.owner));
    case TimerKind::waiting: return look_at_wait(turn, InteractionId(timer.owner));
    case TimerKind::look_up: return look_up_late(turn, InteractionId(timer.owner));
    case TimerKind::known_as: return give_belongings(turn, ContactId(timer.owner), {});
  }
}

}  // namespace novelo
