// What must hold of a disk that a loss of power, or a process that gave up, has left behind.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crash/disk.hpp"
#include "crash/history.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::crash {

enum class Wrong : std::uint8_t {
  does_not_open,  // the store says why
  lost,           // what is there is what some earlier prefix had
  mixed,          // what is there is what no prefix had
  fence,          // a fence is not the one that was given last
  damaged,        // SQLite's integrity_check
  stuck,          // a further commit fails, or is not there afterwards
  engine,         // an engine breaks a promise
  live,           // seen before the process ended
};
std::string_view to_string(Wrong wrong);

struct Violation {
  Wrong wrong = Wrong::mixed;
  std::string message;
};

struct Expected {
  const History* history = nullptr;
  const Moment* moment = nullptr;
  // Looks at the opened store once its rows are known to be right; empty when nothing is wrong.
  std::function<std::string(Store&)> engine = {};
};

// Opens a store on the image, holds it against what is expected, goes on with it, closes it, and
// has SQLite check all of the file.
std::optional<Violation> check_image(Image image, const Expected& expected,
                                     const SqliteOptions& options, bool all_tables);

// The same of an open disk, as a process that starts now finds it. Changes it.
class CrashVfs;
std::optional<Violation> check_disk(CrashVfs& files, const Expected& expected,
                                    const SqliteOptions& options, bool all_tables);

std::uint64_t hash_of(const Image& image);

}  // namespace novelo::crash
