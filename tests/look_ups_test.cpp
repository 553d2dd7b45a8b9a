// Who is calling: another system is asked about strangers, and the contact goes on whatever comes
// of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "novelo/config/configuration.hpp"
#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

constexpr const char* stranger = "5541977770000";

nlohmann::json with_look_ups(const char* wait = "3s", const char* flow = "") {
  nlohmann::json json = configuration();
  json["actions"].push_back({{"name", "crm"}});
  for (auto& at : json["entry_points"]) {
    at["look_up"] = {{"action", "crm"}, {"wait", wait}};
    if (std::string(flow).empty()) continue;
    at["flow"] = flow;
  }
  json["queues"].push_back({{"name", "sales"}});
  return json;
}

struct Desk {
  MemoryStore store;
  Host host;
  std::vector<Handout> carried;  // what is no question
  std::vector<Handout> asked;    // questions nobody has answered

  explicit Desk(const nlohmann::json& json = with_look_ups(), EngineOptions how = options())
      : host(store, std::move(how)) {
    host.must(LoadConfiguration{json.dump()});
    host.sign_in("joao");
  }

  void carry() {
    for (;;) {
      const std::vector<Handout> out = host.poll();
      if (out.empty()) return;
      for (const Handout& one : out) {
        if (one.kind == EffectKind::action) {
          asked.push_back(one);
        } else {
          host.settle(one);
          carried.push_back(one);
        }
      }
    }
  }
  Outcome answer(Value::Map members) {
    carry();
    REQUIRE_FALSE(asked.empty());
    const EffectId effect = asked.front().id;
    asked.erase(asked.begin());
    const auto settled = host.engine().settle(effect, Done{Value(std::move(members))}, host.now());
    REQUIRE(settled);
    carry();
    return *settled;
  }
  void fails(bool retry) {
    carry();
    const EffectId effect = asked.front().id;
    asked.erase(asked.begin());
    REQUIRE(host.engine().settle(effect, Failed{"down", "It is down.", retry}, host.now()));
  }
  // Time passes, and nobody answers.
  void wait(Duration time) {
    host.wait(time);
    REQUIRE(host.engine().feed_time(host.now()));
    carry();
  }
  InteractionState state(const Outcome& outcome) {
    return host.interaction(outcome.interaction).state;
  }
  ContactRecord contact(const Outcome& outcome) {
    const Interaction interaction = host.interaction(outcome.interaction);
    return host.query().contact(interaction.contact).value();
  }
  ConversationRecord conversation(const Outcome& outcome) {
    return host.conversation(host.interaction(outcome.interaction).conversation);
  }
  Value::Map done(const Outcome& outcome) {
    Value::Map details;
    for (const Entry& entry : host.timeline(conversation(outcome).id)) {
      if (entry.event == EventKind::action_done) details = entry.details;
    }
    return details;
  }
  bool told(const std::string& type, const std::string& agent) const {
    return std::any_of(carried.begin(), carried.end(), [&](const Handout& out) {
      return out.kind == EffectKind::notify && out.agent.text() == agent &&
             out.body.at("type") == Value(type);
    });
  }
};

}  // namespace

TEST_CASE("[S0.27] a stranger's call waits for the answer, and is named when it comes in time") {
  Desk desk;
  const Outcome call = desk.host.call("k1", stranger);
  desk.carry();
  CHECK(desk.state(call) == InteractionState::arriving);
  REQUIRE(desk.asked.size() == 1);
  const Value::Map& body = desk.asked.front().body;
  CHECK(body.at("action") == Value("crm"));
  CHECK(body.at("address") == Value(std::string("phone:") + stranger));
  CHECK(body.at("channel") == Value("voice"));
  CHECK(body.at("entry_point") == Value("line"));
  CHECK(desk.carried.empty());  // nothing but ringing

  desk.host.wait(2s);
  desk.answer({{"name", Value("Carla Dias")},
               {"locale", Value("pt-PT")},
               {"addresses",
                Value(Value::List{Value("external:4711"), Value("email:carla@correio.example")})},
               {"attributes", Value(Value::Map{{"vip", Value(true)}})},
               {"priority", Value(7)},
               {"queue", Value("appointments")}});
  CHECK(desk.state(call) == InteractionState::waiting);
  const ContactRecord contact = desk.contact(call);
  CHECK(contact.name == "Carla Dias");
  CHECK(contact.locale == "pt-PT");
  CHECK(contact.identities.size() == 3);
  CHECK(contact.attributes.at("vip") == Value(true));
  const WorkRecord work =
      desk.host.query().work(desk.host.interaction(call.interaction).work).value();
  CHECK(work.priority == 7);
  CHECK(desk.told("offer", "joao"));
  CHECK(desk.done(call).at("known") == Value(true));
  CHECK_FALSE(desk.done(call).contains("late"));
  CHECK_FALSE(desk.told("contact_known", "joao"));
}

TEST_CASE("after the bound the call goes on, and an answer that comes later is for who serves") {
  Desk desk;
  const Outcome call = desk.host.call("k1", stranger);
  desk.carry();
  desk.wait(2999ms);
  CHECK(desk.state(call) == InteractionState::arriving);
  CHECK(desk.host.engine().next_deadline() == desk.host.now() + 1ms);
  desk.wait(1ms);
  CHECK(desk.state(call) == InteractionState::waiting);
  CHECK(desk.host.count(call.conversation, EventKind::look_up_late) == 1);
  desk.host.must(AcceptOffer{desk.host.offer_to("joao")}, "joao");
  desk.carry();
  desk.answer({{"name", Value("Carla")}});
  CHECK(desk.contact(call).name == "Carla");
  CHECK(desk.done(call).at("late") == Value(true));
  CHECK(desk.told("contact_known", "joao"));
  CHECK(desk.host.count(call.conversation, EventKind::queued) == 1);  // nothing is begun again
}

TEST_CASE("whoever is known is not asked about, nor who shows nothing to ask by") {
  Desk desk;
  desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}});
  desk.host.must(UpsertContact{"Bia", {}, {{AddressKind::phone, "5541900001111"}}, {}});
  desk.host.must(UpsertContact{"Caio", {}, {{AddressKind::phone, "5541900001111"}}, {}});
  CHECK(desk.state(desk.host.call("k1", ana)) == InteractionState::waiting);
  CHECK(desk.state(desk.host.call("k2", "5541900001111")) == InteractionState::waiting);
  CHECK(desk.state(desk.host.withheld_call("k3")) == InteractionState::waiting);
  CHECK(desk.state(desk.host.call("k4", "123456789012345678")) == InteractionState::waiting);
  desk.carry();
  CHECK(desk.asked.empty());
}

TEST_CASE("nobody knows them there either, it fails, or it is no answer: the contact goes on") {
  for (const int how : {0, 1, 2, 3}) {
    Desk desk;
    const Outcome call = desk.host.call("k1", stranger);
    if (how == 0) desk.answer({});
    if (how == 1) desk.fails(false);
    if (how == 2) desk.answer({{"nmae", Value("Carla")}});
    if (how == 3)
      desk.answer({{"name", Value("C")}, {"addresses", Value(Value::List{Value("phone:1x")})}});
    CHECK(desk.state(call) == InteractionState::waiting);
    CHECK(desk.contact(call).name.empty());
    const Value::Map done = desk.done(call);
    CHECK(done.at("ok") == Value(how == 0));
    if (how == 1) CHECK(done.at("reason") == Value("down"));
    if (how == 2) CHECK(done.at("subject") == Value("nmae"));
    if (how == 3) CHECK(done.at("subject") == Value("addresses[0]"));
  }
}

TEST_CASE("a passing fault is tried again, while the bound runs") {
  Desk desk;
  const Outcome call = desk.host.call("k1", stranger);
  desk.fails(true);
  CHECK(desk.state(call) == InteractionState::arriving);
  desk.wait(3s);
  CHECK(desk.state(call) == InteractionState::waiting);
  desk.wait(2s);
  REQUIRE(desk.asked.size() == 1);
  CHECK(desk.asked.front().attempt == 2);
  desk.answer({{"name", Value("Carla")}});
  CHECK(desk.contact(call).name == "Carla");
}

TEST_CASE("members of a wrong form fail, names that are not here are passed over and said") {
  const std::vector<std::pair<std::string, Value>> wrong{
      {"name", Value(7)},       {"addresses", Value("phone:1")}, {"attributes", Value("x")},
      {"contact", Value("x1")}, {"priority", Value(101)},        {"priority", Value("1")},
      {"owner", Value(true)},   {"locale", Value(Value::List{})}};
  for (const auto& [member, value] : wrong) {
    Desk desk;
    const Outcome call = desk.host.call("k1", stranger);
    Value::Map answer{{"addresses", Value(Value::List{Value("external:1")})}};
    answer[member] = value;
    desk.answer(std::move(answer));
    INFO(member);
    CHECK(desk.done(call).at("reason") == Value("bad_answer"));
    CHECK(desk.contact(call).name.empty());
  }
  Desk desk;
  const Outcome call = desk.host.call("k1", stranger);
  desk.answer({{"name", Value("Carla")}, {"owner", Value("left")}, {"queue", Value("gone")}});
  CHECK(desk.done(call).at("ignored") == Value(Value::List{Value("owner"), Value("queue")}));
  CHECK(desk.contact(call).name == "Carla");
  const Outcome text = desk.host.sms("5541900002222", "oi");
  desk.answer({{"contact", Value("1000000")}});
  CHECK(desk.done(text).at("reason") == Value("unknown_contact"));
}

TEST_CASE("who looks after the contact is asked for first") {
  Desk desk(with_look_ups("3s", "busy_adviser"));
  desk.host.sign_in("marta");
  const Outcome call = desk.host.call("k1", stranger);
  CHECK(desk.conversation(call).status == ConversationStatus::pending);
  desk.answer({{"name", Value("Carla")}, {"owner", Value("marta")}});
  CHECK(desk.conversation(call).owner == marta);
  CHECK(desk.state(call) == InteractionState::waiting);  // the flow greets who has no owner
  CHECK(desk.told("offer", "marta"));
  CHECK_FALSE(desk.told("offer", "joao"));
}

TEST_CASE("[S0.28] a stranger who is somebody known goes on in what they have open") {
  Desk desk;
  const Outcome known =
      desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::email, "ana@correio.example"}}, {}});
  desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}, known.contact});
  const Outcome chat = desk.host.whatsapp(ana, "oi");
  const Outcome call = desk.host.call("k1", stranger);
  desk.answer({{"name", Value("Ana Souza")},
               {"addresses", Value(Value::List{Value("email:ana@correio.example")})}});
  CHECK(desk.contact(call).id == known.contact);
  CHECK(desk.conversation(call).id == chat.conversation);
  CHECK(desk.host.conversation(call.conversation).status == ConversationStatus::closed);
  CHECK(desk.state(call) == InteractionState::waiting);
  CHECK(desk.contact(call).identities.size() == 3);
}

TEST_CASE("[S0.27] whom another system keeps apart by its ids is not made one with anybody") {
  Desk desk;
  const Address office{AddressKind::phone, "554133334444"};
  const ContactId lima =
      desk.host.must(UpsertContact{"Ana Lima", {}, {{AddressKind::external, "1"}, office}, {}})
          .contact;
  const Outcome call = desk.host.call("k1", stranger);
  desk.answer(
      {{"name", Value("Ana Souza")},
       {"addresses", Value(Value::List{Value("external:2"), Value("phone:" + office.value)})}});
  const ContactRecord still = desk.host.query().contact(lima).value();
  CHECK(still.name == "Ana Lima");
  CHECK(still.identities.size() == 2);
  CHECK(desk.contact(call).name == "Ana Souza");
  CHECK(desk.contact(call).id != lima);
}

TEST_CASE("[S0.28] nobody's history is taken up for a caller who has been named meanwhile") {
  Desk desk;
  const ContactId bruno =
      desk.host.must(UpsertContact{"Bruno", {}, {{AddressKind::phone, ana}}, {}}).contact;
  const Outcome before = desk.host.call("k0", ana);
  desk.host.hung_up("k0");
  desk.host.must(CloseConversation{before.conversation, {}, {}, {}}, "joao");
  const Outcome call = desk.host.call("k1", stranger);
  desk.host.must(UpsertContact{"Ana", {}, {}, {}, call.contact});
  desk.answer({{"contact", Value(std::to_string(bruno.value()))}});
  CHECK(desk.host.conversation(before.conversation).status == ConversationStatus::closed);
  CHECK(desk.conversation(call).id == call.conversation);
}

TEST_CASE("[S0.30] what the desk would have had for them is taken up: reopened, or linked") {
  for (const bool recent : {true, false}) {
    Desk desk;
    desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}});
    const Outcome chat = desk.host.whatsapp(ana, "oi");
    desk.host.settle_all();
    desk.host.must(AcceptOffer{desk.host.offer_to("joao")}, "joao");
    desk.host.must(CloseConversation{chat.conversation, "q", "d", "met"}, "joao");
    desk.host.pass(recent ? 1h : 48h);
    const Outcome call = desk.host.call("k1", stranger);
    desk.answer({{"contact", Value(std::to_string(chat.contact.value()))}});
    CHECK(desk.contact(call).name == "Ana");
    const ConversationRecord conversation = desk.conversation(call);
    if (recent) {
      CHECK(conversation.id == chat.conversation);
      CHECK(conversation.status == ConversationStatus::open);
    } else {
      CHECK(conversation.id == call.conversation);
      CHECK(conversation.previous == chat.conversation);
    }
    CHECK(conversation.owner == joao);
    CHECK(desk.state(call) == InteractionState::waiting);
  }
}

TEST_CASE("a message of a stranger's waits too, and what follows it is kept") {
  Desk desk(with_look_ups("3s", "busy_adviser"));
  const Outcome first = desk.host.sms(stranger, "bom dia");
  const Outcome second = desk.host.sms(stranger, "alguém?");
  CHECK(second.interaction == first.interaction);
  CHECK(desk.state(first) == InteractionState::arriving);
  desk.answer({{"name", Value("Carla")}});
  CHECK(desk.state(first) == InteractionState::in_flow);
  CHECK(desk.asked.empty());
}

TEST_CASE("two calls from one number at once ask twice and are one contact") {
  Desk desk;
  const Outcome one = desk.host.call("k1", stranger);
  const Outcome two = desk.host.call("k2", stranger);
  CHECK(one.contact == two.contact);
  const Value::Map carla{{"name", Value("Carla")},
                         {"addresses", Value(Value::List{Value("external:9")})}};
  desk.answer(carla);
  CHECK(desk.state(one) == InteractionState::waiting);
  CHECK(desk.state(two) == InteractionState::waiting);  // who they are is known for both
  const ContactRecord before = desk.contact(one);
  desk.answer(carla);
  CHECK(desk.state(two) == InteractionState::waiting);
  CHECK(desk.contact(two) == before);
}

TEST_CASE(
    "whoever hangs up while it is asked has given up waiting, or leaves the flow's greeting") {
  Desk desk;
  const Outcome call = desk.host.call("k1", stranger);
  desk.host.wait(1s);
  desk.host.hung_up("k1");
  CHECK(desk.host.count(call.conversation, EventKind::call_abandoned) == 1);
  CHECK_FALSE(desk.host.engine().next_deadline());
  desk.answer({{"name", Value("Carla")}});  // known the next time
  CHECK(desk.contact(call).name == "Carla");
  CHECK(desk.state(call) == InteractionState::ended);

  Desk greeted(with_look_ups("3s", "busy_adviser"));
  const Outcome short_call = greeted.host.call("k1", stranger);
  greeted.host.hung_up("k1");
  CHECK(greeted.host.count(short_call.conversation, EventKind::call_abandoned) == 0);
  CHECK(greeted.host.conversation(short_call.conversation).status == ConversationStatus::closed);
}

TEST_CASE("[B3] a restart asks again, and the bound is the same") {
  Desk desk;
  const Outcome call = desk.host.call("k1", stranger);
  desk.carry();
  desk.host.wait(1s);
  desk.host.reopen();
  desk.asked.clear();
  desk.carry();
  REQUIRE(desk.asked.size() == 1);
  CHECK(desk.asked.front().maybe_done);
  CHECK(desk.host.engine().next_deadline() == desk.host.now() + 2s);
  desk.answer({{"name", Value("Carla")}});
  CHECK(desk.state(call) == InteractionState::waiting);
  CHECK_FALSE(desk.host.engine().next_deadline() == desk.host.now() + 2s);
}

TEST_CASE("somebody takes the conversation over while it is asked: the answer is late") {
  Desk desk;
  const Outcome chat = desk.host.whatsapp(stranger, "oi");
  desk.host.must(ClaimConversation{chat.conversation}, "joao");
  desk.answer({{"name", Value("Carla")}});
  CHECK(desk.host.interaction(chat.interaction).agent == joao);
  CHECK(desk.told("contact_known", "joao"));
  desk.wait(10s);
  CHECK(desk.host.count(chat.conversation, EventKind::look_up_late) == 0);
}

TEST_CASE("without a wait it is asked and not waited for, and a full outbox asks nothing") {
  Desk desk(with_look_ups("0s"));
  const Outcome call = desk.host.call("k1", stranger);
  CHECK(desk.state(call) == InteractionState::waiting);
  desk.answer({{"name", Value("Carla")}});
  CHECK(desk.done(call).at("late") == Value(true));

  EngineOptions how = options();
  how.limits.unsettled_effects = 0;
  Desk full(with_look_ups(), how);
  CHECK(full.state(full.host.call("k1", stranger)) == InteractionState::waiting);
}

TEST_CASE("a look-up names an action that has nothing but its name") {
  nlohmann::json json = with_look_ups();
  json["actions"].push_back({{"name", "other"}, {"parameters", {"x"}}});
  const auto fault = [](const nlohmann::json& document) {
    const auto made = Configuration::parse(document.dump());
    REQUIRE_FALSE(made);
    return made.error().reason + " " + made.error().subject;
  };
  json["entry_points"][0]["look_up"]["action"] = "other";
  CHECK(fault(json) == "not_applicable entry_points[0].look_up.action");
  json["entry_points"][0]["look_up"]["action"] = "nothing";
  CHECK(fault(json) == "unknown_name entry_points[0].look_up.action");
  json["entry_points"][0]["look_up"] = {{"action", "crm"}, {"wait", "61s"}};
  CHECK(fault(json) == "out_of_range entry_points[0].look_up.wait");
}
