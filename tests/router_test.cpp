#include "novelo/router.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "router/ordered_keys.hpp"
#include "support/router_world.hpp"

namespace novelo::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Events = std::vector<std::string>;

const Timestamp nine = *parse_timestamp("2026-03-02T09:00:00Z");

RouterAgent person(const char* name, std::vector<QueueName> queues,
                   std::map<SkillName, int> skills = {}) {
  RouterAgent agent;
  agent.name = AgentName(name);
  agent.queues = std::move(queues);
  agent.skills = std::move(skills);
  agent.capacity = {{WorkClass::voice, 1}, {WorkClass::chat, 2}, {WorkClass::item, 1}};
  return agent;
}

RouterConfig desk() {
  const QueueName reception("reception");
  const QueueName exams("exams");
  RouterConfig config;
  config.queues.push_back({reception, {}, seconds(60), seconds(20), {}});
  config.queues.push_back({exams, {SkillName("exams")}, seconds(60), seconds(20), seconds(30)});
  config.agents.push_back(person("joao", {reception, exams}, {{SkillName("exams"), 5}}));
  config.agents.push_back(person("maria", {reception, exams}, {{SkillName("exams"), 3}}));
  config.agents.push_back(person("pedro", {reception}));
  return config;
}

// A router of the desk at nine o'clock.
class Desk {
 public:
  explicit Desk(RouterConfig config = desk(), Limits limits = {})
      : router(*Router::create(std::move(config), limits)) {}

  // The events of an input that must succeed.
  Events take(const RouterInput& input) {
    const auto decision = router.apply(input, ids, now);
    REQUIRE_MESSAGE(decision, (decision ? std::string() : to_string(decision.error())));
    records.put(*decision);
    return texts_of(*decision);
  }

  // The error of an input that must fail and change nothing.
  Error refuse(const RouterInput& input) {
    const std::uint64_t last = ids.last();
    const auto decision = router.apply(input, ids, now);
    REQUIRE(!decision);
    CHECK(ids.last() == last);
    for (const auto& [id, work] : records.works) CHECK(*router.work(id) == work);
    for (const auto& [name, agent] : records.agents) CHECK(*router.agent(name) == agent);
    return decision.error();
  }

  void sign_in(std::initializer_list<const char*> names) {
    for (const char* name : names) {
      take(PresenceSet{AgentName(name), Presence::available, {}});
    }
  }

  Events add(std::uint64_t id, const char* queue = "reception",
             WorkClass work_class = WorkClass::voice) {
    return take(WorkAdded{make(id, queue, work_class)});
  }

  WorkRecord make(std::uint64_t id, const char* queue = "reception",
                  WorkClass work_class = WorkClass::voice) const {
    WorkRecord work;
    work.id = WorkId(id);
    work.queue = QueueName(queue);
    work.work_class = work_class;
    work.requested_at = now;
    return work;
  }

  WorkRecord asking(std::uint64_t id, const char* agent, Preference preference,
                    std::optional<Duration> bound) const {
    WorkRecord work = make(id);
    work.preferred = AgentName(agent);
    work.preference = preference;
    if (bound) work.preference_until = now + *bound;
    return work;
  }

  Router router;
  RouterRecords records;
  IdCounter ids{100};
  Timestamp now = nine;
};

const AgentName joao("joao");
const AgentName maria("maria");
const AgentName pedro("pedro");

TEST_CASE("[S0.4] work for a requested agent is offered to that agent, who accepts it once") {
  Desk d;
  d.sign_in({"maria", "joao", "pedro"});
  CHECK(d.take(WorkAdded{d.asking(1, "joao", Preference::first, minutes(2))}) ==
        Events{"offer 101: work 1 to joao until 2026-03-02T09:00:20Z"});
  CHECK(d.refuse(OfferAccepted{OfferId(101), maria}).reason == "not_yours");
  d.now += seconds(5);
  CHECK(d.take(OfferAccepted{OfferId(101), joao}) ==
        Events{"offer 101: work 1 to joao accepted", "work 1 assigned to joao"});
  CHECK(d.refuse(OfferAccepted{OfferId(101), joao}).reason == "offer_over");
  CHECK(d.refuse(OfferAccepted{OfferId(777), joao}).code == ErrorCode::not_found);
  CHECK(d.take(WorkFinished{WorkId(1)}) == Events{"work 1 left"});
  CHECK(d.records.works.empty());
  CHECK(d.router.agent(joao)->idle_since == d.now);
}

TEST_CASE(
    "[S0.5] a requested agent who is busy: the reason is said at once, waiting stays possible") {
  Desk d;
  d.sign_in({"joao", "maria"});
  d.take(OtherCall{joao, true});
  CHECK(d.take(WorkAdded{d.asking(1, "joao", Preference::first, minutes(15))}) ==
        Events{"work 1 waits: preferred_busy"});
  CHECK(d.router.next_deadline() == d.now + minutes(15));

  SUBCASE("he becomes free in time") {
    d.now += minutes(14);
    CHECK(d.take(OtherCall{joao, false}) ==
          Events{"offer 101: work 1 to joao until 2026-03-02T09:14:20Z"});
  }
  SUBCASE("the bound is exact") {
    d.now += minutes(15) - std::chrono::microseconds(1);
    CHECK(d.take(TimePassed{}).empty());
    d.now += std::chrono::microseconds(1);
    CHECK(d.take(TimePassed{}) == Events{"work 1 released by joao",
                                         "offer 101: work 1 to maria until 2026-03-02T09:15:20Z"});
    CHECK(d.router.work(WorkId(1))->preference == Preference::none);
  }
  SUBCASE("[S0.6] the customer asks for another adviser instead") {
    CHECK(d.take(WorkChanged{WorkId(1), {}, {}, {}, WorkChanged::Preferred{}}) ==
          Events{"offer 101: work 1 to maria until 2026-03-02T09:00:20Z"});
  }
  SUBCASE("a pause and a wrap-up are busy too, signing out is not") {
    d.take(PresenceSet{joao, Presence::paused, "lunch"});
    CHECK(d.take(OtherCall{joao, false}).empty());
    CHECK(d.take(PresenceSet{joao, Presence::offline, {}}) ==
          Events{"work 1 waits: preferred_offline"});
  }
}

TEST_CASE("[S0.34] work for an adviser who is off shift waits for the return or goes to cover") {
  Desk d;
  d.sign_in({"maria"});
  WorkRecord item = d.asking(1, "joao", Preference::only, minutes(60));
  item.work_class = WorkClass::item;
  CHECK(d.take(WorkAdded{item}) == Events{"work 1 waits: preferred_offline"});
  SUBCASE("the return") {
    CHECK(d.take(PresenceSet{joao, Presence::available, {}}) ==
          Events{"offer 101: work 1 to joao until 2026-03-02T09:00:20Z"});
  }
  SUBCASE("the deadline") {
    d.now += minutes(60);
    CHECK(d.take(TimePassed{}) == Events{"work 1 released by joao",
                                         "offer 101: work 1 to maria until 2026-03-02T10:00:20Z"});
  }
}

TEST_CASE("a milder preference ends when it makes no sense") {
  Desk d;
  d.sign_in({"maria", "joao", "pedro"});
  SUBCASE("refused: somebody else at once") {
    d.take(WorkAdded{d.asking(1, "joao", Preference::first, minutes(9))});
    CHECK(d.take(OfferRefused{OfferId(101), joao}) ==
          Events{"offer 101: work 1 to joao refused", "work 1 released by joao",
                 "offer 102: work 1 to maria until 2026-03-02T09:00:20Z"});
  }
  SUBCASE("could never take it") {
    WorkRecord work = d.asking(1, "pedro", Preference::first, minutes(9));
    work.queue = QueueName("exams");
    CHECK(
        d.take(WorkAdded{work}) ==
        Events{"work 1 released by pedro", "offer 101: work 1 to joao until 2026-03-02T09:00:20Z"});
  }
  SUBCASE("without a time: only if free at this moment") {
    d.take(OtherCall{joao, true});
    CHECK(
        d.take(WorkAdded{d.asking(1, "joao", Preference::first, {})}) ==
        Events{"work 1 released by joao", "offer 101: work 1 to maria until 2026-03-02T09:00:20Z"});
    CHECK(d.take(WorkAdded{d.asking(2, "pedro", Preference::first, {})}) ==
          Events{"offer 102: work 2 to pedro until 2026-03-02T09:00:20Z"});
  }
  SUBCASE("its time is over already") {
    d.take(PresenceSet{joao, Presence::offline, {}});
    CHECK(
        d.take(WorkAdded{d.asking(1, "joao", Preference::only, seconds(0))}) ==
        Events{"work 1 released by joao", "offer 101: work 1 to maria until 2026-03-02T09:00:20Z"});
  }
  SUBCASE("nobody else: `only` is kept, and offered again after a pause") {
    d.take(WorkAdded{d.asking(1, "joao", Preference::only, {})});
    CHECK(d.take(OfferRefused{OfferId(101), joao}) ==
          Events{"offer 101: work 1 to joao refused", "work 1 waits: preferred_busy"});
    d.now += seconds(20);
    CHECK(d.take(TimePassed{}) == Events{"offer 102: work 1 to joao until 2026-03-02T09:00:40Z"});
  }
}

TEST_CASE("a refused work is not offered to the same agent while there is anybody else") {
  Desk d;
  d.sign_in({"pedro", "maria"});
  d.add(1);
  CHECK(d.take(OfferRefused{OfferId(101), maria}) ==
        Events{"offer 101: work 1 to maria refused",
               "offer 102: work 1 to pedro until 2026-03-02T09:00:20Z"});
  d.now += seconds(20);
  CHECK(d.take(TimePassed{}) ==
        Events{"offer 102: work 1 to pedro expired", "work 1 waits: agents_busy"});
  CHECK(d.router.work(WorkId(1))->refused_by == std::vector{maria, pedro});

  SUBCASE("another agent comes: at once") {
    d.now += seconds(1);
    CHECK(d.take(PresenceSet{joao, Presence::available, {}}) ==
          Events{"offer 103: work 1 to joao until 2026-03-02T09:00:41Z"});
  }
  SUBCASE("nobody comes: a new round after the pause, not before") {
    CHECK(d.take(PresenceSet{maria, Presence::paused, {}}).empty());
    CHECK(d.take(PresenceSet{maria, Presence::available, {}}).empty());
    CHECK(d.router.next_deadline() == d.now + seconds(20));
    d.now += seconds(20);
    CHECK(d.take(TimePassed{}) == Events{"offer 103: work 1 to maria until 2026-03-02T09:01:00Z"});
  }
  SUBCASE("the refusers still get other work") {
    CHECK(d.add(2) == Events{"offer 103: work 2 to maria until 2026-03-02T09:00:40Z"});
  }
}

TEST_CASE("one agent who never answers: neither stuck nor spinning") {
  RouterConfig config = desk();
  config.queues[0].missed_offers = 0;
  Desk d(config);
  d.sign_in({"pedro"});
  d.add(1);
  int offers = 1;
  while (d.now < nine + minutes(10)) {
    d.now = *d.router.next_deadline();
    for (const std::string& text : d.take(TimePassed{})) {
      if (text.find("until") != std::string::npos) ++offers;
    }
  }
  CHECK(offers == 16);  // every 40 s
  d.now += std::chrono::hours(24 * 365);
  CHECK(d.take(TimePassed{}).size() <= 2U);  // a late call makes up for nothing
}

TEST_CASE("an agent who does not respond is taken out, and work waits for somebody who does") {
  Desk d;
  d.sign_in({"pedro"});
  d.add(1);
  // One time-out, and another one: the desk of one is not silenced by them.
  for (std::uint32_t missed = 1; missed <= 2; ++missed) {
    d.now = *d.router.next_deadline();
    CHECK(d.take(TimePassed{}).back() == "work 1 waits: agents_busy");
    CHECK(d.router.agent(pedro)->missed_offers == missed);
    CHECK(d.router.agent(pedro)->presence == Presence::available);
    d.now = *d.router.next_deadline();
    CHECK(d.take(TimePassed{}).size() == 1U);
  }
  CHECK(d.router.work(WorkId(1))->offer == OfferId(103));

  SUBCASE("the third in a row is one too many") {
    d.now = *d.router.next_deadline();
    CHECK(d.take(TimePassed{}) == Events{"offer 103: work 1 to pedro expired",
                                         "pedro does not respond: missed 3",
                                         "work 1 waits: nobody_available"});
    const AgentRecord agent = d.records.agents.at(pedro);
    CHECK(agent.presence == Presence::paused);
    CHECK(agent.reason == not_responding);
    CHECK(agent.since == d.now);
    CHECK(agent.missed_offers == 0U);
    CHECK(d.router.explain(WorkId(1))->excluded ==
          std::map<std::string, std::size_t>{{"paused", 1}, {"offline", 2}});
    CHECK(d.add(2) == Events{"work 2 waits: nobody_available"});
    // The round ends; then nothing is left to happen by itself.
    d.now += std::chrono::hours(1);
    CHECK(d.take(TimePassed{}).empty());
    CHECK(!d.router.next_deadline());
    CHECK(d.take(PresenceSet{pedro, Presence::available, {}}) ==
          Events{"offer 104: work 1 to pedro until 2026-03-02T10:02:00Z",
                 "work 2 waits: agents_busy"});
  }
  SUBCASE("any answer begins the count anew") {
    SUBCASE("a refusal") {
      d.take(OfferRefused{OfferId(103), pedro});
    }
    SUBCASE("an acceptance") {
      d.take(OfferAccepted{OfferId(103), pedro});
    }
    SUBCASE("taking the offered work") {
      d.take(WorkClaimed{WorkId(1), pedro});
    }
    SUBCASE("a pause and back") {
      d.take(PresenceSet{pedro, Presence::paused, "lunch"});
      d.take(PresenceSet{pedro, Presence::available, {}});
    }
    CHECK(d.router.agent(pedro)->missed_offers == 0U);
    CHECK(d.records.agents.at(pedro).missed_offers == 0U);
  }
  SUBCASE("what is no answer does not") {
    d.take(PresenceSet{pedro, Presence::available, {}});
    d.take(OtherCall{pedro, true});
    d.take(OtherCall{pedro, false});
    CHECK(d.router.agent(pedro)->missed_offers == 2U);
  }
}

TEST_CASE("offers that are out at the same time are missed together: one absence is one miss") {
  Desk d;
  d.sign_in({"pedro"});
  d.add(1, "reception", WorkClass::item);
  d.now += seconds(10);
  d.add(2, "reception", WorkClass::chat);
  d.add(3, "reception", WorkClass::chat);
  CHECK(d.router.works_of(pedro).size() == 3U);
  d.now += seconds(10);
  d.take(TimePassed{});
  CHECK(d.router.agent(pedro)->missed_offers == 1U);
  d.now += seconds(10);
  d.take(TimePassed{});
  CHECK(d.router.works_of(pedro).empty());
  CHECK(d.router.agent(pedro)->missed_offers == 1U);

  // Whatever is offered from now on counts again, once.
  d.now += seconds(10);
  CHECK(d.take(TimePassed{}) == Events{"offer 104: work 1 to pedro until 2026-03-02T09:01:00Z"});
  d.now += seconds(20);
  d.take(TimePassed{});
  CHECK(d.router.agent(pedro)->missed_offers == 2U);
}

TEST_CASE("the other offers of an agent who is taken out are withdrawn, and go elsewhere") {
  RouterConfig config = desk();
  config.queues[0].missed_offers = 1;
  config.queues[1].missed_offers = 0;
  Desk d(config);
  d.sign_in({"joao"});
  d.add(1, "reception", WorkClass::item);
  d.now += seconds(5);
  d.add(2, "reception", WorkClass::chat);
  d.take(PresenceSet{maria, Presence::available, {}});
  d.now += seconds(15);
  // Whether or not somebody has passed the time.
  CHECK(d.refuse(OfferAccepted{OfferId(102), joao}).reason == "offer_over");
  CHECK(d.take(TimePassed{}) == Events{"offer 101: work 1 to joao expired",
                                       "joao does not respond: missed 1",
                                       "offer 102: work 2 to joao withdrawn",
                                       "offer 103: work 1 to maria until 2026-03-02T09:00:40Z",
                                       "offer 104: work 2 to maria until 2026-03-02T09:00:40Z"});
  CHECK(d.router.work(WorkId(2))->refused_by.empty());

  SUBCASE("a queue that never takes anybody out does not count either") {
    d.take(OfferAccepted{OfferId(103), maria});
    d.take(WorkRemoved{WorkId(1)});
    d.take(WorkRemoved{WorkId(2)});
    d.add(5, "exams");
    d.now += seconds(20);
    CHECK(d.take(TimePassed{}) ==
          Events{"offer 105: work 5 to maria expired", "work 5 waits: agents_busy"});
    CHECK(d.router.agent(maria)->missed_offers == 0U);
  }
}

TEST_CASE("[S0.34] what is held for an agent who does not respond keeps its own bounds") {
  RouterConfig config = desk();
  config.queues[0].missed_offers = 1;
  Desk d(config);
  d.sign_in({"maria", "joao"});
  SUBCASE("first: released by the time-out itself") {
    d.take(WorkAdded{d.asking(1, "joao", Preference::first, minutes(3))});
    d.now += seconds(20);
    CHECK(d.take(TimePassed{}) == Events{"offer 101: work 1 to joao expired",
                                         "work 1 released by joao",
                                         "joao does not respond: missed 1",
                                         "offer 102: work 1 to maria until 2026-03-02T09:00:40Z"});
    CHECK(d.take(WorkAdded{d.asking(2, "joao", Preference::first, minutes(3))}) ==
          Events{"work 2 waits: preferred_busy"});
    d.take(OfferAccepted{OfferId(102), maria});
    d.take(WorkFinished{WorkId(1)});
    d.now += minutes(3);
    CHECK(d.take(TimePassed{}) == Events{"work 2 released by joao",
                                         "offer 103: work 2 to maria until 2026-03-02T09:03:40Z"});
  }
  SUBCASE("only: until its time, then anybody") {
    d.take(WorkAdded{d.asking(1, "joao", Preference::only, minutes(60))});
    d.now += seconds(20);
    CHECK(d.take(TimePassed{}) == Events{"offer 101: work 1 to joao expired",
                                         "joao does not respond: missed 1",
                                         "work 1 waits: preferred_busy"});
    CHECK(d.router.explain(WorkId(1))->sentence ==
          "Held for joao, who does not respond, until 10:00:00Z; one other could take it.");
    d.now = nine + minutes(60) - seconds(1);
    CHECK(d.take(TimePassed{}).empty());
    d.now += seconds(1);
    CHECK(d.take(TimePassed{}) == Events{"work 1 released by joao",
                                         "offer 102: work 1 to maria until 2026-03-02T10:00:20Z"});
  }
}

TEST_CASE("[S0.33] work keeps its request time, and priority is worth waiting time") {
  Desk d;
  d.add(1);
  d.now += seconds(90);
  WorkRecord link = d.make(2, "reception", WorkClass::chat);
  link.requested_at = nine - seconds(10);
  d.take(WorkAdded{link});
  WorkRecord urgent = d.make(3);
  urgent.priority = 2;
  d.take(WorkAdded{urgent});
  CHECK(d.router.place(WorkId(3))->ahead == 0U);
  CHECK(d.router.place(WorkId(2))->ahead == 1U);
  CHECK(d.router.place(WorkId(1))->ahead == 2U);
  CHECK(d.router.place(WorkId(1))->waiting == 3U);
  d.take(WorkChanged{WorkId(1), {}, {}, 100, {}});
  CHECK(d.router.place(WorkId(1))->ahead == 0U);
  CHECK(d.take(PresenceSet{pedro, Presence::available, {}}) ==
        Events{"offer 101: work 1 to pedro until 2026-03-02T09:01:50Z", "work 2 waits: agents_busy",
               "work 3 waits: agents_busy"});
  CHECK(d.router.place(WorkId(1)).error().reason == "not_waiting");
}

TEST_CASE("[B6] a callback in the queue is served exactly where the caller stood") {
  Desk d;
  d.add(1);
  d.now += seconds(10);
  d.add(2);
  d.now += seconds(10);
  d.add(3);
  d.take(WorkRemoved{WorkId(2)});
  WorkRecord callback = d.make(4);
  callback.kind = WorkKind::callback;
  callback.requested_at = nine + seconds(10);
  d.take(WorkAdded{callback});
  CHECK(d.router.place(WorkId(4))->ahead == 1U);
  CHECK(d.router.place(WorkId(3))->ahead == 2U);
}

TEST_CASE("work that goes on in another conversation keeps everything else") {
  Desk d;
  d.sign_in({"joao"});
  d.add(1);
  WorkRecord moved = *d.router.work(WorkId(1));
  moved.conversation = ConversationId(77);
  CHECK(d.take(WorkMoved{WorkId(1), ConversationId(77)}).empty());
  CHECK(*d.router.work(WorkId(1)) == moved);
  CHECK(d.records.works.at(WorkId(1)) == moved);
  CHECK(d.refuse(WorkMoved{WorkId(9), ConversationId(77)}).code == ErrorCode::not_found);
}

TEST_CASE("preferred work competes by its place with the queue's work") {
  Desk d;
  d.take(PresenceSet{joao, Presence::paused, {}});
  d.add(1);
  d.now += seconds(1);
  d.take(WorkAdded{d.asking(2, "joao", Preference::only, {})});
  CHECK(d.take(PresenceSet{joao, Presence::available, {}}) ==
        Events{"offer 101: work 1 to joao until 2026-03-02T09:00:21Z"});
  CHECK(d.take(WorkRemoved{WorkId(1)}) ==
        Events{"offer 101: work 1 to joao withdrawn", "work 1 left",
               "offer 102: work 2 to joao until 2026-03-02T09:00:21Z"});
}

TEST_CASE("the best skilled, then the longest idle, then the first by name") {
  Desk d;
  d.sign_in({"maria", "joao"});
  CHECK(d.add(1, "exams") == Events{"offer 101: work 1 to joao until 2026-03-02T09:00:20Z"});
  CHECK(d.add(2, "reception") == Events{"offer 102: work 2 to maria until 2026-03-02T09:00:20Z"});
  d.take(OfferAccepted{OfferId(101), joao});
  d.take(OfferAccepted{OfferId(102), maria});
  d.now += seconds(10);
  d.take(WorkFinished{WorkId(2)});
  d.now += seconds(10);
  CHECK(d.take(WorkFinished{WorkId(1)}) ==
        Events{"work 1 in wrap-up by joao until 2026-03-02T09:00:50Z"});
  d.take(WrapUpEnded{WorkId(1)});
  CHECK(d.add(3) == Events{"offer 103: work 3 to maria until 2026-03-02T09:00:40Z"});
}

TEST_CASE("chats are spread: the least loaded comes before the longest idle") {
  Desk d;
  d.sign_in({"maria", "joao", "pedro"});
  const auto whose = [&](std::uint64_t id) {
    d.add(id, "reception", WorkClass::chat);
    const WorkRecord& work = *d.router.work(WorkId(id));
    d.take(OfferAccepted{work.offer, work.agent});
    return work.agent;
  };
  // All have been idle for equally long: nothing of anybody's has ended.
  CHECK(whose(1) == joao);
  CHECK(whose(2) == maria);
  CHECK(whose(3) == pedro);
  CHECK(d.router.explain(WorkId(3))->sentence == "Assigned to pedro.");
  d.now += seconds(10);
  d.take(WorkFinished{WorkId(2)});
  CHECK(whose(4) == maria);  // the last to have ended one, and the only one without any
  CHECK(whose(5) == joao);
  CHECK(whose(6) == pedro);
  CHECK(whose(7) == maria);
}

TEST_CASE("loaded is a part of the capacity, of that class alone, and what is offered counts") {
  RouterConfig config = desk();
  for (RouterAgent& agent : config.agents) agent.voice_excludes_others = false;
  config.agents[0].capacity[WorkClass::chat] = 4;
  config.agents[2].capacity[WorkClass::chat] = 3;
  Desk d(config);  // joao has four, maria two, pedro three
  d.sign_in({"joao", "maria", "pedro"});
  const auto offered = [&](std::uint64_t id) {
    d.add(id, "reception", WorkClass::chat);
    return d.router.work(WorkId(id))->agent;
  };
  std::vector<AgentName> agents;
  for (std::uint64_t id = 1; id <= 9; ++id) agents.push_back(offered(id));
  CHECK(agents == std::vector{joao, maria, pedro,  // of nothing
                              joao, pedro,         // one of four, then one of three
                              joao, maria,         // two of four and one of two, by name
                              pedro, joao});       // two of three, then three of four
  CHECK(d.add(10, "reception", WorkClass::chat) == Events{"work 10 waits: agents_busy"});
  // Chats do not weigh on items: all are free of these.
  d.add(11, "reception", WorkClass::item);
  CHECK(d.router.work(WorkId(11))->agent == joao);
}

TEST_CASE("the skill comes before the load, and a restored router spreads as the live one does") {
  Desk d;
  d.sign_in({"maria", "joao"});
  d.add(1, "exams", WorkClass::chat);
  CHECK(d.router.work(WorkId(1))->agent == joao);
  d.take(OfferAccepted{d.router.work(WorkId(1))->offer, joao});
  d.add(2, "exams", WorkClass::chat);
  CHECK(d.router.work(WorkId(2))->agent == joao);
  d.take(WorkRemoved{WorkId(2)});

  Router twin = restored(desk(), d.records);
  const auto decision =
      twin.apply(WorkAdded{d.make(3, "reception", WorkClass::chat)}, d.ids, d.now);
  REQUIRE(decision);
  CHECK(twin.work(WorkId(3))->agent == maria);
}

TEST_CASE("what another system has put through is whose it is, whatever speaks against it") {
  Desk d;
  d.sign_in({"joao"});
  d.add(1, "exams");
  d.take(OfferAccepted{OfferId(101), joao});
  d.add(2, "exams");
  const auto refusal = [&] { return d.refuse(WorkClaimed{WorkId(2), joao}).reason; };
  const auto put_through = [&] { d.take(WorkClaimed{WorkId(2), joao, true}); };
  SUBCASE("a call of the router's") {
    CHECK(refusal() == "no_capacity");
    put_through();
    d.take(WorkRemoved{WorkId(1)});
  }
  SUBCASE("wrap-up") {
    d.take(WorkFinished{WorkId(1)});
    CHECK(refusal() == "no_capacity");
    put_through();
    d.take(WrapUpEnded{WorkId(1)});
  }
  SUBCASE("another call") {
    d.take(WorkRemoved{WorkId(1)});
    d.take(OtherCall{joao, true});
    CHECK(refusal() == "no_capacity");
    put_through();
    d.take(OtherCall{joao, false});
  }
  SUBCASE("a telephone that cannot be rung") {
    d.take(WorkRemoved{WorkId(1)});
    d.take(TelephoneReachable{joao, false});
    CHECK(refusal() == "unreachable");
    put_through();
    d.take(TelephoneReachable{joao, true});
  }
  SUBCASE("nobody is signed in") {
    d.take(WorkRemoved{WorkId(1)});
    d.take(PresenceSet{joao, Presence::offline, {}});
    CHECK(refusal() == "offline");
    put_through();
    d.take(PresenceSet{joao, Presence::available, {}});
  }
  CHECK(d.router.work(WorkId(2))->agent == joao);
  CHECK(d.router.work(WorkId(2))->state == WorkState::assigned);
  CHECK(d.add(3, "exams") == Events{"work 3 waits: agents_busy"});
  CHECK_FALSE(d.router.can_take(joao, WorkClass::chat));
  CHECK(d.refuse(WorkClaimed{WorkId(77), joao, true}).code == ErrorCode::not_found);
  CHECK(d.refuse(WorkClaimed{WorkId(2), AgentName("nobody"), true}).code == ErrorCode::not_found);
}

TEST_CASE("calls, wrap-up and other calls leave no room; other work never keeps a call away") {
  Desk d;
  d.sign_in({"joao"});
  d.add(1, "reception", WorkClass::chat);
  d.take(OfferAccepted{OfferId(101), joao});
  CHECK(d.router.can_take(joao, WorkClass::chat));
  CHECK(d.add(2, "exams") == Events{"offer 102: work 2 to joao until 2026-03-02T09:00:20Z"});
  CHECK(!d.router.can_take(joao, WorkClass::chat));
  CHECK(d.add(3, "reception", WorkClass::chat) == Events{"work 3 waits: agents_busy"});
  d.take(OfferAccepted{OfferId(102), joao});
  d.take(WorkFinished{WorkId(2)});
  CHECK(!d.router.can_take(joao, WorkClass::voice));
  CHECK(!d.router.can_take(joao, WorkClass::chat));
  d.now += seconds(30);
  CHECK(d.take(TimePassed{}) ==
        Events{"work 2 left", "offer 103: work 3 to joao until 2026-03-02T09:00:50Z"});
  // A call that the router did not give takes the pending offer away.
  CHECK(d.take(OtherCall{joao, true}) ==
        Events{"offer 103: work 3 to joao withdrawn", "work 3 waits: agents_busy"});
  CHECK(d.router.works_of(joao) == std::vector{WorkId(1)});
}

TEST_CASE("leaving loses offers at once; assigned work stays") {
  Desk d;
  d.sign_in({"joao", "maria"});
  d.add(1);
  d.add(2, "reception", WorkClass::chat);
  d.take(OfferAccepted{OfferId(102), maria});
  CHECK(d.take(PresenceSet{joao, Presence::offline, {}}) ==
        Events{"offer 101: work 1 to joao withdrawn",
               "offer 103: work 1 to maria until 2026-03-02T09:00:20Z"});
  CHECK(d.take(PresenceSet{maria, Presence::paused, "lunch"}) ==
        Events{"offer 103: work 1 to maria withdrawn", "work 1 waits: nobody_available"});
  CHECK(d.router.work(WorkId(2))->state == WorkState::assigned);
  CHECK(d.router.work(WorkId(1))->refused_by.empty());
  CHECK(d.take(PresenceSet{maria, Presence::paused, "lunch"}).empty());
}

TEST_CASE("the reason to wait is said when it changes, and not repeated") {
  Desk d;
  WorkRecord work = d.make(1);
  work.skills = {SkillName("french")};
  CHECK(d.take(WorkAdded{work}) == Events{"work 1 waits: nobody_eligible"});
  CHECK(d.add(2) == Events{"work 2 waits: nobody_available"});
  d.take(OtherCall{joao, true});
  CHECK(d.take(PresenceSet{joao, Presence::available, {}}) == Events{"work 2 waits: agents_busy"});
  d.take(OtherCall{maria, true});
  CHECK(d.take(PresenceSet{maria, Presence::available, {}}).empty());
  CHECK(d.take(PresenceSet{joao, Presence::offline, {}}).empty());
  CHECK(d.take(PresenceSet{maria, Presence::offline, {}}) ==
        Events{"work 2 waits: nobody_available"});
}

TEST_CASE("claims: without an offer, from another's offer, as a transfer; capacity counts") {
  Desk d;
  d.sign_in({"joao", "maria"});
  d.add(1);
  CHECK(d.take(WorkClaimed{WorkId(1), maria}) ==
        Events{"offer 101: work 1 to joao withdrawn", "work 1 assigned to maria"});
  d.add(2);
  CHECK(d.refuse(WorkClaimed{WorkId(2), maria}).reason == "no_capacity");
  CHECK(d.refuse(WorkClaimed{WorkId(2), pedro}).reason == "offline");
  CHECK(d.take(WorkClaimed{WorkId(1), joao}) ==
        Events{"work 1 assigned to joao", "offer 102: work 2 to joao withdrawn",
               "offer 103: work 2 to maria until 2026-03-02T09:00:20Z"});
  CHECK(d.take(WorkClaimed{WorkId(1), joao}).empty());
  CHECK(d.take(WorkClaimed{WorkId(2), maria}) ==
        Events{"offer 103: work 2 to maria accepted", "work 2 assigned to maria"});
}

TEST_CASE("what is over makes room, whether or not somebody has passed the time") {
  Desk d;
  d.sign_in({"joao"});
  d.add(1, "exams");
  d.take(OfferAccepted{OfferId(101), joao});
  d.take(WorkFinished{WorkId(1)});
  d.take(PresenceSet{joao, Presence::paused, {}});
  d.add(2);
  d.now += seconds(30) - std::chrono::microseconds(1);
  CHECK(d.refuse(WorkClaimed{WorkId(2), joao}).reason == "no_capacity");
  d.now += std::chrono::microseconds(1);
  CHECK(d.refuse(WrapUpEnded{WorkId(1)}).code == ErrorCode::not_found);
  CHECK(d.take(WorkClaimed{WorkId(2), joao}) == Events{"work 1 left", "work 2 assigned to joao"});
}

TEST_CASE("an offer that no longer fits its changed work is withdrawn") {
  Desk d;
  d.sign_in({"pedro"});
  d.add(1);
  CHECK(d.take(WorkChanged{WorkId(1), {}, {}, 5, {}}).empty());
  CHECK(d.take(WorkChanged{WorkId(1), QueueName("exams"), {}, {}, {}}) ==
        Events{"offer 101: work 1 to pedro withdrawn", "work 1 waits: nobody_available"});
}

TEST_CASE("bad inputs are refused with a reason and change nothing") {
  Desk d;
  d.sign_in({"joao"});
  d.add(1);
  CHECK(d.refuse(WorkAdded{d.make(1)}).code == ErrorCode::conflict);
  CHECK(d.refuse(WorkAdded{d.make(0)}).code == ErrorCode::invalid);
  CHECK(d.refuse(WorkAdded{d.make(2, "nowhere")}).reason == "unknown_queue");
  CHECK(d.refuse(WorkAdded{d.asking(2, "nobody", Preference::first, {})}).reason ==
        "unknown_agent");
  WorkRecord work = d.make(2);
  work.priority = 101;
  CHECK(d.refuse(WorkAdded{work}).reason == "out_of_range");
  work = d.make(2);
  work.work_class = static_cast<WorkClass>(9);
  CHECK(d.refuse(WorkAdded{work}).reason == "unknown_class");
  work = d.make(2);
  work.requested_at = Timestamp::max();
  CHECK(d.refuse(WorkAdded{work}).reason == "out_of_range");
  CHECK(d.refuse(WorkFinished{WorkId(1)}).reason == "wrong_state");
  CHECK(d.refuse(WrapUpEnded{WorkId(1)}).reason == "wrong_state");
  CHECK(d.refuse(WorkRemoved{WorkId(9)}).code == ErrorCode::not_found);
  CHECK(d.refuse(PresenceSet{AgentName("nobody"), Presence::available, {}}).code ==
        ErrorCode::not_found);
  CHECK(d.refuse(WorkChanged{WorkId(1), {}, {}, -101, {}}).reason == "out_of_range");
  CHECK(d.refuse(PresenceSet{joao, Presence::paused, std::string(257, 'x')}).code ==
        ErrorCode::limit);
  d.take(OfferAccepted{OfferId(101), joao});
  CHECK(d.refuse(WorkChanged{WorkId(1), {}, {}, 1, {}}).reason == "wrong_state");
  CHECK(d.router.explain(WorkId(9)).error().code == ErrorCode::not_found);
  // An expired offer is over even when nobody has passed the time.
  d.take(WorkFinished{WorkId(1)});
  d.add(3);
  d.now += seconds(20);
  CHECK(d.refuse(OfferAccepted{OfferId(102), joao}).reason == "offer_over");
  d.now = Timestamp::max();
  CHECK(d.refuse(TimePassed{}).reason == "out_of_range");
}

TEST_CASE("a hold that is over already is no hold, whoever has the offer") {
  Desk d;
  d.sign_in({"maria", "joao"});
  d.add(1);
  const auto held = [&](const AgentName& agent) {
    return WorkChanged{
        WorkId(1), {}, {}, {}, WorkChanged::Preferred{agent, Preference::only, d.now}};
  };
  CHECK(d.take(held(joao)) == Events{"work 1 released by joao"});
  CHECK(d.take(held(maria)) == Events{"work 1 released by maria"});
  CHECK(d.router.work(WorkId(1))->offer == OfferId(101));
  CHECK(d.router.next_deadline() == d.now + seconds(20));
}

TEST_CASE("the ceilings: live work and different requirements") {
  Limits limits;
  limits.live_works = 2;
  limits.requirement_classes = 1;
  Desk d(desk(), limits);
  d.add(1);
  WorkRecord asking = d.make(2);
  asking.skills = {SkillName("exams")};
  CHECK(d.refuse(WorkAdded{asking}).reason == "requirement_classes");
  d.add(2);
  CHECK(d.refuse(WorkAdded{d.make(3)}).reason == "live_works");
  d.take(WorkRemoved{WorkId(1)});
  d.add(3, "exams");  // what a queue asks of all its work always has room
  d.take(WorkRemoved{WorkId(2)});
  d.take(WorkRemoved{WorkId(3)});
  d.take(WorkAdded{asking});  // makes room for itself
  CHECK(d.take(PresenceSet{joao, Presence::available, {}}).size() == 1U);
}

TEST_CASE("[B5] why: in data and in one sentence") {
  Desk d;
  d.sign_in({"maria", "pedro"});
  d.take(OtherCall{joao, true});
  d.sign_in({"joao"});
  d.take(WorkAdded{d.asking(1, "joao", Preference::first, minutes(15))});
  auto why = *d.router.explain(WorkId(1));
  CHECK(why.sentence ==
        "Held for joao, who is on a call, until 09:15:00Z; two others could take it.");
  CHECK(why.waiting == WaitReason::preferred_busy);
  CHECK(why.best == std::vector{maria, pedro});
  CHECK(why.excluded == std::map<std::string, std::size_t>{{"busy", 1}});

  d.add(2, "exams");
  why = *d.router.explain(WorkId(2));
  CHECK(why.agent == maria);
  CHECK(
      why.sentence ==
      "Offered to maria until 09:00:20Z, the best skilled, then the least loaded, then the longest "
      "idle; nobody else could take it now.");
  d.add(3, "exams");
  why = *d.router.explain(WorkId(3));
  CHECK(why.sentence ==
        "Waiting in exams with nothing ahead: everybody who could take it is busy or has refused "
        "it (2 busy).");
  d.take(OfferAccepted{OfferId(101), maria});
  CHECK(d.router.explain(WorkId(2))->sentence == "Assigned to maria.");
  d.take(WorkFinished{WorkId(2)});
  CHECK(d.router.explain(WorkId(2))->sentence == "In wrap-up by maria until 09:00:30Z.");
}

TEST_CASE("configurations are checked whole") {
  const auto reason = [](auto spoil) {
    RouterConfig config = desk();
    spoil(config);
    const auto router = Router::create(config);
    return router ? std::string("none") : router.error().reason;
  };
  CHECK(reason([](RouterConfig&) {}) == "none");
  CHECK(reason([](RouterConfig& c) { c.agents[0].name = maria; }) == "repeated_name");
  CHECK(reason([](RouterConfig& c) { c.queues[0].name = QueueName("exams"); }) != "none");
  CHECK(reason([](RouterConfig& c) { c.queues[0].name = {}; }) == "empty_name");
  CHECK(reason([](RouterConfig& c) { c.queues[0].offer_timeout = {}; }) == "out_of_range");
  CHECK(reason([](RouterConfig& c) { c.queues[0].ageing = seconds(-1); }) == "out_of_range");
  CHECK(reason([](RouterConfig& c) { c.queues[0].missed_offers = -1; }) == "out_of_range");
  CHECK(reason([](RouterConfig& c) { c.queues[0].missed_offers = 101; }) == "out_of_range");
  CHECK(reason([](RouterConfig& c) { c.agents[0].queues.emplace_back("x"); }) == "unknown_queue");
  CHECK(reason([](RouterConfig& c) { c.agents[0].skills[SkillName("exams")] = 11; }) ==
        "out_of_range");
  CHECK(reason([](RouterConfig& c) { c.agents[0].capacity[WorkClass::chat] = -1; }) ==
        "out_of_range");
}

TEST_CASE("another configuration: live work goes on, or the change is refused") {
  Desk d;
  d.sign_in({"pedro", "joao"});
  d.add(1, "exams");
  d.add(2, "exams");
  RouterConfig config = desk();
  config.agents.pop_back();
  auto decision = d.router.configure(config, d.ids, d.now);
  REQUIRE(!decision);
  CHECK(decision.error().reason == "agent_in_use");
  CHECK(d.router.agent(pedro) != nullptr);

  config = desk();
  config.queues.pop_back();
  for (RouterAgent& agent : config.agents) agent.queues = {QueueName("reception")};
  CHECK(d.router.configure(config, d.ids, d.now).error().reason == "queue_in_use");

  config = desk();
  config.agents[0].skills.clear();  // joao loses the skill, pedro learns it
  config.agents[2].queues.emplace_back("exams");
  config.agents[2].skills[SkillName("exams")] = 1;
  config.agents.erase(config.agents.begin() + 1);
  decision = d.router.configure(config, d.ids, d.now);
  REQUIRE(decision);
  d.records.put(*decision);
  CHECK(texts_of(*decision) == Events{"offer 101: work 1 to joao withdrawn",
                                      "offer 102: work 1 to pedro until 2026-03-02T09:00:20Z"});
  CHECK(decision->agents_gone == std::vector{maria});
  Router twin = restored(config, d.records);
  IdCounter ids = d.ids;
  const RouterInput input = OfferRefused{OfferId(102), pedro};
  const auto expected = twin.apply(input, ids, d.now);
  const auto live = d.router.apply(input, d.ids, d.now);
  REQUIRE(expected);
  REQUIRE(live);
  CHECK(dump(*expected) == dump(*live));
}

TEST_CASE("records that contradict each other or the configuration are not taken back") {
  Desk d;
  d.sign_in({"joao"});
  d.add(1);
  const auto code = [&](auto spoil) {
    std::vector<WorkRecord> works{d.records.works.at(WorkId(1))};
    std::vector<AgentRecord> agents{d.records.agents.at(joao)};
    spoil(works, agents);
    Router router = *Router::create(desk());
    const Status status = router.restore(works, agents);
    return status ? std::string("none") : std::string(to_string(status.error().code));
  };
  CHECK(code([](auto&, auto&) {}) == "none");
  CHECK(code([](auto& works, auto&) { works.push_back(works[0]); }) == "corrupt");
  CHECK(code([](auto& works, auto&) { works[0].agent = {}; }) == "corrupt");
  CHECK(code([](auto& works, auto&) { works[0].agent = maria; }) == "corrupt");
  CHECK(code([](auto& works, auto&) { works[0].state = WorkState::assigned; }) == "corrupt");
  CHECK(code([](auto& works, auto&) { works[0].priority = 1000; }) == "corrupt");
  CHECK(code([](auto& works, auto&) { works[0].queue = QueueName("x"); }) == "invalid");
  CHECK(code([](auto&, auto& agents) { agents[0].name = AgentName("x"); }) == "invalid");
  CHECK(code([](auto&, auto& agents) { agents[0].presence = Presence::paused; }) == "corrupt");
  CHECK(code([](auto&, auto& agents) { agents[0].missed_offers = 1; }) == "corrupt");
  CHECK(code([](auto&, auto& agents) { agents.push_back(agents[0]); }) == "corrupt");
  CHECK(d.router.restore({}, {}).error().code == ErrorCode::refused);
}

TEST_CASE("words of work") {
  CHECK(to_string(WorkKind::verification) == "verification");
  CHECK(to_string(WorkState::wrap_up) == "wrap_up");
  CHECK(to_string(Preference::only) == "only");
  CHECK(to_string(OfferEnd::withdrawn) == "withdrawn");
  CHECK(to_string(WaitReason::preferred_offline) == "preferred_offline");
  CHECK(parse_work_class("mail") == WorkClass::mail);
  CHECK(!parse_work_class("fax"));
  CHECK(parse_presence(to_string(Presence::paused)) == Presence::paused);
  CHECK(!parse_presence(""));
}

TEST_CASE("ordered keys keep order and rank through many changes") {
  routing::OrderedKeys<int> keys;
  std::vector<bool> in(5000, false);
  std::uint64_t state = 7;
  for (int i = 0; i < 40'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const int key = static_cast<int>((state >> 33) % in.size());
    const bool grow = i < 15'000 || (i > 30'000 && i % 3 == 0);
    grow ? keys.insert(key) : keys.erase(key);
    in[static_cast<std::size_t>(key)] = grow;
  }
  std::vector<int> expected;
  for (int key = 0; key < 5000; ++key) {
    CHECK(keys.rank(key) == expected.size());
    if (in[static_cast<std::size_t>(key)]) expected.push_back(key);
  }
  std::vector<int> found;
  keys.each([&found](int key) { found.push_back(key); });
  CHECK(found == expected);
  CHECK(keys.size() == expected.size());
  CHECK(*keys.find([](int key) { return key > 2500; }) ==
        *std::upper_bound(expected.begin(), expected.end(), 2500));
}

}  // namespace
}  // namespace novelo::test
