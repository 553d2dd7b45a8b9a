// Field lists of what only ever crosses the border, and never stands in a store.
#pragma once

#include "codec/bytes.hpp"
#include "codec/fields.hpp"

namespace novelo::codec {

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Error>
void fields(V& v, X& x) {
  v("code", x.code);
  v("reason", x.reason);
  v("message", x.message);
  v("subject", x.subject);
  v("remedy", x.remedy);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Signal>
void fields(V& v, X& x) {
  v("name", x.name);
  v("agent", x.agent);
  v("conversation", x.conversation);
  v("body", x.body);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Done>
void fields(V& v, X& x) {
  v("answer", x.answer);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Failed>
void fields(V& v, X& x) {
  v("reason", x.reason);
  v("message", x.message);
  v("retry", x.retry);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Header>
void fields(V& v, X& x) {
  v("name", x.name);
  v("value", x.value);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, TransportReply>
void fields(V& v, X& x) {
  v("status", x.status);
  v("headers", x.headers);
  v("body", AsBytes{x.body});
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, InboundMessage>
void fields(V& v, X& x) {
  v("id", x.id);
  v("at", x.at);
  v("from", x.from);
  v("to", x.to);
  v("content", x.content);
  v("warnings", x.warnings);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Receipt>
void fields(V& v, X& x) {
  v("message_id", x.message_id);
  v("effect", x.effect);
  v("status", x.status);
  v("error", x.error);
  v("at", x.at);
  v("to", x.to);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CallEvent>
void fields(V& v, X& x) {
  v("id", x.id);
  v("kind", x.kind);
  v("call", x.call);
  v("at", x.at);
  v("from", x.from);
  v("to", x.to);
  v("digits", x.digits);
  v("text", x.text);
  v("media", x.media);
  v("length", x.length);
  v("cause", x.cause);
  v("effect", x.effect);
  v("warnings", x.warnings);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, UnsupportedEvent>
void fields(V& v, X& x) {
  v("id", x.id);
  v("at", x.at);
  v("from", x.from);
  v("to", x.to);
  v("what", x.what);
  v("said", x.said);
}

}  // namespace novelo::codec
