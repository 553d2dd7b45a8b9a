// From a flow's JSON to a flow that can be walked.
#pragma once

#include <optional>
#include <string_view>

#include "flow/definition.hpp"
#include "flow/reader.hpp"
#include "novelo/base/limits.hpp"

namespace novelo::flow {

// Reads, resolves and lints one flow. Whatever is wrong is added to `faults`; without any the flow
// can be walked.
std::optional<Flow> compile_flow(std::string_view json, const Limits& limits, Faults& faults);

}  // namespace novelo::flow
