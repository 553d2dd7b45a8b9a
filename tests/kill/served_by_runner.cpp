#include "kill/served_by_runner.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kill/desk.hpp"
#include "kill/traffic.hpp"
#include "novelo/json.hpp"
#include "novelo/runner.hpp"
#include "support/clinic.hpp"

namespace novelo::kill {
namespace {

constexpr std::size_t threads = 3;
constexpr int rounds_of_a_thread = 150;
constexpr std::size_t most_at_once = 4;
constexpr int faster = 100;  // the desk's time runs so much faster than ours

const TenantName& tenant() {
  static const TenantName name = clinic::options().tenant;
  return name;
}

// What the threads and the runner's callbacks share.
class Hall {
 public:
  Hall(const ChildTask& task, Announcer& parent)
      : task_(&task),
        parent_(&parent),
        began_(parse_timestamp(task.now).value()),
        since_(std::chrono::steady_clock::now()),
        carrier_(task.seed, fmt::format("{}.{}c", task.life, task.seed % 1000)) {}

  Timestamp now() const {
    return began_ + std::chrono::duration_cast<Duration>(
                        (std::chrono::steady_clock::now() - since_) * faster);
  }
  const ChildTask& task() const { return *task_; }
  Announcer& parent() { return *parent_; }

  void look(const Query& query) {
    const auto found = query.conversations({}, 200);
    if (!found) give_up(*parent_, "conversations: " + to_string(found.error()));
    const std::scoped_lock lock(mutex_);
    conversations_.clear();
    for (const ConversationRecord& each : *found) conversations_.push_back(each.id);
  }
  std::vector<ConversationId> conversations() {
    const std::scoped_lock lock(mutex_);
    return conversations_;
  }

  // Called on the runner's thread.
  void carry(Runner& runner, const Handout& out) {
    parent_->handed_out(to_frame(std::vector<Handout>{out}), now());
    if (carrier_.one_in(4)) return;  // never told what came of it
    const auto [settlement, last] = carrier_.settlement(out);
    const std::uint64_t number = parent_->submit({{"settle", std::to_string(out.id.value())},
                                                  {"settlement", to_json(settlement)},
                                                  {"final", last}},
                                                 now());
    (void)runner.settle(tenant(), out.id, settlement, [this, number](const auto& result) {
      if (!result) give_up(*parent_, "settle: " + to_string(result.error()));
      parent_->acked(number, {{"result", to_json(result)}}, now());
    });
  }

 private:
  const ChildTask* task_;
  Announcer* parent_;
  Timestamp began_;
  std::chrono::steady_clock::time_point since_;
  Traffic carrier_;
  std::mutex mutex_;
  std::vector<ConversationId> conversations_;
};

// One thread that hands work in, a few pieces at a time.
class Caller {
 public:
  Caller(Hall& hall, Runner& runner, std::size_t number)
      : hall_(&hall),
        runner_(&runner),
        traffic_(hall.task().seed * threads + number,
                 fmt::format("{}.{}t{}", hall.task().life, hall.task().seed % 1000, number)) {}

  void run() {
    for (int i = 0; i < rounds_of_a_thread; ++i) {
      std::vector<std::future<void>> done;
      for (std::size_t left = 1 + traffic_.below(most_at_once); left > 0; --left) {
        done.push_back(traffic_.one_in(3) ? command() : receive());
      }
      for (std::future<void>& each : done) each.wait();
      if (traffic_.one_in(10)) look_around();
    }
  }

 private:
  std::future<void> receive() {
    const Arrival arrival = traffic_.arrival(hall_->now());
    const std::uint64_t number = hall_->parent().submit(
        {{"request", to_json(arrival.request)}, {"texts", arrival.texts}, {"calls", arrival.calls}},
        hall_->now());
    const auto done = std::make_shared<std::promise<void>>();
    const Status accepted = runner_->submit(
        tenant(), arrival.request, [this, number, done](const Result<Response>& answer) {
          if (!answer && !is_refusal(answer.error())) {
            give_up(hall_->parent(), "receive: " + to_string(answer.error()));
          }
          hall_->parent().acked(number, {{"status", answer ? answer->status : 0}}, hall_->now());
          done->set_value();
        });
    if (!accepted) give_up(hall_->parent(), "submit: " + to_string(accepted.error()));
    return done->get_future();
  }

  std::future<void> command() {
    const std::vector<Command> commands = traffic_.commands(hall_->conversations(), hall_->now());
    const std::uint64_t number =
        hall_->parent().submit({{"commands", to_frame(commands)}}, hall_->now());
    const auto done = std::make_shared<std::promise<void>>();
    const Status accepted = runner_->submit(
        tenant(), std::vector<Input>(commands.begin(), commands.end()),
        [this, number, done](const Result<Runner::Outcomes>& results) {
          if (!results) give_up(hall_->parent(), "feed: " + to_string(results.error()));
          hall_->parent().acked(number, {{"results", to_frame(*results)}}, hall_->now());
          done->set_value();
        });
    if (!accepted) give_up(hall_->parent(), "submit: " + to_string(accepted.error()));
    return done->get_future();
  }

  void look_around() {
    (void)runner_->ask(tenant(), [this](const Result<Query>& query) {
      if (query) hall_->look(*query);
    });
  }

  Hall* hall_;
  Runner* runner_;
  Traffic traffic_;
};

RunnerOptions options_of(Hall& hall) {
  RunnerOptions options;
  options.clock = [&hall] { return hall.now(); };
  options.maintain_pages = 50;
  options.maintain_latest = 300;
  options.quiet = std::chrono::milliseconds(1);
  const auto carry = [&hall](Runner& runner, const TenantName&, const Handout& out) {
    hall.carry(runner, out);
  };
  options.on_send = carry;
  options.on_call = carry;
  options.on_notify = carry;
  options.on_action = carry;
  options.on_fault = [&hall](Runner&, const TenantName&, const Error& error) {
    give_up(hall.parent(), "faulted: " + to_string(error));
  };
  options.on_trouble = [&hall](const Error& error) {
    give_up(hall.parent(), "trouble: " + to_string(error));
  };
  return options;
}

}  // namespace

int serve_by_runner(const ChildTask& task, Announcer& parent) {
  Desk desk(task, parent);
  Hall hall(task, parent);
  std::vector<Engine> engines;
  engines.push_back(desk.open_engine(hall.now()));
  hall.look(Query(engines.front()));
  auto runner = Runner::start(desk.store(), std::move(engines), options_of(hall));
  if (!runner) give_up(parent, "the runner does not start: " + to_string(runner.error()));
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < threads; ++i) {
    callers.emplace_back([&, i] { Caller(hall, **runner, i).run(); });
  }
  for (std::thread& caller : callers) caller.join();
  (void)(*runner)->stop();
  return 0;
}

}  // namespace novelo::kill
