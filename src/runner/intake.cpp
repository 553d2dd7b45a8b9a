#include "runner/intake.hpp"

#include <algorithm>
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
    : batch_inputs_(options.batch_inputs),
      work_{RunnerRoom(options.queue_inputs), RunnerRoom(options.queue_bytes)},
      settlements_(work_) {}

Status RunnerIntake::may_enter() const {
  if (!stopping_) return {};
  return fail({ErrorCode::busy,
               "stopping",
               "the runner is stopping",
               {},
               "hand it to the next one, with the same ids"});
}

Status RunnerIntake::check_size(const RunnerJob& job) const {
  if (job.too_deep) return fail(*job.too_deep);
  if (job.inputs <= work_.inputs.room() && job.bytes <= work_.bytes.room()) return {};
  return fail({ErrorCode::limit,
               "too_much",
               "this is more than the whole queue takes",
               {},
               fmt::format("hand in at most {} inputs of {} bytes at once", work_.inputs.room(),
                           work_.bytes.room())});
}

Status RunnerIntake::refuse(Error why) {
  ++statistics_.refused;
  return fail(std::move(why));
}

void RunnerIntake::push(const TenantName& tenant, std::unique_ptr<RunnerJob> job) {
  const auto line = lines_.try_emplace(tenant).first;
  Room& room = room_of(*job);
  Load& load = load_of(line->second, *job);
  const std::size_t inputs = job->inputs;
  const std::size_t bytes = job->bytes;
  job->number = ++pushed_;
  line->second.jobs.push_back(std::move(job));
  room.inputs.add(load.inputs, inputs);
  room.bytes.add(load.bytes, bytes);
  if (!line->second.in_turn) turns_.push_back(line);
  line->second.in_turn = true;
  if (sleeping_) changed_.notify_one();
}

std::unique_ptr<RunnerJob> RunnerIntake::pop(Lines::iterator line) {
  std::unique_ptr<RunnerJob> job = std::move(line->second.jobs.front());
  line->second.jobs.pop_front();
  Room& room = room_of(*job);
  Load& load = load_of(line->second, *job);
  room.inputs.remove(load.inputs, job->inputs);
  room.bytes.remove(load.bytes, job->bytes);
  return job;
}

// Tenants have come or gone.
void RunnerIntake::share_room() {
  for (Room* const room : {&work_, &settlements_}) {
    room->inputs.share_among(members_.size());
    room->bytes.share_among(members_.size());
  }
  const auto count_again = [](Room& room, const Load& load) {
    std::size_t inputs = 0;
    std::size_t bytes = 0;
    room.inputs.add(inputs, load.inputs);
    room.bytes.add(bytes, load.bytes);
  };
  for (const auto& [tenant, line] : lines_) {
    count_again(work_, line.work);
    count_again(settlements_, line.settlements);
  }
}

Status RunnerIntake::put(const TenantName& tenant, std::unique_ptr<RunnerJob> job) {
  if (Status fits = check_size(*job); !fits) return fits;
  const std::lock_guard guard(lock_);
  if (auto may = may_enter(); !may) return refuse(std::move(may).error());
  const auto member = members_.find(tenant);
  if (member == members_.end()) return fail(unknown_tenant(tenant));
  const auto line = lines_.find(tenant);
  const Load load = line == lines_.end() ? Load() : load_of(line->second, *job);
  const Room& room = room_of(*job);
  if (!room.inputs.takes(load.inputs, job->inputs) || !room.bytes.takes(load.bytes, job->bytes)) {
    return refuse({ErrorCode::busy,
                   "queue_full",
                   "too much waits already",
                   {},
                   "hand it in again later, with the same ids"});
  }
  job->member = member->second;
  push(tenant, std::move(job));
  ++statistics_.accepted;
  return {};
}

Status RunnerIntake::put_between(std::unique_ptr<RunnerJob> job) {
  const std::lock_guard guard(lock_);
  if (auto may = may_enter(); !may) return refuse(std::move(may).error());
  const auto line = lines_.find(TenantName());
  if (line != lines_.end() && line->second.jobs.size() >= work_.inputs.room()) {
    return refuse({ErrorCode::busy,
                   "queue_full",
                   "too much waits already",
                   {},
                   "hand in the next one when one was called"});
  }
  push(TenantName(), std::move(job));
  ++statistics_.accepted;
  return {};
}

Status RunnerIntake::put_opening(const TenantName& tenant, std::unique_ptr<RunnerJob> job) {
  const std::lock_guard guard(lock_);
  if (auto may = may_enter(); !may) return may;
  const auto known = members_.find(tenant);
  if (known != members_.end() && !known->second->faulted) {
    return fail({ErrorCode::conflict, "tenant_open", "an engine of this tenant is open here",
                 fmt::format("tenant {}", tenant.text()), "close it first"});
  }
  auto member = std::make_shared<RunnerMember>();
  member->name = tenant;
  member->number = ++known_;
  if (known != members_.end()) {
    std::get<RunnerJob::Opening>(job->work).replaced = known->second;
  }
  job->member = member;
  push(tenant, std::move(job));
  members_[tenant] = std::move(member);
  share_room();
  return {};
}

Status RunnerIntake::put_closing(const TenantName& tenant, std::unique_ptr<RunnerJob> job) {
  const std::lock_guard guard(lock_);
  if (auto may = may_enter(); !may) return may;
  const auto member = members_.find(tenant);
  if (member == members_.end()) return fail(unknown_tenant(tenant));
  job->member = member->second;
  job->member->closing = true;
  push(tenant, std::move(job));
  members_.erase(member);
  share_room();
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
  now.queued = work_.inputs.total() + settlements_.inputs.total();
  return now;
}

bool RunnerIntake::know(const std::shared_ptr<RunnerMember>& member) {
  const std::lock_guard guard(lock_);
  member->number = ++known_;
  if (!members_.emplace(member->name, member).second) return false;
  share_room();
  return true;
}

void RunnerIntake::forget(const RunnerMember& member) {
  const std::lock_guard guard(lock_);
  const auto known = members_.find(member.name);
  if (known == members_.end() || known->second.get() != &member) return;
  members_.erase(known);
  share_room();
}

RunnerIntake::Taken RunnerIntake::take(RunnerJobs& round, std::optional<Duration> wait) {
  std::unique_lock guard(lock_);
  const auto something = [&] { return !turns_.empty() || stopping_; };
  sleeping_ = true;
  if (wait) {
    wait_until_holds(changed_, guard, *wait, something);
  } else {
    changed_.wait(guard, something);
  }
  sleeping_ = false;
  if (turns_.empty()) return stopping_ ? Taken::ended : Taken::nothing;
  take_in_turn(round);
  return given_up_ ? Taken::abandoned : Taken::work;
}

bool RunnerIntake::is_oldest(const RunnerJob& job) const {
  return std::all_of(turns_.begin(), turns_.end(), [&](const Lines::iterator line) {
    return line->second.jobs.front()->number >= job.number;
  });
}

void RunnerIntake::take_in_turn(RunnerJobs& round) {
  std::size_t jobs = 0;
  std::size_t inputs = 0;
  for (auto turn = turns_.begin(); turn != turns_.end();) {
    const auto line = *turn;
    const RunnerJob& next = *line->second.jobs.front();
    const bool alone = next.alone();
    if (!given_up_ && ((jobs != 0 && alone) || (next.is_between() && !is_oldest(next)))) {
      ++turn;  // the others' round goes on; this is a later one
      continue;
    }
    if (!given_up_ && jobs != 0 && inputs + next.inputs > batch_inputs_) return;
    inputs += next.inputs;
    ++jobs;
    round.emplace_back();  // may throw, while the job is still in its line
    round.back() = pop(line);
    const auto taken = turn++;
    if (!line->second.jobs.empty()) {
      turns_.splice(turns_.end(), turns_, taken);
      if (turn == turns_.end()) turn = taken;
    } else {
      turns_.erase(taken);
      lines_.erase(line);
    }
    if (!given_up_ && alone) return;
  }
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
