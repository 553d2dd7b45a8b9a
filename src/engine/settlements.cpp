// What came of effects: settlements by the host, and receipts by providers, in any order.
#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "engine/decide.hpp"

namespace novelo {

namespace {

constexpr std::uint32_t most_attempts = 5;  // of a send, a call verb, a notification, an action
constexpr Duration first_backoff = std::chrono::seconds(5);

void close_window(Turn& turn, ConversationId id, const Entry& refused, const Address& to) {
  const ConversationRecord conversation = turn.get(id);
  for (std::size_t at = 0; at < conversation.reaches.size(); ++at) {
    const Reach& reach = conversation.reaches[at];
    if (reach.entry_point != refused.entry_point || reach.address != to) continue;
    if (!reach.last_inbound || refused.at < *reach.last_inbound) continue;
    turn.edit(conversation).reaches[at].last_inbound.reset();
  }
}

// The provider's word counts for more than our clock: free text to the address that it was said of
// is closed until the contact writes from there, here and in the conversation in which they go on.
void believe_closed(Turn& turn, ConversationId id, const Entry& refused, const Address& to) {
  close_window(turn, id, refused, to);
  const ConversationRecord conversation = turn.get(id);
  const Pointer* open =
      turn.tables.open_conversations.find(turn.tables.key(conversation.desk, conversation.contact));
  if (open == nullptr || open->id == id.value()) return;
  close_window(turn, ConversationId(open->id), refused, to);
}

// What became of a message that went to this address.
void merge_status(Turn& turn, ConversationId conversation, std::uint64_t sequence,
                  const Address& to, DeliveryStatus status, const std::optional<SendError>& error) {
  const std::string key = turn.tables.key(conversation, sequence);
  const Entry* entry = turn.tables.entries.find(key);
  if (entry == nullptr || !moves_forward(entry->status, status)) return;
  Entry& changed = turn.tables.entries.edit(key);
  changed.status = status;
  changed.error = error.value_or(SendError{});
  turn.outcome.conversation = conversation;
  turn.outcome.entry = sequence;
  turn.signal("message_status", {}, conversation,
              {{"entry", Value(std::to_string(sequence))}, {"status", Value(to_string(status))}});
  if (status != DeliveryStatus::failed) return;
  if (error && error->error == SendErrorClass::window_closed) {
    believe_closed(turn, conversation, changed, to);
  }
  tell_failed(turn, conversation, sequence, error.value_or(SendError{}));
}

// An answer that told nothing: whoever gets it next is to know that it may be done.
void note_unknown(Turn& turn, const Effect& effect, const SendOutcome& outcome) {
  if (outcome.kind != SendOutcome::Kind::uncertain || effect.maybe_done) return;
  turn.tables.effects.edit(turn.tables.key(effect.id)).maybe_done = true;
}

// True when it is to be tried again.
bool try_again(Turn& turn, const Effect& effect, Duration retry_after) {
  // What waits for its next attempt is in nobody's hands: this attempt was told of before.
  if (effect.not_before && *effect.not_before > turn.now) {
    turn.outcome.repeated = true;
    return true;
  }
  // What comes behind it in its lane cannot wait for ever.
  if (retry_after > turn.options.limits.retry_patience) return false;
  if (effect.attempts + 1 >= most_attempts) return false;
  Effect& again = turn.tables.effects.edit(turn.tables.key(effect.id));
  const Duration backoff = first_backoff * (1U << (2 * effect.attempts));
  ++again.attempts;
  again.not_before = turn.now + std::max(backoff, retry_after);
  if (again.held) {  // it was not taken after all: nothing is left to decide
    again.held = false;
    show_status(turn, effect, DeliveryStatus::pending);
  }
  turn.outbox_changes.push_back({OutboxChange::Kind::retry, effect.id});
  return true;
}

void settle_send(Turn& turn, const Effect& effect, const TransportReply& reply) {
  const EntryPointConfig* entry_point = turn.config().entry_point(effect.entry_point);
  if (entry_point == nullptr) {  // nobody is left who could read the answer
    send_failed(turn, effect, {SendErrorClass::permanent, "unknown_entry_point", {}});
    return turn.remove_effect(effect);
  }
  const ConnectionName& connection = entry_point->connection;
  const OutboundMessage message{effect.id, entry_point->address, effect.to, effect.content,
                                effect.created_at};
  const SendOutcome outcome =
      turn.setup->adapters.at(connection)
          ->read_reply(message, reply, turn.setup->connections.at(connection));
  note_unknown(turn, effect, outcome);
  switch (outcome.kind) {
    case SendOutcome::Kind::accepted:
      accepted(turn, effect, connection, outcome.provider_id);
      break;
    case SendOutcome::Kind::retry:
    case SendOutcome::Kind::uncertain:
      // An uncertain send goes again under the same key; where the entry point says so it is held.
      if (outcome.kind == SendOutcome::Kind::uncertain &&
          entry_point->unknown_send == UnknownSend::hold) {
        return hold_send(turn, effect);
      }
      if (try_again(turn, effect, outcome.retry_after)) return;
      send_failed(turn, effect, outcome.error);
      break;
    case SendOutcome::Kind::failed: send_failed(turn, effect, outcome.error); break;
  }
  turn.remove_effect(effect);
}

void call_failed(Turn& turn, const Effect& effect, const SendError& error) {
  turn.remove_effect(effect);
  verb_failed(turn, effect, error);
}

void notify_failed(Turn& turn, const Effect& effect, const std::string& reason) {
  turn.remove_effect(effect);
  if (!effect.conversation) return;
  turn.note_event(effect.conversation, EventKind::effect_failed,
                  {{"kind", Value(to_string(effect.kind))},
                   {"what", effect.body.at("type")},
                   {"agent", Value(effect.agent.text())},
                   {"reason", Value(reason)}});
}

void settle_call(Turn& turn, const Effect& effect, const TransportReply& reply) {
  const EntryPointConfig* entry_point = turn.config().entry_point(effect.entry_point);
  if (entry_point == nullptr) {
    return call_failed(turn, effect, {SendErrorClass::permanent, "unknown_entry_point", {}});
  }
  const ConnectionName& connection = entry_point->connection;
  const SendOutcome outcome = turn.setup->adapters.at(connection)
                                  ->read_reply(OutboundCall{effect.id, effect.verb}, reply,
                                               turn.setup->connections.at(connection));
  note_unknown(turn, effect, outcome);
  const bool passing =
      outcome.kind == SendOutcome::Kind::retry || outcome.kind == SendOutcome::Kind::uncertain;
  if (outcome.kind == SendOutcome::Kind::accepted) return turn.remove_effect(effect);
  if (passing && try_again(turn, effect, outcome.retry_after)) return;
  call_failed(turn, effect, outcome.error);
}

// The answer of another system sets fields of the case (S0.16).
void settle_action(Turn& turn, const Effect& effect, const Value& answer) {
  turn.remove_effect(effect);
  if (effect.interaction) return finish_look_up(turn, effect, answer);
  const std::string name = effect.body.at("action").to_text();
  turn.note_event(effect.conversation, EventKind::action_done,
                  {{"action", Value(name)}, {"ok", Value(true)}});
  const ActionConfig* action = turn.config().action(name);
  if (action == nullptr || !effect.case_id) return;
  finish_action(turn, *action, effect, answer);
}

}  // namespace

void settle_failed(Turn& turn, const Effect& effect, const Failed& failed) {
  if (failed.retry && try_again(turn, effect, {})) return;
  const SendError error{SendErrorClass::permanent, failed.reason, failed.message};
  if (effect.kind == EffectKind::send) {
    send_failed(turn, effect, error);
  } else if (effect.kind == EffectKind::action && effect.interaction) {
    look_up_failed(turn, effect, failed.reason);
  } else if (effect.kind == EffectKind::action) {
    turn.note_event(effect.conversation, EventKind::action_done,
                    {{"action", effect.body.at("action")},
                     {"ok", Value(false)},
                     {"reason", Value(failed.reason)}});
  } else if (effect.kind == EffectKind::call) {
    return call_failed(turn, effect, error);
  } else {
    return notify_failed(turn, effect, failed.reason);
  }
  turn.remove_effect(effect);
}

namespace {

// A send that is settled or was taken back; null when nothing is known of it.
const Correlation* settled_send(Turn& turn, EffectId effect) {
  return turn.tables.correlations.find(
      turn.tables.key(CorrelationKind::effect, "", std::to_string(effect.value())));
}

const Entry* message_of(Turn& turn, const Correlation& sent) {
  return turn.tables.entries.find(turn.tables.key(sent.conversation, sent.entry));
}

// The provider has taken a message whose send was settled otherwise, or taken back: what was taken
// back stands as accepted, and receipts that name it as the provider does are found from now on. A
// message that failed stays so until the provider says that it has arrived.
void settle_late(Turn& turn, const SettleEffect& settle) {
  const auto* reply = std::get_if<TransportReply>(&settle.settlement);
  const Correlation* sent = settled_send(turn, settle.effect);
  if (reply == nullptr || sent == nullptr) return;
  const Entry* entry = message_of(turn, *sent);
  if (entry == nullptr) return;
  const bool taken_back = entry->status == DeliveryStatus::refused;
  if (!taken_back && !entry->provider_id.empty()) return;
  const EntryPointConfig* at = turn.config().entry_point(entry->entry_point);
  if (at == nullptr) return;
  const OutboundMessage message{settle.effect, at->address, sent->to, entry->content, entry->at};
  const SendOutcome outcome =
      turn.setup->adapters.at(at->connection)
          ->read_reply(message, *reply, turn.setup->connections.at(at->connection));
  if (outcome.kind != SendOutcome::Kind::accepted) return;
  if (!taken_back && outcome.provider_id.empty()) return;
  Effect effect;
  effect.id = settle.effect;
  effect.conversation = entry->conversation;
  effect.entry = entry->sequence;
  effect.to = sent->to;
  turn.outcome.repeated = false;
  turn.outcome.effect = effect.id;
  turn.outcome.conversation = effect.conversation;
  turn.outcome.entry = effect.entry;
  accepted(turn, effect, at->connection, outcome.provider_id);
}

}  // namespace

void tell_failed(Turn& turn, ConversationId id, std::uint64_t sequence, const SendError& error) {
  const Value::Map about{{"entry", Value(std::to_string(sequence))},
                         {"class", Value(to_string(error.error))},
                         {"code", Value(error.code)}};
  turn.note_event(id, EventKind::send_failed, about);
  // Whoever wrote it counts on it; the conversation may be another's, or nobody's.
  std::set<AgentName> told{turn.get(id).owner};
  const Entry* entry = turn.tables.entries.find(turn.tables.key(id, sequence));
  if (entry != nullptr && entry->author.role == AuthorRole::agent) {
    told.insert(AgentName(entry->author.name));
  }
  bool any = false;
  for (const AgentName& who : told) {
    if (turn.config().agent(who) == nullptr) continue;
    turn.notify(who, id, "send_failed", about);
    any = true;
  }
  if (!any) tell_supervisors(turn, {}, id, "send_failed", about);
}

void keep_effect(Turn& turn, const Effect& effect) {
  turn.tables.correlations.put(
      turn.tables.key(CorrelationKind::effect, "", std::to_string(effect.id.value())),
      {effect.conversation, effect.entry, {}, {}, {}, effect.to});
}

void send_failed(Turn& turn, const Effect& effect, const SendError& error) {
  keep_effect(turn, effect);
  merge_status(turn, effect.conversation, effect.entry, effect.to, DeliveryStatus::failed, error);
}

// Keeps the provider's id, so that receipts find the message; some came before it was known.
void accepted(Turn& turn, const Effect& effect, const ConnectionName& connection,
              const std::string& provider_id) {
  merge_status(turn, effect.conversation, effect.entry, effect.to, DeliveryStatus::accepted, {});
  if (provider_id.empty()) return keep_effect(turn, effect);
  const std::string entry_key = turn.tables.key(effect.conversation, effect.entry);
  if (turn.tables.entries.find(entry_key) != nullptr) {
    turn.tables.entries.edit(entry_key).provider_id = provider_id;
  }
  turn.tables.correlations.put(
      turn.tables.key(CorrelationKind::outbound, connection.text(), provider_id),
      {effect.conversation, effect.entry, {}, {}, {}, effect.to});
  if (const auto parked = take_parked_receipt(turn, connection, provider_id)) {
    merge_status(turn, effect.conversation, effect.entry, effect.to, parked->status, parked->error);
  }
}

Status decide(Turn& turn, const SettleEffect& settle) {
  const Effect* found = turn.tables.effects.find(turn.tables.key(settle.effect));
  if (found == nullptr) {
    if (settle.effect.value() == 0 || settle.effect.value() > turn.ids.last()) {
      return fail(not_found("effect", settle.effect.value()));
    }
    turn.outcome.repeated = true;  // settled before, or withdrawn
    settle_late(turn, settle);
    return {};
  }
  const Effect effect = *found;
  turn.outcome.effect = effect.id;
  turn.outcome.conversation = effect.conversation;
  if (const auto* failed = std::get_if<Failed>(&settle.settlement)) {
    settle_failed(turn, effect, *failed);
    return {};
  }
  if (const auto* reply = std::get_if<TransportReply>(&settle.settlement)) {
    if (effect.kind == EffectKind::send) {
      settle_send(turn, effect, *reply);
    } else if (effect.kind == EffectKind::call) {
      settle_call(turn, effect, *reply);
    } else {
      return fail({ErrorCode::invalid, "wrong_settlement",
                   "a transport's reply settles sends and call verbs only",
                   fmt::format("effect {}", effect.id.value()), "settle it as done or failed"});
    }
    return {};
  }
  const auto& done = std::get<Done>(settle.settlement);
  if (effect.kind == EffectKind::action) {
    settle_action(turn, effect, done.answer);
  } else {
    if (effect.kind == EffectKind::send) accepted(turn, effect, {}, {});
    turn.remove_effect(effect);
  }
  return {};
}

namespace {

// Whether a receipt that came by this connection may speak of a message. Anybody can write a report
// about a mail: it must know the whole Message-ID, and not the effect alone.
bool may_speak_of(const Turn& turn, const ConnectionName& connection, const Receipt& receipt,
                  const EntryPointName& sent_from, const Content& content) {
  const EntryPointConfig* at = turn.config().entry_point(sent_from);
  if (at == nullptr || at->connection != connection) return false;
  return !content.mail || content.mail->message_id == receipt.message_id;
}

// The send that a receipt names by its effect, settled already.
const Correlation* send_named(Turn& turn, const ConnectionName& connection,
                              const Receipt& receipt) {
  const Correlation* sent = settled_send(turn, receipt.effect);
  const Entry* entry = sent == nullptr ? nullptr : message_of(turn, *sent);
  const bool may = entry != nullptr &&
                   may_speak_of(turn, connection, receipt, entry->entry_point, entry->content);
  return may ? sent : nullptr;
}

}  // namespace

Status decide_receipt(Turn& turn, const ConnectionName& connection, const Receipt& receipt) {
  const Correlation* known = nullptr;
  if (receipt.effect) {
    const Effect* effect = turn.tables.effects.find(turn.tables.key(receipt.effect));
    if (effect != nullptr && effect->kind == EffectKind::send &&
        may_speak_of(turn, connection, receipt, effect->entry_point, effect->content)) {
      const Effect settled = *effect;  // the provider has it, whatever became of its answer
      accepted(turn, settled, connection, receipt.message_id);
      merge_status(turn, settled.conversation, settled.entry, settled.to, receipt.status,
                   receipt.error);
      turn.remove_effect(settled);
      return {};
    }
    known = send_named(turn, connection, receipt);
  }
  if (known == nullptr) {
    known = turn.tables.correlations.find(
        turn.tables.key(CorrelationKind::outbound, connection.text(), receipt.message_id));
  }
  if (known == nullptr) {
    known = turn.tables.correlations.find(
        turn.tables.key(CorrelationKind::mail, "", receipt.message_id));
  }
  if (known != nullptr) {
    merge_status(turn, known->conversation, known->entry, known->to, receipt.status, receipt.error);
    return {};
  }
  park_receipt(turn, connection, receipt);
  return {};
}

}  // namespace novelo
