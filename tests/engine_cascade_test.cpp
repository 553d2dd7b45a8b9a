// What follows from one input, however much it is, and what an engine keeps at hand.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;

namespace {

struct Desk {
  MemoryStore memory;
  WatchedStore store{memory};
  Host host;

  explicit Desk(EngineOptions how = options(), const nlohmann::json& json = configuration())
      : host(store, std::move(how)) {
    host.must(LoadConfiguration{json.dump()});
  }

  std::vector<Outcome> callers(int many) {
    std::vector<Outcome> all;
    for (int i = 0; i < many; ++i) {
      all.push_back(host.call(fmt::format("c{}", i), fmt::format("5541988{:06}", i)));
    }
    return all;
  }
  std::size_t offered_alternatives(const std::vector<Outcome>& callers) {
    std::size_t many = 0;
    for (const Outcome& caller : callers) {
      CHECK(host.count(caller.conversation, EventKind::ceiling_reached) == 0);
      const bool marked = host.query().interaction(caller.interaction)->alternatives_offered;
      CHECK(host.count(caller.conversation, EventKind::flow_started) == (marked ? 1 : 0));
      if (marked) ++many;
    }
    return many;
  }
};

nlohmann::json waiting_when(const char* reason) {
  nlohmann::json json = configuration();
  json["queues"][0]["waiting_when"] = {reason};
  return json;
}

}  // namespace

TEST_CASE("[S0.5] however many wait, each hears the alternatives") {
  Desk desk(options(), waiting_when("nobody_available"));
  desk.host.sign_in("joao");
  desk.host.must(SetOtherCall{AgentName("joao"), true});
  const std::vector<Outcome> callers = desk.callers(200);
  desk.host.settle_all();
  desk.host.must(SetPresence{AgentName("joao"), Presence::paused, "lunch"}, "joao");
  CHECK(desk.offered_alternatives(callers) == 200);
  std::size_t asked = 0;
  for (const Handout& out : desk.host.settle_all()) {
    if (out.request && out.request->body.find("\"gather\"") != std::string::npos) ++asked;
  }
  CHECK(asked == 200);
}

TEST_CASE("[S0.5] what is too much for one input goes on with the next calls") {
  EngineOptions how = options();
  how.limits.cascade_flows = 10;
  how.limits.timers_per_feed = 7;
  Desk desk(how, waiting_when("nobody_available"));
  desk.host.sign_in("joao");
  desk.host.must(SetOtherCall{AgentName("joao"), true});
  const std::vector<Outcome> callers = desk.callers(30);
  desk.host.settle_all();
  desk.host.must(SetPresence{AgentName("joao"), Presence::paused, "lunch"}, "joao");
  CHECK(desk.offered_alternatives(callers) == 10);
  REQUIRE(desk.host.engine().next_deadline());
  CHECK(*desk.host.engine().next_deadline() <= desk.host.now());
  desk.host.reopen();
  REQUIRE(desk.host.engine().feed_time(desk.host.now()));
  CHECK(desk.offered_alternatives(callers) == 17);
  desk.host.hung_up("c29");  // whoever left is not led on
  desk.host.pass(1s);
  CHECK(desk.offered_alternatives(callers) == 29);
}

TEST_CASE("an interaction that goes on and on by itself ends with a person") {
  EngineOptions how = options();
  how.limits.interaction_steps = 1;
  nlohmann::json json = waiting_when("nobody_available");
  json["flows"].push_back(nlohmann::json::parse(
      R"({"flow": "hello", "version": 1, "locales": ["pt-BR"], "start": "go",
          "steps": {"go": {"kind": "hand_over"}}})"));
  json["entry_points"][1]["flow"] = "hello";
  Desk desk(how, json);
  const Outcome greeted = desk.host.sms(ana, "oi");  // its flow, then the alternatives
  CHECK(desk.host.count(greeted.conversation, EventKind::flow_started) == 1);
  CHECK(desk.host.count(greeted.conversation, EventKind::ceiling_reached) == 1);
  const Interaction interaction = desk.host.query().interaction(greeted.interaction).value();
  CHECK(interaction.state == InteractionState::waiting);
  CHECK_FALSE(interaction.alternatives_offered);
  CHECK(desk.host.query().work(interaction.work));
}

TEST_CASE("whatever the router decides is told") {
  nlohmann::json json = waiting_when("nobody_available");
  json["queues"][0]["waiting_flow"] = "overflow";
  json["queues"].push_back({{"name", "over"}});
  json["agents"][1]["queues"] = {"over"};
  json["flows"].push_back(nlohmann::json::parse(
      R"({"flow": "overflow", "version": 1, "locales": ["pt-BR"], "start": "go",
          "steps": {"go": {"kind": "hand_over", "queue": "over", "to": "anyone"}}})"));
  EngineOptions how = options();
  how.limits.cascade_flows = 5;
  Desk desk(how, json);
  desk.host.sign_in("joao");
  desk.host.sign_in("marta");
  desk.host.must(SetOtherCall{AgentName("joao"), true});
  desk.callers(20);
  desk.host.settle_all();
  desk.host.must(SetPresence{AgentName("joao"), Presence::paused, "lunch"}, "joao");
  const std::vector<WorkId> works = desk.host.query().works_of(AgentName("marta")).value();
  REQUIRE(works.size() == 1);
  desk.host.settle_all();
  CHECK(desk.host.offer_to("marta") == desk.host.query().work(works[0])->offer);
}

TEST_CASE("a command that comes again gives what it gave, with all that followed from it") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome called = desk.host.call("c1", ana);
  desk.host.accept("joao");
  desk.host.hung_up("c1");
  desk.host.pass(1min);
  CreateCallback create;
  create.conversation = called.conversation;
  create.agent = AgentName("joao");
  desk.host.must(create, "joao");
  desk.host.settle_all();
  const Command accept{"same", AgentName("joao"), AcceptOffer{desk.host.offer_to("joao")}};
  const Outcome first = desk.host.engine().feed(accept, desk.host.now()).value();
  REQUIRE(first.interaction);  // the call that keeps the promise
  Outcome again = desk.host.engine().feed(accept, desk.host.now()).value();
  CHECK(std::exchange(again.repeated, false));
  CHECK(again == first);
}

TEST_CASE("every unsettled effect is handed out after a restart, however many there are") {
  EngineOptions how = options();
  how.limits.unsettled_effects = 10;
  Desk desk(how, waiting_when("nobody_available"));
  desk.callers(600);  // an answer and a question each
  std::set<EffectId> before;
  for (const Handout& out : desk.host.poll()) before.insert(out.id);
  for (const Handout& out : desk.host.poll()) before.insert(out.id);
  REQUIRE(before.size() > 1000);
  desk.host.reopen();
  std::set<EffectId> after;
  for (const Handout& out : desk.host.poll()) after.insert(out.id);
  for (const Handout& out : desk.host.poll()) after.insert(out.id);
  CHECK(after == before);
}

TEST_CASE(
    "a refused command costs nothing, however much is live, and leaves the router as it was") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.callers(30);
  const ConversationId conversation = desk.host.whatsapp(ana, "oi").conversation;
  CreateCallback create;
  create.conversation = conversation;
  create.not_before = desk.host.now() + 24h;
  const CallbackId callback = desk.host.must(create).callback;
  desk.host.must(SetOtherCall{AgentName("joao"), true});
  const auto live = content_of(desk.store);
  const std::size_t read = desk.store.rows_read();
  CHECK(desk.host.refusal(PlaceCallback{callback}, "joao").reason == "no_capacity");
  CHECK(desk.store.rows_read() - read < 10);
  CHECK(difference(live, content_of(desk.store)) == "");

  // What follows is what follows in an engine that was never asked.
  MemoryStore untouched;
  Host other(untouched);
  other.must(LoadConfiguration{configuration().dump()});
  const auto same = [&](auto act) {
    act(desk.host);
    act(other);
  };
  other.sign_in("joao");
  for (int i = 0; i < 30; ++i) other.call(fmt::format("c{}", i), fmt::format("5541988{:06}", i));
  create.conversation = other.whatsapp(ana, "oi").conversation;
  other.must(create);
  other.must(SetOtherCall{AgentName("joao"), true});
  CHECK(other.refusal(AddNote{conversation, {}}, "joao").reason == "empty_note");  // an id as well
  same([](Host& host) { host.must(SetOtherCall{AgentName("joao"), false}); });
  same([](Host& host) { host.sign_in("marta"); });
  same([](Host& host) { host.pass(5min); });
  CHECK(difference(content_of(desk.store), content_of(untouched)) == "");
}

TEST_CASE("looking up what is not there leaves the cache as small as it was") {
  EngineOptions how = options();
  how.limits.cached_records = 100;
  Desk desk(how);
  const ContactId known = desk.host.whatsapp(ana, "oi").contact;
  REQUIRE(desk.host.query().contact(known));
  const std::size_t read = desk.store.rows_read();
  REQUIRE(desk.host.query().contact(known));
  CHECK(desk.store.rows_read() == read);  // at hand
  for (std::uint64_t id = 1000; id < 2000; ++id) {
    CHECK_FALSE(desk.host.query().contact(ContactId(id)));
  }
  REQUIRE(desk.host.query().contact(known));
  CHECK(desk.store.rows_read() == read + 1001);  // it had to make room
}

TEST_CASE("a page of the customer's view costs what it shows, not what lies before it") {
  Desk desk;
  const ConversationId conversation = desk.host.whatsapp(ana, "oi").conversation;
  for (int i = 0; i < 3000; ++i) desk.host.must(ViewConversation{conversation}, "joao");
  desk.host.whatsapp(ana, "oi");
  desk.host.reopen();
  const std::size_t read = desk.store.rows_read();
  CHECK(desk.host.query().customer_view(conversation, 1, 50)->size() == 1);
  CHECK(desk.host.query().customer_view(conversation, 0, 50)->size() == 2);
  CHECK(desk.host.query().customer_view(conversation, 1000, 50)->empty());
  CHECK(desk.store.rows_read() - read < 300);
}

TEST_CASE("a page of the customer's view is found wherever it is") {
  Desk desk;
  ConversationId conversation = desk.host.whatsapp(ana, "oi").conversation;
  for (int i = 1; i < 40; ++i) {
    for (int events = 0; events < i; ++events) {
      desk.host.must(ViewConversation{conversation}, "joao");
    }
    desk.host.whatsapp(ana, "oi");
  }
  const auto all = desk.host.query().customer_view(conversation, 0, 1000).value();
  REQUIRE(all.size() == 40);
  for (std::uint64_t after = 0; after <= 41; ++after) {
    for (const std::size_t limit : {1U, 3U, 1000U}) {
      const auto page = desk.host.query().customer_view(conversation, after, limit).value();
      const std::size_t left = after >= 40 ? 0 : 40 - after;
      REQUIRE(page.size() == std::min(left, limit));
      for (std::size_t i = 0; i < page.size(); ++i) CHECK(page[i].sequence == after + i + 1);
    }
  }
}
