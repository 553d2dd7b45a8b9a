// The engine's body: what lives between calls, and the road of one call: decide each input, commit
// once, then show.
#pragma once

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/changes.hpp"
#include "engine/outbox.hpp"
#include "engine/setup.hpp"
#include "engine/tables.hpp"
#include "engine/turn.hpp"
#include "engine/witness.hpp"
#include "novelo/engine.hpp"

namespace novelo {

// What is said of an exception that the store, an adapter or memory threw.
Error thrown(std::string_view what);

// A decision that was cut short, and what a store, an adapter or the memory throws, ends here.
// Nobody knows what was half done: the engine is faulted.
template <class Body, class Call>
auto guarded(Body& body, Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const CutShort& cut) {
    return fail(body.fault(cut.why()));
  } catch (const std::exception& exception) {
    return fail(body.fault(thrown(exception.what())));
  } catch (...) {
    return fail(body.fault(thrown("something unknown")));
  }
}

// Marks the engine as being inside a call, as long as it lives.
class Inside {
 public:
  explicit Inside(bool& flag) : flag_(flag), before_(flag) { flag_ = true; }
  ~Inside() { flag_ = before_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  bool& flag_;
  bool before_;
};

class Engine::Body {
 public:
  Body(Store& store, Fence fence, std::vector<const ChannelAdapter*> adapters,
       EngineOptions options);

  // Restores what the store has. Called once.
  Status restore(Timestamp now);

  Result<Response> receive(const Request& request, Timestamp now,
                           std::vector<EventOutcome>* events);
  Result<std::vector<Result<Outcome>>> run(std::span<const Input> inputs, Timestamp now);
  Status run_time(Timestamp now);
  Result<std::vector<Handout>> poll(Timestamp now, std::size_t max);
  std::optional<Timestamp> next_deadline() const;
  std::vector<Signal> take_signals();

  // Tells the host's observer, if there is one, of a call that has returned.
  template <class What>
  void tell(Timestamp now, const What& what) {
    if (options_.on_call && !inside_) tell(EngineCall{now, what});
  }
  void tell_opened(Timestamp now);

  bool faulted() const { return fault_.has_value(); }
  // Takes the engine out of service, tells the host once, and gives what every call says now.
  Error fault(Error error);
  // What every call of a faulted engine says.
  Error out_of_service() const;
  std::string fallback_route(const EntryPointName& entry_point) const;
  Metrics metrics(Timestamp now);

  // --- the road in parts, for Runner: any number of calls decide, one commit takes what all of
  // them have changed, and only then is anything told. What a call gives counts once `show` was
  // called; when the commit fails `fault` is called instead, and nothing of it counts.
  Result<std::vector<Result<Outcome>>> take_inputs(std::span<const Input> inputs, Timestamp now);
  Result<Response> take_request(const Request& request, Timestamp now);
  Status take_time(Timestamp now);
  // What there is to commit under `fence`.
  Result<std::vector<Write>> collect();
  void show();
  const Fence& fence() const { return fence_; }
  const TenantName& tenant() const { return options_.tenant; }
  const Store& store() const { return store_; }
  // Why it is out of service.
  const std::optional<Error>& cause() const { return fault_; }
  const Setup* setup() const { return setup_.get(); }

  // --- for Query ---------------------------------------------------------------------------------
  Status ready() const;  // fails when faulted or inside a call
  // What was read before makes room: nobody can fill the cache by asking.
  Tables& tables() {
    tables_.trim();
    return tables_;
  }
  const Router& router() const { return *router_; }
  const Outbox& outbox() const { return outbox_; }
  const ChangeLog& changes() const { return changes_; }
  const Witness& witness() const { return witness_; }
  // What loading this would meet: a refusal, or nothing.
  Status try_configuration(const std::string& json);
  const Limits& limits() const { return options_.limits; }

 private:
  void tell(const EngineCall& call);
  void tell_fault();
  Turn begin_turn();
  // Takes over what a successful turn left.
  void keep(Turn& turn);
  // The road of one call: decides, and when it is the whole road, commits and shows.
  enum class Road { part, whole };
  template <class Decide>
  auto go(Road road, Decide decide) -> decltype(decide());
  // Decides inputs one after another; whoever calls commits. `entries` gets, for each input, how
  // long the timeline of its conversation was when it had been decided.
  Result<std::vector<Result<Outcome>>> decide_all(std::span<const Input> inputs, Timestamp now,
                                                  std::vector<std::uint64_t>* entries = nullptr);
  Result<Outcome> run_one(const Input& input);
  Result<Outcome> decide_one(const Input& input);
  Result<Outcome> run_command(const Command& command);
  // A jump of the clock is taken only with a confirmation, in front of it, that will be taken.
  Status check_time(std::span<const Input> inputs, Timestamp now);
  bool confirms_time(const Input& input);
  void fire_due();
  // The first timer that is armed, none before `from`.
  void find_next_timer(const Timer& from = {});
  // Makes the router from its records, uncommitted changes included.
  Status restore_router();
  // Of a store that was made from a backup: steps over what the lost time may have given out, and
  // takes every effect for one that may be done. In memory: `write` makes it last.
  Status step_over_lost_time(Timestamp now);
  // Takes back everything that a refused input did.
  void take_back(std::uint64_t last_id);
  // The unsettled effects, as they were. Sends that may be out and whose entry point says so are
  // held, in a commit of their own.
  Status restore_outbox(Timestamp now);
  bool must_be_held(const Effect& effect, Timestamp now) const;
  Status hold_unknown(const std::vector<EffectId>& sends);
  // One commit of what has changed.
  Status write();
  // The same; when it fails the engine is faulted.
  Status commit();

  // Another configuration is in service: what it brings and takes away.
  void take_setup(Setup setup);
  // What is refused before it is read is counted and told, and not kept.
  Error turn_away(const ConnectionName& connection, Error error, Timestamp now);
  // Keeps what could not be read or placed, once for each payload; whoever calls commits.
  void quarantine(const ConnectionName& connection, const Request& request, const Error& error);
  // The oldest rows go until one more, of so many bytes, has a place.
  void make_room(std::size_t bytes);
  Result<Response> decide_request(const Request& request, Timestamp now,
                                  std::vector<EventOutcome>* events);
  Result<Response> decide_events(const Connection& connection, const Request& request,
                                 Decoded decoded, Timestamp now, std::vector<EventOutcome>* events);
  Status decide_time(Timestamp now);
  std::uint64_t timeline_length(const Result<Outcome>& outcome);
  std::optional<Handout> make_handout(const Effect& effect);

  Store& store_;
  Fence fence_;
  std::vector<const ChannelAdapter*> adapters_;
  EngineOptions options_;
  Tables tables_;
  std::unique_ptr<Setup> setup_;
  std::optional<Router> router_;
  Outbox outbox_;
  IdCounter ids_;
  Timestamp now_{};
  std::uint64_t places_ = 0;  // taken under Limits::live_works
  std::optional<Timer> next_timer_;
  ChangeLog changes_;
  Witness witness_;
  std::map<EffectId, Error> undeliverable_;  // cannot be encoded: the next call fails them
  std::optional<Error> fault_;
  bool fresh_ = false;        // nothing was stored when it was restored
  bool from_backup_ = false;  // the store says so still: the next commit takes that away
  bool mark_goes_ = false;    // with the commit under way
  bool open_ = false;         // restored: from now on faults are told to the host
  bool inside_ = false;
};

template <class Decide>
auto Engine::Body::go(Road road, Decide decide) -> decltype(decide()) {
  if (auto may = ready(); !may) return fail(may.error());
  const Inside inside(inside_);
  auto decided = decide();
  if (road == Road::part) return decided;
  if (auto committed = commit(); !committed) return fail(committed.error());
  return decided;
}

}  // namespace novelo
