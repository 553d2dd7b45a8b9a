// The runner's thread: its rounds, and what it keeps between them. Everything here is the thread's
// but `intake`, `routes` and what ends it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/body.hpp"
#include "novelo/runner.hpp"
#include "runner/intake.hpp"
#include "runner/job.hpp"

namespace novelo {

class Runner::Body {
 public:
  Body(Store& store, RunnerOptions options);

  // Before the thread begins. Fails when it cannot serve this engine.
  Status add(Engine engine);
  // `runner` is what callbacks are given.
  Status begin(Runner& runner);
  Status stop(std::optional<Duration> patience);

  RunnerIntake& intake() { return intake_; }
  bool inside() const { return std::this_thread::get_id() == inside_; }
  std::string fallback_route(const TenantName& tenant, const EntryPointName& entry_point) const;

 private:
  using Member = RunnerMember;
  using Members = std::vector<std::shared_ptr<Member>>;
  // What a member has to write in a round.
  struct Part {
    Member* member;
    std::vector<Write> writes;
  };

  // --- rounds (rounds.cpp)
  // -------------------------------------------------------------------------
  void run();
  // Adds to `jobs`, which may have some of a round that could not begin. False: the end.
  bool next_round(RunnerJobs& jobs);
  // What the clock says; where it throws, what it said last.
  Timestamp read_clock();
  bool overdue();
  std::optional<Duration> wait_for();
  void work(RunnerJobs jobs);
  void work_alone(RunnerJob& job, RunnerJobs before);
  void open(RunnerJob& job, RunnerJob::Opening& opening);
  void close(RunnerJob& job, RunnerJob::Closing& closing);
  void let_go(const std::shared_ptr<Member>& member, Error why);
  void decide_all(RunnerJobs& jobs);
  void decide(RunnerJob& job);
  void pass_time();
  void join_round(const std::shared_ptr<Member>& member);
  void maintain(std::uint64_t from);

  // --- the shared commit (commit.cpp) ------------------------------------------------------------
  void commit();
  std::vector<Part> parts();
  // What the store says, or threw (`internal`).
  Status write(std::span<const Part> parts);
  void fault(Member& member, const Error& why);
  void fault_everybody(const Error& why);

  // --- what the host is told (tell.cpp) ----------------------------------------------------------
  // Lets the engine's observer see what was asked of it (EngineOptions::on_call).
  void observe(RunnerJob& job);
  void observe_time();
  void tell(RunnerJob& job);
  void tell_stopping(RunnerJob& job);
  // Shows and hands out. Throws only where memory is gone.
  void after_round(const std::shared_ptr<Member>& member);
  bool hand_out(const std::shared_ptr<Member>& member);  // true: there may be more
  void carry(const std::shared_ptr<Member>& member, Handout out);
  void settle_self(const std::shared_ptr<Member>& member, EffectId effect, Settlement settlement);
  void keep_routes(Member& member);
  void wake_at(const std::shared_ptr<Member>& member, std::optional<Timestamp> at);
  void trouble(const Error& error);
  void callback_threw(std::string_view what, std::string_view why) noexcept;
  // Calls the host; false when it threw.
  template <class Call>
  bool call_host(std::string_view what, Call call) noexcept;

  static Engine::Body& road(Member& member) { return *member.engine->body_; }

  Store& store_;
  const RunnerOptions options_;
  RunnerIntake intake_;
  Runner* runner_ = nullptr;

  Members members_;  // with an engine
  // By time, then by the order in which they came.
  std::map<std::pair<Timestamp, std::uint64_t>, std::shared_ptr<Member>> due_;
  RunnerJobs own_;   // settlements of the runner's own, for the next round
  Members touched_;  // in this round
  std::vector<std::pair<Member*, Status>> timed_;  // in this round, by passing time
  Timestamp now_{};                                // of this round
  Timestamp clock_ = Timestamp::min();             // what it said last
  RunnerStatistics counted_;
  std::uint64_t pages_ = 0;            // of housekeeping that wait
  std::uint64_t maintained_from_ = 0;  // pages below which a failed one is not tried again
  bool stopping_ = false;

  mutable std::mutex routes_lock_;
  std::map<TenantName, std::map<EntryPointName, std::string>> routes_;

  std::thread thread_;
  std::atomic<std::thread::id> inside_;  // of `thread_`, set by itself
  std::mutex end_lock_;
  std::condition_variable end_;
  bool ended_ = false;
  std::mutex join_lock_;
};

template <class Call>
bool Runner::Body::call_host(std::string_view what, Call call) noexcept {
  try {
    call();
    return true;
  } catch (const std::exception& exception) {
    callback_threw(what, exception.what());
  } catch (...) {
    callback_threw(what, "something unknown");
  }
  return false;
}

}  // namespace novelo
