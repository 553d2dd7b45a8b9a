#include "support/clinic.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <doctest/doctest.h>

#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/testing/provider.hpp"
#include "support/payloads.hpp"

namespace novelo::clinic {

namespace {

constexpr const char* document = R"({
  "tenant": {
    "company": "Clínica Aurora",
    "locale": "pt-BR",
    "zone": "America/Sao_Paulo",
    "survey_url": "https://aurora.example/s/",
    "conversation_url": "https://desk.aurora.example/conversations/"
  },
  "connections": [
    {"name": "pbx", "adapter": "voice", "path": "/hooks/pbx",
     "settings": {"verbs_url": "https://pbx.aurora.example/verbs"}, "secrets": ["shared_secret"]},
    {"name": "twilio", "adapter": "sms", "path": "/hooks/sms",
     "settings": {"account_sid": "AC00000000000000000000000000000001"}, "secrets": ["auth_token"]},
    {"name": "meta", "adapter": "whatsapp", "path": "/hooks/whatsapp",
     "secrets": ["app_secret", "verify_token", "access_token"]}
  ],
  "entry_points": [
    {"name": "line", "channel": "voice", "connection": "pbx", "address": "08001234567",
     "desk": "care", "queue": "appointments", "country": "55", "area": "41",
     "fallback": "queue-9000"},
    {"name": "sms", "channel": "sms", "connection": "twilio", "address": "+5541955550000",
     "desk": "care", "queue": "appointments", "country": "55", "area": "41",
     "unknown_send": "hold"},
    {"name": "whatsapp", "channel": "whatsapp", "connection": "meta",
     "address": "106540352242922", "public_address": "5541955551234", "desk": "care",
     "queue": "appointments"}
  ],
  "desks": [
    {"name": "care", "reopen": "24h", "affinity": "30d", "owner_wait": "3m",
     "waiting_text": "Um momento, por favor."}
  ],
  "queues": [
    {"name": "appointments", "ageing": "1m", "offer_timeout": "20s", "wrap_up": "10s",
     "waiting_flow": "busy_adviser", "waiting_when": ["preferred_busy"]}
  ],
  "agents": [
    {"name": "joao", "display_name": "João", "queues": ["appointments"], "device": "sip:101"},
    {"name": "marta", "display_name": "Marta", "supervisor": true, "queues": ["appointments"],
     "device": "sip:102"}
  ],
  "templates": [
    {"name": "continue_on_whatsapp", "text": "Fale com a gente no WhatsApp: {link.whatsapp}"},
    {"name": "continue_on_sms", "text": "Responda a esta mensagem para continuar."},
    {"name": "reminder", "text": "Olá {contact.name|cliente}, lembramos da sua consulta.",
     "provider_name": "appointment_reminder", "approved": true,
     "provider_variables": ["contact.name"]},
    {"name": "nps", "text": "De 0 a 10, quanto nos recomenda? {survey.link}"},
    {"name": "nps-thanks", "text": "Obrigado!"}
  ],
  "case_types": [
    {"name": "appointment", "protocol": "{yyyy}{mm}{dd}{seq:6}",
     "fields": [{"name": "new_date", "type": "date_time"}],
     "statuses": [{"name": "open", "category": "open"},
                  {"name": "done", "category": "resolved"}]}
  ],
  "surveys": [
    {"name": "nps", "message": "nps", "sends_from": "sms", "period": "72h",
     "thanks": "nps-thanks"}
  ],
  "callbacks": {"attempts": 3, "retry": "15m", "agent_bound": "24h"}
})";

constexpr const char* mail_document = R"({
  "connection": {"name": "mail", "adapter": "email", "path": "/hooks/mail",
                 "settings": {"domain": "aurora.example"}, "secrets": ["shared_secret"]},
  "entry_point": {"name": "mailbox", "channel": "email", "connection": "mail",
                  "address": "care@aurora.example", "desk": "care", "queue": "appointments"},
  "templates": [
    {"name": "confirm", "subject": "Confirme, protocolo {case.protocol}",
     "text": "A nova data é {dates.new_date}."},
    {"name": "confirm_visit", "subject": "Consulta {case.protocol}",
     "text": "Confirma {dates.date}?"}
  ],
  "case_types": [
    {"name": "appointment", "protocol": "{yyyy}{mm}{dd}{seq:6}",
     "fields": [{"name": "new_date", "type": "date_time"},
                {"name": "cpf", "type": "cpf", "sendable": false}],
     "statuses": [
       {"name": "open", "category": "open"},
       {"name": "confirming", "category": "waiting", "sends": "confirm", "sends_from": "mailbox",
        "awaits_reply": true},
       {"name": "done", "category": "resolved"},
       {"name": "approved", "category": "resolved", "reopens_to": "confirming"},
       {"name": "over", "category": "final"}
     ]},
    {"name": "visit",
     "fields": [{"name": "date", "type": "date_time"}, {"name": "price", "type": "number"},
                {"name": "paid", "type": "yes_no"}, {"name": "about", "type": "text"},
                {"name": "cpf", "type": "cpf"}],
     "statuses": [
       {"name": "open", "category": "open"},
       {"name": "pending", "category": "waiting", "sends": "confirm_visit",
        "sends_from": "mailbox", "awaits_reply": true},
       {"name": "approved", "category": "waiting", "needs": ["reply_verified"],
        "allows_override": true},
       {"name": "done", "category": "resolved"},
       {"name": "closed", "category": "final"}
     ]}
  ],
  "action": {"name": "move", "parameters": ["date"],
             "sets": {"date": "answer.date", "price": "answer.price"}, "supersedes_mails": true}
})";

const VoiceAdapter voice_adapter;
const SmsAdapter sms_adapter;
const WhatsAppAdapter whatsapp_adapter;
const EmailAdapter email_adapter;

// The secrets of the connection, as the engine has them.
Connection connection_of(const std::string& name) {
  const EngineOptions given = options();
  Connection connection;
  connection.name = ConnectionName(name);
  connection.adapter = adapter_of(connection.name);
  connection.secrets = given.secrets.at(connection.name);
  return connection;
}

Outcome must_succeed(const Result<Outcome>& result) {
  if (!result) FAIL(to_string(result.error()));
  return *result;
}

}  // namespace

Timestamp morning() {
  return parse_timestamp("2026-03-02T12:00:00Z").value();
}

nlohmann::json configuration() {
  nlohmann::json json = nlohmann::json::parse(document);
  json["flows"].push_back(
      nlohmann::json::parse(testing_support::read_source("examples/flows/busy_adviser.json")));
  return json;
}

nlohmann::json configuration_with_mail() {
  nlohmann::json json = configuration();
  const nlohmann::json more = nlohmann::json::parse(mail_document);
  json["tenant"]["mail_domain"] = "aurora.example";
  json["connections"].push_back(more["connection"]);
  json["entry_points"].push_back(more["entry_point"]);
  for (const auto& text : more["templates"]) json["templates"].push_back(text);
  json["case_types"] = more["case_types"];
  json["actions"].push_back(more["action"]);
  return json;
}

EngineOptions options() {
  EngineOptions how;
  how.tenant = TenantName("clinic");
  how.tenant_secret = Secret("a secret of the clinic's own");
  how.secrets[ConnectionName("pbx")]["shared_secret"] = {Secret("pbx-secret")};
  how.secrets[ConnectionName("mail")]["shared_secret"] = {Secret("mail-secret")};
  how.secrets[ConnectionName("twilio")]["auth_token"] = {Secret("twilio-secret")};
  auto& meta = how.secrets[ConnectionName("meta")];
  meta["app_secret"] = {Secret("meta-secret")};
  meta["verify_token"] = {Secret("meta-verify")};
  meta["access_token"] = {Secret("meta-access")};
  return how;
}

std::vector<const ChannelAdapter*> adapters() {
  return {&voice_adapter, &sms_adapter, &whatsapp_adapter, &email_adapter};
}

StoreRows content_of(Store& store) {
  StoreRows content;
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    const auto table = static_cast<Table>(number);
    auto rows = store.scan(table, "", std::string(64, '\xff'), SIZE_MAX, Order::ascending);
    REQUIRE(rows);
    for (Row& row : *rows) content.emplace_back(table, std::move(row.key), std::move(row.value));
  }
  return content;
}

std::string difference(const StoreRows& left, const StoreRows& right) {
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    if (i < left.size() && i < right.size() && left[i] == right[i]) continue;
    const StoreRows& longer = i < left.size() ? left : right;
    return "row " + std::to_string(i) + " of table " +
           std::string(to_string(std::get<Table>(longer[i])));
  }
  return {};
}

void WatchedStore::fail_commit(std::size_t before, ErrorCode code, bool applied) {
  failure_ = {before, code, applied};
}

Result<std::optional<std::string>> WatchedStore::get(Table table, std::string_view key) {
  if (std::exchange(fail_read_, false)) {
    return fail({ErrorCode::storage, "test", "the test makes this read fail", {}, {}});
  }
  ++rows_read_;
  return ForwardingStore::get(table, key);
}

Result<std::vector<Row>> WatchedStore::scan(Table table, std::string_view from, std::string_view to,
                                            std::size_t limit, Order order) {
  auto rows = ForwardingStore::scan(table, from, to, limit, order);
  if (rows) rows_read_ += rows->size();
  return rows;
}

Status WatchedStore::commit_all(std::span<const TenantWrites> parts) {
  if (nothing_to_write(parts)) return ForwardingStore::commit_all(parts);  // a look at the fences
  ++commits_;
  if (failure_ && failure_->before-- == 0) {
    const Failure failure = *std::exchange(failure_, std::nullopt);
    if (failure.applied) {
      const Status applied = ForwardingStore::commit_all(parts);
      REQUIRE(applied);
    }
    return fail({failure.code, "test", "the test makes this commit fail", {}, {}});
  }
  return ForwardingStore::commit_all(parts);
}

std::string adapter_of(const ConnectionName& connection) {
  if (connection.text() == "pbx") return "voice";
  if (connection.text() == "mail") return "email";
  return connection.text() == "twilio" ? "sms" : "whatsapp";
}

InboundMessage message(std::string id, const std::string& to, const std::string& from,
                       std::string text, std::optional<Timestamp> at) {
  InboundMessage inbound;
  inbound.id = std::move(id);
  inbound.at = at;
  inbound.from.address = {AddressKind::phone, from};
  inbound.to = to;
  inbound.content.text = std::move(text);
  return inbound;
}

InboundMessage letter(std::string id, const std::string& from, std::string subject,
                      const std::string& to, const std::string& answers) {
  InboundMessage mail;
  mail.from.address = {AddressKind::email, from};
  mail.to = mailbox;
  mail.content.text = "Bom dia!";
  mail.content.mail = Mail{std::move(subject), id, {}, {}, {to}, AutoMail::none};
  if (!answers.empty()) mail.content.mail->in_reply_to = {answers};
  mail.id = std::move(id);
  return mail;
}

CallEvent call_event(CallEventKind kind, std::string call) {
  CallEvent event;
  event.kind = kind;
  event.call = std::move(call);
  return event;
}

Host::Host(Store& store, EngineOptions how, Timestamp start)
    : store_(&store), options_(std::move(how)), now_(start) {
  open();
}

void Host::open() {
  auto engine = Engine::open(*store_, adapters(), options_, now_);
  if (!engine) FAIL(to_string(engine.error()));
  engine_.emplace(std::move(*engine));
}

void Host::reopen() {
  engine_.reset();
  open();
}

void Host::pass(Duration time) {
  const Timestamp until = now_ + time;
  for (int steps = 0; steps < 10'000; ++steps) {
    const auto next = engine_->next_deadline();
    if (!next || *next > until) break;
    now_ = std::max(now_, *next);
    REQUIRE(engine_->feed_time(now_));
    settle_all();
  }
  now_ = until;
  REQUIRE(engine_->feed_time(now_));
}

Outcome Host::configure() {
  return must(LoadConfiguration{configuration().dump()});
}

Result<Outcome> Host::command(CommandBody body, const std::string& actor) {
  const std::string id = "command-" + std::to_string(++commands_);
  return engine_->feed({id, AgentName(actor), std::move(body)}, now_);
}

Outcome Host::must(CommandBody body, const std::string& actor) {
  return must_succeed(command(std::move(body), actor));
}

Error Host::refusal(CommandBody body, const std::string& actor) {
  const auto result = command(std::move(body), actor);
  REQUIRE_FALSE(result);
  return result.error();
}

Result<Outcome> Host::event(const std::string& connection, ChannelEvent event) {
  const Input input = DecodedEvent{ConnectionName(connection), std::move(event)};
  auto results = engine_->feed(std::span(&input, 1), now_);
  if (!results) return fail(results.error());
  return std::move(results->front());
}

Outcome Host::whatsapp(const std::string& from, const std::string& text) {
  const std::string id = "wamid." + std::to_string(++events_);
  return must_succeed(event("meta", message(id, whatsapp_number, from, text, now_)));
}

Outcome Host::sms(const std::string& from, const std::string& text) {
  const std::string id = "SM" + std::to_string(++events_);
  return must_succeed(event("twilio", message(id, sms_number, from, text)));
}

Outcome Host::mail(const std::string& from, const std::string& to, const std::string& answers) {
  const std::string id = "mail-" + std::to_string(++events_);
  return must_succeed(event("mail", letter(id, from, "Consulta", to, answers)));
}

Outcome Host::call(const std::string& call, const std::string& from) {
  CallEvent event = call_event(CallEventKind::incoming, call);
  event.from.address = {AddressKind::phone, from};
  event.to = line_number;
  return told(std::move(event));
}

Outcome Host::withheld_call(const std::string& call) {
  CallEvent event = call_event(CallEventKind::incoming, call);
  event.from.address = {AddressKind::withheld, call};
  event.to = line_number;
  return told(std::move(event));
}

Outcome Host::told(CallEvent told) {
  if (told.id.empty()) told.id = "event-" + std::to_string(++events_);
  return must_succeed(event("pbx", std::move(told)));
}

Outcome Host::hung_up(const std::string& call, int cause) {
  CallEvent event = call_event(CallEventKind::hung_up, call);
  event.cause = cause;
  return told(std::move(event));
}

Request Host::webhook(const std::string& connection, const std::string& body) const {
  static const std::map<std::string, std::string> paths{{"pbx", "/hooks/pbx"},
                                                        {"twilio", "/hooks/sms"},
                                                        {"meta", "/hooks/whatsapp"},
                                                        {"mail", "/hooks/mail"}};
  Request request;
  request.url = "https://desk.aurora.example" + paths.at(connection);
  if (connection == "twilio") {
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  }
  request.body = body;
  novelo::testing::sign(request, connection_of(connection));
  return request;
}

std::vector<Handout> Host::poll() {
  auto handouts = engine_->poll(now_, 1000);
  if (!handouts) FAIL(to_string(handouts.error()));
  for (const Handout& out : *handouts) {
    if (out.kind != EffectKind::notify || out.body.at("type").to_text() != "offer") continue;
    offers_[out.agent.text()] = OfferId(std::stoull(out.body.at("offer").to_text()));
  }
  return std::move(*handouts);
}

Outcome Host::settle(const Handout& out) {
  Settlement settlement = Done{};
  if (out.request) {
    settlement = novelo::testing::friendly_reply(adapter_of(out.connection), out.id);
  }
  return must_succeed(engine_->settle(out.id, settlement, now_));
}

std::vector<Handout> Host::settle_all() {
  std::vector<Handout> carried;
  for (std::vector<Handout> batch = poll(); !batch.empty(); batch = poll()) {
    for (Handout& out : batch) {
      settle(out);
      carried.push_back(std::move(out));
    }
  }
  return carried;
}

OfferId Host::offer_to(const std::string& agent) const {
  const auto offer = offers_.find(agent);
  return offer == offers_.end() ? OfferId() : offer->second;
}

Outcome Host::accept(const std::string& agent) {
  settle_all();
  const Outcome accepted = must(AcceptOffer{offer_to(agent)}, agent);
  settle_all();
  return accepted;
}

void Host::sign_in(const std::string& agent) {
  must(SetPresence{AgentName(agent), Presence::available, {}}, agent);
}

ConversationRecord Host::conversation(ConversationId id) {
  return query().conversation(id).value();
}

Interaction Host::interaction(InteractionId id) {
  return query().interaction(id).value();
}

std::vector<Entry> Host::timeline(ConversationId id) {
  auto entries = query().timeline(id, 0, 1000);
  if (!entries) FAIL(to_string(entries.error()));
  return std::move(*entries);
}

std::size_t Host::count(ConversationId id, EventKind kind) {
  std::size_t found = 0;
  for (const Entry& entry : timeline(id)) {
    if (entry.type == EntryType::event && entry.event == kind) ++found;
  }
  return found;
}

}  // namespace novelo::clinic
