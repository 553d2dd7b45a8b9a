// Workloads: what is done to a store. Each is told by its number alone, and there is no last one.
#pragma once

#include <cstdint>
#include <string>

#include "crash/desk.hpp"
#include "crash/disk.hpp"
#include "crash/host.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::crash {

enum class Shape : std::uint8_t {
  creation,     // a file that is not there yet, and a few commits
  small,        // one tenant, few rows a commit
  tenants,      // several tenants in one commit
  large,        // rows of many pages
  spilling,     // a cache that is too small for the commit
  maintained,   // checkpoints in between
  overflowing,  // commits that checkpoint by themselves
  reopening,    // closed and opened again
  erasing,      // much is taken away again
  crowded,      // a ceiling of pages, and commits that are refused
  mixed,        // all of it
  desk_day,     // an engine: messages, calls, sends, what came of them
  desk_cases,   // an engine with mail, cases, callbacks
  desk_changes  // an engine whose configuration changes, and that is opened again
};
inline constexpr int shape_count = 14;
std::string_view to_string(Shape shape);

struct Workload {
  explicit Workload(std::uint64_t number);

  std::uint64_t number;
  Shape shape;
  SqliteOptions options;

  bool has_engine() const { return shape >= Shape::desk_day; }
  std::string name() const;
};

// The disk and the history that a workload begins with. Made once for each kind.
struct Start {
  Image image;
  History history;
};
class Starts {
 public:
  const Start& of(const Workload& workload);

 private:
  std::map<int, Start> made_;
};

// Does all of it, as far as the host gets. `log` gets what an engine was asked and what it
// answered.
void run(const Workload& workload, Host& host, DeskLog& log);

}  // namespace novelo::crash
