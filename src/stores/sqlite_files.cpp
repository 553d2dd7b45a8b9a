#include "stores/sqlite_files.hpp"

#include <cstddef>

namespace novelo {
namespace {

constexpr std::size_t most_kept = 1 << 17;  // bytes: some thirty pages

}  // namespace

SqliteFront::SqliteFront(const sqlite3_file& file, void* its_owner)
    : table(*file.pMethods), original(file.pMethods), owner(its_owner) {
  table.xClose = [](sqlite3_file* closing) {
    closing->pMethods = of(closing).original;
    return closing->pMethods->xClose(closing);
  };
}

const SqliteFront& SqliteFront::of(sqlite3_file* file) {
  return *reinterpret_cast<const SqliteFront*>(file->pMethods);
}

SqliteWholeReads::SqliteWholeReads(sqlite3_file& file) : front_(file, this) {
  front_.table.xRead = read;
  front_.stand_before(file);
}

int SqliteWholeReads::read(sqlite3_file* file, void* bytes, int amount, sqlite3_int64 at) {
  const sqlite3_io_methods& original = *SqliteFront::of(file).original;
  const int code = original.xRead(file, bytes, amount, at);
  if (code != SQLITE_IOERR_SHORT_READ) return code;
  sqlite3_int64 there = 0;
  const int asked = original.xFileSize(file, &there);
  if (asked != SQLITE_OK) return asked;
  return at + amount <= there ? SQLITE_IOERR_READ : code;
}

SqliteJoinedWrites::SqliteJoinedWrites(sqlite3_file& file) : front_(file, this) {
  kept_.reserve(most_kept);
  // A log is never mapped or shared: the other methods of the table are not about its bytes.
  front_.table.xWrite = write;
  front_.table.xRead = after_flush<&sqlite3_io_methods::xRead>;
  front_.table.xTruncate = after_flush<&sqlite3_io_methods::xTruncate>;
  front_.table.xSync = after_flush<&sqlite3_io_methods::xSync>;
  front_.table.xFileSize = after_flush<&sqlite3_io_methods::xFileSize>;
  front_.table.xFileControl = after_flush<&sqlite3_io_methods::xFileControl>;
  front_.stand_before(file);
}

SqliteJoinedWrites& SqliteJoinedWrites::of(sqlite3_file* file) {
  return *static_cast<SqliteJoinedWrites*>(SqliteFront::of(file).owner);
}

template <auto method, class... Arguments>
int SqliteJoinedWrites::after_flush(sqlite3_file* file, Arguments... arguments) {
  SqliteJoinedWrites& self = of(file);
  if (const int code = self.flush(file); code != SQLITE_OK) return code;
  return (self.front_.original->*method)(file, arguments...);
}

int SqliteJoinedWrites::write(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 at) {
  SqliteJoinedWrites& self = of(file);
  const auto size = static_cast<std::size_t>(amount);
  const bool follows = at == self.kept_at_ + static_cast<sqlite3_int64>(self.kept_.size());
  if (!follows || self.kept_.size() + size > most_kept) {
    if (const int code = self.flush(file); code != SQLITE_OK) return code;
    self.kept_at_ = at;
  }
  if (size > most_kept) return self.front_.original->xWrite(file, bytes, amount, at);
  self.kept_.append(static_cast<const char*>(bytes), size);
  return SQLITE_OK;
}

int SqliteJoinedWrites::flush(sqlite3_file* file) {
  if (kept_.empty()) return SQLITE_OK;
  const int code =
      front_.original->xWrite(file, kept_.data(), static_cast<int>(kept_.size()), kept_at_);
  // What could not be written is SQLite's to repeat: it rolls back, and writes from there again.
  kept_.clear();
  return code;
}

}  // namespace novelo
