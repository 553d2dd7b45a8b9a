// The JSON Schema of a configuration, as its own readers tell it.
#pragma once

#include "config/document.hpp"
#include "novelo/base/limits.hpp"

namespace novelo::config {

// What may stand in a document: its members, their types and ranges. Names that have to be there,
// and what belongs together, only `Configuration::parse` knows; a flow's steps FlowEngine.
Json describe_document(const Limits& limits);

}  // namespace novelo::config
