// novelo play: plays journeys and prints them.
#pragma once

#include <string>
#include <vector>

namespace cli {

struct PlayArguments {
  std::vector<std::string> paths;
  bool restart = false;
  bool json = false;
  bool quiet = false;
  std::string store;            // empty: in memory
  std::string html;             // a file; empty: the terminal
  std::string record;           // a file; empty: nothing is recorded
  std::string colour = "auto";  // "auto", "always", "never"
};

// Exit codes of the command.
inline constexpr int all_held = 0;
inline constexpr int some_failed = 1;
inline constexpr int unusable = 2;

int play(const PlayArguments& arguments);

}  // namespace cli
