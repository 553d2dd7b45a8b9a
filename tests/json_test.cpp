// The JSON form: what is written reads back the same, and what is wrong is refused with its path.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "codec/json.hpp"
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
  CHECK(subject(R"({"done": {}, "failed": {}})") == "document");
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
  CHECK(written["request"]["authorization"]["secret"] == "password");
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
