#include "stores/sqlite_connection.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace novelo {
namespace {

constexpr std::uint64_t log_header_bytes = 32;  // https://sqlite.org/fileformat2.html#walformat
constexpr std::uint64_t frame_header_bytes = 24;
constexpr int most_columns = 128;

Error bad_path(std::string message, const std::string& path) {
  return {ErrorCode::invalid, "bad_path", std::move(message), path,
          "give the path of a file in a folder that exists"};
}

// What an attacker who wrote the file could lean on is lowered to what the store's own SQL needs.
void lower_limits(sqlite3* handle, const SqliteOptions& options, SqliteAccess access) {
  const std::array<std::pair<int, int>, 10> limits = {{
      {SQLITE_LIMIT_SQL_LENGTH, 10'000},
      {SQLITE_LIMIT_COLUMN, most_columns},
      {SQLITE_LIMIT_EXPR_DEPTH, 16},
      {SQLITE_LIMIT_COMPOUND_SELECT, 4},
      {SQLITE_LIMIT_VDBE_OP, 25'000},
      {SQLITE_LIMIT_FUNCTION_ARG, 8},
      {SQLITE_LIMIT_ATTACHED, 0},
      {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64},
      {SQLITE_LIMIT_VARIABLE_NUMBER, most_columns},
      {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
  }};
  for (const auto& [limit, value] : limits) sqlite3_limit(handle, limit, value);
  constexpr std::uint32_t least = 4096;                            // the schema itself must fit
  constexpr std::uint32_t most = std::numeric_limits<int>::max();  // SQLite lowers it to its own
  // What a store once took can be looked at and copied, whatever it takes now.
  const std::uint32_t row = access == SqliteAccess::serve ? options.row_bytes : most;
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, static_cast<int>(std::clamp(row, least, most)));
}

// SQLite would make it readable by everybody. The log beside it is made alike. No handle is opened:
// closing one would end the locks of a store that this process has just opened here.
void make_private(const std::string& file) {
  (void)::mknod(file.c_str(), S_IFREG | S_IRUSR | S_IWUSR, 0);  // SQLite says why it cannot be
}

// Returns SQLite's result code.
int harden(sqlite3* handle) {
  constexpr std::array<std::pair<int, int>, 8> settings = {{
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
      {SQLITE_DBCONFIG_DQS_DDL, 0},
      {SQLITE_DBCONFIG_DQS_DML, 0},
      // A file that turns out to be somebody else's is closed as it was found.
      {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
  }};
  for (const auto& [setting, value] : settings) {
    const int code = sqlite3_db_config(handle, setting, value, nullptr);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

struct Meaning {
  ErrorCode code;
  std::string_view reason;
  std::string_view message;
  std::string_view remedy;
};

Meaning meaning_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::storage, "full", "the disk that holds the store is full",
              "free space on that disk, or raise the ceiling of pages, and send the same again"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::busy, "held", "the file is open in another process or another store",
              "close the other one first; a store has one owner at a time"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::storage, "cannot_open", "the file cannot be opened or created",
              "see that the folder exists and that this user may write in it"};
    case SQLITE_READONLY:
      return {ErrorCode::storage, "read_only", "the file can be read but not written",
              "give this user the right to write the file and its folder"};
    case SQLITE_CORRUPT:
      return {ErrorCode::corrupt, "damaged", "the file is damaged: its pages cannot be read",
              "keep the file for examination and restore the newest backup"};
    case SQLITE_NOTADB:
      return {ErrorCode::corrupt, "not_a_store", "the file is not an SQLite database",
              "check the path; if this was a store, restore the newest backup"};
    case SQLITE_NOMEM:
      return {ErrorCode::storage, "memory", "there is not enough memory",
              "give the process more memory or lower the store's cache"};
    case SQLITE_TOOBIG:
      return {ErrorCode::limit, "row_too_large", "a row is larger than the store allows",
              "send something smaller or raise `row_bytes`"};
    case SQLITE_IOERR:
      return {ErrorCode::storage, "io", "the disk reported an error",
              "look at the system's log for this disk before going on"};
    default:
      return {ErrorCode::internal, "sqlite", "SQLite refused a call that it should accept.",
              "report this with the code"};
  }
}

Error error_of(int code, const std::string& path) {
  const Meaning meaning = meaning_of(code);
  return {meaning.code, std::string(meaning.reason),
          fmt::format("{} (SQLite: {}, code {})", meaning.message, sqlite3_errstr(code), code),
          path, std::string(meaning.remedy)};
}

// Writes the first `most` bytes once more, as they are read, and syncs them. Returns SQLite's
// result code.
int renew(sqlite3_file* file, sqlite3_int64 most) {
  if (file == nullptr || file->pMethods == nullptr) return SQLITE_OK;
  constexpr sqlite3_int64 part_bytes = 1 << 16;
  sqlite3_int64 bytes = 0;
  if (const int code = file->pMethods->xFileSize(file, &bytes); code != SQLITE_OK) return code;
  bytes = std::min(bytes, most);
  if (bytes <= 0) return SQLITE_OK;
  std::string part;
  for (sqlite3_int64 at = 0; at < bytes; at += part_bytes) {
    const sqlite3_int64 length = std::min(part_bytes, bytes - at);
    part.resize(static_cast<std::size_t>(length));
    int code = file->pMethods->xRead(file, part.data(), static_cast<int>(length), at);
    if (code == SQLITE_OK) {
      code = file->pMethods->xWrite(file, part.data(), static_cast<int>(length), at);
    }
    if (code != SQLITE_OK) return code;
  }
  return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

int on_log_grown(void* pages, sqlite3*, const char*, int log_pages) {
  *static_cast<std::uint32_t*>(pages) = static_cast<std::uint32_t>(log_pages);
  return SQLITE_OK;
}

}  // namespace

std::uint64_t bytes_in(const std::string& file) {
  std::error_code trouble;
  const std::uintmax_t bytes = std::filesystem::file_size(file, trouble);
  return trouble ? 0 : bytes;
}

// SQLite reads some texts as something other than a file; an absolute path is always one.
Result<std::string> sqlite_file_path(const std::string& path) {
  if (path.empty()) return fail(bad_path("the path is empty", path));
  if (path == ":memory:") {
    return fail(Error{ErrorCode::invalid, "bad_path", "a store in memory is another class", path,
                      "use MemoryStore, or give the path of a file"});
  }
  if (path.find('\0') != std::string::npos) {
    return fail(bad_path("the path has a NUL byte in it", ""));
  }
  std::error_code trouble;
  const std::filesystem::path absolute = std::filesystem::absolute(path, trouble);
  if (trouble) return fail(bad_path("the path cannot be resolved", path));
  if (std::filesystem::is_directory(absolute, trouble)) {
    return fail(bad_path("the path is a folder", path));
  }
  return absolute.string();
}

int SqliteStatement::bind(int index, std::string_view bytes) {
  // A null pointer would bind NULL, which is not the same as no bytes.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  return sqlite3_bind_blob64(handle_.get(), index, data, bytes.size(), SQLITE_STATIC);
}

int SqliteStatement::bind(int index, std::int64_t number) {
  return sqlite3_bind_int64(handle_.get(), index, number);
}

int SqliteStatement::bind_text(int index, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  return sqlite3_bind_text64(handle_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

int SqliteStatement::bind_real(int index, double number) {
  return sqlite3_bind_double(handle_.get(), index, number);
}

int SqliteStatement::bind_null(int index) {
  return sqlite3_bind_null(handle_.get(), index);
}

int SqliteStatement::step() {
  if (!running_) ++*runs_;
  running_ = true;
  return sqlite3_step(handle_.get());
}

std::string_view SqliteStatement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

void SqliteStatement::reset() {
  running_ = false;
  sqlite3_reset(handle_.get());  // repeats the code that `step` gave: nothing new to learn
}

Result<bool> keeps_a_log(const std::string& file) {
  constexpr int header_bytes = 100;  // https://sqlite.org/fileformat2.html#the_database_header
  constexpr std::size_t read_version_at = 19;
  constexpr char with_log = 2;
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  sqlite3_file* opened = nullptr;
  std::array<char, header_bytes> header{};
  if (code == SQLITE_OK) {
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &opened);
    // A short file leaves zeros; whoever opens it will see what it is.
    if (opened != nullptr && opened->pMethods != nullptr) {
      opened->pMethods->xRead(opened, header.data(), header_bytes, 0);
    }
  }
  sqlite3_close(handle);
  if (code != SQLITE_OK) return fail(error_of(code, file));
  return header[read_version_at] == with_log;
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path,
                                                                 const SqliteOptions& options,
                                                                 SqliteAccess access) {
  Result<std::string> absolute = sqlite_file_path(path);
  if (!absolute) return fail(std::move(absolute).error());
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= access == SqliteAccess::share ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (access == SqliteAccess::serve) {
    flags |= SQLITE_OPEN_CREATE;
    make_private(*absolute);
  }
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(absolute->c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle, path, *absolute));
  if (code != SQLITE_OK) return fail(connection->error(code));
  // Where a link leads: the log stands there, and not beside the link.
  if (const char* const real = sqlite3_db_filename(handle, "main"); real != nullptr) {
    connection->file_ = real;
  }
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file != nullptr && file->pMethods != nullptr) {
    connection->whole_reads_ = std::make_unique<SqliteWholeReads>(*file);
  }
  if (Status ready = connection->configure(options, access); !ready) {
    return fail(std::move(ready).error());
  }
  return connection;
}

SqliteConnection::~SqliteConnection() {
  begin_.reset();
  commit_.reset();
  if (leaves_no_trace_) remove_empty_log();
  sqlite3_close(handle_);
}

Result<std::uint64_t> SqliteConnection::bytes_open(int which) const {
  sqlite3_file* file = nullptr;
  sqlite3_int64 bytes = 0;
  sqlite3_file_control(handle_, "main", which, &file);
  if (file == nullptr || file->pMethods == nullptr) return 0;
  if (const int code = file->pMethods->xFileSize(file, &bytes); code != SQLITE_OK) {
    return fail(error(code));
  }
  return static_cast<std::uint64_t>(std::max<sqlite3_int64>(bytes, 0));
}

void SqliteConnection::remove_empty_log() {
  // SQLite has made a log to look into. Under the lock nobody else has it open.
  sqlite3_vfs* files = nullptr;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_VFS_POINTER, &files);
  if (files == nullptr || bytes_open(SQLITE_FCNTL_JOURNAL_POINTER).value_or(1) > 0) return;
  files->xDelete(files, log_file().c_str(), 0);
}

Status SqliteConnection::configure(const SqliteOptions& options, SqliteAccess access) {
  if (const int code = harden(handle_); code != SQLITE_OK) return fail(error(code));
  lower_limits(handle_, options, access);
  // SQLite opens what it may not write for reading only, and does not say so.
  const bool shares = access == SqliteAccess::share;
  if (!shares && sqlite3_db_readonly(handle_, "main") != 0) return fail(error(SQLITE_READONLY));
  const std::string settings = fmt::format(
      "PRAGMA locking_mode={}; PRAGMA page_size=4096; PRAGMA mmap_size=0;"
      "PRAGMA cell_size_check=ON; PRAGMA synchronous={}; PRAGMA temp_store=MEMORY;"
      "PRAGMA secure_delete=ON;"  // what was erased is not to be read in the file's free space
      "PRAGMA query_only={}; PRAGMA cache_size=-{};",
      shares ? "NORMAL" : "EXCLUSIVE", access == SqliteAccess::fill ? "OFF" : "FULL",
      shares || access == SqliteAccess::hold ? "ON" : "OFF",
      std::max<std::uint32_t>(options.cache_kib, 64));
  if (Status set = execute(settings); !set) return set;
  if (access == SqliteAccess::fill) {
    // A journal in memory: what a crash leaves of this file is thrown away.
    if (Result<std::string> set = query_text("PRAGMA journal_mode=MEMORY"); !set) {
      return fail(std::move(set).error());
    }
  }
  if (options.max_pages > 0) {
    if (Status set = execute(fmt::format("PRAGMA max_page_count={};", options.max_pages)); !set) {
      return set;
    }
  }
  // The first look at the file: it takes the lock, and reads or refuses the header.
  if (Result<std::int64_t> seen = query_number("PRAGMA schema_version"); !seen) {
    return fail(std::move(seen).error());
  }
  Result<std::int64_t> page_bytes = query_number("PRAGMA page_size");
  if (!page_bytes) return fail(std::move(page_bytes).error());
  page_bytes_ = static_cast<std::uint32_t>(*page_bytes);
  leaves_no_trace_ = access == SqliteAccess::hold;  // the lock is held
  sqlite3_wal_hook(handle_, on_log_grown, &log_pages_);
  return prepare_transactions();
}

Status SqliteConnection::prepare_transactions() {
  Result<SqliteStatement> begin = prepare("BEGIN IMMEDIATE");
  if (!begin) return fail(std::move(begin).error());
  Result<SqliteStatement> commit = prepare("COMMIT");
  if (!commit) return fail(std::move(commit).error());
  begin_ = std::make_unique<SqliteStatement>(std::move(*begin));
  commit_ = std::make_unique<SqliteStatement>(std::move(*commit));
  return {};
}

Status SqliteConnection::execute(const std::string& sql) {
  ++runs_;
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  return {};
}

Result<SqliteStatement> SqliteConnection::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  return SqliteStatement(statement, &runs_);
}

Result<std::int64_t> SqliteConnection::query_number(const std::string& sql) {
  Result<SqliteStatement> statement = prepare(sql);
  if (!statement) return fail(std::move(statement).error());
  const int code = statement->step();
  if (code != SQLITE_ROW) return fail(error(code));
  return statement->number(0);
}

Result<std::string> SqliteConnection::query_text(const std::string& sql) {
  Result<SqliteStatement> statement = prepare(sql);
  if (!statement) return fail(std::move(statement).error());
  const int code = statement->step();
  if (code != SQLITE_ROW) return fail(error(code));
  return std::string(statement->bytes(0));
}

Status SqliteConnection::transact(const std::function<Status()>& work) {
  {
    const SqliteRun run(*begin_);
    if (const int code = begin_->step(); code != SQLITE_DONE) return fail(error(code));
  }
  Status done;
  try {
    done = work();
  } catch (...) {
    // Left open it would fail every later transaction. The exception is the caller's, unless
    // nobody knows any more what is in the file.
    Status closed = roll_back(Error());
    if (closed.error().code == ErrorCode::unknown) return closed;
    throw;
  }
  if (!done) return roll_back(std::move(done).error());
  const SqliteRun run(*commit_);
  const int code = commit_->step();
  count_log_bytes();
  if (code == SQLITE_DONE) return {};
  // A full disk stops the log before the frame that would make the transaction count; after any
  // other failure that frame may be on its way to the disk.
  if (code == SQLITE_FULL) return roll_back(error(code));
  return fail(lose_trust(code));
}

Status SqliteConnection::roll_back(Error why) {
  count_log_bytes();
  // SQLite has rolled back by itself after some errors.
  if (sqlite3_get_autocommit(handle_) != 0) return fail(std::move(why));
  ++runs_;
  const int code = sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(lose_trust(code));
  return fail(std::move(why));
}

Status SqliteConnection::check_length() {
  // What the header says, as the log has changed it.
  Result<std::int64_t> pages = query_number("PRAGMA page_count");
  if (!pages) return fail(std::move(pages).error());
  const std::uint64_t due = static_cast<std::uint64_t>(*pages) * page_bytes_;
  const Result<std::uint64_t> bytes = bytes_open(SQLITE_FCNTL_FILE_POINTER);
  if (!bytes) return fail(bytes.error());
  // A page beyond the end of the file can only stand in the log, in a frame of its own.
  const Result<std::uint64_t> log_bytes = bytes_open(SQLITE_FCNTL_JOURNAL_POINTER);
  if (!log_bytes) return fail(log_bytes.error());
  const std::uint64_t there = *bytes;
  const std::uint64_t log = *log_bytes;
  const std::uint64_t frames =
      log > log_header_bytes ? (log - log_header_bytes) / (frame_header_bytes + page_bytes_) : 0;
  if (there + frames * page_bytes_ >= due) return {};
  return fail(Error{ErrorCode::corrupt, "truncated",
                    fmt::format("the file has {} bytes of {}: its end is missing", there, due),
                    path_, "keep the file for examination and restore the newest backup"});
}

Status SqliteConnection::take_into_service() {
  Result<std::string> mode = query_text("PRAGMA journal_mode=WAL");
  if (!mode) return fail(std::move(mode).error());
  if (*mode != "wal") {
    return fail(Error{ErrorCode::unsupported, "no_wal", "SQLite cannot keep a log for this file.",
                      path_, "put the file on a local disk"});
  }
  if (Status synced = sync_folder(); !synced) return synced;
  if (Status renewed = renew_what_is_there(); !renewed) return renewed;
  const int code = sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  // What is in the log is what this store will show: in the file, with its syncs, it is as durable
  // as it looks.
  if (Status copied = checkpoint(); !copied) return copied;
  join_writes();
  return {};
}

Status SqliteConnection::renew_what_is_there() {
  sqlite3_file* file = nullptr;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  // Of the file the first page, without which the log would count for nothing: what a checkpoint
  // could not sync of the others is in the log, and is copied again.
  int code = renew(file, page_bytes_);
  if (code == SQLITE_OK) code = renew(log, std::numeric_limits<sqlite3_int64>::max());
  return code == SQLITE_OK ? Status() : fail(error(code));
}

// The log is open since the checkpoint, and stays so as long as the connection holds the file,
// which it does to its end.
void SqliteConnection::join_writes() {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log == nullptr || log->pMethods == nullptr) return;
  joined_writes_ = std::make_unique<SqliteJoinedWrites>(*log);
}

// SQLite syncs the folder for a log that it has made, when it first syncs that: not for one that a
// process left which died before, whose name a loss of power could take away with all its commits,
// or give back to the log that was there earlier. It has no other call for it than this.
Status SqliteConnection::sync_folder() {
  sqlite3_vfs* files = nullptr;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_VFS_POINTER, &files);
  if (files == nullptr) return {};
  // An empty journal is none; under the lock nobody else makes one.
  const std::string name = file_ + "-journal" + std::string(2, '\0');
  const auto room = std::make_unique<std::max_align_t[]>(
      static_cast<std::size_t>(files->szOsFile) / sizeof(std::max_align_t) + 1);
  auto* const made = reinterpret_cast<sqlite3_file*>(room.get());
  constexpr int how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_JOURNAL;
  int code = files->xOpen(files, name.c_str(), made, how, nullptr);
  if (made->pMethods != nullptr) made->pMethods->xClose(made);
  if (code == SQLITE_OK) code = files->xDelete(files, name.c_str(), 1);
  return code == SQLITE_OK ? Status() : fail(error(code));
}

Status SqliteConnection::checkpoint() {
  int log = 0;
  int copied = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &log, &copied);
  if (code != SQLITE_OK) return fail(error(code));
  log_pages_ = static_cast<std::uint32_t>(std::max(0, log - copied));
  return {};
}

void SqliteConnection::count_log_bytes() {
  int pages = 0;
  int highest = 0;
  sqlite3_db_status(handle_, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 1);
  wal_bytes_ += static_cast<std::uint64_t>(pages) * (page_bytes_ + frame_header_bytes);
}

Error SqliteConnection::error(int code) const {
  return error_of(code, path_);
}

Error SqliteConnection::lose_trust(int code) {
  // Closing leaves file and log alone: the next opening reads what is really there.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return {ErrorCode::unknown, "commit_outcome",
          fmt::format("a commit failed midway and may or may not be kept (SQLite: {}, code {})",
                      sqlite3_errstr(code), code),
          path_, "close the store and open it again: what it then holds is the truth"};
}

}  // namespace novelo
