// Everything that can be wrong, judged before anything changes: after these checks a decision
// cannot fail.
#pragma once

#include <span>

#include "novelo/base/ids.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/router.hpp"
#include "router/board.hpp"

namespace novelo::routing {

Error error(ErrorCode code, std::string reason, std::string message, std::string subject,
            std::string remedy = {});

// Times are kept far enough from the ends of their range that no sum of them can overflow.
Status check_time(Timestamp at, const char* subject);

Status check_config(const RouterConfig& config);

// Stored records against each other and against the board's configuration.
Status check_records(const Board& board, std::span<const WorkRecord> works,
                     std::span<const AgentRecord> agents);

// Live work and signed-in agents against another configuration.
Status check_carry_over(const Board& live, const Board& next);

// An input as it will find the board once everything due by `now` has happened. Nothing that falls
// due can make room for an input or take it away but the ends of offers and of wrap-ups, and those
// are read here through their times: an offer ends at its own, or when another one runs out before
// and its agent is taken out of service.
Status check_input(const Board& board, const RouterInput& input, const IdCounter& ids,
                   Timestamp now);

}  // namespace novelo::routing
