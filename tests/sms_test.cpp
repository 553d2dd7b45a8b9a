#include "novelo/adapters/sms.hpp"

#include <doctest/doctest.h>

#include "novelo/base/digest.hpp"
#include "support/payloads.hpp"

using namespace novelo;
using namespace novelo::testing_support;

namespace {

const SmsAdapter adapter;

constexpr const char* hook = "https://desk.example.org/hooks/sms";

Connection connection() {
  return make_connection({{"account_sid", "AC01"}, {"status_callback", hook}},
                         {{"auth_token", "12345"}});
}

Request post(std::string body, std::string url = hook) {
  Request request;
  request.url = std::move(url);
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = std::move(body);
  return request;
}

Request sample(const std::string& name, std::string url = hook) {
  return post(read_source("tests/data/sms/" + name + ".form"), std::move(url));
}

// The example of twilio.com/docs/usage/security and of Twilio's own libraries.
Request twilio_example(std::string signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=") {
  Request request = post(
      "Digits=1234&To=%2B18005551212&CallSid=CA1234567890ABCDE&From=%2B14158675309"
      "&Caller=%2B14158675309",
      "https://mycompany.com/myapp.php?foo=1&bar=2");
  request.headers.push_back({"X-Twilio-Signature", std::move(signature)});
  return request;
}

ErrorCode code_of(const Status& status) {
  REQUIRE(!status);
  return status.error().code;
}

template <class Event>
Event only_event(const Request& request) {
  const Result<Decoded> decoded = adapter.decode(request, connection());
  REQUIRE(decoded);
  REQUIRE(decoded->events.size() == 1);
  REQUIRE(std::holds_alternative<Event>(decoded->events.front()));
  return std::get<Event>(decoded->events.front());
}

OutboundMessage outbound(std::string text) {
  OutboundMessage message;
  message.effect = EffectId(77);
  message.from = "+554133330000";
  message.to = {AddressKind::phone, "5541988887777"};
  message.content.text = std::move(text);
  return message;
}

SendOutcome reply(int status, std::string body, std::vector<Header> headers = {}) {
  return adapter.read_reply(outbound("x"), {status, std::move(headers), std::move(body)},
                            connection());
}

}  // namespace

TEST_CASE("sms: Twilio's documented signature holds, and no other") {
  CHECK(adapter.verify(twilio_example(), connection()));

  const std::string good = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    CHECK(code_of(adapter.verify(twilio_example(bad), connection())) == ErrorCode::unauthentic);
  }
  Request request = twilio_example();
  for (std::size_t i = 0; i < request.body.size(); ++i) {
    Request flipped = request;
    flipped.body[i] = static_cast<char>(flipped.body[i] ^ 1);
    CHECK(!adapter.verify(flipped, connection()));
  }
  request.url = "https://mycompany.com/myapp.php?bar=2&foo=1";
  CHECK(!adapter.verify(request, connection()));
  CHECK(!adapter.verify(twilio_example(""), connection()));
}

TEST_CASE("sms: the signature of a JSON body covers its digest") {
  Request request;
  request.url =
      "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256="
      "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
  request.headers = {{"X-Twilio-Signature", "a9nBmqA0ju/hNViExpshrM61xv4="}};
  request.body = R"({"property": "value", "boolean": true})";
  CHECK(adapter.verify(request, connection()));
  request.body[2] = 'q';
  CHECK(code_of(adapter.verify(request, connection())) == ErrorCode::unauthentic);
}

TEST_CASE("sms: while a secret is changed both hold; without one nothing does") {
  Connection rotating = connection();
  rotating.secrets["auth_token"] = {Secret("new"), Secret("12345")};
  CHECK(adapter.verify(twilio_example(), rotating));
  rotating.secrets["auth_token"] = {Secret("new")};
  CHECK(!adapter.verify(twilio_example(), rotating));
  rotating.secrets["auth_token"] = {Secret("")};
  CHECK(adapter.verify(twilio_example(), rotating).error().reason == "no_secret");
  rotating.secrets.clear();
  CHECK(adapter.verify(twilio_example(), rotating).error().reason == "no_secret");
}

TEST_CASE("sms: behind a proxy the public URL is what was signed") {
  Request request = twilio_example();
  request.url = "http://10.0.0.5:8080/myapp.php?foo=1&bar=2";
  CHECK(!adapter.verify(request, connection()));
  Connection proxied = connection();
  proxied.settings["public_base"] = "https://mycompany.com/";
  CHECK(adapter.verify(request, proxied));
}

TEST_CASE("sms: repeated fields are signed once for each value, in order") {
  Request request = post("b=2&a=y&a=x&a=y");
  const std::string text = std::string(hook) + "axayb2";
  request.headers.push_back({"X-Twilio-Signature", to_base64(hmac_sha1(Secret("12345"), text))});
  CHECK(adapter.verify(request, connection()));
}

TEST_CASE("sms: a webhook by GET is signed and read in its URL") {
  Request request;
  request.method = "GET";
  request.url =
      std::string(hook) + "?MessageSid=SM1&From=%2B5541988887777&To=%2B554133330000&Body=oi";
  request.headers = {{"X-Twilio-Signature", to_base64(hmac_sha1(Secret("12345"), request.url))}};
  CHECK(adapter.verify(request, connection()));
  CHECK(only_event<InboundMessage>(request).content.text == "oi");
}

TEST_CASE("[S0.12] sms: an inbound message") {
  const Request request = sample("inbound");
  const InboundMessage message = only_event<InboundMessage>(request);
  CHECK(message.id == "SM1111111111111111111111111111aaaa");
  CHECK(!message.at);
  CHECK(message.from.address == Address{AddressKind::phone, "5541988887777"});
  CHECK(message.to == "+554133330000");
  CHECK(message.content.text == "Olá, é a Ana. Posso remarcar? 😀");
  CHECK(message.content.media.empty());

  const Response answer = adapter.decode(request, connection())->answer;
  CHECK(answer.status == 200);
  CHECK(answer.headers == std::vector<Header>{{"Content-Type", "text/xml"}});
  CHECK(answer.body.ends_with("<Response/>"));
}

TEST_CASE("sms: media come by URL, with their kind") {
  const InboundMessage message = only_event<InboundMessage>(sample("inbound_media"));
  REQUIRE(message.content.media.size() == 3);
  CHECK(message.content.media[0].kind == MediaKind::image);
  CHECK(message.content.media[0].mime == "image/jpeg");
  CHECK(message.content.media[0].ref.ends_with("/Media/ME0"));
  CHECK(message.content.media[1].kind == MediaKind::contact);
  CHECK(message.content.media[2].kind == MediaKind::document);

  const Result<Decoded> lost =
      adapter.decode(post("MessageSid=S&From=%2B5541&To=1&NumMedia=1"), connection());
  REQUIRE(lost);
  CHECK(std::get<InboundMessage>(lost->events.front()).warnings.size() == 1);
}

TEST_CASE(
    "sms: Twilio's WhatsApp is a telephone number with a warning; other tags are kept apart") {
  const Request request = sample("inbound_whatsapp");
  const InboundMessage message = only_event<InboundMessage>(request);
  CHECK(message.from.address == Address{AddressKind::phone, "5541988887777"});
  CHECK(message.from.display_name == "Ana Souza");
  CHECK(message.to == "whatsapp:+554133330000");
  CHECK(message.warnings.size() == 1);

  const auto other = only_event<UnsupportedEvent>(
      post("MessageSid=SM9&From=messenger%3A123&To=messenger%3A9&Body=oi"));
  CHECK(other.id == "SM9");
  CHECK(other.what == "sender messenger");
}

TEST_CASE("sms: a status callback is a receipt that names its effect") {
  const Receipt receipt =
      only_event<Receipt>(sample("status_delivered", std::string(hook) + "?effect=77"));
  CHECK(receipt.message_id == "SM3333333333333333333333333333cccc");
  CHECK(receipt.effect == EffectId(77));
  CHECK(receipt.status == DeliveryStatus::delivered);
  CHECK(receipt.to == "+554133330000");
  CHECK(!receipt.error);

  const Receipt failed =
      only_event<Receipt>(sample("status_undelivered", std::string(hook) + "?effect=77x"));
  CHECK(failed.effect == EffectId());
  CHECK(failed.status == DeliveryStatus::failed);
  REQUIRE(failed.error);
  CHECK(*failed.error == SendError{SendErrorClass::bad_address, "30006", ""});
}

TEST_CASE("sms: every status of the interface") {
  const auto status = [](const std::string& word) {
    return only_event<Receipt>(post("MessageSid=S&MessageStatus=" + word)).status;
  };
  for (const char* word : {"accepted", "scheduled", "queued", "sending"}) {
    CHECK(status(word) == DeliveryStatus::accepted);
  }
  CHECK(status("sent") == DeliveryStatus::sent);
  CHECK(status("partially_delivered") == DeliveryStatus::delivered);
  CHECK(status("read") == DeliveryStatus::read);
  for (const char* word : {"failed", "undelivered", "canceled"}) {
    CHECK(status(word) == DeliveryStatus::failed);
  }
  CHECK(only_event<UnsupportedEvent>(post("MessageSid=S&MessageStatus=new")).what == "status new");
}

TEST_CASE("sms: what cannot be read is a typed error") {
  const auto error = [](const Request& request) {
    const Result<Decoded> decoded = adapter.decode(request, connection());
    REQUIRE(!decoded);
    return decoded.error();
  };
  CHECK(error(post("From=1&To=2&Body=x")).subject == "MessageSid");
  CHECK(error(post("MessageSid=S&To=2")).subject == "From");
  CHECK(error(post("MessageSid=S&From=2")).subject == "To");
  for (const char* count : {"11", "-1", "x", "99999999999999999999999"}) {
    const Error bad = error(post(std::string("MessageSid=S&From=1&To=2&NumMedia=") + count));
    CHECK(bad.subject == "NumMedia");
  }
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a=1&";
  CHECK(error(post(many)).code == ErrorCode::limit);
  Request json = post("{}");
  json.headers = {{"content-type", "application/json; charset=utf-8"}};
  CHECK(error(json).code == ErrorCode::unsupported);
}

TEST_CASE("sms: damaged payloads never do more than fail") {
  for (const std::string& name : list_data("sms")) {
    damage(read_source(name), 1500, [](std::string bytes) {
      const Request request = post(std::move(bytes), std::string(hook) + "?effect=1");
      CHECK(!adapter.verify(request, connection()));
      const Result<Decoded> decoded = adapter.decode(request, connection());
      if (decoded) return;
      CHECK(decoded.error().code != ErrorCode::internal);
      CHECK_FALSE(decoded.error().remedy.empty());
    });
  }
  const Result<Decoded> raw =
      adapter.decode(post("MessageSid=S&From=1&To=2&Body=%FF%C3"), connection());
  REQUIRE(raw);
  CHECK(std::get<InboundMessage>(raw->events.front()).content.text == "\uFFFD\uFFFD");
  CHECK(std::get<InboundMessage>(raw->events.front()).warnings.size() == 1);
}

TEST_CASE("[S0.12] sms: a message becomes the documented form") {
  const Result<Encoded> encoded =
      adapter.encode(outbound("Olá! https://wa.me/554133330000"), connection());
  REQUIRE(encoded);
  CHECK(encoded->request.method == "POST");
  CHECK(encoded->request.url == "https://api.twilio.com/2010-04-01/Accounts/AC01/Messages.json");
  CHECK(encoded->request.body ==
        "To=%2B5541988887777&From=%2B554133330000"
        "&Body=Ol%C3%A1%21%20https%3A%2F%2Fwa.me%2F554133330000"
        "&StatusCallback=https%3A%2F%2Fdesk.example.org%2Fhooks%2Fsms%3Feffect%3D77");
  CHECK(encoded->request.authorization ==
        Authorization{Authorization::Kind::basic, "AC01", "auth_token"});
  CHECK(encoded->request.idempotency_key == "77");
  CHECK(encoded->warnings.empty());
}

TEST_CASE("sms: settings shape the request") {
  Connection other = make_connection({{"account_sid", "AC01"},
                                      {"api_base", "https://sms.example.org/twilio/"},
                                      {"messaging_service_sid", "MG5"},
                                      {"status_callback", "https://d.example.org/s?k=1"}},
                                     {});
  OutboundMessage message = outbound("Escolha:");
  message.content.options = {{"a", "Sim"}, {"b", "Não"}};
  message.content.media = {{MediaKind::image, "image/png", "", 0, "https://x.example/a.png", ""}};
  const Result<Encoded> encoded = adapter.encode(message, other);
  REQUIRE(encoded);
  CHECK(encoded->request.url ==
        "https://sms.example.org/twilio/2010-04-01/Accounts/AC01/Messages.json");
  CHECK(encoded->request.body ==
        "To=%2B5541988887777&MessagingServiceSid=MG5&Body=Escolha%3A%0A1.%20Sim%0A2.%20N%C3%A3o"
        "&MediaUrl=https%3A%2F%2Fx.example%2Fa.png"
        "&StatusCallback=https%3A%2F%2Fd.example.org%2Fs%3Fk%3D1%26effect%3D77");
  CHECK(encoded->warnings.size() == 1);

  message = outbound("oi");
  message.from = "whatsapp:554133330000";
  CHECK(adapter.encode(message, make_connection({{"account_sid", "AC01"}}, {}))->request.body ==
        "To=whatsapp%3A%2B5541988887777&From=whatsapp%3A%2B554133330000&Body=oi");
}

TEST_CASE("sms: what cannot be carried is refused, never cut") {
  const auto error = [](const OutboundMessage& message) {
    const Result<Encoded> encoded = adapter.encode(message, connection());
    REQUIRE(!encoded);
    return encoded.error();
  };
  std::string longest;
  for (int i = 0; i < 1600; ++i) longest += "ã";
  CHECK(adapter.encode(outbound(longest), connection()));
  CHECK(error(outbound(longest + "a")).code == ErrorCode::limit);
  CHECK(error(outbound("")).reason == "empty_message");
  CHECK(error(outbound("\xC3")).reason == "not_utf8");
  OutboundMessage message = outbound("x");
  message.to = {AddressKind::email, "ana@example.org"};
  CHECK(error(message).code == ErrorCode::unsupported);
  for (const char* number : {"041988887777", "", "55 41", "1234567890123456"}) {
    message.to = {AddressKind::phone, number};
    CHECK(error(message).reason == "bad_number");
  }
  message = outbound("x");
  message.content.location = Location{};
  CHECK(error(message).reason == "no_location");
  message = outbound("x");
  message.content.media = {{MediaKind::image, "", "", 0, "local-7", ""}};
  CHECK(error(message).reason == "media_needs_url");
  message = outbound("x");
  message.from.clear();
  CHECK(error(message).reason == "no_sender");
  CHECK(adapter.encode(OutboundCall{}, connection()).error().code == ErrorCode::unsupported);
}

TEST_CASE("sms: answers to a request") {
  const SendOutcome taken = reply(201, R"({"sid":"SM77","status":"queued","error_code":null})");
  CHECK(taken.kind == SendOutcome::Kind::accepted);
  CHECK(taken.provider_id == "SM77");

  const SendOutcome slow =
      reply(429, R"({"code":20429,"message":"Too Many Requests"})", {{"retry-after", "30"}});
  CHECK(slow.kind == SendOutcome::Kind::retry);
  CHECK(slow.error.error == SendErrorClass::throttled);
  CHECK(slow.retry_after == std::chrono::seconds(30));
  CHECK(reply(429, "", {{"Retry-After", "999999999999999999999"}}).retry_after ==
        std::chrono::hours(24));

  const auto refused = [](const char* code) {
    return reply(400, std::string(R"({"status":400,"message":"m","code":)") + code + "}");
  };
  CHECK(refused("21610").kind == SendOutcome::Kind::failed);
  CHECK(refused("21610").error == SendError{SendErrorClass::opted_out, "21610", "m"});
  CHECK(refused("21211").error.error == SendErrorClass::bad_address);
  CHECK(refused("21614").error.error == SendErrorClass::bad_address);
  CHECK(refused("63016").error.error == SendErrorClass::window_closed);
  CHECK(refused("21617").error.error == SendErrorClass::permanent);
  CHECK(refused("12345").error.error == SendErrorClass::permanent);
  CHECK(reply(401, R"({"code":20003,"message":"Authenticate"})").error.error ==
        SendErrorClass::authentication);
}

TEST_CASE("sms: nobody knows what became of a request without an answer") {
  CHECK(reply(0, "").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(201, "not json").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(201, R"({"sid":7})").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(504, "<html>").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(500, "<html>").kind == SendOutcome::Kind::retry);
  CHECK(reply(503, "").kind == SendOutcome::Kind::retry);
}

TEST_CASE("sms: settings are checked by name and form") {
  CHECK(adapter.check(connection()));
  const auto subject = [](std::map<std::string, std::string> settings) {
    const Status status = adapter.check(make_connection(std::move(settings), {}));
    REQUIRE(!status);
    CHECK(status.error().code == ErrorCode::invalid);
    return status.error().subject;
  };
  CHECK(subject({}) == "account_sid");
  CHECK(subject({{"account_sid", "A/../B"}}) == "account_sid");
  CHECK(subject({{"account_sid", "AC1"}, {"api_base", "ftp://x"}}) == "api_base");
  CHECK(subject({{"account_sid", "AC1"}, {"acount", "x"}}) == "acount");
  Connection hooked = make_connection({{"account_sid", "AC1"}}, {});
  CHECK(adapter.check(hooked));  // it only sends
  hooked.path = "/hooks/sms";
  CHECK(adapter.check(hooked).error().subject == "auth_token");
  CHECK(adapter.check(hooked).error().reason == "missing_secret");
  hooked.secrets["auth_token"] = {Secret("t")};
  CHECK(adapter.check(hooked));
}

TEST_CASE("sms: what the channel can carry") {
  const Capabilities able = adapter.capabilities(connection());
  CHECK(able.channel == Channel::sms);
  CHECK(able.text == 1600);
  CHECK(able.buttons == 0);
  CHECK(able.media);
  CHECK(able.receipts);
  CHECK(!able.idempotent_send);
  CHECK(able.window == Duration::zero());
}
