#include "novelo/runner.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "novelo/sql_views.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/stores/sqlite.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"
#include "support/payloads.hpp"
#include "support/temp_folder.hpp"

namespace novelo {

namespace {

using namespace clinic;

const TenantName aurora("aurora");
const TenantName boreal("boreal");
const TenantName cosmos("cosmos");

// It stands still until a test lets time pass.
class Clock {
 public:
  Timestamp now() const { return morning() + Duration(micros_); }
  void pass(Duration time) { micros_ += time.count(); }

 private:
  std::atomic<Duration::rep> micros_ = 1'000'000;
};

// A store whose commits, from `close` on, wait for `open`.
class GateStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  void close() {
    const std::lock_guard guard(lock_);
    closed_ = true;
  }
  void open() {
    const std::lock_guard guard(lock_);
    closed_ = false;
    waiting_ = false;
    changed_.notify_all();
  }
  // Until a commit waits: nobody uses the store from then on.
  void await_commit() {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [&] { return waiting_; });
  }
  Status commit_all(std::span<const TenantWrites> parts) override {
    std::unique_lock guard(lock_);
    if (closed_ && !nothing_to_write(parts)) {
      waiting_ = true;
      changed_.notify_all();
      changed_.wait(guard, [&] { return !closed_; });
    }
    return ForwardingStore::commit_all(parts);
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool closed_ = false;
  bool waiting_ = false;
};

EngineOptions options_of(const TenantName& tenant) {
  EngineOptions how = options();
  how.tenant = tenant;
  return how;
}

// An engine that is configured, with both advisers at their desks.
Engine open_engine(Store& store, const TenantName& tenant, bool advisers = true) {
  auto engine = Engine::open(store, adapters(), options_of(tenant), morning());
  if (!engine) FAIL(to_string(engine.error()));
  const auto must = [&](const Command& command) {
    const auto done = engine->feed(command, morning());
    if (!done) FAIL(to_string(done.error()));
  };
  must({"configuration", {}, LoadConfiguration{configuration().dump()}});
  if (!advisers) return std::move(*engine);
  must({"joao", joao, SetPresence{joao, Presence::available, {}}});
  must({"marta", marta, SetPresence{marta, Presence::available, {}}});
  return std::move(*engine);
}

std::vector<Engine> engines_of(Store& store, const std::vector<TenantName>& tenants) {
  std::vector<Engine> engines;
  for (const TenantName& tenant : tenants) engines.push_back(open_engine(store, tenant));
  return engines;
}

Input text_from(int contact, const std::string& id) {
  const std::string phone = std::to_string(5541988880000 + contact);
  return DecodedEvent{ConnectionName("meta"), message(id, whatsapp_number, phone, "Bom dia!")};
}

RunnerOptions quiet_options(Clock& clock) {
  RunnerOptions options;
  options.clock = [&clock] { return clock.now(); };
  const auto nothing = [](Runner&, const TenantName&, const Handout&) {};
  options.on_send = options.on_call = options.on_notify = options.on_action = nothing;
  return options;
}

std::unique_ptr<Runner> must_start(Store& store, std::vector<Engine> engines,
                                   RunnerOptions options) {
  auto runner = Runner::start(store, std::move(engines), std::move(options));
  if (!runner) FAIL(to_string(runner.error()));
  return std::move(*runner);
}

// Waits until everything that was accepted before has been done.
void settle_down(Runner& runner, const TenantName& tenant) {
  std::promise<void> done;
  REQUIRE(runner.ask(tenant, [&](const Result<Query>&) { done.set_value(); }));
  done.get_future().wait();
}

// Waits until nothing leads to anything more.
void come_to_rest(Runner& runner, const std::vector<TenantName>& tenants) {
  int looks = 0;
  for (std::uint64_t before = 0; looks < 5; ++looks) {
    for (const TenantName& tenant : tenants) settle_down(runner, tenant);
    const std::uint64_t inputs = runner.statistics().inputs;
    if (std::exchange(before, inputs) != inputs) looks = 0;
  }
}

// What a runner took, in order, and when: enough to do the same without one.
struct Taken {
  TenantName tenant;
  Timestamp at{};
  Input input;
};

// Feeds engines of their own on another store, one input after another.
StoreRows replay(const std::vector<TenantName>& tenants, const std::vector<Taken>& history) {
  MemoryStore store;
  std::map<TenantName, Engine> engines;
  for (const TenantName& tenant : tenants) engines.emplace(tenant, open_engine(store, tenant));
  Timestamp now = morning();
  const auto fire_due = [&] {
    for (auto& [tenant, engine] : engines) {
      while (engine.next_deadline().value_or(Timestamp::max()) <= now) {
        REQUIRE(engine.feed_time(now));
        REQUIRE(engine.poll(now, 1000));
      }
    }
  };
  for (const Taken& taken : history) {
    if (taken.at != now) fire_due();
    now = taken.at;
    Engine& engine = engines.at(taken.tenant);
    REQUIRE(engine.feed(std::span(&taken.input, 1), now));
    REQUIRE(engine.poll(now, 1000));
  }
  fire_due();
  return content_of(store);
}

// Carries everything out at once, as friendly providers would, and writes down what was taken.
class FriendlyHost {
 public:
  explicit FriendlyHost(Clock& clock) : clock_(clock) {}

  RunnerOptions options() {
    RunnerOptions options = quiet_options(clock_);
    const auto carry = [this](Runner& runner, const TenantName& tenant, const Handout& out) {
      Settlement settlement = Done{};
      if (out.request) {
        settlement = novelo::testing::friendly_reply(adapter_of(out.connection), out.id);
      }
      const Input input = SettleEffect{out.id, settlement};
      const Status accepted = runner.settle(tenant, out.id, settlement, taken(tenant, input));
      refused += accepted ? 0 : 1;
      ++carried;
    };
    options.on_send = options.on_call = options.on_notify = options.on_action = carry;
    return options;
  }

  Runner::Completion<Outcome> taken(const TenantName& tenant, Input input) {
    return [this, tenant, input = std::move(input)](const Result<Outcome>& result) {
      history.push_back({tenant, clock_.now(), input});
      failed += result ? 0 : 1;
    };
  }

  // All of it is the runner's thread's until it has stopped.
  std::vector<Taken> history;
  int failed = 0;
  int refused = 0;
  int carried = 0;

 private:
  Clock& clock_;
};

}  // namespace

TEST_CASE(
    "runner: many threads, several tenants: every completion once, and the rows are those of "
    "feeding one by one") {
  const std::vector<TenantName> tenants = {aurora, boreal, cosmos};
  constexpr int threads = 8;
  constexpr int each = 40;
  MemoryStore store;
  Clock clock;
  FriendlyHost host(clock);
  auto runner = must_start(store, engines_of(store, tenants), host.options());
  std::array<std::atomic<int>, threads * each> told{};
  std::atomic<int> accepted = 0;
  const auto submit_one = [&](int number) {
    const TenantName& tenant = tenants[static_cast<std::size_t>(number) % tenants.size()];
    const Input input = text_from(number % 17, "wamid." + std::to_string(number));
    const auto write_down = host.taken(tenant, input);
    const Status handed_in =
        runner->submit(tenant, input, [&told, number, write_down](Result<Outcome> result) {
          ++told[static_cast<std::size_t>(number)];
          write_down(std::move(result));
        });
    if (handed_in) ++accepted;
  };
  for (int phase = 0; phase < 2; ++phase) {
    std::vector<std::thread> submitters;
    for (int thread = 0; thread < threads; ++thread) {
      submitters.emplace_back([&, thread] {
        for (int i = phase; i < each; i += 2) submit_one(thread * each + i);
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
    come_to_rest(*runner, tenants);
    clock.pass(5s);
  }
  REQUIRE(runner->stop());
  CHECK(accepted == threads * each);
  for (const auto& times : told) CHECK(times == 1);
  CHECK(host.failed == 0);
  CHECK(host.refused == 0);
  CHECK(host.carried > 0);
  const RunnerStatistics statistics = runner->statistics();
  CHECK(statistics.inputs == host.history.size());
  CHECK(statistics.commits <= statistics.rounds);
  const StoreRows alone = replay(tenants, host.history);
  CHECK(difference(content_of(store), alone) == "");
}

TEST_CASE("runner: what arrives during a commit of several tenants is one commit") {
  const std::vector<TenantName> tenants = {aurora, boreal, cosmos};
  MemoryStore memory;
  GateStore store(memory);
  Clock clock;
  auto runner = must_start(store, engines_of(store, tenants), quiet_options(clock));
  settle_down(*runner, aurora);
  store.close();
  auto first = runner->submit_future(aurora, text_from(1, "first"));
  store.await_commit();
  const std::uint64_t before = memory.statistics().commits;
  std::vector<std::future<Result<Outcome>>> rest;
  for (int i = 0; i < 30; ++i) {
    const TenantName& tenant = tenants[static_cast<std::size_t>(i) % 3];
    rest.push_back(runner->submit_future(tenant, text_from(i, "m" + std::to_string(i))));
  }
  store.open();
  CHECK(first.get());
  for (auto& future : rest) CHECK(future.get());
  REQUIRE(runner->stop());
  CHECK(memory.statistics().commits == before + 2);
  CHECK(runner->statistics().inputs == 31);
}

TEST_CASE("runner: a full queue is busy at once, settlements have room of their own") {
  MemoryStore memory;
  GateStore store(memory);
  Clock clock;
  RunnerOptions options = quiet_options(clock);
  options.queue_inputs = 3;
  auto runner = must_start(store, engines_of(store, {aurora}), options);
  settle_down(*runner, aurora);
  store.close();
  auto first = runner->submit_future(aurora, text_from(1, "first"));
  store.await_commit();
  std::vector<std::future<Result<Outcome>>> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(runner->submit_future(aurora, text_from(i, "w" + std::to_string(i))));
  }
  bool called = false;
  const Status full =
      runner->submit(aurora, text_from(9, "no"), [&](const auto&) { called = true; });
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::busy);
  CHECK(full.error().reason == "queue_full");
  CHECK(runner->settle(aurora, EffectId(77), Done{}));
  const Status too_much = runner->submit(aurora, std::vector<Input>(4, text_from(9, "no")), {});
  REQUIRE_FALSE(too_much);
  CHECK(too_much.error().code == ErrorCode::limit);
  const Status nobody = runner->submit(TenantName("nobody"), text_from(9, "no"), {});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().reason == "unknown_tenant");
  CHECK(runner->statistics().queued == 4);
  CHECK(runner->statistics().refused == 1);
  store.open();
  CHECK(first.get());
  for (auto& future : waiting) CHECK(future.get());
  REQUIRE(runner->stop());
  CHECK_FALSE(called);
}

TEST_CASE("runner: a fenced engine is told so, and the others' writes are committed without it") {
  MemoryStore memory;
  GateStore store(memory);
  Clock clock;
  RunnerOptions options = quiet_options(clock);
  std::vector<std::string> faults;
  options.on_fault = [&](Runner&, const TenantName& tenant, const Error& why) {
    faults.push_back(tenant.text() + " " + why.reason);
  };
  auto runner = must_start(store, engines_of(store, {aurora, boreal}), options);
  settle_down(*runner, aurora);
  store.close();
  auto first = runner->submit_future(boreal, text_from(1, "first"));
  store.await_commit();
  auto lost = runner->submit_future(aurora, text_from(1, "lost"));
  auto kept = runner->submit_future(boreal, text_from(2, "kept"));
  REQUIRE(memory.open_tenant(aurora));  // somebody takes it over
  store.open();
  CHECK(first.get());
  const auto told = lost.get();
  REQUIRE_FALSE(told);
  CHECK(told.error().code == ErrorCode::unknown);
  CHECK(told.error().reason == "fenced");
  CHECK(kept.get());
  CHECK(runner->submit_future(boreal, text_from(3, "later")).get());
  REQUIRE(runner->stop());
  CHECK(faults == std::vector<std::string>{"aurora fenced"});
  MemoryStore alone;
  std::vector<Engine> engines = engines_of(alone, {aurora, boreal});
  for (const auto& [contact, id] : {std::pair(1, "first"), {2, "kept"}, {3, "later"}}) {
    const Input input = text_from(contact, id);
    REQUIRE(engines[1].feed(std::span(&input, 1), morning() + 1h));
  }
  CHECK(content_of(memory).size() == content_of(alone).size());
}

TEST_CASE("runner: a commit that fails for all is tried for each, one unknown ends them all") {
  MemoryStore memory;
  WatchedStore watched(memory);
  GateStore store(watched);
  Clock clock;
  RunnerOptions options = quiet_options(clock);
  std::atomic<int> faults = 0;
  options.on_fault = [&](Runner&, const TenantName&, const Error&) { ++faults; };
  auto runner = must_start(store, engines_of(store, {aurora, boreal, cosmos}), options);
  settle_down(*runner, aurora);
  const auto both = [&](const std::string& id, ErrorCode code, bool applied) {
    store.close();
    auto first = runner->submit_future(aurora, text_from(1, "first " + id));
    store.await_commit();
    watched.fail_commit(1, code, applied);
    auto a = runner->submit_future(aurora, text_from(2, "a" + id));
    auto b = runner->submit_future(boreal, text_from(2, "b" + id));
    store.open();
    CHECK(first.get());
    return std::pair(a.get(), b.get());
  };
  const auto [a, b] = both("1", ErrorCode::storage, false);
  CHECK(a);
  CHECK(b);
  CHECK(faults == 0);
  const auto [c, d] = both("2", ErrorCode::unknown, true);
  REQUIRE_FALSE(c);
  REQUIRE_FALSE(d);
  CHECK(c.error().code == ErrorCode::unknown);
  CHECK(d.error().code == ErrorCode::unknown);
  const auto third = runner->submit_future(cosmos, text_from(1, "later")).get();
  REQUIRE_FALSE(third);
  CHECK(third.error().code == ErrorCode::unknown);
  REQUIRE(runner->stop());
  CHECK(faults == 3);
  CHECK(runner->fallback_route(aurora, EntryPointName("line")) == "queue-9000");
}

TEST_CASE("runner: another engine takes the place of a faulted one, and inputs are taken once") {
  MemoryStore memory;
  WatchedStore store(memory);
  Clock clock;
  RunnerOptions options = quiet_options(clock);
  std::promise<Status> reopened;
  options.on_fault = [&](Runner& runner, const TenantName& tenant, const Error&) {
    const Status accepted = runner.open(adapters(), options_of(tenant),
                                        [&](Status opened) { reopened.set_value(opened); });
    CHECK(accepted);
  };
  std::vector<Engine> engines = engines_of(store, {aurora});
  store.fail_commit(0, ErrorCode::storage, true);  // it says no, and has it
  auto runner = must_start(store, std::move(engines), options);
  const auto lost = runner->submit_future(aurora, text_from(1, "once")).get();
  REQUIRE_FALSE(lost);
  CHECK(reopened.get_future().get());
  const auto again = runner->submit_future(aurora, text_from(1, "once")).get();
  REQUIRE(again);
  CHECK(again->repeated);
  const Status open_already = runner->open(adapters(), options_of(aurora));
  REQUIRE_FALSE(open_already);
  CHECK(open_already.error().reason == "tenant_open");
}

TEST_CASE("runner: a stop under load loses nothing and tells nothing twice") {
  MemoryStore store;
  Clock clock;
  RunnerOptions options = quiet_options(clock);
  options.batch_inputs = 16;
  auto runner = must_start(store, engines_of(store, {aurora, boreal}), options);
  std::atomic<int> accepted = 0;
  std::atomic<int> told = 0;
  std::atomic<int> succeeded = 0;
  std::vector<std::thread> submitters;
  for (int thread = 0; thread < 4; ++thread) {
    submitters.emplace_back([&, thread] {
      for (int i = 0; i < 100'000; ++i) {
        const std::string id = std::to_string(thread) + "." + std::to_string(i);
        const Status handed_in = runner->submit(thread % 2 == 0 ? aurora : boreal,
                                                text_from(i % 5, id), [&](const auto& result) {
                                                  ++told;
                                                  if (result) ++succeeded;
                                                });
        if (handed_in) {
          ++accepted;
        } else if (handed_in.error().reason == "stopping") {
          return;
        }
      }
    });
  }
  while (told < 50) std::this_thread::yield();
  REQUIRE(runner->stop());
  const int when_stopped = told;
  for (std::thread& submitter : submitters) submitter.join();
  CHECK(when_stopped == accepted);
  CHECK(told == accepted);
  CHECK(succeeded == accepted);
  CHECK(runner->stop());
  CHECK(runner->statistics().queued == 0);
  const auto seen =
      store.scan(Table::entry, "", std::string(64, '\xff'), SIZE_MAX, Order::ascending);
  REQUIRE(seen);
  CHECK(seen->size() >= static_cast<std::size_t>(accepted));
}

TEST_CASE("runner: a stop that cannot wait tells what was not begun") {
  MemoryStore memory;
  GateStore store(memory);
  Clock clock;
  auto runner = must_start(store, engines_of(store, {aurora}), quiet_options(clock));
  settle_down(*runner, aurora);
  store.close();
  auto begun = runner->submit_future(aurora, text_from(1, "begun"));
  store.await_commit();
  auto waiting = runner->submit_future(aurora, text_from(2, "waiting"));
  std::promise<Error> not_asked;
  REQUIRE(runner->ask(aurora, [&](const Result<Query>& query) {
    if (!query) not_asked.set_value(query.error());
  }));
  std::promise<Status> not_closed;
  REQUIRE(runner->close(aurora, [&](Status closed) { not_closed.set_value(closed); }));
  std::thread stopper([&] { CHECK(runner->stop(Duration(0))); });
  while (runner->submit(aurora, text_from(3, "late"), {}).error().reason != "stopping") {
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // its patience is over
  store.open();
  stopper.join();
  CHECK(begun.get());
  const auto told = waiting.get();
  REQUIRE_FALSE(told);
  CHECK(told.error().code == ErrorCode::busy);
  CHECK(told.error().reason == "stopping");
  CHECK(not_asked.get_future().get().reason == "stopping");
  CHECK_FALSE(not_closed.get_future().get());
}

TEST_CASE("runner: what could not be begun in time is told so, and is not done") {
  MemoryStore store;
  Clock clock;
  auto runner = must_start(store, engines_of(store, {aurora}), quiet_options(clock));
  const auto late = runner->submit_future(aurora, text_from(1, "late"), morning()).get();
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::busy);
  CHECK(late.error().reason == "deadline");
  const auto taken = runner->submit_future(aurora, text_from(1, "late"), morning() + 1h).get();
  REQUIRE(taken);
  CHECK_FALSE(taken->repeated);
  REQUIRE(runner->stop());
  CHECK(runner->statistics().expired == 1);
}

TEST_CASE("runner: callbacks hand in more, may throw, and cannot stop it") {
  MemoryStore store;
  Clock clock;
  RunnerOptions options = quiet_options(clock);
  std::atomic<int> troubles = 0;
  std::atomic<int> signals = 0;
  std::atomic<int> notified = 0;
  options.on_trouble = [&](const Error& error) {
    if (error.reason == "callback_threw") ++troubles;
  };
  options.on_signal = [&](Runner&, const TenantName&, const Signal&) { ++signals; };
  options.on_notify = [&](Runner&, const TenantName&, const Handout& out) {
    ++notified;
    if (out.attempt == 1) throw std::runtime_error("no room on the screen");
  };
  auto runner = must_start(store, engines_of(store, {aurora}), options);
  std::promise<int> done;
  std::function<void(int)> next = [&](int number) {
    if (number == 10) return done.set_value(number);
    const Input input = text_from(number, "chain " + std::to_string(number));
    CHECK(runner->submit(aurora, input, [&, number](const Result<Outcome>& result) {
      CHECK(result);
      CHECK(runner->stop().error().code == ErrorCode::reentrant);
      next(number + 1);
      throw 1;
    }));
  };
  next(0);
  CHECK(done.get_future().get() == 10);
  settle_down(*runner, aurora);
  REQUIRE(runner->stop());
  CHECK(notified > 0);
  CHECK(troubles == 10 + notified);
}

TEST_CASE("runner: an effect whose kind has no callback fails visibly") {
  MemoryStore store;
  Clock clock;
  RunnerOptions options;
  options.clock = [&] { return clock.now(); };
  auto runner = must_start(store, engines_of(store, {aurora}), options);
  const auto outcome = runner->submit_future(aurora, text_from(1, "hello")).get();
  REQUIRE(outcome);
  std::size_t failed = 0;
  for (int looks = 0; looks < 5; ++looks) {  // the runner settles in rounds of its own
    std::promise<std::vector<Entry>> read;
    REQUIRE(runner->ask(aurora, [&](Result<Query> query) {
      read.set_value(query.value().timeline(outcome->conversation, 0, 1000).value());
    }));
    failed = 0;
    for (const Entry& entry : read.get_future().get()) {
      if (entry.event == EventKind::effect_failed) ++failed;
    }
  }
  CHECK(failed > 0);
}

TEST_CASE("runner: it wakes for the deadlines of its engines, by the system's clock") {
  MemoryStore store;
  nlohmann::json document = configuration();
  document["queues"][0]["offer_timeout"] = "1s";
  std::promise<void> first;
  std::promise<void> second;
  std::atomic<int> offers = 0;
  RunnerOptions options;
  options.on_send = options.on_call = options.on_action = [](auto&&...) {};
  options.on_notify = [&](Runner& runner, const TenantName& tenant, const Handout& out) {
    CHECK(runner.settle(tenant, out.id, Done{}));
    if (out.body.at("type").to_text() != "offer") return;
    const int number = ++offers;
    if (number == 1) first.set_value();
    if (number == 2) second.set_value();
  };
  auto runner = must_start(store, {}, options);
  REQUIRE(runner->open(adapters(), options_of(aurora)));
  std::vector<Input> inputs;
  inputs.emplace_back(Command{"configuration", {}, LoadConfiguration{document.dump()}});
  inputs.emplace_back(Command{"joao", joao, SetPresence{joao, Presence::available, {}}});
  inputs.emplace_back(Command{"marta", marta, SetPresence{marta, Presence::available, {}}});
  inputs.push_back(text_from(1, "hello"));
  const auto outcomes = runner->submit_future(aurora, inputs).get();
  REQUIRE(outcomes);
  for (const auto& outcome : *outcomes) CHECK(outcome);
  first.get_future().wait();
  second.get_future().wait();  // nobody has handed anything in meanwhile
  CHECK(runner->fallback_route(aurora, EntryPointName("line")) == "queue-9000");
}

TEST_CASE("runner: requests of providers share the commit, each with its own answer") {
  MemoryStore memory;
  GateStore store(memory);
  Clock clock;
  MemoryStore elsewhere;
  const Host signer(elsewhere);
  auto runner = must_start(store, engines_of(store, {aurora}), quiet_options(clock));
  settle_down(*runner, aurora);
  store.close();
  auto first = runner->submit_future(aurora, text_from(1, "first"));
  store.await_commit();
  const std::uint64_t before = memory.statistics().commits;
  const std::string ringing =
      R"({"event":"incoming","event_id":"e1","call":"c1","from":"41988887777",)"
      R"("to":"08001234567"})";
  auto good = runner->submit_future(aurora, signer.webhook("pbx", ringing));
  auto unreadable = runner->submit_future(aurora, signer.webhook("meta", "{}"));
  Request forged = signer.webhook("meta", "{}");
  forged.headers.clear();
  auto unauthentic = runner->submit_future(aurora, forged);
  auto text = runner->submit_future(aurora, text_from(2, "second"));
  store.open();
  CHECK(first.get());
  const auto answer = good.get();
  if (!answer) FAIL(to_string(answer.error()));
  CHECK(answer->status == 200);
  CHECK_FALSE(unreadable.get());
  const auto refused = unauthentic.get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::unauthentic);
  CHECK(text.get());
  std::promise<std::size_t> quarantined;
  REQUIRE(runner->ask(aurora, [&](Result<Query> query) {
    quarantined.set_value(query.value().quarantine({}, 10).value().size());
  }));
  CHECK(quarantined.get_future().get() == 1);
  REQUIRE(runner->stop());
  CHECK(memory.statistics().commits == before + 2);
}

TEST_CASE("runner: engines come and go while it runs") {
  MemoryStore store;
  Clock clock;
  auto runner = must_start(store, engines_of(store, {aurora}), quiet_options(clock));
  std::promise<Status> opened;
  REQUIRE(runner->open(adapters(), options_of(boreal),
                       [&](Status status) { opened.set_value(status); }));
  const Command configure{"configuration", {}, LoadConfiguration{configuration().dump()}};
  CHECK(runner->submit_future(boreal, configure).get());
  CHECK(opened.get_future().get());

  EngineOptions wrong = options_of(cosmos);
  wrong.tenant_secret = Secret("short");
  REQUIRE(runner->open(adapters(), wrong));
  const auto behind = runner->submit_future(cosmos, configure).get();
  REQUIRE_FALSE(behind);
  // As the opening, or, when that has failed already, as of a tenant who is not here.
  CHECK((behind.error().code == ErrorCode::invalid || behind.error().reason == "unknown_tenant"));

  auto before = runner->submit_future(boreal, text_from(1, "before"));
  std::promise<Status> closed;
  REQUIRE(runner->close(boreal, [&](Status status) { closed.set_value(status); }));
  const auto after = runner->submit_future(boreal, text_from(1, "after")).get();
  REQUIRE_FALSE(after);
  CHECK(after.error().reason == "unknown_tenant");
  CHECK(before.get());
  CHECK(closed.get_future().get());
  CHECK(runner->submit_future(aurora, text_from(1, "still here")).get());
}

TEST_CASE("runner: what it cannot serve is refused at the start") {
  MemoryStore store;
  MemoryStore other;
  const auto refusal = [&](std::vector<Engine> engines, RunnerOptions options = {}) {
    const auto runner = Runner::start(store, std::move(engines), std::move(options));
    REQUIRE_FALSE(runner);
    CHECK(runner.error().code == ErrorCode::invalid);
    return runner.error().reason;
  };
  CHECK(refusal(engines_of(other, {aurora})) == "other_store");
  CHECK(refusal(engines_of(store, {aurora, aurora})) == "tenant_twice");
  RunnerOptions options;
  options.batch_inputs = 0;
  CHECK(refusal({}, options) == "bad_options");
}

namespace {

// Says that there is housekeeping, and looks at when it is done.
class UntidyStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::promise<bool> tidied;  // whether outside of every commit
  std::atomic<std::uint64_t> pages = 0;

  Status commit_all(std::span<const TenantWrites> parts) override {
    committing_ = true;
    const Status done = ForwardingStore::commit_all(parts);
    if (!nothing_to_write(parts)) pages += 100;
    committing_ = false;
    return done;
  }
  Result<std::uint64_t> maintain(std::uint64_t budget) override {
    if (budget == 0 || pages == 0) return pages.load();
    pages = 0;
    tidied.set_value(!committing_);
    return 0;
  }

 private:
  bool committing_ = false;
};

}  // namespace

TEST_CASE("runner: housekeeping is done at a quiet moment, or between rounds when it must be") {
  for (const bool at_quiet : {true, false}) {
    MemoryStore memory;
    UntidyStore store(memory);
    Clock clock;
    RunnerOptions options = quiet_options(clock);
    options.maintain_pages = at_quiet ? 100 : 1'000'000;
    options.maintain_latest = at_quiet ? 1'000'000 : 100;
    options.quiet = Duration(0);
    auto engines = engines_of(store, {aurora});
    store.pages = 0;
    auto runner = must_start(store, std::move(engines), options);
    CHECK(runner->submit_future(aurora, text_from(1, "one")).get());
    CHECK(store.tidied.get_future().get());
  }
}

namespace {

// Sends of the host's own into a conversation: one lane.
std::vector<Input> sends_into(ConversationId conversation, int count) {
  std::vector<Input> sends;
  for (int i = 0; i < count; ++i) {
    SendMessage send{conversation, EntryPointName("whatsapp"), {}, {}, {}, {}};
    send.content.text = "number " + std::to_string(i);
    sends.emplace_back(Command{"send " + std::to_string(i), {}, send});
  }
  return sends;
}

}  // namespace

TEST_CASE("runner: an engine is closed while the runner settles what nobody carries out") {
  for (const bool throws : {false, true}) {
    MemoryStore store;
    Clock clock;
    RunnerOptions options = quiet_options(clock);
    options.on_send = {};
    if (throws) {
      options.on_send = [](auto&&...) { throw std::runtime_error("no network"); };
    }
    auto runner = must_start(store, engines_of(store, {aurora, boreal}), options);
    const auto came = runner->submit_future(aurora, text_from(1, "hello")).get();
    REQUIRE(came);
    std::promise<Status> closed;
    REQUIRE(runner->submit(
        aurora, sends_into(came->conversation, 3), [&](const Result<Runner::Outcomes>& outcomes) {
          REQUIRE(outcomes);
          for (const auto& outcome : *outcomes) CHECK(outcome);
          CHECK(runner->close(aurora, [&](Status done) { closed.set_value(std::move(done)); }));
        }));
    CHECK(closed.get_future().get());
    CHECK(runner->submit_future(boreal, text_from(1, "still here")).get());
    CHECK(runner->stop());
    // The next engine finds every send, none of them settled twice or lost.
    auto engine = Engine::open(store, adapters(), options_of(aurora), clock.now());
    REQUIRE(engine);
  }
}

TEST_CASE("runner: a clock that throws is told of, and the last time stands") {
  MemoryStore store;
  Clock clock;
  std::atomic<int> looks = 0;
  std::atomic<int> troubles = 0;
  RunnerOptions options = quiet_options(clock);
  options.clock = [&] {
    if (++looks > 3) throw std::runtime_error("no clock");
    return clock.now();
  };
  options.on_trouble = [&](const Error& error) {
    CHECK(error.reason == "callback_threw");
    ++troubles;
  };
  auto runner = must_start(store, engines_of(store, {aurora}), options);
  for (int i = 0; i < 5; ++i) {
    CHECK(runner->submit_future(aurora, text_from(i, "w" + std::to_string(i))).get());
  }
  std::promise<Status> opened;
  REQUIRE(runner->open(adapters(), options_of(boreal),
                       [&](Status done) { opened.set_value(std::move(done)); }));
  CHECK(opened.get_future().get());
  CHECK(runner->stop());
  CHECK(troubles > 0);
}

TEST_CASE("runner: handouts beyond a round's go on when the clock is set back meanwhile") {
  MemoryStore store;
  Clock clock;
  std::vector<Engine> engines = engines_of(store, {aurora});
  const auto came_from = [&](int contact) {
    const Input text = text_from(contact, "c" + std::to_string(contact));
    const auto came = engines[0].feed(std::span(&text, 1), morning());
    REQUIRE(came);
    REQUIRE(came->front());
    return came->front()->conversation;
  };
  RunnerOptions options = quiet_options(clock);
  options.batch_handouts = 2;
  std::atomic<int> handed = 0;
  std::promise<void> all;
  options.on_send = [&](Runner& runner, const TenantName& tenant, const Handout& out) {
    if (++handed == 1) clock.pass(-std::chrono::hours(2));
    CHECK(runner.settle(tenant, out.id,
                        novelo::testing::friendly_reply(adapter_of(out.connection), out.id)));
    if (handed == 9) all.set_value();
  };
  clock.pass(std::chrono::hours(2));
  std::vector<Input> sends;
  for (int contact = 10; contact < 19; ++contact) {
    SendMessage send{came_from(contact), EntryPointName("whatsapp"), {}, {}, {}, {}};
    send.content.text = "Bom dia!";
    sends.emplace_back(Command{"s" + std::to_string(contact), {}, send});
  }
  const auto sent = engines[0].feed(sends, morning());
  REQUIRE(sent);
  for (const auto& outcome : *sent) REQUIRE(outcome);
  auto runner = must_start(store, std::move(engines), options);
  CHECK(all.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
}

TEST_CASE("runner: a flood of one tenant leaves the others their room and their turn") {
  MemoryStore memory;
  GateStore store(memory);
  Clock clock;
  RunnerOptions options = quiet_options(clock);
  options.queue_inputs = 40;
  options.batch_inputs = 4;
  auto runner = must_start(store, engines_of(store, {aurora, boreal}), options);
  settle_down(*runner, aurora);
  settle_down(*runner, boreal);
  store.close();
  auto first = runner->submit_future(aurora, text_from(1, "first"));
  store.await_commit();
  std::vector<TenantName> order;  // the thread's until it has stopped
  const auto hand_in = [&](const TenantName& tenant, int number) {
    return runner->submit(tenant, text_from(number, "n" + std::to_string(number)),
                          [&order, tenant](const auto&) { order.push_back(tenant); });
  };
  int of_aurora = 0;
  while (of_aurora < 100 && hand_in(aurora, of_aurora)) ++of_aurora;
  CHECK(of_aurora == 30);  // its own quarter, and the half that is anybody's
  int of_boreal = 0;
  while (of_boreal < 100 && hand_in(boreal, of_boreal)) ++of_boreal;
  CHECK(of_boreal == 10);
  const std::vector<Input> many(40, SettleEffect{EffectId(77), Done{}});
  CHECK(runner->submit(boreal, many, {}));  // settlements have room of their own
  store.open();
  CHECK(first.get());
  REQUIRE(runner->stop());
  REQUIRE(order.size() == 40);
  for (std::size_t i = 0; i < 20; i += 2) CHECK(order[i] != order[i + 1]);
}

TEST_CASE("runner: what is too deep to be measured does not come in") {
  MemoryStore store;
  Clock clock;
  auto runner = must_start(store, engines_of(store, {aurora}), quiet_options(clock));
  Value deep = Value(std::string(100, 'x'));
  for (int level = 0; level < 300; ++level) deep = Value(Value::List{std::move(deep)});
  SendMessage send{ConversationId(1), EntryPointName("whatsapp"), {}, {}, {}, {}};
  send.variables["deep"] = std::move(deep);
  const Status refused = runner->submit(aurora, Command{"deep", {}, send}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::limit);
  CHECK(refused.error().reason == "too_deep");
}

namespace {

// docs: begin
// Answers one provider's request, on whatever thread it came; `answer` sends the response.
void on_webhook(Runner& runner, const TenantName& tenant, Request request,
                std::function<void(int status, const std::string& body)> answer) {
  const Status accepted =
      runner.submit(tenant, std::move(request), [answer](const Result<Response>& result) {
        if (result) return answer(result->status, result->body);
        answer(result.error().code == ErrorCode::unauthentic ? 401 : 503, "");
      });
  if (!accepted) answer(503, "");  // busy: the provider sends it again
}

RunnerOptions desk_host(
    std::function<void(TransportRequest, std::function<void(TransportReply)>)> http) {
  RunnerOptions options;
  const auto carry = [http](Runner& runner, const TenantName& tenant, const Handout& out) {
    http(*out.request, [&runner, tenant, id = out.id](TransportReply reply) {
      (void)runner.settle(tenant, id, std::move(reply));
    });
  };
  options.on_send = carry;
  options.on_call = carry;
  options.on_notify = [](Runner& runner, const TenantName& tenant, const Handout& out) {
    // ... push out.body to the desktop of out.agent
    (void)runner.settle(tenant, out.id, Done{});
  };
  return options;
}
// docs: end

// docs: backup begin
// Copies the runner's store, on a thread of the host's; commits go on meanwhile.
Status copy_while_it_runs(Runner& runner, SqliteStore& store, const std::string& path) {
  std::unique_ptr<SqliteBackup> backup;
  const auto between = [&](auto work) {
    auto done = std::make_shared<std::promise<Status>>();
    std::future<Status> worked = done->get_future();
    const Status accepted =
        runner.between([done, work](const Status& may) { done->set_value(may ? work() : may); });
    return accepted ? worked.get() : accepted;
  };
  Status worked = between([&]() -> Status {
    auto begun = store.begin_backup(path, sql_views());
    if (!begun) return fail(begun.error());
    backup = std::move(*begun);
    return {};
  });
  while (worked && backup->progress().phase == BackupPhase::copying) {
    worked = between([&] { return backup->step(500); });
  }
  // A backup that is given up while it copies goes where the store is used.
  if (!worked && !between([&]() -> Status { return backup.reset(), Status(); }))
    (void)runner.stop();
  while (worked && backup->progress().phase != BackupPhase::done) worked = backup->step(500);
  return worked;
}
// docs: backup end

}  // namespace

TEST_CASE("the backup that docs/runner.md shows is this one, and it works under load") {
  const std::string page = testing_support::read_source("docs/runner.md");
  const std::string test = testing_support::read_source("tests/runner_test.cpp");
  const std::string mark = "// docs: backup begin\n";
  const std::size_t from = test.find(mark) + mark.size();
  CHECK(page.find(test.substr(from, test.find("// docs: backup end\n") - from)) !=
        std::string::npos);

  const testing_support::TempFolder folder;
  auto opened = SqliteStore::open(folder.file());
  REQUIRE(opened);
  SqliteStore& store = **opened;
  auto runner = must_start(store, engines_of(store, {aurora}), {});
  std::atomic<bool> stop = false;
  std::atomic<int> told = 0;
  int accepted = 0;
  std::thread load([&] {
    while (!stop) {
      const Command command{"note-" + std::to_string(accepted), {}, ConfirmTime{}};
      auto done = runner->submit_future(aurora, command);
      ++accepted;
      (void)done.get();
      ++told;
    }
  });
  const Status copied = copy_while_it_runs(*runner, store, folder.file("copy"));
  INFO((copied ? std::string() : to_string(copied.error())));
  CHECK(copied);
  CHECK(copy_while_it_runs(*runner, store, folder.file("copy")).error().reason == "exists");
  stop = true;
  load.join();
  CHECK(told == accepted);
  REQUIRE(runner->stop());
  CHECK(copy_while_it_runs(*runner, store, folder.file("late")).error().reason == "stopping");
  CHECK(SqliteStore::restore(folder.file("copy"), folder.file("back")));
}

TEST_CASE("what is done between rounds comes after what was accepted, and is told once") {
  MemoryStore store;
  const Clock clock;
  RunnerOptions options;
  options.clock = [&clock] { return clock.now(); };
  auto runner = must_start(store, engines_of(store, {aurora}), options);
  std::vector<int> order;  // the thread's
  CHECK_FALSE(runner->inside());
  std::promise<void> done;
  REQUIRE(runner->ask(aurora, [&](const Result<Query>&) { order.push_back(1); }));
  REQUIRE(runner->between([&](const Status& may) {
    CHECK(may);
    CHECK(runner->inside());
    CHECK(store.maintain(0));
    order.push_back(2);
    CHECK(runner->metrics(aurora, [&](const Result<Metrics>& metrics) {
      CHECK(metrics);
      order.push_back(3);
      done.set_value();
    }));
  }));
  done.get_future().get();
  CHECK(order == std::vector{1, 2, 3});
  CHECK(runner->metrics(boreal, {}).error().reason == "unknown_tenant");
  REQUIRE(runner->between({}));
  REQUIRE(runner->stop());
  CHECK(runner->between([](const Status&) { FAIL("nobody is there"); }).error().reason ==
        "stopping");
  CHECK(runner->statistics().queued == 0);
}

TEST_CASE("a batch of settlements has the room of settlements") {
  MemoryStore store;
  RunnerOptions options;
  options.queue_inputs = 2;
  auto runner = must_start(store, engines_of(store, {aurora}), options);
  std::promise<void> held;
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  REQUIRE(runner->ask(aurora, [&](const Result<Query>&) {
    held.set_value();
    gate.wait();
  }));
  held.get_future().get();
  const auto settle = [](std::uint64_t id) { return Input(SettleEffect{EffectId(id), Done{}}); };
  const Input other = Command{"c", {}, ConfirmTime{}};
  REQUIRE(runner->submit(aurora, {other, settle(1)}, {}));
  CHECK(runner->submit(aurora, {settle(1), other}, {}).error().reason == "queue_full");
  std::promise<std::size_t> told;
  REQUIRE(runner->submit(aurora, {settle(1), settle(2)}, [&](const Result<Runner::Outcomes>& all) {
    told.set_value(all ? all->size() : 0);
  }));
  CHECK(runner->submit(aurora, std::vector<Input>{settle(3)}, {}).error().reason == "queue_full");
  open.set_value();
  CHECK(told.get_future().get() == 2);
}

TEST_CASE("the host that docs/runner.md shows is this one, and it works") {
  const std::string page = testing_support::read_source("docs/runner.md");
  const std::string test = testing_support::read_source("tests/runner_test.cpp");
  const std::string mark = "// docs: begin\n";
  const std::size_t from = test.find(mark) + mark.size();
  CHECK(page.find(test.substr(from, test.find("// docs: end") - from)) != std::string::npos);

  MemoryStore store;
  MemoryStore elsewhere;
  const Host signer(elsewhere);
  std::promise<std::string> sent;
  std::atomic<int> requests = 0;
  RunnerOptions options = desk_host([&](TransportRequest request, const auto& reply) {
    if (requests++ == 0) sent.set_value(request.url);
    TransportReply lost;
    reply(lost);
  });
  auto runner = must_start(store, engines_of(store, {aurora}), options);
  std::promise<int> answered;
  const std::string ringing =
      R"({"event":"incoming","event_id":"e1","call":"c1","from":"41988887777",)"
      R"("to":"08001234567"})";
  on_webhook(*runner, aurora, signer.webhook("pbx", ringing),
             [&](int status, const std::string&) { answered.set_value(status); });
  CHECK(answered.get_future().get() == 200);
  std::promise<int> forged;
  on_webhook(*runner, aurora, Request{"POST", "https://x/hooks/pbx", {}, "{}"},
             [&](int status, const std::string&) { forged.set_value(status); });
  CHECK(forged.get_future().get() == 401);
  REQUIRE(runner->stop());
  on_webhook(*runner, aurora, signer.webhook("pbx", ringing),
             [&](int status, const std::string&) { CHECK(status == 503); });
}

}  // namespace novelo
