// Payloads: an event as its provider's webhook would bring it.
#pragma once

#include <optional>

#include "novelo/channel_adapter.hpp"

namespace novelo::testing {

// The request, signed with the connection's secrets. Nothing where the adapter is not one of the
// library's, or its provider has no words for the event: such an event is fed as it is.
std::optional<Request> payload_of(const ChannelEvent& event, const Connection& connection);

}  // namespace novelo::testing
