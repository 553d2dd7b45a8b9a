#include "stores/sqlite_files.hpp"

#include <cstddef>

namespace novelo {
namespace {

constexpr std::size_t most_kept = 1 << 17;  // bytes: some thirty pages

}  // namespace

SqliteWholeReads::SqliteWholeReads(sqlite3_file& file) : methods_{*file.pMethods, file.pMethods} {
  methods_.table.xRead = read;
  methods_.table.xClose = close;
  file.pMethods = &methods_.table;
}

int SqliteWholeReads::read(sqlite3_file* file, void* bytes, int amount, sqlite3_int64 at) {
  const sqlite3_io_methods& original = *reinterpret_cast<const Methods*>(file->pMethods)->original;
  const int code = original.xRead(file, bytes, amount, at);
  if (code != SQLITE_IOERR_SHORT_READ) return code;
  sqlite3_int64 there = 0;
  const int asked = original.xFileSize(file, &there);
  if (asked != SQLITE_OK) return asked;
  return at + amount <= there ? SQLITE_IOERR_READ : code;
}

int SqliteWholeReads::close(sqlite3_file* file) {
  file->pMethods = reinterpret_cast<const Methods*>(file->pMethods)->original;
  return file->pMethods->xClose(file);
}

SqliteJoinedWrites::SqliteJoinedWrites(sqlite3_file& file)
    : methods_{*file.pMethods, this}, original_(file.pMethods) {
  kept_.reserve(most_kept);
  // A log is never mapped or shared: the other methods of the table are not about its bytes.
  methods_.table.xWrite = write;
  methods_.table.xClose = close;
  methods_.table.xRead = after_flush<&sqlite3_io_methods::xRead>;
  methods_.table.xTruncate = after_flush<&sqlite3_io_methods::xTruncate>;
  methods_.table.xSync = after_flush<&sqlite3_io_methods::xSync>;
  methods_.table.xFileSize = after_flush<&sqlite3_io_methods::xFileSize>;
  methods_.table.xFileControl = after_flush<&sqlite3_io_methods::xFileControl>;
  file.pMethods = &methods_.table;
}

SqliteJoinedWrites& SqliteJoinedWrites::of(sqlite3_file* file) {
  return *reinterpret_cast<const Methods*>(file->pMethods)->self;
}

template <auto method, class... Arguments>
int SqliteJoinedWrites::after_flush(sqlite3_file* file, Arguments... arguments) {
  SqliteJoinedWrites& self = of(file);
  if (const int code = self.flush(file); code != SQLITE_OK) return code;
  return (self.original_->*method)(file, arguments...);
}

int SqliteJoinedWrites::write(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 at) {
  SqliteJoinedWrites& self = of(file);
  const auto size = static_cast<std::size_t>(amount);
  const bool follows = at == self.kept_at_ + static_cast<sqlite3_int64>(self.kept_.size());
  if (!follows || self.kept_.size() + size > most_kept) {
    if (const int code = self.flush(file); code != SQLITE_OK) return code;
    self.kept_at_ = at;
  }
  if (size > most_kept) return self.original_->xWrite(file, bytes, amount, at);
  self.kept_.append(static_cast<const char*>(bytes), size);
  return SQLITE_OK;
}

int SqliteJoinedWrites::flush(sqlite3_file* file) {
  if (kept_.empty()) return SQLITE_OK;
  const int code = original_->xWrite(file, kept_.data(), static_cast<int>(kept_.size()), kept_at_);
  // What could not be written is SQLite's to repeat: it rolls back, and writes from there again.
  kept_.clear();
  return code;
}

int SqliteJoinedWrites::close(sqlite3_file* file) {
  file->pMethods = of(file).original_;
  return file->pMethods->xClose(file);
}

}  // namespace novelo
