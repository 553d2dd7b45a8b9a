// The copying of a store's pages, a few at a time, through the connection that writes them.
//
// SQLite hands every page that this connection commits meanwhile on to the copy. The copier is
// shared: the backup drives it, and the store lets it go before its connection closes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "novelo/base/result.hpp"
#include "stores/sqlite_connection.hpp"

namespace novelo {

class SqliteCopier {
 public:
  static Result<std::shared_ptr<SqliteCopier>> begin(SqliteConnection& source,
                                                     SqliteConnection& target);
  ~SqliteCopier() { end(); }
  SqliteCopier(const SqliteCopier&) = delete;
  SqliteCopier& operator=(const SqliteCopier&) = delete;

  // Copies at most `pages` pages; true when all are there, and the source is let go.
  Result<bool> step(std::size_t pages);
  // Lets the source go; `step` gives `why` from now on. Nothing happens when all was copied.
  void abandon(Error why);

  bool running() const { return handle_ != nullptr; }
  std::uint64_t pages() const { return pages_; }
  std::uint64_t pages_total() const { return total_; }

 private:
  SqliteCopier(sqlite3_backup* handle, const SqliteConnection& source,
               const SqliteConnection& target)
      : handle_(handle), source_(&source), target_(&target) {}
  void end();

  sqlite3_backup* handle_;
  const SqliteConnection* source_;
  const SqliteConnection* target_;
  std::uint64_t pages_ = 0;
  std::uint64_t total_ = 0;
  std::optional<Error> abandoned_;
};

}  // namespace novelo
