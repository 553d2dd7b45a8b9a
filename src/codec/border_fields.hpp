// Field lists of what only ever crosses the border, and never stands in a store.
#pragma once

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

}  // namespace novelo::codec
