// The runner against the batched rate: 8 threads that keep 64 inputs in flight each, against one
// that feeds batches of 100. Both take the same messages, decoded, on desks of the same size, turn
// by turn; `of_batched` is the runner's rate as a part of the other, of the medians of all turns.
// The runner's turn has the handing out of what the messages lead to in it, the other has not.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include "bench/desk.hpp"
#include "bench/folder.hpp"
#include "bench/promise.hpp"
#include "novelo/runner.hpp"

namespace novelo::bench {
namespace {

constexpr std::size_t open_chats = 2000;
constexpr std::size_t threads = 8;
constexpr std::size_t in_flight = 64;
constexpr std::size_t each = 500;  // messages of a thread in a turn
constexpr std::size_t batch = 100;
constexpr double promised = 0.7;

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<std::vector<Input>> messages(Desk& desk, std::size_t parts, std::size_t of_each) {
  std::vector<std::vector<Input>> all;
  for (std::size_t i = 0; i < parts; ++i) all.push_back(desk.decode(desk.next_webhook(of_each)));
  return all;
}

// One turn of feeding; the settling is not counted.
double feed_turn(Desk& desk, bool& taken) {
  double seconds = 0;
  for (const auto& inputs : messages(desk, threads * each / batch, batch)) {
    seconds += seconds_of([&] { taken = desk.feed(inputs) && taken; });
    desk.settle();
  }
  return seconds;
}

// A desk's engine in a runner, and what it hands out.
class Served {
 public:
  explicit Served(Desk& desk) : desk_(desk) {
    for (std::size_t i = 0; i < threads; ++i) free_.emplace_back(in_flight);
    RunnerOptions options;
    options.clock = [this] { return Desk::opened_at + std::chrono::hours(1) + Duration(++now_); };
    const auto keep = [this](Runner&, const TenantName&, const Handout& out) {
      handed_out_.push_back(out.id);
    };
    options.on_send = options.on_call = options.on_notify = options.on_action = keep;
    std::vector<Engine> engines;
    engines.push_back(desk.take_engine());
    runner_ = std::move(Runner::start(desk.store(), std::move(engines), options).value());
  }

  double turn(bool& taken) {
    const auto inputs = messages(desk_, threads, each);
    failed_ = 0;
    const double seconds = seconds_of([&] { submit_all(inputs); });
    taken = taken && failed_ == 0;
    settle();
    return seconds;
  }
  RunnerStatistics statistics() const { return runner_->statistics(); }

 private:
  void submit_all(const std::vector<std::vector<Input>>& inputs) {
    std::vector<std::thread> submitters;
    for (const auto& mine : inputs) {
      submitters.emplace_back([this, &mine, &inputs] {
        std::counting_semaphore<in_flight>& free =
            free_[static_cast<std::size_t>(&mine - inputs.data())];
        for (const Input& input : mine) {
          free.acquire();
          const Status accepted =
              runner_->submit(tenant_, input, [this, &free](const auto& result) {
                if (!result) ++failed_;
                free.release();
              });
          if (!accepted) ++failed_;
        }
        for (std::size_t i = 0; i < in_flight; ++i) free.acquire();
        free.release(in_flight);
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
  }

  // What was handed out, and what comes after it, until nothing more comes.
  void settle() {
    for (;;) {
      std::promise<std::vector<EffectId>> promise;
      auto future = promise.get_future();
      (void)runner_->ask(tenant_,
                         [&](const auto&) { promise.set_value(std::exchange(handed_out_, {})); });
      const std::vector<EffectId> ids = future.get();
      std::vector<Input> inputs;
      for (const EffectId id : ids) inputs.emplace_back(SettleEffect{id, Done{}});
      if (inputs.empty()) return;
      if (!runner_->submit_future(tenant_, std::move(inputs)).get()) ++failed_;
    }
  }

  Desk& desk_;
  const TenantName tenant_{"default"};
  std::atomic<Duration::rep> now_ = 0;
  std::atomic<std::size_t> failed_ = 0;
  std::vector<EffectId> handed_out_;                     // the runner's thread's
  std::deque<std::counting_semaphore<in_flight>> free_;  // by thread
  std::unique_ptr<Runner> runner_;                       // last: it ends first
};

void runner(benchmark::State& state) {
  const Folder folder;
  Desk fed(folder.file("fed.novelo"), open_chats);
  Desk desk(folder.file("served.novelo"), open_chats);
  Served served(desk);
  bool taken = true;
  feed_turn(fed, taken);
  served.turn(taken);
  std::vector<double> alone;
  std::vector<double> together;
  for (auto _ : state) {
    alone.push_back(feed_turn(fed, taken));
    together.push_back(served.turn(taken));
    state.SetIterationTime(together.back());
  }
  const double of_batched = median(alone) / median(together);
  const RunnerStatistics statistics = served.statistics();
  state.counters["inputs/s"] = threads * each / median(together);
  state.counters["batched/s"] = threads * each / median(alone);
  state.counters["of_batched"] = of_batched;
  state.counters["a_commit"] =
      static_cast<double>(statistics.inputs) / static_cast<double>(statistics.commits);
  promise(state, taken, "a message was not taken");
  promise(state, of_batched >= promised, "the runner is below 70% of the batched rate");
}

BENCHMARK(runner)->Iterations(15)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace novelo::bench
