// novelo_kill: a process that serves a desk on a real file is killed at any moment, again and
// again; whoever watches from outside knows what was acknowledged, and holds the store against it.
#include <stdlib.h>

#include <cstdio>
#include <exception>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fuzz/asserts.hpp"
#include "kill/child.hpp"
#include "kill/parent.hpp"

namespace {

namespace fs = std::filesystem;
using novelo::kill::Json;
using novelo::kill::Options;
using novelo::kill::Report;

struct Arguments {
  Options options;
  std::int64_t minutes = 0;
  std::string folder;
  bool json = false;
  std::string child;
  std::string check;
};

void add_options(CLI::App& app, Arguments& arguments) {
  std::vector<std::string> plants = novelo::kill::plants();
  plants.push_back("all");
  app.add_option("--kills", arguments.options.kills, "How many processes are killed")
      ->capture_default_str();
  app.add_option("--seed", arguments.options.seed, "Of what happens and when it ends")
      ->capture_default_str();
  app.add_option("--minutes", arguments.minutes, "Stop after so long, whatever is left");
  app.add_option("--folder", arguments.folder,
                 "Where the stores stand; a new one among the temporary folders otherwise");
  app.add_option("--plant", arguments.options.plant,
                 "Plant a fault: the exit code is 0 when it is found. 'all': one after another")
      ->check(CLI::IsMember(
          {"all", "early", "torn", "silent", "claimed_message", "claimed_settlement"}));
  app.add_option("--check", arguments.check,
                 "Only check what an earlier run has saved in this folder");
  app.add_flag("--json", arguments.json, "Print what came of it as JSON");
  app.add_option("--child", arguments.child, "")->group("");
}

std::string new_folder() {
  std::string pattern = (fs::temp_directory_path() / "novelo-kill-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the stores");
  return pattern;
}

Json to_json(const Report& report) {
  return {{"kills", report.kills},
          {"early", report.early},
          {"finished", report.finished},
          {"with_runner", report.with_runner},
          {"stores", report.stores},
          {"submitted", report.submitted},
          {"acknowledged", report.acknowledged},
          {"under_way", report.under_way},
          {"kept", report.kept},
          {"not_begun", report.not_begun},
          {"seconds", report.seconds},
          {"findings", report.findings},
          {"saved", report.saved.string()}};
}

void print(const Report& report, bool json) {
  if (json) {
    fmt::print("{}\n", to_json(report).dump(2));
    return;
  }
  fmt::print(
      "{} kills in {:.1f} s, {:.1f} a second: {} of them with a runner, {} before anything was "
      "acknowledged; {} processes ended by themselves; {} stores\n{} submitted, {} acknowledged, "
      "{} "
      "under way when their process was killed; of the commands among them {} were there, {} not\n",
      report.kills, report.seconds, static_cast<double>(report.kills) / report.seconds,
      report.with_runner, report.early, report.finished, report.stores, report.submitted,
      report.acknowledged, report.under_way, report.kept, report.not_begun);
  for (const std::string& finding : report.findings) fmt::print("does not hold: {}\n", finding);
  if (!report.saved.empty()) {
    fmt::print("the store is saved; to check it again: novelo_kill --check {}\n",
               report.saved.string());
  }
}

int run_plants(Arguments& arguments) {
  const std::string wanted = arguments.options.plant;
  int missed = 0;
  for (const std::string& plant : novelo::kill::plants()) {
    if (wanted != "all" && wanted != plant) continue;
    arguments.options.plant = plant;
    const Report report = novelo::kill::run(arguments.options);
    const bool found = !report.findings.empty();
    fmt::print("{:<20} {} after {} kills{}\n", plant, found ? "found" : "NOT FOUND", report.kills,
               found ? ": " + report.findings.front() : "");
    missed += found ? 0 : 1;
  }
  return missed == 0 ? 0 : 1;
}

int run(Arguments& arguments) {
  if (!arguments.check.empty()) {
    const auto findings = novelo::kill::check_saved(arguments.check);
    for (const std::string& finding : findings) fmt::print("does not hold: {}\n", finding);
    return findings.empty() ? 0 : 1;
  }
  const bool temporary = arguments.folder.empty();
  arguments.options.folder = temporary ? new_folder() : arguments.folder;
  arguments.options.longest = std::chrono::minutes(arguments.minutes);
  int code = 0;
  if (!arguments.options.plant.empty()) {
    code = run_plants(arguments);
  } else {
    const Report report = novelo::kill::run(arguments.options);
    print(report, arguments.json);
    code = report.findings.empty() ? 0 : 1;
  }
  if (temporary && (code == 0 || !arguments.options.plant.empty())) {
    fs::remove_all(arguments.options.folder);
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Kills processes that serve a desk on a real file, and checks after each what is left.",
      "novelo_kill"};
  Arguments arguments;
  add_options(app, arguments);
  try {
    CLI11_PARSE(app, argc, argv);
    novelo::fuzz::use_asserts();
    if (!arguments.child.empty()) {
      return novelo::kill::run_child(novelo::kill::read_argument(arguments.child));
    }
    return run(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "novelo_kill: {}\n", error.what());
    return 2;
  }
}
