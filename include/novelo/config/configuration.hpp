// Configuration: what a desk is made of. One JSON document (docs/configuration.md), read strictly,
// checked whole, compiled once. Nothing of it is parsed or searched per message.
//
// A configuration is taken into service by the command LoadConfiguration, which stores it with its
// version; the engine goes on with it after a restart. Secrets are not part of it: a connection
// names the secrets it needs, and the host hands their texts to Engine::open.
//
// Do not change members of a parsed Configuration: the finders would not follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/case.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/connection.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/work.hpp"
#include "novelo/rules/calendar.hpp"
#include "novelo/rules/case.hpp"
#include "novelo/rules/condition.hpp"
#include "novelo/rules/identity.hpp"
#include "novelo/rules/template.hpp"

namespace novelo {

// What is to become of a send when nobody knows whether the provider has it, after a crash or an
// answer that tells nothing.
enum class UnknownSend : std::uint8_t {
  resend = 1,  // offered again with the same key
  hold = 2,    // held until a person decides
};

// Whom to ask who somebody is whom nobody knows.
struct LookUpConfig {
  std::string action;  // of `actions`
  Duration wait = std::chrono::seconds(3);  // how long the contact waits for the answer, at most
};

struct EntryPointConfig {
  EntryPointName name;
  Channel channel = Channel::none;
  ConnectionName connection;
  std::string address;  // as the provider names it in `to`: a number, a phone_number_id, a mailbox
  std::string public_address;     // what contacts see and dial, when it differs; else empty
  std::vector<std::string> also;  // further spellings of `address` that providers use
  DeskName desk;
  QueueName queue;     // where its work waits
  FlowName flow;       // greets contacts who have no owner; empty: straight to the queue
  DialPlan dial_plan;  // empty country: numbers come with their country code
  std::optional<OpeningHours> hours;  // none: always open
  UnknownSend unknown_send = UnknownSend::resend;
  std::string fallback;  // voice: where the host sends calls while the engine cannot decide
  std::optional<LookUpConfig> look_up;
};

struct DeskConfig {
  DeskName name;
  Duration reopen = std::chrono::hours(24);         // inside it the same conversation
  Duration affinity = std::chrono::hours(24 * 30);  // then a new one, the same owner first; not
                                                    // shorter than `reopen`
  Duration owner_wait = std::chrono::minutes(3);    // how long an owner is waited for
  std::size_t text_limit = 319;                     // SMS and MMS, Unicode scalars
  std::string waiting_text;                         // said while waiting on a telephone
};

struct QueueConfig {
  QueueName name;
  std::vector<SkillName> skills;               // needed by all its work
  Duration ageing = std::chrono::seconds(60);  // one point of priority is worth so much waiting
  Duration offer_timeout = std::chrono::seconds(20);
  Duration wrap_up{};     // after voice work; zero: none
  int missed_offers = 3;  // so many in a row and the agent is paused by the router; 0: never
  FlowName waiting_flow;  // run when the contact has to wait: offers the alternatives
  std::vector<std::string> waiting_when;  // WaitReason words on which it is run; empty without one
};

struct AgentConfig {
  AgentName name;
  std::string display_name;             // what contacts read and hear
  AuthorRole role = AuthorRole::agent;  // agent or staff
  bool supervisor = false;
  std::vector<QueueName> queues;
  std::map<SkillName, int> skills;    // level 1..10
  std::map<WorkClass, int> capacity;  // how many at once, 0..100; all four classes are there
  std::string device;                 // what the telephone system rings; one agent each
  std::string email;
};

// Texts by locale. A text that was written without locales stands under the tenant's.
struct LocalizedText {
  std::map<std::string, TextTemplate, std::less<>> by_locale;

  bool empty() const { return by_locale.empty(); }
  // The text of the closest locale: "pt-PT", then "pt"; then the tenant's in the same way. Null
  // only when it is empty. Borrowed.
  const TextTemplate* text_for(std::string_view locale, std::string_view tenant_locale) const;
  // The locale of that text, as it is written in the configuration; "" when it is empty.
  std::string locale_for(std::string_view locale, std::string_view tenant_locale) const;
};

// A text that is sent by name: a quick reply, a confirmation mail, a link.
struct MessageTemplate {
  TemplateName name;
  LocalizedText subject;  // mail; else empty
  LocalizedText text;
  std::vector<Media> attachments;
  std::string provider_name;  // channels with registered templates: its name there
  bool approved = false;      // by the provider
  std::vector<std::string> provider_variables;  // paths, in the registered template's order
};

struct StatusConfig {
  CaseStatusName name;
  StatusCategory category = StatusCategory::open;
  std::vector<CaseStatusName> from;  // empty: from any
  // What must hold before it: "fields.<field>" has a value, "address.<kind>" is known of the
  // contact, "informed.<word>" was told, "reply_verified".
  std::vector<std::string> needs;
  TemplateName sends;         // once, in the same commit; empty: nothing
  EntryPointName sends_from;  // set exactly when `sends` is
  bool person_only = false;   // only a person may set it
  bool awaits_reply = false;  // a mail of the contact's is linked and goes to verification
  // A person may set it with `override`, whatever `needs` and required fields say.
  bool allows_override = false;
  CaseStatusName reopens_to;  // resolved: where a mail of the case's sets it back to
};

struct CaseRule {
  std::vector<Condition> when;  // all of them; none: always
  std::string advice;           // a word: "written_confirmation"
  std::string text;             // what the agent is told
};

struct FieldConfig {
  std::string name;       // can stand in a path: no '.'
  std::string type;       // "text", "number", "date_time", "yes_no", "cpf"
  bool required = false;  // when the case becomes `resolved` or `final`
  bool sendable = true;   // templates may show it
};

struct CaseTypeConfig {
  CaseTypeName name;
  ProtocolFormat protocol;
  std::vector<FieldConfig> fields;
  std::vector<StatusConfig> statuses;  // at least one; the first is the one a case opens with
  std::vector<CaseRule> rules;
  std::map<std::string, std::size_t, std::less<>> field_places;  // in `fields`, for `field`
  std::map<CaseStatusName, std::size_t> status_places;           // in `statuses`, for `status`

  // Null when there is none of that name. Borrowed.
  const FieldConfig* field(std::string_view name) const;
  const StatusConfig* status(const CaseStatusName& name) const;
};

// An action on another system, and which fields of the case its answer sets.
struct ActionConfig {
  std::string name;
  std::vector<std::string> parameters;      // every one of them is required
  std::map<std::string, std::string> sets;  // case field -> path in {parameters, answer, fields}
  bool supersedes_mails = false;  // what was sent before about the case is out of date then
};

struct SurveyConfig {
  std::string name;
  int low = 0;  // scale, 0..100
  int high = 10;
  TemplateName message;  // the text with the link
  EntryPointName sends_from;
  Duration period = std::chrono::hours(72);  // answers count so long
  TemplateName thanks;  // acknowledges an answer on a written channel; empty: nothing
};

struct CallbackConfig {
  std::size_t attempts = 3;                       // 1..Limits::callback_attempts
  Duration retry = std::chrono::minutes(15);      // after no answer or busy
  Duration agent_bound = std::chrono::hours(24);  // then anybody of the queue
};

struct TenantConfig {
  std::string company;
  std::string locale = "en";     // "pt-BR"
  std::string zone = "UTC";      // IANA name
  std::string mail_domain;       // of Message-IDs and signed reply addresses; needed for mail
  std::string survey_url;        // "https://example.org/s/": the token is put behind it
  std::string conversation_url;  // where staff open a conversation: its id is put behind it
};

class Configuration {
 public:
  // Reads and checks a document (docs/configuration.md). Fails with `invalid` on the first fault,
  // whose path is the subject ("queues[0].skills[1]"; "line 3, column 5" for what is not JSON),
  // with a reason such as
  //   missing_key, unknown_key, repeated_key, wrong_type    the shape of the document
  //   bad_name, bad_form, bad_duration, unknown_word, out_of_range, ...    a value
  //   repeated_name, repeated_address, repeated_path, ...   two that must differ
  //   unknown_name, unknown_field                           a reference to what is not there
  // and with `limit`, reason "too_long", when it has more than Limits::configuration_bytes. Flows
  // are only looked at for their names; FlowEngine::load compiles them.
  static Result<Configuration> parse(std::string_view json, const Limits& limits = {});

  TenantConfig tenant;
  std::vector<Connection> connections;  // without secrets; see `secret_names`
  std::map<ConnectionName, std::vector<std::string>> secret_names;
  std::vector<EntryPointConfig> entry_points;
  std::vector<DeskConfig> desks;
  std::vector<QueueConfig> queues;
  std::vector<AgentConfig> agents;
  std::vector<MessageTemplate> templates;
  std::vector<CaseTypeConfig> case_types;
  std::vector<ActionConfig> actions;
  std::vector<SurveyConfig> surveys;
  CallbackConfig callbacks;
  std::vector<std::string> flows;    // each flow's JSON on one line, for FlowEngine::load
  std::vector<FlowName> flow_names;  // of `flows`, in the same order

  // Null when there is none of that name. Borrowed from the configuration. O(log n), as all
  // finders.
  const EntryPointConfig* entry_point(const EntryPointName& name) const;
  const DeskConfig* desk(const DeskName& name) const;
  const QueueConfig* queue(const QueueName& name) const;
  const AgentConfig* agent(const AgentName& name) const;
  const MessageTemplate* message_template(const TemplateName& name) const;
  const CaseTypeConfig* case_type(const CaseTypeName& name) const;
  const ActionConfig* action(std::string_view name) const;
  const SurveyConfig* survey(std::string_view name) const;
  const Connection* connection(const ConnectionName& name) const;
  bool has_flow(const FlowName& name) const;

  // The connection that requests to this path belong to; null when there is none.
  const Connection* connection_at(std::string_view path) const;
  // The agent whose telephone this is; null when it is nobody's.
  const AgentConfig* agent_with_device(std::string_view device) const;
  // The entry point that a provider's `to` names on this connection, by `address` or `also`, letter
  // by letter; mailboxes without regard to case.
  const EntryPointConfig* entry_point_at(const ConnectionName& connection,
                                         std::string_view address) const;
  // The first entry point of a desk on a channel; null when there is none.
  const EntryPointConfig* entry_point_on(const DeskName& desk, Channel channel) const;

 private:
  using Places = std::map<std::string, std::size_t, std::less<>>;
  // Where everything stands in the lists above.
  struct Index {
    std::map<ConnectionName, std::size_t> connections;
    std::map<EntryPointName, std::size_t> entry_points;
    std::map<DeskName, std::size_t> desks;
    std::map<QueueName, std::size_t> queues;
    std::map<AgentName, std::size_t> agents;
    std::map<TemplateName, std::size_t> templates;
    std::map<CaseTypeName, std::size_t> case_types;
    Places actions;
    Places surveys;
    std::set<FlowName> flows;
    Places paths;
    Places devices;
    std::map<ConnectionName, Places> addresses;
    std::map<ConnectionName, Places> mailboxes;  // in lower case
    std::map<std::pair<DeskName, Channel>, std::size_t> channels;
  };

  // Fails on what must be there once and is there twice.
  Status build_index();
  Status index_connections();
  Status index_entry_points();
  Status index_agents();

  Index index_;
};

}  // namespace novelo
