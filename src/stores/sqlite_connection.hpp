// The one connection of an SqliteStore, and its statements: SQLite's C handles as values that close
// themselves, and its result codes as Errors.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "novelo/base/result.hpp"
#include "novelo/stores/sqlite.hpp"
#include "stores/sqlite_files.hpp"

namespace novelo {

// A prepared statement. Bound bytes are borrowed: they must live until `reset`.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3_stmt* handle, std::uint64_t* runs) : handle_(handle), runs_(runs) {}

  // All give SQLite's result code.
  int bind(int index, std::string_view bytes);
  int bind(int index, std::int64_t number);
  int bind_text(int index, std::string_view text);
  int bind_real(int index, double number);
  int bind_null(int index);
  int step();

  // Columns of the row that `step` stopped at; bytes are borrowed until the next step or reset.
  std::string_view bytes(int column) const;
  std::int64_t number(int column) const;

  // Ends the run, which releases the read lock, and makes the statement ready for the next one.
  void reset();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  std::uint64_t* runs_;  // of the connection, which lives longer
  bool running_ = false;
};

// Resets a statement however its scope is left.
class SqliteRun {
 public:
  explicit SqliteRun(SqliteStatement& statement) : statement_(statement) {}
  ~SqliteRun() { statement_.reset(); }
  SqliteRun(const SqliteRun&) = delete;
  SqliteRun& operator=(const SqliteRun&) = delete;

 private:
  SqliteStatement& statement_;
};

// How a file is opened.
enum class SqliteAccess : std::uint8_t {
  serve,  // made when there is none; locked against everybody else
  hold,   // must be there; locked against everybody else, and not written
  share,  // must be there; never written, and shared with other readers. Not with a log
  fill,   // an empty file of ours, that nobody else knows and a crash may spoil
};

// The absolute path of the file that `path` means; `invalid` ("bad_path") when it can mean none.
Result<std::string> sqlite_file_path(const std::string& path);

// 0 where there is no such file.
std::uint64_t bytes_in(const std::string& file);

// Whether the database at `file` says that it has a log beside it. Asks SQLite to read that:
// whoever closes a file by himself ends the locks that his process has on it.
Result<bool> keeps_a_log(const std::string& file);

class SqliteConnection {
 public:
  // Opens the file, takes the lock that keeps everybody else out, and sets what must hold before
  // the first byte of a possibly hostile file is believed. Writes nothing.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path,
                                                        const SqliteOptions& options,
                                                        SqliteAccess access = SqliteAccess::serve);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Runs SQL that gives no rows, or whose rows do not matter.
  Status execute(const std::string& sql);
  Result<SqliteStatement> prepare(const std::string& sql);
  // The first column of the first row: as a number, or as text.
  Result<std::int64_t> query_number(const std::string& sql);
  Result<std::string> query_text(const std::string& sql);

  // Runs `work` between BEGIN and COMMIT. When `work` fails, or the disk is full, everything is
  // rolled back and the error returned; when it throws, everything is rolled back and it is thrown
  // on. When COMMIT or ROLLBACK fails otherwise the outcome is not known and the error is
  // `unknown`: nothing on this connection may be trusted any more.
  Status transact(const std::function<Status()>& work);

  // Fails with `corrupt`, reason "truncated", when the file ends before its last page and the log
  // cannot have what is missing. To be asked before anything is written.
  Status check_length();

  // Makes the file a write-ahead-log one, makes what is there as durable as it looks, settles what
  // a dead process left in the log, and lets closing checkpoint. Only for a file that is ours.
  Status take_into_service();

  Status checkpoint();

  // Pages in the log that the file does not have: all after a commit, those that a checkpoint could
  // not copy after one.
  std::uint32_t log_pages() const { return log_pages_; }
  std::uint64_t statements_run() const { return runs_; }
  std::uint64_t wal_bytes() const { return wal_bytes_; }
  const std::string& path() const { return path_; }
  // The file itself, absolute, wherever links have led; and its log.
  const std::string& file() const { return file_; }
  std::string log_file() const { return file_ + "-wal"; }
  sqlite3* handle() const { return handle_; }  // for what only SQLite's own calls can do

  // What a failed SQLite call means to the user of a store.
  Error error(int code) const;

 private:
  SqliteConnection(sqlite3* handle, std::string path, std::string file)
      : handle_(handle), path_(std::move(path)), file_(std::move(file)) {}

  Status configure(const SqliteOptions& options, SqliteAccess access);
  Status prepare_transactions();
  Status roll_back(Error why);
  // Gives the error `unknown`, and keeps this connection from touching the file when it closes.
  Error lose_trust(int code);
  void count_log_bytes();
  // What SQLite's own file system says of the file or its log, which need not be the disk's: 0
  // where there is none. `which` is SQLITE_FCNTL_FILE_POINTER or SQLITE_FCNTL_JOURNAL_POINTER.
  Result<std::uint64_t> bytes_open(int which) const;
  void remove_empty_log();
  // What can be read may never have reached the disk: a sync that failed is not made up for by a
  // later one, whoever asks. These write it once more and sync it.
  Status renew_what_is_there();
  void join_writes();
  // Makes durable which names the folder has, through SQLite's own file system.
  Status sync_folder();

  std::unique_ptr<SqliteWholeReads> whole_reads_;
  std::unique_ptr<SqliteJoinedWrites> joined_writes_;
  sqlite3* handle_;
  std::string path_;  // as it was given
  std::string file_;
  std::uint64_t runs_ = 0;
  std::uint64_t wal_bytes_ = 0;
  std::uint32_t page_bytes_ = 0;
  std::uint32_t log_pages_ = 0;
  bool leaves_no_trace_ = false;
  std::unique_ptr<SqliteStatement> begin_;
  std::unique_ptr<SqliteStatement> commit_;
};

}  // namespace novelo
