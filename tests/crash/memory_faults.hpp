// The failing allocation. `operator new` of this program, and SQLite's allocator once
// `count_sqlite_memory` was called, ask here. State of the whole program, as allocators are.
#pragma once

#include <cstdint>
#include <string_view>

namespace novelo::crash {

enum class Memory : std::uint8_t { ours, sqlite };
std::string_view to_string(Memory memory);

struct MemoryPlan {
  Memory memory = Memory::ours;
  std::uint64_t at = 0;  // the allocation, from 0
  bool forever = false;  // and every later one
};

// Puts SQLite's allocator under this one's eyes. Before anything else is asked of SQLite.
void count_sqlite_memory();

// While one lives the allocations of the product (AllowFaults) are counted, and the planned one
// fails. One at a time.
class MemoryFaults {
 public:
  MemoryFaults();  // only counts
  explicit MemoryFaults(const MemoryPlan& plan);
  ~MemoryFaults();
  MemoryFaults(const MemoryFaults&) = delete;
  MemoryFaults& operator=(const MemoryFaults&) = delete;

  static std::uint64_t counted(Memory memory);
  static bool struck();
  static void repair();
};

// Asked by operator new: counts one of ours.
bool may_allocate();

// Around every call of the product: what is allocated meanwhile is the product's.
class AllowFaults {
 public:
  AllowFaults();
  ~AllowFaults();
  AllowFaults(const AllowFaults&) = delete;
  AllowFaults& operator=(const AllowFaults&) = delete;
};

// Inside such a call, for what the harness itself does there.
class PauseFaults {
 public:
  PauseFaults();
  ~PauseFaults();
  PauseFaults(const PauseFaults&) = delete;
  PauseFaults& operator=(const PauseFaults&) = delete;
};

}  // namespace novelo::crash
