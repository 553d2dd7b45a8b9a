// Durable ingestion: inbound WhatsApp texts, from the webhook's bytes or from decoded events, to
// the committed entry, conversation and effect (the owner of an open chat is told of each). Beside
// it, round by round, SQLite alone writes three rows of the same sizes to trees of the same size,
// with the same settings and the same number of messages in a commit: `of_bare` is the engine's
// rate as a part of that, of the medians of all rounds; `of_bare_cpu` is the same of the
// processor's time, which leaves the waiting for the disk out and which a busy machine disturbs
// less; `p99_of_bare` is how many times as long as bare's the slowest hundredth takes at least.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include "bench/bare_sqlite.hpp"
#include "bench/desk.hpp"
#include "bench/folder.hpp"
#include "bench/promise.hpp"

namespace novelo::bench {
namespace {

// A message reads one row (was it seen before?) and writes four: that it was seen, the entry, the
// conversation, the effect. Everything else it needs is at hand.
constexpr double statements_a_message = 5;
// A commit begins, ends, and stores the clock.
constexpr double statements_a_commit = 3;
// At worst a message dirties one page in each of the four trees, and a commit splits some of them.
constexpr double wal_bytes_a_message = 5 * (4096 + 24);
constexpr double wal_bytes_a_commit = 8 * (4096 + 24);

constexpr std::size_t open_chats = 2000;

struct Times {
  std::vector<double> wall;  // seconds, by round
  std::vector<double> cpu;

  void add(const auto& work) {
    const std::clock_t cpu_start = std::clock();
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    wall.push_back(took.count());
    cpu.push_back(static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
  }
};

// The value that `part` of all are below.
double quantile(std::vector<double> values, double part) {
  const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size()));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

double median(const std::vector<double>& values) {
  return quantile(values, 0.5);
}

struct Totals {
  Times engine;
  Times bare;
  std::uint64_t commits = 0;
  std::uint64_t statements = 0;
  std::uint64_t wal_bytes = 0;
  std::uint64_t bare_wal_bytes = 0;
};

enum class Door { receive, feed };

// One round: the same number of messages through the engine and past it.
bool run_round(Desk& desk, BareSqlite& bare, Door door, std::size_t messages, bool engine_first,
               Totals& totals) {
  const Request webhook = desk.next_webhook(messages);
  const std::vector<BareMessage> rows = desk.rows_of_webhook();
  const std::vector<Input> inputs =
      door == Door::feed ? desk.decode(webhook) : std::vector<Input>();
  const auto run_bare = [&] {
    totals.bare.add([&] { bare.write(rows); });
    totals.bare_wal_bytes += bare.written_bytes();
  };
  if (!engine_first) run_bare();
  const StoreStatistics before = desk.store().statistics();
  bool taken = false;
  totals.engine.add(
      [&] { taken = door == Door::feed ? desk.feed(inputs) : desk.receive(webhook); });
  const StoreStatistics after = desk.store().statistics();
  if (engine_first) run_bare();
  totals.commits += after.commits - before.commits;
  totals.statements += after.statements - before.statements;
  totals.wal_bytes += after.wal_bytes - before.wal_bytes;
  desk.show_values(bare);
  bare.settle(rows);
  bare.written_bytes();
  return taken && desk.settle() == messages;
}

void report(benchmark::State& state, const Totals& totals, std::size_t batch) {
  const auto rounds = static_cast<double>(totals.engine.wall.size());
  const auto in_batch = static_cast<double>(batch);
  const double engine = median(totals.engine.wall);
  const double alone = median(totals.bare.wall);
  const double statements = static_cast<double>(totals.statements) / rounds;
  const double wal_bytes = static_cast<double>(totals.wal_bytes) / rounds;
  state.counters["messages/s"] = in_batch / engine;
  state.counters["bare/s"] = in_batch / alone;
  state.counters["of_bare"] = alone / engine;
  state.counters["of_bare_cpu"] = median(totals.bare.cpu) / median(totals.engine.cpu);
  constexpr double late = 0.99;
  state.counters["p99_of_bare"] =
      quantile(totals.engine.wall, late) / quantile(totals.bare.wall, late);
  state.counters["statements"] = statements / in_batch;
  state.counters["wal_bytes"] = wal_bytes / in_batch;
  state.counters["bare_wal"] = static_cast<double>(totals.bare_wal_bytes) / rounds / in_batch;
  promise(state, totals.commits == totals.engine.wall.size(), "one call is not one commit");
  promise(state, statements <= statements_a_message * in_batch + statements_a_commit,
          "too many statements a message");
  promise(state, wal_bytes <= wal_bytes_a_message * in_batch + wal_bytes_a_commit,
          "too many bytes in the log a message");
}

void ingest(benchmark::State& state, Door door) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const Folder folder;
  Desk desk(folder.file("desk.novelo"), open_chats);
  BareSqlite bare(folder.file("bare.sqlite"), desk.store());
  Totals warm_up;
  for (int i = 0; i < 20; ++i) run_round(desk, bare, door, batch, i % 2 == 0, warm_up);
  Totals totals;
  bool engine_first = false;
  for (auto _ : state) {
    engine_first = !engine_first;
    if (!promise(state, run_round(desk, bare, door, batch, engine_first, totals),
                 "a message was not taken, or did not lead to one effect")) {
      return;
    }
    state.SetIterationTime(totals.engine.wall.back());
  }
  report(state, totals, batch);
}

BENCHMARK_CAPTURE(ingest, receive, Door::receive)
    ->ArgName("batch")
    ->Arg(100)
    ->Arg(1)
    ->Iterations(1000)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(ingest, feed, Door::feed)
    ->ArgName("batch")
    ->Arg(100)
    ->Arg(1)
    ->Iterations(1000)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace novelo::bench
