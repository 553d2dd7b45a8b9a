// Messages that arrive, and what providers say of ours.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/bounds.hpp"
#include "engine/contacts.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"
#include "novelo/base/digest.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

namespace {

Result<const EntryPointConfig*> entry_point_of(const Turn& turn, const ConnectionName& connection,
                                               std::string_view to) {
  const EntryPointConfig* entry_point = turn.config().entry_point_at(connection, to);
  if (entry_point == nullptr) {
    return fail({ErrorCode::not_found, "unknown_entry_point",
                 "no entry point of this connection has the address that was written to",
                 fmt::format("connection {}", connection.text()),
                 "configure an entry point with this address"});
  }
  if (entry_point->channel == Channel::voice) {
    return fail(wrong_channel(*entry_point, "a message"));
  }
  return entry_point;
}

bool has_id(const Receipt& receipt) {
  return !receipt.message_id.empty() || receipt.effect;
}
template <class Event>
bool has_id(const Event& event) {
  return !event.id.empty();
}

// Without an id the second of two would pass for the first, come again.
Status check_id(const ChannelEvent& event) {
  if (std::visit([](const auto& what) { return has_id(what); }, event)) return {};
  return fail({ErrorCode::invalid, "no_id", "nothing tells this event from another one",
               std::holds_alternative<Receipt>(event) ? "message_id" : "id",
               "give each event the provider's id of it, or the digest of its bytes"});
}

struct Arrival {
  Recognised who;
  Placed placed;
  std::string text;      // without the token
  bool claimed = false;  // joined by a token from an address nobody knew
};

bool is_one_of(const std::vector<Identity>& known, ContactId contact) {
  return std::any_of(known.begin(), known.end(),
                     [&](const Identity& identity) { return uses(identity, contact); });
}

// A link leads into a conversation of its desk while that goes on, and as long after its end as the
// contact is remembered there: whoever finds it later is a stranger.
bool leads_in(Turn& turn, const ConversationRecord& named, const DeskConfig& desk) {
  if (named.desk != desk.name || is_erased(turn, named.contact)) return false;
  if (named.status != ConversationStatus::closed) return true;
  return place(nullptr, &named, {desk.reopen, desk.affinity}, turn.now) != Placement::fresh;
}

// Whether an intact token tells who it is. It says nothing of an address that is known for others':
// links are passed on.
bool take_at_its_word(Turn& turn, const EntryPointConfig& entry_point, const Party& from,
                      ContactId named, Arrival& arrival) {
  const auto read = normalise(from.address, entry_point.dial_plan);
  const Address plain = read ? *read : from.address;
  const std::vector<Identity> known = identities_at(turn.tables, plain);
  if (known.empty()) {
    arrival.claimed = true;
    add_identity(turn, named, plain, false);
  } else if (!is_one_of(known, named)) {
    return false;  // otherwise it tells which of those who share the address
  }
  arrival.who.contact = named;
  return true;
}

// S0.29: by known number, or by an intact token in the text.
Arrival arrive(Turn& turn, const EntryPointConfig& entry_point, const InboundMessage& message) {
  const DeskConfig& desk = *turn.config().desk(entry_point.desk);
  const JoinToken token = find_join_token(turn, message.content.text);
  const ConversationRecord* named =
      token.conversation ? turn.tables.conversations.find(turn.tables.key(token.conversation))
                         : nullptr;
  Arrival arrival;
  arrival.text = token.conversation ? token.rest : message.content.text;
  const bool here = named != nullptr && leads_in(turn, *named, desk);
  if (!here || !take_at_its_word(turn, entry_point, message.from, named->contact, arrival)) {
    arrival.who = recognise(turn, message.from, entry_point);
  }
  arrival.placed = place_contact(turn, arrival.who, desk);
  return arrival;
}

std::string_view known_by(const Arrival& arrival, const Address& address) {
  if (arrival.claimed) return "token";
  return address.kind == AddressKind::phone ? "number" : "address";
}

void tell_claimed(Turn& turn, ConversationId id, const Address& address) {
  turn.note_event(id, EventKind::identity_claimed, {{"address", Value(to_string(address))}});
  const AgentName owner = turn.get(id).owner;
  if (owner.empty()) return;
  turn.notify(owner, id, "identity_claimed", {{"address", Value(to_string(address))}});
}

// Half of a digest stands for the scope and the provider's id, however long that is: the rows that
// say "seen before" are the most numerous of all, and each message touches a page of them.
std::string seen_id(std::string_view scope, std::string_view kind, std::string_view id) {
  constexpr std::size_t enough = 16;
  std::string text;
  text.reserve(scope.size() + kind.size() + id.size() + 2);
  text.append(scope).append(1, '\n').append(kind).append(1, '\n').append(id);
  std::string digest = sha256(text);
  if (digest.empty()) return text;
  digest.resize(enough);
  return digest;
}

}  // namespace

std::string seen_key(const Turn& turn, std::string_view scope, std::string_view kind,
                     std::string_view id) {
  return turn.tables.key(CorrelationKind::inbound, "", seen_id(scope, kind, id));
}

bool seen_before(Turn& turn, std::string_view scope, std::string_view kind, std::string_view id) {
  const std::string key = seen_key(turn, scope, kind, id);
  if (turn.tables.correlations.find(key) != nullptr) {
    turn.outcome.repeated = true;
    return true;
  }
  turn.tables.correlations.create(key, {}, AtHand::goes);
  return false;
}

Status decide_message(Turn& turn, const ConnectionName& connection, const InboundMessage& message,
                      const std::string& unsupported) {
  auto entry_point = entry_point_of(turn, connection, message.to);
  if (!entry_point) return fail(entry_point.error());
  const EntryPointConfig& at = **entry_point;
  if (seen_before(turn, at.name.text(), "message", message.id)) return {};
  if (at.channel == Channel::email) return decide_mail(turn, at, message);
  if (take_survey_answer(turn, at, message)) return {};

  const Arrival arrival = arrive(turn, at, message);
  const Address& from = message.from.address;
  const ConversationId conversation = arrival.placed.conversation;
  tell_joined(turn, arrival.placed, at, known_by(arrival, from));
  if (arrival.claimed) tell_claimed(turn, conversation, from);
  remember_reach(turn, conversation, at.name, from, said_at(message, turn.now));
  Entry entry = inbound_entry(at, message);
  entry.content.text = arrival.text;
  if (!unsupported.empty()) entry.details["unsupported"] = Value(unsupported);
  const Entry& appended = turn.append(conversation, std::move(entry));
  turn.outcome.contact = arrival.who.contact;
  turn.outcome.conversation = conversation;
  turn.outcome.entry = appended.sequence;
  return take_in(turn, at, from, appended);
}

Error wrong_channel(const EntryPointConfig& entry_point, std::string_view what) {
  return {
      ErrorCode::invalid, "wrong_channel",
      fmt::format("{} cannot come to an entry point for {}", what, to_string(entry_point.channel)),
      fmt::format("entry point {}", entry_point.name.text()),
      fmt::format("let {} come to an entry point of its own channel", what)};
}

Status decide_unsupported(Turn& turn, const ConnectionName& connection,
                          const UnsupportedEvent& event) {
  if (event.said && event.from.address.empty()) {
    return fail({ErrorCode::invalid, "no_sender", "nobody can tell who said this", "from",
                 "look at the payload: whoever wrote it can be answered only by hand"});
  }
  const EntryPointConfig* at = turn.config().entry_point_at(connection, event.to);
  if (at != nullptr && event.said) {
    const InboundMessage message{event.id, event.at, event.from, event.to, {}};
    return decide_message(turn, connection, message, event.what);
  }
  if (seen_before(turn, connection.text(), "unsupported", event.id)) return {};
  const ContactId known =
      at != nullptr ? holder_of(turn, event.from.address, at->dial_plan) : ContactId();
  const ConversationRecord* last = known ? latest_conversation(turn, known, at->desk) : nullptr;
  if (last == nullptr) {  // about nobody's conversation: the account, a template, a stranger
    turn.signal("unsupported", {}, {},
                {{"connection", Value(connection.text())}, {"what", Value(event.what)}});
    return {};
  }
  Entry& entry = turn.note_event(last->id, EventKind::unsupported, {{"what", Value(event.what)}},
                                 {AuthorRole::customer, {}});
  entry.channel = at->channel;
  entry.entry_point = at->name;
  turn.outcome.conversation = last->id;
  turn.outcome.entry = entry.sequence;
  return {};
}

Status decide(Turn& turn, const ConnectionName& connection, const ChannelEvent& event) {
  if (auto known = check_id(event); !known) return known;
  const Limits& limits = turn.options.limits;
  if (const auto* message = std::get_if<InboundMessage>(&event)) {
    const auto shorter = without_excess(*message, limits);
    return decide_message(turn, connection, shorter ? *shorter : *message);
  }
  if (const auto* receipt = std::get_if<Receipt>(&event)) {
    return decide_receipt(turn, connection, *receipt);
  }
  if (const auto* call = std::get_if<CallEvent>(&event)) {
    const auto shorter = without_excess(*call, limits);
    return decide_call(turn, connection, shorter ? *shorter : *call);
  }
  if (const auto* device = std::get_if<DeviceEvent>(&event)) {
    return decide_device(turn, connection, *device);
  }
  if (const auto* report = std::get_if<CallReport>(&event)) {
    return decide_report(turn, connection, *report);
  }
  if (const auto* started = std::get_if<SystemStarted>(&event)) {
    return decide_started(turn, connection, *started);
  }
  return decide_unsupported(turn, connection, std::get<UnsupportedEvent>(event));
}

}  // namespace novelo
