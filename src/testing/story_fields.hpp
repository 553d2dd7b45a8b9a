// The members of each object of a journey, as codec/json.hpp reads them.
#pragma once

#include "codec/json.hpp"
#include "recorder/call_spec.hpp"
#include "testing/story.hpp"

namespace novelo::testing {

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ReceiveSpec>
void fields(V& v, X& x) {
  v("connection", x.connection);
  v("path", x.path);
  v("method", x.method);
  v("headers", x.headers);
  v("body", x.body);
  v("form", x.form);
  v("lines", x.lines);
  v("file", x.file);
  v("with", x.with);
  v("sign", x.sign);
  v("times", x.times);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, RequestMatch>
void fields(V& v, X& x) {
  v("method", x.method);
  v("url", x.url);
  v("headers", x.headers);
  v("authorization", x.authorization);
  v("idempotency_key", x.idempotency_key);
  v("body", x.body);
  v("form", x.form);
  v("mail", x.mail);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, EffectMatch>
void fields(V& v, X& x) {
  v("kind", x.kind);
  v("connection", x.connection);
  v("agent", x.agent);
  v("attempt", x.attempt);
  v("request", x.request);
  v("body", x.body);
  v("warnings", x.warnings);
  v("contains", x.contains);
  v("as", x.as);
  v("capture", x.capture);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, SettleSpec>
void fields(V& v, X& x) {
  v("which", x.which);
  v("effect", x.effect);
  v("reply", x.reply);
  v("done", x.done);
  v("failed", x.failed);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, HostSpec>
void fields(V& v, X& x) {
  v("settle", x.settle);
  v("actions", x.actions);
  v("replies", x.replies);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ExpectSpec>
void fields(V& v, X& x) {
  v("answer", x.answer);
  v("outcome", x.outcome);
  v("error", x.error);
  v("effects", x.effects);
  v("effects_in_any_order", x.effects_in_any_order);
  v("no_other_effects", x.no_other_effects);
  v("no_effects", x.no_effects);
  v("entries", x.entries);
  v("no_other_entries", x.no_other_entries);
  v("no_entries", x.no_entries);
  v("signals", x.signals);
  v("contact", x.contact);
  v("conversation", x.conversation);
  v("interaction", x.interaction);
  v("case", x.matter);
  v("callback", x.callback);
  v("survey", x.survey);
  v("work", x.work);
  v("place", x.place);
  v("agent", x.agent);
  v("timeline", x.timeline);
  v("customer_view", x.customer_view);
  v("notes", x.notes);
  v("closures", x.closures);
  v("quarantine", x.quarantine);
  v("unsettled", x.unsettled);
  v("store", x.store);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, StepSpec>
void fields(V& v, X& x) {
  v("at", x.at);
  v("name", x.name);
  v("note", x.note);
  v("covers", x.covers);
  v("receive", x.receive);
  v("command", x.command);
  v("settle", x.settle);
  v("wait", x.wait);
  v("call", x.call);
  v("as", x.as);
  v("find", x.find);
  v("host", x.host);
  v("expect", x.expect);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, JourneySpec>
void fields(V& v, X& x) {
  v("journey", x.journey);
  v("about", x.about);
  v("covers", x.covers);
  v("configuration", x.configuration);
  v("secrets", x.secrets);
  v("verification", x.verification);
  v("options", x.options);
  v("tenant_secret", x.tenant_secret);
  v("start", x.start);
  v("zone", x.zone);
  v("host", x.host);
  v("steps", x.steps);
}

}  // namespace novelo::testing
