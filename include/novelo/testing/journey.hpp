// Journeys: stories that run. A journey is a data file (docs/journeys.md): a configuration, steps
// at times of a day (a raw payload, a command, a settlement, or just time passing), and what must
// be true after each.
//
//   auto journey = Journey::load("examples/journeys/ana/journey.json");
//   MemoryStore store;
//   auto report = play(*journey, adapters, [&] { return Result<Store*>(&store); }, {});
//   return report->passed() ? 0 : 1;
//
// The player is a host: it hands payloads to the engine, feeds time when something falls due, polls
// after every act, and settles what it is handed as a friendly provider would. It reads no clock:
// the times are those of the story.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/channel_adapter.hpp"
#include "novelo/engine.hpp"
#include "novelo/model/effect.hpp"
#include "novelo/store.hpp"
#include "novelo/testing/panel.hpp"
#include "novelo/testing/transcript.hpp"

namespace novelo::testing {

struct Story;

// A journey that was read and checked. Copies share it; it never changes.
class Journey {
 public:
  // Reads a file. Fails with `not_found` when it cannot be read, else with `invalid`: the subject
  // is the file and the path of the fault ("ana/journey.json: steps[3].receive.connexion").
  static Result<Journey> load(const std::string& file);
  // The same for a text; files that it names are looked for in `folder`.
  static Result<Journey> parse(std::string_view text, const std::string& folder,
                               const std::string& file = "journey");

  const std::string& name() const;
  const std::string& about() const;
  const std::string& zone() const;    // by whose clock it is told
  const std::string& locale() const;  // the language of the business
  std::size_t steps() const;

  const Story& story() const { return *story_; }  // for the player

 private:
  explicit Journey(std::shared_ptr<const Story> story) : story_(std::move(story)) {}
  std::shared_ptr<const Story> story_;
};

// The journeys at a path: the file itself, or every *.json of a folder that has a "journey" member
// at its top level, in order of name. Fails with `not_found` when there is none.
Result<std::vector<std::string>> find_journeys(const std::string& path);

// Opens the store, the same rows each time: called whenever an engine is opened, after the one
// before is gone. The store must live until the next call, or until `play` returns.
using StoreSource = std::function<Result<Store*>()>;

struct PlayOptions {
  // Close the engine and open it again on its store between any two steps.
  bool restart = false;
  // Where the player notes what it has done, so that a run that was killed at any instant goes on
  // from its first unfinished step when it is played again. Empty: nowhere. Several journeys may
  // share it.
  std::string journal;
  // Those of a journey that has limits of its own are its own.
  Limits limits;
  // Watch cases, queues and agents, for JourneyReport::panel. Costs a look at every conversation
  // after each step.
  bool panel = false;
  // EngineOptions::on_call of every engine that is opened: what a Recorder needs.
  std::function<void(const EngineCall&)> on_call;
  // Told of each effect when it is handed out first, and of each signal.
  std::function<void(const Handout&)> on_handout;
  std::function<void(const Signal&)> on_signal;
};

struct StepReport {
  std::size_t number = 0;  // 1 for the first of the file
  std::string name;
  Timestamp at{};
  std::vector<std::string> covers;    // requirement numbers
  std::vector<std::string> failures;  // each with what was expected and what was there
};

struct JourneyReport {
  std::string journey;
  std::vector<StepReport> steps;  // those of this run, and those finished before it was killed
  std::size_t first = 1;  // the step that this run began with; > steps.size(): all were done
  std::vector<TranscriptLine> transcript;  // of this run
  Panel panel;

  bool passed() const;
  std::size_t failed_steps() const;
};

// Plays a journey to its end, whatever fails on the way. Fails itself only where there is nothing
// to report: the store or the journal cannot be used, the configuration is refused, the journal is
// of another text of this journey (`conflict`).
Result<JourneyReport> play(const Journey& journey,
                           const std::vector<const ChannelAdapter*>& adapters,
                           const StoreSource& store, const PlayOptions& options);

}  // namespace novelo::testing
