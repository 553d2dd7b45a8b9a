// What the answers of HTTP interfaces have in common.
#pragma once

#include "novelo/channel_adapter.hpp"

namespace novelo {

// The delay that the header Retry-After asks for in seconds (RFC 9110), at most a day; else zero.
// A date there is not read: without a clock it says nothing.
Duration retry_after(const TransportReply& reply);

// What the status alone says about a failure. No answer, and a gateway that got none (502, 504),
// are `uncertain`: the request may have been carried out.
SendOutcome outcome_of_status(const TransportReply& reply);

// What an error that the provider explained says: `retry` for passing ones, else `failed`.
SendOutcome outcome_of_error(SendError error, Duration retry_after);

// The class of an error that only has an HTTP status.
SendErrorClass class_of_status(int status);

}  // namespace novelo
