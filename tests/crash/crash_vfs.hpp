// CrashVfs: SQLite's file system on a Disk in memory (disk.hpp states the model), as the default
// one for as long as it lives. It counts every operation, keeps a log of them, and makes one fail.
//
//   CrashVfs files(image, {Fault::io_once, 17, seed});
//   auto store = SqliteStore::open(CrashVfs::path);  // knows nothing of it
//
// Locks are kept between connections of this process. There is no shared memory: a log needs
// locking_mode=EXCLUSIVE, as stores have it. Chance and the clock that SQLite asks for are the
// same in every run: with the same calls come the same operations.
//
// Threads: one. One at a time lives, and SQLite must have no file open when it goes.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crash/disk.hpp"

namespace novelo::crash {

enum class Fault : std::uint8_t {
  none,
  io_once,       // the operation fails
  io_forever,    // and every later one
  full_once,     // a write finds the disk full; some of it may have been written
  full_forever,  // and every later one
  short_read,    // a read gives less than there is, and says so
  sync_fails,    // a sync fails; what it was for may be lost
  dies,          // the process is killed: nothing that it does has any effect from here on. What it
                 // has written can be read by the next one, and is no more durable than before
};
std::string_view to_string(Fault fault);
// Whether such a fault can strike there.
bool can_strike(Fault fault, Act act);

struct FaultPlan {
  Fault fault = Fault::none;
  std::uint64_t at = 0;  // the operation, from 0
  std::uint64_t seed = 0;
};

class CrashVfs {
 public:
  static constexpr const char* path = "/novelo-crash/desk.novelo";

  explicit CrashVfs(Image image, const FaultPlan& plan = {}, bool keeps_power = false);
  ~CrashVfs();
  CrashVfs(const CrashVfs&) = delete;
  CrashVfs& operator=(const CrashVfs&) = delete;

  // Operations begun so far.
  std::uint64_t operations() const { return operations_; }
  // The fault has struck.
  bool struck() const { return struck_; }
  // Whoever repairs the disk, or is the next process: nothing fails from now on. What the dead one
  // has open must be closed before.
  void repair() {
    plan_.fault = Fault::none;
    dead_ = false;
  }
  bool dead() const { return dead_; }

  Disk& disk() { return disk_; }
  const Disk& disk() const { return disk_; }

  // Called before each operation, with its index. It may look at the disk.
  void watch(std::function<void(std::uint64_t, const Operation&)> watcher) {
    watcher_ = std::move(watcher);
  }

 private:
  struct File;
  struct Lock {
    int shared = 0;
    const File* reserved = nullptr;
    const File* exclusive = nullptr;  // or pending: nobody else gets in
  };

  static File& file_of(sqlite3_file* file);
  static CrashVfs& vfs_of(sqlite3_vfs* vfs);
  static const sqlite3_io_methods& methods();

  int open(const char* name, sqlite3_file* file, int flags, int* flags_out);
  int read(const File& file, void* bytes, int amount, sqlite3_int64 at);
  int write(const File& file, const void* bytes, int amount, sqlite3_int64 at);
  int sync(File& file);
  int remove(const char* name, bool syncs_folder);
  int lock(File& file, int level);
  int unlock(File& file, int level);
  int close(sqlite3_file* file);
  // Counts the operation, and says whether the fault strikes it.
  bool begin(const Operation& operation);

  sqlite3_vfs vfs_{};
  Disk disk_;
  FaultPlan plan_;
  Chance chance_;
  std::uint64_t operations_ = 0;
  std::uint64_t unnamed_ = 0;
  bool struck_ = false;
  bool dead_ = false;
  std::map<std::uint32_t, Lock> locks_;
  std::function<void(std::uint64_t, const Operation&)> watcher_;
};

}  // namespace novelo::crash
