// Inputs as a caller gives them, many in one call.
#pragma once

#include <string_view>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/engine.hpp"

namespace novelo::abi {

// Reads one JSON text as an input.
Result<Input> input_from_text(std::string_view text, const Limits& limits);

// Reads JSON of any kind: `limit` ("too_large") above what a configuration and a command may have.
Status check_text(std::string_view text, const Limits& limits);

// Feeds what could be read, in one commit, and puts each result in its place: that of what could
// not be read is why.
Result<std::vector<Result<Outcome>>> feed_all(Engine& engine, std::vector<Result<Input>> inputs,
                                              Timestamp now);

// The two halves of it: takes those that could be read out of a list, and puts what came of them
// in their places.
std::vector<Input> take_readable(std::vector<Result<Input>>& inputs);
std::vector<Result<Outcome>> in_their_places(const std::vector<Result<Input>>& inputs,
                                             std::vector<Result<Outcome>> fed);

// Refuses at once what the engine would refuse after it was read.
Status check_count(std::size_t count, const Limits& limits);

}  // namespace novelo::abi
