// Disk: a file system in memory that keeps what was written and what is durable apart, and can say
// what a loss of power would leave of it.
//
// The model, hostile where real file systems differ:
//  - Each file has its durable bytes and a list of writes and truncations since its last sync. A
//    sync makes the list durable. A loss of power keeps any part of the list: each 512-byte sector
//    of each write by itself, one in sixteen of those that are kept torn (its first bytes new, the
//    rest as it was), each truncation by itself. A file may keep its new length without the bytes,
//    which then read as zeros.
//  - A write that overwrites part of a sector leaves the rest of the sector alone (SQLite calls it
//    POWERSAFE_OVERWRITE, and takes it for granted on Linux).
//  - A name is made or taken away at once, and durably when the folder is synced: SQLite asks for
//    that when it deletes with a sync, and at the first sync of a log or journal that it has made,
//    as its own file system for Linux does. Until then a loss of power may keep each name as it was
//    at any moment since the last sync of the folder. A file that was taken away and comes back has
//    what was durable of it.
//  - A sync that fails is as on Linux: of what it should have made durable any part may be lost
//    although it can still be read, and no later sync brings it back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crash/chance.hpp"

namespace novelo::crash {

// What a loss of power left: name -> bytes.
using Image = std::map<std::string, std::string>;

// One of SQLite's calls. Those that change nothing (`open` of what is there, `read`, `look`) count
// too: a fault can strike any.
enum class Act : std::uint8_t { open, create, read, write, truncate, sync, remove, look };
std::string_view to_string(Act act);

struct Operation {
  Act act = Act::look;
  std::uint32_t file = 0;     // of Disk::names; not of `remove`
  std::string name;           // create, remove; what it is about, of the others
  std::uint64_t at = 0;       // read, write: where; truncate: the new length
  std::string bytes;          // write
  bool syncs_folder = false;  // remove, sync
};

// What may be wrong with a disk: planted, to prove that it is found.
struct DiskRules {
  bool tears_neighbours = false;  // a torn sector spoils what was durable in it
};

class Disk {
 public:
  static constexpr std::uint64_t sector_bytes = 512;

  Disk() = default;
  // A disk with these files, durable. Of one that keeps its power no loss is ever asked for, which
  // saves the bookkeeping.
  explicit Disk(Image image, bool keeps_power = false);

  std::optional<std::uint32_t> file_at(const std::string& name) const;
  const std::string& bytes(std::uint32_t file) const { return files_[file].written; }
  // The number that the next file gets.
  std::uint32_t next_file() const { return static_cast<std::uint32_t>(files_.size()); }

  void apply(const Operation& operation);
  // A sync that fails: some of what it was to make durable is lost.
  void fail_sync(std::uint32_t file, Chance& chance);

  // What a loss of power leaves, while `under_way` is being done.
  Image cut(const Operation* under_way, Chance& chance, const DiskRules& rules = {}) const;
  // Everything as written: what a process that starts now would read.
  Image written() const;

  // No sync is missing: a loss of power would leave the same as `written`.
  bool settled() const;

 private:
  struct Change {  // a write, or a truncation
    bool truncates = false;
    std::uint64_t at = 0;
    std::string bytes;
  };
  struct File {
    std::string written;
    std::string durable;
    std::vector<Change> changes;  // since the last sync
  };
  struct NameChange {
    std::string name;
    std::optional<std::uint32_t> file;  // none: taken away
  };
  using Names = std::map<std::string, std::uint32_t>;

  void change(File& file, Change change) const;
  Names names_left(const Operation* under_way, Chance& chance) const;
  static void keep_some(std::string& bytes, const Change& change, Chance& chance,
                        const DiskRules& rules);

  std::vector<File> files_;
  Names names_;
  Names durable_names_;
  std::vector<NameChange> name_changes_;  // since the last sync of the folder
  bool keeps_power_ = false;
};

}  // namespace novelo::crash
