// The JSON door: what text in and text out add to the engine. `door` feeds WhatsApp texts as
// decoded events in batches of 100; in each round the same number of them goes in as C++ values and
// as JSON texts, whose results are written as JSON too. `over_cpp` is the second's median as a part
// of the first's; `door_us` is what the door alone takes for one input. The others are the parts of
// that: one text to an Input, one result to a text.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/desk.hpp"
#include "bench/folder.hpp"
#include "bench/promise.hpp"
#include "novelo/json.hpp"

namespace novelo::bench {
namespace {

constexpr std::size_t open_chats = 2000;
constexpr std::size_t inputs_a_batch = 100;

using Clock = std::chrono::steady_clock;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Input read_input(const std::string& text) {
  const auto document = parse_json(text, Limits{}.json_depth);
  return input_from_json(document.value()).value();
}

std::vector<std::string> texts_of(const std::vector<Input>& inputs) {
  std::vector<std::string> texts;
  for (const Input& input : inputs) texts.push_back(to_json(input).dump());
  return texts;
}

// The bytes of all the answers.
std::size_t through_the_door(Desk& desk, const std::vector<std::string>& texts) {
  std::vector<Input> inputs;
  inputs.reserve(texts.size());
  for (const std::string& text : texts) inputs.push_back(read_input(text));
  std::size_t bytes = 0;
  for (const auto& result : desk.results_of(inputs)) bytes += to_json(result).dump().size();
  return bytes;
}

void door(benchmark::State& state) {
  const Folder folder;
  Desk desk(folder.file("desk.novelo"), open_chats);
  std::vector<double> plain;
  std::vector<double> with_json;
  for (auto _ : state) {
    const std::vector<Input> inputs = desk.decode(desk.next_webhook(inputs_a_batch));
    auto start = Clock::now();
    const bool taken = desk.feed(inputs);
    plain.push_back(seconds_since(start));
    bool settled = desk.settle() == inputs_a_batch;
    const std::vector<std::string> texts = texts_of(desk.decode(desk.next_webhook(inputs_a_batch)));
    start = Clock::now();
    benchmark::DoNotOptimize(through_the_door(desk, texts));
    with_json.push_back(seconds_since(start));
    settled = desk.settle() == inputs_a_batch && settled;
    if (!promise(state, taken && settled, "a message was not taken")) return;
    state.SetIterationTime(with_json.back());
  }
  const double once = median(plain);
  const double by_json = median(with_json);
  state.counters["over_cpp"] = by_json / once;
  state.counters["cpp_us"] = once * 1e6 / inputs_a_batch;
  state.counters["door_us"] = (by_json - once) * 1e6 / inputs_a_batch;
}
BENCHMARK(door)->Iterations(300)->UseManualTime()->Unit(benchmark::kMicrosecond);

Input a_command() {
  SendMessage send;
  send.conversation = ConversationId(123456);
  send.content.text = "The rehearsal is on Friday at nine; please come a little earlier.";
  return Command{"desk-1-000042", AgentName("joao"), std::move(send)};
}

Input an_event() {
  InboundMessage message;
  message.id = "wamid.HBgMNTU0MTk4ODg4Nzc3NxUCABIYFjNFQjA=";
  message.at = Desk::opened_at;
  message.from = {{AddressKind::phone, "5541988887777"}, {}, "Ana Souza"};
  message.to = "106540352242922";
  message.content.text = "Good morning, I would like to move my appointment.";
  return DecodedEvent{ConnectionName("meta"), std::move(message)};
}

void read(benchmark::State& state, const Input& input) {
  const std::string text = to_json(input).dump();
  for (auto _ : state) benchmark::DoNotOptimize(read_input(text));
}
BENCHMARK_CAPTURE(read, command, a_command());
BENCHMARK_CAPTURE(read, event, an_event());

void parse(benchmark::State& state, const Input& input) {
  const std::string text = to_json(input).dump();
  for (auto _ : state) benchmark::DoNotOptimize(parse_json(text, Limits{}.json_depth));
}
BENCHMARK_CAPTURE(parse, command, a_command());
BENCHMARK_CAPTURE(parse, event, an_event());

void write(benchmark::State& state) {
  Outcome outcome;
  outcome.contact = ContactId(123);
  outcome.conversation = ConversationId(123456);
  outcome.interaction = InteractionId(123457);
  outcome.entry = 42;
  const Result<Outcome> result(outcome);
  for (auto _ : state) benchmark::DoNotOptimize(to_json(result).dump());
}
BENCHMARK(write);

}  // namespace
}  // namespace novelo::bench
