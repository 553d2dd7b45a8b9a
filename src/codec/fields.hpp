// One list of fields for each record, command and value. The binary form of the store and the JSON
// of the border are both made from it, so that neither can forget a field.
//
//   fields(visitor, object)  calls  visitor(name, object.member)  for each member, in order.
//
// In the binary form a struct is its fields in this order behind their length: new fields go at the
// end, and are at their default when an older row is read. Never reorder, never take one away.
#pragma once

#include <concepts>
#include <type_traits>

#include "novelo/model/callback.hpp"
#include "novelo/model/case.hpp"
#include "novelo/model/command.hpp"
#include "novelo/model/contact.hpp"
#include "novelo/model/conversation.hpp"
#include "novelo/model/effect.hpp"
#include "novelo/model/entry.hpp"
#include "novelo/model/flow_session.hpp"
#include "novelo/model/interaction.hpp"
#include "novelo/model/survey.hpp"
#include "novelo/model/work.hpp"

namespace novelo::codec {

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Media>
void fields(V& v, X& x) {
  v("kind", x.kind);
  v("mime", x.mime);
  v("name", x.name);
  v("size", x.size);
  v("ref", x.ref);
  v("transcript", x.transcript);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Option>
void fields(V& v, X& x) {
  v("id", x.id);
  v("title", x.title);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Location>
void fields(V& v, X& x) {
  v("latitude", x.latitude);
  v("longitude", x.longitude);
  v("name", x.name);
  v("address", x.address);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, TemplateUse>
void fields(V& v, X& x) {
  v("name", x.name);
  v("locale", x.locale);
  v("variables", x.variables);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Mail>
void fields(V& v, X& x) {
  v("subject", x.subject);
  v("message_id", x.message_id);
  v("in_reply_to", x.in_reply_to);
  v("references", x.references);
  v("to", x.to);
  v("automatic", x.automatic);
  v("forward", x.forward);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Content>
void fields(V& v, X& x) {
  v("text", x.text);
  v("media", x.media);
  v("location", x.location);
  v("choice", x.choice);
  v("options", x.options);
  v("template_use", x.template_use);
  v("mail", x.mail);
  v("reply_to", x.reply_to);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Author>
void fields(V& v, X& x) {
  v("role", x.role);
  v("name", x.name);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Party>
void fields(V& v, X& x) {
  v("address", x.address);
  v("aliases", x.aliases);
  v("display_name", x.display_name);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, SendError>
void fields(V& v, X& x) {
  v("error", x.error);
  v("code", x.code);
  v("title", x.title);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CallVerb>
void fields(V& v, X& x) {
  v("kind", x.kind);
  v("call", x.call);
  v("text", x.text);
  v("locale", x.locale);
  v("options", x.options);
  v("speech", x.speech);
  v("loop", x.loop);
  v("max_digits", x.max_digits);
  v("timeout", x.timeout);
  v("agent", x.agent);
  v("device", x.device);
  v("to", x.to);
  v("from", x.from);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ContactRecord>
void fields(V& v, X& x) {
  v("id", x.id);
  v("name", x.name);
  v("locale", x.locale);
  v("identities", x.identities);
  v("attributes", x.attributes);
  v("created_at", x.created_at);
  v("erased_at", x.erased_at);
  v("known_as", x.known_as);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Identity>
void fields(V& v, X& x) {
  v("address", x.address);
  v("holder", x.holder);
  v("members", x.members);
  v("verified", x.verified);
  v("unresolved", x.unresolved);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Reach>
void fields(V& v, X& x) {
  v("entry_point", x.entry_point);
  v("address", x.address);
  v("last_inbound", x.last_inbound);
  v("last_mail", x.last_mail);
  v("unanswered_since", x.unanswered_since);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, KeptPlace>
void fields(V& v, X& x) {
  v("requested_at", x.requested_at);
  v("preferred", x.preferred);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ConversationRecord>
void fields(V& v, X& x) {
  v("id", x.id);
  v("desk", x.desk);
  v("contact", x.contact);
  v("candidates", x.candidates);
  v("status", x.status);
  v("owner", x.owner);
  v("previous", x.previous);
  v("entries", x.entries);
  v("customer_entries", x.customer_entries);
  v("closures", x.closures);
  v("opened_at", x.opened_at);
  v("last_activity", x.last_activity);
  v("closed_at", x.closed_at);
  v("reaches", x.reaches);
  v("live", x.live);
  v("cases", x.cases);
  v("callbacks", x.callbacks);
  v("survey", x.survey);
  v("kept_place", x.kept_place);
  v("passing_on", x.passing_on);
  v("purged", x.purged);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Closure>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("number", x.number);
  v("at", x.at);
  v("by", x.by);
  v("qualification", x.qualification);
  v("description", x.description);
  v("disposition", x.disposition);
  v("survey", x.survey);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Interaction>
void fields(V& v, X& x) {
  v("id", x.id);
  v("conversation", x.conversation);
  v("contact", x.contact);
  v("channel", x.channel);
  v("direction", x.direction);
  v("entry_point", x.entry_point);
  v("remote", x.remote);
  v("dialled", x.dialled);
  v("call", x.call);
  v("state", x.state);
  v("agent", x.agent);
  v("owner_before", x.owner_before);
  v("work", x.work);
  v("session", x.session);
  v("alternatives_offered", x.alternatives_offered);
  v("answered", x.answered);
  v("asked", x.asked);
  v("told_by", x.told_by);
  v("asked_with", x.asked_with);
  v("listening", x.listening);
  v("recording", x.recording);
  v("flow_outcome", x.flow_outcome);
  v("callback", x.callback);
  v("entry", x.entry);
  v("started_at", x.started_at);
  v("connected_at", x.connected_at);
  v("ended_at", x.ended_at);
  v("cause", x.cause);
  v("changed_at", x.changed_at);
  v("changed_with", x.changed_with);
  v("looking_up", x.looking_up);
  v("look_up_until", x.look_up_until);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Entry>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("sequence", x.sequence);
  v("customer_sequence", x.customer_sequence);
  v("customer_entries", x.customer_entries);
  v("at", x.at);
  v("provider_at", x.provider_at);
  v("type", x.type);
  v("direction", x.direction);
  v("author", x.author);
  v("channel", x.channel);
  v("entry_point", x.entry_point);
  v("interaction", x.interaction);
  v("case", x.case_id);
  v("content", x.content);
  v("event", x.event);
  v("details", x.details);
  v("provider_id", x.provider_id);
  v("status", x.status);
  v("error", x.error);
  v("effect", x.effect);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Note>
void fields(V& v, X& x) {
  v("id", x.id);
  v("conversation", x.conversation);
  v("after", x.after);
  v("at", x.at);
  v("author", x.author);
  v("text", x.text);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CaseMail>
void fields(V& v, X& x) {
  v("message_id", x.message_id);
  v("effect", x.effect);
  v("at", x.at);
  v("superseded", x.superseded);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CaseReply>
void fields(V& v, X& x) {
  v("entry", x.entry);
  v("conversation", x.conversation);
  v("superseded", x.superseded);
  v("verified", x.verified);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CaseRecord>
void fields(V& v, X& x) {
  v("id", x.id);
  v("protocol", x.protocol);
  v("type", x.type);
  v("category", x.category);
  v("status", x.status);
  v("contact", x.contact);
  v("conversation", x.conversation);
  v("owner", x.owner);
  v("fields", x.fields);
  v("informed", x.informed);
  v("advised", x.advised);
  v("mails", x.mails);
  v("replies", x.replies);
  v("verification", x.verification);
  v("opened_at", x.opened_at);
  v("deadline", x.deadline);
  v("resolved_at", x.resolved_at);
  v("follows", x.follows);
  v("followed_by", x.followed_by);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CallbackAttempt>
void fields(V& v, X& x) {
  v("at", x.at);
  v("agent", x.agent);
  v("interaction", x.interaction);
  v("result", x.result);
  v("cause", x.cause);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Callback>
void fields(V& v, X& x) {
  v("id", x.id);
  v("conversation", x.conversation);
  v("contact", x.contact);
  v("entry_point", x.entry_point);
  v("number", x.number);
  v("queue", x.queue);
  v("agent", x.agent);
  v("requested_at", x.requested_at);
  v("agreed_for", x.agreed_for);
  v("not_before", x.not_before);
  v("promised_until", x.promised_until);
  v("message", x.message);
  v("state", x.state);
  v("attempts", x.attempts);
  v("work", x.work);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Survey>
void fields(V& v, X& x) {
  v("id", x.id);
  v("name", x.name);
  v("conversation", x.conversation);
  v("closure", x.closure);
  v("contact", x.contact);
  v("agent", x.agent);
  v("case", x.case_id);
  v("channel", x.channel);
  v("entry", x.entry);
  v("sent_at", x.sent_at);
  v("until", x.until);
  v("score", x.score);
  v("comment", x.comment);
  v("answered_at", x.answered_at);
  v("answered_on", x.answered_on);
  v("repeated", x.repeated);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Effect>
void fields(V& v, X& x) {
  v("id", x.id);
  v("kind", x.kind);
  v("entry_point", x.entry_point);
  v("conversation", x.conversation);
  v("interaction", x.interaction);
  v("entry", x.entry);
  v("agent", x.agent);
  v("case", x.case_id);
  v("to", x.to);
  v("content", x.content);
  v("verb", x.verb);
  v("body", x.body);
  v("created_at", x.created_at);
  v("attempts", x.attempts);
  v("not_before", x.not_before);
  v("not_after", x.not_after);
  v("maybe_done", x.maybe_done);
  v("held", x.held);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, WorkRecord>
void fields(V& v, X& x) {
  v("id", x.id);
  v("kind", x.kind);
  v("work_class", x.work_class);
  v("channel", x.channel);
  v("conversation", x.conversation);
  v("subject", x.subject);
  v("queue", x.queue);
  v("skills", x.skills);
  v("priority", x.priority);
  v("requested_at", x.requested_at);
  v("preferred", x.preferred);
  v("preference", x.preference);
  v("preference_until", x.preference_until);
  v("state", x.state);
  v("agent", x.agent);
  v("offer", x.offer);
  v("state_until", x.state_until);
  v("refused_by", x.refused_by);
  v("offers", x.offers);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, AgentRecord>
void fields(V& v, X& x) {
  v("name", x.name);
  v("presence", x.presence);
  v("reason", x.reason);
  v("since", x.since);
  v("idle_since", x.idle_since);
  v("on_other_call", x.on_other_call);
  v("missed_offers", x.missed_offers);
  v("missed_until", x.missed_until);
  v("unreachable", x.unreachable);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, FlowSession>
void fields(V& v, X& x) {
  v("flow", x.flow);
  v("version", x.version);
  v("fingerprint", x.fingerprint);
  v("step", x.step);
  v("locale", x.locale);
  v("channel", x.channel);
  v("variables", x.variables);
  v("offered", x.offered);
  v("failure", x.failure);
  v("attempts", x.attempts);
  v("turns", x.turns);
  v("started_at", x.started_at);
  v("deadline", x.deadline);
  v("ended", x.ended);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Outcome>
void fields(V& v, X& x) {
  v("repeated", x.repeated);
  v("contact", x.contact);
  v("conversation", x.conversation);
  v("interaction", x.interaction);
  v("case", x.case_id);
  v("callback", x.callback);
  v("survey", x.survey);
  v("effect", x.effect);
  v("entry", x.entry);
  v("details", x.details);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, UpsertContact>
void fields(V& v, X& x) {
  v("name", x.name);
  v("locale", x.locale);
  v("addresses", x.addresses);
  v("attributes", x.attributes);
  v("contact", x.contact);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ChooseContact>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("contact", x.contact);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, SetPresence>
void fields(V& v, X& x) {
  v("agent", x.agent);
  v("presence", x.presence);
  v("reason", x.reason);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, SetOtherCall>
void fields(V& v, X& x) {
  v("agent", x.agent);
  v("active", x.active);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, AcceptOffer>
void fields(V& v, X& x) {
  v("offer", x.offer);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, RefuseOffer>
void fields(V& v, X& x) {
  v("offer", x.offer);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, FinishInteraction>
void fields(V& v, X& x) {
  v("interaction", x.interaction);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, EndWrapUp>
void fields(V& v, X& x) {
  v("interaction", x.interaction);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, HangUp>
void fields(V& v, X& x) {
  v("interaction", x.interaction);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ViewConversation>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ClaimConversation>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ReassignConversation>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("to", x.to);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, SendMessage>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("entry_point", x.entry_point);
  v("content", x.content);
  v("template", x.template_name);
  v("variables", x.variables);
  v("case", x.case_id);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ResolveSend>
void fields(V& v, X& x) {
  v("effect", x.effect);
  v("resolution", x.resolution);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, AddNote>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("text", x.text);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CloseConversation>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("qualification", x.qualification);
  v("description", x.description);
  v("disposition", x.disposition);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ReopenConversation>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, OpenCase>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("type", x.type);
  v("category", x.category);
  v("fields", x.fields);
  v("follows", x.follows);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, SetCaseFields>
void fields(V& v, X& x) {
  v("case", x.case_id);
  v("fields", x.fields);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, SetCaseStatus>
void fields(V& v, X& x) {
  v("case", x.case_id);
  v("status", x.status);
  v("override", x.override_checks);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, MarkInformed>
void fields(V& v, X& x) {
  v("case", x.case_id);
  v("what", x.what);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, VerifyReply>
void fields(V& v, X& x) {
  v("case", x.case_id);
  v("override", x.override_checks);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, RunAction>
void fields(V& v, X& x) {
  v("case", x.case_id);
  v("action", x.action);
  v("parameters", x.parameters);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CreateCallback>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("entry_point", x.entry_point);
  v("number", x.number);
  v("agent", x.agent);
  v("not_before", x.not_before);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, PlaceCallback>
void fields(V& v, X& x) {
  v("callback", x.callback);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, RecordAttempt>
void fields(V& v, X& x) {
  v("callback", x.callback);
  v("result", x.result);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CancelCallback>
void fields(V& v, X& x) {
  v("callback", x.callback);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, SendSurvey>
void fields(V& v, X& x) {
  v("conversation", x.conversation);
  v("survey", x.survey);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, AnswerSurvey>
void fields(V& v, X& x) {
  v("token", x.token);
  v("score", x.score);
  v("comment", x.comment);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, LoadConfiguration>
void fields(V& v, X& x) {
  v("json", x.json);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ConfirmTime>
void fields(V&, X&) {}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ContactRow>
void fields(V& v, X& x) {
  v("name", x.name);
  v("locale", x.locale);
  v("addresses", x.addresses);
  v("attributes", x.attributes);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ImportContacts>
void fields(V& v, X& x) {
  v("contacts", x.contacts);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, RequestReport>
void fields(V& v, X& x) {
  v("connection", x.connection);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Purge>
void fields(V& v, X& x) {
  v("before", x.before);
  v("after", x.after);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, EraseContact>
void fields(V& v, X& x) {
  v("contact", x.contact);
}

}  // namespace novelo::codec
