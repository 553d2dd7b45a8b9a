// Tables: everything the engine keeps, by kind, with the keys under which it is found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/keys.hpp"
#include "engine/records.hpp"
#include "novelo/engine.hpp"

namespace novelo {

// --- rows that only the engine knows -------------------------------------------------------------
struct EngineClock {
  std::uint64_t last_id = 0;
  Timestamp now{};
  std::uint64_t configuration = 0;   // version in service; 0: none yet
  std::uint64_t quarantined = 0;     // unreadable payloads kept
  std::uint64_t places = 0;          // taken: see Tables::places_added
  std::uint64_t parked = 0;          // receipts kept that came before their message
  std::uint64_t parked_numbers = 0;  // their places by age that were given so far
  std::uint64_t quarantined_bytes = 0;
  // Of a store that was made from a backup: when it was first opened, and with how many numbers a
  // sequence of protocol numbers that has no counter begins later, when it may have begun before.
  Timestamp restored_at{};
  std::uint64_t restored_protocols = 0;
};
struct Counter {
  std::uint64_t value = 0;
};
struct Pointer {
  std::uint64_t id = 0;
};
struct StoredConfiguration {
  std::string json;
};
enum class TimerKind : std::uint8_t {
  flow = 1,      // owner: an interaction; silence is an answer too
  callback = 2,  // owner: a callback; the next attempt
  effect = 3,    // owner: an effect; it may not be sent any more
  waiting = 4,   // owner: an interaction; its wait is looked at when the others have had their turn
  call = 5,      // owner: an interaction; what was asked of the telephone system is not told
  promise = 6,   // owner: a callback; it should have been kept by now
  look_up = 7,   // owner: an interaction; it waits no longer for an answer who it is
  known_as = 8,  // owner: a contact; more of what they had goes to who they turned out to be
};
struct Timer {
  Timestamp due{};
  TimerKind kind = TimerKind::flow;
  std::uint64_t owner = 0;

  friend auto operator<=>(const Timer&, const Timer&) = default;  // as their keys
};
std::string_view to_string(TimerKind kind);
// A provider's id, a mail's Message-ID, an effect that is no more: what it belongs to.
struct Correlation {
  ConversationId conversation;
  std::uint64_t entry = 0;
  CaseId case_id;
  InteractionId interaction;
  EffectId effect;
  Address to = {};  // of a message of ours: where it went
};
struct ParkedReceipt {
  DeliveryStatus status = DeliveryStatus::none;
  std::optional<SendError> error;
  std::uint64_t number = 0;  // of its place in the list by age
};
// A parked receipt's place in the list by age, whose key is its number.
struct ParkedPlace {
  std::string key;  // of the receipt
};
struct StoredCommand {
  std::string digest;
  Outcome outcome;
};
struct QuarantineRow {
  QuarantineId id;
  ConnectionName connection;
  Timestamp at{};
  std::string code;
  std::string reason;
  std::string message;
  std::string subject;
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string digest;  // of what makes it the same payload: the key of its QuarantineSeen
  std::uint64_t left_out = 0;
  std::string remedy;
};
// How often a payload came, beside its row, so that a repetition does not write it again.
struct QuarantineSeen {
  QuarantineId id;
  std::uint64_t times = 1;
  Timestamp last_at{};
};
// A row of a list says by its key alone what is in it.
struct Listed {};
// One step walked by one contact: a row of the reports. Its key is the interaction, then a number.
struct Segment {
  InteractionId interaction;
  FlowName flow;
  StepName step;
  std::string exit;
  std::string operand;
  Timestamp at{};
};

namespace codec {
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, EngineClock>
void fields(V& v, X& x) {
  v("last_id", x.last_id);
  v("now", x.now);
  v("configuration", x.configuration);
  v("quarantined", x.quarantined);
  v("places", x.places);
  v("parked", x.parked);
  v("parked_numbers", x.parked_numbers);
  v("quarantined_bytes", x.quarantined_bytes);
  v("restored_at", x.restored_at);
  v("restored_protocols", x.restored_protocols);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Counter>
void fields(V& v, X& x) {
  v("value", x.value);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Pointer>
void fields(V& v, X& x) {
  v("id", x.id);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, StoredConfiguration>
void fields(V& v, X& x) {
  v("json", x.json);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Timer>
void fields(V& v, X& x) {
  v("due", x.due);
  v("kind", x.kind);
  v("owner", x.owner);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Correlation>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("entry", x.entry);
  v("case", x.case_id);
  v("interaction", x.interaction);
  v("effect", x.effect);
  v("to", x.to);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ParkedReceipt>
void fields(V& v, X& x) {
  v("status", x.status);
  v("error", x.error);
  v("number", x.number);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ParkedPlace>
void fields(V& v, X& x) {
  v("key", x.key);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, StoredCommand>
void fields(V& v, X& x) {
  v("digest", x.digest);
  v("outcome", x.outcome);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, QuarantineRow>
void fields(V& v, X& x) {
  v("id", x.id);
  v("connection", x.connection);
  v("at", x.at);
  v("code", x.code);
  v("reason", x.reason);
  v("message", x.message);
  v("subject", x.subject);
  v("method", x.method);
  v("url", x.url);
  v("headers", x.headers);
  v("body", x.body);
  v("digest", x.digest);
  v("left_out", x.left_out);
  v("remedy", x.remedy);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, QuarantineSeen>
void fields(V& v, X& x) {
  v("id", x.id);
  v("times", x.times);
  v("last_at", x.last_at);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Listed>
void fields(V&, X&) {}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Segment>
void fields(V& v, X& x) {
  v("interaction", x.interaction);
  v("flow", x.flow);
  v("step", x.step);
  v("exit", x.exit);
  v("operand", x.operand);
  v("at", x.at);
}
}  // namespace codec

// The kinds of correlation keys. Numbers are stored.
enum class CorrelationKind : std::uint8_t {
  inbound = 1,   // digest of (entry point or connection, kind, provider id): seen before
  outbound = 2,  // (connection, provider id) of a message of ours
  mail = 3,      // Message-ID of a mail of ours
  call = 4,      // (connection, call) -> interaction
  effect = 5,    // a settled or withdrawn send -> its entry
  reply = 6,     // a mail of a case, named by the address that answers it
  written = 7,   // (entry point, shared address) -> the conversation that wrote there last
  live = 8,      // an interaction's id -> a call that has not ended
  report = 9,    // a connection -> the report verb that it was asked last, or has answered
};

// Made once, in tables.cpp: every file of the engine would make them again otherwise.
extern template class Records<EngineClock, Table::meta>;
extern template class Records<Counter, Table::counter>;
extern template class Records<StoredConfiguration, Table::configuration>;
extern template class Records<ContactRecord, Table::contact>;
extern template class Records<Identity, Table::identity>;
extern template class Records<ConversationRecord, Table::conversation>;
extern template class Records<Pointer, Table::open_conversation>;
extern template class Records<Pointer, Table::contact_conversation>;
extern template class Records<Entry, Table::entry>;
extern template class Records<Note, Table::note>;
extern template class Records<Interaction, Table::interaction>;
extern template class Records<Correlation, Table::correlation>;
extern template class Records<WorkRecord, Table::work>;
extern template class Records<AgentRecord, Table::agent>;
extern template class Records<CaseRecord, Table::case_record>;
extern template class Records<Pointer, Table::protocol>;
extern template class Records<Callback, Table::callback>;
extern template class Records<FlowSession, Table::session>;
extern template class Records<Survey, Table::survey>;
extern template class Records<Effect, Table::effect>;
extern template class Records<Timer, Table::timer>;
extern template class Records<StoredCommand, Table::command>;
extern template class Records<QuarantineRow, Table::quarantine>;
extern template class Records<QuarantineSeen, Table::quarantine_digest>;
extern template class Records<Closure, Table::closure>;
extern template class Records<Segment, Table::segment>;
extern template class Records<ParkedReceipt, Table::parked_receipt>;
extern template class Records<ParkedPlace, Table::parked_order>;
extern template class Records<Listed, Table::listing>;

class Tables {
 public:
  Tables(Store& store, const Fence& fence, std::size_t capacity);

  Records<EngineClock, Table::meta> clock;
  Records<Counter, Table::counter> counters;
  Records<StoredConfiguration, Table::configuration> configurations;
  Records<ContactRecord, Table::contact> contacts;
  Records<Identity, Table::identity> identities;
  Records<ConversationRecord, Table::conversation> conversations;
  Records<Pointer, Table::open_conversation> open_conversations;
  Records<Pointer, Table::contact_conversation> contact_conversations;
  Records<Entry, Table::entry> entries;
  Records<Note, Table::note> notes;
  Records<Interaction, Table::interaction> interactions;
  Records<Correlation, Table::correlation> correlations;
  Records<WorkRecord, Table::work> works;
  Records<AgentRecord, Table::agent> agents;
  Records<CaseRecord, Table::case_record> cases;
  Records<Pointer, Table::protocol> protocols;
  Records<Callback, Table::callback> callbacks;
  Records<FlowSession, Table::session> sessions;
  Records<Survey, Table::survey> surveys;
  Records<Effect, Table::effect> effects;
  Records<Timer, Table::timer> timers;
  Records<StoredCommand, Table::command> commands;
  Records<QuarantineRow, Table::quarantine> quarantine;
  Records<QuarantineSeen, Table::quarantine_digest> quarantine_seen;
  Records<Closure, Table::closure> closures;
  Records<Segment, Table::segment> segments;
  Records<ParkedReceipt, Table::parked_receipt> parked;
  Records<ParkedPlace, Table::parked_order> parked_order;
  Records<Listed, Table::listing> listings;

  void begin_input();
  void undo();
  std::vector<Write> collect();
  void trim();

  // How many places under Limits::live_works this input has taken, less those it gave back. Work
  // has one until its wrap-up; so has a contact in a flow and a promise that waits for its time,
  // since both become work when nobody can be refused any more.
  std::int64_t places_added() const;

  // --- keys --------------------------------------------------------------------------------------
  Key key() const { return Key(tenant_); }
  template <class IdType>
  Key key(IdType id) const {
    return key().id(id);
  }
  Key key(const Address& address) const { return key().address(address); }
  Key key(const DeskName& desk, ContactId contact) const {
    return key().id(contact).text(desk.text());
  }
  Key key(ContactId contact, ConversationId conversation) const {
    return key().id(contact).id(conversation);
  }
  Key key(ConversationId conversation, std::uint64_t number) const {
    return key().id(conversation).number(number);
  }
  Key key(InteractionId interaction, std::uint64_t number) const {
    return key().id(interaction).number(number);
  }
  Key key(const Timer& timer) const {
    return key().time(timer.due).byte(static_cast<std::uint8_t>(timer.kind)).number(timer.owner);
  }
  Key key(CorrelationKind kind, std::string_view scope, std::string_view id) const {
    return key().byte(static_cast<std::uint8_t>(kind)).text(scope).text(id);
  }
  // Of counters: how many cases of a type have a status; and how new the news of a telephone system
  // are. The others are sequences of protocol numbers, under their periods, which are digits.
  Key key(const CaseTypeName& type, const CaseStatusName& status) const {
    return case_counters().text(type.text()).text(status.text());
  }
  Key case_counters() const { return key().text("case"); }
  Key news_counters() const { return key().text("news"); }
  Key clock_key() const { return key().text("engine"); }
  // The engine's counters, to be changed.
  EngineClock& edit_clock();
  Key text_key(std::string_view text) const { return key().text(text); }

 private:
  auto all() {
    return std::tie(clock, counters, configurations, contacts, identities, conversations,
                    open_conversations, contact_conversations, entries, notes, interactions,
                    correlations, works, agents, cases, protocols, callbacks, sessions, surveys,
                    effects, timers, commands, quarantine, quarantine_seen, closures, segments,
                    parked, parked_order, listings);
  }

  std::uint64_t tenant_;
};

}  // namespace novelo
