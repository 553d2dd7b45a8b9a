// What the C interface costs: the same messages into two desks with the same past, one by way of
// C++, the other by way of novelo.h, round by round. `receive`: a webhook's bytes. `feed`: decoded
// events, in C++ as values, in C as JSON texts, whose outcomes are read as JSON too. `c_over_cpp`
// is how many times as long the way by C takes, of the medians of all rounds; `c_over_cpp_cpu` is
// the same of the processor's time, which leaves the waiting for the disk out.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/desk.hpp"
#include "bench/folder.hpp"
#include "bench/promise.hpp"
#include "novelo.h"
#include "novelo/json.hpp"

namespace novelo::bench {
namespace {

constexpr std::size_t open_chats = 2000;

void expect(bool holds) {
  if (!holds) std::abort();
}

novelo_text view(std::string_view text) {
  return {text.data(), text.size()};
}

// A desk that somebody else has opened, from C.
class CDesk {
 public:
  explicit CDesk(const std::string& path) {
    const EngineOptions how = desk_options();
    std::vector<novelo_secret> secrets;
    for (const auto& [connection, named] : how.secrets) {
      for (const auto& [name, texts] : named) {
        secrets.push_back({view(connection.text()), view(name), view(texts.front().reveal())});
      }
    }
    novelo_engine_options options{};
    options.struct_size = sizeof(options);
    options.tenant_secret = view(how.tenant_secret.reveal());
    options.secrets = secrets.data();
    options.secret_count = secrets.size();
    expect(novelo_store_open_sqlite(path.data(), path.size(), nullptr, &store_, nullptr) == 0);
    expect(novelo_engine_open(store_, &options, tick(), &engine_, nullptr) == 0);
  }
  ~CDesk() {
    novelo_engine_close(engine_, nullptr);
    novelo_store_close(store_, nullptr);
  }
  CDesk(const CDesk&) = delete;
  CDesk& operator=(const CDesk&) = delete;

  bool receive(const Request& webhook) {
    std::vector<novelo_header> headers;
    for (const Header& header : webhook.headers) {
      headers.push_back({view(header.name), view(header.value)});
    }
    novelo_request request{};
    request.struct_size = sizeof(request);
    request.url = view(webhook.url);
    request.headers = headers.data();
    request.header_count = headers.size();
    request.body = view(webhook.body);
    novelo_answer* answer = nullptr;
    const novelo_response* response = nullptr;
    const bool taken = novelo_receive(engine_, &request, tick(), &answer, nullptr) == NOVELO_OK &&
                       novelo_answer_read(answer, &response) == NOVELO_OK &&
                       response->status == 200;
    return novelo_answer_free(answer) == NOVELO_OK && taken;
  }

  bool feed(const std::vector<std::string>& texts) {
    std::vector<novelo_text> inputs;
    for (const std::string& text : texts) inputs.push_back(view(text));
    novelo_items* outcomes = nullptr;
    const novelo_item* items = nullptr;
    std::size_t count = 0;
    bool taken = novelo_feed(engine_, inputs.data(), inputs.size(), tick(), &outcomes, nullptr) ==
                     NOVELO_OK &&
                 novelo_items_read(outcomes, &items, &count) == NOVELO_OK && count == texts.size();
    for (std::size_t i = 0; i < count; ++i) taken = taken && items[i].status == NOVELO_OK;
    return novelo_items_free(outcomes) == NOVELO_OK && taken;
  }

  // As Desk::settle.
  std::size_t settle() {
    novelo_handouts* handouts = nullptr;
    const novelo_handout* const* list = nullptr;
    std::size_t count = 0;
    expect(novelo_poll(engine_, tick(), 10'000, &handouts, nullptr) == NOVELO_OK);
    expect(novelo_handouts_read(handouts, &list, &count) == NOVELO_OK);
    std::vector<novelo_settlement> settlements(count);
    for (std::size_t i = 0; i < count; ++i) {
      settlements[i].struct_size = sizeof(novelo_settlement);
      settlements[i].effect = list[i]->id;
      settlements[i].kind = NOVELO_DONE;
    }
    expect(novelo_settle(engine_, settlements.data(), count, tick(), nullptr, nullptr) == 0);
    novelo_handouts_free(handouts);
    return count;
  }

 private:
  std::int64_t tick() { return now_ += 1000; }

  novelo_store* store_ = nullptr;
  novelo_engine* engine_ = nullptr;
  std::int64_t now_ = (Desk::opened_at + std::chrono::hours(1)).time_since_epoch().count();
};

struct Times {
  std::vector<double> wall;
  std::vector<double> cpu;

  bool add(const auto& work) {
    const std::clock_t cpu_start = std::clock();
    const auto start = std::chrono::steady_clock::now();
    const bool done = work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    wall.push_back(took.count());
    cpu.push_back(static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
    return done;
  }
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

enum class Door { receive, feed };

bool run_round(Desk& desk, CDesk& other, Door door, std::size_t messages, bool c_first, Times& cpp,
               Times& c) {
  const Request webhook = desk.next_webhook(messages);
  std::vector<Input> inputs;
  std::vector<std::string> texts;
  if (door == Door::feed) {
    inputs = desk.decode(webhook);
    for (const Input& input : inputs) texts.push_back(to_json(input).dump());
  }
  const auto by_cpp = [&] {
    return cpp.add([&] { return door == Door::feed ? desk.feed(inputs) : desk.receive(webhook); });
  };
  const auto by_c = [&] {
    return c.add([&] { return door == Door::feed ? other.feed(texts) : other.receive(webhook); });
  };
  const bool taken = c_first ? by_c() && by_cpp() : by_cpp() && by_c();
  return taken && desk.settle() == messages && other.settle() == messages;
}

void c_door(benchmark::State& state, Door door) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const Folder folder;
  { const Desk opened(folder.file("c.novelo"), open_chats); }
  Desk desk(folder.file("cpp.novelo"), open_chats);
  CDesk other(folder.file("c.novelo"));
  Times cpp;
  Times c;
  for (int i = 0; i < 20; ++i) run_round(desk, other, door, batch, i % 2 == 0, cpp, c);
  cpp = {};
  c = {};
  bool c_first = false;
  for (auto _ : state) {
    c_first = !c_first;
    if (!promise(state, run_round(desk, other, door, batch, c_first, cpp, c),
                 "a message was not taken, or did not lead to one effect")) {
      return;
    }
    state.SetIterationTime(c.wall.back());
  }
  state.counters["messages/s"] = static_cast<double>(batch) / median(c.wall);
  state.counters["c_over_cpp"] = median(c.wall) / median(cpp.wall);
  state.counters["c_over_cpp_cpu"] = median(c.cpu) / median(cpp.cpu);
}

BENCHMARK_CAPTURE(c_door, receive, Door::receive)
    ->ArgName("batch")
    ->Arg(100)
    ->Arg(1)
    ->Iterations(300)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(c_door, feed, Door::feed)
    ->ArgName("batch")
    ->Arg(100)
    ->Arg(1)
    ->Iterations(300)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace novelo::bench
