// Whether everything is there that flows name: a contact must never be led to a place that is not.
#pragma once

#include "engine/setup.hpp"

namespace novelo {

// Fails with `invalid`, the subject being the path in the configuration:
// "flows[1].steps.go.queue".
Status check_flows(const Setup& setup);

// The channel on which the way to another is told: an SMS reaches whoever is on the telephone, a
// mailbox is written a mail.
Channel told_by(Channel channel);

}  // namespace novelo
