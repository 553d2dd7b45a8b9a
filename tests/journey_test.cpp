// The journey player: what it reads, what it refuses, how it compares, and the manual played.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/base/digest.hpp"
#include "novelo/json.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "novelo/testing/provider.hpp"
#include "novelo/testing/transcript.hpp"
#include "support/payloads.hpp"
#include "testing/labels.hpp"
#include "testing/match.hpp"
#include "testing/moment.hpp"
#include "testing/view.hpp"
#include "testing/wording.hpp"

namespace {

using namespace novelo;
using namespace novelo::testing;
using nlohmann::json;

// The JSON texts of the manual: the file without steps, then the steps.
json manual() {
  const std::string page = testing_support::read_source("docs/journeys.md");
  json journey;
  std::size_t at = 0;
  while ((at = page.find("```json\n", at)) != std::string::npos) {
    at += 8;
    const std::size_t end = page.find("```", at);
    INFO(page.substr(at, end - at));
    json part = json::parse(page.substr(at, end - at), nullptr, false);
    REQUIRE_FALSE(part.is_discarded());
    if (journey.is_null()) {
      journey = std::move(part);
    } else {
      journey["steps"].push_back(std::move(part));
    }
  }
  return journey;
}

// The manual's desk with other steps.
json small(json steps) {
  json journey = manual();
  journey["steps"] = std::move(steps);
  return journey;
}

Result<Journey> read(const json& journey) {
  return Journey::parse(journey.dump(), ".", "test");
}

struct Desk {
  VoiceAdapter voice;
  SmsAdapter sms;
  WhatsAppAdapter whatsapp;
  EmailAdapter email;
  MemoryStore store;

  Result<JourneyReport> play(const json& text, const PlayOptions& options = {}) {
    const auto journey = read(text);
    if (!journey) return fail(journey.error());
    return novelo::testing::play(
        *journey, {&voice, &sms, &whatsapp, &email}, [this] { return Result<Store*>(&store); },
        options);
  }
};

std::string failures_of(const JourneyReport& report) {
  std::string text;
  for (const StepReport& step : report.steps) {
    for (const std::string& failure : step.failures) {
      text += "\nstep " + std::to_string(step.number) + " " + step.name + ": " + failure;
    }
  }
  return text;
}

void check_passes(const json& journey, const PlayOptions& options = {}) {
  Desk desk;
  const auto report = desk.play(journey, options);
  INFO((report ? failures_of(*report) : to_string(report.error())));
  REQUIRE(report);
  CHECK(report->passed());
}

// What one step that must fail says.
std::string failure_of(const json& step) {
  Desk desk;
  const auto report = desk.play(small(json::array({manual()["steps"][0], step})));
  REQUIRE(report);
  REQUIRE(report->steps.size() == 2);
  return failures_of(*report);
}

// Where a journey is refused: "reason at subject".
std::string refusal(const json& journey) {
  const auto made = read(journey);
  return made ? "taken" : made.error().reason + " at " + made.error().subject;
}

Timestamp utc(const char* text) {
  return *parse_timestamp(text);
}

Value value_of(const char* text) {
  return *value_from_json(json::parse(text));
}

bool matches(const char* expected, const char* actual) {
  return compare(value_of(expected), value_of(actual)).matches();
}

std::string reason_of(const Result<JourneyReport>& report) {
  return report ? "" : report.error().reason;
}

std::string moment(const char* text, const char* before = "2026-03-12T12:00:00Z") {
  const auto at = read_moment(text, utc(before), utc("2026-03-12T12:00:00Z"), "America/Sao_Paulo");
  return at ? to_string(*at) : at.error().reason;
}

}  // namespace

TEST_CASE("the manual is a journey that holds") {
  check_passes(manual());
}

TEST_CASE("the manual holds with a restart between any two steps") {
  PlayOptions options;
  options.restart = true;
  check_passes(manual(), options);
}

TEST_CASE("times of a story") {
  CHECK(moment("09:10") == "2026-03-12T12:10:00Z");
  CHECK(moment("09:10:30") == "2026-03-12T12:10:30Z");
  CHECK(moment("+2m") == "2026-03-12T12:02:00Z");
  CHECK(moment("+0s") == "2026-03-12T12:00:00Z");
  CHECK(moment("day 2 08:00") == "2026-03-13T11:00:00Z");
  CHECK(moment("10:00", "2026-03-14T12:00:00Z") == "2026-03-14T13:00:00Z");
  CHECK(moment("day 20 00:00") == "2026-03-31T03:00:00Z");
  CHECK(moment("2026-03-12T20:00:00+01:00") == "2026-03-12T19:00:00Z");
  for (const char* bad : {"", "9:10", "24:00", "09:60", "09:10:60", "09:10x", "day 0 09:00",
                          "day 2", "day x 09:00", "day 1 08:00", "08:59", "+", "+x", "-1m",
                          "tomorrow", "2026-03-11T00:00:00Z", "day 2 2026-03-13T00:00:00Z"}) {
    INFO(bad);
    CHECK(moment(bad) == "bad_moment");
  }
}

TEST_CASE("times of a story on the days when the clocks change") {
  const auto lisbon = [](const char* text, const char* before) {
    const auto at = read_moment(text, utc(before), utc("2026-03-28T09:00:00Z"), "Europe/Lisbon");
    return at ? to_string(*at) : at.error().message;
  };
  CHECK(lisbon("day 2 00:30", "2026-03-28T09:00:00Z") == "2026-03-29T00:30:00Z");
  CHECK(lisbon("01:30", "2026-03-29T00:00:00Z") ==
        "The clocks of Europe/Lisbon skip 2026-03-29 01:30:00: they go on at 2026-03-29 02:00:00.");
  CHECK(lisbon("day 2 01:30", "2026-03-28T09:00:00Z").find("skip") != std::string::npos);
  CHECK(lisbon("02:00", "2026-03-29T00:00:00Z") == "2026-03-29T01:00:00Z");
  // In October 01:30 comes twice: the first is meant, and the second has its offset.
  CHECK(lisbon("01:30", "2026-10-24T23:30:00Z") == "2026-10-25T00:30:00Z");
  CHECK(lisbon("2026-10-25T01:30:00+00:00", "2026-10-25T00:30:00Z") == "2026-10-25T01:30:00Z");
  CHECK(lisbon("01:30", "2026-10-25T00:45:00Z") ==
        "This is before the step before it (2026-10-25 01:45:00, by the clock of Europe/Lisbon).");
}

TEST_CASE("matching by subset") {
  CHECK(matches(R"({"a": 1})", R"({"a": 1, "b": 2})"));
  CHECK_FALSE(matches(R"({"a": 1, "c": 3})", R"({"a": 1})"));
  CHECK(matches(R"({"a": {"b": "x"}})", R"({"a": {"b": "x", "c": "y"}})"));
  CHECK(matches("1", "1.0"));
  CHECK_FALSE(matches("1", "\"1\""));
  CHECK(matches("\"*\"", "\"x\""));
  CHECK(matches("\"*\"", "0"));
  for (const char* nothing : {"null", "\"\"", "[]", "{}"}) {
    CHECK_FALSE(matches("\"*\"", nothing));
    CHECK(matches("null", nothing));
  }
  CHECK(matches(R"({"a": null})", R"({})"));
  CHECK_FALSE(matches("null", "0"));
  CHECK(matches("\"~bc\"", "\"abcd\""));
  CHECK_FALSE(matches("\"~bc\"", "\"acbd\""));
  CHECK(matches("[1, 2]", "[1, 2]"));
  CHECK_FALSE(matches("[1]", "[1, 2]"));
  CHECK_FALSE(matches("[2, 1]", "[1, 2]"));
  CHECK(matches("\"2026-03-12T09:00:00-03:00\"", "\"2026-03-12T12:00:00Z\""));
}

TEST_CASE("matching by operators") {
  CHECK(matches(R"({">": 3})", "4"));
  CHECK_FALSE(matches(R"({">": 3})", "3"));
  CHECK(matches(R"({">=": 3, "<": 4})", "3.5"));
  CHECK_FALSE(matches(R"({"<": 3})", "\"a\""));
  CHECK(matches(R"({">": "2026-03-12T09:00:00-03:00"})", "\"2026-03-12T12:00:01Z\""));
  CHECK(matches(R"({"not": "x"})", "\"y\""));
  CHECK(matches(R"({"any_of": ["x", "~z"]})", "\"xyz\""));
  CHECK_FALSE(matches(R"({"any_of": "x"})", "\"x\""));
  CHECK(matches(R"({"has": [3, 1]})", "[1, 2, 3]"));
  CHECK_FALSE(matches(R"({"has": [1, 1]})", "[1, 2]"));
  CHECK(matches(R"({"count": 2})", "[1, 2]"));
  CHECK(matches(R"({"count": {">": 1}})", "[1, 2]"));
  CHECK(matches(R"({"count": 0})", "null"));
  CHECK(matches(R"({"matches": "^a.c$"})", "\"abc\""));
  CHECK(compare(value_of(R"({"matches": "("})"), Value("abc"))
            .differences.front()
            .find("no regular expression") != std::string::npos);
}

TEST_CASE("an expectation that could never match is refused when it is read") {
  const auto with = [](const char* pointer, json value) {
    json journey = manual();
    journey[json::json_pointer(pointer)] = std::move(value);
    return refusal(journey);
  };
  const std::string text = "/steps/1/expect/entries/1/content/text";
  const std::string at = " at test: steps[1].expect.entries[1].content.text.";
  CHECK(with(text.c_str(), {{"matches", "("}}) == "bad_operator" + at + "matches");
  CHECK(with(text.c_str(), {{"matches", 1}}) == "bad_operator" + at + "matches");
  CHECK(with(text.c_str(), {{"not", {{"matches", "("}}}}) == "bad_operator" + at + "not.matches");
  CHECK(with(text.c_str(), {{"any_of", "x"}}) == "bad_operator" + at + "any_of");
  CHECK(with(text.c_str(), {{"has", "x"}}) == "bad_operator" + at + "has");
  CHECK(with(text.c_str(), {{"count", "x"}}) == "bad_operator" + at + "count");
  CHECK(with(text.c_str(), {{">", "x"}}) == "bad_operator" + at + ">");
  for (const json& good : {json{{"matches", "^${x}("}}, json{{"count", {{">", 1}}}},
                           json{{">", "2026-03-12T09:00:00Z"}}, json{{"<", "$x"}}}) {
    INFO(good.dump());
    CHECK(with(text.c_str(), good) == "taken");
  }
  CHECK(with("/steps/5/expect/effects/0/request/form/Body", {{"matches", "["}}) ==
        "bad_operator at test: steps[5].expect.effects[0].request.form.Body.matches");
  CHECK(with("/steps/5/expect/effects/0/body", {{"matches", "["}}) ==
        "bad_operator at test: steps[5].expect.effects[0].body.matches");
  CHECK(with("/steps/5/expect/effects/0/contains", nullptr) ==
        "wrong_type at test: steps[5].expect.effects[0].contains");
  CHECK(with("/steps/1/expect/answer/status", {{"any_of", 200}}) ==
        "bad_operator at test: steps[1].expect.answer.status.any_of");
  CHECK(with("/steps/1/expect/error", nullptr) == "wrong_type at test: steps[1].expect.error");
  CHECK(with("/steps/1/expect/entries", {{"cont", 2}}) ==
        "wrong_type at test: steps[1].expect.entries");
  for (const char* event :
       {"/steps/1/expect/no_entries/0/event", "/steps/1/expect/no_entries/0/event/not"}) {
    json journey = manual();
    journey["steps"][1]["expect"]["no_entries"] = json::array({json::object()});
    journey[json::json_pointer(event)] = "identity_clamed";
    CHECK(
        refusal(journey).starts_with("unknown_word at test: steps[1].expect.no_entries[0].event"));
  }
  CHECK(with("/steps/1/expect/entries/1/error/error", "perm") ==
        "unknown_word at test: steps[1].expect.entries[1].error.error");
  CHECK(with("/steps/1/expect/entries/1/event", "~offer") == "taken");
  CHECK(with("/steps/1/expect/entries/1/channel", {{"any_of", {"sms", "voice"}}}) == "taken");
  CHECK(with("/steps/12/expect/quarantine", {{{"conection", "x"}}}) ==
        "unknown_key at test: steps[12].expect.quarantine[0].conection");
}

TEST_CASE("differences say what was expected and what is there") {
  const Comparison comparison =
      compare(value_of(R"({"a": {"b": "x"}, "c": 1})"), value_of(R"({"a": {"b": "y"}})"));
  REQUIRE(comparison.differences.size() == 2);
  CHECK(comparison.differences[0] == "a.b: expected \"x\", there is \"y\"");
  CHECK(comparison.differences[1] == "c: expected 1, there is nothing");
  CHECK(shown(Value("ééé"), 4) == "\"é...");
}

TEST_CASE("labels") {
  Labels labels;
  labels.bind("a", "1");
  labels.bind("b.c", "two");
  CHECK(labels.fill_text("$a") == "1");
  CHECK(labels.fill_text("x${a}y${b.c}") == "x1ytwo");
  CHECK(labels.fill_text("$${a} $100 $ a$a") == "${a} $100 $ a$a");
  CHECK(labels.fill_text("$z").error().reason == "unknown_label");
  CHECK(labels.fill_text("$z").error().remedy.find("a, b.c") != std::string::npos);
  CHECK(labels.fill_text("${a").error().reason == "bad_label");
  CHECK(labels.fill_text("${A}").error().reason == "bad_label");
  CHECK(labels.fill(value_of(R"({"k": ["$a", 5]})")) == value_of(R"({"k": ["1", 5]})"));
}

TEST_CASE("a journey is read strictly") {
  const auto with = [](const char* pointer, json value) {
    json journey = manual();
    journey[json::json_pointer(pointer)] = std::move(value);
    return refusal(journey);
  };
  CHECK(with("/stepz", 1) == "unknown_key at test: stepz");
  CHECK(with("/steps/0/act", 1) == "unknown_key at test: steps[0].act");
  CHECK(with("/steps/1/receive/connexion", "x") ==
        "unknown_key at test: steps[1].receive.connexion");
  CHECK(with("/steps/1/receive/connection", "x") ==
        "unknown_name at test: steps[1].receive.connection");
  CHECK(with("/steps/1/receive/form", json::object()) == "contradiction at test: steps[1].receive");
  CHECK(with("/steps/1/receive/times", 0) == "out_of_range at test: steps[1].receive.times");
  CHECK(with("/steps/1/at", "08:00") == "bad_moment at test: steps[1].at");
  CHECK(with("/steps/1/wait", true) == "contradiction at test: steps[1]");
  CHECK(with("/steps/1", {{"at", "+1s"}}) == "missing_key at test: steps[1]");
  CHECK(with("/steps/0/command", {{"do", "dance"}}) ==
        "unknown_command at test: steps[0].command.do");
  CHECK(with("/steps/0/command", {{"do", "hang_up"}, {"call", "1"}}) ==
        "unknown_key at test: steps[0].command.call");
  CHECK(with("/steps/0/command", "hang_up") == "missing_key at test: steps[0].command.do");
  CHECK(with("/steps/0/as", {{"contract", "$c"}}) == "unknown_key at test: steps[0].as.contract");
  CHECK(with("/steps/0/as", {{"contact", "c"}}) == "bad_label at test: steps[0].as.contact");
  CHECK(with("/steps/1/find", {{"$x", {{"chat", "$c"}}}}) == "bad_find at test: steps[1].find.$x");
  CHECK(with("/steps/1/expect/entries/0", {{"evnt", "opened"}}) ==
        "unknown_key at test: steps[1].expect.entries[0].evnt");
  CHECK(with("/steps/1/expect/entries/0", {{"author", {{"nick", "x"}}}}) ==
        "unknown_key at test: steps[1].expect.entries[0].author.nick");
  CHECK(with("/steps/2/expect/conversation", {{"$c", {{"ownr", "x"}}}}) ==
        "unknown_key at test: steps[2].expect.conversation.$c.ownr");
  CHECK(with("/steps/1/expect/effects/0/boddy", "x") ==
        "unknown_key at test: steps[1].expect.effects[0].boddy");
  CHECK(with("/steps/1/expect/effects/0/capture", {{"$x", "("}}) ==
        "bad_regex at test: steps[1].expect.effects[0].capture.$x");
  CHECK(with("/steps/1/expect/error", {{"code", "invalid"}}) ==
        "contradiction at test: steps[1].expect.error");
  CHECK(with("/host/actions/order_part", 1) == "bad_answer at test: host.actions.order_part");
  CHECK(with("/host/replies", {{"meta", {{"stat", 1}}}}) ==
        "unknown_key at test: host.replies.meta");
  CHECK(with("/secrets/nobody", json::object()) == "unknown_name at test: secrets.nobody");
  CHECK(with("/configuration/desks", 1) == "wrong_type at test: configuration: desks");
  CHECK(with("/zone", "Mars/Base") == "unknown_zone at test: zone");
  CHECK(with("/start", "today") == "bad_time at test: start");
  json headless = manual();
  headless.erase("configuration");
  CHECK(refusal(headless) == "missing_key at test: configuration");
}

TEST_CASE("an expectation that does not hold fails the step") {
  const json command = {
      {"do", "set_presence"}, {"actor", "rita"}, {"agent", "rita"}, {"presence", "paused"}};
  const auto with = [&command](json expect) {
    return failure_of({{"command", command}, {"expect", std::move(expect)}});
  };
  CHECK(with(json::object()).empty());
  CHECK(with({{"agent", {{"rita", {{"presence", "offline"}}}}}})
            .find("agent rita.presence: expected \"offline\", there is \"paused\"") !=
        std::string::npos);
  CHECK(with({{"effects", {{{"kind", "send"}}}}}).find("there is none at all") !=
        std::string::npos);
  CHECK(with({{"entries", {{{"event", "opened"}}}}}).find("entries[0]") != std::string::npos);
  CHECK(with({{"error", {{"code", "refused"}}}}).find("it was taken") != std::string::npos);
  CHECK(with({{"contact", {{"phone:1234567890", {{"name", "x"}}}}}}).find("There is no contact") !=
        std::string::npos);
  CHECK(with({{"contact", {{"phone:1234567890", nullptr}}}}).empty());
  CHECK(with({{"contact", {{"$nobody", {{"name", "x"}}}}}}).find("not bound yet") !=
        std::string::npos);
  CHECK(with({{"signals", {{{"name", "fireworks"}}}}}).find("signals[0]") != std::string::npos);
  CHECK(failure_of({{"command", {{"do", "view_conversation"}, {"conversation", "999"}}}})
            .find("refused: not_found") != std::string::npos);
  CHECK(failure_of({{"command", command}, {"as", {{"details.x", "$x"}}}}).find("as: ") !=
        std::string::npos);
  CHECK(failure_of({{"settle", {{"effect", {{"kind", "send"}}}, {"done", json::object()}}}})
            .find("No unsettled effect") != std::string::npos);
}

TEST_CASE("lists take operators for the whole, and an empty one is one that is empty") {
  json step = manual()["steps"][1];
  const auto with = [&step](const char* member, json expected) {
    step["expect"] = {{member, std::move(expected)}};
    return failure_of(step);
  };
  const auto in_chat = [](json list) { return json{{"phone:351911111111", std::move(list)}}; };
  for (const char* list : {"entries", "signals", "quarantine"}) {
    INFO(list);
    CHECK(with(list, {{"count", {{">=", 0}}}}).empty());
    CHECK(with(list, {{"count", 17}}).find("count 17") != std::string::npos);
  }
  CHECK(with("entries", {{"count", 4}}).empty());
  CHECK(with("entries", {{"not", {{"has", {{{"event", "queued"}}}}}}})
            .find("entries: expected not") != std::string::npos);
  CHECK(with("entries", json::array()).find("one more than expected") != std::string::npos);
  CHECK(with("entries", nullptr).find("one more than expected") != std::string::npos);
  CHECK(with("effects", json::array()).find("one more than expected") != std::string::npos);
  for (const char* list : {"timeline", "customer_view"}) {
    INFO(list);
    CHECK(with(list, in_chat({{"has", {{{"channel", "whatsapp"}}}}})).empty());
    CHECK(with(list, in_chat(json::array())).find("one more than expected") != std::string::npos);
  }
  for (const json& none : {json::array(), json(nullptr), json{{"count", 0}}}) {
    INFO(none.dump());
    CHECK(with("notes", in_chat(none)).empty());
    CHECK(with("closures", in_chat(none)).empty());
    CHECK(with("quarantine", none).empty());
  }
}

TEST_CASE("null in a description of an effect means that nothing is there") {
  json step = manual()["steps"][1];
  step["expect"] = {{"effects", {{{"kind", "notify"}, {"connection", nullptr}}}}};
  CHECK(failure_of(step).empty());
  step["expect"] = {{"effects", {{{"kind", "notify"}, {"agent", nullptr}}}}};
  CHECK(failure_of(step).find("agent: expected nothing") != std::string::npos);
}

TEST_CASE("what has work of its own is asked for that alone") {
  json journey = manual();
  // Everything up to the case; the chat is being served, and nothing of the case is verified.
  journey["steps"] = json::array();
  for (std::size_t i = 0; i < 9; ++i) journey["steps"].push_back(manual()["steps"][i]);
  REQUIRE(journey["steps"].back()["command"]["do"] == "open_case");
  journey["steps"].push_back({{"name", "look"},
                              {"expect",
                               {{"work",
                                 {{"$case", nullptr},
                                  {"$chat", {{"state", "assigned"}}},
                                  {"$talk", {{"state", "assigned"}}}}}}}});
  check_passes(journey);
}

TEST_CASE("what an effect says is looked at line by line") {
  const Value view = value_of(
      R"({"kind": "send", "request": {"method": "POST", "url": "u", "body": "{\"to\": \"1\"}"}})");
  CHECK(plain_text(view) == "url=u\nto=1\n");
  CHECK(plain_text(value_of(R"({"body": {"type": "offer"}})")) == "type=offer\n");
}

TEST_CASE("effects: order, any order, and no others") {
  json step = manual()["steps"][1];
  step["expect"] = {{"effects", {{{"kind", "notify"}}, {{"kind", "notify"}}}}};
  CHECK(failure_of(step).find("not once more") != std::string::npos);
  step["expect"] = {{"effects", {{{"agent", "rita"}}}},
                    {"effects_in_any_order", true},
                    {"no_other_effects", true}};
  CHECK(failure_of(step).empty());
  step["expect"] = {{"effects", json::array()}, {"no_other_effects", true}};
  CHECK(failure_of(step).find("one more than expected") != std::string::npos);
  step["expect"] = {{"no_effects", {{{"body", {{"type", "offer"}}}}}}};
  CHECK(failure_of(step).find("must not be there") != std::string::npos);
  step["expect"] = {{"effects", {{{"kind", "notify"}, {"capture", {{"$x", "zzz"}}}}}}};
  CHECK(failure_of(step).find("capture $x") != std::string::npos);
}

namespace {

// What was told in a story of the manual's desk: "09:00:00 text", one for each line without
// headings.
std::vector<std::string> told(const json& journey) {
  Desk desk;
  const auto report = desk.play(journey);
  INFO((report ? std::string() : to_string(report.error())));
  REQUIRE(report);
  std::vector<std::string> lines;
  for (const TranscriptLine& line : report->transcript) {
    if (line.side == Side::heading) continue;
    std::string text = to_string(line.at).substr(11, 8) + " ";
    if (!line.about.empty()) text += "[" + line.about + "] ";
    if (!line.who.empty()) text += line.who + ": ";
    text += line.text;
    if (!line.status.empty()) text += " (" + line.status + ")";
    lines.push_back(std::move(text));
  }
  return lines;
}

// Where a line stands; the number of lines when it is not there.
std::size_t place_of(const std::vector<std::string>& lines, const std::string& part) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(part) != std::string::npos;
  });
  return static_cast<std::size_t>(found - lines.begin());
}

bool in_order(const std::vector<std::string>& lines, const std::vector<std::string>& parts) {
  std::size_t last = 0;
  for (const std::string& part : parts) {
    const std::size_t place = place_of(lines, part);
    INFO(part);
    CHECK(place < lines.size());
    if (place < last || place == lines.size()) return false;
    last = place;
  }
  return true;
}

std::string shown_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n" + line;
  return text;
}

json call_events(json events) {
  return {{"receive", {{"connection", "pbx"}, {"body", std::move(events)}}}};
}

json call_event(const std::string& id, const std::string& event, json more = json::object()) {
  json made{{"event_id", id}, {"event", event}, {"call", "c1"}};
  if (event == "incoming") made.update({{"from", "911111111"}, {"to", "210000000"}});
  made.update(more);
  return made;
}

}  // namespace

TEST_CASE("a transcript tells attempts, refusals and statuses at their own time") {
  json steps = json::array();
  for (int i = 0; i < 3; ++i) steps.push_back(manual()["steps"][i]);
  steps.push_back({{"at", "09:12"},
                   {"host", {{"settle", false}}},
                   {"command",
                    {{"do", "send_message"},
                     {"actor", "rita"},
                     {"conversation", "$chat"},
                     {"entry_point", "sms"},
                     {"content", {{"text", "Ready.\nCome by."}}}}},
                   {"expect", {{"effects", {{{"connection", "twilio"}, {"as", "$sms"}}}}}}});
  steps.push_back(
      {{"at", "09:12:05"}, {"settle", {{"which", "$sms"}, {"reply", {{"status", 500}}}}}});
  steps.push_back(
      {{"at", "09:12:06"}, {"host", {{"replies", {{"twilio", {{"status", 0}}}}}}}, {"wait", true}});
  steps.push_back(
      {{"at", "11:00"}, {"host", {{"replies", {{"twilio", {{"status", 400}}}}}}}, {"wait", true}});
  const auto lines = told(small(steps));
  INFO(shown_lines(lines));
  CHECK(in_order(lines, {"09:12:00 Rita: Ready.\nCome by. (pending)",
                         "09:12:05 (twilio answers 500", "(to twilio, attempt 2: \"Ready.\")",
                         "(twilio answers 400: refused)", "\"Ready.\": failed",
                         "could not be sent: the provider does not take it (http_400)"}));
  const std::string& failed = lines.at(place_of(lines, "\"Ready.\": failed"));
  CHECK(failed.substr(0, 5) == "09:12");
  CHECK(lines.at(place_of(lines, "could not be sent")).substr(0, 8) == failed.substr(0, 8));
}

TEST_CASE("what happens in one instant is told in its order") {
  const json steps = {call_events({call_event("e1", "incoming")}),
                      call_events({call_event("e2", "recorded", {{"recording", {{"ref", "r1"}}}}),
                                   call_event("e3", "hung_up", {{"cause", 16}})})};
  const auto lines = told(small(steps));
  INFO(shown_lines(lines));
  CHECK(in_order(lines, {"waits in the queue", "leaves a message", "the call ends",
                         "hangs up after waiting"}));
}

TEST_CASE("what was refused or came too late is not told as if it had happened") {
  json unknown = call_event("e4", "answered");
  unknown["call"] = "c9";
  const json steps = {
      call_events({call_event("e1", "incoming")}),
      call_events({unknown, call_event("e5", "digits", {{"digits", "5"}})}),
      call_events({call_event("e5", "digits", {{"digits", "5"}})}),
      call_events({call_event("e2", "hung_up")}),
      call_events({call_event("e3", "hung_up")}),
      {{"at", "+1s"},
       {"receive", {{"connection", "pbx"}, {"body", call_event("e6", "answered")}}}}};
  const auto lines = told(small(steps));
  INFO(shown_lines(lines));
  const auto count = [&](const std::string& part) {
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  };
  CHECK(in_order(lines, {"refused, and kept: there is no such call", "presses 5",
                         "00 the call ends", "(the call ends: too late", "(picks up: too late"}));
  CHECK(count("picks up") == 1);
  CHECK(count("presses 5") == 1);
  const auto alone = told(small({call_events({unknown})}));
  INFO(shown_lines(alone));
  CHECK(alone.front().find("refused: there is no such call") != std::string::npos);
}

TEST_CASE("mail that no person wrote is told so") {
  const auto mail = [](const std::string& id, std::vector<std::string> headers) {
    json lines{"From: Bruno <bruno@mail.example>", "To: shop@rodas.example", "Subject: Bike",
               "Message-ID: <" + id + "@mail.example>"};
    for (std::string& header : headers) lines.push_back(std::move(header));
    for (const char* line : {"", "Hello"}) lines.push_back(line);
    return json{{"receive", {{"connection", "mail"}, {"lines", lines}}}};
  };
  const auto lines =
      told(small({mail("m1", {}), mail("m2", {"Auto-Submitted: auto-replied"}),
                  mail("m3", {"Auto-Submitted: auto-generated"}),
                  mail("m4", {"Content-Type: multipart/report; report-type=delivery-status"})}));
  INFO(shown_lines(lines));
  CHECK(
      in_order(lines, {" bruno@mail.example: Subject: Bike\nHello",
                       " the mailbox of bruno@mail.example answers by itself: Subject: Bike\nHello",
                       " a mail comes that no person wrote: Subject: Bike\nHello",
                       " the mail system sends a mail back: Subject: Bike"}));
}

TEST_CASE("what an assistant could not say any more is not told") {
  json journey = small(json::array());
  journey["configuration"]["flows"] = json::parse(R"([{
    "flow": "menu", "version": 1, "locales": ["en"], "start": "topic",
    "steps": {"topic": {"kind": "choose", "text": "How can we help?", "next": "desk",
                        "options": [{"id": "a", "title": "Repairs"}, {"id": "b", "title": "Rent"}]},
              "desk": {"kind": "hand_over"}}}])");
  journey["configuration"]["entry_points"][3]["flow"] = "menu";
  json call = call_events({call_event("e1", "incoming")});
  journey["steps"] = {call};
  CHECK(place_of(told(journey), "How can we help?") < told(journey).size());
  call["host"] = {{"replies", {{"pbx", {{"status", 404}}}}}};
  journey["steps"] = {call};
  const auto lines = told(journey);
  INFO(shown_lines(lines));
  CHECK(place_of(lines, "(pbx answers 404") < lines.size());
  CHECK(place_of(lines, "How can we help?") == lines.size());
}

TEST_CASE("events are told in words") {
  Entry promise;
  promise.event = EventKind::callback_created;
  CHECK(special_sentence(promise).starts_with("whoever is free is to call"));
  Entry answer;
  answer.event = EventKind::case_fields;
  answer.details = {{"fields", Value(Value::Map{})}, {"not_set", Value(Value::Map{})}};
  CHECK(special_sentence(answer) == "the case stays as it was: {not_set}");
  CHECK(in_words("class", Value("retry")) == "the provider cannot take it now");
  CHECK(notice_text("agent_not_responding", "Marta", "Jo") ==
        "Marta is told: Jo answers no offers: paused");
  CHECK(notice_text("device_failed", "Marta", "Jo") ==
        "Marta is told: Jo's telephone does not answer: paused");
}

TEST_CASE("a line says whose it is while more than one conversation is alive") {
  json steps = json::array();
  for (int i = 0; i < 3; ++i) steps.push_back(manual()["steps"][i]);
  const auto one = told(small(steps));
  CHECK(place_of(one, "[") == one.size());
  json other = call_event("e1", "incoming", {{"from", "912222222"}});
  steps.push_back(call_events({other}));
  steps.push_back(manual()["steps"][3]);
  steps.back()["at"] = "+1s";
  steps.push_back({{"command",
                    {{"do", "add_note"},
                     {"actor", "rita"},
                     {"conversation", "$chat"},
                     {"text", "pays in cash"}}}});
  json over = call_event("e2", "hung_up");
  steps.push_back(call_events({over}));
  steps.push_back(
      {{"command", {{"do", "view_conversation"}, {"actor", "rita"}, {"conversation", "$chat"}}}});
  const auto lines = told(small(steps));
  INFO(shown_lines(lines));
  CHECK(in_order(lines, {"[..2222] +351912222222 calls", "[Bruno] Rita: Tomorrow at ten",
                         "[Bruno] Rita, internal note: pays in cash", "[..2222] the call ends"}));
  CHECK(lines.at(place_of(lines, "looks at the conversation")).find("[") == std::string::npos);
}

TEST_CASE("keys pressed in a row are one line, and who presses them is named") {
  json events = json::array({call_event("e1", "incoming")});
  for (const char* key : {"1", "2", "#"}) {
    events.push_back(
        call_event(std::string("k") + key, "digits", {{"digits", key}, {"call", "c1"}}));
  }
  json later = call_event("k9", "digits", {{"digits", "9"}});
  json elsewhere = call_event("e2", "incoming", {{"from", "912222222"}, {"call", "c2"}});
  json other = call_event("k0", "digits", {{"digits", "0"}, {"call", "c2"}});
  json pause = call_events({later});
  pause["at"] = "+12s";
  const auto lines = told(small({call_events(events), pause, call_events({elsewhere, other})}));
  INFO(shown_lines(lines));
  CHECK(in_order(lines, {"+351911111111 presses 1 2 #", "+351911111111 presses 9",
                         "+351912222222 presses 0"}));
  CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
          return line.find(" presses ") != std::string::npos;
        }) == 3);
}

TEST_CASE(
    "a caller without a number is \"caller\" before a line, each with a number of their own") {
  json first = call_event("e1", "incoming", {{"from", ""}});
  json second = call_event("e2", "incoming", {{"from", "anonymous"}, {"call", "c2"}});
  const auto lines = told(small({call_events({first}), call_events({second})}));
  INFO(shown_lines(lines));
  CHECK(in_order(lines, {"the caller calls 210000000", "[caller #"}));
  CHECK(place_of(lines, "[the") == lines.size());
}

TEST_CASE("words for addresses and times are short, and say all") {
  CHECK(shown({AddressKind::phone, "5541988887777"}) == "+5541988887777");
  CHECK(shown({AddressKind::phone, "08007771234"}) == "08007771234");
  CHECK(shown({AddressKind::phone, "4004"}) == "4004");
  CHECK(shown({AddressKind::email, "ana@mail.example"}) == "ana@mail.example");
  const LocalTime local{.year = 2026, .month = 3, .day = 7, .hour = 7, .minute = 5, .second = 9};
  CHECK(short_date_time(local, Year::shown) == "Sat 7 Mar 2026, 07:05");
  CHECK(short_date_time(local, Year::left_out) == "Sat 7 Mar, 07:05");
  CHECK(refusal_text({ErrorCode::invalid, "x", "The body is not JSON.", "", "Pass it on."}) ==
        "The body is not JSON (remedy: Pass it on)");
}

TEST_CASE("what was understood only in part is told so") {
  json sms = {{"receive",
               {{"connection", "twilio"},
                {"form",
                 {{"MessageSid", "SM1"},
                  {"From", "+351913333333"},
                  {"To", "+351910000000"},
                  {"Body", "Look:"},
                  {"NumMedia", "1"}}}}}};
  json call = call_event("e1", "incoming");
  call["from"] = "Reception";
  const auto lines = told(small({sms, call_events({call})}));
  INFO(shown_lines(lines));
  CHECK(in_order(lines, {"Look:\n(in part: MediaUrl0 is missing)",
                         "calls 210000000 (in part: A caller id without digits"}));
}

TEST_CASE("a menu is told as its channel carried it") {
  json journey = small(json::array());
  json& configuration = journey["configuration"];
  configuration["flows"] = json::parse(R"([{
    "flow": "menu", "version": 1, "locales": ["en"], "start": "topic",
    "steps": {"topic": {"kind": "choose", "text": "How can we help?", "next": "desk",
                        "options": [{"id": "a", "title": "Repairs"}, {"id": "b", "title": "Rent"}]},
              "desk": {"kind": "hand_over"}}}])");
  for (std::size_t i : {0, 1}) configuration["entry_points"][i]["flow"] = "menu";
  json whatsapp = manual()["steps"][1];
  for (const char* key : {"expect", "find"}) whatsapp.erase(key);
  journey["steps"] = {{{"receive",
                        {{"connection", "twilio"},
                         {"form",
                          {{"MessageSid", "SM1"},
                           {"From", "+351913333333"},
                           {"To", "+351910000000"},
                           {"Body", "Hello"}}}}}},
                      whatsapp};
  const auto lines = told(journey);
  INFO(shown_lines(lines));
  CHECK(in_order(
      lines, {"How can we help?\n1. Repairs\n2. Rent", "How can we help?\n( Repairs )\n( Rent )"}));
}

TEST_CASE("the outcome of a payload is that of its last event, however often it comes") {
  const auto events = json{
      {{"event_id", "e1"},
       {"event", "incoming"},
       {"call", "c1"},
       {"from", "withheld"},
       {"to", "210000000"}},
      {{"event_id", "e2"}, {"event", "recorded"}, {"call", "c1"}, {"recording", {{"ref", "r1"}}}}};
  json first = call_events(events);
  first["as"] = {{"conversation", "$talk"}, {"interaction", "$call"}, {"entry", "$entry"}};
  first["expect"] = {
      {"outcome", {{"repeated", false}}},
      {"conversation", {{"$talk", {{"id", "*"}}}}},
      {"timeline", {{"$talk", {{{"sequence", {{">", 1}}}, {"type", "voicemail"}}}}}}};
  json again = call_events(events);
  again["receive"]["times"] = 2;
  again["as"] = {{"conversation", "$same"}, {"contact", "$who"}, {"entry", "$entry2"}};
  again["expect"] = {{"outcome",
                      {{"repeated", true},
                       {"conversation", "$talk"},
                       {"interaction", "$call"},
                       {"entry", {{">", 1}}}}},
                     {"contact", {{"$who", {{"name", nullptr}}}}}};
  json handshake{{"receive", {{"connection", "pbx"}, {"body", json::array()}}},
                 {"as", {{"conversation", "$none"}}}};
  check_passes(small({first, again}));
  CHECK(failure_of(handshake).find("as: the outcome has no \"conversation\"") != std::string::npos);
}

TEST_CASE("a journal lets a run go on, and says when there is nothing left") {
  const std::string file =
      (std::filesystem::temp_directory_path() / "novelo-journey-test.journal").string();
  std::filesystem::remove(file);
  PlayOptions options;
  options.journal = file;
  Desk desk;
  const auto first = desk.play(manual(), options);
  REQUIRE(first);
  CHECK(first->passed());
  const std::string whole = [&file] {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  const auto again = desk.play(manual(), options);
  REQUIRE(again);
  CHECK(again->first == again->steps.size() + 1);
  CHECK(again->passed());
  CHECK(again->transcript.empty());

  // As if the process had died behind each line, or in the middle of it: the store is ahead.
  for (std::size_t cut = 40; cut < whole.size(); cut += 997) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, cut);
    const auto resumed = desk.play(manual(), options);
    REQUIRE(resumed);
    CHECK(resumed->steps.size() == first->steps.size());
  }
  // Without the store nobody goes on, wherever the journal ends; nor with an older one.
  const std::size_t begun = whole.find("\"begun\"");
  const std::size_t last = whole.rfind("\"begun\"");
  for (const std::size_t cut : {whole.find('\n', begun), whole.find('\n', last), whole.size()}) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, cut) << '\n';
    Desk empty;
    CHECK(reason_of(empty.play(manual(), options)) == "no_store");
    CHECK(reason_of(empty.play(manual(), options)) == "no_store");
    Desk old;
    json early = manual();
    early["steps"].erase(early["steps"].begin() + 1, early["steps"].end());
    REQUIRE(old.play(early));
    const bool first_step = cut == whole.find('\n', begun);
    CHECK(reason_of(old.play(manual(), options)) == (first_step ? "" : "older_store"));
  }
  json other = manual();
  other["about"] = "changed";
  CHECK(desk.play(other, options).error().reason == "other_journey");
  std::filesystem::remove(file);
}

TEST_CASE("providers sign and answer as the adapters expect") {
  const std::map<std::string, std::vector<Secret>> secrets{
      {"app_secret", {Secret("new"), Secret("old")}},
      {"shared_secret", {Secret("s")}},
      {"auth_token", {Secret("t")}}};
  const WhatsAppAdapter whatsapp;
  const SmsAdapter sms;
  const VoiceAdapter voice;
  const EmailAdapter email;
  for (const ChannelAdapter* adapter :
       std::initializer_list<const ChannelAdapter*>{&whatsapp, &sms, &voice, &email}) {
    const std::string name(adapter->name());
    INFO(name);
    const Connection connection{
        ConnectionName("c"), name, "/h", {{"public_base", "https://x.example"}}, secrets, {}};
    for (const std::vector<Header>& headers :
         {std::vector<Header>{}, std::vector<Header>{{"X-Envelope-To", " a@b.example "}}}) {
      Request sealed{"POST", "/h?a=b", headers, "To=%2B1&Body=a+b"};
      sign(sealed, connection);
      CHECK(adapter->verify(sealed, connection));
    }
    Request request{"POST", "/h?a=b", {}, "To=%2B1&Body=a+b"};
    sign(request, connection);
    request.body += "x";
    CHECK_FALSE(adapter->verify(request, connection));
    Outbound outbound = OutboundMessage{EffectId(7), "1", {AddressKind::phone, "2"}, {}, {}};
    if (name == "voice") outbound = OutboundCall{EffectId(7), {}};
    const SendOutcome outcome =
        adapter->read_reply(outbound, friendly_reply(name, EffectId(7)), connection);
    CHECK(outcome.kind == SendOutcome::Kind::accepted);
    if (name == "whatsapp" || name == "sms") {
      CHECK(outcome.provider_id == provider_id(name, EffectId(7)));
    }
  }
}

TEST_CASE("mails are looked at decoded") {
  const Value::Map mail = mail_body(
      "Subject: =?utf-8?q?Ol=C3=A1_?=\r\n =?utf-8?b?QW5h?= x\r\nMessage-ID: <a@b>\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\nlong =\r\nline =C3=A7=zz\r\n");
  CHECK(mail.at("subject") == Value("Olá Ana x"));
  CHECK(mail.at("message_id") == Value("a@b"));
  CHECK(mail.at("text") == Value("long line ç=zz\n"));
  CHECK(mail_body("Content-Transfer-Encoding: base64\n\nT2zD\r\noQ==\n").at("text") ==
        Value("Olá"));
  CHECK(mail_body("").at("text") == Value(""));
  CHECK(mail_body("=?=?=?\n=?utf-8?q?\n: x\n\n").contains("text"));
}

TEST_CASE("a transcript says which day it is whenever that changes") {
  const std::vector<TranscriptLine> lines{
      {utc("2026-03-12T09:00:00Z"), Side::heading, Channel::none, {}, {}, "A day", ""},
      {utc("2026-03-12T23:59:59Z"), Side::event, Channel::none, {}, {}, "late", ""},
      {utc("2026-03-13T00:00:00Z"), Side::event, Channel::none, {}, {}, "early", ""},
      {utc("2026-03-13T08:00:00Z"), Side::heading, Channel::none, {}, {}, "Next day", ""}};
  CHECK(render(lines, {}) ==
        "Thursday, 12 March 2026\n\n09:00  A day\n23:59:59             late\n\n"
        "Friday, 13 March 2026\n\n00:00:00             early\n\n08:00  Next day\n");
}

TEST_CASE("a transcript shows no control characters and folds long texts") {
  const Timestamp at = utc("2026-03-12T12:00:00Z");
  TranscriptOptions options;
  options.zone = "America/Sao_Paulo";
  options.width = 50;
  const std::vector<TranscriptLine> lines{
      {at, Side::heading, Channel::none, {}, {}, "A day", "S0.1"},
      {at, Side::contact, Channel::whatsapp, {}, "Ana", "hello\x1b[2J there\nsecond line", ""},
      {at, Side::agent, Channel::sms, {}, "João", std::string(60, 'x'), "sent"},
      {at, Side::problem, Channel::none, {}, {}, "broken", ""}};
  const std::string text = render(lines, options);
  CHECK(text.find("Thursday, 12 March 2026") != std::string::npos);
  CHECK(text.find("09:00  A day\n       [S0.1]\n") != std::string::npos);
  CHECK(text.find("09:00:00  whatsapp   Ana: hello?[2J there\n") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("FAILED  broken") != std::string::npos);
  // A joined emoji is its parts, whose width every terminal knows; an override is shown.
  const TranscriptLine joined{
      at, Side::contact, Channel::sms,
      {}, "Ana",         "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB \xE2\x80\xAEx",
      ""};
  CHECK(render({joined}, {}).find("\xF0\x9F\x91\xA9\xF0\x9F\x92\xBB ?x\n") != std::string::npos);
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t end = text.find('\n', from);
    CHECK(end - from <= 52);  // bytes: two of them are the tail of a letter
    from = end + 1;
  }
  options.colour = true;
  CHECK(render(lines, options).find("\x1b[36m") != std::string::npos);
  options.zone = "Nowhere";
  CHECK(render(lines, options).find("12:00") != std::string::npos);
}
