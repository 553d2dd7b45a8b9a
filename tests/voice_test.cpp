#include "novelo/adapters/voice.hpp"
#include "novelo/base/limits.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "novelo/base/digest.hpp"
#include "support/payloads.hpp"

using namespace novelo;
using namespace novelo::testing_support;
using Json = nlohmann::json;

namespace {

const VoiceAdapter adapter;

Connection connection() {
  return make_connection({{"verbs_url", "http://pbx.example.org/verbs"}},
                         {{"shared_secret", "s3cret"}});
}

Request post(std::string body) {
  Request request;
  request.url = "/hooks/voice";
  request.body = std::move(body);
  return request;
}

Request signed_post(std::string body, const Secret& secret) {
  Request request = post(std::move(body));
  request.headers = {{"X-Novelo-Signature", "sha256=" + to_hex(hmac_sha256(secret, request.body))}};
  return request;
}

// The ```json blocks of the protocol's page.
std::vector<std::string> documented_examples() {
  const std::string page = read_source("docs/voice-protocol.md");
  const std::string open = "```json\n";
  std::vector<std::string> blocks;
  for (std::size_t at = page.find(open); at != std::string::npos; at = page.find(open, at)) {
    const std::size_t end = page.find("\n```", at);
    REQUIRE(end != std::string::npos);
    blocks.push_back(page.substr(at + open.size(), end - at - open.size()));
    at = end;
  }
  return blocks;
}

std::vector<CallEvent> decode(std::string body) {
  const Result<Decoded> decoded = adapter.decode(post(std::move(body)), connection());
  INFO("error ", decoded ? std::string() : to_string(decoded.error()));
  REQUIRE(decoded);
  CHECK(decoded->answer.status == 200);
  CHECK(decoded->answer.body == R"({"ok":true})");
  std::vector<CallEvent> events;
  for (const ChannelEvent& event : decoded->events) {
    if (const auto* call = std::get_if<CallEvent>(&event)) events.push_back(*call);
  }
  return events;
}

Error refusal(std::string body) {
  const Result<Decoded> decoded = adapter.decode(post(std::move(body)), connection());
  REQUIRE(!decoded);
  return decoded.error();
}

// The events of the page by name, lists left out.
std::map<CallEventKind, CallEvent> documented_events() {
  std::map<CallEventKind, CallEvent> events;
  for (const std::string& block : documented_examples()) {
    if (!Json::parse(block).is_object() || !Json::parse(block).contains("event")) continue;
    const std::vector<CallEvent> decoded = decode(block);
    if (decoded.empty()) continue;  // a report, a device: no event of a call
    REQUIRE(decoded.size() == 1);
    events[decoded.front().kind] = decoded.front();
  }
  return events;
}

Duration seconds(const Json& json, const char* key) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(json.value(key, 0.0)));
}

// The call verb that a documented verb stands for.
OutboundCall read_verb(const Json& json) {
  OutboundCall call;
  call.effect = EffectId(std::stoull(json.at("effect").get<std::string>()));
  for (int kind = 1; kind <= 8; ++kind) {
    const auto each = static_cast<CallVerbKind>(kind);
    if (to_string(each) == json.at("verb").get<std::string>()) call.verb.kind = each;
  }
  call.verb.call = json.value("call", "");
  call.verb.text = json.value("text", "");
  call.verb.locale = json.value("locale", "");
  for (const Json& option : json.value("options", Json::array())) {
    call.verb.options.push_back({option.at("id"), option.at("title")});
  }
  call.verb.speech = json.value("speech", false);
  call.verb.loop = json.value("loop", false);
  call.verb.max_digits = json.value("max_digits", 1);
  call.verb.timeout = seconds(json, "timeout_seconds") + seconds(json, "max_seconds");
  call.verb.agent = AgentName(json.value("agent", ""));
  call.verb.device = json.value("device", "");
  call.verb.to = json.value("to", "");
  call.verb.from = json.value("from", "");
  return call;
}

SendOutcome reply(int status, std::string body, std::vector<Header> headers = {}) {
  return adapter.read_reply(OutboundCall{}, {status, std::move(headers), std::move(body)},
                            connection());
}

}  // namespace

TEST_CASE("voice: every event of the protocol's page decodes") {
  const std::map<CallEventKind, CallEvent> events = documented_events();
  REQUIRE(events.size() == 9);
  for (const auto& [kind, event] : events) {
    CHECK(!event.id.empty());
    CHECK(!event.call.empty());
  }
  CHECK(events.at(CallEventKind::answered).effect == EffectId(4712));
  CHECK(events.at(CallEventKind::digits).digits == "2");
  CHECK(events.at(CallEventKind::digits).effect == EffectId(4702));
  CHECK(events.at(CallEventKind::speech).text == "quero deixar um recado");
  CHECK(!events.at(CallEventKind::speech).at);
  CHECK(events.at(CallEventKind::bridge_failed).cause == cause::no_answer);
  CHECK(events.at(CallEventKind::hung_up).cause == cause::normal_clearing);
  CHECK(events.at(CallEventKind::hung_up).from.address.empty());
}

TEST_CASE("[S0.1] voice: an incoming call names caller and called number") {
  const CallEvent event = documented_events().at(CallEventKind::incoming);
  CHECK(event.id == "e-1001");
  CHECK(event.call == "c-77");
  CHECK(event.at == *parse_timestamp("2026-03-02T12:10:00Z"));
  CHECK(event.from.address == Address{AddressKind::phone, "041988887777"});
  CHECK(event.to == "08007701234");
}

TEST_CASE("[S0.9] voice: a recording comes with its reference, length and transcript") {
  const CallEvent event = documented_events().at(CallEventKind::recorded);
  REQUIRE(event.media);
  CHECK(event.media->kind == MediaKind::voice);
  CHECK(event.media->ref == "rec/2026/03/02/c-77.ogg");
  CHECK(event.media->mime == "audio/ogg");
  CHECK(event.media->transcript == "Por favor, me ligue depois das onze.");
  CHECK(event.text == event.media->transcript);
  CHECK(event.length == std::chrono::milliseconds(17'500));
}

TEST_CASE("[S0.27] voice: numbers stay as they come; no number is withheld, one for each call") {
  const std::vector<CallEvent> events = decode(read_source("tests/data/voice/incoming.json"));
  REQUIRE(events.size() == 6);
  CHECK(events[0].from.address == Address{AddressKind::phone, "041988887777"});
  for (std::size_t i = 1; i < 5; ++i) {
    CHECK(events[i].from.address == Address{AddressKind::withheld, events[i].call});
  }
  CHECK(events[4].from.display_name == "Recepção");
  CHECK(events[4].warnings.size() == 1);
  CHECK(events[0].warnings.empty());
  CHECK(events[5].from.address == Address{AddressKind::phone, "+5541988887777"});
}

TEST_CASE("voice: a list is taken whole or not at all") {
  for (const std::string& block : documented_examples()) {
    if (!Json::parse(block).is_array()) continue;
    const std::vector<CallEvent> events = decode(block);
    REQUIRE(events.size() == 2);
    CHECK(events[0].from.address == Address{AddressKind::withheld, "c-78"});
  }
  CHECK(decode("[]").empty());
  CHECK(refusal(R"([{"event_id":"1","event":"hung_up","call":"c"},
                    {"event_id":"2","event":"hung_up"}])")
            .subject == "[1].call");
  Json many = Json::array();
  for (int i = 0; i < 1001; ++i) {
    many.push_back({{"event_id", std::to_string(i)}, {"event", "played"}, {"call", "c"}});
  }
  CHECK(refusal(many.dump()).code == ErrorCode::limit);
}

TEST_CASE("voice: events are strict, and refused with the path") {
  const auto subject = [](const std::string& members) {
    const Error error = refusal(R"({"event_id":"1","call":"c",)" + members + "}");
    CHECK(error.code == ErrorCode::invalid);
    return error.subject;
  };
  CHECK(subject(R"("event":"ringing")") == "event");
  CHECK(subject(R"("event":"played","colour":1)") == "colour");
  CHECK(subject(R"("event":"played","digits":"1")") == "digits");
  CHECK(subject(R"("event":"incoming","from":"1")") == "to");
  CHECK(subject(R"("event":"digits")") == "digits");
  CHECK(subject(R"("event":"digits","digits":"1e")") == "digits");
  CHECK(subject(R"("event":"digits","digits":1)") == "digits");
  CHECK(subject(R"("event":"speech")") == "text");
  CHECK(subject(R"("event":"recorded")") == "recording");
  CHECK(subject(R"("event":"recorded","recording":{})") == "recording.ref");
  CHECK(subject(R"("event":"recorded","recording":{"ref":"r","len":1})") == "recording.len");
  CHECK(subject(R"("event":"recorded","recording":{"ref":"r","seconds":-1})") ==
        "recording.seconds");
  CHECK(subject(R"("event":"hung_up","cause":128)") == "cause");
  CHECK(subject(R"("event":"hung_up","cause":16.5)") == "cause");
  CHECK(subject(R"("event":"played","at":"2026-03-02 09:10")") == "at");
  CHECK(subject(R"("event":"played","answers":"x1")") == "answers");
  CHECK(subject(R"("event":"played","answers":"99999999999999999999")") == "answers");
  CHECK(refusal(R"({"event":"played","call":"c"})").subject == "event_id");
  CHECK(refusal("7").reason == "wrong_type");
  CHECK(refusal("{").reason == "bad_json");
  CHECK(refusal(R"([[]])").subject == "[0]");
}

TEST_CASE("voice: damaged events never do more than fail") {
  std::vector<std::string> samples = documented_examples();
  samples.push_back(read_source("tests/data/voice/incoming.json"));
  for (const std::string& sample : samples) {
    damage(sample, 400, [](std::string bytes) {
      const Request request = post(std::move(bytes));
      CHECK(!adapter.verify(request, connection()));
      const Result<Decoded> decoded = adapter.decode(request, connection());
      if (decoded) return;
      CHECK(decoded.error().code == ErrorCode::invalid);
      CHECK_FALSE(decoded.error().remedy.empty());
    });
  }
}

TEST_CASE("voice: events are signed unless the connection says otherwise") {
  const std::string body = R"({"event_id":"1","event":"played","call":"c"})";
  const Request good = signed_post(body, Secret("s3cret"));
  CHECK(adapter.verify(good, connection()));
  for (std::size_t i = 0; i < body.size(); ++i) {
    Request flipped = good;
    flipped.body[i] = static_cast<char>(flipped.body[i] ^ 1);
    CHECK(adapter.verify(flipped, connection()).error().code == ErrorCode::unauthentic);
  }
  Connection rotating = connection();
  rotating.secrets["shared_secret"] = {Secret("next"), Secret("s3cret")};
  CHECK(adapter.verify(good, rotating));
  CHECK(!adapter.verify(signed_post(body, Secret("old")), rotating));

  CHECK(!adapter.verify(post(body), connection()));
  Connection open = connection();
  open.secrets.clear();
  CHECK(adapter.verify(post(body), open).error().reason == "no_secret");
  open.settings["unsigned"] = "no";
  CHECK(!adapter.verify(post(body), open));
  open.settings["unsigned"] = "yes";
  CHECK(adapter.verify(post(body), open));

  open.secrets = connection().secrets;
  CHECK(adapter.verify(post(body), open));
  CHECK(adapter.verify(good, open));
  CHECK(!adapter.verify(signed_post(body, Secret("old")), open));
}

TEST_CASE("voice: every verb of the protocol's page is what is sent") {
  std::set<std::string> verbs;
  for (const std::string& block : documented_examples()) {
    const Json documented = Json::parse(block);
    if (!documented.is_object() || !documented.contains("verb")) continue;
    const Result<Encoded> encoded = adapter.encode(read_verb(documented), connection());
    REQUIRE(encoded);
    CHECK(Json::parse(encoded->request.body) == documented);
    CHECK(encoded->request.url == "http://pbx.example.org/verbs");
    CHECK(encoded->request.idempotency_key == documented.at("effect"));
    CHECK(encoded->request.authorization == Authorization{});
    verbs.insert(documented.at("verb"));
  }
  CHECK(verbs == std::set<std::string>{"answer", "play", "gather", "record", "bridge", "originate",
                                       "hang_up", "report"});
}

TEST_CASE("voice: verbs carry the token's name and fractions of seconds") {
  Connection guarded = connection();
  guarded.secrets["verbs_token"] = {Secret("private")};
  OutboundCall call{EffectId(5), {}};
  call.verb.kind = CallVerbKind::gather;
  call.verb.call = "c";
  call.verb.timeout = std::chrono::milliseconds(2500);
  const Result<Encoded> encoded = adapter.encode(call, guarded);
  REQUIRE(encoded);
  CHECK(encoded->request.authorization ==
        Authorization{Authorization::Kind::bearer, "", "verbs_token"});
  CHECK(encoded->request.body.find("private") == std::string::npos);
  CHECK(Json::parse(encoded->request.body).at("timeout_seconds") == 2.5);
}

TEST_CASE("voice: verbs that cannot be carried are refused") {
  const auto reason = [](const CallVerb& verb) {
    const Result<Encoded> encoded = adapter.encode(OutboundCall{EffectId(5), verb}, connection());
    REQUIRE(!encoded);
    return encoded.error().reason + " " + encoded.error().subject;
  };
  CallVerb verb;
  CHECK(reason(verb) == "missing_member call");
  verb.call = "c";
  verb.kind = CallVerbKind::play;
  CHECK(reason(verb) == "missing_member text");
  verb.kind = CallVerbKind::bridge;
  CHECK(reason(verb) == "missing_member device");
  verb.kind = CallVerbKind::originate;
  CHECK(reason(verb) == "missing_member to");
  verb.kind = CallVerbKind::gather;
  verb.options.resize(10);
  CHECK(reason(verb) == "too_many_options options");
  verb.text = "\xC3";
  CHECK(reason(verb) == "not_utf8 text");
  CHECK(adapter.encode(OutboundMessage{}, connection()).error().code == ErrorCode::unsupported);
}

TEST_CASE("voice: answers to a verb") {
  CHECK(reply(200, R"({"ok":true})").kind == SendOutcome::Kind::accepted);
  const SendOutcome refused = reply(200, R"({"ok":false,"error":"no such device"})");
  CHECK(refused.kind == SendOutcome::Kind::failed);
  CHECK(refused.error == SendError{SendErrorClass::permanent, "refused", "no such device"});
  for (const int status : {404, 410}) {
    CHECK(reply(status, "").kind == SendOutcome::Kind::failed);
    CHECK(reply(status, "").error.code == "call_gone");
    CHECK(reply(status, "").error.error == SendErrorClass::bad_address);
  }
  CHECK(reply(0, "").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(200, "").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(200, R"({"ok":1})").kind == SendOutcome::Kind::uncertain);
  CHECK(reply(503, "", {{"Retry-After", "2"}}).retry_after == std::chrono::seconds(2));
  CHECK(reply(504, "").kind == SendOutcome::Kind::retry);
  CHECK(reply(401, "").error.error == SendErrorClass::authentication);
  CHECK(reply(400, "").error.error == SendErrorClass::permanent);
}

TEST_CASE("voice: settings are checked by name and form") {
  CHECK(adapter.check(connection()));
  const auto subject = [](std::map<std::string, std::string> settings) {
    const Status status = adapter.check(make_connection(std::move(settings), {}));
    REQUIRE(!status);
    return status.error().subject;
  };
  CHECK(subject({}) == "verbs_url");
  CHECK(subject({{"verbs_url", "http://x"}, {"unsigned", "maybe"}}) == "unsigned");
  CHECK(subject({{"verbs_url", "http://x"}, {"url", "http://x"}}) == "url");
  Connection hooked = make_connection({{"verbs_url", "http://x"}}, {});
  hooked.path = "/hooks/pbx";
  CHECK(adapter.check(hooked).error().subject == "shared_secret");
  hooked.settings["unsigned"] = "yes";
  CHECK(adapter.check(hooked));
  const Capabilities able = adapter.capabilities(connection());
  CHECK(able.channel == Channel::voice);
  CHECK(able.idempotent_send);
  CHECK(!able.receipts);
}

TEST_CASE("voice: a report, a device and a start are read as they are documented") {
  const Result<Decoded> decoded = adapter.decode(
      post(R"([{"event_id": "r-1", "event": "report", "at": "2026-03-02T09:00:00-03:00",
                "answers": "4720",
                "calls": [{"call": "c-1", "state": "talking", "at": "2026-03-02T08:59:00-03:00",
                           "from": "041988887777", "to": "08007701234", "device": "sip:101",
                           "doing": "4711"}],
                "devices": [{"device": "sip:102", "state": "unreachable"}]},
               {"event_id": "d-1", "event": "device", "device": "sip:101", "state": "busy",
                "call": "c-9"},
               {"event_id": "s-1", "event": "started", "at": "2026-03-02T09:00:01-03:00"}])"),
      connection());
  REQUIRE_MESSAGE(decoded, to_string(decoded.error()));
  REQUIRE(decoded->events.size() == 3);
  const auto& report = std::get<CallReport>(decoded->events[0]);
  CHECK(report.effect == EffectId(4720));
  REQUIRE(report.calls.size() == 1);
  CHECK(report.calls[0].state == CallState::talking);
  CHECK(report.calls[0].device == "sip:101");
  CHECK(report.calls[0].doing == EffectId(4711));
  REQUIRE(report.devices.size() == 1);
  CHECK(report.devices[0].state == DeviceState::unreachable);
  const auto& device = std::get<DeviceEvent>(decoded->events[1]);
  CHECK(device.id == "d-1");
  CHECK(device.device == Device{"sip:101", DeviceState::busy, "c-9"});
  CHECK(!device.at);
  CHECK(std::get<SystemStarted>(decoded->events[2]).id == "s-1");
}

TEST_CASE("voice: what is wrong with a report or a device is named by its place") {
  const auto report = [](const std::string& members) {
    return refusal(R"({"event_id": "r-1", "event": "report", )" + members + "}");
  };
  const std::string at = R"("at": "2026-03-02T09:00:00-03:00", )";
  CHECK(report(R"("calls": [])").subject.find("at") != std::string::npos);
  CHECK(report(R"("at": "2026-03-02T09:00:00-03:00")").subject.find("calls") != std::string::npos);
  CHECK(report(at + R"("calls": [{"call": "c-1", "state": "dancing"}])").reason == "unknown_state");
  CHECK(report(at + R"("calls": [{"state": "ringing"}])").subject.find("calls[0].call") !=
        std::string::npos);
  CHECK(report(at + R"("calls": [{"call": "c", "state": "ringing", "colour": 1}])")
            .subject.find("calls[0].colour") != std::string::npos);
  CHECK(report(at + R"("calls": [{"call": "c", "state": "ringing"},
                                 {"call": "c", "state": "talking"}])")
            .reason == "repeated");
  CHECK(report(at + R"("calls": 7)").subject.find("calls") != std::string::npos);
  CHECK(report(at + R"("calls": [], "devices": [{"device": "sip:1", "state": "idle"},
                                                {"device": "sip:1", "state": "busy"}])")
            .reason == "repeated");
  CHECK(
      refusal(R"({"event_id": "d", "event": "device", "state": "idle"})").subject.find("device") !=
      std::string::npos);
  CHECK(refusal(R"({"event_id": "d", "event": "device", "device": "sip:1", "state": "asleep"})")
            .reason == "unknown_state");
  CHECK(refusal(R"({"event": "started"})").subject.find("event_id") != std::string::npos);
  CHECK(refusal(R"({"event_id": "s", "event": "started", "calls": []})").subject.find("calls") !=
        std::string::npos);
  std::string crowd;
  for (std::size_t i = 0; i <= Limits{}.calls_per_report; ++i) {
    crowd += (i == 0 ? "" : ",") + std::string(R"({"call": "c)") + std::to_string(i) +
             R"(", "state": "ringing"})";
  }
  CHECK(report(at + R"("calls": [)" + crowd + "]").reason == "too_many");
}
