// Commands: what agents, staff and the business's systems ask of the engine.
//
// A command carries an id of its sender's. The same id with the same content gives the first result
// again and changes nothing; with other content it is a `conflict`.
//
// `actor` is who asks: a configured agent's name, or empty for the business's own systems. Those
// may give every command but the ones that need a person (AcceptOffer, RefuseOffer,
// ViewConversation, ClaimConversation, VerifyReply, PlaceCallback, RecordAttempt, a `person_only`
// status, an override); LoadConfiguration, ImportContacts, RequestReport, ConfirmTime, Purge and
// EraseContact are theirs alone. What an agent does for another (SetPresence, SetOtherCall,
// FinishInteraction, EndWrapUp, HangUp, ResolveSend) takes a supervisor. Any configured agent may
// give any other command: who may see and do what else is for the host to check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/callback.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/effect.hpp"
#include "novelo/model/work.hpp"

namespace novelo {

// --- contacts ------------------------------------------------------------------------------------
// Makes a contact, or completes one: the contact that is named, else the one that holds the first
// of these addresses in any spelling, when it has no name yet or one that begins with the same word
// ("Ana Sousa" is a better spelling of "Ana Souza"; "Bruno Souza" is somebody else at the same
// number, which they share from then on). A contact without a name at one of the addresses was made
// for a stranger: it gives way, with its conversations. Refused `erased` when the contact that is
// named was erased; so are ChooseContact, and ReopenConversation and OpenCase of theirs.
//
// An `external` address is no matter of names: whoever has it is meant, and nobody else can be
// given it (`conflict`, external_id_taken). One that is nobody's yet goes to whom the next address
// names, unless they have another of that kind.
struct UpsertContact {
  std::string name;
  std::string locale;
  std::vector<Address> addresses;  // verified by whoever sends this
  Value::Map attributes;
  ContactId contact = {};  // none: whoever holds the first address, or a new contact
};
// One contact of an import.
struct ContactRow {
  std::string name;
  std::string locale;
  std::vector<Address> addresses;
  Value::Map attributes;

  friend bool operator==(const ContactRow&, const ContactRow&) = default;
};
// Takes in many contacts at once, up to Limits::contacts_per_import: each as an UpsertContact of
// its own would. A row that changes nothing writes nothing; one that is refused changes nothing and
// stops nothing.
//
// Give each row the contact's id in the other system as its first address ("external:4711"): it is
// known by that for good, whatever becomes of its name and numbers. The outcome's details count the
// rows, "created", "changed", "unchanged", and list the "refused": "row" (from 0), "reason",
// "subject" (its place in the row), "message".
struct ImportContacts {
  std::vector<ContactRow> contacts;
};
// Says who it is, when a number is shared or unknown. When that contact has an open conversation of
// their own at this desk, what is live, promised and open here goes on in it, and this one closes.
struct ChooseContact {
  ConversationId conversation;
  ContactId contact;
};

// --- agents and offers ---------------------------------------------------------------------------
// `offline` gives back written work that waits for an answer, and verifications.
struct SetPresence {
  AgentName agent;
  Presence presence = Presence::offline;
  std::string reason;
};
// A call that did not come through the engine began or ended on the agent's device.
struct SetOtherCall {
  AgentName agent;
  bool active = false;
};
struct AcceptOffer {
  OfferId offer;
};
struct RefuseOffer {
  OfferId offer;
};
// The agent has finished with an interaction that stays open on the contact's side (a chat, a
// mail).
struct FinishInteraction {
  InteractionId interaction;
};
struct EndWrapUp {
  InteractionId interaction;
};
struct HangUp {
  InteractionId interaction;
};

// --- conversations -------------------------------------------------------------------------------
struct ViewConversation {
  ConversationId conversation;
};
// Takes a conversation that nobody has: what is live in it comes to the actor, at once where there
// is room, else it waits for them first. Refused `in_service` when it is another's.
struct ClaimConversation {
  ConversationId conversation;
};
struct ReassignConversation {
  ConversationId conversation;
  AgentName to;
};
// A message to the contact: free content, or a configured template with its variables.
struct SendMessage {
  ConversationId conversation;
  EntryPointName entry_point;  // the channel and number it goes out from
  // With `template_name` its text and subject come from the template, whose attachments are added.
  // `template_use` must be empty.
  Content content;
  TemplateName template_name;  // empty: free content
  Value::Map variables;        // for the template, beside what the engine knows
  CaseId case_id;              // when it belongs to a case
};
// Decides about a send that is held; for the conversation's owner, a supervisor or a system, and
// for any agent where the conversation is nobody's.
struct ResolveSend {
  EffectId effect;
  SendResolution resolution = SendResolution::none;
};
struct AddNote {
  ConversationId conversation;
  std::string text;
};
// Refused `call_live`, `callback_open`, `closed`.
struct CloseConversation {
  ConversationId conversation;
  std::string qualification;
  std::string description;
  std::string disposition;
};
// Refused `not_closed`, `desk_gone`; `conflict` when another of the contact's is open at the desk.
struct ReopenConversation {
  ConversationId conversation;
};

// --- cases ---------------------------------------------------------------------------------------
struct OpenCase {
  ConversationId conversation;
  CaseTypeName type;
  std::string category;
  Value::Map fields;
  CaseId follows = {};  // a final case of the same contact: this one takes the matter up again
};
struct SetCaseFields {
  CaseId case_id;
  Value::Map fields;  // null takes a field away
};
struct SetCaseStatus {
  CaseId case_id;
  CaseStatusName status;
  bool override_checks = false;  // where a status allows it: with a superseded reply, for instance
};
// Records that the contact was told something.
struct MarkInformed {
  CaseId case_id;
  std::string what;
};
// A person has looked at the newest reply of the case.
struct VerifyReply {
  CaseId case_id;
  bool override_checks = false;  // the reply answers a message that was superseded
};
// A configured action on another system; its answer may set fields of the case.
struct RunAction {
  CaseId case_id;
  std::string action;
  Value::Map parameters;
};

// --- callbacks -----------------------------------------------------------------------------------
// Attempts keep to the hours of the line: one that would fall outside waits for the next opening.
// Refused `no_line`, `no_address`, `closed`; `busy` without room; `limit` (too_many_callbacks).
struct CreateCallback {
  ConversationId conversation;
  EntryPointName entry_point;  // empty: the desk's first line
  Address number;              // empty: the contact's telephone
  AgentName agent;             // empty: anybody
  std::optional<Timestamp> not_before;
};
// A person calls now, at whatever hour. Refused `on_the_line` while the contact calls,
// `attempt_under_way`, `callback_over`.
struct PlaceCallback {
  CallbackId callback;
};
// What the agent heard, where the network cannot tell. The call is hung up unless `reached`; a
// later one corrects the last attempt.
struct RecordAttempt {
  CallbackId callback;
  AttemptResult result = AttemptResult::none;
};
struct CancelCallback {
  CallbackId callback;
};

// --- surveys -------------------------------------------------------------------------------------
// Once for each closing (else refused, `survey_sent`).
struct SendSurvey {
  ConversationId conversation;
  std::string survey;
};
// An answer that came by the survey's link. Fails with `unauthentic` (the token), `refused`
// (`survey_over`), `invalid` (`bad_score`).
struct AnswerSurvey {
  std::string token;
  int score = 0;
  std::string comment;
};

// --- the engine ----------------------------------------------------------------------------------
// Puts a configuration into service; `json` is the whole document.
struct LoadConfiguration {
  std::string json;
};
// Asks telephone systems what is alive there: each voice connection gets the verb `report`, unless
// it has been asked and has not answered. From the business's own systems only: feed it whenever
// an engine was opened on a store that another had before.
struct RequestReport {
  ConnectionName connection;  // empty: all of them
};
// Confirms a jump of the clock that was refused. From the business's own systems only.
struct ConfirmTime {};
// Takes the content out of conversations that were closed before a time, by id, above `after`
// (docs/retention.md): what was said in them and in their cases goes, and that there was a
// conversation stays. What is not over yet is skipped. At most Limits::purge_entries entries go
// with one command, and as many conversations are looked at; "next" says where the next one goes
// on. Refused `not_an_agents`; `invalid` (bad_time) for a time to come.
struct Purge {
  Timestamp before{};
  ConversationId after = {};
};
// Takes everything personal of one contact out of the store, wherever it stands; their addresses
// are strangers' from then on. Bounded as Purge is: while "done" is false, give another one.
// Refused `not_an_agents`; and, before anything went, `conversation_open`, `callback_open`,
// `case_open`, `effect_unsettled`.
struct EraseContact {
  ContactId contact;
};

using CommandBody =
    std::variant<UpsertContact, ChooseContact, SetPresence, SetOtherCall, AcceptOffer, RefuseOffer,
                 FinishInteraction, EndWrapUp, HangUp, ViewConversation, ClaimConversation,
                 ReassignConversation, SendMessage, AddNote, CloseConversation, ReopenConversation,
                 OpenCase, SetCaseFields, SetCaseStatus, MarkInformed, VerifyReply, RunAction,
                 CreateCallback, PlaceCallback, RecordAttempt, CancelCallback, SendSurvey,
                 AnswerSurvey, LoadConfiguration, ConfirmTime, ResolveSend, ImportContacts,
                 RequestReport, Purge, EraseContact>;

// The word that a command goes by: "send_message" for SendMessage.
std::string_view command_word(const CommandBody& body);

struct Command {
  std::string id;  // 1 to 128 bytes, unique for its sender
  AgentName actor;
  CommandBody body;
};

// Who asks, when, and under which command id: what a handle (`Conversation`, `Case`) needs to make
// a command of what is asked of it.
struct By {
  std::string id;
  AgentName actor;
  Timestamp now{};
};

// What a command, an event or a settlement came to: the ids of what it made or was about, none
// where there is nothing of that kind.
//
// In `details`, by name: "protocol" (OpenCase), "note" (AddNote), "qualification_saved" and
// "description_saved" (CloseConversation), "counted" (an answer to a survey), "version"
// (LoadConfiguration), "now" (ConfirmTime); "created", "changed", "unchanged" and "refused"
// (ImportContacts); "asked" (RequestReport); "lost", "taken_in", "restored", "hung_up" and
// "no_room", how many calls (a CallReport), or "stale"; "conversations", "entries" (Purge,
// EraseContact: how many went), "next" (Purge: give it as `after`; absent at the end), "done" and
// "unresolved" (EraseContact: whether nothing is left; contacts who stand for "one of them" where
// nobody is left who shares their address, to be erased too).
struct Outcome {
  bool repeated = false;  // it had been taken before; this is the first result again
  ContactId contact;
  ConversationId conversation;
  InteractionId interaction;
  CaseId case_id;
  CallbackId callback;
  SurveyId survey;
  EffectId effect;
  std::uint64_t entry = 0;  // of `conversation`: what was said or sent
  Value::Map details;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

}  // namespace novelo
