// Holders: which agent has a call. Said in one place: a live call that is dialled or connected is
// that of the agent whom it names, and it is then that agent's work at the router.
#pragma once

#include <string>

#include "engine/turn.hpp"

namespace novelo {

// Who speaks in the call, or is being rung for it. Nobody while the contact is alone, and for a
// call that somebody has who is no agent here.
AgentName holder_of(const Interaction& call);
// Whose telephone it is; nobody's.
AgentName agent_at(const Turn& turn, const std::string& device);
// The telephone system has put the call through to the agent, or to somebody who is none: nobody
// was asked. The agent is busy with it, in wrap-up, signed out or without a telephone as well.
void hand_to(Turn& turn, const Interaction& call, const AgentName& agent);
// Whether the agent's telephone is busy with something that is not their call here.
bool is_elsewhere(Turn& turn, const ConnectionName& connection, const Device& device,
                  const AgentName& agent);

}  // namespace novelo
