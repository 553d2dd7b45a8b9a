#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace cli {
namespace {

namespace fs = std::filesystem;

novelo::Status refused(const char* reason, const char* message, const std::string& path) {
  return novelo::fail(
      {novelo::ErrorCode::refused, reason, message, path, "Name a file that does not exist yet."});
}

// One of them, or what stands beside it; by any name, and before it is there too.
bool is_one_of(const std::string& path, const std::vector<std::string>& inputs) {
  std::error_code error;
  for (const std::string& input : inputs) {
    if (input.empty()) continue;
    for (const char* beside : {"", "-wal", ".journal"}) {
      const std::string other = input + beside;
      if (fs::equivalent(path, other, error)) return true;
      if (fs::weakly_canonical(path, error) == fs::weakly_canonical(other, error)) return true;
    }
  }
  return false;
}

bool is_empty_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) == 0 && !error;
}

bool begins_as_page(const std::string& path) {
  constexpr std::string_view doctype = "<!doctype html>";
  std::string text(doctype.size(), '\0');
  std::ifstream(path, std::ios::binary)
      .read(text.data(), static_cast<std::streamsize>(text.size()));
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text == doctype;
}

bool write_all(int handle, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(handle, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// As a file that is made by others: mkstemp's is its owner's alone.
bool give_usual_mode(int handle) {
  const mode_t masked = ::umask(0);
  ::umask(masked);
  return ::fchmod(handle, static_cast<mode_t>(0666) & ~masked) == 0;
}

}  // namespace

novelo::Status check_page(const std::string& path, const std::vector<std::string>& inputs) {
  std::error_code error;
  if (is_one_of(path, inputs)) return refused("input", "This file is what is read.", path);
  if (!fs::exists(fs::symlink_status(path, error)) || is_empty_file(path)) return {};
  if (fs::is_character_file(path, error) || fs::is_fifo(path, error)) return {};
  if (fs::is_regular_file(path, error) && begins_as_page(path)) return {};
  return refused("exists", "There is something at this path already, and it is no page.", path);
}

novelo::Status check_new(const std::string& path, const std::vector<std::string>& inputs) {
  std::error_code error;
  if (is_one_of(path, inputs)) return refused("input", "This file is what is read.", path);
  if (!fs::exists(fs::symlink_status(path, error)) || is_empty_file(path)) return {};
  return refused("exists", "There is something at this path already.", path);
}

novelo::Status write_file(const std::string& path, const std::string& text) {
  std::error_code error;
  // What is no plain file, /dev/stdout for instance, keeps its place.
  const bool plain = !fs::exists(path, error) || fs::is_regular_file(path, error);
  fs::path place = fs::weakly_canonical(path, error);  // a link stays a link
  if (error) place = path;
  error.clear();
  std::string beside = place.string() + ".XXXXXX";
  const int handle = plain ? ::mkstemp(beside.data()) : ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  bool written = handle >= 0 && write_all(handle, text);
  if (plain) written = written && give_usual_mode(handle) && ::fsync(handle) == 0;
  if (handle >= 0) written = ::close(handle) == 0 && written;
  if (plain && written) fs::rename(beside, place, error);
  if (written && !error) return {};
  if (plain && handle >= 0) ::unlink(beside.c_str());
  return novelo::fail({novelo::ErrorCode::storage, "cannot_write", "The file cannot be written.",
                       path, "Name a file in a folder that is there and has room."});
}

}  // namespace cli
