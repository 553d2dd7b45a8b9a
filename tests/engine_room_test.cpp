// The ceilings of work: who arrives when there is no room is refused whole and comes again; who is
// in has a place for everything that may follow.
#include <doctest/doctest.h>

#include <string>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

constexpr const char* bruno = "5541977776666";
constexpr const char* carla = "5541966665555";

// A clinic with little room. On SMS a question comes before the queue.
struct Desk {
  MemoryStore store;
  Host host;

  explicit Desk(Limits limits, const nlohmann::json& hand_over = {{"kind", "hand_over"}})
      : host(store, with(limits)) {
    nlohmann::json json = configuration();
    json["agents"][0]["skills"] = {{"exams", 5}};
    json["flows"].push_back({{"flow", "welcome"},
                             {"version", 1},
                             {"locales", {"pt-BR"}},
                             {"start", "name"},
                             {"steps",
                              {{"name",
                                {{"kind", "ask"},
                                 {"expects", "text"},
                                 {"save_as", "name"},
                                 {"text", "Qual é o seu nome?"},
                                 {"next", "desk"}}},
                               {"desk", hand_over}}}});
    json["entry_points"][1]["flow"] = "welcome";
    host.must(LoadConfiguration{json.dump()});
  }

  static EngineOptions with(const Limits& limits) {
    EngineOptions how = options();
    how.limits = limits;
    return how;
  }

  Result<Outcome> writes(const std::string& id, const std::string& from) {
    return host.event("meta", message(id, whatsapp_number, from, "oi"));
  }
  ConversationRecord conversation(const Outcome& outcome) {
    return host.query().conversation(outcome.conversation).value();
  }
  WorkRecord work(const Outcome& outcome) {
    return host.query().work(host.query().interaction(outcome.interaction)->work).value();
  }
};

Limits room_for(std::size_t works) {
  Limits limits;
  limits.live_works = works;
  return limits;
}

std::string incoming(const std::string& event, const std::string& call, const std::string& from) {
  return nlohmann::json{{"event_id", event},
                        {"event", "incoming"},
                        {"call", call},
                        {"from", from},
                        {"to", line_number}}
      .dump();
}

CreateCallback promise(ConversationId conversation) {
  CreateCallback create;
  create.conversation = conversation;
  create.number = {AddressKind::phone, ana};
  return create;
}

}  // namespace

TEST_CASE("who arrives when there is no room is refused whole, and is taken when it comes again") {
  Desk desk(room_for(1));
  const Outcome first = desk.host.whatsapp(ana, "oi");
  const StoreRows before = content_of(desk.store);

  const auto refused = desk.writes("m2", bruno);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::busy);
  CHECK(refused.error().reason == "no_room");
  CHECK(difference(before, content_of(desk.store)).empty());

  CHECK(desk.host.whatsapp(ana, "ainda aqui").interaction ==
        first.interaction);  // who is in, is in
  desk.host.must(FinishInteraction{first.interaction});
  const auto again = desk.writes("m2", bruno);
  REQUIRE(again);
  CHECK_FALSE(again->repeated);
  CHECK(desk.work(*again).state == WorkState::queued);
}

TEST_CASE("a provider whose events found no room gets no answer, and nothing twice") {
  Desk desk(room_for(1));
  const std::string two = "[" + incoming("e1", "k1", ana) + "," + incoming("e2", "k2", bruno) + "]";
  const Request request = desk.host.webhook("pbx", two);
  const auto receive = [&] { return desk.host.engine().receive(request, desk.host.now()); };

  for (int time = 0; time < 2; ++time) {
    const auto answer = receive();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::busy);
  }
  CHECK(desk.host.query().quarantine({}, 10)->empty());
  CHECK(desk.host.query().conversations({}, 10)->size() == 1);

  desk.host.hung_up("k1");
  CHECK(receive()->status == 200);
  CHECK(desk.host.query().conversations({}, 10)->size() == 2);
}

TEST_CASE("a contact in a flow has the place that the hand-over needs") {
  Desk desk(room_for(1));
  const Outcome asked = desk.host.sms(ana, "oi");
  CHECK(desk.writes("m2", bruno).error().code == ErrorCode::busy);
  desk.host.reopen();
  CHECK(desk.writes("m2", bruno).error().code == ErrorCode::busy);

  const Outcome named = desk.host.sms(ana, "Ana");
  CHECK(desk.work(named).state == WorkState::queued);
  CHECK(desk.host.count(asked.conversation, EventKind::ceiling_reached) == 0);
  CHECK(desk.writes("m2", bruno).error().code == ErrorCode::busy);
}

TEST_CASE("commands are busy before arrivals are") {
  Desk desk(room_for(16));
  const Outcome first = desk.host.whatsapp(ana, "oi");
  for (int i = 1; i < 14; ++i) desk.writes("m" + std::to_string(i), std::to_string(55419000 + i));
  desk.host.must(promise(first.conversation));
  CHECK(desk.host.refusal(promise(first.conversation)).code == ErrorCode::busy);
  CHECK(desk.writes("last", bruno));
  CHECK(desk.writes("too many", carla).error().code == ErrorCode::busy);
}

TEST_CASE("a promise that waits for its time has the place that it will need") {
  Desk desk(room_for(2));
  const Outcome first = desk.host.whatsapp(ana, "oi");
  CreateCallback later = promise(first.conversation);
  later.not_before = desk.host.now() + 10min;
  const CallbackId callback = desk.host.must(later).callback;
  CHECK(desk.writes("m2", bruno).error().code == ErrorCode::busy);
  desk.host.pass(10min);
  CHECK(desk.host.query().work(desk.host.query().callback(callback)->work)->kind ==
        WorkKind::callback);
  desk.host.must(CancelCallback{callback});
  CHECK(desk.writes("m2", bruno));
}

TEST_CASE("at the ceiling of requirements a contact waits without skills rather than nowhere") {
  Limits limits;
  limits.requirement_classes = 1;
  Desk desk(limits, {{"kind", "hand_over"}, {"skills", {"exams"}}, {"priority", 3}});
  const Outcome other = desk.host.whatsapp(bruno, "oi");  // the queue's own requirements
  desk.host.sms(ana, "oi");
  const Outcome named = desk.host.sms(ana, "Ana");
  CHECK(desk.work(named).skills.empty());
  CHECK(desk.work(named).priority == 3);
  CHECK(desk.host.count(named.conversation, EventKind::ceiling_reached) == 1);
  CHECK(desk.host.count(other.conversation, EventKind::ceiling_reached) == 0);

  desk.host.must(FinishInteraction{other.interaction});
  desk.host.must(FinishInteraction{named.interaction});
  desk.host.sms(carla, "oi");
  const Outcome skilled = desk.host.sms(carla, "Carla");
  CHECK(desk.work(skilled).skills == std::vector{SkillName("exams")});
  // What a queue asks of all its work has room all the same.
  CHECK(desk.work(desk.host.whatsapp(bruno, "de novo")).skills.empty());
}

TEST_CASE("a mail that asks for a verification when there is no room comes again") {
  MemoryStore store;
  Limits limits = room_for(1);
  Host host(store, Desk::with(limits));
  host.must(LoadConfiguration{configuration_with_mail().dump()});
  host.must(UpsertContact{
      "Ana", {}, {{AddressKind::phone, ana}, {AddressKind::email, "ana@mail.example"}}, {}});
  const Outcome written = host.whatsapp(ana, "oi");
  const CaseId matter = host.must(OpenCase{written.conversation,
                                           CaseTypeName("appointment"),
                                           {},
                                           {{"new_date", Value("2026-03-12T10:30:00-03:00")}}})
                            .case_id;
  const Outcome pending = host.must(SetCaseStatus{matter, CaseStatusName("confirming"), false});

  InboundMessage reply = letter("r1", "ana@mail.example", "Re: Confirme");
  reply.content.mail->in_reply_to = {
      host.timeline(written.conversation)[pending.entry - 1].provider_id};
  CHECK(host.event("mail", reply).error().code == ErrorCode::busy);
  CHECK(host.query().case_of(matter)->replies.empty());

  host.must(FinishInteraction{written.interaction});
  CHECK(host.event("mail", reply));
  CHECK(host.query().work(host.query().case_of(matter)->verification)->kind ==
        WorkKind::verification);
}
