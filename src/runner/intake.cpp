#include "runner/intake.hpp"

#include <utility>

#include <fmt/format.h>

#include "runner/clock.hpp"

namespace novelo {

namespace {

Error unknown_tenant(const TenantName& tenant) {
  return {ErrorCode::not_found, "unknown_tenant", "no engine of this tenant is open here",
          fmt::format("tenant {}", tenant.text()), "open it first"};
}

}  // namespace

RunnerIntake::RunnerIntake(const RunnerOptions& options)
    : room_{options.queue_inputs, options.queue_bytes}, batch_inputs_(options.batch_inputs) {}

Status RunnerIntake::may_enter() const {
  if (!stopping_) return {};
  return fail({ErrorCode::busy,
               "stopping",
               "the runner is stopping",
               {},
               "hand it to the next one, with the same ids"});
}

RunnerIntake::Load& RunnerIntake::load_of(const RunnerJob& job) {
  if (job.is_between()) return betweens_;
  return job.is_settlement() ? settlements_ : work_;
}

Status RunnerIntake::may_enter(const RunnerJob& job) {
  const Load& load = load_of(job);
  auto may = may_enter();
  if (may && (load.inputs + job.inputs > room_.inputs || load.bytes + job.bytes > room_.bytes)) {
    may = fail({ErrorCode::busy,
                "queue_full",
                "too much waits already",
                {},
                "hand it in again later, with the same ids"});
  }
  if (!may) ++statistics_.refused;
  return may;
}

void RunnerIntake::push(std::unique_ptr<RunnerJob> job) {
  Load& load = load_of(*job);
  load.inputs += job->inputs;
  load.bytes += job->bytes;
  jobs_.push_back(std::move(job));
  if (sleeping_) changed_.notify_one();
}

std::unique_ptr<RunnerJob> RunnerIntake::pop() {
  std::unique_ptr<RunnerJob> job = std::move(jobs_.front());
  jobs_.pop_front();
  Load& load = load_of(*job);
  load.inputs -= job->inputs;
  load.bytes -= job->bytes;
  return job;
}

Status RunnerIntake::put(const TenantName& tenant, std::unique_ptr<RunnerJob> job) {
  if (job->inputs > room_.inputs || job->bytes > room_.bytes) {
    return fail(
        {ErrorCode::limit,
         "too_much",
         "this is more than the whole queue takes",
         {},
         fmt::format("hand in at most {} inputs of {} bytes at once", room_.inputs, room_.bytes)});
  }
  const std::lock_guard guard(lock_);
  const auto member = members_.find(tenant);
  if (member == members_.end() && !stopping_) return fail(unknown_tenant(tenant));
  if (auto may = may_enter(*job); !may) return may;
  job->member = member->second;
  ++statistics_.accepted;
  push(std::move(job));
  return {};
}

Status RunnerIntake::put_opening(const TenantName& tenant, std::unique_ptr<RunnerJob> job) {
  const std::lock_guard guard(lock_);
  if (auto may = may_enter(); !may) return may;
  std::shared_ptr<RunnerMember>& place = members_[tenant];
  if (place && !place->faulted) {
    return fail({ErrorCode::conflict, "tenant_open", "an engine of this tenant is open here",
                 fmt::format("tenant {}", tenant.text()), "close it first"});
  }
  auto member = std::make_shared<RunnerMember>();
  member->name = tenant;
  member->number = ++known_;
  std::get<RunnerJob::Opening>(job->work).replaced = std::exchange(place, member);
  job->member = std::move(member);
  push(std::move(job));
  return {};
}

Status RunnerIntake::put_closing(const TenantName& tenant, std::unique_ptr<RunnerJob> job) {
  const std::lock_guard guard(lock_);
  if (auto may = may_enter(); !may) return may;
  const auto member = members_.find(tenant);
  if (member == members_.end()) return fail(unknown_tenant(tenant));
  job->member = std::move(member->second);
  members_.erase(member);
  push(std::move(job));
  return {};
}

Status RunnerIntake::put_between(std::unique_ptr<RunnerJob> job) {
  const std::lock_guard guard(lock_);
  if (auto may = may_enter(*job); !may) return may;
  ++statistics_.accepted;
  push(std::move(job));
  return {};
}

void RunnerIntake::stop() {
  const std::lock_guard guard(lock_);
  stopping_ = true;
  changed_.notify_one();
}

void RunnerIntake::give_up() {
  const std::lock_guard guard(lock_);
  given_up_ = true;
}

RunnerStatistics RunnerIntake::statistics() const {
  const std::lock_guard guard(lock_);
  RunnerStatistics now = statistics_;
  now.queued = work_.inputs + settlements_.inputs;
  return now;
}

bool RunnerIntake::know(const std::shared_ptr<RunnerMember>& member) {
  const std::lock_guard guard(lock_);
  member->number = ++known_;
  return members_.emplace(member->name, member).second;
}

void RunnerIntake::forget(const RunnerMember& member) {
  const std::lock_guard guard(lock_);
  const auto known = members_.find(member.name);
  if (known != members_.end() && known->second.get() == &member) members_.erase(known);
}

RunnerIntake::Taken RunnerIntake::take(RunnerJobs& round, std::optional<Duration> wait) {
  std::unique_lock guard(lock_);
  const auto something = [&] { return !jobs_.empty() || stopping_; };
  sleeping_ = true;
  if (wait) {
    wait_until_holds(changed_, guard, *wait, something);
  } else {
    changed_.wait(guard, something);
  }
  sleeping_ = false;
  if (jobs_.empty()) return stopping_ ? Taken::ended : Taken::nothing;
  std::size_t inputs = 0;
  while (!jobs_.empty()) {
    const RunnerJob& next = *jobs_.front();
    const bool full = inputs + next.inputs > batch_inputs_ || next.alone();
    if (!given_up_ && full && !round.empty()) break;
    inputs += next.inputs;
    round.push_back(pop());
    if (!given_up_ && round.back()->alone()) break;
  }
  return given_up_ ? Taken::abandoned : Taken::work;
}

bool RunnerIntake::stopping() const {
  const std::lock_guard guard(lock_);
  return stopping_;
}

void RunnerIntake::count(const RunnerStatistics& more) {
  const std::lock_guard guard(lock_);
  statistics_.expired += more.expired;
  statistics_.inputs += more.inputs;
  statistics_.rounds += more.rounds;
  statistics_.commits += more.commits;
  statistics_.handouts += more.handouts;
}

}  // namespace novelo
