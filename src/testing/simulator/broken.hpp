// Broken: what becomes of a provider's request on a bad road, or in the hands of a stranger.
#pragma once

#include "novelo/channel_adapter.hpp"
#include "testing/simulator/chance.hpp"

namespace novelo::testing {

struct Broken {
  Request request;
  // Signed by the provider, whatever stands in it. What is not may change nothing at all.
  bool genuine = true;
};

// `altered`: other things may be in it than were told; without, it can only be recognised as
// broken.
Broken break_payload(const Request& whole, const Connection& connection, bool altered,
                     Chance& chance);

}  // namespace novelo::testing
