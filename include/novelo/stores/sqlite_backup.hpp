// SqliteBackup: a copy of an SqliteStore's file that is being made while engines go on committing.
//
//   auto backup = store->begin_backup("/backups/desk-monday.novelo", sql_views());
//   if (!backup) return show(backup.error());
//   while ((*backup)->progress().phase != BackupPhase::done) {
//     ... feed, poll, settle ...
//     if (Status worked = (*backup)->step(500); !worked) return show(worked.error());
//   }
//
// It goes through three phases:
//   copying      pages of the store, through the store's own connection. Every commit that is made
//                meanwhile is carried over: the copy is the store as it was at the last step of
//                this phase.
//   publishing   the copy's rows are read one by one, which proves that each can be read, and are
//                written into the tables behind the `v_*` views (published_view.hpp).
//   closing      the file is synced, and only then gets its name.
// Until then it stands at `<path>.partial`, beside a mark that says whose it is
// (`<path>.partial-mark`), and there is nothing at `path`. Whoever destroys the object before it is
// done, and every failure, takes both away; what a dead process left, and only that, is used again
// by the next backup to the same path.
//
// Threads: while it copies, `step` is a call on the store. From `publishing` on it has nothing to
// do with the store any more: it may be handed to another thread, and outlive the store, so that
// not even the sync of a large file delays a commit. A store that is destroyed during `copying`
// makes the backup fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "novelo/base/result.hpp"

namespace novelo {

enum class BackupPhase : std::uint8_t { copying = 1, publishing = 2, closing = 3, done = 4 };
std::string_view to_string(BackupPhase phase);

struct BackupProgress {
  BackupPhase phase = BackupPhase::copying;
  // Of 4,096 bytes. The total grows with the store; what is done can fall back to nothing when a
  // commit is rolled back meanwhile.
  std::uint64_t pages = 0;
  std::uint64_t pages_total = 0;
  std::uint64_t rows = 0;  // read so far, of every table
  // Rows whose record cannot be read: they are in the copy, and in no view.
  std::uint64_t unreadable = 0;
};

struct BackupOptions {
  // The most pages that the copy may have, its published tables included; one that needs more is
  // `storage`, "full". 0: no ceiling.
  std::uint32_t max_pages = 0;
  // Memory for pages of the copy, in KiB.
  std::uint32_t cache_kib = 16 * 1024;
};

class SqliteBackup {
 public:
  ~SqliteBackup();
  SqliteBackup(const SqliteBackup&) = delete;
  SqliteBackup& operator=(const SqliteBackup&) = delete;

  // Copies at most `most` pages, or publishes at most `most` rows; at least one. The step of the
  // phase `closing` syncs the file. When it is done nothing happens. A failure ends the backup and
  // is said again by every later call; the store is as it was. Errors:
  //   storage   "full", "io", "memory": the copy's disk, or the store's
  //   corrupt   "damaged": a page of the store, or of the copy, cannot be read
  //   refused   "exists": somebody has put a file at `path` meanwhile
  //   conflict  "store_closed": the store was destroyed during `copying`
  //   unknown   "commit_outcome": of the store
  Status step(std::size_t most);

  BackupProgress progress() const;

 private:
  friend class SqliteStore;
  friend class SqliteReader;
  class Body;
  explicit SqliteBackup(std::unique_ptr<Body> body);

  std::unique_ptr<Body> body_;
};

// What a restored store leaves free for what the time between the backup and its loss has given
// out (docs/operation.md). Raise them where that may have been more.
struct RestoreOptions {
  std::uint64_t ids = std::uint64_t{1} << 40;  // 0: none; at most 2^56
  std::uint64_t protocols = 100'000;           // in each sequence of protocol numbers; at most 2^40
  std::uint32_t cache_kib = 16 * 1024;
  std::uint32_t max_pages = 0;  // as SqliteOptions
  // Each restoring of one backup gives out ids of its own, so that whoever saw those of another is
  // not told something else by the same ids: 2^32 further on for each step of this, which is below
  // 2^20. Empty: made of what tells the new file from every other.
  std::optional<std::uint32_t> salt = {};
};

}  // namespace novelo
