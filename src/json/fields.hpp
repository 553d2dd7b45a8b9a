// Field lists of what stands above the codec: the answers of the engine, of its queries and of the
// router. And the words of what comes in one of several forms.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "codec/border_fields.hpp"
#include "codec/bytes.hpp"
#include "codec/json.hpp"
#include "novelo/engine.hpp"
#include "novelo/query.hpp"
#include "novelo/router.hpp"

namespace novelo {

inline std::string_view to_string(Authorization::Kind kind) {
  switch (kind) {
    case Authorization::Kind::none: return "none";
    case Authorization::Kind::bearer: return "bearer";
    case Authorization::Kind::basic: return "basic";
  }
  return "unknown";
}

namespace json_form {

// In the order of their variants.
inline constexpr std::array<std::string_view, std::variant_size_v<Settlement>> settlement_words{
    "reply", "done", "failed"};
inline constexpr std::array<std::string_view, std::variant_size_v<ChannelEvent>> event_words{
    "message", "receipt", "call", "unsupported", "device", "report", "started"};

// A text that must be there; null, and a fault, when it is not.
const std::string* text_member(const codec::Json& json, const char* name,
                               codec::JsonReader& reader);

}  // namespace json_form
}  // namespace novelo

namespace novelo::codec {

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Request>
void fields(V& v, X& x) {
  v("method", x.method);
  v("url", AsBytes{x.url});
  v("headers", x.headers);
  v("body", AsBytes{x.body});
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Response>
void fields(V& v, X& x) {
  v("status", x.status);
  v("headers", x.headers);
  v("body", AsBytes{x.body});
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Authorization>
void fields(V& v, X& x) {
  v("kind", x.kind);
  v("user", x.user);
  v("secret", x.secret);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, TransportRequest>
void fields(V& v, X& x) {
  v("method", x.method);
  v("url", x.url);
  v("headers", x.headers);
  v("body", AsBytes{x.body});
  v("authorization", x.authorization);
  v("idempotency_key", x.idempotency_key);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Handout>
void fields(V& v, X& x) {
  v("id", x.id);
  v("kind", x.kind);
  v("connection", x.connection);
  v("request", x.request);
  v("agent", x.agent);
  v("body", x.body);
  v("attempt", x.attempt);
  v("maybe_done", x.maybe_done);
  v("warnings", x.warnings);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Quarantined>
void fields(V& v, X& x) {
  v("id", x.id);
  v("connection", x.connection);
  v("at", x.at);
  v("last_at", x.last_at);
  v("times", x.times);
  v("error", x.error);
  v("request", x.request);
  v("left_out", x.left_out);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, HeldSend>
void fields(V& v, X& x) {
  v("effect", x.effect);
  v("behind", x.behind);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CustomerEntry>
void fields(V& v, X& x) {
  v("sequence", x.sequence);
  v("at", x.at);
  v("direction", x.direction);
  v("author", x.author);
  v("channel", x.channel);
  v("content", x.content);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, RouterPlace>
void fields(V& v, X& x) {
  v("ahead", x.ahead);
  v("waiting", x.waiting);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, RouterExplanation>
void fields(V& v, X& x) {
  v("state", x.state);
  v("agent", x.agent);
  v("waiting", x.waiting);
  v("best", x.best);
  v("excluded", x.excluded);
  v("sentence", x.sentence);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, RouterQueueState>
void fields(V& v, X& x) {
  v("queue", x.queue);
  v("waiting", x.waiting);
  v("held", x.held);
  v("offered", x.offered);
  v("assigned", x.assigned);
  v("wrap_up", x.wrap_up);
  v("oldest", x.oldest);
  v("available", x.available);
  v("paused", x.paused);
  v("offline", x.offline);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Change>
void fields(V& v, X& x) {
  v("kind", x.kind);
  v("id", x.id);
  v("number", x.number);
  v("agent", x.agent);
  v("conversation", x.conversation);
  v("gone", x.gone);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ChangeCursor>
void fields(V& v, X& x) {
  v("epoch", x.epoch);
  v("number", x.number);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Changes>
void fields(V& v, X& x) {
  v("start_over", x.start_over);
  v("changes", x.changes);
  v("signals", x.signals);
  v("next", x.next);
  v("more", x.more);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Difference>
void fields(V& v, X& x) {
  v("kind", x.kind);
  v("path", x.path);
  v("before", x.before);
  v("after", x.after);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ConfigurationPlan>
void fields(V& v, X& x) {
  v("version", x.version);
  v("differences", x.differences);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Trace>
void fields(V& v, X& x) {
  v("at", x.at);
  v("kind", x.kind);
  v("id", x.id);
  v("what", x.what);
  v("actor", x.actor);
  v("connection", x.connection);
  v("repeated", x.repeated);
  v("refused", x.refused);
  v("conversation", x.conversation);
  v("changes", x.changes);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Metrics>
void fields(V& v, X& x) {
  v("requests", x.requests);
  v("inputs", x.inputs);
  v("refused", x.refused);
  v("turned_away", x.turned_away);
  v("repeated", x.repeated);
  v("quarantined", x.quarantined);
  v("commits", x.commits);
  v("entries", x.entries);
  v("effects", x.effects);
  v("handouts", x.handouts);
  v("finished", x.finished);
  v("failed", x.failed);
  v("signals", x.signals);
  v("faulted", x.faulted);
  v("now", x.now);
  v("next_deadline", x.next_deadline);
  v("configuration", x.configuration);
  v("unsettled", x.unsettled);
  v("held", x.held);
  v("places", x.places);
  v("waiting", x.waiting);
  v("quarantine_rows", x.quarantine_rows);
  v("quarantine_bytes", x.quarantine_bytes);
  v("parked_receipts", x.parked_receipts);
  v("agents", x.agents);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, LogLine>
void fields(V& v, X& x) {
  v("at", x.at);
  v("level", x.level);
  v("what", x.what);
  v("fields", x.fields);
}

}  // namespace novelo::codec
