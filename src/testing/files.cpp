#include "testing/files.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace novelo::testing {

Result<std::string> read_file(const std::string& path, std::size_t most) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail({ErrorCode::not_found, "no_such_file", "There is no such file.", path,
                 "Name a file that can be read."});
  }
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > most) {
    return fail({ErrorCode::limit, "too_long",
                 fmt::format("The file has more than {} bytes.", most), path, ""});
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || (size > 0 && !(text << in.rdbuf()))) {
    return fail({ErrorCode::not_found, "unreadable", "The file cannot be read.", path,
                 "Check its permissions."});
  }
  return std::move(text).str();
}

std::string beside(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).lexically_normal().string();
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace novelo::testing
