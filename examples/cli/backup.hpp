// novelo backup and novelo restore: of a store that nobody serves.
#pragma once

#include <string>

namespace cli {

struct BackupArguments {
  std::string from;
  std::string to;
};

// 0: done; 2: not, and nothing is left behind.
int backup(const BackupArguments& arguments);
int restore(const BackupArguments& arguments);

}  // namespace cli
