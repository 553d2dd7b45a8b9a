// The cost of one turn of work (an accept, the talk's end, and the offer of the next one that
// follows) as the numbers of agents and of waiting works grow. The rows should stay level: a
// decision looks at the indexes it touches, not at everybody.
#include <benchmark/benchmark.h>

#include <optional>
#include <string>
#include <vector>

#include "novelo/router.hpp"

namespace novelo {
namespace {

using std::chrono::milliseconds;

constexpr int queue_count = 20;

RouterConfig make_config(int agents) {
  RouterConfig config;
  for (int i = 0; i < queue_count; ++i) {
    RouterQueue queue;
    queue.name = QueueName("queue" + std::to_string(i));
    config.queues.push_back(queue);
  }
  for (int i = 0; i < agents; ++i) {
    RouterAgent agent;
    agent.name = AgentName("agent" + std::to_string(100'000 + i));
    for (int q = 0; q < 3; ++q) {
      agent.queues.push_back(config.queues[static_cast<std::size_t>(i + q * 5) % queue_count].name);
    }
    agent.skills[SkillName("english")] = 1 + i % 10;
    agent.capacity = {{WorkClass::voice, 1}, {WorkClass::chat, 2}};
    config.agents.push_back(agent);
  }
  return config;
}

class Floor {
 public:
  explicit Floor(int agents) : router_(*Router::create(make_config(agents))) {
    for (int i = 0; i < agents; ++i) {
      take(PresenceSet{AgentName("agent" + std::to_string(100'000 + i)), Presence::available, {}});
    }
  }

  RouterDecision take(const RouterInput& input) {
    now_ += milliseconds(1);
    return *router_.apply(input, ids_, now_);
  }

  // Another work arrives; the offer it led to, if anybody was free.
  std::optional<OfferMade> arrive() {
    WorkRecord work;
    work.id = ids_.take<WorkId>();
    work.work_class = WorkClass::voice;
    work.queue = QueueName("queue" + std::to_string(arrived_++ % queue_count));
    if (arrived_ % 2 == 0) work.skills = {SkillName("english")};
    work.requested_at = now_;
    return offer_in(take(WorkAdded{work}));
  }

  static std::optional<OfferMade> offer_in(const RouterDecision& decision) {
    for (const RouterEvent& event : decision.events) {
      if (const auto* made = std::get_if<OfferMade>(&event)) return *made;
    }
    return std::nullopt;
  }

 private:
  Router router_;
  IdCounter ids_;
  Timestamp now_{std::chrono::hours(24 * 365 * 56)};
  int arrived_ = 0;
};

// Everybody is free: a work comes, is offered, accepted, done.
void router_all_free(benchmark::State& state) {
  Floor floor(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    const auto offer = floor.arrive();
    floor.take(OfferAccepted{offer->offer, offer->agent});
    floor.take(WorkFinished{offer->work});
  }
}

// Everybody is on a call and as many works wait: one ends, the agent is offered the next and
// accepts, another work comes.
void router_all_busy(benchmark::State& state) {
  const int agents = static_cast<int>(state.range(0));
  Floor floor(agents);
  std::vector<WorkId> calls;
  for (int i = 0; i < 3 * agents; ++i) {
    if (const auto offer = floor.arrive()) {
      floor.take(OfferAccepted{offer->offer, offer->agent});
      calls.push_back(offer->work);
    }
  }
  std::size_t next = 0;
  for (auto _ : state) {
    WorkId& call = calls[next++ * 7919 % calls.size()];
    const auto offer = Floor::offer_in(floor.take(WorkFinished{call}));
    floor.take(OfferAccepted{offer->offer, offer->agent});
    call = offer->work;
    floor.arrive();
  }
}

BENCHMARK(router_all_free)->Arg(100)->Arg(1000)->Arg(10'000);
BENCHMARK(router_all_busy)->Arg(100)->Arg(1000)->Arg(10'000);

}  // namespace
}  // namespace novelo
