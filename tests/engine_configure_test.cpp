// Taking a configuration into service: what it must have for what flows name, and for what lives.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;

namespace {

struct Desk {
  MemoryStore store;
  Host host;

  explicit Desk(const nlohmann::json& json = configuration()) : host(store) {
    host.must(LoadConfiguration{json.dump()});
  }
  Error load_error(const nlohmann::json& json) {
    return host.refusal(LoadConfiguration{json.dump()});
  }
};

// The clinic with one more flow, which greets whoever writes by SMS.
nlohmann::json with_flow(const std::string& step) {
  nlohmann::json json = configuration();
  json["flows"].push_back({{"flow", "hello"},
                           {"version", 1},
                           {"locales", {"pt-BR"}},
                           {"start", "go"},
                           {"steps", {{"go", nlohmann::json::parse(step)}}}});
  json["entry_points"][1]["flow"] = "hello";
  return json;
}

Error flow_error(const std::string& step) {
  MemoryStore store;
  Host host(store);
  const Error error = host.refusal(LoadConfiguration{with_flow(step).dump()});
  CHECK(error.code == ErrorCode::invalid);
  CHECK_FALSE(error.remedy.empty());
  return error;
}

// The clinic with one more line, in a queue of its own.
nlohmann::json with_old_line() {
  nlohmann::json json = configuration();
  json["queues"].push_back({{"name", "old"}});
  json["entry_points"].push_back({{"name", "old-line"},
                                  {"channel", "voice"},
                                  {"connection", "pbx"},
                                  {"address", "4133330000"},
                                  {"desk", "care"},
                                  {"queue", "old"},
                                  {"country", "55"}});
  return json;
}

nlohmann::json without_agent(nlohmann::json json, std::size_t which) {
  json["agents"].erase(which);
  return json;
}

}  // namespace

TEST_CASE("a flow that names what is not there is refused, with its path") {
  CHECK(flow_error(R"({"kind": "hand_over", "queue": "nowhere"})").subject ==
        "flows[1].steps.go.queue");
  CHECK(flow_error(R"({"kind": "hand_over", "skills": ["greek"]})").subject ==
        "flows[1].steps.go.skills[0]");
  const Error text =
      flow_error(R"({"kind": "switch_channel", "channel": "whatsapp", "message": "no-such"})");
  CHECK(text.subject == "flows[1].steps.go.message");
  CHECK(text.reason == "unknown_name");
  const Error channel =
      flow_error(R"({"kind": "switch_channel", "channel": "email", "message": "continue_on_sms"})");
  CHECK(channel.subject == "flows[1].steps.go.channel");
  CHECK(channel.reason == "no_channel");

  nlohmann::json known = with_flow(R"({"kind": "hand_over", "queue": "appointments",
                                       "skills": ["greek"], "priority": 100})");
  known["agents"][0]["skills"]["greek"] = 3;
  Desk desk(known);
  const Outcome greeted = desk.host.sms(ana, "oi");
  CHECK(desk.host.query().work(desk.host.query().interaction(greeted.interaction)->work));
}

TEST_CASE("an entry point's connection carries its channel") {
  nlohmann::json json = configuration();
  json["entry_points"][1]["connection"] = "meta";
  MemoryStore store;
  Host host(store);
  const Error error = host.refusal(LoadConfiguration{json.dump()});
  CHECK(error.code == ErrorCode::invalid);
  CHECK(error.reason == "wrong_channel");
  CHECK(error.subject == "entry_points[1].connection");
  CHECK_FALSE(error.remedy.empty());
}

TEST_CASE("a connection that takes requests has the secret that proves their sender") {
  nlohmann::json json = configuration();
  json["connections"][2]["secrets"] = {"verify_token", "access_token"};
  MemoryStore store;
  Host host(store);
  const Error error = host.refusal(LoadConfiguration{json.dump()});
  CHECK(error.reason == "missing_secret");
  CHECK(error.subject == "connections.meta.app_secret");
  CHECK_FALSE(error.remedy.empty());
  json["connections"][2].erase("path");
  host.must(LoadConfiguration{json.dump()});
}

TEST_CASE("a desk that uses a flow must have what the flow needs there") {
  nlohmann::json json = with_flow(R"({"kind": "callback", "outcome": "callback"})");
  Desk desk(json);
  json["entry_points"].erase(0);  // the telephone line
  // Whether anybody gets to a callback there depends on the walk, which is told "no_line" then.
  desk.host.must(LoadConfiguration{json.dump()});

  nlohmann::json silent = configuration();
  silent["queues"][0].erase("waiting_flow");
  silent["queues"][0].erase("waiting_when");
  silent["flows"].push_back(nlohmann::json::parse(R"({
    "flow": "menu", "version": 1, "locales": ["pt-BR"], "start": "menu", "steps": {
      "menu": {"kind": "choose", "save_as": "choice", "text": "Como prefere?",
               "options": [{"id": "mail", "title": "Correio", "when": {"path": "channels.email"}},
                           {"id": "stay", "title": "Aqui"}],
               "exits": {"mail": "mail", "stay": "stay", "no_match": "stay",
                         "no_answer": "stay"}},
      "mail": {"kind": "switch_channel", "channel": "email", "message": "continue_on_sms"},
      "stay": {"kind": "hand_over"}}})"));
  silent["entry_points"][1]["flow"] = "menu";
  Desk asks(silent);  // what a desk does not have is never offered there
  silent["flows"][1]["steps"]["menu"]["options"][0].erase("when");
  CHECK(asks.load_error(silent).subject == "flows[1].steps.mail.channel");
  silent["entry_points"][1].erase("flow");  // no desk uses it
  asks.host.must(LoadConfiguration{silent.dump()});
}

TEST_CASE("a menu longer than a telephone has keys is refused where a line uses the flow") {
  nlohmann::json json = with_flow(R"({"kind": "hand_over"})");
  const std::size_t flow = json["flows"].size() - 1;
  nlohmann::json menu = {{"kind", "choose"}, {"text", "Qual?"}, {"next", "go"}};
  for (const char* title : {"abacaxi", "banana", "cereja", "damasco", "figo", "goiaba", "kiwi",
                            "laranja", "manga", "pera"}) {
    const nlohmann::json id("o" + std::to_string(menu["options"].size()));
    menu["options"].push_back({{"id", id}, {"title", title}});
  }
  json["flows"][flow]["steps"]["menu"] = menu;
  json["flows"][flow]["start"] = "menu";
  Desk desk(json);  // who writes can be shown all of them

  nlohmann::json spoken = json;
  spoken["entry_points"][0]["flow"] = "hello";
  const Error refused = desk.load_error(spoken);
  CHECK(refused.code == ErrorCode::invalid);
  CHECK(refused.reason == "too_many_options");
  CHECK(refused.subject == fmt::format("flows[{}].steps.menu.options", flow));
  CHECK_FALSE(refused.remedy.empty());

  nlohmann::json waiting = json;
  waiting["queues"].push_back(
      {{"name", "slow"}, {"waiting_flow", "hello"}, {"waiting_when", {"agents_busy"}}});
  waiting["entry_points"][1]["queue"] = "slow";
  desk.host.must(LoadConfiguration{waiting.dump()});  // nobody on a telephone waits there
  waiting["entry_points"][0]["queue"] = "slow";
  CHECK(desk.load_error(waiting).reason == "too_many_options");

  spoken["flows"][flow]["steps"]["menu"]["options"][9]["when"] = {
      {"path", "channel"}, {"op", "ne"}, {"value", "voice"}};
  desk.host.must(LoadConfiguration{spoken.dump()});
  // A menu that a call never comes to may be as long as it likes.
  nlohmann::json apart = json;
  apart["entry_points"][0]["flow"] = "hello";
  apart["flows"][flow]["start"] = "fork";
  apart["flows"][flow]["steps"]["fork"] = nlohmann::json::parse(R"({
    "kind": "branch", "next": "menu", "exits": {"spoken": "go"}, "cases": [
      {"exit": "spoken", "when": {"path": "channel", "op": "eq", "value": "voice"}}]})");
  desk.host.must(LoadConfiguration{apart.dump()});
}

TEST_CASE("a priority that no router takes is refused with the flow") {
  CHECK(flow_error(R"({"kind": "hand_over", "priority": 101})").reason == "bad_flow");
}

TEST_CASE("the line, the queue and the agent of an open callback stay in service") {
  Desk desk(with_old_line());
  const ConversationId conversation = desk.host.whatsapp(ana, "oi").conversation;
  CreateCallback create;
  create.conversation = conversation;
  create.entry_point = EntryPointName("old-line");
  create.agent = AgentName("joao");
  create.not_before = desk.host.now() + 24h;
  const CallbackId callback = desk.host.must(create).callback;

  const Error line = desk.load_error(configuration());
  CHECK(line.code == ErrorCode::refused);
  CHECK(line.reason == "would_dangle");
  CHECK(line.subject == "old-line");
  nlohmann::json other_queue = with_old_line();
  other_queue["queues"].erase(1);
  other_queue["entry_points"][3]["queue"] = "appointments";
  CHECK(desk.load_error(other_queue).subject == "old");
  CHECK(desk.load_error(without_agent(with_old_line(), 0)).subject == "joao");
  desk.host.must(CancelCallback{callback});
  desk.host.must(LoadConfiguration{configuration().dump()});
}

TEST_CASE("a promise of somebody who has left holds no configuration up") {
  nlohmann::json flow = with_flow(R"({"kind": "callback", "by": "owner", "outcome": "callback"})");
  Desk desk(flow);
  desk.host.sign_in("joao");
  const Outcome first = desk.host.call("c1", ana);
  desk.host.accept("joao");
  desk.host.hung_up("c1");
  desk.host.pass(1min);
  desk.host.must(SetPresence{AgentName("joao"), Presence::offline, {}}, "joao");
  desk.host.must(LoadConfiguration{without_agent(flow, 0).dump()});
  CreateCallback create;
  create.conversation = first.conversation;
  create.not_before = desk.host.now() + 24h;
  desk.host.must(create);
  desk.host.must(LoadConfiguration{without_agent(flow, 0).dump()});
}

TEST_CASE("a case type goes when nothing lives in it, and stays while something does") {
  nlohmann::json more = configuration();
  more["case_types"].push_back(nlohmann::json::parse(R"({"name": "claim", "statuses": [
        {"name": "open", "category": "open"}, {"name": "asked", "category": "waiting"},
        {"name": "over", "category": "final"}]})"));
  Desk desk(more);
  desk.host.must(LoadConfiguration{configuration().dump()});  // it never had a case
  desk.host.must(LoadConfiguration{more.dump()});
  const ConversationId conversation = desk.host.whatsapp(ana, "oi").conversation;
  const CaseId id =
      desk.host.must(OpenCase{conversation, CaseTypeName("claim"), {}, {}, {}}, "joao").case_id;
  CHECK(desk.load_error(configuration()).subject == "claim");
  nlohmann::json fewer = more;
  fewer["case_types"][1]["statuses"].erase(1);
  desk.host.must(LoadConfiguration{fewer.dump()});  // no case has that status
  desk.host.must(LoadConfiguration{more.dump()});
  desk.host.must(SetCaseStatus{id, CaseStatusName("asked"), false}, "joao");
  CHECK(desk.load_error(fewer).subject == "asked");
  desk.host.must(SetCaseStatus{id, CaseStatusName("over"), false}, "joao");
  desk.host.must(LoadConfiguration{configuration().dump()});
  desk.host.reopen();
  CHECK(desk.host.query().case_of(id)->status == CaseStatusName("over"));
  for (const CommandBody& body : std::vector<CommandBody>{
           SetCaseFields{id, {}}, SetCaseStatus{id, CaseStatusName("open"), false}}) {
    CHECK(desk.host.refusal(body, "joao").reason == "case_final");
  }
}

TEST_CASE("a conversation whose desk has gone is not reopened") {
  nlohmann::json two = configuration();
  two["desks"].push_back({{"name", "second"}});
  two["queues"].push_back({{"name", "other"}});
  two["entry_points"][1]["queue"] = "other";
  two["entry_points"][1]["desk"] = "second";
  Desk desk(two);
  const ConversationId id = desk.host.sms(ana, "oi").conversation;
  desk.host.must(CloseConversation{id, {}, {}, {}});
  nlohmann::json one = configuration();
  one["entry_points"].erase(1);
  one["surveys"][0]["sends_from"] = "whatsapp";
  desk.host.must(LoadConfiguration{one.dump()});
  const Error gone = desk.host.refusal(ReopenConversation{id});
  CHECK(gone.code == ErrorCode::refused);
  CHECK(gone.reason == "desk_gone");
  CHECK(desk.host.refusal(ReassignConversation{id, AgentName("joao")}).reason == "closed");
  desk.host.must(LoadConfiguration{one.dump()});  // nothing dangles
}

TEST_CASE("the clock moves only for a confirmation that was taken, of the business's own") {
  Desk desk;
  const Timestamp right = desk.host.now();
  const Timestamp far = right + 24h * 20'000;
  Engine& engine = desk.host.engine();
  desk.host.must(SetPresence{AgentName("joao"), Presence::available, {}}, "joao");  // command-2
  const auto refused = [&](const std::vector<Input>& inputs) {
    const auto fed = engine.feed(inputs, far);
    REQUIRE_FALSE(fed);
    CHECK(fed.error().reason == "time_jump");
  };
  refused({Command{"a", AgentName("stranger"), ConfirmTime{}}});
  refused({Command{"b", AgentName("joao"), ConfirmTime{}}});
  refused({Command{"", {}, ConfirmTime{}}});
  refused({Command{"command-2", {}, ConfirmTime{}}});  // the id of another command
  refused({Command{"c", {}, ViewConversation{}}, Command{"d", {}, ConfirmTime{}}});
  CHECK(desk.host.timeline(desk.host.whatsapp(ana, "oi").conversation).back().at == right);
  desk.host.reopen();
  CHECK(desk.host.timeline(desk.host.whatsapp(ana, "oi").conversation).back().at == right);
  CHECK(desk.host.refusal(ConfirmTime{}, "joao").reason == "not_an_agents");

  REQUIRE(desk.host.engine().feed({"e", {}, ConfirmTime{}}, far));
  CHECK(desk.host.timeline(desk.host.whatsapp(ana, "oi").conversation).back().at == far);
  const auto again = desk.host.engine().feed({"e", {}, ConfirmTime{}}, far + 24h * 20'000);
  REQUIRE_FALSE(again);  // one word for one jump
  CHECK(again.error().reason == "time_jump");
}
