// Promises to call: when they are kept, by whom, and what becomes of those that cannot be.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

const AgentName joao("joao");

// Monday to Friday from eight to six, by the clock in Curitiba.
nlohmann::json with_hours() {
  nlohmann::json json = configuration();
  json["hours"]["office"] = {
      {"weekly", {{{"days", {1, 2, 3, 4, 5}}, {"from", "08:00"}, {"to", "18:00"}}}}};
  json["entry_points"][0]["hours"] = "office";
  return json;
}

// A clinic that Ana has written to; her chat is João's and over.
struct Desk {
  MemoryStore store;
  Host host;
  ConversationId conversation;
  std::vector<Handout> carried;  // by the last `carry`

  explicit Desk(const nlohmann::json& json = configuration()) : host(store) {
    host.must(LoadConfiguration{json.dump()});
    host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}});
    host.sign_in("joao");
    const Outcome written = host.whatsapp(ana, "oi");
    conversation = written.conversation;
    host.accept("joao");
    host.must(FinishInteraction{written.interaction}, "joao");
    host.settle_all();
  }

  void carry() { carried = host.settle_all(); }
  CallbackId promise(std::optional<Timestamp> not_before = {}) {
    CreateCallback create;
    create.conversation = conversation;
    create.agent = joao;
    create.not_before = not_before;
    const CallbackId id = host.must(create).callback;
    carry();
    return id;
  }
  Callback callback(CallbackId id) { return host.query().callback(id).value(); }
  // The call of the attempt that is under way.
  std::string call(CallbackId id) {
    return host.query().interaction(callback(id).attempts.back().interaction)->call;
  }
  void fails(CallbackId id, int cause = 19) {
    host.hung_up(call(id), cause);
    carry();
  }
  // Everything of this type that was said to an agent since the last `carry`, by agent.
  std::vector<std::string> told(const std::string& type) const {
    std::vector<std::string> agents;
    for (const Handout& out : carried) {
      if (out.kind != EffectKind::notify || out.body.at("type") != Value(type)) continue;
      agents.push_back(out.agent.text());
    }
    return agents;
  }
  ConversationRecord record() { return host.query().conversation(conversation).value(); }
  std::size_t works() { return host.query().works_of(joao)->size(); }
};

Timestamp at(const char* local) {
  return parse_timestamp(std::string(local) + "-03:00").value();
}

}  // namespace

// --- hours ---------------------------------------------------------------------------------------

TEST_CASE("[S0.11] an attempt that would fall outside the line's hours waits for the opening") {
  Desk desk(with_hours());
  desk.host.pass(at("2026-03-02T17:50:00") - desk.host.now());
  const CallbackId id = desk.promise();
  desk.host.accept("joao");
  desk.fails(id);
  CHECK(desk.callback(id).not_before == at("2026-03-03T08:00:00"));
  desk.host.pass(at("2026-03-03T07:59:00") - desk.host.now());
  CHECK_FALSE(desk.callback(id).work);
  desk.host.pass(1min);
  CHECK(desk.callback(id).work);
}

TEST_CASE("a promise made while the line is closed is offered to nobody before it opens") {
  Desk desk(with_hours());
  desk.host.pass(at("2026-03-06T20:00:00") - desk.host.now());
  const CallbackId id = desk.promise();
  CHECK(desk.callback(id).not_before == at("2026-03-09T08:00:00"));
  CHECK(desk.told("offer").empty());
  CHECK(desk.host.timeline(desk.conversation).back().details.at("not_before") ==
        Value("2026-03-09T11:00:00Z"));
  const CallbackId late = desk.promise(at("2026-03-09T19:30:00"));
  CHECK(desk.callback(late).not_before == at("2026-03-10T08:00:00"));
  const CallbackId by_day = desk.promise(at("2026-03-09T16:00:00"));
  CHECK(desk.callback(by_day).not_before == at("2026-03-09T16:00:00"));
}

TEST_CASE("what still waits for an agent when the line closes waits for the opening") {
  Desk desk(with_hours());
  desk.host.pass(at("2026-03-02T17:50:00") - desk.host.now());
  desk.host.must(SetPresence{joao, Presence::paused, "reunião"}, "joao");
  const CallbackId id = desk.promise();
  CHECK(desk.callback(id).work);
  desk.host.pass(20min);
  desk.host.sign_in("joao");
  desk.carry();
  CHECK(desk.told("offer").empty());
  CHECK(desk.callback(id).not_before == at("2026-03-03T08:00:00"));
  CHECK(desk.works() == 0);

  // A person calls at whatever hour.
  desk.host.must(PlaceCallback{id}, "joao");
  CHECK(desk.callback(id).attempts.size() == 1);
  CHECK_FALSE(desk.callback(id).not_before);
}

TEST_CASE("a line without an opening in sight is looked at again, and nothing is lost") {
  nlohmann::json json = with_hours();
  json["hours"]["office"] = {{"dates", {{"2027-03-02", {{{"from", "08:00"}, {"to", "18:00"}}}}}}};
  Desk desk(json);
  const CallbackId id = desk.promise();
  const std::uint64_t entries = desk.record().entries;
  for (int day = 0; day < 5; ++day) desk.host.pass(24h);
  CHECK(desk.callback(id).state == CallbackState::open);
  CHECK(desk.callback(id).not_before > desk.host.now());
  CHECK(desk.record().entries == entries);
}

TEST_CASE("a flow can look whether its line is open, and say when it opens") {
  nlohmann::json json = with_hours();
  json["flows"].push_back(nlohmann::json::parse(R"({
    "flow": "night", "version": 1, "locales": ["pt-BR"], "start": "look", "steps": {
      "look": {"kind": "branch", "next": "desk", "exits": {"closed": "tell"},
               "cases": [{"exit": "closed", "when": {"not": {"path": "hours.open"}}}]},
      "tell": {"kind": "end", "outcome": "closed", "text": "Abrimos {hours.opens_at|em breve}."},
      "desk": {"kind": "hand_over"}}})"));
  json["entry_points"][0]["flow"] = "night";
  Desk desk(json);
  const Outcome by_day = desk.host.call("k1", "554133334444");
  CHECK(desk.host.query().interaction(by_day.interaction)->state == InteractionState::waiting);
  desk.host.hung_up("k1");

  desk.host.pass(at("2026-03-06T22:00:00") - desk.host.now());
  desk.host.call("k2", "554133335555");
  desk.carry();
  const auto said = std::find_if(desk.carried.begin(), desk.carried.end(), [](const Handout& out) {
    return out.request && out.request->body.find("Abrimos") != std::string::npos;
  });
  REQUIRE(said != desk.carried.end());
  CHECK(said->request->body.find("Abrimos segunda-feira, 9 de março de 2026, 08:00.") !=
        std::string::npos);
}

// --- the end of the plan -------------------------------------------------------------------------

TEST_CASE("[S0.11] a plan at its end is told to its agent and the supervisors, once each") {
  Desk desk;
  const CallbackId id = desk.promise();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    desk.host.accept("joao");
    desk.fails(id, attempt == 3 ? 17 : 19);
    if (attempt < 3) {
      CHECK(desk.told("callback_exhausted").empty());
      desk.host.pass(15min);
    }
  }
  CHECK(desk.callback(id).state == CallbackState::exhausted);
  CHECK(desk.told("callback_exhausted") == std::vector<std::string>{"joao", "marta"});
  const Handout& told = *std::find_if(desk.carried.begin(), desk.carried.end(), [](const auto& o) {
    return o.kind == EffectKind::notify && o.body.at("type") == Value("callback_exhausted");
  });
  CHECK(told.body.at("result") == Value("busy"));
  CHECK(told.body.at("attempts") == Value(3));
  CHECK(desk.record().status == ConversationStatus::open);
  CHECK(desk.host.count(desk.conversation, EventKind::callback_ended) == 1);
}
