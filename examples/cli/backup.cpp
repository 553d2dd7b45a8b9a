#include "backup.hpp"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "novelo/sql_views.hpp"
#include "novelo/stores/sqlite.hpp"
#include "novelo/stores/sqlite_reader.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

constexpr int done = 0;

// How far it is, on one line that writes over itself; nothing unless somebody watches.
void tell(const novelo::BackupProgress& progress) {
  if (isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r{}: {} of {} pages, {} rows\x1b[K", novelo::to_string(progress.phase),
             progress.pages, progress.pages_total, progress.rows);
  if (progress.phase == novelo::BackupPhase::done) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace

int backup(const BackupArguments& arguments) {
  constexpr std::size_t at_once = 10'000;
  const auto reader = novelo::SqliteReader::open(arguments.from);
  if (!reader) return complain(reader.error());
  const auto begun = (*reader)->begin_backup(arguments.to, novelo::sql_views());
  if (!begun) return complain(begun.error());
  novelo::SqliteBackup& backup = **begun;
  while (backup.progress().phase != novelo::BackupPhase::done) {
    if (const novelo::Status worked = backup.step(at_once); !worked) {
      return complain(worked.error());
    }
    tell(backup.progress());
  }
  const novelo::BackupProgress progress = backup.progress();
  fmt::print("{}: {} rows\n", arguments.to, progress.rows);
  if (progress.unreadable > 0) {
    fmt::print(stderr, "novelo: {} rows cannot be read: they are in the backup and in no view\n",
               progress.unreadable);
  }
  return done;
}

int restore(const BackupArguments& arguments) {
  const novelo::Status restored = novelo::SqliteStore::restore(arguments.from, arguments.to);
  if (!restored) return complain(restored.error());
  fmt::print("{}: restored from {}\n", arguments.to, arguments.from);
  return done;
}

}  // namespace cli
