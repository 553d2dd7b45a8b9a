// The door of a runner, where many threads meet one: who may come in, in which order, how much
// waits. Everything here is under one lock, which nobody holds for more than a few steps.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "novelo/runner.hpp"
#include "runner/job.hpp"

namespace novelo {

class RunnerIntake {
 public:
  enum class Taken {
    work,       // a round of it, in order
    nothing,    // the time has come
    abandoned,  // all that waited: it is to be told that nothing was done
    ended,      // nothing waits, and nothing will come
  };

  explicit RunnerIntake(const RunnerOptions& options);

  // --- any thread --------------------------------------------------------------------------------
  Status put(const TenantName& tenant, std::unique_ptr<RunnerJob> job);
  // From here on there is work for this tenant, or for another engine of it.
  Status put_opening(const TenantName& tenant, std::unique_ptr<RunnerJob> job);
  // From here on nobody finds the tenant.
  Status put_closing(const TenantName& tenant, std::unique_ptr<RunnerJob> job);
  Status put_between(std::unique_ptr<RunnerJob> job);
  void stop();     // nothing more comes in
  void give_up();  // and what waits is abandoned
  RunnerStatistics statistics() const;

  // --- the thread, and whoever makes it ----------------------------------------------------------
  // False: there is one of this name.
  bool know(const std::shared_ptr<RunnerMember>& member);
  void forget(const RunnerMember& member);
  // Waits for work, at most so long (nothing: for as long as it takes), and takes a round of it.
  Taken take(RunnerJobs& round, std::optional<Duration> wait);
  bool stopping() const;
  void count(const RunnerStatistics& more);

 private:
  struct Load {
    std::size_t inputs = 0;
    std::size_t bytes = 0;
  };

  Status may_enter() const;
  Status may_enter(const RunnerJob& job);  // beside what waits; counts refusals
  void push(std::unique_ptr<RunnerJob> job);
  std::unique_ptr<RunnerJob> pop();
  Load& load_of(const RunnerJob& job);

  const Load room_;
  const std::size_t batch_inputs_;
  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::map<TenantName, std::shared_ptr<RunnerMember>> members_;
  std::deque<std::unique_ptr<RunnerJob>> jobs_;
  Load work_;  // that waits
  Load settlements_;
  Load betweens_;
  RunnerStatistics statistics_;
  std::uint64_t known_ = 0;  // members so far
  bool sleeping_ = false;
  bool stopping_ = false;
  bool given_up_ = false;
};

}  // namespace novelo
