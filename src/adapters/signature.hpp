// Signatures of webhooks that are keyed digests.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "novelo/channel_adapter.hpp"

namespace novelo {

// Holds the header `name` ("sha256=" and 64 hexadecimal digits) against HMAC-SHA256 of `text` under
// each secret called `secret`. Fails with `unauthentic`.
Status verify_sha256(const Request& request, std::string_view name, std::string_view text,
                     const Connection& connection, std::string_view secret);

// Whether `matches` holds for one of the connection's secrets of that name; every one is tried, so
// that time does not tell which. Fails with `unauthentic` when none is set or none matches.
Status verify_any_secret(const Connection& connection, std::string_view secret,
                         std::string_view subject,
                         const std::function<bool(const Secret&)>& matches);

}  // namespace novelo
