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
  CHECK(desk.record().entries == entries + 1);  // late, told once
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

// --- somebody else is quicker --------------------------------------------------------------------

TEST_CASE(
    "[S1.22] a contact who is served while being called is called no more, and the agent is free") {
  Desk desk;
  const CallbackId id = desk.promise();
  desk.host.accept("joao");
  const std::string dialled = desk.call(id);
  desk.host.sign_in("marta");
  desk.host.call("k1", ana);
  CallEvent another = call_event(CallEventKind::digits, "k1");
  another.digits = "2";
  desk.host.told(another);
  desk.host.accept("marta");
  desk.host.told(call_event(CallEventKind::bridged, "k1"));
  desk.carry();

  const Callback served = desk.callback(id);
  CHECK(served.state == CallbackState::served);
  CHECK(served.attempts.back().result == AttemptResult::failed);
  CHECK(std::any_of(desk.carried.begin(), desk.carried.end(), [&](const Handout& out) {
    return out.request && out.request->body.find("hang_up") != std::string::npos &&
           out.request->body.find(dialled) != std::string::npos;
  }));
  CHECK(desk.works() == 0);
}

TEST_CASE(
    "a promise that is taken back while it is being kept leaves nobody with a ringing telephone") {
  Desk desk;
  const CallbackId id = desk.promise();
  desk.host.accept("joao");
  desk.host.must(CancelCallback{id}, "marta");
  CHECK(desk.callback(id).state == CallbackState::cancelled);
  CHECK(desk.works() == 0);
  CHECK(desk.record().live.empty());
}

TEST_CASE("a call that was agreed for later is still to come when the contact is served today") {
  Desk desk;
  const CallbackId soon = desk.promise();
  const CallbackId agreed = desk.promise(desk.host.now() + 72h);
  CHECK(desk.callback(agreed).promised_until == desk.host.now() + 96h);
  desk.host.whatsapp(ana, "ainda tenho uma pergunta");
  desk.host.must(ClaimConversation{desk.conversation}, "joao");
  CHECK(desk.callback(soon).state == CallbackState::served);
  CHECK(desk.callback(agreed).state == CallbackState::open);
  desk.host.pass(72h);
  CHECK(desk.callback(agreed).work);
}

TEST_CASE("[S1.22] who asks twice is promised one call, with the newest message") {
  Desk desk;
  desk.host.must(SetOtherCall{joao, true});
  for (const char* call : {"k1", "k2"}) {
    desk.host.call(call, ana);
    CallEvent keys = call_event(CallEventKind::digits, call);
    keys.digits = "3";
    desk.host.told(keys);
    CallEvent left = call_event(CallEventKind::recorded, call);
    left.media = Media{};
    left.media->ref = std::string("rec-") + call;
    desk.host.told(left);
    desk.host.hung_up(call);
    desk.carry();
    CHECK(desk.told("voicemail") == std::vector<std::string>{"joao"});
  }
  REQUIRE(desk.record().callbacks.size() == 1);
  const Callback callback = desk.callback(desk.record().callbacks.front());
  CHECK(callback.message->ref == "rec-k2");
  CHECK(desk.host.count(desk.conversation, EventKind::callback_created) == 2);
}

// --- what only the agent knows -------------------------------------------------------------------

TEST_CASE("[S1.24] somebody else picked up: the promise stands, and is tried again") {
  Desk desk;
  const CallbackId id = desk.promise();
  desk.host.accept("joao");
  desk.host.told(call_event(CallEventKind::answered, desk.call(id)));
  CHECK(desk.callback(id).state == CallbackState::served);
  desk.host.hung_up(desk.call(id));
  desk.host.must(RecordAttempt{id, AttemptResult::third_party}, "joao");
  CHECK(desk.callback(id).state == CallbackState::open);
  CHECK(desk.callback(id).not_before == desk.host.now() + 15min);
  CHECK(desk.record().callbacks == std::vector{id});

  desk.host.pass(15min);
  desk.host.accept("joao");
  desk.host.told(call_event(CallEventKind::answered, desk.call(id)));
  desk.host.hung_up(desk.call(id));
  desk.host.must(CloseConversation{desk.conversation, {}, {}, {}}, "joao");
  CHECK(desk.host.refusal(RecordAttempt{id, AttemptResult::wrong_number}, "joao").reason ==
        "closed");
  CHECK(desk.callback(id).attempts.back().result == AttemptResult::reached);
}

TEST_CASE("an agent who says that the contact is there is believed, whatever the network tells") {
  Desk desk;
  const CallbackId id = desk.promise();
  desk.host.accept("joao");
  desk.host.must(RecordAttempt{id, AttemptResult::reached}, "joao");
  CHECK(desk.callback(id).state == CallbackState::served);
  desk.host.pass(10min);
  CHECK(desk.works() == 1);
  desk.fails(id, 16);
  CHECK(desk.record().live.empty());

  const CallbackId other = desk.promise();
  desk.host.pass(1min);
  desk.host.accept("joao");
  desk.fails(other);
  desk.host.must(RecordAttempt{other, AttemptResult::reached}, "joao");
  CHECK(desk.callback(other).state == CallbackState::served);
  desk.host.pass(24h);
  CHECK(desk.callback(other).attempts.size() == 1);
}

TEST_CASE("whoever has called finishes up after it, and ends that by the call") {
  nlohmann::json json = configuration();
  json["queues"][0]["wrap_up"] = "10m";
  for (const bool reached : {false, true}) {
    CAPTURE(reached);
    Desk desk(json);
    const CallbackId id = desk.promise();
    desk.host.accept("joao");
    const InteractionId call = desk.callback(id).attempts.back().interaction;
    CHECK(desk.host.refusal(EndWrapUp{call}, "joao").reason == "no_wrap_up");
    if (reached) desk.host.told(call_event(CallEventKind::answered, desk.call(id)));
    desk.fails(id);
    REQUIRE(desk.works() == 1);
    const WorkId work = desk.host.query().works_of(joao)->front();
    CHECK(desk.host.query().work(work)->state == WorkState::wrap_up);
    CHECK(desk.host.refusal(EndWrapUp{call}, "nobody").reason == "unknown_agent");
    desk.host.must(EndWrapUp{call}, "joao");
    CHECK(desk.works() == 0);
    CHECK(desk.host.refusal(EndWrapUp{call}, "joao").reason == "no_wrap_up");
  }
}

// --- nobody keeps it -----------------------------------------------------------------------------

TEST_CASE("[S0.34] a promise that nobody keeps by its bound is told, and becomes anybody's") {
  Desk desk;
  desk.host.must(SetPresence{joao, Presence::offline, {}}, "joao");
  const CallbackId id = desk.promise();
  desk.host.pass(24h - 1s);
  CHECK(desk.host.count(desk.conversation, EventKind::callback_late) == 0);
  desk.host.wait(1s);
  REQUIRE(desk.host.engine().feed_time(desk.host.now()));
  desk.carry();
  CHECK(desk.told("callback_late") == std::vector<std::string>{"joao", "marta"});
  CHECK(desk.host.count(desk.conversation, EventKind::callback_late) == 1);
  desk.host.sign_in("marta");
  desk.host.accept("marta");
  CHECK(desk.callback(id).attempts.back().agent == AgentName("marta"));
  desk.fails(id);
  desk.host.pass(72h);
  CHECK(desk.host.count(desk.conversation, EventKind::callback_late) == 1);
}

TEST_CASE("nobody calls a contact who is on the line with us") {
  Desk desk;
  const CallbackId id = desk.promise(desk.host.now() + 10min);
  desk.host.must(SetPresence{joao, Presence::paused, {}}, "joao");
  desk.host.call("k1", ana);
  desk.host.settle_all();
  desk.host.pass(11min);
  CHECK(desk.host.refusal(PlaceCallback{id}, "joao").reason == "on_the_line");
  desk.host.sign_in("joao");
  desk.host.settle_all();
  const auto offered = [&] {
    const std::vector<Entry> entries = desk.host.timeline(desk.conversation);
    return std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
      return entry.event == EventKind::offered && entry.details.at("work") == Value("callback");
    });
  };
  CHECK_FALSE(offered());
  desk.host.hung_up("k1");
  for (int seconds = 0; seconds < 60 && !offered(); ++seconds) desk.host.pass(1s);
  desk.host.accept("joao");
  CHECK(desk.callback(id).attempts.size() == 1);
}

TEST_CASE("one conversation has a bounded number of promises to call") {
  MemoryStore store;
  EngineOptions how = options();
  how.limits.callbacks_per_conversation = 2;
  Host host(store, how);
  host.configure();
  const ConversationId conversation = host.whatsapp(ana, "oi").conversation;
  CreateCallback create;
  create.conversation = conversation;
  host.must(create);
  const CallbackId second = host.must(create).callback;
  const Error third = host.refusal(create);
  CHECK(third.code == ErrorCode::limit);
  CHECK(third.reason == "too_many_callbacks");
  host.must(CancelCallback{second});
  host.must(create);
}

TEST_CASE("a callback that is cancelled while it is dialled has ended on the timeline too") {
  Desk desk;
  const CallbackId id = desk.promise();
  desk.host.accept("joao");
  const Interaction call =
      desk.host.query().interaction(desk.callback(id).attempts.back().interaction).value();
  REQUIRE(call.state == InteractionState::dialling);
  desk.host.must(CancelCallback{id});
  const Entry shown = desk.host.timeline(desk.conversation).at(call.entry - 1);
  CHECK(shown.details.at("state") == Value("ended"));
}

TEST_CASE("[S0.15] a contact who calls while their callback is on offer is who is offered") {
  Desk desk;
  const CallbackId id = desk.promise();
  desk.host.settle_all();
  REQUIRE(desk.host.offer_to("joao"));
  const OfferId stale = desk.host.offer_to("joao");
  const Outcome call = desk.host.call("k1", ana);
  CHECK(desk.host.refusal(AcceptOffer{stale}, "joao").reason == "offer_over");
  desk.host.accept("joao");
  CHECK(desk.host.query().interaction(call.interaction)->agent == joao);
  CHECK(desk.callback(id).attempts.empty());
}
