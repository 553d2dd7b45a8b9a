// Moves: one call is put where the telephone system has it.
#pragma once

#include "engine/turn.hpp"

namespace novelo {

// Somebody is rung for it or speaks in it (`live.state`), at `live.device`: that agent has it, or
// somebody who is none. Nothing that was asked of it before makes sense.
void put_at_device(Turn& turn, const Interaction& call, const LiveCall& live);
// A device is rung for it, by whose order ever: what comes of that is waited for with a bound.
void expect_bridge(Turn& turn, const Interaction& call);
// Whoever had it is not on the line any more: the contact waits for them first.
void put_in_queue(Turn& turn, const Interaction& call, const LiveCall& live);
// The order to ring its agent's device was lost.
void ring_again(Turn& turn, const Interaction& call);
// What was asked or played has died with the telephone system: the contact hears it once more,
// unless something is on its way.
void speak_again(Turn& turn, const Interaction& call, const LiveCall& live);
// Verbs for the call that have not reached the telephone system, as far as anybody knows.
bool has_verbs_out(Turn& turn, const Interaction& call);
bool is_unsettled(Turn& turn, EffectId verb);

}  // namespace novelo
