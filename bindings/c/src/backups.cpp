#include "backups.hpp"

#include <algorithm>
#include <utility>

#include "guard.hpp"
#include "novelo/sql_views.hpp"
#include "views.hpp"

using namespace novelo;
using abi::Access;
using abi::BackupBox;
using abi::GivenBackup;
using abi::StoreBox;

namespace {

novelo_backup_progress told_progress(const BackupProgress& progress) {
  novelo_backup_progress told{};
  told.struct_size = sizeof(told);
  told.phase = static_cast<std::int32_t>(progress.phase);
  told.pages = progress.pages;
  told.pages_total = progress.pages_total;
  told.rows = progress.rows;
  told.unreadable = progress.unreadable;
  return told;
}

bool copies(const SqliteBackup& backup) {
  return backup.progress().phase == BackupPhase::copying;
}

Status step(SqliteBackup& backup, const GivenBackup& given) {
  if (auto worked = backup.step(given.step); !worked) return worked;
  return given.tell(backup.progress());
}

// The store of a backup that copies, entered; nothing when it is closed: then nobody is in it.
Result<std::optional<abi::Entered<StoreBox>>> enter_copied(const BackupBox& box) {
  if (box.backup == nullptr || !copies(*box.backup)) return std::nullopt;
  auto store = abi::enter<StoreBox>(box.store, Access::alone);
  if (store) return std::optional<abi::Entered<StoreBox>>(std::move(*store));
  if (store.error().code == ErrorCode::reentrant) return fail(store.error());
  return std::nullopt;
}

Result<RestoreOptions> restore_options(const novelo_restore_options* given) {
  const auto read = abi::sized_or_usual(given, "options");
  if (!read) return fail(read.error());
  RestoreOptions options;
  if (read->ids != 0) options.ids = read->ids;
  if (read->protocols != 0) options.protocols = read->protocols;
  if (read->cache_kib != 0) options.cache_kib = read->cache_kib;
  options.max_pages = read->max_pages;
  return options;
}

}  // namespace

namespace novelo::abi {

Result<GivenBackup> backup_of(const char* path, std::size_t size,
                              const novelo_backup_options* given) {
  constexpr std::uint64_t usual_step = 500;
  auto file = path_of(path, size, "path");
  if (!file) return fail(file.error());
  const auto read = sized_or_usual(given, "options");
  if (!read) return fail(read.error());
  GivenBackup backup;
  backup.path = std::move(*file);
  backup.options.max_pages = read->max_pages;
  if (read->cache_kib != 0) backup.options.cache_kib = read->cache_kib;
  backup.step = clamped_size(read->step == 0 ? usual_step : read->step);
  backup.tell = [ask = read->on_progress, user = read->user](const BackupProgress& now) -> Status {
    if (ask == nullptr) return {};
    const novelo_backup_progress told = told_progress(now);
    if (ask(&told, user) == 0) return {};
    return fail({ErrorCode::refused, "given_up", "The caller has given the backup up.", {}, {}});
  };
  return backup;
}

Status check_sqlite(const SqliteStore* sqlite) {
  if (sqlite != nullptr) return {};
  return fail({ErrorCode::unsupported, "no_backup", "A store in memory has no backups.", "store",
               "Use an SQLite store."});
}

Result<std::unique_ptr<SqliteBackup>> begin_backup(SqliteStore* store, const GivenBackup& given) {
  if (const auto can = check_sqlite(store); !can) return fail(can.error());
  return store->begin_backup(given.path, sql_views(), given.options);
}

Status copy_all(SqliteBackup& backup, const GivenBackup& given) {
  while (copies(backup)) {
    if (auto worked = step(backup, given); !worked) return worked;
  }
  return {};
}

Status finish_backup(SqliteBackup& backup, const GivenBackup& given) {
  while (backup.progress().phase != BackupPhase::done) {
    if (auto worked = step(backup, given); !worked) return worked;
  }
  return {};
}

}  // namespace novelo::abi

novelo_status novelo_store_backup(novelo_store* store, const char* path, size_t size,
                                  const novelo_backup_options* options, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    const auto given = abi::backup_of(path, size, options);
    if (!given) return fail(given.error());
    std::unique_ptr<SqliteBackup> backup;
    {
      const auto entered = abi::enter<StoreBox>(store, Access::alone);
      if (!entered) return fail(entered.error());
      auto begun = abi::begin_backup((*entered)->sqlite, *given);
      if (!begun) return fail(begun.error());
      if (auto copied = abi::copy_all(**begun, *given); !copied) return copied;
      backup = std::move(*begun);
    }
    return abi::finish_backup(*backup, *given);
  });
}

novelo_status novelo_backup_begin(novelo_store* store, const char* path, size_t size,
                                  const novelo_backup_options* options, novelo_backup** backup,
                                  novelo_error** error) {
  if (backup != nullptr) *backup = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(backup, "backup"); !there) return there;
    const auto given = abi::backup_of(path, size, options);
    if (!given) return fail(given.error());
    const auto entered = abi::enter<StoreBox>(store, Access::alone);
    if (!entered) return fail(entered.error());
    auto begun = abi::begin_backup((*entered)->sqlite, *given);
    if (!begun) return fail(begun.error());
    auto box = std::make_unique<BackupBox>();
    box->store = abi::token_of(store);
    box->backup = std::move(*begun);
    return abi::give(std::move(box), backup);
  });
}

novelo_status novelo_backup_step(novelo_backup* backup, uint64_t most,
                                 novelo_backup_progress* progress, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    if (progress != nullptr) {
      if (const auto fits = abi::check_fill(progress, "progress"); !fits) return fits;
    }
    const auto entered = abi::enter<BackupBox>(backup, Access::alone);
    if (!entered) return fail(entered.error());
    const auto store = enter_copied(**entered);
    if (!store) return fail(store.error());
    SqliteBackup& work = *(*entered)->backup;
    if (auto worked = work.step(abi::clamped_size(most)); !worked) return worked;
    if (progress == nullptr) return {};
    return abi::fill(progress, told_progress(work.progress()), "progress");
  });
}

novelo_status novelo_backup_free(novelo_backup* backup, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    if (backup == nullptr) return {};
    auto entered = abi::enter<BackupBox>(backup, Access::alone);
    if (!entered) return fail(entered.error());
    const auto store = enter_copied(**entered);
    if (!store) return fail(store.error());
    entered->remove().reset();  // before the store is left
    return {};
  });
}

novelo_status novelo_sqlite_restore(const char* backup, size_t backup_size, const char* path,
                                    size_t size, const novelo_restore_options* options,
                                    novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    const auto from = abi::path_of(backup, backup_size, "backup");
    if (!from) return fail(from.error());
    const auto to = abi::path_of(path, size, "path");
    if (!to) return fail(to.error());
    const auto how = restore_options(options);
    if (!how) return fail(how.error());
    return SqliteStore::restore(*from, *to, *how);
  });
}
