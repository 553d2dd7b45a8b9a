// Requests and settlements as a caller gives them.
#pragma once

#include <cstddef>
#include <vector>

#include "novelo.h"
#include "novelo/base/limits.hpp"
#include "novelo/engine.hpp"

namespace novelo::abi {

Result<Request> request_of(const novelo_request* given);

// An array of them as inputs; one that cannot be read is why.
Result<std::vector<Result<Input>>> settlements_of(const novelo_settlement* given, std::size_t count,
                                                  const Limits& limits);

}  // namespace novelo::abi
