#include "play.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "adapters.hpp"
#include "files.hpp"
#include "novelo/recorder.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/stores/sqlite.hpp"
#include "novelo/testing/journey.hpp"
#include "novelo/testing/page.hpp"
#include "novelo/testing/transcript.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using novelo::Recorder;
using novelo::testing::Journey;
using novelo::testing::JourneyReport;
using novelo::testing::PageChapter;

bool was_finished(const JourneyReport& report) {
  return report.first > 1 && report.first > report.steps.size();
}

std::string summary(const JourneyReport& report, const std::string& store) {
  std::string text;
  if (was_finished(report)) {
    text += fmt::format(
        "This journey ran to its end with this store before. Nothing was played now; what follows "
        "is "
        "what came of it then.\nTo play it again, name another store, or delete {0} and "
        "{0}.journal.\n",
        store);
  } else if (report.first > 1) {
    text += fmt::format("Went on at step {}; the steps before it were finished.\n", report.first);
  }
  for (const auto& step : report.steps) {
    if (step.failures.empty()) continue;
    text += fmt::format("FAILED  step {}{}\n", step.number,
                        step.name.empty() ? "" : " (" + step.name + ")");
    for (const std::string& failure : step.failures) text += "  " + failure + "\n";
  }
  return text + fmt::format("{}: {}, {} failed\n", printable(report.journey),
                            counted(report.steps.size(), "step"), report.failed_steps());
}

nlohmann::json to_json(const JourneyReport& report) {
  nlohmann::json steps = nlohmann::json::array();
  for (const auto& step : report.steps) {
    steps.push_back({{"number", step.number},
                     {"name", step.name},
                     {"at", novelo::to_string(step.at)},
                     {"covers", step.covers},
                     {"failures", step.failures}});
  }
  return {{"journey", report.journey}, {"passed", report.passed()},
          {"first", report.first},     {"finished_before", was_finished(report)},
          {"steps", std::move(steps)}, {"transcript", cli::to_json(report.transcript)}};
}

// One store for all journeys of a run: each is a tenant of its own.
class Stores {
 public:
  explicit Stores(std::string file) : file_(std::move(file)) {}

  std::string journal() const { return file_.empty() ? std::string() : file_ + ".journal"; }

  // Store and journal belong together: with one of them alone nobody can go on. A run that was
  // killed before its first step has left a journal in which nothing stands.
  novelo::Status check() const {
    if (file_.empty()) return {};
    std::error_code error;
    const bool stored = std::filesystem::exists(file_, error);
    if (stored && !std::filesystem::exists(journal(), error)) {
      return novelo::fail({novelo::ErrorCode::conflict, "no_journal",
                           "The store is there already, and no journal beside it.", file_,
                           "Name a file that does not exist yet."});
    }
    if (!stored && has_begun()) {
      return novelo::fail({novelo::ErrorCode::conflict, "no_store",
                           "There is a journal, and its store is gone.", journal(),
                           "Delete the journal too, or name another file."});
    }
    return {};
  }

  // Opened anew each time, so that what an engine finds is what was really stored.
  novelo::Result<novelo::Store*> open() {
    if (file_.empty()) return &memory_;
    sqlite_.reset();
    auto store = novelo::SqliteStore::open(file_);
    if (!store) return novelo::fail(store.error());
    sqlite_ = std::move(*store);
    return sqlite_.get();
  }
  void close() { sqlite_.reset(); }

 private:
  // Whether the journal tells of a step.
  bool has_begun() const {
    std::ifstream file(journal(), std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      if (line.find("\"begun\":") != std::string::npos) return true;
    }
    return false;
  }

  std::string file_;
  novelo::MemoryStore memory_;
  std::unique_ptr<novelo::SqliteStore> sqlite_;
};

novelo::Result<std::vector<Journey>> load(const std::vector<std::string>& paths) {
  std::vector<Journey> journeys;
  std::set<std::string> names;
  for (const std::string& path : paths) {
    const auto files = novelo::testing::find_journeys(path);
    if (!files) return novelo::fail(files.error());
    for (const std::string& file : *files) {
      auto journey = Journey::load(file);
      if (!journey) return novelo::fail(journey.error());
      if (!names.insert(journey->name()).second) {
        return novelo::fail({novelo::ErrorCode::conflict, "repeated_name",
                             "Two journeys have the same name.", file, "Rename one of them."});
      }
      journeys.push_back(std::move(*journey));
    }
  }
  return journeys;
}

// What is recorded of a run begins with an empty store, and is of one journey.
novelo::Status check_record(const PlayArguments& arguments, std::size_t journeys) {
  if (arguments.record.empty()) return {};
  std::vector<std::string> inputs = arguments.paths;
  inputs.push_back(arguments.store);
  if (auto free = check_new(arguments.record, inputs); !free) return free;
  std::error_code error;
  if (journeys != 1) {
    return novelo::fail({novelo::ErrorCode::invalid, "one_journey",
                         fmt::format("A recording is of one journey, and here are {}.", journeys),
                         "--record", "Name one journey."});
  }
  if (!arguments.store.empty() && std::filesystem::exists(arguments.store, error)) {
    return novelo::fail({novelo::ErrorCode::conflict, "not_from_the_beginning",
                         "A recording begins with an empty store, and this one is there already.",
                         arguments.store, "Name a file that does not exist yet."});
  }
  return {};
}

// Told before anything is played.
novelo::Status check_html(const PlayArguments& arguments) {
  if (arguments.html.empty()) return {};
  std::vector<std::string> inputs = arguments.paths;
  inputs.push_back(arguments.store);
  inputs.push_back(arguments.record);
  return check_page(arguments.html, inputs);
}

// The secrets are those that stand in the journey itself.
novelo::Result<std::optional<Recorder>> open_recorder(const PlayArguments& arguments,
                                                      const Journey& journey) {
  if (arguments.record.empty()) return std::nullopt;
  novelo::RecordingOptions options;
  options.name = journey.name();
  options.zone = journey.zone();
  options.secrets = true;
  auto recorder = Recorder::open(arguments.record, std::move(options));
  if (!recorder) return novelo::fail(recorder.error());
  return std::move(*recorder);
}

novelo::Result<JourneyReport> play_one(const Journey& journey, const Adapters& adapters,
                                       Stores& stores, const PlayArguments& arguments) {
  auto recorder = open_recorder(arguments, journey);
  if (!recorder) return novelo::fail(recorder.error());
  novelo::testing::PlayOptions options;
  options.restart = arguments.restart;
  options.journal = stores.journal();
  options.panel = !arguments.html.empty();
  if (*recorder) options.on_call = (*recorder)->observer();
  auto report = novelo::testing::play(
      journey, adapters.all(), [&stores] { return stores.open(); }, options);
  if (report && *recorder) {
    const auto store = stores.open();
    const auto finished = store ? (*recorder)->finish(**store) : novelo::fail(store.error());
    if (!finished) report = novelo::fail(finished.error());
  }
  stores.close();
  return report;
}

novelo::testing::PageChapter chapter_of(const Journey& journey, const JourneyReport& report) {
  novelo::testing::PageChapter chapter;
  chapter.title = journey.name();
  chapter.about = journey.about();
  chapter.zone = journey.zone();
  chapter.locale = journey.locale();
  chapter.failed = !report.passed();
  chapter.verdict = chapter.failed ? fmt::format("{} of {} failed", report.failed_steps(),
                                                 counted(report.steps.size(), "step"))
                                   : counted(report.steps.size(), "step") + ", all held";
  if (was_finished(report)) {
    chapter.about +=
        " This journey had run to its end before: its transcript is not told again. `novelo "
        "timeline` "
        "shows the conversations of its store.";
  }
  chapter.lines = report.transcript;
  chapter.panel = report.panel;
  return chapter;
}

novelo::Status write_page(const std::string& file, const std::vector<PageChapter>& chapters) {
  novelo::testing::PageOptions options;
  options.title = chapters.size() == 1 ? "A journey" : fmt::format("{} journeys", chapters.size());
  options.more = "`novelo play` shows all of it in the terminal.";
  return write_file(file, novelo::testing::to_page(chapters, options));
}

}  // namespace

int play(const PlayArguments& arguments) {
  const auto journeys = load(arguments.paths);
  if (!journeys) return complain(journeys.error());
  const Adapters adapters;
  Stores stores(arguments.store);
  if (const auto checked = stores.check(); !checked) return complain(checked.error());
  if (const auto checked = check_record(arguments, journeys->size()); !checked) {
    return complain(checked.error());
  }
  if (const auto checked = check_html(arguments); !checked) return complain(checked.error());
  int result = all_held;
  nlohmann::json reports = nlohmann::json::array();
  std::vector<PageChapter> chapters;
  for (const Journey& journey : *journeys) {
    if (journeys->size() > 1) progress("{}", printable(journey.name()));
    const auto report = play_one(journey, adapters, stores, arguments);
    end_progress();
    if (!report) return complain(report.error());
    if (!report->passed()) result = some_failed;
    if (!arguments.html.empty()) chapters.push_back(chapter_of(journey, *report));
    if (arguments.json) {
      reports.push_back(to_json(*report));
      continue;
    }
    const bool told = arguments.quiet || !arguments.html.empty() || was_finished(*report);
    if (!told) {
      print(novelo::testing::render(report->transcript,
                                    transcript_options(arguments.colour, journey.zone())));
      print("\n");
    }
    print(summary(*report, arguments.store));
  }
  if (arguments.json) print(reports.dump(2) + "\n");
  if (!arguments.html.empty()) {
    if (const auto written = write_page(arguments.html, chapters); !written) {
      return complain(written.error());
    }
    if (!arguments.json) print(fmt::format("The page is {}\n", arguments.html));
  }
  return result;
}

}  // namespace cli
