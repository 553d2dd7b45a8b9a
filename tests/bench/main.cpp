// Runs the benchmarks. Exit code 0 when they ran and every promise held.
#include <benchmark/benchmark.h>

#include "bench/promise.hpp"

namespace novelo::bench {
namespace {

int& broken() {
  static int count = 0;
  return count;
}

}  // namespace

bool promise(benchmark::State& state, bool holds, const std::string& what) {
  if (holds) return true;
  ++broken();
  state.SkipWithError(what.c_str());
  return false;
}

int broken_promises() {
  return broken();
}

}  // namespace novelo::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return novelo::bench::broken_promises() == 0 ? 0 : 1;
}
