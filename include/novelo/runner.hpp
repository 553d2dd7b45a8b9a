// Runner: the one place with a thread. Any number of threads hand work in; one thread feeds the
// engines of a store, commits what arrived meanwhile together, and calls the host.
//
//   RunnerOptions options;
//   options.on_send = [](Runner& runner, const TenantName& tenant, Handout out) {
//     ... to the host's own threads, one of which calls runner.settle(tenant, out.id, reply)
//   };
//   auto runner = Runner::start(store, std::move(engines), options);
//   runner.value()->submit(tenant, request, [](Result<Response> answer) { ... });
//   runner.value()->stop();
//
// One round of the thread:
//   1. takes what is queued, up to `batch_inputs`: the tenants in turn, of each what was accepted
//      first;
//   2. asks the clock once, and has every engine decide its part, and what is due by then;
//   3. commits what all of them have to write, at once;
//   4. calls the completions, in the order in which their work was taken, then shows the signals
//      and hands out the effects, each tenant's in the order of `Engine::poll`.
// What arrives meanwhile is the next round. The engines and the rows of the store are, byte for
// byte, what feeding one by one, in that order and with those times, would have made of them.
//
// Threads: `submit`, `settle`, `ask`, `metrics`, `between`, `open`, `close`, `fallback_route`,
// `statistics` and `inside` may be called from any thread, callbacks included, and never wait for a
// decision or a commit. `stop` and the destructor wait, and must not be called from a callback.
// From `start` on the store and the engines belong to the thread, until it has stopped: what else
// is to be done with the store (a backup, statistics, a checkpoint) is done in `between`.
//
// Callbacks and completions run on the thread and must return soon: all tenants wait for them. They
// may not destroy the runner, nor wait for a future of it. What they throw is told to `on_trouble`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "novelo/engine.hpp"
#include "novelo/query.hpp"

namespace novelo {

class Runner;

struct RunnerOptions {
  // Gives engine time; called on the thread, which waits for deadlines by its differences. When it
  // throws, the time it gave last stands. It may go back: the engines' time waits until it has come
  // again. Empty: the system's clock.
  std::function<Timestamp()> clock;

  // Work accepted and not begun: beyond it `submit` says `busy`. Of n tenants each has 1/(2n) of
  // both for itself, and the other half is anybody's: nobody can fill the queue for the others.
  // Settlements have as much room again of their own, so that what was handed out can be settled
  // when nothing else gets in; a batch is of them when it has nothing else.
  std::size_t queue_inputs = 10'000;  // a request counts as one
  std::size_t queue_bytes = 256 * 1024 * 1024;
  // What one round takes, at least the first that waits: a longer round is a better rate, and a
  // longer wait for each.
  std::size_t batch_inputs = 1000;
  // Handed out of one tenant in one round; the rest in the next ones.
  std::size_t batch_handouts = 100;

  // The store's housekeeping (Store::maintain), never inside a commit: when nothing has happened
  // for `quiet` and so many pages wait, or between two rounds when `maintain_latest` wait. Keep
  // that below what the store does by itself (SqliteOptions::checkpoint_pages). 0 pages: never.
  Duration quiet = std::chrono::milliseconds(20);
  std::uint64_t maintain_pages = 1000;
  std::uint64_t maintain_latest = 12'000;

  // One for each kind of effect: begins to carry it out; what came of it is told by
  // `Runner::settle`. One that throws has done nobody knows what: a send or a call is settled as if
  // no answer had come, the others as a passing failure. An effect whose kind has no callback fails
  // with the reason "no_callback".
  using Carry = std::function<void(Runner&, const TenantName&, Handout)>;
  Carry on_send;
  Carry on_call;
  Carry on_notify;
  Carry on_action;

  std::function<void(Runner&, const TenantName&, const Signal&)> on_signal;
  // An engine is faulted, and why; told once for each, after the completions of its round. Unless
  // it is fenced, `open` puts another in its place; if the store says `unknown`, stop, and open the
  // store again.
  std::function<void(Runner&, const TenantName&, const Error&)> on_fault;
  // What went wrong and has nobody else to be told to: a callback or the clock threw, housekeeping
  // failed, the clock jumped.
  std::function<void(const Error&)> on_trouble;
};

// Since the start; counters only grow.
struct RunnerStatistics {
  std::uint64_t accepted = 0;  // calls of `submit`, `settle`, `ask`, `metrics`, `between`
  std::uint64_t refused = 0;   // such calls that were `busy`, and are not among the accepted
  std::uint64_t expired = 0;   // accepted; their deadline came before they were begun
  std::uint64_t inputs = 0;    // decided; a request is one
  std::uint64_t rounds = 0;    // that had something to decide
  std::uint64_t commits = 0;   // successful ones, of whatever many tenants
  std::uint64_t handouts = 0;
  std::size_t queued = 0;  // inputs accepted and not begun, now
};

class Runner {
 public:
  template <class T>
  using Completion = std::function<void(Result<T>)>;
  using Outcomes = std::vector<Result<Outcome>>;
  using Deadline = std::optional<Timestamp>;

  // Starts the thread over engines that were opened on `store`, each another tenant's. The store
  // and the adapters outlive the runner. Fails with `invalid` ("other_store", "tenant_twice",
  // "bad_options") or `busy` ("no_thread").
  static Result<std::unique_ptr<Runner>> start(Store& store, std::vector<Engine> engines,
                                               RunnerOptions options);
  // Stops, with everything that was accepted done.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Hands in work. Success: it is accepted, and `done` is called exactly once, on the thread, after
  // the commit, with what `Engine::feed` or `Engine::receive` would have given; or with
  //  - `busy` ("deadline"): it was not begun before `deadline`, and nothing was done;
  //  - `busy` ("stopping"): as much, in a stop that could not wait;
  //  - `unknown`: the engine is faulted.
  // Otherwise `done` is never called. Fails with
  //  - `busy`: "queue_full", or "stopping";
  //  - `not_found` ("unknown_tenant"): no engine of this tenant is open here;
  //  - `limit`: "too_much", more than the whole queue takes; "too_deep", values nested deeper than
  //    256 levels.
  // An empty completion is called by nobody.
  Status submit(const TenantName& tenant, Input input, Completion<Outcome> done,
                Deadline deadline = {});
  // In one commit, with nothing of others between them.
  Status submit(const TenantName& tenant, std::vector<Input> inputs, Completion<Outcomes> done,
                Deadline deadline = {});
  Status submit(const TenantName& tenant, Request request, Completion<Response> done,
                Deadline deadline = {});
  // What came of an effect.
  Status settle(const TenantName& tenant, EffectId effect, Settlement settlement,
                Completion<Outcome> done = {});

  // The same with a future, which has every failure too. No callback may wait for it.
  std::future<Result<Outcome>> submit_future(const TenantName& tenant, Input input,
                                             Deadline deadline = {});
  std::future<Result<Outcomes>> submit_future(const TenantName& tenant, std::vector<Input> inputs,
                                              Deadline deadline = {});
  std::future<Result<Response>> submit_future(const TenantName& tenant, Request request,
                                              Deadline deadline = {});

  // Reads: `question` is called exactly once, on the thread, after the commit of everything that
  // was accepted for this tenant before it. The Query is good for as long as that call. Fails as
  // `submit` does; the error that `question` may get is "stopping" or why the engine could not be
  // opened.
  Status ask(const TenantName& tenant, Completion<Query> question);

  // The engine in numbers (Engine::metrics), of a faulted one too; else as `ask`.
  Status metrics(const TenantName& tenant, Completion<Metrics> told);

  // Calls `work` exactly once, on the thread, between two rounds, when everything that was accepted
  // before it is done: for calls on the store itself, such as the steps of a backup. Nobody is
  // served meanwhile. Fails with `busy` ("queue_full": as many of these wait as `queue_inputs`;
  // "stopping"); the error that `work` may get is "stopping".
  Status between(Completion<void> work);

  // Opens one more engine, with the clock's time; or another in the place of a faulted one. Work
  // for it may be handed in at once, and fails as the opening does. An engine must not be opened on
  // the store elsewhere meanwhile: opening reads and writes it. Fails with `conflict`
  // ("tenant_open") or `busy` ("stopping").
  Status open(std::vector<const ChannelAdapter*> adapters, EngineOptions options,
              Completion<void> done = {});
  // Closes the engine when everything that was accepted for it is done. From here on nothing more
  // is handed out, and what was is not settled here: the next engine offers it again. Fails with
  // `not_found` ("unknown_tenant") or `busy` ("stopping").
  Status close(const TenantName& tenant, Completion<void> done = {});

  // As Engine::fallback_route, of the newest configuration that was committed; at any time, also
  // when the engine is faulted or closed and when the runner has stopped.
  std::string fallback_route(const TenantName& tenant, const EntryPointName& entry_point) const;

  // Takes no new work, finishes what was accepted, calls the completions, hands out nothing more,
  // and ends the thread. What the host has in its hands and has not settled is offered again by the
  // next engine, marked `maybe_done`. Again: nothing happens. Fails with `reentrant` in a callback.
  Status stop();
  // The same, but what was not begun when `patience` is over is told "stopping". The round under
  // way is always finished.
  Status stop(Duration patience);

  RunnerStatistics statistics() const;

  // Whether the caller is the runner's own thread: a callback, a completion.
  bool inside() const;

 private:
  class Body;
  explicit Runner(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace novelo
