// novelo inspect: what is in a store's file or a backup.
#pragma once

#include <string>

namespace cli {

struct InspectArguments {
  std::string file;
  bool check = false;
  bool json = false;
  std::string colour = "auto";  // "auto", "always", "never"
};

// 0: looked at, and sound as far as it was looked at; 1: damaged; 2: cannot be looked at.
int inspect(const InspectArguments& arguments);

}  // namespace cli
