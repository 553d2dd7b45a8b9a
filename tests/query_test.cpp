// The read side: lists that search, their pages and budgets, queues and agents as they stand.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

std::string number_of(int contact) {
  return "55419000" + std::to_string(10000 + contact);
}

// A clinic where `contacts` people have written, an hour apart; every third conversation is
// João's.
struct Desk {
  MemoryStore store;
  Host host;
  std::vector<ConversationId> conversations;

  explicit Desk(int contacts) : host(store) {
    host.must(LoadConfiguration{configuration().dump()});
    host.sign_in("joao");
    for (int i = 0; i < contacts; ++i) {
      conversations.push_back(host.whatsapp(number_of(i), "oi").conversation);
      host.settle_all();
      if (i % 3 == 0) host.must(ReassignConversation{conversations.back(), joao});
      host.settle_all();
      host.pass(1h);
    }
  }

  void close(std::size_t which) {
    const ConversationRecord record = host.conversation(conversations[which]);
    for (const InteractionId id : record.live) host.command(FinishInteraction{id}, "joao");
    host.must(CloseConversation{conversations[which], {}, {}, {}});
    host.settle_all();
  }

  // Everything a filter finds, page by page.
  std::vector<ConversationId> all(const ConversationFilter& filter, std::size_t limit,
                                  std::size_t budget = 10'000) {
    std::vector<ConversationId> found;
    Part part{{}, limit, budget};
    for (;;) {
      const auto page = host.query().find_conversations(filter, part).value();
      CHECK(page.items.size() <= limit);
      for (const ConversationRecord& record : page.items) found.push_back(record.id);
      if (page.next.empty()) return found;
      part.after = page.next;
    }
  }
  // The same, by looking at every conversation there is.
  template <class Passes>
  std::vector<ConversationId> those(Passes passes) {
    std::vector<ConversationId> found;
    const auto records = host.query().conversations({}, 1000).value();
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
      if (passes(*record)) found.push_back(record->id);
    }
    return found;
  }
};

constexpr auto is_joaos = [](const ConversationRecord& record) { return record.owner == joao; };
constexpr auto is_closed = [](const ConversationRecord& record) {
  return record.status == ConversationStatus::closed;
};

}  // namespace

TEST_CASE("conversations are found by owner, status, contact, desk and time, whatever the page") {
  Desk desk(20);
  for (const std::size_t which : {0, 3, 5, 11}) desk.close(which);
  const ContactId seventh = desk.host.conversation(desk.conversations[7]).contact;
  const Timestamp from = desk.host.conversation(desk.conversations[4]).opened_at;
  const Timestamp until = desk.host.conversation(desk.conversations[15]).opened_at;

  for (const std::size_t limit : {1, 3, 7, 1000}) {
    CAPTURE(limit);
    ConversationFilter everything;
    CHECK(desk.all(everything, limit) == desk.those([](const auto&) { return true; }));

    ConversationFilter owned;
    owned.owner = joao;
    CHECK(desk.all(owned, limit) == desk.those(is_joaos));
    owned.statuses = {ConversationStatus::closed};
    CHECK(desk.all(owned, limit) ==
          desk.those([](const auto& record) { return is_joaos(record) && is_closed(record); }));
    owned.statuses = {ConversationStatus::open, ConversationStatus::pending};
    CHECK(desk.all(owned, limit) ==
          desk.those([](const auto& record) { return is_joaos(record) && !is_closed(record); }));

    ConversationFilter nobodys;
    nobodys.owner = AgentName();
    CHECK(desk.all(nobodys, limit) ==
          desk.those([](const auto& record) { return record.owner.empty(); }));

    ConversationFilter live;
    live.statuses = {ConversationStatus::open, ConversationStatus::pending};
    live.opened_from = from;
    live.opened_until = until;
    CHECK(desk.all(live, limit) == desk.those([&](const ConversationRecord& record) {
      return !is_closed(record) && record.opened_at >= from && record.opened_at < until;
    }));

    ConversationFilter hers;
    hers.contacts = {seventh};
    CHECK(desk.all(hers, limit) == std::vector{desk.conversations[7]});
    hers.desk = DeskName("elsewhere");
    CHECK(desk.all(hers, limit).empty());
  }
}

TEST_CASE("a number finds its conversations") {
  Desk desk(3);
  const auto contacts = desk.host.query().contacts_at({AddressKind::phone, number_of(1)}, {});
  ConversationFilter filter;
  filter.contacts = contacts.value();
  CHECK(desk.all(filter, 10) == std::vector{desk.conversations[1]});
}

TEST_CASE("a page looks at no more than its budget, and goes on from there") {
  Desk desk(30);
  desk.close(0);
  ConversationFilter filter;
  filter.statuses = {ConversationStatus::closed};
  const Part part{{}, 10, 8};
  const auto first = desk.host.query().find_conversations(filter, part).value();
  CHECK(first.items.empty());
  CHECK(!first.next.empty());
  CHECK(desk.all(filter, 10, 8) == std::vector{desk.conversations[0]});
}

TEST_CASE("a cursor stays good while the list changes, and after a restart") {
  Desk desk(9);
  ConversationFilter filter;
  filter.statuses = {ConversationStatus::open, ConversationStatus::pending};
  const auto first = desk.host.query().find_conversations(filter, {{}, 4}).value();
  CHECK(first.items.back().id == desk.conversations[5]);
  desk.host.whatsapp("5541977770000", "oi");  // newer: not behind the cursor
  desk.close(3);
  desk.host.reopen();
  const auto second = desk.host.query().find_conversations(filter, {first.next, 4}).value();
  std::vector<ConversationId> ids;
  for (const ConversationRecord& record : second.items) ids.push_back(record.id);
  CHECK(ids == std::vector{desk.conversations[4], desk.conversations[2], desk.conversations[1],
                           desk.conversations[0]});
  CHECK(second.next.empty());
}

TEST_CASE("what a page may not be asked") {
  Desk desk(1);
  const Query query = desk.host.query();
  const auto reason = [&](const Part& part) {
    return query.find_conversations({}, part).error().reason;
  };
  CHECK(reason({{}, 0}) == "bad_limit");
  CHECK(reason({{}, 1001}) == "bad_limit");
  CHECK(reason({{}, 10, 0}) == "bad_budget");
  CHECK(reason({{}, 10, 100'001}) == "bad_budget");
  CHECK(reason({Cursor("x"), 10}) == "bad_cursor");
  CHECK(reason({Cursor("-1"), 10}) == "bad_cursor");
  CHECK(reason({Cursor("99999999999999999999"), 10}) == "bad_cursor");
  ConversationFilter crowd;
  crowd.contacts.resize(65);
  CHECK(query.find_conversations(crowd, {}).error().code == ErrorCode::limit);
  CHECK(query.waiting(QueueName("front"), {Cursor("12"), 10}).error().reason == "bad_cursor");
  CHECK(query.waiting(QueueName("nowhere"), {}).error().code == ErrorCode::not_found);
}

TEST_CASE("cases are found by contact, owner, type and status") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration_with_mail().dump()});
  host.sign_in("joao");
  const Outcome written = host.whatsapp(ana, "oi");
  host.settle_all();
  OpenCase open;
  open.conversation = written.conversation;
  open.type = CaseTypeName("appointment");
  const CaseId first = host.must(open, "joao").case_id;
  open.type = CaseTypeName("visit");
  const CaseId second = host.must(open, "joao").case_id;
  const CaseRecord record = host.query().case_of(first).value();

  const auto ids = [&](const CaseFilter& filter) {
    const auto page = host.query().find_cases(filter, {}).value();
    std::vector<CaseId> found;
    for (const CaseRecord& each : page.items) found.push_back(each.id);
    return found;
  };
  CHECK(ids({}) == std::vector{second, first});
  CaseFilter hers;
  hers.contacts = {record.contact};
  CHECK(ids(hers) == std::vector{second, first});
  CaseFilter waiting;
  waiting.type = record.type;
  waiting.status = record.status;
  CHECK(ids(waiting) == std::vector{first});
  CaseFilter owned;
  owned.owner = record.owner;
  owned.type = CaseTypeName("visit");
  CHECK(ids(owned) == std::vector{second});
  CaseFilter later;
  later.opened_from = host.now() + 1h;
  CHECK(ids(later).empty());
}

TEST_CASE("callbacks are found by state, agent, contact and time") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration().dump()});
  const Outcome written = host.whatsapp(ana, "oi");
  CreateCallback create;
  create.conversation = written.conversation;
  create.number = {AddressKind::phone, ana};
  create.agent = joao;
  create.not_before = host.now() + 5h;
  const CallbackId first = host.must(create).callback;
  create.agent = AgentName();
  const CallbackId second = host.must(create).callback;
  host.must(CancelCallback{first});

  const auto ids = [&](const CallbackFilter& filter) {
    const auto page = host.query().find_callbacks(filter, {}).value();
    std::vector<CallbackId> found;
    for (const Callback& each : page.items) found.push_back(each.id);
    return found;
  };
  CHECK(ids({}) == std::vector{second, first});
  CallbackFilter open;
  open.state = CallbackState::open;
  CHECK(ids(open) == std::vector{second});
  CallbackFilter promised;
  promised.agent = joao;
  CHECK(ids(promised) == std::vector{first});
  promised.state = CallbackState::open;
  CHECK(ids(promised).empty());
  CallbackFilter anybodys;
  anybodys.agent = AgentName();
  CHECK(ids(anybodys) == std::vector{second});
  CallbackFilter hers;
  hers.contacts = {host.conversation(written.conversation).contact};
  hers.requested_until = host.now() + 1s;
  CHECK(ids(hers) == std::vector{second, first});
  hers.requested_until = morning() - 1h;
  CHECK(ids(hers).empty());
}

TEST_CASE("queues and agents as they stand, and a line page by page") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration().dump()});
  const QueueName queue(configuration()["queues"][0]["name"].get<std::string>());
  for (int i = 0; i < 5; ++i) {
    host.whatsapp(number_of(i), "oi");
    host.wait(1min);
  }
  const auto states = host.query().queues().value();
  REQUIRE(!states.empty());
  CHECK(states.front().queue == queue);
  CHECK(states.front().waiting == 5);
  CHECK(states.front().oldest == morning());
  CHECK(states.front().available == 0);
  CHECK(states.front().offline == 2);

  std::vector<WorkId> line;
  Part part{{}, 2};
  for (;;) {
    const auto page = host.query().waiting(queue, part).value();
    for (const WorkRecord& work : page.items) {
      CHECK(host.query().place(work.id)->ahead == line.size());
      line.push_back(work.id);
    }
    if (page.next.empty()) break;
    part.after = page.next;
  }
  CHECK(line.size() == 5);

  host.sign_in("joao");
  const auto agents = host.query().agents({}, 10).value();
  REQUIRE(agents.size() == 2);
  CHECK(agents[0].name == joao);
  CHECK(agents[0].presence == Presence::available);
  CHECK(host.query().agents(joao, 10)->front().name == marta);
  CHECK(host.query().queues()->front().available == 1);
  CHECK(host.query().queues()->front().offered >= 1);
}

TEST_CASE("the last entries of a timeline, and those before them") {
  Desk desk(1);
  for (int i = 0; i < 6; ++i) desk.host.whatsapp(number_of(0), "mais");
  const ConversationId id = desk.conversations[0];
  const std::uint64_t entries = desk.host.conversation(id).entries;
  const auto sequences = [&](std::uint64_t before, std::size_t limit) {
    const auto part = desk.host.query().timeline_before(id, before, limit).value();
    std::vector<std::uint64_t> found;
    for (const Entry& entry : part) found.push_back(entry.sequence);
    return found;
  };
  CHECK(sequences(0, 2) == std::vector<std::uint64_t>{entries - 1, entries});
  CHECK(sequences(entries - 1, 2) == std::vector<std::uint64_t>{entries - 3, entries - 2});
  CHECK(sequences(3, 50) == std::vector<std::uint64_t>{1, 2});
  CHECK(sequences(1, 50).empty());
  CHECK(sequences(entries + 100, 1) == std::vector<std::uint64_t>{entries});
}

TEST_CASE("a plan says what another configuration would change, and changes nothing") {
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{configuration().dump()});
  nlohmann::json next = configuration();
  next["queues"][0]["offer_timeout"] = "45s";
  next["agents"].push_back(next["agents"][0]);
  next["agents"].back()["name"] = "rita";
  next["agents"].back().erase("device");
  const StoreRows before = content_of(store);
  const auto plan = host.query().plan(next.dump());
  REQUIRE_MESSAGE(plan, to_string(plan.error()));
  CHECK(plan->version == 1);
  std::set<std::string> paths;
  for (const Difference& each : plan->differences) paths.insert(each.path);
  const std::string queue = next["queues"][0]["name"];
  CHECK(paths == std::set<std::string>{"queues[" + queue + "].offer_timeout", "agents[rita]"});
  CHECK(difference(before, content_of(store)).empty());
  CHECK(host.query().configuration().value() == 1);

  SUBCASE("what would be refused is refused in the same words") {
    host.whatsapp(ana, "oi");  // waits in the queue that goes away
    nlohmann::json without = configuration();
    without["queues"][0]["name"] = "other";
    const std::string text = [&] {
      std::string all = without.dump();
      for (std::size_t at = 0; (at = all.find('"' + queue + '"', at)) != std::string::npos;) {
        all.replace(at, queue.size() + 2, "\"other\"");
      }
      return all;
    }();
    const Error planned = host.query().plan(text).error();
    const Error loaded = host.refusal(LoadConfiguration{text});
    CHECK(planned.reason == loaded.reason);
    CHECK(planned.code == loaded.code);
    CHECK(host.query().plan("{").error().code == ErrorCode::invalid);
  }
}
