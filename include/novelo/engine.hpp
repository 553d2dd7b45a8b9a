// Engine: one tenant's contact centre. Start here.
//
// Everything enters by one door and leaves by one door:
//
//   receive(request)   a provider's bytes: verified, decoded, decided, committed, then answered
//   feed(command)      what an agent or a system of the business asks
//   poll()             what the host must do now: effects, each handed out once
//   settle(effect)     what came of it
//   next_deadline()    when to call `feed_time` although nothing else happened
//
// The law: durable before visible. What a call decides is one commit; the answer, the effects and
// the signals exist only after it. When the store fails, or a rule of the engine itself is broken,
// the engine is *faulted*, and a new one goes on from the last commit: docs/engine.md says how
// (When the store fails).
//
// A host in ten lines:
//
//   Engine engine = Engine::open(store, {&whatsapp, &voice}, options, now).value();
//   engine.feed({"config-1", {}, LoadConfiguration{json}}, now).value();
//   const Response answer = engine.receive(request, now).value();  // to the provider
//   const auto handouts = engine.poll(now, 100).value();
//   for (const Handout& out : handouts) {  // send out.request, or do what out.body says; then:
//     if (out.request) {
//       engine.settle(out.id, reply, now).value();
//     } else {
//       engine.settle(out.id, Done{}, now).value();
//     }
//   }
//
// (`value()` throws when the call failed: good for a page, a host looks first.) docs/engine.md says
// what a host does when (The host's loop).
//
// Time is an argument, UTC. The engine keeps the latest it has seen and never goes back; a new one
// on the same store goes on from the time of the last commit. A jump of more than
// `EngineOptions::time_jump` is refused, and leaves the time as it was, until the business's own
// systems feed ConfirmTime at that time, first in its call.
//
// Threads: one call at a time. The store and the adapters outlive the engine; engines that share a
// store share its one thread. Where many threads have something for them, runner.hpp is that one.
// Query and the handles point at the engine: do not move it while they live. Calls from inside a
// call are refused with `reentrant`.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/secret.hpp"
#include "novelo/base/time.hpp"
#include "novelo/channel_adapter.hpp"
#include "novelo/model/command.hpp"
#include "novelo/model/contact.hpp"
#include "novelo/model/effect.hpp"
#include "novelo/model/entry.hpp"
#include "novelo/model/interaction.hpp"
#include "novelo/model/log.hpp"
#include "novelo/model/metrics.hpp"
#include "novelo/model/survey.hpp"
#include "novelo/model/work.hpp"
#include "novelo/router.hpp"
#include "novelo/store.hpp"

namespace novelo {

struct EngineCall;

struct EngineOptions {
  TenantName tenant{"default"};  // at most 128 bytes of UTF-8 without control characters
  Secret tenant_secret;          // keys the tokens in links and reply addresses; at least 16 bytes
  // By connection, then by the secret's name: texts, newest first. Rotating one takes a new engine.
  std::map<ConnectionName, std::map<std::string, std::vector<Secret>>> secrets;
  Limits limits;
  Duration time_jump = std::chrono::hours(24 * 400);
  // Told once, from inside the call in which the engine becomes faulted: it may not call the
  // engine, nor put another in its place before that call has returned.
  std::function<void(const Error&)> on_fault;
  // Gets a line for each input, hand-out, quarantined request and fault (docs/monitoring.md).
  LogSink log;
  bool log_personal = false;  // whole addresses too, and what errors are about
  // Told of every call that may change what is decided or handed out, after it, in the order of the
  // calls: whoever makes the same calls on an empty store gets the same rows, byte for byte. What
  // it is told of lives until it returns. It may not call the engine (`reentrant`); what it throws
  // is dropped. recorder.hpp makes a journey of it.
  std::function<void(const EngineCall&)> on_call;
};

// An event that a host has decoded itself, with the connection it came by.
struct DecodedEvent {
  ConnectionName connection;
  ChannelEvent event;
};
struct SettleEffect {
  EffectId effect;
  Settlement settlement;
};
using Input = std::variant<Command, DecodedEvent, SettleEffect>;

// What came of one event of a provider's request.
struct EventOutcome {
  Result<Outcome> outcome;  // or why it was refused
  // Entries in its conversation's timeline after this event; later events of the same request add
  // behind it. 0 without a conversation.
  std::uint64_t entries = 0;
};

// What an engine was asked, with what came of it (EngineOptions::on_call). Calls that were refused
// as `reentrant` are not told of: nothing came of them.
struct OpenCall {            // Engine::open that succeeded
  std::uint64_t tenant = 0;  // the number that leads the tenant's keys in this store
  bool fresh = false;        // the store had nothing of the tenant
  const EngineOptions* options = nullptr;
};
struct ReceiveCall {
  const Request& request;
  const Result<Response>& answer;
};
struct FeedCall {  // `feed` and `settle`
  std::span<const Input> inputs;
  const Result<std::vector<Result<Outcome>>>& results;
};
struct FeedTimeCall {
  const Status& result;
};
struct PollCall {
  std::size_t max = 0;
  const Result<std::vector<Handout>>& handouts;
};
struct EngineCall {
  Timestamp now{};  // as it was given
  std::variant<OpenCall, ReceiveCall, FeedCall, FeedTimeCall, PollCall> what;
};

// An unreadable payload, kept so that somebody can look at it: once, however often it comes. One
// that is larger than Limits::quarantine_bytes is a row without headers and body.
struct Quarantined {
  QuarantineId id;
  ConnectionName connection;
  Timestamp at{};           // when it came first
  Timestamp last_at{};      // and last
  std::uint64_t times = 1;  // how often
  Error error;              // of the first time
  Request request;
  std::uint64_t left_out = 0;  // bytes of headers and body that were too many to be kept
};

class Engine {
 public:
  // Takes the tenant over from whatever engine had it, and restores everything: open conversations,
  // queue places, walks through flows, timers, unsettled effects. Sends that may have gone out
  // already, from entry points with `unknown_send: hold`, are held in one commit before it returns.
  // Fails with `invalid` (options), with what the store says, or with `corrupt` when a record
  // cannot be read.
  static Result<Engine> open(Store& store, std::vector<const ChannelAdapter*> adapters,
                             EngineOptions options, Timestamp now);

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  // A provider's request. Success: everything in it is decided and committed, and this is the
  // answer that the provider expects. Fails with
  //  - `not_found`: no connection has this path, or no event's address or call is known (kept in
  //    quarantine);
  //  - `unauthentic`, or `limit` ("too_large"): nothing was read or kept;
  //  - `invalid`, `unsupported`, `limit`: unreadable, kept in quarantine; so is a single mail that
  //    came by itself and is about nobody here (`refused`, "automatic_mail");
  //  - `busy`, `unknown`, `reentrant`, `refused` ("time_jump"): do not answer the provider; it will
  //    send it again.
  // `events`, where it is given, gets what came of each event of the request, in its order: of one
  // that had been taken before only that it is `repeated`.
  Result<Response> receive(const Request& request, Timestamp now,
                           std::vector<EventOutcome>* events = nullptr);

  // Inputs, in order, in one commit. The result of each is what feeding it alone would have given:
  // a refused one changes nothing and stops nothing. The outer Result fails with `limit` (too many
  // inputs), `refused` ("time_jump"), `unknown` or `reentrant`.
  Result<std::vector<Result<Outcome>>> feed(std::span<const Input> inputs, Timestamp now);
  // One command; both kinds of failure in one Result.
  Result<Outcome> feed(const Command& command, Timestamp now);
  // Lets what fell due happen: at most Limits::timers_per_feed things; next_deadline tells of more.
  Status feed_time(Timestamp now);

  // Up to `max` effects that may be done now, each once for each attempt, in order within its lane
  // (model/effect.hpp). Writes nothing. Fails with `refused` ("time_jump"), `unknown` or
  // `reentrant`.
  Result<std::vector<Handout>> poll(Timestamp now, std::size_t max);

  // What came of an effect. The first word counts: settling one again is a success (`repeated`) and
  // teaches a provider's id at most. Fails with `not_found` (an id never given) and `invalid`
  // (`wrong_settlement`: a TransportReply for a notification or an action). `Done` on a send counts
  // as accepted without the provider's id, so that receipts which name only that do not find it.
  Result<Outcome> settle(EffectId effect, const Settlement& settlement, Timestamp now);

  // The next time at which something falls due; a past time when it already has. Empty when nothing
  // will, and when the engine is faulted.
  std::optional<Timestamp> next_deadline() const;

  // What is worth showing now, since the last call. Not durable: after a restart it is empty.
  std::vector<Signal> take_signals();

  // The engine in numbers. Cost: everything live, and every agent.
  Metrics metrics(Timestamp now) const;

  // True after a failed commit or a broken invariant.
  bool faulted() const;

  // The entry point's static route for a call that nobody can decide (faulted engine or store).
  // Empty before a configuration. Read them all after each configuration and keep them: when `open`
  // fails there is no engine to ask.
  std::string fallback_route(const EntryPointName& entry_point) const;

 private:
  friend class Query;
  friend class Runner;
  class Body;
  explicit Engine(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace novelo
