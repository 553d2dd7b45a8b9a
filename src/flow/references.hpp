// What a flow names that is not in it.
#pragma once

#include <vector>

#include "flow/definition.hpp"
#include "novelo/flow_engine.hpp"

namespace novelo::flow {

// Of the steps that can be reached when `known` are the variables that never change.
std::vector<FlowReference> references(const Flow& flow, const Value& known);

}  // namespace novelo::flow
