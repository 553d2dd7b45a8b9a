#include "novelo/adapters/whatsapp.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "novelo/base/digest.hpp"
#include "support/payloads.hpp"

using namespace novelo;
using namespace novelo::testing_support;
using Json = nlohmann::json;

namespace {

const WhatsAppAdapter adapter;

Connection connection() {
  return make_connection({}, {{"app_secret", "s3cret"},
                              {"verify_token", "hello-token"},
                              {"access_token", "EAAB-private"}});
}

Request post(std::string body) {
  Request request;
  request.url = "https://desk.example.org/hooks/whatsapp";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::move(body);
  return request;
}

Request sample(const std::string& name) {
  return post(read_source("tests/data/whatsapp/" + name + ".json"));
}

Request signed_sample(const Secret& secret) {
  Request request = sample("text");
  request.headers.push_back(
      {"x-hub-signature-256", "sha256=" + to_hex(hmac_sha256(secret, request.body))});
  return request;
}

Request handshake(const std::string& query) {
  Request request;
  request.method = "GET";
  request.url = "/hooks/whatsapp?" + query;
  return request;
}

std::vector<ChannelEvent> events_of(const Request& request) {
  const Result<Decoded> decoded = adapter.decode(request, connection());
  INFO("error ", decoded ? std::string() : to_string(decoded.error()));
  REQUIRE(decoded);
  return decoded->events;
}

template <class Event>
std::vector<Event> all_of(const std::string& name) {
  std::vector<Event> found;
  for (const ChannelEvent& event : events_of(sample(name))) {
    REQUIRE(std::holds_alternative<Event>(event));
    found.push_back(std::get<Event>(event));
  }
  return found;
}

OutboundMessage outbound(std::string text) {
  OutboundMessage message;
  message.effect = EffectId(9001);
  message.from = "106540352242922";
  message.to = {AddressKind::phone, "554188887777"};
  message.content.text = std::move(text);
  return message;
}

Json body_of(const OutboundMessage& message) {
  const Result<Encoded> encoded = adapter.encode(message, connection());
  INFO("error ", encoded ? std::string() : to_string(encoded.error()));
  REQUIRE(encoded);
  return Json::parse(encoded->request.body);
}

// The body of a message of that type, with what every body has.
Json expected(std::string type, Json content) {
  Json body = Json::parse(R"({"messaging_product":"whatsapp","recipient_type":"individual",
      "to":"554188887777","biz_opaque_callback_data":"9001"})");
  body["type"] = type;
  body[type] = std::move(content);
  return body;
}

Error refusal(const OutboundMessage& message) {
  const Result<Encoded> encoded = adapter.encode(message, connection());
  REQUIRE(!encoded);
  CHECK_FALSE(encoded.error().remedy.empty());
  return encoded.error();
}

SendOutcome reply(int status, std::string body, std::vector<Header> headers = {}) {
  return adapter.read_reply(outbound("x"), {status, std::move(headers), std::move(body)},
                            connection());
}

SendOutcome refused(int code, int status = 400) {
  return reply(status, R"({"error":{"message":"m","code":)" + std::to_string(code) +
                           R"(,"error_data":{"details":"why"},"fbtrace_id":"t"}})");
}

}  // namespace

TEST_CASE("whatsapp: the handshake repeats the challenge to whoever knows the token") {
  const Request good =
      handshake("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=hello-token");
  CHECK(adapter.verify(good, connection()));
  const Result<Decoded> decoded = adapter.decode(good, connection());
  REQUIRE(decoded);
  CHECK(decoded->events.empty());
  CHECK(decoded->answer.status == 200);
  CHECK(decoded->answer.body == "1158201444");

  CHECK(!adapter.verify(handshake("hub.mode=subscribe&hub.challenge=1&hub.verify_token=x"),
                        connection()));
  CHECK(!adapter.verify(handshake("hub.mode=other&hub.verify_token=hello-token"), connection()));
  CHECK(!adapter.verify(handshake(""), connection()));
  CHECK(adapter.verify(good, make_connection({}, {})).error().reason == "no_secret");
}

TEST_CASE("whatsapp: the signature covers the raw body") {
  // RFC 4231, test case 2: what the keyed digest is built on.
  Request known = post("what do ya want for nothing?");
  known.headers.push_back(
      {"X-Hub-Signature-256",
       "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"});
  CHECK(adapter.verify(known, make_connection({}, {{"app_secret", "Jefe"}})));

  const Request good = signed_sample(Secret("s3cret"));
  CHECK(adapter.verify(good, connection()));
  for (std::size_t i = 0; i < good.body.size(); i += 7) {
    Request flipped = good;
    flipped.body[i] = static_cast<char>(flipped.body[i] ^ 1);
    CHECK(adapter.verify(flipped, connection()).error().code == ErrorCode::unauthentic);
  }
  for (std::size_t i = 0; i < good.headers.back().value.size(); ++i) {
    Request flipped = good;
    char& c = flipped.headers.back().value[i];
    c = static_cast<char>(c ^ 1);
    CHECK(!adapter.verify(flipped, connection()));
  }
  CHECK(!adapter.verify(sample("text"), connection()));
}

TEST_CASE("whatsapp: while a secret is changed both hold; without one nothing does") {
  Connection rotating = connection();
  rotating.secrets["app_secret"] = {Secret("next"), Secret("s3cret")};
  CHECK(adapter.verify(signed_sample(Secret("s3cret")), rotating));
  CHECK(adapter.verify(signed_sample(Secret("next")), rotating));
  CHECK(!adapter.verify(signed_sample(Secret("old")), rotating));
  rotating.secrets.erase("app_secret");
  CHECK(adapter.verify(signed_sample(Secret("s3cret")), rotating).error().reason == "no_secret");
  rotating.secrets["app_secret"] = {Secret("")};
  CHECK(!adapter.verify(signed_sample(Secret("")), rotating));
}

TEST_CASE("[S0.13] whatsapp: a text message") {
  const std::vector<InboundMessage> messages = all_of<InboundMessage>("text");
  REQUIRE(messages.size() == 1);
  const InboundMessage& message = messages.front();
  CHECK(message.id == "wamid.HBgMNTU0MTg4ODg3Nzc3T1");
  CHECK(message.at == Timestamp(std::chrono::seconds(1772450400)));
  CHECK(message.from.address == Address{AddressKind::phone, "554188887777"});
  CHECK(message.from.aliases ==
        std::vector<Address>{{AddressKind::whatsapp, "BR.13491208655302741918"}});
  CHECK(message.from.display_name == "Ana Souza");
  CHECK(message.to == "106540352242922");
  CHECK(message.content.text == "Oi João, pode ser amanhã? 😀");
  CHECK(message.content.reply_to == "wamid.OUT1");
}

TEST_CASE("whatsapp: one webhook carries many entries, changes, messages and statuses") {
  const std::vector<ChannelEvent> events = events_of(sample("batch"));
  REQUIRE(events.size() == 4);
  CHECK(std::get<InboundMessage>(events[0]).content.text == "um");
  CHECK(std::get<InboundMessage>(events[1]).content.text == "dois");
  CHECK(std::get<Receipt>(events[2]).status == DeliveryStatus::sent);
  const auto& other = std::get<InboundMessage>(events[3]);
  CHECK(other.to == "106540352242999");
  CHECK(other.from.display_name == "Rui");
  CHECK(other.from.aliases.empty());
}

TEST_CASE("whatsapp: media by id, with caption, name and kind") {
  const std::vector<InboundMessage> messages = all_of<InboundMessage>("media");
  REQUIRE(messages.size() == 6);
  const std::vector<MediaKind> kinds = {MediaKind::image, MediaKind::voice,    MediaKind::audio,
                                        MediaKind::video, MediaKind::document, MediaKind::sticker};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    REQUIRE(messages[i].content.media.size() == 1);
    CHECK(messages[i].content.media[0].kind == kinds[i]);
    CHECK(messages[i].content.media[0].ref == std::to_string(1001 + i));
  }
  CHECK(messages[0].content.text == "a receita");
  CHECK(messages[0].content.media[0].mime == "image/jpeg");
  CHECK(messages[4].content.media[0].name == "exame.pdf");
}

TEST_CASE("whatsapp: places and contact cards") {
  const std::vector<InboundMessage> messages = all_of<InboundMessage>("places_and_cards");
  REQUIRE(messages.size() == 2);
  REQUIRE(messages[0].content.location);
  CHECK(*messages[0].content.location ==
        Location{-25.4284, -49.2733, "Clínica Central", "Rua XV, 100"});
  CHECK(messages[1].content.text == "Maria Lima, +55 41 99999-0000");
  REQUIRE(messages[1].content.media.size() == 1);
  CHECK(messages[1].content.media[0].kind == MediaKind::contact);
  CHECK(messages[1].content.media[0].ref == "tel:+55 41 99999-0000");
}

TEST_CASE("whatsapp: a tapped option comes back by its id") {
  const std::vector<InboundMessage> messages = all_of<InboundMessage>("choices");
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].content.choice == Option{"yes", "Sim"});
  CHECK(messages[0].content.text == "Sim");
  CHECK(messages[0].content.reply_to == "wamid.OUT2");
  CHECK(messages[1].content.choice == Option{"day-3", "Quinta"});
  CHECK(messages[2].content.choice == Option{"CONFIRM", "Confirmar"});
}

TEST_CASE("whatsapp: what cannot be expressed is kept as what it is") {
  const std::vector<UnsupportedEvent> events = all_of<UnsupportedEvent>("unsupported");
  std::vector<std::string> whats;
  for (const UnsupportedEvent& event : events) {
    whats.push_back(event.what);
    CHECK(!event.id.empty());
  }
  CHECK(whats == std::vector<std::string>{"reaction", "reaction", "order", "interactive nfm_reply",
                                          "unsupported 131051", "group", "hologram", "system",
                                          "field message_template_status_update", "error 130429"});
  CHECK(events[0].from.address.value == "554188887777");
  CHECK(events[0].to == "106540352242922");
}

TEST_CASE("whatsapp: what is left out of one message is said of that message alone") {
  Json webhook = Json::parse(sample("text").body);
  Json& messages = webhook["entry"][0]["changes"][0]["value"]["messages"];
  Json other = messages[0];
  other["id"] = "wamid.other";
  other["referral"] = {{"source_url", "https://ads.example/1"}};
  messages.push_back(other);
  const std::vector<ChannelEvent> events = events_of(post(webhook.dump()));
  REQUIRE(events.size() == 2);
  CHECK(std::get<InboundMessage>(events[0]).warnings.empty());
  CHECK(std::get<InboundMessage>(events[1]).warnings.size() == 1);
}

TEST_CASE("whatsapp: senders without a number are kept by their user id") {
  const std::vector<InboundMessage> messages = all_of<InboundMessage>("username");
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].from.address == Address{AddressKind::whatsapp, "BR.777"});
  CHECK(messages[0].from.aliases == std::vector<Address>{{AddressKind::whatsapp, "BR.ENT.778"}});
  CHECK(messages[0].from.display_name == "Bia");
  CHECK(messages[1].from.address == Address{AddressKind::whatsapp, "BR.779"});
  CHECK(messages[1].at == Timestamp(std::chrono::milliseconds(1772450400123)));
  CHECK(messages[2].from.address == Address{AddressKind::whatsapp, "BR.780"});
}

TEST_CASE("whatsapp: statuses are receipts that name their effect") {
  const std::vector<ChannelEvent> events = events_of(sample("statuses"));
  REQUIRE(events.size() == 7);
  const std::vector<DeliveryStatus> statuses = {DeliveryStatus::sent,   DeliveryStatus::delivered,
                                                DeliveryStatus::read,   DeliveryStatus::played,
                                                DeliveryStatus::failed, DeliveryStatus::failed};
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const auto& receipt = std::get<Receipt>(events[i]);
    CHECK(receipt.status == statuses[i]);
    CHECK(receipt.message_id == "wamid.OUT" + std::to_string(i + 1));
    CHECK(receipt.effect == (i == 5 ? EffectId() : EffectId(901 + i)));
    CHECK(receipt.at == Timestamp(std::chrono::seconds(1772450500)));
    CHECK(receipt.to == "106540352242922");
  }
  const auto& failed = std::get<Receipt>(events[4]);
  REQUIRE(failed.error);
  CHECK(failed.error->error == SendErrorClass::window_closed);
  CHECK(failed.error->code == "131047");
  CHECK(failed.error->title.starts_with("More than 24 hours"));
  CHECK(std::get<Receipt>(events[5]).error->error == SendErrorClass::permanent);
  CHECK(std::get<UnsupportedEvent>(events[6]).what == "status deleted");
}

TEST_CASE("whatsapp: known members of a wrong type are refused with their path") {
  const auto error = [](const std::string& from, const std::string& to) {
    Request request = sample("text");
    const std::size_t at = request.body.find(from);
    REQUIRE(at != std::string::npos);
    request.body.replace(at, from.size(), to);
    const Result<Decoded> decoded = adapter.decode(request, connection());
    REQUIRE(!decoded);
    CHECK(decoded.error().code == ErrorCode::invalid);
    return decoded.error().subject;
  };
  const std::string message = "entry[0].changes[0].value.messages[0].";
  CHECK(error("\"Oi João, pode ser amanhã? 😀\"", "17") == message + "text.body");
  CHECK(error("\"1772450400\"", "\"yesterday\"") == message + "timestamp");
  CHECK(error("\"1772450400\"", "-5") == message + "timestamp");
  CHECK(error("\"1772450400\"", "\"99999999999999999999\"") == message + "timestamp");
  CHECK(error("\"wamid.HBgMNTU0MTg4ODg3Nzc3T1\"", "null") == message + "id");
  CHECK(error("\"phone_number_id\"", "\"other\"") == "entry[0].changes[0].value.metadata");
  CHECK(error("whatsapp_business_account", "page") == "object");
  CHECK(error("\"messages\": [", "\"messages\": [7, ") == "entry[0].changes[0].value.messages[0]");
}

TEST_CASE("whatsapp: hostile bodies are refused") {
  const auto reason = [](std::string body) {
    const Result<Decoded> decoded = adapter.decode(post(std::move(body)), connection());
    REQUIRE(!decoded);
    return decoded.error().reason;
  };
  CHECK(reason("") == "bad_json");
  CHECK(reason("\xFF{}") == "bad_json");
  CHECK(reason(std::string(1'000'000, '[')) == "too_deep");
  CHECK(reason(R"({"object":"whatsapp_business_account","entry":{}})") == "wrong_type");
  CHECK(reason("[]") == "wrong_object");
  CHECK(reason("null") == "wrong_object");
}

TEST_CASE("whatsapp: damaged payloads never do more than fail") {
  for (const std::string& name : list_data("whatsapp")) {
    damage(read_source(name), 500, [](std::string bytes) {
      const Request request = post(std::move(bytes));
      CHECK(!adapter.verify(request, connection()));
      const Result<Decoded> decoded = adapter.decode(request, connection());
      if (decoded) return;
      CHECK(decoded.error().code == ErrorCode::invalid);
      CHECK_FALSE(decoded.error().remedy.empty());
    });
  }
}

TEST_CASE("whatsapp: a text becomes the documented request") {
  OutboundMessage message = outbound("Olá, Ana!");
  message.content.reply_to = "wamid.IN1";
  Json body = expected("text", {{"body", "Olá, Ana!"}});
  body["context"] = {{"message_id", "wamid.IN1"}};
  CHECK(body_of(message) == body);

  const Result<Encoded> encoded = adapter.encode(message, connection());
  CHECK(encoded->request.url == "https://graph.facebook.com/v25.0/106540352242922/messages");
  CHECK(encoded->request.headers == std::vector<Header>{{"Content-Type", "application/json"}});
  CHECK(encoded->request.authorization ==
        Authorization{Authorization::Kind::bearer, "", "access_token"});
  CHECK(encoded->request.idempotency_key == "9001");
  CHECK(encoded->request.body.find("private") == std::string::npos);

  message = outbound("Oi");
  message.to = {AddressKind::whatsapp, "BR.777"};
  body = expected("text", {{"body", "Oi"}});
  body.erase("to");
  body["recipient"] = "BR.777";
  CHECK(body_of(message) == body);
}

TEST_CASE("whatsapp: media by id or URL, and places") {
  OutboundMessage message = outbound("seu exame");
  message.content.media = {{MediaKind::document, "application/pdf", "e.pdf", 0, "1005", ""}};
  CHECK(body_of(message) ==
        expected("document", {{"id", "1005"}, {"filename", "e.pdf"}, {"caption", "seu exame"}}));
  message = outbound("");
  message.content.media = {{MediaKind::voice, "audio/ogg", "", 0, "https://x.example/v.ogg", ""}};
  CHECK(body_of(message) ==
        expected("audio", {{"link", "https://x.example/v.ogg"}, {"voice", true}}));
  message.content.media.clear();
  message.content.location = Location{-25.5, -49.25, "Clínica", ""};
  CHECK(body_of(message) ==
        expected("location", {{"latitude", -25.5}, {"longitude", -49.25}, {"name", "Clínica"}}));
}

TEST_CASE("whatsapp: up to three short options are buttons, others a list") {
  OutboundMessage message = outbound("Confirma?");
  message.content.options = {{"y", "Sim"}, {"n", "Não"}};
  CHECK(body_of(message) == expected("interactive", Json::parse(R"({"type":"button",
      "body":{"text":"Confirma?"},"action":{"buttons":[
      {"type":"reply","reply":{"id":"y","title":"Sim"}},
      {"type":"reply","reply":{"id":"n","title":"Não"}}]}})")));

  message.content.media = {{MediaKind::image, "", "", 0, "77", ""}};
  CHECK(body_of(message)["interactive"]["header"] ==
        Json::parse(R"({"type":"image","image":{"id":"77"}})"));
  message.content.media.clear();

  message.content.options = {{"a", "Segunda"}, {"b", "Terça"}, {"c", "Quarta"}, {"d", "Quinta"}};
  CHECK(body_of(message) == expected("interactive", Json::parse(R"({"type":"list",
      "body":{"text":"Confirma?"},"action":{"button":"Options","sections":[{"rows":[
      {"id":"a","title":"Segunda"},{"id":"b","title":"Terça"},
      {"id":"c","title":"Quarta"},{"id":"d","title":"Quinta"}]}]}})")));

  message.content.options = {{"a", "um título de 24 letras!!"}};
  Connection labelled = connection();
  labelled.settings["list_button"] = "Escolher";
  const Result<Encoded> encoded = adapter.encode(message, labelled);
  REQUIRE(encoded);
  CHECK(Json::parse(encoded->request.body)["interactive"]["action"]["button"] == "Escolher");
}

TEST_CASE("whatsapp: templates take named and positional variables") {
  OutboundMessage message = outbound("ignored: the text that the timeline shows");
  message.content.template_use = TemplateUse{
      TemplateName("lembrete"), "pt-BR", {{"nome", "Ana"}, {"dia", "12/03"}, {"button.0", "x7"}}};
  CHECK(body_of(message) == expected("template", Json::parse(R"({"name":"lembrete",
      "language":{"code":"pt_BR"},"components":[
      {"type":"body","parameters":[{"type":"text","text":"Ana","parameter_name":"nome"},
                                   {"type":"text","text":"12/03","parameter_name":"dia"}]},
      {"type":"button","sub_type":"url","index":"0",
       "parameters":[{"type":"text","text":"x7"}]}]})")));

  message.content.template_use =
      TemplateUse{TemplateName("lembrete"), "pt", {{"header.1", "Oi"}, {"1", "Ana"}, {"2", "b"}}};
  CHECK(body_of(message)["template"]["components"] ==
        Json::parse(R"([{"type":"header","parameters":[{"type":"text","text":"Oi"}]},
      {"type":"body","parameters":[{"type":"text","text":"Ana"},{"type":"text","text":"b"}]}])"));

  message.content.template_use = TemplateUse{TemplateName("ola"), "pt_BR", {}};
  CHECK(body_of(message)["template"] ==
        Json::parse(R"({"name":"ola","language":{"code":"pt_BR"}})"));
  message.content.template_use->variables = {{"nome", ""}};
  CHECK(refusal(message).reason == "empty_variable");
}

TEST_CASE("whatsapp: what cannot be carried is refused, never cut") {
  CHECK(refusal(outbound(std::string(4097, 'a'))).code == ErrorCode::limit);
  CHECK(refusal(outbound("")).reason == "empty_message");
  CHECK(refusal(outbound("\xED\xA0\x80")).reason == "not_utf8");
  OutboundMessage message = outbound("x");
  for (int i = 0; i < 11; ++i) {
    message.content.options.push_back({std::to_string(i), "t" + std::to_string(i)});
  }
  CHECK(refusal(message).reason == "too_many_options");
  message.content.options = {{"a", "A"}, {"a", "B"}};
  CHECK(refusal(message).reason == "bad_option");
  message.content.options = {{"a", std::string(25, 'x')}};
  CHECK(refusal(message).code == ErrorCode::limit);
  message = outbound("");
  message.content.options = {{"a", "A"}};
  CHECK(refusal(message).reason == "no_text");
  message = outbound("x");
  message.content.media = {{MediaKind::audio, "", "", 0, "1", ""}};
  CHECK(refusal(message).reason == "no_caption");
  message.content.media.push_back(message.content.media.front());
  CHECK(refusal(message).reason == "one_medium");
  message = outbound("x");
  message.to = {AddressKind::visitor, "v"};
  CHECK(refusal(message).code == ErrorCode::unsupported);
  message = outbound("x");
  message.from.clear();
  CHECK(refusal(message).reason == "no_sender");
  CHECK(adapter.encode(OutboundCall{}, connection()).error().code == ErrorCode::unsupported);
}

TEST_CASE("whatsapp: answers to a request") {
  const SendOutcome taken =
      reply(200, R"({"messaging_product":"whatsapp","contacts":[{"input":"5","wa_id":"5"}],
                     "messages":[{"id":"wamid.NEW"}]})");
  CHECK(taken.kind == SendOutcome::Kind::accepted);
  CHECK(taken.provider_id == "wamid.NEW");

  CHECK(refused(131047).kind == SendOutcome::Kind::failed);
  CHECK(refused(131047).error == SendError{SendErrorClass::window_closed, "131047", "why"});
  for (const int code : {4, 80007, 130429, 131048, 131049, 131056, 133016}) {
    CHECK(refused(code).error.error == SendErrorClass::throttled);
    CHECK(refused(code).kind == SendOutcome::Kind::retry);
  }
  CHECK(refused(131049).retry_after == std::chrono::hours(24));
  CHECK(refused(131056).retry_after == std::chrono::seconds(6));
  for (const int code : {1, 2, 131000, 131016, 131053}) {
    CHECK(refused(code).error.error == SendErrorClass::retry);
  }
  for (const int code : {131021, 131026, 131030, 131062}) {
    CHECK(refused(code).error.error == SendErrorClass::bad_address);
  }
  for (const int code : {0, 3, 10, 190, 200, 299}) {
    CHECK(refused(code).error.error == SendErrorClass::authentication);
    CHECK(refused(code).kind == SendOutcome::Kind::failed);
  }
  for (const int code : {132000, 132001, 132005, 132007, 132012, 132015, 132016}) {
    CHECK(refused(code).error.error == SendErrorClass::bad_template);
  }
  for (const int code : {100, 368, 130472, 130497, 131008, 131009, 131031, 131042, 131051, 555}) {
    CHECK(refused(code).error.error == SendErrorClass::permanent);
  }
  CHECK(refused(131050).error.error == SendErrorClass::opted_out);
  CHECK(refused(555, 500).error.error == SendErrorClass::retry);
  CHECK(reply(400, R"({"error":{"code":777,"is_transient":true}})").kind ==
        SendOutcome::Kind::retry);
}

TEST_CASE("whatsapp: nobody knows what became of a request without an answer") {
  CHECK(reply(0, "").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(200, "<html>").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(200, R"({"messages":[]})").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(502, "").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(503, "", {{"Retry-After", "9"}}).retry_after == std::chrono::seconds(9));
  CHECK(reply(401, "").error.error == SendErrorClass::authentication);
}

TEST_CASE("whatsapp: settings are checked by name and form") {
  CHECK(adapter.check(connection()));
  CHECK(adapter.check(make_connection({{"api_base", "http://127.0.0.1:9/v1"}}, {})));
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"api_base", "graph"}, {"list_button", "a label that is too long"}, {"other", "x"}}) {
    const Status status = adapter.check(make_connection({{name, value}}, {}));
    REQUIRE(!status);
    CHECK(status.error().code == ErrorCode::invalid);
    CHECK(status.error().subject == name);
  }
  Connection hooked = make_connection({}, {});
  hooked.path = "/hooks/whatsapp";
  CHECK(adapter.check(hooked).error().subject == "app_secret");
  CHECK_FALSE(adapter.check(hooked).error().remedy.empty());
  hooked.secrets["app_secret"] = {Secret("")};
  CHECK(adapter.check(hooked).error().subject == "app_secret");
  hooked.secrets["app_secret"].push_back(Secret("s"));
  CHECK(adapter.check(hooked));
}

TEST_CASE("whatsapp: what the channel can carry") {
  const Capabilities able = adapter.capabilities(connection());
  CHECK(able.channel == Channel::whatsapp);
  CHECK(able.text == 4096);
  CHECK(able.buttons == 3);
  CHECK(able.button_title == 20);
  CHECK(able.list_rows == 10);
  CHECK(able.list_title == 24);
  CHECK(able.media);
  CHECK(able.templates);
  CHECK(able.window == std::chrono::hours(24));
  CHECK(able.receipts);
}
