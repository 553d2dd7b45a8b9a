// Messages that arrive, and what providers say of ours.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/bounds.hpp"
#include "engine/decide.hpp"
#include "novelo/base/digest.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

namespace {

// A provider's clock may be wrong: a future time would keep a window open too long.
Timestamp clamped(const std::optional<Timestamp>& at, Timestamp now) {
  return at && *at < now ? *at : now;
}

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
  ConversationId conversation;
  bool fresh = false;    // the conversation began with this
  std::string text;      // without the token
  bool claimed = false;  // joined by a token from an address nobody knew
};

// S0.29: by known number, or by an intact token in the text.
Arrival arrive(Turn& turn, const EntryPointConfig& entry_point, const InboundMessage& message) {
  const DeskConfig& desk = *turn.config().desk(entry_point.desk);
  const JoinToken token = find_join_token(turn, message.content.text);
  const ConversationRecord* named =
      token.conversation ? turn.tables.conversations.find(turn.tables.key(token.conversation))
                         : nullptr;
  Arrival arrival;
  arrival.text = token.conversation ? token.rest : message.content.text;
  if (named != nullptr && named->desk == desk.name &&
      !holder_of(turn, message.from.address, entry_point.dial_plan)) {
    arrival.who.contact = named->contact;
    arrival.claimed = true;
    const auto plain = normalise(message.from.address, entry_point.dial_plan);
    add_identity(turn, named->contact, plain ? *plain : message.from.address, false);
  } else {
    arrival.who = recognise(turn, message.from, entry_point);
  }
  const Placed placed = place_contact(turn, arrival.who, desk);
  arrival.conversation = placed.conversation;
  arrival.fresh = began(placed);
  return arrival;
}

void tell_joined(Turn& turn, const Arrival& arrival, const EntryPointConfig& entry_point,
                 const Address& address) {
  const ConversationRecord* before =
      turn.tables.conversations.find(turn.tables.key(arrival.conversation));
  const bool joins =
      !arrival.fresh && (before == nullptr || find_reach(*before, entry_point.name) == nullptr);
  if (!joins && !arrival.claimed) return;
  const ConversationRecord conversation = turn.get(arrival.conversation);
  if (joins) {
    Entry& joined = turn.note_event(arrival.conversation, EventKind::joined,
                                    {{"by", Value(arrival.claimed ? "token" : "number")}});
    joined.channel = entry_point.channel;
    joined.entry_point = entry_point.name;
  }
  if (!arrival.claimed) return;
  turn.note_event(arrival.conversation, EventKind::identity_claimed,
                  {{"address", Value(to_string(address))}});
  if (!conversation.owner.empty()) {
    turn.notify(conversation.owner, conversation.id, "identity_claimed",
                {{"address", Value(to_string(address))}});
  }
}

Entry& append_message(Turn& turn, ConversationId conversation, const EntryPointConfig& entry_point,
                      const InboundMessage& message, std::string text) {
  Entry entry;
  entry.type = EntryType::message;
  entry.direction = Direction::inbound;
  entry.author = {AuthorRole::customer, {}};
  entry.channel = entry_point.channel;
  entry.entry_point = entry_point.name;
  entry.provider_at = message.at;
  entry.provider_id = message.id;
  entry.content = message.content;
  entry.content.text = std::move(text);
  keep_warnings(entry, message.warnings);
  turn.outcome.conversation = conversation;
  Entry& appended = turn.append(conversation, std::move(entry));
  turn.outcome.entry = appended.sequence;
  return appended;
}

// Half of a digest stands for the scope and the provider's id, however long that is: the rows that
// say "seen before" are the most numerous of all, and each message touches a page of them.
std::string seen_id(std::string_view scope, std::string_view kind, std::string_view id) {
  constexpr std::size_t enough = 16;
  std::string text = fmt::format("{}\n{}\n{}", scope, kind, id);
  std::string digest = sha256(text);
  return digest.empty() ? std::move(text) : digest.substr(0, enough);
}

}  // namespace

bool seen_before(Turn& turn, std::string_view scope, std::string_view kind, std::string_view id) {
  const std::string key = turn.tables.key(CorrelationKind::inbound, "", seen_id(scope, kind, id));
  if (turn.tables.correlations.find(key) != nullptr) {
    turn.outcome.repeated = true;
    return true;
  }
  turn.tables.correlations.create(key, {});
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
  tell_joined(turn, arrival, at, message.from.address);
  turn.outcome.contact = arrival.who.contact;
  remember_reach(turn, arrival.conversation, at.name, message.from.address,
                 clamped(message.at, turn.now));
  const ConversationId conversation = arrival.conversation;
  const Interaction* live = live_at(turn, conversation, at.name);
  const bool fresh = live == nullptr;
  const InteractionId interaction =
      fresh ? begin_interaction(turn, conversation, at, message.from.address, Direction::inbound).id
            : live->id;
  Entry& entry = append_message(turn, conversation, at, message, arrival.text);
  if (!unsupported.empty()) entry.details["unsupported"] = Value(unsupported);
  entry.interaction = interaction;
  turn.outcome.interaction = interaction;
  if (fresh) return dispatch(turn, interaction);
  // Where the contact was expected to come back, they have come.
  if (turn.get(conversation).kept_place) turn.edit(turn.get(conversation)).kept_place.reset();
  hand_over(turn, turn.get(interaction), entry);
  return {};
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
  return decide_unsupported(turn, connection, std::get<UnsupportedEvent>(event));
}

}  // namespace novelo
