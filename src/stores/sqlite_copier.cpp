#include "stores/sqlite_copier.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace novelo {

Result<std::shared_ptr<SqliteCopier>> SqliteCopier::begin(SqliteConnection& source,
                                                          SqliteConnection& target) {
  sqlite3_backup* handle = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
  if (handle == nullptr) return fail(target.error(sqlite3_extended_errcode(target.handle())));
  return std::shared_ptr<SqliteCopier>(new SqliteCopier(handle, source, target));
}

Result<bool> SqliteCopier::step(std::size_t pages) {
  if (abandoned_) return fail(*abandoned_);
  if (handle_ == nullptr) return true;
  constexpr std::size_t most = std::numeric_limits<int>::max();
  const int code =
      sqlite3_backup_step(handle_, static_cast<int>(std::clamp<std::size_t>(pages, 1, most)));
  total_ = static_cast<std::uint64_t>(sqlite3_backup_pagecount(handle_));
  pages_ = total_ - static_cast<std::uint64_t>(sqlite3_backup_remaining(handle_));
  if (code == SQLITE_OK) return false;
  end();
  if (code == SQLITE_DONE) return true;
  // Which of the two it was, SQLite does not say: only a store's page can be damaged, and only the
  // copy can be full.
  abandoned_ = (code & 0xff) == SQLITE_CORRUPT ? source_->error(code) : target_->error(code);
  return fail(*abandoned_);
}

void SqliteCopier::abandon(Error why) {
  if (handle_ == nullptr) return;
  end();
  abandoned_ = std::move(why);
}

void SqliteCopier::end() {
  if (handle_ != nullptr) sqlite3_backup_finish(std::exchange(handle_, nullptr));
}

}  // namespace novelo
