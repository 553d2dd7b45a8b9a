#include "play.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/json.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/stores/sqlite.hpp"
#include "novelo/testing/journey.hpp"
#include "novelo/testing/transcript.hpp"
#ifdef NOVELO_HAS_EMAIL
#include "novelo/adapters/email.hpp"
#endif

namespace cli {
namespace {

using novelo::testing::Journey;
using novelo::testing::JourneyReport;

struct Adapters {
  novelo::VoiceAdapter voice;
  novelo::SmsAdapter sms;
  novelo::WhatsAppAdapter whatsapp;
#ifdef NOVELO_HAS_EMAIL
  novelo::EmailAdapter email;
#endif

  std::vector<const novelo::ChannelAdapter*> all() const {
    std::vector<const novelo::ChannelAdapter*> list{&voice, &sms, &whatsapp};
#ifdef NOVELO_HAS_EMAIL
    list.push_back(&email);
#endif
    return list;
  }
};

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int complain(const novelo::Error& error) {
  fmt::print(stderr, "novelo: {}\n", novelo::to_string(error));
  return unusable;
}

novelo::testing::TranscriptOptions transcript_options(const PlayArguments& arguments,
                                                      const std::string& zone) {
  novelo::testing::TranscriptOptions options;
  options.zone = zone;
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  const char* const no_colour = std::getenv("NO_COLOR");  // no-color.org
  const bool wanted = no_colour == nullptr || *no_colour == '\0';
  options.colour =
      arguments.colour == "always" || (arguments.colour == "auto" && terminal && wanted);
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
    options.width = size.ws_col;
  }
  return options;
}

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
  return text + fmt::format("{}: {} steps, {} failed\n", report.journey, report.steps.size(),
                            report.failed_steps());
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
  nlohmann::json lines = nlohmann::json::array();
  for (const auto& line : report.transcript) {
    lines.push_back({{"at", novelo::to_string(line.at)},
                     {"channel", std::string(novelo::to_string(line.channel))},
                     {"conversation", std::to_string(line.conversation.value())},
                     {"who", line.who},
                     {"text", line.text},
                     {"status", line.status}});
  }
  return {{"journey", report.journey}, {"passed", report.passed()},
          {"first", report.first},     {"finished_before", was_finished(report)},
          {"steps", std::move(steps)}, {"transcript", std::move(lines)}};
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

}  // namespace

int play(const PlayArguments& arguments) {
  const auto journeys = load(arguments.paths);
  if (!journeys) return complain(journeys.error());
  const Adapters adapters;
  Stores stores(arguments.store);
  if (const auto checked = stores.check(); !checked) return complain(checked.error());
  int result = all_held;
  nlohmann::json reports = nlohmann::json::array();
  for (const Journey& journey : *journeys) {
    novelo::testing::PlayOptions options;
    options.restart = arguments.restart;
    options.journal = stores.journal();
    const auto report = novelo::testing::play(
        journey, adapters.all(), [&stores] { return stores.open(); }, options);
    stores.close();
    if (!report) return complain(report.error());
    if (!report->passed()) result = some_failed;
    if (arguments.json) {
      reports.push_back(to_json(*report));
      continue;
    }
    if (!arguments.quiet && !was_finished(*report)) {
      print(novelo::testing::render(report->transcript,
                                    transcript_options(arguments, journey.zone())));
      print("\n");
    }
    print(summary(*report, arguments.store));
  }
  if (arguments.json) print(reports.dump(2) + "\n");
  return result;
}

}  // namespace cli
