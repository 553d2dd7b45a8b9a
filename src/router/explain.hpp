// Why a work is where it is, in data and in one sentence.
#pragma once

#include "novelo/router.hpp"
#include "router/board.hpp"

namespace novelo::routing {

// Looks at each agent of the work's queue once.
RouterExplanation explain(const Board& board, const WorkEntry& work);

}  // namespace novelo::routing
