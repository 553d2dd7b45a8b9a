// The sweep: every operation of a workload, and everything that can go wrong there.
//
//   power   the run is recorded once; then, for every operation, disks are made as a loss of power
//           at that moment would leave them, and each is opened and held against the history; on
//           some the power goes again while the store comes back
//   errors  the run is made again for every operation and every fault that can strike there, the
//           death of the process among them; the disk is looked at when the host has gone on or
//           given up, and as losses of power some operations later would leave it
//   memory  the same for allocations, SQLite's and ours
//
// Everything follows from four things: workload, operation, fault, seed. Each violation comes with
// the command that makes just this one again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "crash/crash_vfs.hpp"
#include "crash/image_check.hpp"
#include "crash/memory_faults.hpp"
#include "crash/workload.hpp"

namespace novelo::crash {

// What is wrong on purpose, to prove that it is found.
enum class Plant : std::uint8_t {
  none,
  lying_sync,       // no sync makes anything durable
  lazy_log,         // as synchronous=NORMAL: commits do not wait for the log's sync
  torn_neighbours,  // a torn sector spoils what was durable in it
  early_ack,        // a commit counts as acknowledged before it is made
  dropped_write,    // a commit loses its last write
};
std::string_view to_string(Plant plant);
inline constexpr int plant_count = 6;

struct Tally {
  std::uint64_t workloads = 0;
  std::uint64_t operations = 0;  // that were struck
  std::uint64_t runs = 0;        // of a workload
  std::uint64_t images = 0;      // that were opened and checked
  std::uint64_t same = 0;        // made, and not checked again: the same as one before
  std::uint64_t engines = 0;     // engines that were opened on an image and checked
  std::map<std::string, std::uint64_t> by_fault;  // images, or runs, by fault
  std::map<std::string, std::uint64_t> answers;   // errors that a host was answered
  std::map<std::string, std::uint64_t> wrong;     // violations, by kind

  std::uint64_t violations() const;
};

// What makes one image, or one run.
struct Case {
  std::uint64_t workload = 0;
  std::uint64_t at = 0;
  std::string fault;
  std::uint64_t seed = 0;
};

class Sweep {
 public:
  // `report` is told of each violation, with the command that makes it again.
  explicit Sweep(std::function<void(const std::string&)> report, Plant plant = Plant::none)
      : report_(std::move(report)), plant_(plant) {}

  // `going_on` is asked now and then whether to stop.
  void stop_when(std::function<bool()> enough) { enough_ = std::move(enough); }

  // Told of every operation of a run, and of what the host was answered: for `replay`.
  void trace(std::function<void(const std::string&)> trace) { trace_ = std::move(trace); }

  void power(std::uint64_t workload, std::uint64_t seeds);
  void errors(std::uint64_t workload, std::uint64_t seeds, std::uint64_t stride);
  void memory(std::uint64_t workload, std::uint64_t runs);
  // One of them; false when there is no such fault.
  bool replay(const Case& one);

  const Tally& tally() const { return tally_; }

 private:
  struct Recording;
  struct Aftermath;

  Recording record(const Workload& workload);
  void cut(const Workload& workload, const Recording& recording, const Disk& disk, std::uint64_t at,
           std::uint64_t seed);
  void cut_again(const Workload& workload, const Recording& recording, const Disk& disk,
                 std::uint64_t at, std::uint64_t seed);
  Image image_of(const Recording& recording, const Disk& disk, std::uint64_t at,
                 Chance& chance) const;
  void advance(Disk& disk, const Recording& recording, std::uint64_t at) const;
  std::function<std::string(Store&)> engine_check(const Workload& workload, const DeskLog& log,
                                                  std::uint64_t at);
  void strike(const Workload& workload, const FaultPlan& plan);
  void starve(const Workload& workload, const MemoryPlan& plan);
  void look_after(const Workload& workload, const Case& one, Aftermath& aftermath);
  void complain(const Case& one, const Violation& violation);
  bool enough() const { return enough_ && enough_(); }

  std::function<void(const std::string&)> report_;
  std::function<void(const std::string&)> trace_;
  std::function<bool()> enough_;
  Plant plant_;
  Starts starts_;
  Tally tally_;
  std::unordered_set<std::uint64_t> seen_;     // images of this workload
  std::unordered_set<std::uint64_t> engines_;  // engine checks of this workload
};

}  // namespace novelo::crash
