// What a store puts between SQLite and its files: reads that are whole, and writes to the log that
// go to the disk together.
//
//   SQLite -> [whole reads | joined writes] -> its own file system, or the host's
//
// Both stand in front of one open file, from their making until SQLite closes it, and must live as
// long. Threads: those of the connection, one call at a time.
#pragma once

#include <sqlite3.h>

#include <string>

namespace novelo {

// The methods that SQLite finds in front of a file's own, which it gets back when it is closed.
struct SqliteFront {
  // The file's own methods but for closing; the owner puts its methods into the table.
  SqliteFront(const sqlite3_file& file, void* owner);
  SqliteFront(const SqliteFront&) = delete;
  SqliteFront& operator=(const SqliteFront&) = delete;
  // From now on SQLite finds this: the last that an owner's making does, for what fails before it
  // leaves the file alone.
  void stand_before(sqlite3_file& file) { file.pMethods = &table; }
  // Of a file that has one.
  static const SqliteFront& of(sqlite3_file* file);

  sqlite3_io_methods table;  // first: what SQLite holds points here
  const sqlite3_io_methods* original;
  void* owner;
};

// SQLite takes the bytes of a database that a read did not give for zeros, as a file that is longer
// than what was written of it has them, and would write them back. Through these a read that ends
// before the file does is an error.
class SqliteWholeReads {
 public:
  explicit SqliteWholeReads(sqlite3_file& file);

 private:
  static int read(sqlite3_file* file, void* bytes, int amount, sqlite3_int64 at);

  SqliteFront front_;
};

// SQLite writes a commit to its log in two calls a page, one behind the other. Here they are kept
// until something else is asked of the file, the sync that ends the commit above all, and go out as
// one. The order of what reaches the disk, and that nothing counts before its sync, stay as SQLite
// made them; what is still kept when the file is closed was never committed, and goes.
class SqliteJoinedWrites {
 public:
  explicit SqliteJoinedWrites(sqlite3_file& file);

 private:
  static SqliteJoinedWrites& of(sqlite3_file* file);
  static int write(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 at);
  // Every other method: what is kept goes out first, so that the file is as SQLite thinks it is.
  template <auto method, class... Arguments>
  static int after_flush(sqlite3_file* file, Arguments... arguments);
  int flush(sqlite3_file* file);

  SqliteFront front_;
  std::string kept_;
  sqlite3_int64 kept_at_ = 0;
};

}  // namespace novelo
