// Calls that do not go as they should: nobody may be left where nobody looks.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

// A clinic whose João is there.
struct Desk {
  MemoryStore store;
  Host host;
  std::vector<Handout> carried;  // by the last `carry`

  explicit Desk(const nlohmann::json& json = configuration()) : host(store) {
    host.must(LoadConfiguration{json.dump()});
    host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}});
    host.sign_in("joao");
  }

  void carry() { carried = host.settle_all(); }
  void tell(CallEventKind kind, const std::string& call) {
    host.told(call_event(kind, call));
    carry();
  }
  Interaction interaction(const Outcome& outcome) {
    return host.query().interaction(outcome.interaction).value();
  }
  std::size_t works(const AgentName& agent) { return host.query().works_of(agent)->size(); }
  // The verbs of this kind among what was carried.
  std::size_t verbs(const std::string& kind) const {
    return static_cast<std::size_t>(
        std::count_if(carried.begin(), carried.end(), [&](const Handout& out) {
          return out.kind == EffectKind::call &&
                 out.request->body.find("\"verb\":\"" + kind + "\"") != std::string::npos;
        }));
  }
  // The newest event of this kind; nothing of it has the sequence 0.
  Entry latest(ConversationId conversation, EventKind kind) {
    Entry found;
    for (const Entry& entry : host.timeline(conversation)) {
      if (entry.type == EntryType::event && entry.event == kind) found = entry;
    }
    return found;
  }
};

// Ana calls while João, who looks after her, is on another call: she is asked what she prefers.
Outcome call_of_a_busy_owner(Desk& desk) {
  desk.host.must(SetOtherCall{joao, true});
  const ConversationId owned = desk.host.whatsapp(ana, "oi").conversation;
  desk.host.must(ClaimConversation{owned}, "joao");
  return desk.host.call("k1", ana);
}

}  // namespace

// --- waiting -------------------------------------------------------------------------------------

TEST_CASE("[S0.5] whoever chooses to wait hears the desk's text, or nothing where it has none") {
  nlohmann::json json = configuration();
  bool silent = false;
  SUBCASE("a text") {}
  SUBCASE("none") {
    silent = true;
  }
  if (silent) json["desks"][0].erase("waiting_text");
  json["queues"][0]["waiting_when"] = {"agents_busy"};
  Desk desk(json);
  desk.host.must(SetOtherCall{joao, true});
  const Outcome call = desk.host.call("k1", ana);
  desk.carry();
  CHECK(desk.verbs("gather") == 1);
  CallEvent keys = call_event(CallEventKind::digits, "k1");
  keys.digits = "1";
  desk.host.told(keys);
  desk.carry();
  CHECK(desk.interaction(call).state == InteractionState::waiting);
  const auto waits = std::count_if(desk.carried.begin(), desk.carried.end(), [](const auto& out) {
    return out.request && out.request->body.find("\"loop\":true") != std::string::npos;
  });
  CHECK(waits == (silent ? 0 : 1));
  CHECK(desk.host.count(call.conversation, EventKind::effect_failed) == 0);
}

// --- hanging up too early ------------------------------------------------------------------------

TEST_CASE("[S1.22] who hangs up while the agent's telephone rings has given up waiting") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.wait(7s);
  desk.host.accept("joao");
  CHECK(desk.works(joao) == 1);
  desk.host.engine().take_signals();
  desk.host.wait(3s);
  desk.host.hung_up("k1");

  const Entry abandoned = desk.latest(call.conversation, EventKind::call_abandoned);
  REQUIRE(abandoned.sequence != 0);
  CHECK(abandoned.details.at("waited_seconds") == Value(10));
  CHECK(abandoned.details.at("agent") == Value("joao"));
  // The agent is told, and is free at once: there is nothing to wrap up.
  const std::vector<Signal> signals = desk.host.engine().take_signals();
  CHECK(std::any_of(signals.begin(), signals.end(), [](const Signal& signal) {
    return signal.name == "call_abandoned" && signal.agent == joao;
  }));
  CHECK(desk.works(joao) == 0);
  desk.host.call("k2", ana);
  desk.carry();
  CHECK(desk.host.query().work(desk.host.query().works_of(joao)->front())->state ==
        WorkState::offered);
}

TEST_CASE("a call that was spoken in is not abandoned, and has its wrap-up") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.accept("joao");
  desk.tell(CallEventKind::bridged, "k1");
  desk.host.hung_up("k1");
  CHECK(desk.host.count(call.conversation, EventKind::call_abandoned) == 0);
  CHECK(desk.host.query().work(desk.host.query().works_of(joao)->front())->state ==
        WorkState::wrap_up);
}

// --- silence, and refusals -----------------------------------------------------------------------

TEST_CASE("a bridge that nothing is told of fails in the end, and the contact waits again") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.accept("joao");
  desk.host.wait(59s);
  desk.tell(CallEventKind::played, "k1");
  CHECK(desk.interaction(call).state == InteractionState::connected);
  desk.host.reopen();
  desk.host.pass(1s);
  CHECK(desk.interaction(call).state == InteractionState::waiting);
  CHECK(desk.latest(call.conversation, EventKind::offer_ended).details.at("end") ==
        Value("device_failed"));

  desk.tell(CallEventKind::bridged, "k1");  // of the bridge that was given up
  CHECK(desk.interaction(call).state == InteractionState::waiting);

  desk.host.sign_in("marta");
  desk.host.accept("marta");
  desk.tell(CallEventKind::bridged, "k1");
  desk.host.pass(10min);
  CHECK(desk.interaction(call).agent == marta);
  CHECK(desk.interaction(call).state == InteractionState::connected);
}

TEST_CASE("news of a bridge that was given up is not taken for news of the next one") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.carry();
  desk.host.must(AcceptOffer{desk.host.offer_to("joao")}, "joao");
  const EffectId first = desk.interaction(call).asked_with;
  desk.host.pass(1min);
  desk.host.sign_in("marta");
  desk.host.accept("marta");
  CallEvent late = call_event(CallEventKind::bridge_failed, "k1");
  late.effect = first;
  desk.host.told(late);
  CHECK(desk.interaction(call).agent == marta);
  CHECK(desk.host.query().agent(marta)->presence == Presence::available);
  late.kind = CallEventKind::bridged;
  late.id.clear();
  desk.host.told(late);
  CHECK_FALSE(desk.interaction(call).connected_at);
}

TEST_CASE("an agent whose device fails is told, and offered no call until they are back") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.accept("joao");
  desk.tell(CallEventKind::bridge_failed, "k1");
  const AgentRecord record = desk.host.query().agent(joao).value();
  CHECK(record.presence == Presence::paused);
  CHECK(record.reason == "device_failed");
  std::vector<std::string> told;
  for (const Handout& out : desk.carried) {
    if (out.kind != EffectKind::notify) continue;
    CHECK(out.body.at("type") == Value("device_failed"));
    told.push_back(out.agent.text());
  }
  CHECK(told == std::vector<std::string>{"joao", "marta"});
  CHECK(desk.works(joao) == 0);
  CHECK(desk.host.query().work(desk.interaction(call).work)->state == WorkState::queued);

  desk.host.sign_in("joao");
  desk.carry();
  CHECK(desk.host.query().work(desk.interaction(call).work)->state == WorkState::offered);
}

TEST_CASE("a caller whom the desk has spoken to hears that it goes on waiting") {
  Desk desk;
  desk.host.call("k1", ana);
  desk.host.accept("joao");
  desk.tell(CallEventKind::bridged, "k1");
  desk.host.hung_up("k1");
  desk.host.must(SetOtherCall{joao, true});
  desk.host.call("k2", ana);  // hears the alternatives
  desk.carry();
  CHECK(desk.verbs("gather") == 1);
  desk.host.must(SetOtherCall{joao, false});
  desk.host.pass(10s);
  desk.host.accept("joao");
  desk.tell(CallEventKind::bridge_failed, "k2");
  CHECK(desk.verbs("play") == 1);
}

TEST_CASE("a bridge that the telephone system refuses for good has failed at once") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.carry();
  desk.host.must(AcceptOffer{desk.host.offer_to("joao")}, "joao");
  const Handout bridge = desk.host.poll().front();
  const TransportReply no{200, {}, R"({"ok":false,"error":"no such device"})"};
  CHECK(desk.host.engine().settle(bridge.id, no, desk.host.now()));
  CHECK(desk.interaction(call).state == InteractionState::waiting);
  CHECK(desk.works(joao) == 0);
}

TEST_CASE("a call that the telephone system does not know any more is over") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.carry();
  desk.host.must(AcceptOffer{desk.host.offer_to("joao")}, "joao");
  const Handout bridge = desk.host.poll().front();
  CHECK(desk.host.engine().settle(bridge.id, TransportReply{404, {}, ""}, desk.host.now()));
  CHECK(desk.interaction(call).state == InteractionState::ended);
  CHECK(desk.works(joao) == 0);
  CHECK(desk.host.count(call.conversation, EventKind::call_abandoned) == 1);
}

TEST_CASE("a hang-up that nothing is told of has happened in the end") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.accept("joao");
  desk.tell(CallEventKind::bridged, "k1");
  desk.host.must(HangUp{call.interaction}, "joao");
  desk.carry();
  CHECK(desk.host.refusal(CloseConversation{call.conversation, {}, {}, {}}, "joao").reason ==
        "call_live");
  desk.host.pass(2min);
  CHECK(desk.interaction(call).state == InteractionState::ended);
  desk.host.must(CloseConversation{call.conversation, {}, {}, {}}, "joao");
}

TEST_CASE("[S0.11] a callback that the telephone system says nothing of is a failed attempt") {
  Desk desk;
  const Outcome written = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  CreateCallback create;
  create.conversation = written.conversation;
  create.agent = joao;
  const CallbackId id = desk.host.must(create).callback;
  desk.host.accept("joao");
  const std::size_t before = desk.works(joao);
  desk.host.pass(3min);
  const Callback callback = desk.host.query().callback(id).value();
  CHECK(callback.attempts.back().result == AttemptResult::failed);
  CHECK(callback.not_before == desk.host.now() + 15min);
  CHECK(desk.works(joao) == before - 1);
}

TEST_CASE("a conversation taken for a call that never came about is whose it was") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.accept("joao");
  const auto owner = [&] { return desk.host.query().conversation(call.conversation)->owner; };
  CHECK(owner() == joao);
  desk.tell(CallEventKind::bridge_failed, "k1");
  CHECK(owner().empty());

  desk.host.sign_in("marta");
  desk.host.accept("marta");
  desk.tell(CallEventKind::bridged, "k1");
  CHECK(owner() == marta);
  desk.tell(CallEventKind::bridge_failed, "k1");  // too late: they have spoken
  CHECK(owner() == marta);
}

TEST_CASE("[S0.9] who leaves a message and hangs up has not given up waiting") {
  Desk desk;
  desk.host.must(SetOtherCall{joao, true});
  const ConversationId owned = desk.host.whatsapp(ana, "oi").conversation;
  desk.host.must(ClaimConversation{owned}, "joao");
  desk.carry();
  const Outcome call = desk.host.call("k1", ana);
  desk.carry();
  CallEvent digits = call_event(CallEventKind::digits, "k1");
  digits.digits = "3";  // a message
  desk.host.told(digits);
  desk.carry();
  REQUIRE(desk.interaction(call).recording);
  desk.host.hung_up("k1");
  CHECK(desk.latest(call.conversation, EventKind::call_abandoned).sequence == 0);
  CallEvent left = call_event(CallEventKind::recorded, "k1");
  left.media = Media{MediaKind::voice, "audio/ogg", {}, 0, "rec/1.ogg", "Me ligue."};
  desk.host.told(left);
  CHECK(desk.latest(call.conversation, EventKind::alternative_chosen).details.at("choice") ==
        Value("callback"));
  CHECK(desk.host.count(call.conversation, EventKind::callback_created) == 1);
}

TEST_CASE("[S0.5] silence is nobody's choice") {
  Desk desk;
  const Outcome call = call_of_a_busy_owner(desk);
  for (int times = 0; times < 4; ++times) {
    desk.carry();
    desk.host.told(call_event(CallEventKind::digits, "k1"));  // none in time
  }
  CHECK(desk.interaction(call).state == InteractionState::waiting);
  CHECK(desk.latest(call.conversation, EventKind::alternative_chosen).sequence == 0);
}

TEST_CASE("[S0.5] a question that the telephone system refuses for good is not waited for") {
  Desk desk;
  const Outcome call = call_of_a_busy_owner(desk);
  for (int times = 0; times < 4; ++times) {
    for (const Handout& out : desk.host.poll()) {
      const bool question = out.request && out.request->body.find("gather") != std::string::npos;
      const Settlement outcome = question ? Settlement(TransportReply{400, {}, ""}) : Done{};
      REQUIRE(desk.host.engine().settle(out.id, outcome, desk.host.now()));
    }
  }
  CHECK(desk.interaction(call).state == InteractionState::waiting);
  CHECK(desk.host.count(call.conversation, EventKind::effect_failed) >= 1);
}
