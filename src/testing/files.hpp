// Files of a journey.
#pragma once

#include <string>

#include "novelo/base/result.hpp"

namespace novelo::testing {

// Fails with `not_found` when it cannot be read, with `limit` when it is larger than `most` bytes.
Result<std::string> read_file(const std::string& path, std::size_t most);

// "examples/ana", "payloads/a.json" -> "examples/ana/payloads/a.json"; an absolute name stays.
std::string beside(const std::string& folder, const std::string& name);
std::string folder_of(const std::string& path);

}  // namespace novelo::testing
