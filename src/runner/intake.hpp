// The door of a runner, where many threads meet one: who may come in, in which order, how much
// waits. Everything here is under one lock, which nobody holds for more than a few steps.
//
// Each tenant has a line, and the lines take turns, so that nobody waits for another's flood; what
// the host has to do between rounds is a line too, of which each waits for all that came before it.
// Of one line everything comes in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "novelo/runner.hpp"
#include "runner/job.hpp"
#include "runner/room.hpp"

namespace novelo {

class RunnerIntake {
 public:
  enum class Taken {
    work,       // a round of it, or one job that is a round of its own
    nothing,    // the time has come
    abandoned,  // all that waited: it is to be told that nothing was done
    ended,      // nothing waits, and nothing will come
  };

  explicit RunnerIntake(const RunnerOptions& options);

  // --- any thread --------------------------------------------------------------------------------
  Status put(const TenantName& tenant, std::unique_ptr<RunnerJob> job);
  Status put_between(std::unique_ptr<RunnerJob> job);
  // From here on there is work for this tenant, or for another engine of it.
  Status put_opening(const TenantName& tenant, std::unique_ptr<RunnerJob> job);
  // From here on nobody finds the tenant.
  Status put_closing(const TenantName& tenant, std::unique_ptr<RunnerJob> job);
  void stop();     // nothing more comes in
  void give_up();  // and what waits is abandoned
  RunnerStatistics statistics() const;

  // --- the thread, and whoever makes it ----------------------------------------------------------
  // False: there is one of this name.
  bool know(const std::shared_ptr<RunnerMember>& member);
  void forget(const RunnerMember& member);
  // Waits for work, at most so long (nothing: for as long as it takes), and takes a round of it,
  // behind what is in `round` already.
  Taken take(RunnerJobs& round, std::optional<Duration> wait);
  bool stopping() const;
  void count(const RunnerStatistics& more);

 private:
  struct Load {
    std::size_t inputs = 0;
    std::size_t bytes = 0;
  };
  struct Line {
    std::deque<std::unique_ptr<RunnerJob>> jobs;
    Load work;  // that waits
    Load settlements;
    bool in_turn = false;
  };
  using Lines = std::map<TenantName, Line>;
  // For one kind of work.
  struct Room {
    RunnerRoom inputs;
    RunnerRoom bytes;
  };

  Status may_enter() const;
  Status check_size(const RunnerJob& job) const;
  void push(const TenantName& tenant, std::unique_ptr<RunnerJob> job);
  std::unique_ptr<RunnerJob> pop(Lines::iterator line);
  bool is_oldest(const RunnerJob& job) const;
  // Behind `round`, in turn, until it is full.
  void take_in_turn(RunnerJobs& round);
  Room& room_of(const RunnerJob& job) { return job.is_settlement() ? settlements_ : work_; }
  static Load& load_of(Line& line, const RunnerJob& job) {
    return job.is_settlement() ? line.settlements : line.work;
  }
  void share_room();
  Status refuse(Error why);

  const std::size_t batch_inputs_;
  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::map<TenantName, std::shared_ptr<RunnerMember>> members_;
  Lines lines_;                       // of whom something waits
  std::list<Lines::iterator> turns_;  // each line once; the next one first
  Room work_;
  Room settlements_;
  RunnerStatistics statistics_;
  std::uint64_t known_ = 0;   // members so far
  std::uint64_t pushed_ = 0;  // jobs so far
  bool sleeping_ = false;
  bool stopping_ = false;
  bool given_up_ = false;
};

}  // namespace novelo
