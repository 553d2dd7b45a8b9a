// novelo_crash: cuts the power, fails the disk and the memory, at every operation of a store's and
// an engine's work, and looks whether anything that was acknowledged is lost (crash/sweep.hpp).
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <malloc.h>
#include <charconv>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "crash/sweep.hpp"

namespace {

using namespace novelo::crash;
using Clock = std::chrono::steady_clock;

constexpr const char* help = R"(novelo_crash: power cuts, disk errors, no memory, at every operation

  novelo_crash                        each sweep, for about a minute
  novelo_crash --only power           power, errors, memory or planted
  novelo_crash --images 500000        power cuts, new workloads and seeds, until so many images
                                      were opened and checked
  novelo_crash --minutes 10           all kinds in turn for so long
  novelo_crash --workload N --at OP --fault FAULT --seed S [--plant PLANT]
                                      one image again, as a violation names it

  --from N         the first workload (0)
  --workloads N    how many (power 42, errors 14, memory 14)
  --seeds N        images for each operation (2), runs for each error (1)
  --stride N       errors: every so many operations (5)
  --runs N         memory: about so many runs for each workload (240)
  --trace          with --workload: every operation of the run, and every error
  --json           the counts as JSON, on standard output

  FAULT: cut, cut-again, io, io-forever, full, full-forever, short-read, sync, kill,
         memory, memory-forever, sqlite-memory, sqlite-memory-forever
  PLANT: lying-sync, lazy-log, torn-neighbours, early-ack, dropped-write

Exit code 1: something that was acknowledged is lost, or a planted fault was not found. 2: usage.
)";

struct Options {
  std::map<std::string, std::string> given;
  bool json = false;
  bool trace = false;

  bool has(const std::string& name) const { return given.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise) const {
    const auto found = given.find(name);
    return found == given.end() ? otherwise : found->second;
  }
  std::uint64_t number(const std::string& name, std::uint64_t otherwise) const {
    const auto found = given.find(name);
    if (found == given.end()) return otherwise;
    const std::string& text = found->second;
    std::uint64_t value = 0;
    const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (trouble != std::errc() || end != text.data() + text.size()) {
      fmt::print(stderr, "--{} takes a number\n", name);
      std::exit(2);
    }
    return value;
  }
};

Options read(int argc, char** argv) {
  static const std::vector<std::string> known = {"workload",  "at",      "fault", "seed", "plant",
                                                 "images",    "minutes", "only",  "from", "seeds",
                                                 "workloads", "stride",  "runs"};
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name == "--help" || name == "-h") {
      fmt::print("{}", help);
      std::exit(0);
    }
    if (name == "--json") {
      options.json = true;
      continue;
    }
    if (name == "--trace") {
      options.trace = true;
      continue;
    }
    const bool fits = name.starts_with("--") && i + 1 < argc &&
                      std::find(known.begin(), known.end(), name.substr(2)) != known.end();
    if (!fits) {
      fmt::print(stderr, "what is {}? See --help\n", name);
      std::exit(2);
    }
    options.given[name.substr(2)] = argv[++i];
  }
  return options;
}

// Counts on the way, on stderr, every ten seconds.
class Progress {
 public:
  void show(const Tally& tally) {
    const auto now = Clock::now();
    if (now - shown_ < std::chrono::seconds(10)) return;
    shown_ = now;
    fmt::print(stderr, "  {} workloads, {} images, {} runs, {} violations, {} s\n", tally.workloads,
               tally.images, tally.runs, tally.violations(),
               std::chrono::duration_cast<std::chrono::seconds>(now - begun_).count());
  }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }

 private:
  Clock::time_point begun_ = Clock::now();
  Clock::time_point shown_ = begun_;
};

void report(const std::string& violation) {
  fmt::print("VIOLATION {}\n", violation);
  std::fflush(stdout);
}

nlohmann::json counts(const Tally& tally, double seconds) {
  return {{"workloads", tally.workloads},
          {"operations", tally.operations},
          {"runs", tally.runs},
          {"images", tally.images},
          {"same_images", tally.same},
          {"engines", tally.engines},
          {"by_fault", tally.by_fault},
          {"answers", tally.answers},
          {"violations", tally.violations()},
          {"wrong", tally.wrong},
          {"seconds", seconds},
          {"images_per_second", static_cast<double>(tally.images) / std::max(seconds, 0.001)}};
}

int finish(const Options& options, const Tally& tally, double seconds) {
  const nlohmann::json all = counts(tally, seconds);
  if (options.json) {
    fmt::print("{}\n", all.dump(2));
  } else {
    for (const auto& [name, value] : all.items()) fmt::print("{:18} {}\n", name, value.dump());
  }
  return tally.violations() == 0 ? 0 : 1;
}

void power(Sweep& sweep, const Options& options, Progress& progress) {
  const std::uint64_t from = options.number("from", 0);
  const std::uint64_t many = options.number("workloads", 42);
  for (std::uint64_t i = from; i < from + many; ++i) {
    sweep.power(i, options.number("seeds", 2));
    progress.show(sweep.tally());
  }
}

void errors(Sweep& sweep, const Options& options, Progress& progress) {
  const std::uint64_t from = options.number("from", 0);
  const std::uint64_t many = options.number("workloads", 14);
  for (std::uint64_t i = from; i < from + many; ++i) {
    sweep.errors(i, options.number("seeds", 1), options.number("stride", 5));
    progress.show(sweep.tally());
  }
}

void memory(Sweep& sweep, const Options& options, Progress& progress) {
  const std::uint64_t from = options.number("from", 0);
  const std::uint64_t many = options.number("workloads", 14);
  for (std::uint64_t i = from; i < from + many; ++i) {
    sweep.memory(i, options.number("runs", 240));
    progress.show(sweep.tally());
  }
}

// Each planted fault is found, and as what it is.
int planted(const Options& options) {
  constexpr std::uint64_t enough = 200;
  int missed = 0;
  for (int i = 1; i < plant_count; ++i) {
    const auto plant = static_cast<Plant>(i);
    std::string first;
    Sweep sweep([&](const std::string& what) { first = first.empty() ? what : first; }, plant);
    sweep.stop_when([&] { return sweep.tally().violations() >= enough; });
    for (std::uint64_t workload = 1; workload < 14 && sweep.tally().violations() < enough;
         ++workload) {
      sweep.power(workload, options.number("seeds", 2));
    }
    const Tally& tally = sweep.tally();
    const bool found = tally.violations() > 0;
    // A log that is synced late loses commits, and damages nothing.
    const bool right = plant != Plant::lazy_log ||
                       tally.wrong.size() == tally.wrong.count("lost") + tally.wrong.count("fence");
    fmt::print("planted {:16} {} violations in {} images: {}\n  {}\n", to_string(plant),
               tally.violations(), tally.images, nlohmann::json(tally.wrong).dump(), first);
    if (!found || !right) ++missed;
  }
  fmt::print("{} of {} planted faults found\n", plant_count - 1 - missed, plant_count - 1);
  return missed == 0 ? 0 : 1;
}

Plant plant_of(const std::string& name) {
  for (int i = 0; i < plant_count; ++i) {
    if (name == to_string(static_cast<Plant>(i))) return static_cast<Plant>(i);
  }
  fmt::print(stderr, "there is no plant {}\n", name);
  std::exit(2);
}

int replay(const Options& options) {
  Sweep sweep(report, plant_of(options.text("plant", "none")));
  const Case one{options.number("workload", 0), options.number("at", 0),
                 options.text("fault", "cut"), options.number("seed", 0)};
  const Progress progress;
  if (options.trace) sweep.trace([](const std::string& line) { fmt::print("{}\n", line); });
  if (!sweep.replay(one)) {
    fmt::print(stderr, "there is no such fault or operation\n");
    return 2;
  }
  return finish(options, sweep.tally(), progress.seconds());
}

// New workloads, until it is enough.
int go_on(const Options& options) {
  Sweep sweep(report);
  Progress progress;
  const std::uint64_t images = options.number("images", 0);
  const double seconds = 60.0 * static_cast<double>(options.number("minutes", 0));
  sweep.stop_when([&] {
    progress.show(sweep.tally());
    return images > 0 ? sweep.tally().images >= images : progress.seconds() >= seconds;
  });
  const std::string only = options.text("only", images > 0 ? "power" : "all");
  const auto enough = [&] {
    return images > 0 ? sweep.tally().images >= images : progress.seconds() >= seconds;
  };
  for (std::uint64_t i = options.number("from", 0); !enough(); ++i) {
    if (only == "all" || only == "power") sweep.power(i, options.number("seeds", 4));
    if (only == "all" || only == "errors") {
      sweep.errors(i, options.number("seeds", 1), options.number("stride", 1));
    }
    if (only == "all" || only == "memory") sweep.memory(i, options.number("runs", 200));
  }
  return finish(options, sweep.tally(), progress.seconds());
}

int sweeps(const Options& options) {
  const std::string only = options.text("only", "all");
  Sweep sweep(report);
  Progress progress;
  if (only == "all" || only == "power") power(sweep, options, progress);
  if (only == "all" || only == "errors") errors(sweep, options, progress);
  if (only == "all" || only == "memory") memory(sweep, options, progress);
  const int missed = only == "all" || only == "planted" ? planted(options) : 0;
  if (only == "planted") return missed;
  return std::max(missed, finish(options, sweep.tally(), progress.seconds()));
}

}  // namespace

int main(int argc, char** argv) {
  count_sqlite_memory();
  // Disks are made and thrown away by the hundred thousand: their memory is kept.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  // The clinic's support asserts by doctest, outside of any test case here.
  doctest::Context asserts;
  asserts.setAsDefaultForAssertsOutOfTestCases();
  asserts.setAssertHandler([](const doctest::AssertData& data) {
    if (!data.m_failed) return;
    fmt::print(stderr, "{}:{}: {}\n", data.m_file, data.m_line, data.m_expr);
    std::exit(2);
  });
  const Options options = read(argc, argv);
  if (options.has("workload")) return replay(options);
  if (options.has("images") || options.has("minutes")) return go_on(options);
  return sweeps(options);
}
