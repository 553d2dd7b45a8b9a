// One turn of a walk: an answer at a menu of five options, read, and the menu asked again or left.
#include <benchmark/benchmark.h>

#include <fstream>
#include <sstream>
#include <string>

#include "novelo/flow_engine.hpp"

namespace {

using namespace novelo;

FlowEngine load_busy_adviser() {
  std::ifstream file(std::string(NOVELO_SOURCE_DIR) + "/examples/flows/busy_adviser.json");
  std::stringstream text;
  text << file.rdbuf();
  const FlowSource source{"busy_adviser.json", text.str()};
  return *FlowEngine::load({&source, 1});
}

Value variables() {
  return Value(Value::Map{
      {"contact", Value::Map{{"name", "Ana"}}},
      {"owner", Value::Map{{"name", "João"}}},
      {"channels", Value::Map{{"whatsapp", true}, {"sms", true}}},
      {"caller", Value::Map{{"mobile", true}}},
  });
}

void menu_turn(benchmark::State& state, const char* said) {
  const FlowEngine engine = load_busy_adviser();
  const Value known = variables();
  const auto begun =
      engine.start(FlowName("busy_adviser"), "pt-PT", Channel::whatsapp, known, Timestamp());
  const FlowInput input = FlowSpeech{said};
  for (auto _ : state) {
    auto next = engine.resume(begun->session, input, known, Timestamp());
    benchmark::DoNotOptimize(next);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(menu_turn, number, "3");
BENCHMARK_CAPTURE(menu_turn, title, "Deixar mensagem");
BENCHMARK_CAPTURE(menu_turn, sentence, "quero deixar uma mensagem, por favor");
BENCHMARK_CAPTURE(menu_turn, typo, "outro concelheiro");
BENCHMARK_CAPTURE(menu_turn, nonsense_asked_again, "quanto custa uma consulta?");

void load_flow(benchmark::State& state) {
  for (auto _ : state) {
    const FlowEngine engine = load_busy_adviser();
    benchmark::DoNotOptimize(engine.flows());
  }
}
BENCHMARK(load_flow);

}  // namespace
