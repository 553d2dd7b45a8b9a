#include "crash/memory_faults.hpp"

#include <sqlite3.h>

#include <array>
#include <cstdlib>
#include <new>

namespace novelo::crash {
namespace {

struct State {
  bool counts = false;
  bool fails = false;
  bool struck = false;
  int allowed = 0;
  int pauses = 0;
  MemoryPlan plan;
  std::array<std::uint64_t, 2> counted{};
};
constinit State state;
constinit sqlite3_mem_methods original{};

// Whether this allocation fails.
bool strikes(Memory memory) {
  if (!state.counts || state.allowed == 0 || state.pauses > 0) return false;
  const std::uint64_t index = state.counted[static_cast<std::size_t>(memory)]++;
  if (!state.fails || memory != state.plan.memory) return false;
  const bool now = state.plan.forever ? index >= state.plan.at : index == state.plan.at;
  state.struck = state.struck || now;
  return now;
}

}  // namespace

std::string_view to_string(Memory memory) {
  return memory == Memory::ours ? "memory" : "sqlite-memory";
}

void count_sqlite_memory() {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original);
  sqlite3_mem_methods watched = original;
  watched.xMalloc = [](int bytes) -> void* {
    return strikes(Memory::sqlite) ? nullptr : original.xMalloc(bytes);
  };
  watched.xRealloc = [](void* before, int bytes) -> void* {
    return strikes(Memory::sqlite) ? nullptr : original.xRealloc(before, bytes);
  };
  sqlite3_config(SQLITE_CONFIG_MALLOC, &watched);
}

bool may_allocate() {
  return !strikes(Memory::ours);
}

MemoryFaults::MemoryFaults() {
  state = State{};
  state.counts = true;
}

MemoryFaults::MemoryFaults(const MemoryPlan& plan) : MemoryFaults() {
  state.plan = plan;
  state.fails = true;
}

MemoryFaults::~MemoryFaults() {
  state.counts = false;
  state.fails = false;
}

std::uint64_t MemoryFaults::counted(Memory memory) {
  return state.counted[static_cast<std::size_t>(memory)];
}

bool MemoryFaults::struck() {
  return state.struck;
}

void MemoryFaults::repair() {
  state.fails = false;
}

AllowFaults::AllowFaults() {
  ++state.allowed;
}

AllowFaults::~AllowFaults() {
  --state.allowed;
}

PauseFaults::PauseFaults() {
  ++state.pauses;
}

PauseFaults::~PauseFaults() {
  --state.pauses;
}

}  // namespace novelo::crash
