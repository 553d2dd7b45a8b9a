// novelo_sim: runs the simulator over many seeds, and makes a failing one short.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "../cli/adapters.hpp"
#include "novelo/stores/sqlite.hpp"
#include "novelo/testing/simulator.hpp"

namespace {

namespace fs = std::filesystem;
using novelo::testing::Simulation;
using novelo::testing::SimulationOptions;
using Clock = std::chrono::steady_clock;

struct Asked {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 100;
  std::size_t steps = 1000;
  double minutes = 0;
  std::string store = "mixed";
  std::string configuration;
  std::string only;
  std::string record;
  std::string folder;
  bool twice = false;
  bool no_shrink = false;
  bool json = false;
};

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t inputs = 0;
  std::uint64_t commits = 0;
  std::uint64_t handouts = 0;
  std::uint64_t restarts = 0;
  std::uint64_t faults = 0;
  double seconds = 0;
  double simulated_days = 0;
};

// A folder of its own for the stores in files, gone at the end. Where there is a file system in
// memory it is there: what a disk makes of a commit is not what is looked at here.
class Folder {
 public:
  explicit Folder(const std::string& asked) {
    fs::path above = asked;
    if (asked.empty()) above = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    path_ = above / fmt::format("novelo_sim-{}", ::getpid());
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  novelo::Result<std::unique_ptr<novelo::Store>> make() {
    const fs::path file = path_ / fmt::format("{}.novelo", ++made_);
    for (const char* const end : {"", "-wal", "-shm"}) fs::remove(file.string() + end);
    if (made_ > 1) fs::remove(path_ / fmt::format("{}.novelo", made_ - 1));
    auto opened = novelo::SqliteStore::open(file.string(), {});
    if (!opened) return novelo::fail(opened.error());
    return std::unique_ptr<novelo::Store>(std::move(*opened));
  }

 private:
  fs::path path_;
  int made_ = 0;
};

// "3,17,90-95"
std::vector<std::size_t> read_steps(const std::string& text) {
  std::vector<std::size_t> steps;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t used = 0;
    const std::size_t first = std::stoul(text.substr(at), &used);
    at += used;
    std::size_t last = first;
    if (at < text.size() && text[at] == '-') {
      last = std::stoul(text.substr(++at), &used);
      at += used;
    }
    for (std::size_t step = first; step <= last; ++step) steps.push_back(step);
    if (at < text.size() && text[at++] != ',') throw CLI::ValidationError("--only", text);
  }
  return steps;
}

std::string write_steps(const std::vector<std::size_t>& steps) {
  std::string text;
  for (std::size_t i = 0; i < steps.size();) {
    std::size_t last = i;
    while (last + 1 < steps.size() && steps[last + 1] == steps[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", steps[i]);
    if (last > i) text += fmt::format("-{}", steps[last]);
    i = last + 1;
  }
  return text;
}

bool is_on_sqlite(const Asked& asked, std::uint64_t seed) {
  return asked.store == "sqlite" || (asked.store == "mixed" && seed % 10 == 0);
}

class Program {
 public:
  explicit Program(const Asked& asked)
      : asked_(asked), adapters_(given_.all()), folder_(asked.folder) {
    if (!asked_.configuration.empty()) {
      std::ifstream file(asked_.configuration, std::ios::binary);
      if (!file) throw CLI::ValidationError("--config", "cannot be read");
      document_.assign(std::istreambuf_iterator<char>(file), {});
    }
  }

  int run() {
    const auto begun = Clock::now();
    const auto seconds = [&] {
      return std::chrono::duration<double>(Clock::now() - begun).count();
    };
    const bool timed = asked_.minutes > 0;
    for (std::uint64_t seed = asked_.seed;; ++seed) {
      if (timed ? seconds() >= asked_.minutes * 60 : seed >= asked_.seed + asked_.seeds) break;
      if (const int failed = one(seed); failed != 0) return failed;
      totals_.seconds = seconds();
      show_progress();
    }
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
    report();
    return 0;
  }

 private:
  SimulationOptions options_of(std::uint64_t seed) {
    SimulationOptions options;
    options.seed = seed;
    options.steps = asked_.steps;
    options.only = read_steps(asked_.only);
    options.configuration = document_;
    options.adapters = adapters_;
    options.record = asked_.record;
    if (is_on_sqlite(asked_, seed)) options.store = [this] { return folder_.make(); };
    return options;
  }

  int one(std::uint64_t seed) {
    const SimulationOptions options = options_of(seed);
    const auto run = novelo::testing::simulate(options);
    if (!run) return complain(run.error());
    if (run->violation) return tell(options, *run);
    if (asked_.twice) {
      const auto again = novelo::testing::simulate(options);
      if (!again) return complain(again.error());
      if (again->digest != run->digest) {
        fmt::print(stderr, "seed {} gives another history the second time (I44)\n", seed);
        return 1;
      }
    }
    ++totals_.seeds;
    totals_.inputs += run->inputs;
    totals_.commits += run->commits;
    totals_.handouts += run->handouts;
    totals_.restarts += run->restarts;
    totals_.faults += run->faults;
    totals_.simulated_days += static_cast<double>(run->simulated.count()) / 86'400e6;
    digest_ = (digest_ * 31) ^ run->digest;
    return 0;
  }

  static int complain(const novelo::Error& error) {
    fmt::print(stderr, "{}\n", novelo::to_string(error));
    return 2;
  }

  std::string command_of(const SimulationOptions& options) const {
    std::string text =
        fmt::format("novelo_sim --seed {} --seeds 1 --steps {} --store {}", options.seed,
                    options.steps, is_on_sqlite(asked_, options.seed) ? "sqlite" : "memory");
    if (!asked_.configuration.empty()) text += " --config " + asked_.configuration;
    if (!options.only.empty()) text += " --only " + write_steps(options.only);
    return text;
  }

  int tell(SimulationOptions options, const Simulation& run) {
    fmt::print(stderr, "{}: {}\n  after step {} at {}\n  {}\n", run.violation->invariant,
               run.violation->what, run.violation->step, novelo::to_string(run.violation->at),
               command_of(options));
    if (asked_.no_shrink) return 1;
    const auto steps = novelo::testing::shrink(options);
    if (!steps) return 1;
    options.only = *steps;
    if (options.record.empty()) options.record = fmt::format("novelo_sim-{}.json", options.seed);
    fmt::print(stderr, "with {} steps:\n  {}\n", steps->size(), command_of(options));
    options.tenants = 1;
    const auto recorded = novelo::testing::simulate(options);
    if (recorded) {
      fmt::print(stderr, "{} is the journey{}\n", options.record,
                 recorded->violation ? "" : " (the fault needs what a journey cannot do)");
    }
    return 1;
  }

  void show_progress() const {
    if (asked_.json || ::isatty(STDERR_FILENO) == 0) return;
    fmt::print(stderr, "\r\033[K{} seeds, {} inputs, {:.0f} a second", totals_.seeds,
               totals_.inputs, static_cast<double>(totals_.inputs) / totals_.seconds);
  }

  void report() const {
    if (asked_.json) {
      const nlohmann::json json{{"seeds", totals_.seeds},
                                {"inputs", totals_.inputs},
                                {"commits", totals_.commits},
                                {"handouts", totals_.handouts},
                                {"restarts", totals_.restarts},
                                {"faults", totals_.faults},
                                {"seconds", totals_.seconds},
                                {"simulated_days", totals_.simulated_days},
                                {"digest", fmt::format("{:016x}", digest_)}};
      fmt::print("{}\n", json.dump());
      return;
    }
    fmt::print(
        "{} seeds, {} inputs, {} commits, {} hand-outs, {} restarts, {} faults of the store\n"
        "{:.0f} simulated days in {:.1f} s: {:.0f} inputs a second; no violation; digest "
        "{:016x}\n",
        totals_.seeds, totals_.inputs, totals_.commits, totals_.handouts, totals_.restarts,
        totals_.faults, totals_.simulated_days, totals_.seconds,
        static_cast<double>(totals_.inputs) / totals_.seconds, digest_);
  }

  const Asked& asked_;
  cli::Adapters given_;
  std::vector<const novelo::ChannelAdapter*> adapters_;
  std::string document_;
  Folder folder_;
  Totals totals_;
  std::uint64_t digest_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Asked asked;
  bool list = false;
  CLI::App app{
      "Simulates contact centres, a seed each, and checks what must always hold. Exits with 1 when "
      "something did not: then it prints the command that repeats it, and writes a journey."};
  app.add_option("--seed", asked.seed, "The first seed")->capture_default_str();
  app.add_option("--seeds", asked.seeds, "How many")->capture_default_str();
  app.add_option("--minutes", asked.minutes, "Goes on for so long instead");
  app.add_option("--steps", asked.steps, "Things that people do in each")->capture_default_str();
  app.add_option("--store", asked.store, "memory, sqlite, or mixed: one seed in ten on SQLite")
      ->check(CLI::IsMember({"memory", "sqlite", "mixed"}))
      ->capture_default_str();
  app.add_option("--config", asked.configuration, "A configuration of yours, as JSON")
      ->check(CLI::ExistingFile);
  app.add_option("--only", asked.only, "Only these steps: 3,17,90-95");
  app.add_option("--record", asked.record, "Writes the run as a journey to this file");
  app.add_option("--folder", asked.folder, "Where the files of stores stand for the while")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--twice", asked.twice, "Runs each seed twice: both must write the same rows");
  app.add_flag("--no-shrink", asked.no_shrink, "A failing seed is not made shorter");
  app.add_flag("--json", asked.json, "One JSON object at the end");
  app.add_flag("--invariants", list, "Lists what is checked");
  try {
    app.parse(argc, argv);
    if (list) {
      for (const auto& one : novelo::testing::invariants()) {
        fmt::print("{}  {}\n", one.number, one.says);
      }
      return 0;
    }
    return Program(asked).run();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
