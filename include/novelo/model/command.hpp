// Commands: what agents, staff and the business's systems ask of the engine.
//
// A command carries an id of its sender's. The same id with the same content gives the first result
// again and changes nothing; with other content it is a `conflict`. `actor` is who asks: a
// configured agent's name, or empty for the business's own systems, which may do everything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
// number, which they share from then on).
struct UpsertContact {
  std::string name;
  std::string locale;
  std::vector<Address> addresses;  // verified by whoever sends this
  Value::Map attributes;
  ContactId contact = {};  // none: whoever holds the first address, or a new contact
};
// Says who it is, when a number is shared or unknown. When that contact has an open conversation of
// their own at this desk, what is live, promised and open here goes on in it, and this one closes.
struct ChooseContact {
  ConversationId conversation;
  ContactId contact;
};

// --- agents and offers ---------------------------------------------------------------------------
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
// Takes a conversation that nobody has, or a waiting one.
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
  Content content;             // with `template_name` set: only media of it is used
  TemplateName template_name;  // empty: free content
  Value::Map variables;        // for the template, beside what the engine knows
  CaseId case_id;              // when it belongs to a case
};
// Decides about a send that is held; for the conversation's owner, a supervisor or a system.
struct ResolveSend {
  EffectId effect;
  SendResolution resolution = SendResolution::none;
};
struct AddNote {
  ConversationId conversation;
  std::string text;
};
struct CloseConversation {
  ConversationId conversation;
  std::string qualification;
  std::string description;
  std::string disposition;
};
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
struct CreateCallback {
  ConversationId conversation;
  EntryPointName entry_point;
  Address number;   // empty: the contact's telephone
  AgentName agent;  // empty: anybody
  std::optional<Timestamp> not_before;
};
// A person calls now, at whatever hour.
struct PlaceCallback {
  CallbackId callback;
};
// What the agent heard, where the network cannot tell.
struct RecordAttempt {
  CallbackId callback;
  AttemptResult result = AttemptResult::none;
};
struct CancelCallback {
  CallbackId callback;
};

// --- surveys -------------------------------------------------------------------------------------
struct SendSurvey {
  ConversationId conversation;
  std::string survey;
};
// An answer that came by the survey's link.
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
// Confirms a jump of the clock that was refused. From the business's own systems only.
struct ConfirmTime {};

using CommandBody =
    std::variant<UpsertContact, ChooseContact, SetPresence, SetOtherCall, AcceptOffer, RefuseOffer,
                 FinishInteraction, EndWrapUp, HangUp, ViewConversation, ClaimConversation,
                 ReassignConversation, SendMessage, AddNote, CloseConversation, ReopenConversation,
                 OpenCase, SetCaseFields, SetCaseStatus, MarkInformed, VerifyReply, RunAction,
                 CreateCallback, PlaceCallback, RecordAttempt, CancelCallback, SendSurvey,
                 AnswerSurvey, LoadConfiguration, ConfirmTime, ResolveSend>;

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
// (LoadConfiguration), "now" (ConfirmTime).
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
