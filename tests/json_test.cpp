// The JSON form: what is written reads back the same, and what is wrong is refused with its path.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "codec/json.hpp"
#include "novelo/base/digest.hpp"
#include "novelo/json.hpp"

namespace {

using namespace novelo;
using nlohmann::json;

Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

Content full_content() {
  Content content;
  content.text = "Olá, \"Ana\"\n\u00e7\U0001F600";
  content.media = {{MediaKind::image, "image/jpeg", "a.jpg", 12, "https://x.example/a", "words"}};
  content.location = Location{-25.4, -49.2, "Clinic", "Rua 1"};
  content.choice = Option{"1", "Yes"};
  content.options = {{"a", "A"}, {"b", "B"}};
  content.template_use = TemplateUse{TemplateName("t"), "pt-BR", {{"1", "Ana"}, {"2", ""}}};
  content.mail = Mail{"Hello", "m@x", {"a@x"}, {"b@x", "c@x"}, {"d@x"}, AutoMail::bounce, true};
  content.reply_to = "wamid.1";
  return content;
}

Value::Map some_fields() {
  return {{"text", Value("x")},
          {"yes", Value(true)},
          {"int", Value(std::int64_t{-7})},
          {"double", Value(1.5)},
          {"null", Value()},
          {"list", Value(Value::List{Value(1), Value("two"), Value(Value::Map{})})}};
}

std::vector<CommandBody> every_command() {
  const ConversationId conversation(12);
  const CaseId matter(13);
  return {UpsertContact{"Ana", "pt", {{AddressKind::phone, "5541988887777"}}, some_fields()},
          ChooseContact{conversation, ContactId(3)},
          SetPresence{AgentName("joao"), Presence::paused, "lunch"},
          SetOtherCall{AgentName("joao"), true},
          AcceptOffer{OfferId(4)},
          RefuseOffer{OfferId(5)},
          FinishInteraction{InteractionId(6)},
          EndWrapUp{InteractionId(7)},
          HangUp{InteractionId(8)},
          ViewConversation{conversation},
          ClaimConversation{conversation},
          ReassignConversation{conversation, AgentName("rita")},
          SendMessage{conversation, EntryPointName("sms"), full_content(), TemplateName("t"),
                      some_fields(), matter},
          AddNote{conversation, "internal"},
          CloseConversation{conversation, "q", "d", "met"},
          ReopenConversation{conversation},
          OpenCase{conversation, CaseTypeName("visit"), "a > b", some_fields(), CaseId(15)},
          SetCaseFields{matter, some_fields()},
          SetCaseStatus{matter, CaseStatusName("approved"), true},
          MarkInformed{matter, "protocol"},
          VerifyReply{matter, true},
          RunAction{matter, "reschedule", some_fields()},
          CreateCallback{conversation,
                         EntryPointName("line"),
                         {AddressKind::phone, "55"},
                         AgentName("joao"),
                         at(1'772'000'000)},
          PlaceCallback{CallbackId(9)},
          RecordAttempt{CallbackId(9), AttemptResult::third_party},
          CancelCallback{CallbackId(9)},
          SendSurvey{conversation, "nps"},
          AnswerSurvey{"tok", 9, "good"},
          LoadConfiguration{"{\"a\":1}"},
          ConfirmTime{},
          ResolveSend{EffectId(14), SendResolution::give_up},
          ImportContacts{{{"Ana", "pt-BR", {{AddressKind::external, "crm-7"}}, some_fields()}}},
          RequestReport{ConnectionName("pbx")},
          Purge{at(1'772'000'000), conversation},
          EraseContact{ContactId(16)}};
}

// The refusal of a command, as "reason at path".
std::string refusal(const json& command) {
  const auto read = command_from_json(command);
  if (read) return "taken";
  CHECK(read.error().code == ErrorCode::invalid);
  return read.error().reason + " at " + read.error().subject;
}

json message(json content) {
  return {{"id", "1"}, {"do", "send_message"}, {"content", std::move(content)}};
}

}  // namespace

TEST_CASE("every command reads back as it was written") {
  std::set<std::string_view> words;
  for (const CommandBody& body : every_command()) {
    const Command command{"c-1", AgentName("joao"), body};
    const json written = to_json(command);
    INFO(written.dump());
    const auto read = command_from_json(json::parse(written.dump()));
    REQUIRE(read);
    CHECK(read->id == "c-1");
    CHECK(read->actor == AgentName("joao"));
    CHECK(read->body.index() == body.index());
    CHECK(to_json(*read) == written);
    words.insert(command_word(body));
  }
  CHECK(words.size() == std::variant_size_v<CommandBody>);
}

TEST_CASE("a command has its own form") {
  const auto command = command_from_json(json::parse(R"({"id": "c1", "actor": "joao",
      "do": "send_message", "conversation": "12", "content": {"text": "Oi"}, "case": "13"})"));
  REQUIRE(command);
  const auto& body = std::get<SendMessage>(command->body);
  CHECK(body.conversation == ConversationId(12));
  CHECK(body.content.text == "Oi");
  CHECK(body.case_id == CaseId(13));
  CHECK(to_json(*command) == json::parse(R"({"id": "c1", "actor": "joao", "do": "send_message",
      "conversation": "12", "content": {"text": "Oi"}, "case": "13"})"));
}

TEST_CASE("times, durations, addresses and none of them") {
  const auto command = command_from_json(json::parse(R"({"id": "c", "do": "create_callback",
      "conversation": "1", "number": "phone:55", "not_before": "2026-03-12T09:00:00-03:00"})"));
  REQUIRE(command);
  CHECK(to_json(*command)["not_before"] == "2026-03-12T12:00:00Z");
  CHECK(to_json(*command)["number"] == "phone:55");
  const auto none = command_from_json(json::parse(R"({"id": "c", "do": "create_callback",
      "conversation": null, "number": null, "not_before": null})"));
  REQUIRE(none);
  CHECK(to_json(*none) == json::parse(R"({"id": "c", "do": "create_callback"})"));
}

TEST_CASE("what is wrong is refused with its path") {
  CHECK(refusal(json::array()) == "wrong_type at document");
  CHECK(refusal({{"id", "1"}}) == "missing_key at do");
  CHECK(refusal({{"do", "hang_up"}}) == "missing_key at id");
  CHECK(refusal({{"id", 1}, {"do", "hang_up"}}) == "wrong_type at id");
  CHECK(refusal({{"id", "1"}, {"do", "dance"}}) == "unknown_command at do");
  CHECK(refusal({{"id", "1"}, {"do", "hang_up"}, {"actor", 1}}) == "wrong_type at actor");
  CHECK(refusal({{"id", "1"}, {"do", "hang_up"}, {"call", "1"}}) == "unknown_key at call");
  CHECK(refusal({{"id", "1"}, {"do", "confirm_time"}, {"x y", 0}}) == "unknown_key at x?y");
  for (const char* id :
       {"", "x", "-1", "01", "1.0", " 1", "18446744073709551616", "99999999999999999999999"}) {
    CHECK(refusal({{"id", "1"}, {"do", "hang_up"}, {"interaction", id}}) ==
          "bad_id at interaction");
  }
  CHECK(refusal({{"id", "1"}, {"do", "hang_up"}, {"interaction", "18446744073709551615"}}) ==
        "taken");
  CHECK(refusal({{"id", "1"}, {"do", "hang_up"}, {"interaction", 7}}) ==
        "wrong_type at interaction");
  CHECK(refusal({{"id", "1"}, {"do", "set_presence"}, {"presence", "asleep"}}) ==
        "unknown_word at presence");
  CHECK(refusal({{"id", "1"}, {"do", "create_callback"}, {"number", "55"}}) ==
        "bad_address at number");
  CHECK(refusal({{"id", "1"}, {"do", "create_callback"}, {"not_before", "today"}}) ==
        "bad_time at not_before");
  CHECK(refusal({{"id", "1"}, {"do", "answer_survey"}, {"score", 2147483648}}) ==
        "out_of_range at score");
  CHECK(refusal({{"id", "1"}, {"do", "answer_survey"}, {"score", 1.5}}) == "wrong_type at score");
  CHECK(refusal({{"id", "1"}, {"do", "set_other_call"}, {"active", 1}}) == "wrong_type at active");
}

TEST_CASE("faults deep inside have the whole path") {
  CHECK(refusal(message({{"media", {{{"kind", "image"}}, {{"kind", "cinema"}}}}})) ==
        "unknown_word at content.media[1].kind");
  CHECK(refusal(message({{"media", {{{"size", -1}}}}})) == "out_of_range at content.media[0].size");
  CHECK(refusal(message({{"mail", {{"subjekt", "x"}}}})) == "unknown_key at content.mail.subjekt");
  CHECK(refusal(message({{"mail", {{"automatic", "vacation"}}}})) ==
        "unknown_word at content.mail.automatic");
  CHECK(refusal(message({{"template_use", {{"variables", {{"one"}}}}}})) ==
        "wrong_type at content.template_use.variables[0]");
  CHECK(refusal(message({{"location", {{"latitude", "x"}}}})) ==
        "wrong_type at content.location.latitude");
  CHECK(refusal({{"id", "1"},
                 {"do", "set_case_fields"},
                 {"fields", {{"n", 18446744073709551615ULL}}}}) == "out_of_range at fields.n");
}

TEST_CASE("text: nesting has a ceiling, repeated members are refused") {
  CHECK(parse_json("{\"a\":[1,2]}", 2));
  CHECK_FALSE(parse_json("{\"a\":[[1]]}", 2));
  const std::string deep(1'000'000, '[');
  CHECK(parse_json(deep, 64).error().code == ErrorCode::invalid);
  CHECK(parse_json("{\"a\":1,\"a\":2}", 4).error().reason == "repeated_key");
  CHECK(parse_json("{\"a\":\n  x}", 4).error().subject.starts_with("line 2"));
  CHECK_FALSE(parse_json("", 4));
  CHECK_FALSE(parse_json("\"\xff\"", 4));
}

TEST_CASE("values keep their kind") {
  const json given = json::parse(R"({"a":[null,true,-3,1.5,"x",{"b":{}}],"big":9007199254740993})");
  const auto value = value_from_json(given);
  REQUIRE(value);
  CHECK(to_json(*value) == given);
  CHECK(value_from_json(json(18446744073709551615ULL)).error().reason == "out_of_range");
}

TEST_CASE("settlements") {
  const auto reply = settlement_from_json(json::parse(
      R"({"reply": {"status": 429, "headers": {"Retry-After": "30"}, "body": "slow"}})"));
  REQUIRE(reply);
  CHECK(std::get<TransportReply>(*reply) == TransportReply{429, {{"Retry-After", "30"}}, "slow"});
  const auto done = settlement_from_json(json::parse(R"({"done": {"answer": {"ok": true}}})"));
  REQUIRE(done);
  CHECK(std::get<Done>(*done).answer["ok"] == Value(true));
  const auto failed = settlement_from_json(
      json::parse(R"({"failed": {"reason": "down", "message": "m", "retry": true}})"));
  REQUIRE(failed);
  CHECK(std::get<Failed>(*failed).retry);
  const auto subject = [](const char* text) {
    const auto read = settlement_from_json(json::parse(text));
    return read ? std::string("taken") : read.error().subject;
  };
  CHECK(subject(R"({})") == "document");
  CHECK(subject(R"({"done": {}, "failed": {}})") == "failed");
  CHECK(subject(R"([])") == "document");
  CHECK(subject(R"({"dome": {}})") == "dome");
  CHECK(subject(R"({"reply": {"stat": 1}})") == "reply.stat");
  CHECK(subject(R"({"reply": {"headers": {"A": 1}}})") == "reply.headers.A");
  CHECK(subject(R"({"reply": 1})") == "reply");
  CHECK(subject(R"({"done": {"answers": 1}})") == "done.answers");
}

TEST_CASE("members at their default are left out, or kept for whoever looks at every one") {
  ConversationRecord conversation;
  conversation.id = ConversationId(5);
  conversation.owner = AgentName("joao");
  CHECK(to_json(conversation).dump() == R"({"id":"5","owner":"joao"})");
  const json all = codec::write_json(conversation, codec::Defaults::kept);
  CHECK(all["status"] == "open");
  CHECK(all["live"] == json::array());
  CHECK(all["previous"].is_null());
  CHECK(all["closed_at"].is_null());
}

TEST_CASE("hostile text never stops a dump") {
  Entry entry;
  entry.content.text = std::string("a\0b\xff\xc3\xed\xa0\x80z", 10);
  entry.details["k\xff"] = Value("v\xfe");
  const std::string dumped = to_json(entry).dump();
  CHECK(dumped.find("a\\u0000b\xEF\xBF\xBD") != std::string::npos);
  Handout handout;
  handout.request = TransportRequest{};
  handout.request->body = "\x80\x81";
  handout.request->headers = {{"X", "1"}, {"X", "2"}};
  handout.request->authorization = {Authorization::Kind::basic, "user", "password"};
  const json written = json::parse(to_json(handout).dump());
  CHECK(written["request"]["headers"]["X"] == "1, 2");
  CHECK(written["request"]["body_b64"] == "gIE=");
  CHECK(written["request"]["authorization"]["secret"] == "password");
}

TEST_CASE("requests: what was signed reads back as it was") {
  Request request{"POST", "/hooks/x?a=1", {{"X-A", "1"}, {"X-B", "\xe9"}}, "{}"};
  const auto again = [](const Request& given) {
    const auto read = request_from_json(json::parse(to_json(given).dump()));
    REQUIRE(read);
    return *read;
  };
  CHECK(again(request).headers == request.headers);
  request.body = std::string("\0\xff\x80 bytes", 9);
  request.url = "/hooks/\xff";
  request.headers.push_back({"x-a", "again"});
  const json written = to_json(request);
  CHECK(written["body_b64"] == to_base64(request.body));
  CHECK_FALSE(written.contains("body"));
  CHECK(written["url_b64"] == to_base64(request.url));
  CHECK(written["headers"][2] == json{"x-a", "again"});
  CHECK(again(request).headers == request.headers);
  CHECK(again(request).body == request.body);
  CHECK(again(request).url == request.url);
  request.headers = {{"B\xff", "1"}, {"B\xfe", "2"}};
  CHECK(to_json(request)["headers"].size() == 2);
  CHECK(rc::check("any bytes", [](const std::string& body, const std::string& url) {
    const auto read = request_from_json(
        json::parse(to_json(Request{"GET", url, {{"A", body}, {"A", url}}, body}).dump()));
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->body == body);
    RC_ASSERT(read->url == url);
    RC_ASSERT((read->headers == std::vector<Header>{{"A", body}, {"A", url}}));
  }));
}

TEST_CASE("requests: what is wrong has its path") {
  const auto subject = [](const char* text) {
    const auto read = request_from_json(json::parse(text));
    return read ? std::string("taken") : read.error().reason + " at " + read.error().subject;
  };
  CHECK(subject(R"({"url": "/x"})") == "taken");
  CHECK(subject(R"({"url_b64": "Lw=="})") == "taken");
  CHECK(subject(R"({"body": ""})") == "missing_key at url");
  CHECK(subject(R"([])") == "wrong_type at document");
  CHECK(subject(R"({"url": "/x", "headers": {"A": 1}})") == "wrong_type at headers.A");
  CHECK(subject(R"({"url": "/x", "headers": [["A"]]})") == "wrong_type at headers[0]");
  CHECK(subject(R"({"url": "/x", "headers": [["A", "1"], [2, "1"]]})") ==
        "wrong_type at headers[1][0]");
  CHECK(subject(R"({"url": "/x", "headers": {"A": {"b64": "="}}})") ==
        "bad_base64 at headers.A.b64");
  CHECK(subject(R"({"url": "/x", "headers": {"A": {}}})") == "missing_key at headers.A.b64");
  CHECK(subject(R"({"url": "/x", "headers": {"A": {"b64": "", "c": 1}}})") ==
        "unknown_key at headers.A.c");
  CHECK(subject(R"({"url": "/x", "headers": 1})") == "wrong_type at headers");
  CHECK(subject(R"({"url": "/x", "body": {}})") == "wrong_type at body");
  CHECK(subject(R"({"url": "/x", "body_b64": "a"})") == "bad_base64 at body_b64");
  CHECK(subject(R"({"url": "/x", "body": "", "body_b64": ""})") == "two_forms at body_b64");
  CHECK(subject(R"({"url": "/x", "path": ""})") == "unknown_key at path");
}

TEST_CASE("inputs: a command, a decoded event, a settlement") {
  const auto command = input_from_json(json::parse(R"({"id": "1", "do": "confirm_time"})"));
  REQUIRE(command);
  CHECK(std::holds_alternative<Command>(*command));
  const auto event = input_from_json(json::parse(R"({"connection": "meta", "event": {"message":
      {"id": "wamid.1", "at": "2026-03-12T09:00:00-03:00", "from": {"address": "phone:55"},
       "to": "1001", "content": {"text": "Oi"}}}})"));
  REQUIRE(event);
  const auto& message = std::get<InboundMessage>(std::get<DecodedEvent>(*event).event);
  CHECK(message.from.address == Address{AddressKind::phone, "55"});
  CHECK(message.content.text == "Oi");
  CHECK(to_json(*event)["event"]["message"]["at"] == "2026-03-12T12:00:00Z");
  const auto settled = input_from_json(json::parse(R"({"settle": "12", "done": {}})"));
  REQUIRE(settled);
  CHECK(std::get<SettleEffect>(*settled).effect == EffectId(12));
  const auto said = input_from_json(json::parse(R"({"connection": "meta", "event": {"unsupported":
      {"id": "1", "what": "poll", "said": true}}})"));
  REQUIRE(said);
  CHECK(std::get<UnsupportedEvent>(std::get<DecodedEvent>(*said).event).said);
}

TEST_CASE("inputs: what is wrong has its path") {
  const auto subject = [](const char* text) {
    const auto read = input_from_json(json::parse(text));
    return read ? std::string("taken") : read.error().reason + " at " + read.error().subject;
  };
  CHECK(subject("{}") == "missing_key at document");
  CHECK(subject("[]") == "wrong_type at document");
  CHECK(subject("7") == "wrong_type at document");
  CHECK(subject(R"({"event": {"message": {}}})") == "missing_key at connection");
  CHECK(subject(R"({"connection": 1, "event": {}})") == "wrong_type at connection");
  CHECK(subject(R"({"connection": "a", "event": {}})") == "missing_key at event");
  CHECK(subject(R"({"connection": "a", "event": {"massage": {}}})") ==
        "unknown_key at event.massage");
  CHECK(subject(R"({"connection": "a", "event": {"message": {}, "call": {}}})") ==
        "two_forms at event.message");
  CHECK(subject(R"({"connection": "a", "event": {"call": {"kind": "ring"}}})") ==
        "unknown_word at event.call.kind");
  CHECK(subject(R"({"connection": "a", "event": {"receipt": {}}, "x": 1})") == "unknown_key at x");
  CHECK(subject(R"({"connection": "a", "event": {"": 1, "message": {}}})") ==
        "unknown_key at event.");
  CHECK(subject(R"({"settle": 12, "done": {}})") == "wrong_type at settle");
  CHECK(subject(R"({"settle": "12"})") == "missing_key at document");
  CHECK(subject(R"({"settle": "12", "done": {}, "failed": {}})") == "two_forms at failed");
  CHECK(subject(R"({"settle": "12", "done": {"answers": 1}})") == "unknown_key at done.answers");
  CHECK(subject(R"({"settle": "12", "reply": {"headers": [["A", 1]]}})") ==
        "wrong_type at reply.headers[0][1]");
  CHECK(subject(R"({"id": "1", "do": "confirm_time", "event": {}})") == "unknown_key at event");
}

TEST_CASE("replies keep their bytes and their repeated headers") {
  const TransportReply reply{200, {{"Set-Cookie", "a"}, {"Set-Cookie", "b"}}, "\xff\x00"};
  const auto read = settlement_from_json(json::parse(to_json(Settlement(reply)).dump()));
  REQUIRE(read);
  CHECK(std::get<TransportReply>(*read) == reply);
}

TEST_CASE("results say outcome or error") {
  Outcome outcome;
  outcome.conversation = ConversationId(12);
  CHECK(to_json(Result<Outcome>(outcome)).dump() == R"({"outcome":{"conversation":"12"}})");
  const EventOutcome refused{fail({ErrorCode::refused, "closed", "It is closed.", "line", ""}), 3};
  CHECK(to_json(refused)["error"]["code"] == "refused");
  CHECK(to_json(refused)["entries"] == 3);
}

TEST_CASE("text that is cut, damaged or too long is refused with its place") {
  const std::string text = to_json(Command{"c-1", AgentName("joao"), every_command()[12]}).dump();
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto read = parse_json(text.substr(0, size), 64);
    REQUIRE_FALSE(read);
    CHECK_FALSE(read.error().subject.empty());
  }
  CHECK(parse_json(text, 64, text.size()));
  const auto long_text = parse_json(text, 64, text.size() - 1);
  CHECK(long_text.error().code == ErrorCode::limit);
  CHECK(long_text.error().reason == "too_large");
  for (const char* bad : {"NaN", "Infinity", "1e999", "-", "01", "'a'", "{a:1}", "[1,]", "\"\\x\"",
                          "\"\\ud800\"", "\xef\xbb\xbf{", "{} {}", "nul"}) {
    INFO(bad);
    CHECK_FALSE(parse_json(bad, 64));
  }
  CHECK(rc::check("damaged text", [&text] {
    std::string damaged = text;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
      damaged[*rc::gen::inRange<std::size_t>(0, damaged.size())] = *rc::gen::arbitrary<char>();
    }
    const auto document = parse_json(damaged, 64);
    if (!document) {
      RC_ASSERT(document.error().code == ErrorCode::invalid);
      RC_ASSERT(!document.error().subject.empty());
      return;
    }
    const auto read = input_from_json(*document);
    RC_ASSERT(read || (read.error().code == ErrorCode::invalid && !read.error().subject.empty()));
  }));
}

TEST_CASE("text is what RFC 8259 says, however it is damaged") {
  const auto agree = [](const std::string& text) {
    INFO(text);
    const auto read = parse_json(text, 64);
    const json exact = json::parse(text, nullptr, false);
    if (read) return !exact.is_discarded() && *read == exact && read->dump() == exact.dump();
    return exact.is_discarded() || read.error().reason == "repeated_key";
  };
  for (const char* text : {"-0",
                           "0",
                           "18446744073709551615",
                           "18446744073709551616",
                           "-9223372036854775808",
                           "-9223372036854775809",
                           "0.1",
                           "5e-324",
                           "1.7976931348623157e308",
                           "1e23",
                           "-0.0",
                           "[1e5, 1E+5, 1.0]",
                           "\"\\u0000\\ud83d\\ude00/\\/\"",
                           "\"\\ud800\"",
                           "\"\\udc00\\ud800\"",
                           "\"\xc0\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\t\"",
                           "\"\x7f\"",
                           " \n\t\r{} ",
                           "\xef\xbb\xbf{}",
                           "{}\x0c",
                           "// x\n1",
                           "[1 2]",
                           "{\"a\":1,}",
                           "1.",
                           ".1",
                           "+1",
                           "1e",
                           "tru"}) {
    CHECK(agree(text));
  }
  CHECK(agree(std::string("1\0", 2)));
  CHECK(agree(std::string("\"a\0b\"", 5)));
  const std::string text = to_json(Command{"c-1", AgentName("joao"), every_command()[12]}).dump();
  CHECK(rc::check("damaged text", [&] {
    std::string damaged = text;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
      damaged[*rc::gen::inRange<std::size_t>(0, damaged.size())] = *rc::gen::arbitrary<char>();
    }
    RC_ASSERT(agree(damaged));
  }));
  CHECK(rc::check("fractions", [&](double fraction) { RC_ASSERT(agree(json(fraction).dump())); }));
}

TEST_CASE("any text and any number survive the way out and back") {
  CHECK(rc::check("round trip", [](const std::string& text, std::int64_t number, double fraction) {
    const Command command{"c",
                          {},
                          SetCaseFields{CaseId(1),
                                        {{"text", Value(codec::mended(text))},
                                         {"number", Value(number)},
                                         {"fraction", Value(fraction)}}}};
    const auto read = command_from_json(json::parse(to_json(command).dump()));
    RC_ASSERT(read.has_value());
    RC_ASSERT(std::get<SetCaseFields>(read->body).fields ==
              std::get<SetCaseFields>(command.body).fields);
  }));
}
