#include "files.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace cli {

novelo::Status write_file(const std::string& path, const std::string& text) {
  const std::string beside = path + ".part";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(beside, path, error);
  if (out && !error) return {};
  std::filesystem::remove(beside, error);
  return novelo::fail({novelo::ErrorCode::storage, "cannot_write", "The file cannot be written.",
                       path, "Name a file in a folder that is there and has room."});
}

}  // namespace cli
