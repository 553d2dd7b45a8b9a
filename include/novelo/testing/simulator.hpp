// Simulator: a whole contact centre on a virtual clock, driven by one number.
//
// Customers write, call, hang up and come back; agents take, refuse, forget and close; providers
// take messages, lose answers, repeat, reorder and lie; the host restarts, and its store dies
// between any two of its operations. The engine, the adapters and the store are the real ones. What
// must always hold is checked after every commit from what is in the store alone (invariants());
// in the end all faults stop, and everything must come to its end.
//
//   SimulationOptions options;
//   options.seed = 17;
//   options.configuration = my_configuration;  // yours, and your adapters
//   options.adapters = {&my_adapter, &voice};
//   const Simulation run = simulate(options).value();
//   if (run.violation) std::puts(run.violation->what.c_str());
//
// The same options give the same run, on every machine. `novelo_sim` runs many seeds, prints the
// command that repeats a failing one, and makes it short (shrink). docs/simulator.md is its page.
//
// Your own adapter is asked to encode, verify and read replies as ever; what its provider would
// send is fed as decoded events, since only you know its payloads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/channel_adapter.hpp"
#include "novelo/store.hpp"

namespace novelo::testing {

// How bad things are in a run, in percent of the occasions for each. A run draws its own from its
// seed; give one to hold it fixed.
struct Weather {
  unsigned repeats = 0;   // a provider tells the same thing again, soon or hours later
  unsigned delays = 0;    // it tells late, so that things come out of their order
  unsigned lost = 0;      // it never tells
  unsigned failures = 0;  // it refuses a message
  unsigned silence = 0;   // it takes a message, and its answer is lost
  unsigned lies = 0;      // receipts for what it does not have, and against what it said before
  unsigned restarts = 0;  // the host closes the engine and opens another
  unsigned crashes = 0;   // the machine dies between two operations of the store
  unsigned disk = 0;      // the disk is full, or cannot be read for once
  unsigned broken = 0;    // what a provider sends comes cut, altered or forged as well
};

// Ceilings that a run reaches.
Limits low_limits();

struct SimulationOptions {
  std::uint64_t seed = 1;
  std::size_t steps = 1000;  // things that customers, staff and the host do; 1 or more
  // The steps that are done, by number, in order; none: all of them.
  std::vector<std::size_t> only;
  std::string configuration;  // JSON; empty: a centre with every channel of the library
  std::vector<const ChannelAdapter*> adapters;  // of yours too; they outlive the run
  // Makes the empty store of a run; empty: a MemoryStore.
  std::function<Result<std::unique_ptr<Store>>()> store;
  Limits limits = low_limits();
  std::optional<Weather> weather;
  std::optional<std::size_t> tenants;  // 1 or 2 that share the store; none: by the seed
  // Where the run is written as a journey (recorder.hpp), of its first tenant; empty: nowhere. What
  // the store failed in is left out, the restart that follows is there.
  std::string record;
};

struct Violation {
  std::string invariant;  // "I10"
  std::string what;
  std::size_t step = 0;  // after which it was found; `steps` and more: while everything ended
  Timestamp at{};
};

struct Simulation {
  std::optional<Violation> violation;
  Weather weather;
  std::uint64_t inputs = 0;  // requests, commands, events, settlements and times, all tenants
  std::uint64_t refused = 0;
  std::uint64_t commits = 0;
  std::uint64_t handouts = 0;
  std::uint64_t restarts = 0;
  std::uint64_t faults = 0;  // of the store
  Duration simulated{};
  std::uint64_t digest = 0;  // of every row that was written: equal runs have equal ones
};

// Fails with `invalid` (options, configuration), or with what the store says at its opening.
Result<Simulation> simulate(const SimulationOptions& options);

// The same run with as few steps as the same invariant is still broken by, tried `most` times at
// most: gives the steps for `only`. Fails with `invalid` where the run breaks nothing.
Result<std::vector<std::size_t>> shrink(const SimulationOptions& options, std::size_t most = 500);

struct Invariant {
  std::string_view number;  // "I10"
  std::string_view says;
};
// What is checked.
std::span<const Invariant> invariants();

}  // namespace novelo::testing
