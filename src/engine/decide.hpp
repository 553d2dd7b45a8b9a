// Decide: one function for each kind of input. Each validates, then changes; an error means that
// nothing may remain of it.
#pragma once

#include "engine/turn.hpp"

namespace novelo {

// --- what arrives (messages.cpp, mail.cpp, calls.cpp) --------------------------------------------
Status decide(Turn& turn, const ConnectionName& connection, const ChannelEvent& event);
// `unsupported`: the provider's name for what the message holds instead of words.
Status decide_message(Turn& turn, const ConnectionName& connection, const InboundMessage& message,
                      const std::string& unsupported = {});
Status decide_mail(Turn& turn, const EntryPointConfig& entry_point, const InboundMessage& message);
Status decide_receipt(Turn& turn, const ConnectionName& connection, const Receipt& receipt);
Status decide_unsupported(Turn& turn, const ConnectionName& connection,
                          const UnsupportedEvent& event);
Status decide_call(Turn& turn, const ConnectionName& connection, const CallEvent& event);
// reports.cpp
Status decide_report(Turn& turn, const ConnectionName& connection, const CallReport& report);
Status decide_started(Turn& turn, const ConnectionName& connection, const SystemStarted& event);
// devices.cpp
Status decide_device(Turn& turn, const ConnectionName& connection, const DeviceEvent& event);
// `what` cannot come to this entry point: "a call".
Error wrong_channel(const EntryPointConfig& entry_point, std::string_view what);

// --- commands, by the file that has them ---------------------------------------------------------
Status decide(Turn& turn, const AgentName& actor, const CommandBody& body);
// contacts.cpp
Status decide(Turn& turn, const AgentName& actor, const UpsertContact& command);
Status decide(Turn& turn, const AgentName& actor, const ChooseContact& command);
// agents.cpp
Status decide(Turn& turn, const AgentName& actor, const SetPresence& command);
Status decide(Turn& turn, const AgentName& actor, const SetOtherCall& command);
Status decide(Turn& turn, const AgentName& actor, const AcceptOffer& command);
Status decide(Turn& turn, const AgentName& actor, const RefuseOffer& command);
Status decide(Turn& turn, const AgentName& actor, const FinishInteraction& command);
Status decide(Turn& turn, const AgentName& actor, const EndWrapUp& command);
Status decide(Turn& turn, const AgentName& actor, const HangUp& command);
// conversations.cpp
Status decide(Turn& turn, const AgentName& actor, const ViewConversation& command);
Status decide(Turn& turn, const AgentName& actor, const ClaimConversation& command);
Status decide(Turn& turn, const AgentName& actor, const ReassignConversation& command);
Status decide(Turn& turn, const AgentName& actor, const AddNote& command);
Status decide(Turn& turn, const AgentName& actor, const CloseConversation& command);
Status decide(Turn& turn, const AgentName& actor, const ReopenConversation& command);
// sends.cpp
Status decide(Turn& turn, const AgentName& actor, const SendMessage& command);
// held_sends.cpp
Status decide(Turn& turn, const AgentName& actor, const ResolveSend& command);
// cases.cpp
Status decide(Turn& turn, const AgentName& actor, const OpenCase& command);
Status decide(Turn& turn, const AgentName& actor, const SetCaseFields& command);
Status decide(Turn& turn, const AgentName& actor, const SetCaseStatus& command);
Status decide(Turn& turn, const AgentName& actor, const MarkInformed& command);
Status decide(Turn& turn, const AgentName& actor, const VerifyReply& command);
Status decide(Turn& turn, const AgentName& actor, const RunAction& command);
// callbacks.cpp
Status decide(Turn& turn, const AgentName& actor, const CreateCallback& command);
Status decide(Turn& turn, const AgentName& actor, const PlaceCallback& command);
Status decide(Turn& turn, const AgentName& actor, const RecordAttempt& command);
Status decide(Turn& turn, const AgentName& actor, const CancelCallback& command);
// surveys.cpp
Status decide(Turn& turn, const AgentName& actor, const SendSurvey& command);
Status decide(Turn& turn, const AgentName& actor, const AnswerSurvey& command);
// configure.cpp
Status decide(Turn& turn, const AgentName& actor, const LoadConfiguration& command);
// What a LoadConfiguration would take into service; the router still has its say.
Result<Setup> check_configuration(Turn& turn, const std::string& json);
Status decide(Turn& turn, const AgentName& actor, const ConfirmTime& command);
// imports.cpp
Status decide(Turn& turn, const AgentName& actor, const ImportContacts& command);
// reports.cpp
Status decide(Turn& turn, const AgentName& actor, const RequestReport& command);
// purge.cpp
Status decide(Turn& turn, const AgentName& actor, const Purge& command);
Status decide(Turn& turn, const AgentName& actor, const EraseContact& command);

// --- what came of effects (settlements.cpp) ------------------------------------------------------
Status decide(Turn& turn, const SettleEffect& settle);
// It was not done, and why.
void settle_failed(Turn& turn, const Effect& effect, const Failed& failed);

// --- what falls due (timers.cpp) -----------------------------------------------------------------
void decide(Turn& turn, const Timer& timer);

// --- the cascade (cascade.cpp, routing.cpp, flows.cpp) -------------------------------------------
void run_cascade(Turn& turn);
void decide(Turn& turn, const RouterEvent& event);
void decide(Turn& turn, const StartFlow& task);
void decide(Turn& turn, const ContinueFlow& task);
void decide(Turn& turn, const RepeatFlow& task);
// routing.cpp: whoever still waits gets the alternatives now that there is time for them.
void look_at_wait(Turn& turn, InteractionId interaction);

// --- shared between the files --------------------------------------------------------------------
// calls.cpp: the telephone system told nothing in time, or will not do what it was asked.
void call_silent(Turn& turn, InteractionId call);
void verb_failed(Turn& turn, const Effect& effect, const SendError& error);
// Asks the telephone system to end a call. The call is over when that is told.
void hang_up(Turn& turn, const Interaction& call);
// A call is over: its place on the timeline says how, and its interaction ends.
void end_call(Turn& turn, const Interaction& call, int cause);
// The contact's side of a call of ours was picked up.
void call_answered(Turn& turn, const Interaction& call);
// What the desk says to those who wait, until something else happens.
void hold_the_line(Turn& turn, const Interaction& call, const std::string& locale);
// look_ups.cpp: asks who a stranger is, where the entry point says so. True when the contact is to
// wait for the answer.
bool look_up(Turn& turn, InteractionId interaction);
// The answer, or why there is none, in time or late; the contact goes on.
void finish_look_up(Turn& turn, const Effect& effect, const Value& answer);
void look_up_failed(Turn& turn, const Effect& effect, const std::string& reason);
// It was waited for long enough.
void look_up_late(Turn& turn, InteractionId interaction);
void stop_looking_up(Turn& turn, InteractionId interaction);
// devices.cpp: how an agent's telephone is, as of a time of the telephone system's; perhaps told in
// answer to a question of ours.
void take_device(Turn& turn, const ConnectionName& connection, const Device& device,
                 std::optional<Timestamp> at, EffectId question = {});
// case_replies.cpp: the reply to a mail of a case.
struct CaseReplyIn {
  CaseId case_id;
  EffectId answered;  // the mail of ours that it answers, when that is known
  std::string trust;  // "token", "participant"
};
// cases.cpp: the newest case of a matter: the one that follows this one, and so on.
CaseId newest_of_matter(Turn& turn, CaseId id);
// case_replies.cpp: true when the case waits for it and somebody is asked to verify it; else it is
// a mail to answer. Fails with `busy` when there is no room for that.
Result<bool> take_case_reply(Turn& turn, const CaseReplyIn& reply, ConversationId conversation,
                             std::uint64_t entry);
// Whoever was verifying the case's reply has gone: it is asked for once more.
void request_again(Turn& turn, const CaseRecord& matter);
// cases.cpp: what another system answered to an action on a case.
void finish_action(Turn& turn, const ActionConfig& action, const Effect& effect,
                   const Value& answer);
// callbacks.cpp: a promise to call is made in two steps, so that what follows the first can be said
// before the second. Fails with `limit` when the conversation has as many as it may have, and with
// `busy` when there is no room.
Status check_promise(Turn& turn, const Callback& callback, Asking by);
// S1.22: a contact who asks for what is promised already, to this number, is not promised twice;
// the newest message counts. What an agent promises (`Asking::command`) is a promise of its own.
CallbackId promise_call(Turn& turn, Callback callback, Asking by);
// Keeps the promise of this work, which the agent has.
void place_callback(Turn& turn, const WorkRecord& work, const AgentName& agent,
                    const std::optional<AgentName>& owner_before);
void end_attempt(Turn& turn, const Interaction& call, AttemptResult result, int cause);
void retry_callback(Turn& turn, CallbackId callback);
void promise_late(Turn& turn, CallbackId callback);
// True when the line has closed while the promise waited for an agent, or the contact is on the
// telephone with us: it is taken out of the queue until then.
bool cannot_dial_yet(Turn& turn, const WorkRecord& work);
// The contact calls: nobody is to call them now, and whoever was offered that is free for them.
void put_off_callbacks(Turn& turn, ConversationId conversation);
// The contact is being served, perhaps by the call that `kept` promised.
void serve_callbacks(Turn& turn, ConversationId conversation, CallbackId kept = {});
// agents.cpp: tells these agents and the supervisors, each once.
void tell_supervisors(Turn& turn, std::vector<AgentName> agents, ConversationId conversation,
                      const std::string& type, const Value::Map& body);
// Fails unless `actor` may act for `agent`: an agent acts for themself, a supervisor and the
// business's systems for anybody.
Status check_acts_for(const Turn& turn, const AgentName& actor, const AgentName& agent,
                      std::string subject);
// surveys.cpp: true when the message was a survey's answer and has been taken as one.
bool take_survey_answer(Turn& turn, const EntryPointConfig& entry_point,
                        const InboundMessage& message);
// settlements.cpp
// A send that its provider has; `provider_id` may be empty.
void accepted(Turn& turn, const Effect& send, const ConnectionName& connection,
              const std::string& provider_id);
// A send that will not arrive: shown, and the owner is told.
void send_failed(Turn& turn, const Effect& send, const SendError& error);
// The failure of a message that is shown as failed: on the timeline, and to the owner.
void tell_failed(Turn& turn, ConversationId conversation, std::uint64_t entry,
                 const SendError& error);
// A late receipt or answer may name the effect alone: its message is still found.
void keep_effect(Turn& turn, const Effect& effect);
// parked_receipts.cpp
// B3: whether this news is newer than what is known, in whatever order it came.
bool moves_forward(DeliveryStatus from, DeliveryStatus to);
// Keeps a receipt until its message is known; the oldest ones make room.
void park_receipt(Turn& turn, const ConnectionName& connection, const Receipt& receipt);
std::optional<ParkedReceipt> take_parked_receipt(Turn& turn, const ConnectionName& connection,
                                                 std::string_view id);
// held_sends.cpp
// Nobody knows whether the provider has it: kept back, shown, and the owner is told. Again:
// nothing.
void hold_send(Turn& turn, const Effect& send);
// Shows where the message of an unsettled send stands.
void show_status(Turn& turn, const Effect& send, DeliveryStatus status);
// sends.cpp
struct OutgoingMessage {
  ConversationId conversation;
  EntryPointName entry_point;
  std::optional<Address> to;  // empty: where the contact was last reached, or is known to be
  Content content;
  TemplateName template_name;
  Value::Map variables;
  CaseId case_id;
  SurveyId survey;
  Author author;
};
// Checks everything a channel, a desk and a template ask for, then appends the entry and its
// effect.
Result<std::uint64_t> send_message(Turn& turn, OutgoingMessage message);
// The same for a message whose outcome nobody waits for: why it was not sent is shown too.
Status send_or_tell(Turn& turn, OutgoingMessage message);
// What templates and flows may read about a conversation.
Value::Map variables_for(Turn& turn, const ConversationRecord& conversation);
// conversations.cpp: a person steps into what a flow or a queue has (S4.20).
void take_over(Turn& turn, InteractionId interaction, const AgentName& agent);
// conversations.cpp
Status check_not_closed(const ConversationRecord& conversation,
                        std::string remedy = "reopen it first");
// Ends what is live in it, and keeps what was said at the closing.
void close_conversation(Turn& turn, ConversationId conversation, Author by,
                        std::string qualification, std::string description,
                        std::string disposition);
// contacts.cpp: the first address of a kind that is known of a contact.
std::optional<Address> address_of(Turn& turn, ContactId contact, AddressKind kind);
// flows.cpp: the contact's language, else the tenant's.
std::string locale_of(Turn& turn, ContactId contact);
// conversations.cpp: what only flows have had is over with its last interaction, unless people are
// to have it.
void end_pending(Turn& turn, const Interaction& last, Author by, std::string disposition);
// flows.cpp: a flow that cannot go on leads to a person, never to silence.
void leave_to_a_person(Turn& turn, InteractionId interaction);
// flows.cpp: the flow of an interaction is over, whatever it was waiting for.
void stop_flow(Turn& turn, InteractionId interaction);
// messages.cpp: the business's word for an inbound event was seen before.
bool seen_before(Turn& turn, std::string_view scope, std::string_view kind, std::string_view id);
// The key of the row that says so.
std::string seen_key(const Turn& turn, std::string_view scope, std::string_view kind,
                     std::string_view id);

}  // namespace novelo
