// Files that the command line writes.
#pragma once

#include <string>
#include <vector>

#include "novelo/base/result.hpp"

namespace cli {

// What an output may be written over: a page that a command like this one has made. An input is
// never written over, by whatever name it is called. `refused` ("input", "exists").
novelo::Status check_page(const std::string& path, const std::vector<std::string>& inputs);
// Nothing but an empty file that is no input is written over.
novelo::Status check_new(const std::string& path, const std::vector<std::string>& inputs);

// Writes the file beside its place first, under a name that nobody has, and syncs it, so that what
// was there stays until the new one is whole.
novelo::Status write_file(const std::string& path, const std::string& text);

}  // namespace cli
