// Limits as a JSON object of their members' names.
#pragma once

#include <string_view>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"

namespace novelo::abi {

// The usual ones, but for what the text says; an empty text says nothing.
Result<Limits> limits_from_text(std::string_view text);

// The names it knows.
std::vector<std::string_view> limit_names();

}  // namespace novelo::abi
