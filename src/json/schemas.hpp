// The JSON Schemas of the border, as docs/schema has them.
#pragma once

#include <map>
#include <string>

#include "codec/schema.hpp"

namespace novelo::json_form {

// Outputs are open to members of later versions, as they are published, or closed, so that a test
// sees a member that a schema forgets.
enum class Outputs : std::uint8_t { open, closed };

// By name: "command", "entry", ...
std::map<std::string, codec::Json> schemas(Outputs outputs = Outputs::open);

}  // namespace novelo::json_form
