// Files that the command line writes.
#pragma once

#include <string>

#include "novelo/base/result.hpp"

namespace cli {

// Writes the file beside its place first, so that what was there stays until the new one is whole.
novelo::Status write_file(const std::string& path, const std::string& text);

}  // namespace cli
