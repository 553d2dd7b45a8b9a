// How the queues stand: counts of their work and agents, and what waits in one of them.
#pragma once

#include <cstddef>
#include <vector>

#include "router/board.hpp"

namespace novelo::routing {

std::vector<RouterQueueState> standing(const Board& board);

std::vector<RouterWaiting> waiting_after(const QueueEntry& queue, const RouterWaiting& after,
                                         std::size_t limit);

}  // namespace novelo::routing
