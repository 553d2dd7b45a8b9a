// SqliteStore: a store in one SQLite file.
//
//   Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open("/var/lib/desk/desk.novelo");
//   if (!store) return show(store.error());
//   ... engines over **store, one after another or one per tenant ...
//
// Durability: write-ahead log with synchronous=FULL. A commit that returned success survives the
// death of the process, of the system and of the power, as far as the disk keeps its word on fsync.
// What a store shows once it is open is as durable as that, whatever an error of the disk or a dead
// process has left (docs/decisions/0020-what-a-store-makes-durable-when-it-opens.md).
//
// One connection does everything. The file is locked exclusively while the store is open, so no
// other process, and no other SqliteStore of this one, reads or writes it; every write and every
// checkpoint goes through one connection. This is also a matter of safety: in SQLite 3.7.0
// to 3.51.2 (fixed in 3.51.3, 3.50.7 and 3.44.6) two connections to one file can race a checkpoint
// against a write that resets the log, and lose committed pages
// (https://sqlite.org/wal.html#walresetbug). Whoever wants SQL reads a copy. Do not put the file on
// a network file system: its locks do not hold there.
// A process that forks must not use or destroy in the child a store that the parent opened.
//
// The file: one table per `Table`, named as `to_string(Table)` says, of rows (key, value), and the
// table `tenant`. `application_id` marks the file as ours, `user_version` is the version of the
// schema. Opening an older schema brings it forward, a bounded number of rows in one call; a newer
// one is refused. Beside the file stands `<path>-wal` and nothing else (but an empty
// `<path>-journal` for an instant, when it is opened); to move it, close the store and take the
// file with its `-wal`, where there is one. Where `path` is a link both stand where it leads. A
// file that is made is its owner's alone (mode 600), as backups are, and so is the log of a file
// whose mode is that: whoever wants others to read it says so with chmod.
//
// What is erased is overwritten (PRAGMA secure_delete): no free page of the file keeps it. Backups
// that were made before do.
//
// Backups are made online (`begin_backup`, `backup`) and are files of another mark: `open` refuses
// them, so that nobody spoils the only copy, and `restore` makes a store of one. docs/operation.md
// is the operator's page.
//
// Failed commits: an error before the commit point leaves nothing and the store goes on. When the
// commit itself fails in the middle of writing or syncing the log, nobody can know whether it will
// be there after a crash: the store says `unknown`, to this call and to every later one, until it
// is destroyed and opened again. What it then holds is the truth.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "novelo/published_view.hpp"
#include "novelo/store.hpp"
#include "novelo/stores/sqlite_backup.hpp"
#include "novelo/stores/statistics.hpp"

namespace novelo {

struct SqliteOptions {
  // Pages of 4,096 bytes in the log after which a commit also checkpoints, as a last resort: call
  // `maintain` at quiet moments and it never comes to that. 0: never by itself.
  std::uint32_t checkpoint_pages = 16'000;
  // Memory for pages, in KiB.
  std::uint32_t cache_kib = 16 * 1024;
  // The most pages the file may grow to; a commit that needs more is `storage`, "full". 0: no
  // ceiling.
  std::uint32_t max_pages = 0;
  // The largest row, key and value together, in bytes, about; a larger one is `limit`,
  // "row_too_large". At least 4,096. What is in the file already is looked at, backed up and
  // restored whatever this is.
  std::uint32_t row_bytes = 64 * 1024 * 1024;
  // Read the whole file when opening and refuse a damaged one. Takes time in proportion to its
  // size; without it the identity and the tables are checked, and damage is found when it is read.
  bool quick_check = false;
  // The most rows that one `open` brings forward, when the file's schema is older and its rows have
  // to be changed. 0: all there are, in one call.
  std::uint64_t migration_rows = 1'000'000;
};

class SqliteStore final : public Store {
 public:
  // Opens the file at `path` (UTF-8), creating it when there is none; its folder must exist.
  // A file of another program or of a newer version is left as it was. After the death of a process
  // its log (at most `checkpoint_pages`, as a rule) is written and synced once more, and copied
  // into the file first. Errors, each with a remedy:
  //   invalid      "bad_path": empty, ":memory:", with a NUL byte, or a folder
  //   storage      "cannot_open", "read_only", "full", "io", "memory"
  //   busy         "held": another process, or another store of this one, has the file open
  //                "migrating": an older file has come forward by `migration_rows`, and there is
  //                more to do: open again, it goes on where it was, after any crash too
  //   refused      "foreign": an SQLite database of another program; "backup": a backup
  //   corrupt      "not_a_store": no SQLite database at all; "damaged"; "truncated": its end is
  //                missing, and its log cannot have it;
  //                "schema": a table is missing, altered or added
  //   newer        "newer_schema": written by a newer version of the library
  //   unsupported  "old_sqlite", "single_threaded_sqlite", "no_wal"
  //   unknown      "commit_outcome": the commit of a migration failed; open again
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path,
                                                   const SqliteOptions& options = {});

  // Checkpoints and closes. The rows stay in the file.
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  // Each of the following can also fail with `storage` ("io", "full", "memory"), `corrupt`
  // ("damaged") and, once a commit's outcome is not known, `unknown` ("commit_outcome").

  // Errors: `invalid` ("empty_name").
  Result<Fence> open_tenant(const TenantName& tenant) override;
  // Errors: `invalid` ("unknown_table").
  Result<std::optional<std::string>> get(Table table, std::string_view key) override;
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override;
  // One transaction, one sync. Without writes only the fences are checked and nothing is written.
  // Errors: `conflict` ("fenced", "exists"), `limit` ("row_too_large"), `invalid`
  // ("unknown_table").
  Status commit_all(std::span<const TenantWrites> parts) override;
  // The pages are those of the log that the file does not have. `checkpoint` copies them; it cannot
  // be parted.
  Result<std::uint64_t> maintain(std::uint64_t budget) override;

  // Copies the log into the file, so that the next commit starts the log anew. Takes time in
  // proportion to the pages in the log. A failure puts no data at risk: the log stays and the next
  // one tries again.
  Status checkpoint();

  StoreStatistics statistics() const;

  // Begins a copy at `path`, which must not exist; its folder must. One at a time. Errors: those of
  // SqliteBackup::step, and
  //   invalid   "bad_path": as `open`, and a name that the store itself gives to its log or journal
  //   storage   "cannot_open", "read_only": the folder must be readable too, to be synced
  //   busy      "backup_running": of this store, or to this path
  //   refused   "exists": at `path`, beside it, or at `<path>.partial`, where only what a dead
  //             process is known to have left is used again
  Result<std::unique_ptr<SqliteBackup>> begin_backup(const std::string& path, PublishedViews views,
                                                     const BackupOptions& options = {});
  // All of it in one call. No commit can be made meanwhile.
  Status backup(const std::string& path, PublishedViews views, const BackupOptions& options = {});

  // Makes the store's file `path` of a backup, which stays as it is. The whole backup is checked
  // first; nothing is at `path` before the file is whole. Only what a store of the backup's version
  // has is taken over: tables and views that somebody has added stay behind. Every tenant's engine
  // finds, when it is opened, that its store was restored (store.hpp). Errors: as `open` of the
  // backup and `begin_backup` of `path`, and
  //   refused   "not_a_backup": a store, which can be opened as it is
  //   corrupt   "damaged", "truncated", "schema", "not_a_store": of the backup
  static Status restore(const std::string& backup, const std::string& path,
                        const RestoreOptions& options = {});

 private:
  class Body;
  explicit SqliteStore(std::unique_ptr<Body> body);

  std::unique_ptr<Body> body_;
};

}  // namespace novelo
