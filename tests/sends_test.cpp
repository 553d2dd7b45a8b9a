// Messages that go out: what may be said, and in which words.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

// João is in a chat with somebody whose name nobody knows.
struct Desk {
  MemoryStore store;
  Host host{store};
  ConversationId conversation;

  explicit Desk(nlohmann::json json = configuration_with_mail()) {
    host.must(LoadConfiguration{json.dump()});
    host.sign_in("joao");
    conversation = host.whatsapp(ana, "oi").conversation;
    host.accept("joao");
  }

  SendMessage message(const char* entry_point, std::string text = {}) {
    SendMessage send;
    send.conversation = conversation;
    send.entry_point = EntryPointName(entry_point);
    send.content.text = std::move(text);
    return send;
  }
  SendMessage templated(const char* entry_point, const char* name) {
    SendMessage send = message(entry_point);
    send.template_name = TemplateName(name);
    return send;
  }
  void name(const char* word) {
    host.must(UpsertContact{word, {}, {{AddressKind::phone, ana}}, {}});
  }
  std::string text_of(const Outcome& sent) {
    return host.timeline(conversation).at(sent.entry - 1).content.text;
  }
};

nlohmann::json with_template(nlohmann::json text) {
  nlohmann::json json = configuration_with_mail();
  json["templates"].push_back(std::move(text));
  return json;
}

nlohmann::json body_of(const std::vector<Handout>& handouts) {
  for (const Handout& out : handouts) {
    if (out.kind == EffectKind::send) return nlohmann::json::parse(out.request->body);
  }
  return {};
}

}  // namespace

// --- templates -----------------------------------------------------------------------------------

TEST_CASE("[S2.9] a template is not sent with a gap in it") {
  Desk desk(with_template({{"name", "hello"}, {"text", "Olá {contact.name}, {note}{more|}!"}}));
  const SendMessage hello = desk.templated("sms", "hello");
  const StoreRows before = content_of(desk.store);
  const Error nameless = desk.host.refusal(hello, "joao");
  CHECK(nameless.code == ErrorCode::refused);
  CHECK(nameless.reason == "missing_variable");
  CHECK(nameless.subject == "variables.contact.name");
  CHECK(nameless.message.find("{contact.name}") != std::string::npos);
  CHECK(nameless.remedy.find("{contact.name|...}") != std::string::npos);
  desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, "5541900000001"}}, {}});
  CHECK(desk.host.refusal(hello, "joao").subject == "variables.contact.name");

  desk.name("Ana");
  CHECK(desk.host.refusal(hello, "joao").subject == "variables.note");
  SendMessage filled = hello;
  filled.variables["note"] = Value("bom dia");
  CHECK(desk.text_of(desk.host.must(filled, "joao")) == "Olá Ana, bom dia!");
  CHECK_FALSE(difference(before, content_of(desk.store)).empty());
}

TEST_CASE("[S2.9] a registered template takes the text's fallback, or is not sent") {
  Desk desk;
  desk.host.must(desk.templated("whatsapp", "reminder"), "joao");
  const nlohmann::json sent = body_of(desk.host.settle_all());
  CHECK(sent["template"]["components"][0]["parameters"][0]["text"] == "cliente");

  Desk other(with_template({{"name", "date"},
                            {"text", "A nova data está no aplicativo."},
                            {"provider_name", "date_v1"},
                            {"approved", true},
                            {"provider_variables", {"fields.new_date"}}}));
  const Error refused = other.host.refusal(other.templated("whatsapp", "date"), "joao");
  CHECK(refused.reason == "missing_variable");
  CHECK(refused.subject == "variables.fields.new_date");
  SendMessage for_case = other.templated("whatsapp", "date");
  for_case.case_id = other.host
                         .must(OpenCase{other.conversation,
                                        CaseTypeName("appointment"),
                                        {},
                                        {{"new_date", Value("2026-03-17T10:00:00Z")}},
                                        {}},
                               "joao")
                         .case_id;
  other.host.must(for_case, "joao");
  const nlohmann::json body = body_of(other.host.settle_all());
  CHECK(body["template"]["components"][0]["parameters"][0]["text"] == "2026-03-17T10:00:00Z");
}

TEST_CASE("a registered template goes out in the locale that its text has") {
  Desk desk;
  desk.host.must(UpsertContact{"Ana", "es", {{AddressKind::phone, ana}}, {}});
  desk.host.must(desk.templated("whatsapp", "reminder"), "joao");
  CHECK(body_of(desk.host.settle_all())["template"]["language"]["code"] == "pt_BR");
}

TEST_CASE("a template goes out on any channel as the channel is able to carry it") {
  Desk desk(with_template({{"name", "hours"},
                           {"subject", "Horário"},
                           {"text", "Abrimos às 8 h."},
                           {"provider_name", "hours_v1"},
                           {"approved", true}}));
  desk.host.must(UpsertContact{
      "Ana", {}, {{AddressKind::phone, ana}, {AddressKind::email, "ana@correio.example"}}, {}});
  for (const char* entry_point : {"sms", "whatsapp", "mailbox"}) {
    INFO(entry_point);
    const Outcome sent = desk.host.must(desk.templated(entry_point, "hours"), "joao");
    desk.host.settle_all();
    const Entry entry = desk.host.timeline(desk.conversation).at(sent.entry - 1);
    CHECK(entry.status == DeliveryStatus::accepted);
    CHECK(entry.content.template_use.has_value() == (entry.channel == Channel::whatsapp));
    CHECK(entry.content.mail.has_value() == (entry.channel == Channel::email));
  }
}

TEST_CASE("[S2.10] a registered template that is not configured is not sent") {
  Desk desk;
  SendMessage send = desk.message("whatsapp");
  send.content.template_use = TemplateUse{TemplateName("anything"), "pt-BR", {}};
  CHECK(desk.host.refusal(send, "joao").reason == "not_configured");
}

TEST_CASE("[S0.31] a status whose mail has a gap is not set") {
  Desk desk;
  desk.host.must(UpsertContact{
      "Ana", {}, {{AddressKind::phone, ana}, {AddressKind::email, "ana@correio.example"}}, {}});
  const CaseId id =
      desk.host.must(OpenCase{desk.conversation, CaseTypeName("appointment"), {}, {}, {}}, "joao")
          .case_id;
  const StoreRows before = content_of(desk.store);
  const Error refused =
      desk.host.refusal(SetCaseStatus{id, CaseStatusName("confirming"), false}, "joao");
  CHECK(refused.reason == "missing_variable");
  CHECK(refused.subject == "variables.dates.new_date");
  CHECK(difference(before, content_of(desk.store)).empty());
}

TEST_CASE("a flow whose message cannot be said leads to a person, who sees why") {
  nlohmann::json json = configuration();
  json["entry_points"][1]["flow"] = "busy_adviser";
  json["templates"][0]["text"] = "{contact.name}, fale com a gente: {link.whatsapp}";
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{json.dump()});
  const Outcome oi = host.sms("+5541988887777", "oi");
  host.settle_all();
  host.sms("+5541988887777", "Seguir no WhatsApp");
  const Interaction interaction = host.query().interaction(oi.interaction).value();
  CHECK(interaction.state == InteractionState::waiting);
  CHECK(host.query().work(interaction.work));
  CHECK_FALSE(host.query().conversation(oi.conversation)->kept_place);
  const std::vector<Entry> entries = host.timeline(oi.conversation);
  const auto refused = std::find_if(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.event == EventKind::send_refused;
  });
  REQUIRE(refused != entries.end());
  CHECK(refused->details.at("reason") == Value("missing_variable"));
  CHECK(refused->details.at("subject") == Value("variables.contact.name"));
  CHECK(refused->author.role == AuthorRole::bot);
  CHECK(refused->customer_sequence == 0);
}

TEST_CASE("[S0.33] a contact whose mail address is known can go on by mail, and nobody else") {
  for (const bool known : {true, false}) {
    nlohmann::json json = configuration_with_mail();
    json["entry_points"][1]["flow"] = "elsewhere";
    json["flows"].push_back(nlohmann::json::parse(R"({
      "flow": "elsewhere", "version": 1, "locales": ["pt-BR"], "start": "where", "steps": {
        "where": {"kind": "choose", "save_as": "where", "text": "Como prefere continuar?",
                  "options": [{"id": "mail", "title": "Por e-mail",
                               "when": {"path": "channels.email"}},
                              {"id": "here", "title": "Por aqui"}],
                  "exits": {"mail": "mail", "here": "desk", "no_match": "mail",
                            "no_answer": "desk"}},
        "mail": {"kind": "switch_channel", "channel": "email", "message": "go_on",
                 "exits": {"failed": "desk"}},
        "desk": {"kind": "hand_over"}}})"));
    json["templates"].push_back(
        {{"name", "go_on"}, {"subject", "Continuemos"}, {"text", "Responda a este e-mail."}});
    MemoryStore store;
    Host host(store);
    host.must(LoadConfiguration{json.dump()});
    UpsertContact contact{"Ana", {}, {{AddressKind::phone, ana}}, {}};
    if (known) contact.addresses.push_back({AddressKind::email, "ana@correio.example"});
    host.must(contact);
    const Outcome oi = host.sms("+5541988887777", "oi");
    host.settle_all();
    host.sms("+5541988887777", "Por e-mail");
    const ConversationRecord after = host.query().conversation(oi.conversation).value();
    CHECK(after.kept_place.has_value() == known);
    CHECK((host.query().interaction(oi.interaction)->state == InteractionState::ended) == known);
    std::size_t mails = 0;
    for (const Handout& out : host.settle_all()) {
      if (out.connection == ConnectionName("mail")) ++mails;
    }
    CHECK(mails == (known ? 1 : 0));
  }
}

// --- what a channel carries ----------------------------------------------------------------------

TEST_CASE("what a channel cannot carry is refused when it is decided") {
  Desk desk;
  const StoreRows before = content_of(desk.store);
  SendMessage photo = desk.message("sms", "a foto");
  photo.content.media = {{MediaKind::image, "image/jpeg", "foto.jpg", 10, "part:1", {}}};
  CHECK(desk.host.refusal(photo, "joao").reason == "media_needs_url");
  SendMessage card = desk.message("whatsapp");
  card.content.media = {
      {MediaKind::contact, "text/vcard", "joao.vcf", 10, "https://x.example/j", {}}};
  const Error refused = desk.host.refusal(card, "joao");
  CHECK(refused.code == ErrorCode::unsupported);
  CHECK(refused.reason == "no_contact_cards");
  CHECK_FALSE(refused.remedy.empty());
  CHECK(difference(before, content_of(desk.store)).empty());
}

TEST_CASE("a case's fields stand in no message to another contact") {
  Desk desk;
  const Outcome other = desk.host.whatsapp("5541977776666", "oi");
  const CaseId theirs =
      desk.host.must(OpenCase{other.conversation, CaseTypeName("appointment"), {}, {}, {}}, "joao")
          .case_id;
  SendMessage send = desk.message("whatsapp", "sobre o seu pedido");
  send.case_id = theirs;
  CHECK(desk.host.refusal(send, "joao").reason == "other_contact");
  send.conversation = other.conversation;
  desk.host.must(send, "joao");
}

// --- windows -------------------------------------------------------------------------------------

TEST_CASE("[S2.23] a message whose window was opened again goes out, and is not taken back") {
  Desk desk;
  desk.host.wait(24h - 1min);
  const Outcome sent = desk.host.must(desk.message("whatsapp", "olá"), "joao");
  desk.host.wait(30s);
  desk.host.whatsapp(ana, "ainda estou aqui");
  desk.host.wait(1h);
  REQUIRE(desk.host.engine().feed_time(desk.host.now()));
  const auto status = [&] {
    return desk.host.timeline(desk.conversation).at(sent.entry - 1).status;
  };
  CHECK(status() == DeliveryStatus::pending);
  desk.host.settle_all();
  CHECK(status() == DeliveryStatus::accepted);

  const Outcome late = desk.host.must(desk.message("whatsapp", "tchau"), "joao");
  desk.host.wait(24h);
  REQUIRE(desk.host.engine().feed_time(desk.host.now()));
  CHECK(desk.host.timeline(desk.conversation).at(late.entry - 1).status == DeliveryStatus::refused);
  std::vector<std::string> told;
  for (const Handout& out : desk.host.poll()) {
    if (out.agent == AgentName("joao")) told.push_back(out.body.at("type").to_text());
  }
  CHECK(std::find(told.begin(), told.end(), "send_failed") != told.end());
}

TEST_CASE(
    "[S2.23] [S0.29] a window that one address has opened is closed for the contact's others") {
  MemoryStore store;
  Host host(store);
  nlohmann::json json = configuration();
  json["entry_points"][2]["flow"] = "busy_adviser";
  host.must(LoadConfiguration{json.dump()});
  const std::string second = "5541988881111";
  const Address phones[] = {{AddressKind::phone, ana}, {AddressKind::phone, second}};
  host.must(UpsertContact{"Ana", {}, {phones[0], phones[1]}, {}});
  // What she wrote from her first number came late: its window has five minutes left.
  const auto wrote = host.now() - 24h + 5min;
  const InboundMessage first = message("wamid.1", whatsapp_number, ana, "oi", wrote);
  const ConversationId conversation = host.event("meta", first)->conversation;
  CHECK(host.settle_all().size() == 1);  // the menu
  host.whatsapp(second, "oi, daqui");
  host.settle_all();
  host.pass(16min);  // nobody answered the menu: it would be said again, to both numbers
  for (const Entry& entry : host.timeline(conversation)) {
    if (entry.direction != Direction::outbound || entry.at < host.now() - 10min) continue;
    CHECK(host.interaction(entry.interaction).remote == phones[1]);
  }
  CHECK(host.count(conversation, EventKind::send_refused) == 1);
}

TEST_CASE(
    "[S2.23] a provider that says the window is closed is believed until the contact writes") {
  Desk desk;
  const Outcome sent = desk.host.must(desk.message("whatsapp", "olá"), "joao");
  desk.host.poll();
  const TransportReply closed{
      400, {}, R"({"error": {"message": "x", "code": 131047, "fbtrace_id": "A"}})"};
  REQUIRE(desk.host.engine().settle(sent.effect, closed, desk.host.now()));
  const Entry failed = desk.host.timeline(desk.conversation).at(sent.entry - 1);
  REQUIRE(failed.error.error == SendErrorClass::window_closed);
  CHECK(desk.host.refusal(desk.message("whatsapp", "e agora?"), "joao").reason ==
        "template_required");
  desk.host.wait(1s);
  desk.host.whatsapp(ana, "oi");
  desk.host.must(desk.message("whatsapp", "olá"), "joao");

  // News of an older message does not close what the contact has opened since.
  Receipt receipt;
  receipt.message_id = "unheard.of";
  receipt.effect = sent.effect;
  receipt.status = DeliveryStatus::failed;
  receipt.error = SendError{SendErrorClass::window_closed, "131047", {}};
  REQUIRE(desk.host.event("meta", receipt));
  desk.host.must(desk.message("whatsapp", "tudo bem?"), "joao");
}

TEST_CASE("[S2.20] a provider's refusal closes the window of the number that it is about alone") {
  const Address second{AddressKind::phone, "5541988881111"};
  const TransportReply closed{
      400, {}, R"({"error": {"message": "x", "code": 131047, "fbtrace_id": "A"}})"};
  for (const char* told : {"in the answer", "by the provider's id", "by the effect"}) {
    CAPTURE(told);
    Desk desk;
    desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}, second}, {}});
    const Outcome sent = desk.host.must(desk.message("whatsapp", "olá"), "joao");
    desk.host.poll();
    const bool late = std::string(told) != "in the answer";
    const bool by_effect = std::string(told) == "by the effect";
    Settlement taken = novelo::testing::friendly_reply("whatsapp", sent.effect);
    if (by_effect) taken = Done{};
    if (late) REQUIRE(desk.host.engine().settle(sent.effect, taken, desk.host.now()));
    // What she wrote from her other number before that comes only now.
    const auto before = desk.host.now() - 1min;
    REQUIRE(desk.host.event(
        "meta", message("wamid.2", whatsapp_number, second.value, "oi, daqui", before)));
    desk.host.wait(1s);
    if (late) {
      Receipt receipt;
      receipt.message_id = novelo::testing::provider_id("whatsapp", sent.effect);
      if (by_effect) {
        receipt.message_id = "unheard.of";
        receipt.effect = sent.effect;
      }
      receipt.status = DeliveryStatus::failed;
      receipt.error = SendError{SendErrorClass::window_closed, "131047", {}};
      REQUIRE(desk.host.event("meta", receipt));
    } else {
      REQUIRE(desk.host.engine().settle(sent.effect, closed, desk.host.now()));
    }
    CHECK(desk.host.timeline(desk.conversation).at(sent.entry - 1).error.error ==
          SendErrorClass::window_closed);
    desk.host.must(desk.message("whatsapp", "recebi"), "joao");
    desk.host.whatsapp(ana, "oi");
    desk.host.must(desk.message("whatsapp", "olá de novo"), "joao");
  }
}

TEST_CASE("[S2.20] a window that a provider says is closed is so wherever its contact goes on") {
  Desk desk;  // with a stranger
  const Outcome sent = desk.host.must(desk.message("whatsapp", "olá"), "joao");
  desk.host.poll();
  const ContactId known =
      desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, "5541988881111"}}, {}}).contact;
  const Outcome own = desk.host.sms("+5541988881111", "oi");
  REQUIRE(own.conversation != desk.conversation);
  desk.host.must(ChooseContact{desk.conversation, known}, "joao");
  SendMessage more = desk.message("whatsapp", "e agora?");
  more.conversation = own.conversation;
  desk.host.must(more, "joao");  // her window came along
  const TransportReply closed{
      400, {}, R"({"error": {"message": "x", "code": 131047, "fbtrace_id": "A"}})"};
  REQUIRE(desk.host.engine().settle(sent.effect, closed, desk.host.now()));
  CHECK(desk.host.refusal(more, "joao").reason == "template_required");
}
