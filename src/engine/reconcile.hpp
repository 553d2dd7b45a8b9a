// Reconcile: the calls that a telephone system has are held against those that the engine believes
// alive, and the engine gives way.
#pragma once

#include "engine/turn.hpp"

namespace novelo {

// Takes a report in that is newer than the last one. What came of it is in the outcome's details.
void reconcile(Turn& turn, const ConnectionName& connection, const CallReport& report);

}  // namespace novelo
