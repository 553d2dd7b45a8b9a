#include "router/standing.hpp"

#include <algorithm>

namespace novelo::routing {
namespace {

void count(RouterQueueState& state, const WorkRecord& work) {
  switch (work.state) {
    case WorkState::queued:
      ++state.waiting;
      if (work.preference != Preference::none) ++state.held;
      state.oldest = std::min(state.oldest.value_or(work.requested_at), work.requested_at);
      break;
    case WorkState::offered: ++state.offered; break;
    case WorkState::assigned: ++state.assigned; break;
    case WorkState::wrap_up: ++state.wrap_up; break;
  }
}

void count(RouterQueueState& state, const AgentRecord& agent) {
  switch (agent.presence) {
    case Presence::available: ++state.available; break;
    case Presence::paused: ++state.paused; break;
    case Presence::offline: ++state.offline; break;
  }
}

}  // namespace

std::vector<RouterQueueState> standing(const Board& board) {
  std::vector<RouterQueueState> states(board.queues());
  for (QueueIndex i = 0; i < states.size(); ++i) {
    states[i].queue = board.queue(i).config.name;
    for (const AgentIndex agent : board.queue(i).agents) {
      count(states[i], board.agent(agent).record);
    }
  }
  board.each_work([&](const WorkRecord& work) {
    if (const auto queue = board.queue_index(work.queue)) count(states[*queue], work);
  });
  std::sort(states.begin(), states.end(),
            [](const auto& one, const auto& other) { return one.queue < other.queue; });
  return states;
}

std::vector<RouterWaiting> waiting_after(const QueueEntry& queue, const RouterWaiting& after,
                                         std::size_t limit) {
  std::vector<RouterWaiting> found;
  const PlaceKey from{after.place, after.work};
  queue.waiting.find([&](const PlaceKey& key) {
    if (key <= from && after.work) return false;
    if (found.size() == limit) return true;
    found.push_back({key.place, key.work});
    return false;
  });
  return found;
}

}  // namespace novelo::routing
