// novelo_sabotage: plants one fault after the other and lets the simulator look for it. Exits with
// 1 when one is not found within its seeds, or a run without any is.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "../../examples/cli/adapters.hpp"
#include "novelo/testing/simulator.hpp"
#include "sabotage/sabotage.hpp"

namespace {

std::size_t planted_now = SIZE_MAX;

struct Verdict {
  std::string name;
  std::string expected;
  std::string found_by;  // empty: nobody has found it
  std::uint64_t seeds = 0;
};

Verdict look_for(std::size_t number, std::uint64_t most, std::size_t steps,
                 const std::vector<const novelo::ChannelAdapter*>& adapters) {
  Verdict verdict;
  if (number != SIZE_MAX) {
    verdict.name = sabotage::faults()[number].name;
    verdict.expected = sabotage::faults()[number].invariant;
  }
  planted_now = number;
  for (std::uint64_t seed = 1; seed <= most && verdict.found_by.empty(); ++seed) {
    novelo::testing::SimulationOptions options;
    options.seed = seed;
    options.steps = steps;
    options.adapters = adapters;
    const auto run = novelo::testing::simulate(options);
    verdict.seeds = seed;
    if (!run) verdict.found_by = "a run that does not begin: " + to_string(run.error());
    if (run && run->violation) verdict.found_by = run->violation->invariant;
  }
  planted_now = SIZE_MAX;
  return verdict;
}

}  // namespace

bool sabotage::is_planted(std::size_t number) {
  return number == planted_now;
}

int main(int argc, char** argv) {
  std::uint64_t seeds = 200;
  std::size_t steps = 600;
  std::string only;
  bool json = false;
  CLI::App app{"Plants faults in the engine and lets the simulator look for each."};
  app.add_option("--seeds", seeds, "Within how many a fault must be found")->capture_default_str();
  app.add_option("--steps", steps, "Of each seed")->capture_default_str();
  app.add_option("--only", only, "One fault, by its name");
  app.add_flag("--json", json, "One JSON object at the end");
  CLI11_PARSE(app, argc, argv);

  const cli::Adapters given;
  std::vector<Verdict> verdicts;
  const Verdict healthy = look_for(SIZE_MAX, 10, steps, given.all());
  if (!healthy.found_by.empty()) {
    fmt::print(stderr, "Without a fault {} is broken with seed {}.\n", healthy.found_by,
               healthy.seeds);
    return 1;
  }
  for (std::size_t number = 0; number < sabotage::faults().size(); ++number) {
    if (!only.empty() && sabotage::faults()[number].name != only) continue;
    verdicts.push_back(look_for(number, seeds, steps, given.all()));
    const Verdict& verdict = verdicts.back();
    if (json) continue;
    fmt::print("{:<34} {:<5} {}\n", verdict.name, verdict.expected,
               verdict.found_by.empty()
                   ? fmt::format("NOT FOUND in {} seeds", verdict.seeds)
                   : fmt::format("found by {} with seed {}", verdict.found_by, verdict.seeds));
  }
  const auto found = std::count_if(verdicts.begin(), verdicts.end(),
                                   [](const Verdict& one) { return !one.found_by.empty(); });
  if (json) {
    nlohmann::json list = nlohmann::json::array();
    for (const Verdict& one : verdicts) {
      list.push_back({{"fault", one.name},
                      {"expected", one.expected},
                      {"found_by", one.found_by},
                      {"seeds", one.seeds}});
    }
    fmt::print("{}\n", nlohmann::json{{"found", found}, {"faults", std::move(list)}}.dump());
  } else {
    fmt::print("{} of {} planted faults found\n", found, verdicts.size());
  }
  return static_cast<std::size_t>(found) == verdicts.size() && !verdicts.empty() ? 0 : 1;
}
