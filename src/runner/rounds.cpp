// The thread's rounds: take, decide, commit, tell.
#include <algorithm>
#include <iterator>
#include <system_error>

#include "runner/body.hpp"
#include "runner/clock.hpp"

namespace novelo {

namespace {

// However far the next deadline is: whoever sets the clock does not wake the thread.
constexpr Duration longest_sleep = std::chrono::minutes(1);

RunnerOptions with_clock(RunnerOptions options) {
  if (!options.clock) options.clock = system_time;
  return options;
}

Error closed(const RunnerMember& member) {
  return {ErrorCode::not_found, "unknown_tenant", "no engine of this tenant is open here any more",
          fmt::format("tenant {}", member.name.text()), "open it again first"};
}

Error expired() {
  return {ErrorCode::busy,
          "deadline",
          "it was not begun in time, and nothing was done",
          {},
          "hand it in again, with the same ids, when it is still wanted"};
}

}  // namespace

Runner::Body::Body(Store& store, RunnerOptions options)
    : store_(store), options_(with_clock(std::move(options))), intake_(options_) {}

Status Runner::Body::add(Engine engine) {
  const Engine::Body& body = *engine.body_;
  const std::string subject = fmt::format("tenant {}", body.tenant().text());
  if (&body.store() != &store_) {
    return fail({ErrorCode::invalid, "other_store", "this engine is on another store", subject,
                 "start a runner for each store"});
  }
  auto member = std::make_shared<Member>();
  member->name = body.tenant();
  member->engine.emplace(std::move(engine));
  if (!intake_.know(member)) {
    return fail({ErrorCode::invalid, "tenant_twice", "two engines are the same tenant's", subject,
                 "give the newest"});
  }
  members_.push_back(member);
  keep_routes(*member);
  wake_at(member, Timestamp::min());
  return {};
}

Status Runner::Body::begin(Runner& runner) {
  runner_ = &runner;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    ended_ = true;
    return fail({ErrorCode::busy,
                 "no_thread",
                 fmt::format("the system gives no thread: {}", error.what()),
                 {},
                 "end some, then start again"});
  }
  return {};
}

Status Runner::Body::stop(std::optional<Duration> patience) {
  if (inside()) {
    return fail({ErrorCode::reentrant,
                 "inside",
                 "a runner cannot be stopped by its own thread",
                 {},
                 "stop it from another one"});
  }
  intake_.stop();
  {
    std::unique_lock guard(end_lock_);
    const auto ended = [this] { return ended_; };
    if (!patience) {
      end_.wait(guard, ended);
    } else if (!wait_until_holds(end_, guard, *patience, ended)) {
      intake_.give_up();
      end_.wait(guard, ended);
    }
  }
  const std::lock_guard guard(join_lock_);
  if (thread_.joinable()) thread_.join();
  return {};
}

void Runner::Body::run() {
  inside_ = std::this_thread::get_id();
  RunnerJobs jobs;
  bool more = true;
  while (more) {
    // What could not be taken for want of memory stays where it is, and is tried again.
    call_host("a round", [&] {
      more = next_round(jobs);
      if (more) work(std::exchange(jobs, {}));
    });
  }
  due_.clear();
  members_.clear();
  inside_ = std::thread::id();
  const std::lock_guard guard(end_lock_);
  ended_ = true;
  end_.notify_all();
}

bool Runner::Body::next_round(RunnerJobs& jobs) {
  for (;;) {
    jobs.reserve(jobs.size() + own_.size());
    std::move(own_.begin(), own_.end(), std::back_inserter(jobs));
    own_.clear();
    const std::size_t ours = jobs.size();
    const auto taken = intake_.take(jobs, ours != 0 ? Duration(0) : wait_for());
    stopping_ = stopping_ || taken == RunnerIntake::Taken::ended || intake_.stopping();
    if (taken == RunnerIntake::Taken::abandoned) {
      for (std::size_t i = ours; i < jobs.size(); ++i) tell_stopping(*jobs[i]);
      jobs.resize(ours);
    }
    if (!jobs.empty() && jobs.back()->alone()) {
      const std::unique_ptr<RunnerJob> alone = std::move(jobs.back());
      jobs.pop_back();
      work_alone(*alone, std::exchange(jobs, {}));
      // However many of these come one after another, what is due happens.
      if (overdue()) return true;
      continue;
    }
    if (!jobs.empty()) return true;
    if (taken == RunnerIntake::Taken::ended) return false;
    if (taken == RunnerIntake::Taken::abandoned) continue;
    if (overdue()) return true;
    maintain(options_.maintain_pages);
  }
}

bool Runner::Body::overdue() {
  const Timestamp now = read_clock();  // may change what is due
  return !due_.empty() && due_.begin()->first.first <= now;
}

// Engines keep their own time, which never goes back: what waits for the clock alone, the next
// handouts and the pauses of the stuck, is looked at anew.
Timestamp Runner::Body::read_clock() {
  Timestamp now = clock_;
  call_host("the clock", [&] { now = options_.clock(); });
  if (std::exchange(clock_, now) > now) {
    for (const auto& member : members_) {
      if (member->due) wake_at(member, Timestamp::min());
    }
  }
  return now;
}

std::optional<Duration> Runner::Body::wait_for() {
  std::optional<Duration> wait;
  if (!due_.empty()) {
    const Timestamp now = read_clock();
    const Timestamp next = due_.begin()->first.first;
    wait = next <= now ? Duration(0) : std::min(next - now, longest_sleep);
  }
  const bool untidy = options_.maintain_pages != 0 && pages_ >= options_.maintain_pages &&
                      pages_ >= maintained_from_;
  if (untidy) wait = std::min(wait.value_or(longest_sleep), options_.quiet);
  return wait;
}

void Runner::Body::work(RunnerJobs jobs) {
  now_ = read_clock();
  counted_ = {};
  timed_.clear();
  try {
    pass_time();
    decide_all(jobs);
    commit();
  } catch (const std::exception& exception) {
    fault_everybody(thrown(exception.what()));  // memory: nobody knows what was half done
  } catch (...) {
    fault_everybody(thrown("something unknown"));
  }
  call_host("the observer", [&] { observe_time(); });
  for (const auto& job : jobs) {
    call_host("the observer", [&] { observe(*job); });
  }
  for (const auto& job : jobs) {
    call_host("a completion", [&] { tell(*job); });
  }
  for (const auto& member : std::exchange(touched_, {})) {
    try {
      after_round(member);
    } catch (const std::exception& exception) {
      // What it had in hand would never be handed out again.
      fault(*member, thrown(exception.what()));
      call_host("the end of a round", [&] { after_round(member); });
    }
  }
  intake_.count(counted_);
  if (options_.maintain_pages != 0) maintain(options_.maintain_latest);
}

void Runner::Body::join_round(const std::shared_ptr<Member>& member) {
  if (std::exchange(member->in_round, true)) return;
  member->progress = false;
  touched_.push_back(member);
}

void Runner::Body::pass_time() {
  while (!due_.empty() && due_.begin()->first.first <= now_) {
    const std::shared_ptr<Member> member = due_.begin()->second;
    wake_at(member, std::nullopt);
    join_round(member);
    Engine::Body& engine = road(*member);
    const Status passed = guarded(engine, [&] { return engine.take_time(now_); });
    timed_.emplace_back(member.get(), passed);
    if (!passed && !engine.faulted()) trouble(passed.error());
  }
}

void Runner::Body::decide_all(RunnerJobs& jobs) {
  for (const auto& job : jobs) {
    if (!job->member->engine) {
      job->error = job->member->gone.value_or(closed(*job->member));
    } else if (job->deadline && *job->deadline < now_) {
      job->error = expired();
      ++counted_.expired;
    } else {
      join_round(job->member);
      decide(*job);
    }
  }
  if (counted_.inputs != 0) ++counted_.rounds;
}

void Runner::Body::decide(RunnerJob& job) {
  Engine::Body& engine = road(*job.member);
  if (auto* one = std::get_if<RunnerJob::One>(&job.work)) {
    auto results =
        guarded(engine, [&] { return engine.take_inputs(std::span(&one->input, 1), now_); });
    if (results) {
      one->result = std::move(results->front());
    } else {
      one->result = fail(std::move(results).error());
    }
  } else if (auto* many = std::get_if<RunnerJob::Many>(&job.work)) {
    many->result = guarded(engine, [&] { return engine.take_inputs(many->inputs, now_); });
  } else if (auto* incoming = std::get_if<RunnerJob::Incoming>(&job.work)) {
    incoming->result =
        guarded(engine, [&] { return engine.take_request(incoming->request, now_); });
  } else {
    return;  // a question waits for the commit, and so do the metrics
  }
  counted_.inputs += job.inputs;
}

// What is our own goes first: it may be of the engine that is to be closed.
void Runner::Body::work_alone(RunnerJob& job, RunnerJobs before) {
  auto* const closing = std::get_if<RunnerJob::Closing>(&job.work);
  if (!before.empty()) work(std::move(before));
  if (auto* const opening = std::get_if<RunnerJob::Opening>(&job.work)) {
    open(job, *opening);
  } else if (closing != nullptr) {
    close(job, *closing);
  } else if (auto* const between = std::get_if<RunnerJob::Between>(&job.work); between->done) {
    call_host("what was to be done between rounds", [&] { between->done({}); });
  }
}

// Nothing of it is left in the hands of the thread.
void Runner::Body::let_go(const std::shared_ptr<Member>& member, Error why) {
  wake_at(member, std::nullopt);
  member->gone = std::move(why);
  member->engine.reset();
  std::erase(members_, member);
}

void Runner::Body::open(RunnerJob& job, RunnerJob::Opening& opening) {
  Status opened;
  try {
    if (opening.replaced && opening.replaced->engine) {
      let_go(opening.replaced, closed(*opening.replaced));
    }
    auto engine =
        Engine::open(store_, std::move(opening.adapters), std::move(opening.options), read_clock());
    if (engine) {
      members_.push_back(job.member);
      job.member->engine.emplace(std::move(*engine));
    } else {
      opened = fail(std::move(engine).error());
    }
  } catch (const std::exception& exception) {
    opened = fail(thrown(exception.what()));
  } catch (...) {
    opened = fail(thrown("something unknown"));
  }
  if (opened) {
    keep_routes(*job.member);
    wake_at(job.member, Timestamp::min());
  } else {
    job.member->gone = opened.error();
    intake_.forget(*job.member);
  }
  if (opening.done) call_host("a completion", [&] { opening.done(opened); });
}

void Runner::Body::close(RunnerJob& job, RunnerJob::Closing& closing) {
  if (job.member->engine) let_go(job.member, closed(*job.member));
  std::erase_if(own_, [&](const auto& own) { return own->member == job.member; });
  if (closing.done) call_host("a completion", [&] { closing.done({}); });
}

// A failure is told, and not tried again before as much has come together once more.
void Runner::Body::maintain(std::uint64_t from) {
  if (options_.maintain_pages == 0 || pages_ < std::max(from, maintained_from_) || pages_ == 0) {
    return;
  }
  Result<std::uint64_t> left = pages_;
  call_host("the store", [&] { left = store_.maintain(pages_); });
  if (left) {
    pages_ = *left;
    maintained_from_ = pages_ == 0 ? 0 : pages_ + options_.maintain_pages;
  } else {
    maintained_from_ = pages_ + options_.maintain_pages;
    trouble(left.error());
  }
}

}  // namespace novelo
