// Router: which agent is offered which work, and when. It stands alone: a vendor can use it without
// the engine and without a store.
//
// A pure machine: an input and a time in, a decision out. Every decision names what happened
// (events, in order) and which records changed. Store the records; a router that restores them is
// equal to this one for every later input. It reads no clock: `next_deadline` says when to pass
// TimePassed.
//
// How it chooses
//  - Work waits in a queue; its place is its request time minus what its priority is worth
//    (RouterQueue::ageing per point), so places never move while it waits and nobody is starved.
//  - An agent is eligible for work when serving its queue, having all its skills, available, with
//    free capacity of its class, not on another call, not in wrap-up, and not having refused it in
//    this round.
//  - Work goes out in the order of its places, over all queues: each to the eligible agent with the
//    best skill sum, then the least loaded, then the longest idle, then the first by name. What
//    nobody can take now is stepped over, and waits at its place.
//  - Loaded is the part of the capacity of the work's class that is offered or assigned: one chat
//    of two is as much as two of four. So a free agent comes before one with a chat, however long
//    ago that one's last chat ended. Who can have one call at a time is free of calls when
//    eligible.
//  - A preferred agent is offered the work alone while the preference holds, at the work's place
//    among all that this agent could take. When that agent cannot take it now, the router says at
//    once why (WorkWaiting), so that alternatives can be offered. Queue and skills are needed of a
//    preferred agent too.
//  - One work is offered to one agent at a time. An offer ends by accept, refuse or time-out, or is
//    withdrawn when it no longer fits: the agent leaves, is on a call, or claimed other work.
//
// Capacity: offered, assigned and wrapping-up work counts. A call (offered, assigned, in wrap-up,
// or another one) leaves no room for anything else where `voice_excludes_others`; wrap-up and
// another call leave no room for voice work in any case. Other work never keeps a call away.
//
// Rounds: refusing and letting time run out are the same. The work goes to somebody else at once if
// there is anybody, and comes back to whoever refused it when nobody took it for as long as the
// queue's offer_timeout: never stuck, and never offered in a tight circle. Changing its queue, its
// skills or its preference begins a new round. What bounds the circle of one work that one agent
// alone could take: time running out ends after RouterQueue::missed_offers, refusing by word costs
// the agent one answer each time.
//
// Agents who do not respond: when so many offers in a row ran out (RouterQueue::missed_offers), the
// router takes the agent out of service: paused, with the reason `not_responding`, until somebody
// sets the presence. Offers that are out at the same time are missed together and count once, so
// that one absence is one miss however many works were offered in it. Accepting or refusing any
// offer begins the count anew, and so does a change of presence. What is held for the agent stays
// held until its own bound, as in any other pause.
//
// Late time: what fell due is decided in the order of its due times, but as of `now`: an offer that
// follows runs from now. So one call costs what is pending, however long nobody called.
//
// What follows what: an accepted offer is OfferEnded then WorkAssigned; a refused, expired or
// withdrawn one is OfferEnded, PreferenceReleased where it applies, AgentNotResponding where it was
// one too many, then OfferMade (elsewhere) or WorkWaiting. Added work is OfferMade or WorkWaiting
// in the same decision. Finished work is WorkLeft, or WrapUpStarted and, later, WorkLeft. Removed
// work is OfferEnded where offered, then WorkLeft.
//
// Cost: O(classes of requirements touched x log n), not the number of agents or works; a change of
// the reason to wait is said to each who waits for it. `explain` looks at a queue's agents.
// Threads: one call at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/work.hpp"

namespace novelo {

struct RouterQueue {
  QueueName name;
  std::vector<SkillName> skills;               // needed by all its work
  Duration ageing = std::chrono::seconds(60);  // so much waiting is one point of priority; 0..7d
  Duration offer_timeout = std::chrono::seconds(20);  // and the pause after a refusal; 1s..7d
  Duration wrap_up{};                                 // after voice work; zero = none; up to 7d
  // So many of an agent's offers in a row ran out, the last of them in this queue: the agent does
  // not respond. 0..100; 0 = never, and offers of this queue are not counted.
  int missed_offers = 3;
};

struct RouterAgent {
  AgentName name;
  std::vector<QueueName> queues;
  std::map<SkillName, int> skills;    // level 1..10
  std::map<WorkClass, int> capacity;  // how many at once, 0..1000; a class not named: none
  bool voice_excludes_others = true;  // on a call nothing else is offered
};

struct RouterConfig {
  std::vector<RouterQueue> queues;
  std::vector<RouterAgent> agents;
};

// --- inputs ------------------------------------------------------------------------------------
struct WorkAdded {
  WorkRecord work;  // state, agent, offer and refusals are the router's: they are ignored
};
struct WorkChanged {
  WorkId work;  // only while queued or offered; an offer that no longer fits is withdrawn
  std::optional<QueueName> queue;
  std::optional<std::vector<SkillName>> skills;
  std::optional<int> priority;
  struct Preferred {
    AgentName agent;
    Preference preference = Preference::none;
    std::optional<Timestamp> until;
  };
  std::optional<Preferred> preferred;
};
struct WorkRemoved {
  WorkId work;  // from any state: the contact hung up, the callback was cancelled
};
struct WorkMoved {
  WorkId work;                  // in any state
  ConversationId conversation;  // it goes on in another; nothing is decided by this
};
// An agent takes it without an offer, or it is given to one: from the queue, from another's offer,
// or from another agent (a transfer). Skills, queue and preference do not matter; the agent must be
// signed in, paused perhaps, and have capacity for it beside the assigned work, the wrap-up and
// another call. Offers that no longer fit are withdrawn. Claiming work that one has already changes
// nothing.
struct WorkClaimed {
  WorkId work;
  AgentName agent;
  // Another system has put it through, and says so: only that both are there is asked. It counts
  // as any other work, beyond the capacity too.
  bool done_already = false;
};
struct WorkFinished {
  WorkId work;  // assigned work is done; wrap-up begins where the queue has one
};
struct WrapUpEnded {
  WorkId work;
};
struct OfferAccepted {
  OfferId offer;
  AgentName agent;
};
struct OfferRefused {
  OfferId offer;
  AgentName agent;
};
// The reason of a pause that the router itself gave, after RouterQueue::missed_offers.
inline constexpr std::string_view not_responding = "not_responding";
// Whoever is not available loses all offers at once; assigned work stays.
struct PresenceSet {
  AgentName agent;
  Presence presence = Presence::offline;
  std::string reason;  // kept for a pause; up to 256 bytes
};
struct OtherCall {
  AgentName agent;  // a call that the router did not give began or ended
  bool active = false;
};
// The agent's telephone can be rung, or cannot: then no voice work is offered or can be claimed.
// Written work goes on.
struct TelephoneReachable {
  AgentName agent;
  bool reachable = true;
};
struct TimePassed {};

using RouterInput = std::variant<WorkAdded, WorkChanged, WorkRemoved, WorkMoved, WorkClaimed,
                                 WorkFinished, WrapUpEnded, OfferAccepted, OfferRefused,
                                 PresenceSet, OtherCall, TelephoneReachable, TimePassed>;

// --- what happened -----------------------------------------------------------------------------
struct OfferMade {
  OfferId offer;
  WorkId work;
  AgentName agent;
  Timestamp until{};
};
enum class OfferEnd : std::uint8_t { accepted = 1, refused = 2, expired = 3, withdrawn = 4 };
std::string_view to_string(OfferEnd end);
struct OfferEnded {
  OfferId offer;
  WorkId work;
  AgentName agent;
  OfferEnd end = OfferEnd::withdrawn;
};
struct WorkAssigned {
  WorkId work;
  AgentName agent;
};
// Why work is not being offered to anybody at this moment; said when it begins to wait and whenever
// the reason changes.
enum class WaitReason : std::uint8_t {
  agents_busy = 1,        // somebody could take it, but not now
  nobody_available = 2,   // nobody who could take it is signed in and available
  nobody_eligible = 3,    // nobody at all serves this queue with these skills
  preferred_busy = 4,     // held for an agent who is on something else, or pauses, or just refused
  preferred_offline = 5,  // held for an agent who is not signed in
};
std::string_view to_string(WaitReason reason);
struct WorkWaiting {
  WorkId work;
  WaitReason reason = WaitReason::agents_busy;
};
struct PreferenceReleased {
  WorkId work;  // its bound is reached, or it was refused: anybody eligible may take it now
  AgentName agent;
};
struct WrapUpStarted {
  WorkId work;
  AgentName agent;
  Timestamp until{};
};
struct WorkLeft {
  WorkId work;  // the router no longer knows it
};
struct AgentNotResponding {
  AgentName agent;  // is paused now, with the reason `not_responding`
  std::uint32_t missed_offers = 0;
};

using RouterEvent = std::variant<OfferMade, OfferEnded, WorkAssigned, WorkWaiting,
                                 PreferenceReleased, WrapUpStarted, WorkLeft, AgentNotResponding>;

struct RouterDecision {
  std::vector<RouterEvent> events;     // in the order they happened
  std::vector<WorkRecord> works;       // put these
  std::vector<WorkId> works_gone;      // delete these
  std::vector<AgentRecord> agents;     // put these
  std::vector<AgentName> agents_gone;  // delete these: `configure` took them out of service
};

// Decisions to be undone together: what they named, and the records from before them.
struct RouterUndo {
  std::vector<WorkId> works;
  std::vector<WorkRecord> works_before;  // of those that were there
  std::vector<AgentName> agents;
  std::vector<AgentRecord> agents_before;  // of those that had a record
};

// --- looking in --------------------------------------------------------------------------------
struct RouterPlace {
  std::size_t ahead = 0;    // works waiting in the same queue that come before it, held ones too
  std::size_t waiting = 0;  // works waiting in that queue, itself included
};

// How a queue stands.
struct RouterQueueState {
  QueueName queue;
  std::size_t waiting = 0;   // held ones too
  std::size_t held = 0;      // of these: for one agent alone, for now
  std::size_t offered = 0;   // out to an agent
  std::size_t assigned = 0;  // being served
  std::size_t wrap_up = 0;
  std::optional<Timestamp> oldest;  // when whoever has waited longest asked
  // The agents who serve it.
  std::size_t available = 0;
  std::size_t paused = 0;
  std::size_t offline = 0;

  friend bool operator==(const RouterQueueState&, const RouterQueueState&) = default;
};

// Work that waits, at its place: its request time less what its priority is worth.
struct RouterWaiting {
  Timestamp place{};
  WorkId work;

  friend auto operator<=>(const RouterWaiting&, const RouterWaiting&) = default;
};

// Why this agent, or why still waiting: a few candidates and counts by reason, not everybody.
// `excluded` counts the queue's agents: "has_it" (the one it is offered to), "capacity" (none for
// such work), "skill", "offline", "paused", "unreachable" (no telephone), "busy", "refused". Once
// assigned, candidates and counts
// are empty.
struct RouterExplanation {
  WorkState state = WorkState::queued;
  AgentName agent;                    // offered or assigned
  std::optional<WaitReason> waiting;  // queued
  std::vector<AgentName> best;  // at most five, best first, who could take it now but for a hold
  std::map<std::string, std::size_t> excluded;
  std::string sentence;  // the same, for people
};

class Router {
 public:
  // Fails with `invalid` on a repeated name, an unknown queue, or a number out of range.
  static Result<Router> create(RouterConfig config, Limits limits = {});

  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  // Gives back stored records, once, before the first input; nothing is decided. Fails with
  // `corrupt` when they contradict each other, with `invalid` when they name what the configuration
  // does not have, with `refused` when it is too late. When the configuration is not the one they
  // were made under, restore under the old one and `configure` the new one.
  Status restore(std::span<const WorkRecord> works, std::span<const AgentRecord> agents);

  // Takes another configuration into service; live work goes on, offers that no longer fit are
  // withdrawn, and whoever became eligible is considered. Fails with `invalid` as `create` does,
  // and with `refused` when live work would be left without its queue or the agent who has it or
  // for whom it is held, or a signed-in agent without any queue; nothing has changed then. Cost:
  // everything live.
  Result<RouterDecision> configure(RouterConfig config, IdCounter& ids, Timestamp now);

  // Whether `configure` would succeed now. Cost: everything live.
  Status check(RouterConfig config, const IdCounter& ids, Timestamp now) const;

  // One input. An error means that nothing has changed: `not_found` (no such work, offer, queue or
  // agent), `refused` (an offer that ended, another's offer, no capacity, the wrong state),
  // `conflict` (added work is already here), `invalid` (a number or word out of its range), `limit`
  // (too much live work, or too many different requirements waiting: Limits; what a queue asks of
  // all its work always has room). Whatever fell due by `now` is decided first, as TimePassed
  // would, and is part of the decision. Saying what is so already (the same presence, the same
  // change) is no error and changes nothing.
  Result<RouterDecision> apply(const RouterInput& input, IdCounter& ids, Timestamp now);

  // Undoes the last decisions, as if they had never been made; `configure` alone cannot be undone.
  // The ids that they took are the caller's to give back. Cost: what they named.
  void take_back(const RouterUndo& undo);

  // When something falls due: an offer, a round, a preference, a wrap-up. Nothing when nothing is
  // pending. What is due at a time is over at that time: an offer cannot be accepted at its
  // `until`.
  std::optional<Timestamp> next_deadline() const;

  // Null when there is no such work or agent. Borrowed until the next non-const call.
  const WorkRecord* work(WorkId id) const;
  const AgentRecord* agent(const AgentName& name) const;
  // Everybody who is configured, by name, above `after`.
  std::vector<AgentRecord> agents(const AgentName& after, std::size_t limit) const;
  // The live works of an agent: offered, assigned and in wrap-up, by id.
  std::vector<WorkId> works_of(const AgentName& agent) const;
  // True when the agent can be offered work of this class now.
  bool can_take(const AgentName& agent, WorkClass work_class) const;

  // `not_found`, or `refused` when the work is not waiting.
  Result<RouterPlace> place(WorkId work) const;
  // Every queue, by name. Cost: everything live.
  std::vector<RouterQueueState> queues() const;
  // The works that wait in a queue, in order, behind `after` (empty: from the first), at most
  // `limit`; `not_found`.
  Result<std::vector<RouterWaiting>> waiting(const QueueName& queue, const RouterWaiting& after,
                                             std::size_t limit) const;
  // `not_found`.
  Result<RouterExplanation> explain(WorkId work) const;

 private:
  class State;
  explicit Router(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace novelo
