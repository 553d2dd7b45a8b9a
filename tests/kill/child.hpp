// The process that is killed: it opens the store, serves the clinic, and tells its parent what it
// is about to do and what was acknowledged.
#pragma once

#include <cstdint>
#include <string>

namespace novelo::kill {

struct ChildTask {
  std::string store;       // path of the file
  std::uint64_t seed = 0;  // of what happens
  std::uint64_t life = 0;  // how many processes served this store before; part of every id
  std::string now;         // when it is, in the engine's time
  bool runner = false;     // with a Runner and several threads
  std::string plant;       // a fault of its own; empty: none
  int pipe = -1;
};

// The task as one argument of a command line.
std::string to_argument(const ChildTask& task);
ChildTask read_argument(const std::string& argument);

// Serves until it is killed, or has done enough. The exit code: 0 when all went well.
int run_child(const ChildTask& task);

}  // namespace novelo::kill
