// What the host is told after the commit of a round: completions, signals, effects, faults.
#include <algorithm>
#include <utility>

#include "runner/body.hpp"

namespace novelo {

namespace {

// A member that has something due and cannot do it is not asked again before this is over.
constexpr Duration pause_of_the_stuck = std::chrono::seconds(1);

Error stopped() {
  return {ErrorCode::busy,
          "stopping",
          "the runner has stopped, and nothing was done",
          {},
          "hand it to the next one, with the same ids"};
}

}  // namespace

void Runner::Body::observe_time() {
  for (auto& [member, passed] : timed_) {
    Engine::Body& engine = road(*member);
    if (engine.faulted()) passed = fail(engine.out_of_service());
    engine.tell(now_, FeedTimeCall{passed});
  }
}

// Results are lent: what is large is not copied for an observer that there may not be.
void Runner::Body::observe(RunnerJob& job) {
  if (job.error || job.alone() || !job.member->engine) return;
  Engine::Body& engine = road(*job.member);
  const auto show = [&]<class T>(const Result<T>& result, const auto& call) {
    if (!engine.faulted()) return engine.tell(now_, call(result));
    const Result<T> nothing = fail(engine.out_of_service());
    engine.tell(now_, call(nothing));
  };
  if (auto* one = std::get_if<RunnerJob::One>(&job.work)) {
    Result<Outcomes> results = Outcomes(1);
    std::swap(results->front(), one->result);
    call_host("the observer", [&] {
      show(results, [&](const Result<Outcomes>& result) {
        return FeedCall{std::span<const Input>(&one->input, 1), result};
      });
    });
    std::swap(results->front(), one->result);
  } else if (auto* many = std::get_if<RunnerJob::Many>(&job.work)) {
    show(many->result, [&](const Result<Outcomes>& result) {
      return FeedCall{many->inputs, result};
    });
  } else if (auto* incoming = std::get_if<RunnerJob::Incoming>(&job.work)) {
    show(incoming->result, [&](const Result<Response>& result) {
      return ReceiveCall{incoming->request, result};
    });
  }
}

void Runner::Body::tell(RunnerJob& job) {
  const auto say = [&](auto& done, auto& result) {
    if (!done) return;
    call_host("a completion", [&] {
      if (job.error) return done(fail(*job.error));
      if (road(*job.member).faulted()) return done(fail(road(*job.member).out_of_service()));
      done(std::move(result));
    });
  };
  if (auto* one = std::get_if<RunnerJob::One>(&job.work)) return say(one->done, one->result);
  if (auto* many = std::get_if<RunnerJob::Many>(&job.work)) return say(many->done, many->result);
  if (auto* request = std::get_if<RunnerJob::Incoming>(&job.work)) {
    return say(request->done, request->result);
  }
  if (auto* question = std::get_if<RunnerJob::Question>(&job.work)) {
    if (!question->done) return;
    call_host("a completion", [&] {
      if (job.error) return question->done(fail(*job.error));
      question->done(Query(*job.member->engine));
    });
    return;
  }
  if (auto* measure = std::get_if<RunnerJob::Measure>(&job.work)) {
    if (!measure->done) return;
    call_host("a completion", [&] {
      if (job.error) return measure->done(fail(*job.error));
      measure->done(job.member->engine->metrics(now_));
    });
    return;
  }
  Status nothing;
  if (auto* between = std::get_if<RunnerJob::Between>(&job.work)) say(between->done, nothing);
  if (auto* opening = std::get_if<RunnerJob::Opening>(&job.work)) say(opening->done, nothing);
  if (auto* closing = std::get_if<RunnerJob::Closing>(&job.work)) say(closing->done, nothing);
}

void Runner::Body::tell_stopping(RunnerJob& job) {
  call_host("a completion", [&] {
    job.error = stopped();
    tell(job);
  });
}

void Runner::Body::after_round(const std::shared_ptr<Member>& member) {
  member->in_round = false;
  Engine::Body& engine = road(*member);
  bool more = false;
  if (!engine.faulted()) {
    keep_routes(*member);
    for (const Signal& signal : engine.take_signals()) {
      if (!options_.on_signal) continue;
      call_host("on_signal", [&] { options_.on_signal(*runner_, member->name, signal); });
    }
    more = !stopping_ && !member->closing && hand_out(member);
  }
  if (engine.faulted()) {
    member->faulted = true;
    wake_at(member, std::nullopt);
    if (std::exchange(member->fault_told, true) || !options_.on_fault) return;
    call_host("on_fault", [&] { options_.on_fault(*runner_, member->name, *engine.cause()); });
    return;
  }
  std::optional<Timestamp> next = engine.next_deadline();
  const bool due = next && *next <= std::max(now_, member->now);
  if (due && !member->progress) next = now_ + pause_of_the_stuck;
  if (more || (due && member->progress)) next = Timestamp::min();  // whatever becomes of the clock
  wake_at(member, next);
}

bool Runner::Body::hand_out(const std::shared_ptr<Member>& member) {
  Engine::Body& engine = road(*member);
  auto handouts = guarded(engine, [&] { return engine.poll(now_, options_.batch_handouts); });
  engine.tell(now_, PollCall{options_.batch_handouts, handouts});
  if (!handouts) return false;
  counted_.handouts += handouts->size();
  const bool maybe_more = handouts->size() == options_.batch_handouts;
  if (!handouts->empty()) member->progress = true;
  for (Handout& out : *handouts) carry(member, std::move(out));
  return maybe_more;
}

void Runner::Body::carry(const std::shared_ptr<Member>& member, Handout out) {
  const EffectId id = out.id;
  const EffectKind kind = out.kind;
  const auto& callback = [&]() -> const RunnerOptions::Carry& {
    switch (kind) {
      case EffectKind::send: return options_.on_send;
      case EffectKind::call: return options_.on_call;
      case EffectKind::notify: return options_.on_notify;
      case EffectKind::action: break;
    }
    return options_.on_action;
  }();
  if (!callback) {
    settle_self(member, id, Failed{"no_callback", "the host carries out no such effects", false});
    return;
  }
  if (call_host("the callback of an effect",
                [&] { callback(*runner_, member->name, std::move(out)); })) {
    return;
  }
  if (kind == EffectKind::send || kind == EffectKind::call) {
    settle_self(member, id, TransportReply{});
  } else {
    settle_self(member, id, Failed{"callback_threw", "the host's callback threw", true});
  }
}

void Runner::Body::settle_self(const std::shared_ptr<Member>& member, EffectId effect,
                               Settlement settlement) {
  auto job = std::make_unique<RunnerJob>(
      RunnerJob::One{SettleEffect{effect, std::move(settlement)}, {}}, std::nullopt);
  job->member = member;
  own_.push_back(std::move(job));
}

void Runner::Body::keep_routes(Member& member) {
  call_host("the store", [&] {
    Engine::Body& engine = road(member);
    const EngineClock* clock = engine.tables().clock.find(engine.tables().clock_key());
    if (clock != nullptr) member.now = clock->now;
    if (clock == nullptr || clock->configuration == member.configuration) return;
    member.configuration = clock->configuration;
    std::map<EntryPointName, std::string> routes;
    for (const EntryPointConfig& at : engine.setup()->configuration.entry_points) {
      routes[at.name] = at.fallback;
    }
    const std::lock_guard guard(routes_lock_);
    routes_[member.name] = std::move(routes);
  });
}

std::string Runner::Body::fallback_route(const TenantName& tenant,
                                         const EntryPointName& entry_point) const {
  const std::lock_guard guard(routes_lock_);
  const auto routes = routes_.find(tenant);
  if (routes == routes_.end()) return {};
  const auto route = routes->second.find(entry_point);
  return route != routes->second.end() ? route->second : std::string();
}

void Runner::Body::wake_at(const std::shared_ptr<Member>& member, std::optional<Timestamp> at) {
  if (member->due) due_.erase({*member->due, member->number});
  member->due = at;
  if (at) due_.emplace(std::pair(*at, member->number), member);
}

void Runner::Body::callback_threw(std::string_view what, std::string_view why) noexcept {
  try {
    trouble({ErrorCode::internal,
             "callback_threw",
             fmt::format("{} threw: {}", what, why),
             {},
             "mend the callback"});
  } catch (...) {  // no memory to say so
  }
}

void Runner::Body::trouble(const Error& error) {
  if (!options_.on_trouble) return;
  try {
    options_.on_trouble(error);
  } catch (...) {  // there is nobody left to tell
  }
}

}  // namespace novelo
