#include "novelo/runner.hpp"

#include <utility>

#include "runner/body.hpp"

namespace novelo {

namespace {

Status check(const RunnerOptions& options) {
  const auto bad = [](const char* name, const char* remedy) {
    return fail({ErrorCode::invalid, "bad_options", "this option is out of its range",
                 fmt::format("options.{}", name), remedy});
  };
  if (options.queue_inputs == 0) return bad("queue_inputs", "give at least 1");
  if (options.queue_bytes == 0) return bad("queue_bytes", "give at least 1");
  if (options.batch_inputs == 0) return bad("batch_inputs", "give at least 1");
  if (options.batch_handouts == 0) return bad("batch_handouts", "give at least 1");
  if (options.quiet < Duration::zero()) return bad("quiet", "give no negative time");
  return {};
}

// A job whose outcome is a future's; `put` hands it in with the completion it is given.
template <class T, class Put>
std::future<Result<T>> in_future(Put put) {
  const auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> future = promise->get_future();
  const Status accepted =
      put([promise](Result<T> result) { promise->set_value(std::move(result)); });
  if (!accepted) promise->set_value(fail(accepted.error()));
  return future;
}

}  // namespace

Result<std::unique_ptr<Runner>> Runner::start(Store& store, std::vector<Engine> engines,
                                              RunnerOptions options) {
  if (auto checked = check(options); !checked) return fail(checked.error());
  auto body = std::make_unique<Body>(store, std::move(options));
  for (Engine& engine : engines) {
    if (auto added = body->add(std::move(engine)); !added) return fail(added.error());
  }
  std::unique_ptr<Runner> runner(new Runner(std::move(body)));
  if (auto begun = runner->body_->begin(*runner); !begun) return fail(begun.error());
  return runner;
}

Runner::Runner(std::unique_ptr<Body> body) : body_(std::move(body)) {}

Runner::~Runner() {
  (void)stop();
}

Status Runner::submit(const TenantName& tenant, Input input, Completion<Outcome> done,
                      Deadline deadline) {
  return body_->intake().put(
      tenant,
      std::make_unique<RunnerJob>(RunnerJob::One{std::move(input), std::move(done)}, deadline));
}

Status Runner::submit(const TenantName& tenant, std::vector<Input> inputs,
                      Completion<Outcomes> done, Deadline deadline) {
  return body_->intake().put(
      tenant,
      std::make_unique<RunnerJob>(RunnerJob::Many{std::move(inputs), std::move(done)}, deadline));
}

Status Runner::submit(const TenantName& tenant, Request request, Completion<Response> done,
                      Deadline deadline) {
  return body_->intake().put(
      tenant, std::make_unique<RunnerJob>(RunnerJob::Incoming{std::move(request), std::move(done)},
                                          deadline));
}

Status Runner::settle(const TenantName& tenant, EffectId effect, Settlement settlement,
                      Completion<Outcome> done) {
  return submit(tenant, SettleEffect{effect, std::move(settlement)}, std::move(done));
}

std::future<Result<Outcome>> Runner::submit_future(const TenantName& tenant, Input input,
                                                   Deadline deadline) {
  return in_future<Outcome>([&](Completion<Outcome> done) {
    return submit(tenant, std::move(input), std::move(done), deadline);
  });
}

std::future<Result<Runner::Outcomes>> Runner::submit_future(const TenantName& tenant,
                                                            std::vector<Input> inputs,
                                                            Deadline deadline) {
  return in_future<Outcomes>([&](Completion<Outcomes> done) {
    return submit(tenant, std::move(inputs), std::move(done), deadline);
  });
}

std::future<Result<Response>> Runner::submit_future(const TenantName& tenant, Request request,
                                                    Deadline deadline) {
  return in_future<Response>([&](Completion<Response> done) {
    return submit(tenant, std::move(request), std::move(done), deadline);
  });
}

Status Runner::ask(const TenantName& tenant, Completion<Query> question) {
  return body_->intake().put(
      tenant, std::make_unique<RunnerJob>(RunnerJob::Question{std::move(question)}, std::nullopt));
}

Status Runner::metrics(const TenantName& tenant, Completion<Metrics> told) {
  return body_->intake().put(
      tenant, std::make_unique<RunnerJob>(RunnerJob::Measure{std::move(told)}, std::nullopt));
}

Status Runner::between(Completion<void> work) {
  return body_->intake().put_between(
      std::make_unique<RunnerJob>(RunnerJob::Between{std::move(work)}, std::nullopt));
}

bool Runner::inside() const {
  return body_->inside();
}

Status Runner::open(std::vector<const ChannelAdapter*> adapters, EngineOptions options,
                    Completion<void> done) {
  const TenantName tenant = options.tenant;
  return body_->intake().put_opening(
      tenant, std::make_unique<RunnerJob>(
                  RunnerJob::Opening{std::move(adapters), std::move(options), std::move(done)},
                  std::nullopt));
}

Status Runner::close(const TenantName& tenant, Completion<void> done) {
  return body_->intake().put_closing(
      tenant, std::make_unique<RunnerJob>(RunnerJob::Closing{std::move(done)}, std::nullopt));
}

std::string Runner::fallback_route(const TenantName& tenant,
                                   const EntryPointName& entry_point) const {
  return body_->fallback_route(tenant, entry_point);
}

Status Runner::stop() {
  return body_->stop(std::nullopt);
}

Status Runner::stop(Duration patience) {
  return body_->stop(patience);
}

RunnerStatistics Runner::statistics() const {
  return body_->intake().statistics();
}

}  // namespace novelo
