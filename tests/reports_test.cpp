// What a telephone system tells after a failure: both sides come to agree, and nobody is left on a
// line that leads nowhere.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

LiveCall live(std::string call, CallState state, std::string device = {}) {
  LiveCall one;
  one.call = std::move(call);
  one.state = state;
  one.from.address = {AddressKind::phone, "5541977770000"};
  one.to = line_number;
  one.device = std::move(device);
  return one;
}

// A clinic and its telephone system, whose clock is right.
struct Desk {
  MemoryStore store;
  Host host;
  std::vector<Handout> carried;
  int told = 0;

  explicit Desk(const nlohmann::json& json = configuration(), EngineOptions how = options())
      : host(store, std::move(how)) {
    host.must(LoadConfiguration{json.dump()});
    host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}});
  }

  void carry() { carried = host.settle_all(); }
  // The bodies of the verbs among what was carried.
  std::vector<std::string> verbs() const {
    std::vector<std::string> bodies;
    for (const Handout& out : carried) {
      if (out.kind == EffectKind::call) bodies.push_back(out.request->body);
    }
    return bodies;
  }
  std::size_t verbs(const std::string& kind) const {
    const auto all = verbs();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& body) {
      return body.find("\"verb\":\"" + kind + "\"") != std::string::npos;
    }));
  }

  Result<Outcome> tell(CallReport report) {
    report.id = "report-" + std::to_string(++told);
    if (report.at == Timestamp{}) report.at = host.now();
    return host.event("pbx", report);
  }
  // A report of this moment, a second after whatever happened last.
  Outcome report(std::vector<LiveCall> calls, std::vector<Device> devices = {}) {
    host.wait(1s);
    carry();
    const auto taken = tell({{}, {}, {}, std::move(calls), std::move(devices)});
    REQUIRE(taken);
    carry();
    return *taken;
  }
  void device(std::string name, DeviceState state, std::string call = {},
              std::optional<Timestamp> at = {}) {
    const std::string id = "device-" + std::to_string(++told);
    REQUIRE(host.event("pbx", DeviceEvent{id, at, {std::move(name), state, std::move(call)}}));
    carry();
  }
  // João gets another telephone, or none; perhaps Marta's, for his.
  void replace_device(const std::string& device) {
    nlohmann::json next = configuration();
    next["agents"][0]["device"] = device;
    if (device.empty()) next["agents"][0].erase("device");
    if (device == "sip:102") next["agents"][1]["device"] = "sip:101";  // they have changed places
    host.must(LoadConfiguration{next.dump()});
  }
  void tell(CallEventKind kind, const std::string& call) {
    host.told(call_event(kind, call));
    carry();
  }
  // João speaks with whoever calls.
  Outcome connected(const std::string& call) {
    host.sign_in("joao");
    const Outcome outcome = host.call(call, ana);
    host.accept("joao");
    tell(CallEventKind::bridged, call);
    return outcome;
  }
  std::size_t works(const AgentName& agent) { return host.query().works_of(agent)->size(); }
  AgentRecord agent(const AgentName& name) { return host.query().agent(name).value(); }
  WorkRecord work_of(const Interaction& call) { return host.query().work(call.work).value(); }
  WorkRecord work_of(const Outcome& call) { return work_of(host.interaction(call.interaction)); }
  // The call that the report has taken in.
  Interaction found(const std::string& call) {
    const auto conversations = host.query().conversations({}, 1000).value();
    for (const ConversationRecord& one : conversations) {
      for (const InteractionId id : one.live) {
        if (host.interaction(id).call == call) return host.interaction(id);
      }
    }
    FAIL("no live call " << call);
    return {};
  }
  Entry latest(ConversationId conversation, EventKind kind) {
    Entry found;
    for (const Entry& entry : host.timeline(conversation)) {
      if (entry.type == EntryType::event && entry.event == kind) found = entry;
    }
    return found;
  }
};

nlohmann::json with_a_menu() {
  nlohmann::json json = configuration();
  json["entry_points"][0]["flow"] = "busy_adviser";
  return json;
}

}  // namespace

// --- asking --------------------------------------------------------------------------------------

TEST_CASE("a telephone system is asked what is alive there, once at a time") {
  Desk desk;
  CHECK(desk.host.must(RequestReport{}).details.at("asked") == Value(1));
  CHECK(desk.host.must(RequestReport{ConnectionName("pbx")}).details.at("asked") == Value(0));
  const std::vector<Handout> out = desk.host.poll();
  REQUIRE(out.size() == 1);
  CHECK(out.front().connection == ConnectionName("pbx"));
  CHECK(out.front().request->body.find(R"("verb":"report")") != std::string::npos);
  CHECK(out.front().request->body.find("call\"") == std::string::npos);

  // The answer settles the question, whatever became of the request that carried it.
  CHECK(desk.tell({{}, {}, out.front().id, {}, {}}));
  CHECK(desk.host.query().unsettled({}, 10)->empty());
  CHECK(desk.host.must(RequestReport{}).details.at("asked") == Value(1));

  CHECK(desk.host.refusal(RequestReport{}, "marta").reason == "not_an_agents");
  CHECK(desk.host.refusal(RequestReport{ConnectionName("meta")}).reason == "unknown_connection");
}

TEST_CASE("a telephone system that has started is asked") {
  Desk desk;
  REQUIRE(desk.host.event("pbx", SystemStarted{"s-1", {}}));
  REQUIRE(desk.host.event("pbx", SystemStarted{"s-1", {}}));
  desk.carry();
  CHECK(desk.verbs("report") == 1);
}

// --- calls that are over -------------------------------------------------------------------------

TEST_CASE("[S1.22] a caller whom the telephone system has lost while they waited was abandoned") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  const Outcome outcome = desk.report({});
  CHECK(outcome.details.at("lost") == Value(1));
  const Interaction ended = desk.host.interaction(call.interaction);
  CHECK(ended.state == InteractionState::ended);
  CHECK(ended.cause == cause::temporary_failure);
  CHECK(desk.latest(call.conversation, EventKind::call_lost).details.at("state") ==
        Value("waiting"));
  CHECK(desk.host.count(call.conversation, EventKind::call_abandoned) == 1);

  // It is ended once, however often it is told.
  CHECK(desk.report({}).details.at("lost") == Value(0));
  CHECK(desk.host.count(call.conversation, EventKind::call_lost) == 1);
}

TEST_CASE("an agent whose call the telephone system has lost wraps up, and is free then") {
  Desk desk;
  const Outcome call = desk.connected("k1");
  desk.host.engine().take_signals();
  desk.report({});
  const std::vector<Signal> signals = desk.host.engine().take_signals();
  CHECK(std::any_of(signals.begin(), signals.end(), [](const Signal& signal) {
    return signal.name == "call_lost" && signal.agent == joao;
  }));
  CHECK(desk.host.count(call.conversation, EventKind::call_abandoned) == 0);
  CHECK(desk.host.query().work(desk.host.query().works_of(joao)->front())->state ==
        WorkState::wrap_up);
  desk.host.pass(10s);
  CHECK(desk.works(joao) == 0);
}

TEST_CASE("[S0.11] a callback whose call was lost is one attempt that failed, and is tried again") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome chat = desk.host.whatsapp(ana, "oi");
  CreateCallback create;
  create.conversation = chat.conversation;
  const Outcome promise = desk.host.must(create, "joao");
  desk.carry();
  desk.host.must(PlaceCallback{promise.callback}, "joao");
  const InteractionId placed =
      desk.host.query().callback(promise.callback)->attempts.front().interaction;
  desk.report({});
  const Callback callback = desk.host.query().callback(promise.callback).value();
  CHECK(callback.attempts.front().result == AttemptResult::failed);
  CHECK(callback.attempts.front().cause == cause::temporary_failure);
  CHECK(callback.not_before);
  CHECK(desk.host.interaction(placed).state == InteractionState::ended);
  CHECK(desk.verbs("hang_up") == 1);  // in case it was on its way
}

TEST_CASE("a call that has yet to be placed is not lost") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome chat = desk.host.whatsapp(ana, "oi");
  CreateCallback create;
  create.conversation = chat.conversation;
  const Outcome promise = desk.host.must(create, "joao");
  desk.carry();
  desk.host.must(PlaceCallback{promise.callback}, "joao");
  desk.host.wait(1s);
  REQUIRE(desk.tell({{}, {}, {}, {}, {}}));  // the verb is still in the outbox
  CHECK(desk.host.query().callback(promise.callback)->attempts.front().result ==
        AttemptResult::none);
}

// --- what is newer than the report ---------------------------------------------------------------

TEST_CASE("a call that began after the question is not in the answer, and goes on") {
  Desk desk;
  const Outcome before = desk.host.call("k1", ana);
  desk.host.must(RequestReport{});
  const EffectId asked = desk.host.query().unsettled({}, 100)->back().id;
  const Outcome after = desk.host.call("k2", "5541900001111");
  // By a clock that is years off, and that does not matter.
  REQUIRE(desk.tell({{}, *parse_timestamp("2001-01-01T00:00:00Z"), asked, {}, {}}));
  CHECK(desk.host.interaction(before.interaction).state == InteractionState::ended);
  CHECK(desk.host.interaction(after.interaction).state == InteractionState::waiting);
}

TEST_CASE("what was told after the question is not undone by the answer") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome call = desk.host.call("k1", ana);
  desk.carry();
  desk.host.must(RequestReport{});
  const EffectId asked = desk.host.query().unsettled({}, 100)->back().id;
  desk.host.accept("joao");
  desk.tell(CallEventKind::bridged, "k1");
  REQUIRE(desk.tell({{}, {}, asked, {live("k1", CallState::ringing)}, {}}));
  CHECK(desk.host.interaction(call.interaction).agent == joao);
  CHECK(desk.host.count(call.conversation, EventKind::call_restored) == 0);
}

TEST_CASE("of a report that nobody asked for the telephone system's times decide") {
  Desk desk;
  const Timestamp now = desk.host.now();
  CallEvent early = call_event(CallEventKind::incoming, "k1");
  early.to = line_number;
  early.from.address = {AddressKind::phone, ana};
  early.at = now + 1h;  // its clock is an hour ahead
  CallEvent late = early;
  late.call = "k2";
  late.at = now + 1h + 2s;
  const Outcome first = desk.host.told(early);
  const Outcome second = desk.host.told(late);
  REQUIRE(desk.tell({{}, now + 1h + 1s, {}, {}, {}}));
  CHECK(desk.host.interaction(first.interaction).state == InteractionState::ended);
  CHECK(desk.host.interaction(second.interaction).state == InteractionState::waiting);
}

TEST_CASE("[B3] the same report again, and an older one, change nothing") {
  Desk desk;
  desk.connected("k1");
  desk.host.wait(1s);
  const Timestamp at = desk.host.now();
  const std::vector<LiveCall> calls{live("k1", CallState::waiting)};
  REQUIRE(desk.tell({{}, at, {}, calls, {}}));
  desk.carry();
  const auto conversations = desk.host.query().conversations({}, 10).value();
  const auto timeline = desk.host.timeline(conversations.front().id);
  const auto same = desk.tell({{}, at, {}, calls, {}});
  CHECK(same->details.at("stale") == Value(true));
  CHECK(desk.tell({{}, at - 1s, {}, {}, {}})->details.at("stale") == Value(true));
  const auto again = desk.host.event("pbx", CallReport{"report-1", at + 1s, {}, {}, {}});
  CHECK(again->repeated);
  CHECK(desk.host.timeline(conversations.front().id) == timeline);
  CHECK(desk.host.query().unsettled({}, 10)->empty());
}

// --- calls that nobody announced -----------------------------------------------------------------

TEST_CASE("[S0.1] a call that came while the engine was away begins as one that comes now") {
  Desk desk;
  desk.host.sign_in("joao");
  LiveCall call = live("k9", CallState::waiting);
  call.at = desk.host.now() - 29s;
  call.from.address = {AddressKind::phone, ana};
  CHECK(desk.report({call}).details.at("taken_in") == Value(1));
  const Interaction found = desk.found("k9");
  CHECK(found.state == InteractionState::waiting);
  CHECK(found.answered);
  CHECK(desk.verbs("play") == 1);
  CHECK(desk.verbs("answer") == 0);
  CHECK(desk.host.query().contact(found.contact)->name == "Ana");
  const WorkRecord work = desk.host.query().work(found.work).value();
  CHECK(work.state == WorkState::offered);
  CHECK(desk.host.now() - work.requested_at == 30s);
  const Entry entry = desk.host.query().timeline(found.conversation, found.entry - 1, 1)->front();
  CHECK(entry.details.at("reported") == Value(true));
  // It is a call like any other from now on.
  desk.host.accept("joao");
  desk.tell(CallEventKind::bridged, "k9");
  CHECK(desk.found("k9").connected_at);
  desk.tell(CallEventKind::hung_up, "k9");
}

TEST_CASE("a desk that has nothing to say to those who wait says nothing") {
  nlohmann::json silent = configuration();
  silent["desks"][0].erase("waiting_text");
  Desk desk(silent);
  desk.report({live("k9", CallState::waiting)});
  CHECK(desk.found("k9").state == InteractionState::waiting);
  CHECK(desk.verbs().empty());
  CHECK(desk.host.count(desk.found("k9").conversation, EventKind::effect_failed) == 0);
}

TEST_CASE("a call that still rings is answered by its flow, one that was picked up only asked") {
  Desk desk(with_a_menu());
  desk.report({live("k1", CallState::ringing)});
  CHECK(desk.verbs("answer") == 1);
  CHECK(desk.verbs("gather") == 1);
  CallEvent over = call_event(CallEventKind::hung_up, "k1");
  desk.host.told(over);
  desk.report({live("k2", CallState::waiting)});
  CHECK(desk.verbs("answer") == 0);
  CHECK(desk.verbs("gather") == 1);
}

TEST_CASE("a call that an agent has taken already is on record, and the agent is busy") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.report({live("k9", CallState::talking, "sip:101")}, {{"sip:101", DeviceState::busy, "k9"}});
  const Interaction call = desk.found("k9");
  CHECK(call.state == InteractionState::connected);
  CHECK(call.agent == joao);
  CHECK(call.connected_at);
  CHECK(desk.verbs().empty());  // nobody is rung again
  CHECK(desk.host.conversation(call.conversation).owner == joao);
  CHECK(desk.host.query().work(call.work)->state == WorkState::assigned);
  CHECK_FALSE(desk.agent(joao).on_other_call);
  const Outcome other = desk.host.call("k10", "5541900001111");
  CHECK(desk.work_of(other).state == WorkState::queued);
  desk.tell(CallEventKind::hung_up, "k9");
  CHECK(desk.host.query().work(desk.host.query().works_of(joao)->front())->state ==
        WorkState::wrap_up);
}

TEST_CASE("whoever speaks has the call, whatever would have spoken against offering it") {
  Desk desk;
  const Device on_it{"sip:101", DeviceState::busy, "k9"};
  SUBCASE("their telephone was told to be busy with it, before anybody knew of the call") {
    desk.host.sign_in("joao");
    desk.device("sip:101", DeviceState::busy, "k9");
    CHECK(desk.agent(joao).on_other_call);
    desk.report({live("k9", CallState::talking, "sip:101")}, {on_it});
  }
  SUBCASE("they are signed out") {
    desk.report({live("k9", CallState::talking, "sip:101")}, {on_it});
    desk.host.sign_in("joao");
  }
  SUBCASE("their telephone could not be rung") {
    desk.host.sign_in("joao");
    desk.device("sip:101", DeviceState::unreachable);
    desk.report({live("k9", CallState::talking, "sip:101")}, {on_it});
  }
  SUBCASE("the same report has lost the call that they had") {
    desk.connected("k1");
    desk.report({live("k9", CallState::talking, "sip:101")}, {on_it});
    desk.host.pass(20s);  // the wrap-up is over, and they speak
  }
  CHECK(desk.found("k9").agent == joao);
  CHECK(desk.work_of(desk.found("k9")).state == WorkState::assigned);
  CHECK_FALSE(desk.agent(joao).on_other_call);
  desk.device("sip:101", DeviceState::busy, "k9");
  desk.device("sip:101", DeviceState::busy);
  CHECK_FALSE(desk.agent(joao).on_other_call);
  const Outcome other = desk.host.call("k10", "5541900001111");
  CHECK(desk.work_of(other).state == WorkState::queued);
  desk.tell(CallEventKind::hung_up, "k9");
  CHECK(desk.work_of(other).state == WorkState::queued);
  desk.host.pass(10s);
  CHECK(desk.work_of(other).agent == joao);
}

TEST_CASE("the end of a call says nothing of what else the telephone is on") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.report({live("k9", CallState::talking, "sip:101")});
  desk.device("sip:101", DeviceState::busy, "a-private-one");
  desk.tell(CallEventKind::hung_up, "k9");
  desk.host.pass(10s);
  CHECK(desk.agent(joao).on_other_call);
  CHECK(desk.work_of(desk.host.call("k10", ana)).state == WorkState::queued);
}

TEST_CASE("nobody is offered a call on the way who is found to speak in another") {
  Desk desk;
  const Outcome had = desk.connected("k1");
  desk.carry();
  desk.report({live("k1", CallState::waiting), live("k9", CallState::talking, "sip:101")});
  CHECK(desk.found("k9").agent == joao);
  CHECK(desk.work_of(had).state == WorkState::queued);
  CHECK(desk.host.count(had.conversation, EventKind::offered) == 1);  // the first, long ago
}

TEST_CASE("a call that the fallback route has led to somebody else is nobody's work") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.report({live("k9", CallState::talking, "sip:reception")});
  CHECK(desk.found("k9").state == InteractionState::connected);
  CHECK(desk.found("k9").agent.empty());
  CHECK(desk.works(joao) == 0);
  // They come back to the queue when the telephone system says that they are alone.
  desk.report({live("k9", CallState::waiting)});
  CHECK(desk.found("k9").state == InteractionState::waiting);
  CHECK(desk.works(joao) == 1);
}

TEST_CASE("calls beyond the room there is are left to their fallback route") {
  EngineOptions how = options();
  how.limits.live_works = 2;
  Desk desk(configuration(), how);
  desk.host.call("k1", ana);
  const Outcome outcome =
      desk.report({live("k2", CallState::ringing), live("k3", CallState::ringing),
                   live("k4", CallState::ringing)});
  CHECK(outcome.details.at("lost") == Value(1));  // its place is free
  CHECK(outcome.details.at("taken_in") == Value(2));
  CHECK(outcome.details.at("no_room") == Value(1));
}

TEST_CASE(
    "[S0.1] whoever a lost call frees gets the one who has waited longest, announced or not") {
  nlohmann::json json = configuration();
  json["queues"][0]["wrap_up"] = "0s";
  Desk desk(json);
  const Outcome first = desk.connected("k1");
  desk.host.wait(40s);
  const Outcome second = desk.host.call("k2", "5541966660000");
  CHECK(desk.work_of(second).state == WorkState::queued);
  LiveCall unannounced = live("k9", CallState::ringing);
  unannounced.at = desk.host.now() - 30s;
  const Outcome outcome = desk.report({unannounced, live("k2", CallState::ringing)});
  CHECK(outcome.details.at("lost") == Value(1));
  CHECK(desk.work_of(desk.found("k9")).state == WorkState::offered);
  CHECK(desk.work_of(second).state == WorkState::queued);
  CHECK(desk.host.count(first.conversation, EventKind::call_lost) == 1);
}

TEST_CASE("a number that is nobody's is passed over, a call of ours that nobody knows is ended") {
  Desk desk;
  LiveCall stranger = live("k1", CallState::waiting);
  stranger.to = "0800999";
  LiveCall ours = live("novelo-77", CallState::dialling, "sip:101");
  ours.to.clear();
  const Outcome outcome = desk.report({stranger, ours});
  CHECK(outcome.details.at("taken_in") == Value(0));
  CHECK(outcome.details.at("hung_up") == Value(1));
  CHECK(desk.verbs("hang_up") == 1);
}

TEST_CASE("a call that is over here and alive there is ended there") {
  Desk desk;
  desk.host.call("k1", ana);
  desk.host.hung_up("k1");
  CHECK(desk.report({live("k1", CallState::waiting)}).details.at("hung_up") == Value(1));
  CHECK(desk.verbs("hang_up") == 1);
}

// --- calls that are elsewhere --------------------------------------------------------------------

TEST_CASE("a caller whom the agent has lost waits again, for the same agent first") {
  Desk desk;
  const Outcome call = desk.connected("k1");
  CHECK(desk.report({live("k1", CallState::waiting)}).details.at("restored") == Value(1));
  const Interaction waiting = desk.host.interaction(call.interaction);
  CHECK(waiting.state == InteractionState::waiting);
  CHECK_FALSE(waiting.connected_at);
  CHECK(desk.verbs("play") == 1);
  const Entry restored = desk.latest(call.conversation, EventKind::call_restored);
  CHECK(restored.details.at("from") == Value("connected"));
  CHECK(restored.details.at("to") == Value("waiting"));
  CHECK(desk.work_of(call).state == WorkState::offered);
  CHECK(desk.work_of(call).agent == joao);
  desk.host.accept("joao");
  CHECK(desk.verbs().size() == 1);
}

TEST_CASE("a call that was offered and is spoken in already is that agent's, and not rung again") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.host.sign_in("marta");
  const Outcome call = desk.host.call("k1", ana);
  CHECK(desk.work_of(call).agent == joao);
  desk.report({live("k1", CallState::talking, "sip:102")});
  CHECK(desk.host.interaction(call.interaction).agent == marta);
  CHECK(desk.work_of(call).agent == marta);
  CHECK(desk.work_of(call).state == WorkState::assigned);
  CHECK(desk.works(joao) == 0);
  CHECK(desk.verbs("bridge") == 0);
}

TEST_CASE("two calls that have changed places are both where they are") {
  Desk desk;
  const Outcome first = desk.connected("k1");
  desk.host.sign_in("marta");
  const Outcome second = desk.host.call("k2", "5541900001111");
  desk.host.accept("marta");
  desk.tell(CallEventKind::bridged, "k2");
  desk.report(
      {live("k1", CallState::talking, "sip:102"), live("k2", CallState::talking, "sip:101")});
  CHECK(desk.work_of(first).agent == marta);
  CHECK(desk.work_of(second).agent == joao);
  CHECK_FALSE(desk.agent(joao).on_other_call);
  CHECK_FALSE(desk.agent(marta).on_other_call);
}

TEST_CASE("news that was lost is made up for") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome call = desk.host.call("k1", ana);
  desk.host.accept("joao");
  desk.report({live("k1", CallState::talking, "sip:101")});
  CHECK(desk.host.interaction(call.interaction).connected_at);
  desk.host.pass(5min);  // nothing is waited for any more
  CHECK(desk.host.interaction(call.interaction).state == InteractionState::connected);
}

TEST_CASE("a bridge whose order was lost is ordered again, one on its way is not") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.host.call("k1", ana);
  desk.carry();
  desk.host.must(AcceptOffer{desk.host.offer_to("joao")}, "joao");
  desk.host.wait(1s);
  REQUIRE(desk.tell({{}, {}, {}, {live("k1", CallState::ringing)}, {}}));
  desk.carry();
  CHECK(desk.verbs("bridge") == 1);
  desk.report({live("k1", CallState::ringing)});
  CHECK(desk.verbs("bridge") == 1);
  desk.report({live("k1", CallState::bridging, "sip:101")});
  CHECK(desk.verbs("bridge") == 0);
}

TEST_CASE("[S0.5] a caller who hears nothing is asked again, one who hears us is not") {
  Desk desk(with_a_menu());
  const Outcome call = desk.host.call("k1", ana);
  desk.carry();
  CHECK(desk.verbs("gather") == 1);
  LiveCall hears = live("k1", CallState::waiting);
  hears.doing = desk.host.interaction(call.interaction).listening;
  desk.report({hears});
  CHECK(desk.verbs("gather") == 0);
  desk.report({live("k1", CallState::waiting)});
  CHECK(desk.verbs("gather") == 1);
  CHECK(desk.verbs("answer") == 0);
  // The line was lost before it was picked up.
  desk.report({live("k1", CallState::ringing)});
  CHECK(desk.verbs("answer") == 1);
  CHECK(desk.verbs("gather") == 1);
}

TEST_CASE("a call stays its agent's whose telephone was replaced while they speak") {
  Desk desk;
  const Outcome call = desk.connected("k1");
  desk.replace_device("sip:201");
  desk.report({live("k1", CallState::talking, "sip:101")},
              {{"sip:101", DeviceState::busy, "k1"}, {"sip:201", DeviceState::idle, {}}});
  CHECK(desk.host.interaction(call.interaction).agent == joao);
  CHECK(desk.work_of(call).agent == joao);
  CHECK(desk.work_of(desk.host.call("k2", "5541900001111")).state == WorkState::queued);
  CHECK(desk.host.count(call.conversation, EventKind::call_restored) == 0);

  // That they speak in another is proof enough.
  desk.report(
      {live("k1", CallState::talking, "sip:101"), live("k9", CallState::talking, "sip:201")});
  CHECK(desk.found("k9").agent == joao);
  CHECK(desk.host.interaction(call.interaction).agent.empty());
}

TEST_CASE("[S0.11] a callback that still rings is no promise kept, wherever it rings") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome chat = desk.host.whatsapp(ana, "oi");
  CreateCallback create;
  create.conversation = chat.conversation;
  const CallbackId promise = desk.host.must(create, "joao").callback;
  desk.carry();
  desk.host.must(PlaceCallback{promise}, "joao");
  desk.carry();
  const auto attempt = [&] { return desk.host.query().callback(promise)->attempts.front(); };
  const Interaction placed = desk.host.interaction(attempt().interaction);
  std::string device = "sip:101";
  SUBCASE("at the agent's telephone") {}
  SUBCASE("at one that was replaced meanwhile") {
    desk.replace_device("sip:201");
  }
  SUBCASE("at somebody else's") {
    device = "sip:102";
  }
  desk.report({live(placed.call, CallState::bridging, device)});
  CHECK(attempt().result == AttemptResult::none);
  CHECK(desk.host.query().callback(promise)->state == CallbackState::open);
  CHECK(desk.host.interaction(placed.id).state == InteractionState::dialling);
  CHECK(desk.work_of(placed).agent == joao);
  desk.report({live(placed.call, CallState::talking, device)});
  CHECK(attempt().result == AttemptResult::reached);
  CHECK(desk.host.query().callback(promise)->state == CallbackState::served);
}

TEST_CASE("a bridge that a report tells of is waited for with its bound") {
  Desk desk;
  desk.host.sign_in("joao");
  LiveCall ringing = live("k9", CallState::bridging, "sip:101");
  ringing.at = desk.host.now() - 29s;
  SUBCASE("of an agent") {}
  SUBCASE("of somebody who is none") {
    ringing.device = "sip:reception";
  }
  SUBCASE("of a call that somebody spoke in before") {
    desk.connected("k9");
    desk.host.sign_in("marta");
    ringing.device = "sip:102";
  }
  desk.report({ringing});
  CHECK(desk.found("k9").state == InteractionState::connected);
  desk.host.pass(59s);
  CHECK(desk.found("k9").state == InteractionState::connected);
  desk.host.wait(2s);
  REQUIRE(desk.host.engine().feed_time(desk.host.now()));
  CHECK(desk.found("k9").state == InteractionState::waiting);
  desk.carry();
  CHECK(desk.verbs("play") == 1);
  const bool rang = ringing.device != "sip:reception";
  const AgentName who = ringing.device == "sip:102" ? marta : joao;
  CHECK((desk.agent(who).reason == "device_failed") == rang);
  CHECK(desk.work_of(desk.found("k9")).requested_at == desk.found("k9").started_at);
}

TEST_CASE("what comes of a bridge that a report told of is taken as ever") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.report({live("k9", CallState::bridging, "sip:101")});
  SUBCASE("it came about") {
    desk.tell(CallEventKind::bridged, "k9");
    desk.host.pass(5min);
    CHECK(desk.found("k9").agent == joao);
    CHECK(desk.found("k9").connected_at);
  }
  SUBCASE("a second report says so") {
    desk.report({live("k9", CallState::talking, "sip:101")});
    desk.host.pass(5min);
    CHECK(desk.found("k9").connected_at);
  }
  SUBCASE("it did not") {
    desk.tell(CallEventKind::bridge_failed, "k9");
    CHECK(desk.found("k9").state == InteractionState::waiting);
  }
}

TEST_CASE("a call that is to end is told so again") {
  Desk desk;
  const Outcome call = desk.connected("k1");
  desk.host.must(HangUp{call.interaction}, "joao");
  desk.report({live("k1", CallState::talking, "sip:101")});
  CHECK(desk.verbs("hang_up") == 1);
}

// --- what cannot be a report ---------------------------------------------------------------------

TEST_CASE("a report that contradicts itself, or answers nothing of ours, changes nothing") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  const auto reason = [&](CallReport report) {
    const auto taken = desk.tell(std::move(report));
    REQUIRE_FALSE(taken);
    return taken.error().reason;
  };
  CHECK(reason({{}, {}, {}, {live("a", CallState::ringing), live("a", CallState::waiting)}, {}}) ==
        "repeated");
  CHECK(reason({{}, {}, {}, {live("", CallState::ringing)}, {}}) == "repeated");
  CHECK(reason({{}, {}, {}, {}, {{"d", DeviceState::idle, {}}, {"d", DeviceState::busy, {}}}}) ==
        "repeated");
  CHECK(reason({{}, {}, EffectId(1'000'000), {}, {}}) == "unknown_effect");
  EngineOptions how = options();
  how.limits.calls_per_report = 1;
  Desk small(configuration(), how);
  const auto many =
      small.tell({{}, {}, {}, {live("a", CallState::ringing), live("b", CallState::ringing)}, {}});
  REQUIRE_FALSE(many);
  CHECK(many.error().code == ErrorCode::limit);
  CHECK(desk.host.interaction(call.interaction).state == InteractionState::waiting);
}

// --- devices -------------------------------------------------------------------------------------

TEST_CASE("an agent on a call that did not come through the engine is offered none") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.device("sip:101", DeviceState::busy);
  CHECK(desk.agent(joao).on_other_call);
  const Outcome call = desk.host.call("k1", ana);
  CHECK(desk.work_of(call).state == WorkState::queued);
  desk.device("sip:101", DeviceState::idle);
  CHECK(desk.work_of(call).state == WorkState::offered);

  // The call that the engine gave is no other one, whether or not it is named.
  desk.host.accept("joao");
  desk.device("sip:101", DeviceState::busy, "k1");
  CHECK_FALSE(desk.agent(joao).on_other_call);
  desk.device("sip:101", DeviceState::busy);
  CHECK_FALSE(desk.agent(joao).on_other_call);
  desk.device("sip:101", DeviceState::busy, "a-private-one");
  CHECK(desk.agent(joao).on_other_call);
  desk.device("sip:nobodys", DeviceState::busy);
}

TEST_CASE("a telephone that cannot be rung is offered no calls, and people are told") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.device("sip:101", DeviceState::unreachable);
  CHECK(desk.agent(joao).unreachable);
  std::vector<std::string> told;
  for (const Handout& out : desk.carried) {
    if (out.kind == EffectKind::notify) told.push_back(out.agent.text());
  }
  CHECK(told == std::vector<std::string>{"joao", "marta"});
  const Outcome call = desk.host.call("k1", ana);
  CHECK(desk.work_of(call).state == WorkState::queued);
  const auto explained = desk.host.query().explain(desk.work_of(call).id).value();
  CHECK(explained.excluded.at("unreachable") == 1);
  desk.host.must(ClaimConversation{call.conversation}, "joao");  // it waits for the telephone
  CHECK(desk.work_of(call).state == WorkState::queued);
}

TEST_CASE("chats go on without a telephone, and calls come when it is back, after a restart too") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.device("sip:101", DeviceState::unreachable);
  const Outcome chat = desk.host.whatsapp("5541900001111", "oi");
  CHECK(desk.work_of(chat).state == WorkState::offered);
  const Outcome call = desk.host.call("k1", ana);
  desk.host.reopen();
  CHECK(desk.agent(joao).unreachable);
  CHECK(desk.work_of(call).state == WorkState::queued);
  desk.report({live("k1", CallState::ringing)}, {{"sip:101", DeviceState::idle, {}}});
  CHECK_FALSE(desk.agent(joao).unreachable);
  CHECK(desk.work_of(call).state == WorkState::offered);
}

TEST_CASE("news of a device that were overtaken count for nothing") {
  Desk desk;
  desk.host.sign_in("joao");
  const Timestamp at = desk.host.now();
  desk.host.wait(5s);
  desk.device("sip:101", DeviceState::idle, {}, at + 2s);
  desk.device("sip:101", DeviceState::busy, {}, at + 1s);
  CHECK_FALSE(desk.agent(joao).on_other_call);
  desk.device("sip:101", DeviceState::busy, {}, at + 3s);
  CHECK(desk.agent(joao).on_other_call);
}

TEST_CASE("what was told of a telephone is not true of the next one") {
  DeviceState told = DeviceState::busy;
  SUBCASE("it was on a call of its own") {}
  SUBCASE("it could not be rung") {
    told = DeviceState::unreachable;
  }
  for (const char* next : {"sip:201", "", "sip:102"}) {  // another, none for now, a colleague's
    INFO(next);
    Desk desk;
    desk.host.sign_in("joao");
    desk.device("sip:101", told);
    const Outcome call = desk.host.call("k1", ana);
    CHECK(desk.work_of(call).state == WorkState::queued);
    desk.replace_device(next);
    CHECK_FALSE(desk.agent(joao).unreachable);
    CHECK_FALSE(desk.agent(joao).on_other_call);
    const bool rings = !std::string(next).empty();  // without a telephone there is no call to take
    CHECK(desk.work_of(call).agent == (rings ? joao : AgentName()));
  }
}

TEST_CASE("a configuration that leaves the telephones alone leaves what was told of them") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.device("sip:101", DeviceState::busy);
  nlohmann::json next = configuration();
  next["tenant"]["company"] = "Clínica Boreal";
  desk.host.must(LoadConfiguration{next.dump()});
  CHECK(desk.agent(joao).on_other_call);
}

// --- a wrong clock -------------------------------------------------------------------------------

TEST_CASE("a time that has yet to come is taken for the one in which it was told") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.device("sip:101", DeviceState::busy, {}, desk.host.now() + 24h * 3650);
  CHECK(desk.agent(joao).on_other_call);
  desk.host.wait(1min);
  SUBCASE("the next news count") {
    desk.device("sip:101", DeviceState::idle, {}, desk.host.now() - 1s);
  }
  SUBCASE("so do those of a report") {
    desk.report({}, {{"sip:101", DeviceState::idle, {}}});
  }
  CHECK_FALSE(desk.agent(joao).on_other_call);
}

TEST_CASE("one report from the future does not make the later ones stale") {
  Desk desk;
  CallReport future;
  future.at = desk.host.now() + 24h * 3650;
  REQUIRE(desk.tell(future));
  const Outcome call = desk.host.call("k1", ana);
  CHECK_FALSE(desk.report({}).details.contains("stale"));
  CHECK(desk.host.interaction(call.interaction).state == InteractionState::ended);
}

TEST_CASE("a call whose own time is from the future is lost as any other") {
  Desk desk;
  CallEvent event = call_event(CallEventKind::incoming, "k1");
  event.to = line_number;
  event.at = desk.host.now() + 24h * 3650;
  const Outcome call = desk.host.told(event);
  desk.report({});
  CHECK(desk.host.interaction(call.interaction).state == InteractionState::ended);
}

TEST_CASE("the answer to a question is newer than what was told of a device before, by any clock") {
  Desk desk;
  desk.host.sign_in("joao");
  desk.device("sip:101", DeviceState::busy, {}, desk.host.now());
  desk.host.must(RequestReport{});
  const EffectId asked = desk.host.query().unsettled({}, 100)->back().id;
  const Timestamp years_ago = *parse_timestamp("1970-01-01T00:10:00Z");
  const Device idle{"sip:101", DeviceState::idle, {}};
  SUBCASE("nothing was told since") {
    REQUIRE(desk.tell({{}, years_ago, asked, {}, {idle}}));
    CHECK_FALSE(desk.agent(joao).on_other_call);
    // That clock goes on, and is believed from now on.
    desk.device("sip:101", DeviceState::busy, {}, years_ago + 1s);
    CHECK(desk.agent(joao).on_other_call);
  }
  SUBCASE("what was told since stands, where it is newer") {
    desk.host.wait(1s);
    desk.device("sip:101", DeviceState::busy, {}, desk.host.now());
    REQUIRE(desk.tell({{}, desk.host.now() - 1s, asked, {}, {idle}}));
    CHECK(desk.agent(joao).on_other_call);
  }
}

// --- orders that die -----------------------------------------------------------------------------

TEST_CASE("[B3] a question that dies is told to those who supervise, and counted") {
  Desk desk;
  desk.host.must(RequestReport{});
  const Handout question = desk.host.poll().front();
  const std::uint64_t failed = desk.host.engine().metrics(desk.host.now()).failed;
  REQUIRE(desk.host.engine().settle(question.id, TransportReply{404, {}, ""}, desk.host.now()));
  desk.carry();
  REQUIRE(desk.carried.size() == 1);
  CHECK(desk.carried.front().agent == marta);
  const Value::Map& body = desk.carried.front().body;
  CHECK(body.at("type") == Value("order_failed"));
  CHECK(body.at("verb") == Value("report"));
  CHECK(body.at("connection") == Value("pbx"));
  CHECK_FALSE(body.at("reason").to_text().empty());
  CHECK(desk.host.engine().metrics(desk.host.now()).failed == failed + 1);
  CHECK(desk.host.must(RequestReport{}).details.at("asked") == Value(1));  // it may be asked again
}

TEST_CASE("an order to end a call that dies is on its timeline, and told") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.hung_up("k1");
  desk.host.wait(1s);
  desk.carry();
  REQUIRE(desk.tell({{}, {}, {}, {live("k1", CallState::waiting)}, {}}));
  const Handout order = desk.host.poll().front();
  SUBCASE("refused") {
    REQUIRE(desk.host.engine().settle(order.id, TransportReply{400, {}, ""}, desk.host.now()));
    CHECK(desk.latest(call.conversation, EventKind::effect_failed).details.at("what") ==
          Value("hang_up"));
    desk.carry();
    CHECK(desk.carried.size() == 1);
  }
  SUBCASE("there is no such call: it is over, as it should be") {
    REQUIRE(desk.host.engine().settle(order.id, TransportReply{404, {}, ""}, desk.host.now()));
    CHECK(desk.host.count(call.conversation, EventKind::effect_failed) == 0);
    desk.carry();
    CHECK(desk.carried.empty());
  }
}

// --- the store fails -----------------------------------------------------------------------------

TEST_CASE("a call that comes while the store is faulted follows its fallback, and is found again") {
  MemoryStore disk;
  WatchedStore store(disk);
  Host host(store);
  host.configure();
  host.sign_in("joao");
  host.settle_all();
  const std::string kept = host.engine().fallback_route(EntryPointName("line"));
  CHECK(kept == "queue-9000");

  const std::string body = R"({"event_id":"e-1","event":"incoming","call":"k1",)"
                           R"("from":"041988887777","to":"08001234567"})";
  store.fail_commit(0, ErrorCode::unknown, false);
  const auto answer = host.engine().receive(host.webhook("pbx", body), host.now());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::unknown);
  CHECK(host.engine().faulted());
  CHECK(host.engine().fallback_route(EntryPointName("line")) == kept);

  // Reception has it meanwhile; João has taken the next one at his desk.
  host.wait(2min);
  host.reopen();
  host.must(RequestReport{});
  const EffectId asked = host.query().unsettled({}, 10)->front().id;
  CallReport report{
      "r-1",
      host.now(),
      asked,
      {live("k1", CallState::talking, "sip:reception"), live("k2", CallState::talking, "sip:101")},
      {}};
  const auto taken = host.event("pbx", report);
  REQUIRE(taken);
  CHECK(taken->details.at("taken_in") == Value(2));
  host.settle_all();
  CHECK(host.query().works_of(joao)->size() == 1);
  // The event that had no answer comes again, and is known.
  const auto again = host.engine().receive(host.webhook("pbx", body), host.now());
  REQUIRE(again);
  CHECK(host.query().conversations({}, 10)->size() == 1);
}
