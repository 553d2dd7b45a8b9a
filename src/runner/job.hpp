// What is handed to a runner: a piece of work for one tenant, and who is to be told of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "novelo/runner.hpp"

namespace novelo {

// A tenant with its engine. What stands below `faulted` is the thread's.
struct RunnerMember {
  TenantName name;
  std::uint64_t number = 0;  // in the order in which they came
  std::atomic<bool> faulted = false;

  std::optional<Engine> engine;
  std::optional<Error> gone;     // why there is none any more
  std::optional<Timestamp> due;  // its place in the list of deadlines
  std::uint64_t configuration = 0;
  Timestamp now{};  // of the engine, which the clock may have fallen behind
  bool in_round = false;
  bool progress = false;  // something was written or handed out in this round
  bool fault_told = false;
  std::atomic<bool> closing = false;  // nothing is handed out any more
};

struct RunnerJob {
  struct One {
    Input input;
    Runner::Completion<Outcome> done;
    Result<Outcome> result = {};
  };
  struct Many {
    std::vector<Input> inputs;
    Runner::Completion<Runner::Outcomes> done;
    Result<Runner::Outcomes> result = {};
  };
  struct Incoming {
    Request request;
    Runner::Completion<Response> done;
    Result<Response> result = {};
  };
  struct Question {
    Runner::Completion<Query> done;
  };
  struct Measure {
    Runner::Completion<Metrics> done;
  };
  // These are a round of their own.
  struct Opening {
    std::vector<const ChannelAdapter*> adapters;
    EngineOptions options;
    Runner::Completion<void> done;
    std::shared_ptr<RunnerMember> replaced = {};
  };
  struct Closing {
    Runner::Completion<void> done;
  };
  struct Between {
    Runner::Completion<void> done;
  };
  using Work = std::variant<One, Many, Incoming, Question, Measure, Opening, Closing, Between>;

  RunnerJob(Work what, Runner::Deadline by);

  bool alone() const {
    return std::holds_alternative<Opening>(work) || std::holds_alternative<Closing>(work) ||
           is_between();
  }
  bool is_between() const { return std::holds_alternative<Between>(work); }
  // Of settlements alone.
  bool is_settlement() const { return settlement; }

  Work work;
  Runner::Deadline deadline;
  std::uint64_t number = 0;                   // in the order in which they were accepted
  std::shared_ptr<RunnerMember> member = {};  // nobody's: Between
  std::optional<Error> error = {};            // instead of a result
  // What it takes of the queue's room: inputs, and about how many bytes.
  std::size_t inputs;
  std::size_t bytes = 0;
  bool settlement;
  std::optional<Error> too_deep = {};  // what cannot be measured is not taken
};
using RunnerJobs = std::vector<std::unique_ptr<RunnerJob>>;

}  // namespace novelo
