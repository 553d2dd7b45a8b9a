// Held sends: nobody knows whether the provider has them, and their entry point says that a person
// decides.
#include <string>

#include <fmt/format.h>

#include "engine/decide.hpp"

namespace novelo {

namespace {

Value::Map about(const Effect& send) {
  return {{"entry", Value(std::to_string(send.entry))}, {"effect", id_value(send.id)}};
}

Error not_held(EffectId id) {
  return refused("not_held", "no send is held under this id", fmt::format("effect {}", id.value()),
                 "look at its message: it was settled meanwhile, or goes out by itself");
}

// What may be sent now, as for a new message.
Status check_may_send(Turn& turn, const Effect& send, const ConversationRecord& conversation) {
  const std::string subject = fmt::format("effect {}", send.id.value());
  if (turn.config().entry_point(send.entry_point) == nullptr) {
    return fail(refused("unknown_entry_point", "its entry point is not configured any more",
                        subject, "give it up, and send from another one"));
  }
  if (send.not_after && *send.not_after <= turn.now) {
    return fail(refused("window_closed", "free text is not allowed to this contact any more",
                        subject, "give it up, and send a template"));
  }
  const Entry* entry = turn.tables.entries.find(turn.tables.key(conversation.id, send.entry));
  const bool of_a_person = entry != nullptr && (entry->author.role == AuthorRole::agent ||
                                                entry->author.role == AuthorRole::staff);
  if (!of_a_person) return {};
  return check_not_closed(conversation, "reopen it first, or give the message up");
}

void send_again(Turn& turn, const Effect& send) {
  Effect& again = turn.tables.effects.edit(turn.tables.key(send.id));
  again.held = false;
  ++again.attempts;
  show_status(turn, send, DeliveryStatus::pending);
  turn.outbox_changes.push_back({OutboxChange::Kind::released, send.id});
}

}  // namespace

void show_status(Turn& turn, const Effect& send, DeliveryStatus status) {
  const std::string key = turn.tables.key(send.conversation, send.entry);
  if (turn.tables.entries.find(key) == nullptr) return;
  turn.tables.entries.edit(key).status = status;
  turn.signal("message_status", {}, send.conversation,
              {{"entry", Value(std::to_string(send.entry))}, {"status", Value(to_string(status))}});
}

void hold_send(Turn& turn, const Effect& found) {
  if (found.held) return;
  const Effect send = found;
  Effect& held = turn.tables.effects.edit(turn.tables.key(send.id));
  held.held = true;
  held.maybe_done = true;
  held.not_before.reset();
  turn.outbox_changes.push_back({OutboxChange::Kind::held, send.id});
  show_status(turn, send, DeliveryStatus::held);
  turn.note_event(send.conversation, EventKind::send_held, about(send));
  const AgentName owner = turn.get(send.conversation).owner;
  if (!owner.empty()) turn.notify(owner, send.conversation, "send_held", about(send));
}

Status decide(Turn& turn, const AgentName& actor, const ResolveSend& command) {
  if (!command.effect || command.effect.value() > turn.ids.last()) {
    return fail(not_found("effect", command.effect.value()));
  }
  const Effect* found = turn.tables.effects.find(turn.tables.key(command.effect));
  if (found == nullptr || !found->held) return fail(not_held(command.effect));
  const Effect send = *found;
  const ConversationRecord conversation = turn.get(send.conversation);
  const std::string subject = fmt::format("conversation {}", conversation.id.value());
  const AgentName& owner = conversation.owner.empty() ? actor : conversation.owner;
  if (auto may = check_acts_for(turn, actor, owner, subject); !may) return may;
  if (command.resolution == SendResolution::none) {
    return fail({ErrorCode::invalid, "no_resolution", "say what is to become of it", "resolution",
                 "write send_again, was_sent or give_up"});
  }
  if (command.resolution == SendResolution::send_again) {
    if (auto may = check_may_send(turn, send, conversation); !may) return may;
  }
  Value::Map details = about(send);
  details["resolution"] = Value(to_string(command.resolution));
  turn.note_event(conversation.id, EventKind::send_resolved, std::move(details),
                  turn.author(actor));
  if (command.resolution == SendResolution::send_again) {
    send_again(turn, send);
  } else {
    if (command.resolution == SendResolution::was_sent) {
      accepted(turn, send, {}, {});
    } else {
      send_failed(turn, send, {SendErrorClass::permanent, "given_up", {}});
    }
    turn.remove_effect(send);
  }
  turn.outcome.conversation = conversation.id;
  turn.outcome.entry = send.entry;
  turn.outcome.effect = send.id;
  return {};
}

}  // namespace novelo
