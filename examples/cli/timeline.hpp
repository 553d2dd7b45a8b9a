// novelo timeline: what was said and done, read from a store's file or from a backup.
#pragma once

#include <string>

namespace cli {

struct TimelineArguments {
  std::string file;
  std::string tenant;
  std::string conversation;
  std::string contact;
  std::string protocol;
  std::string html;  // a file; empty: the terminal
  std::string colour = "auto";
  bool customer = false;
  bool no_notes = false;
  bool json = false;
};

// 0: shown, 2: wrong use, or a file that cannot be looked at.
int timeline(const TimelineArguments& arguments);

}  // namespace cli
