// Promises of a benchmark that do not depend on the machine: a broken one fails the whole run.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

namespace novelo::bench {

// Ends the benchmark with `what` unless `holds`; the program's exit code then says so too.
bool promise(benchmark::State& state, bool holds, const std::string& what);

// How many were broken so far.
int broken_promises();

}  // namespace novelo::bench
