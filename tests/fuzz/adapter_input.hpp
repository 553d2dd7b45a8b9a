// One input of an adapter's fuzz target.
//
//   [flags 1][which 1] then, with flag 4, lines "Name: value" up to an empty one, then the body
//
//   flags & 3   0, 1: signed as the provider does; 2: signed, then the body changes; 3: not signed
//   flags & 4   headers stand before the body
//   flags & 8   GET: what would be the body is the query
//   flags & 16  the body is an answer of the provider's to one of our sends, too
//   flags & 32  another path
//   which       of the methods, of the settings, of the codes of an answer
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "novelo/channel_adapter.hpp"

namespace novelo::fuzz {

// Through the adapter alone, and twice through the engine of a small desk: bytes give a value or an
// error that says why; the same ones the same; and what was taken once adds nothing.
void run_adapter(const ChannelAdapter& adapter, const std::string& connection,
                 std::span<const std::uint8_t> bytes);

}  // namespace novelo::fuzz
