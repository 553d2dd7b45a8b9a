// Backups as a caller asks for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "novelo.h"
#include "novelo/base/result.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::abi {

struct GivenBackup {
  std::string path;
  BackupOptions options;
  std::size_t step = 0;
  // Told of each step; fails when the caller gives up.
  std::function<Status(const BackupProgress&)> tell;
};

Result<GivenBackup> backup_of(const char* path, std::size_t size,
                              const novelo_backup_options* given);

// `unsupported` ("no_backup") of a store that is none.
Status check_sqlite(const SqliteStore* sqlite);

Result<std::unique_ptr<SqliteBackup>> begin_backup(SqliteStore* store, const GivenBackup& given);

// A step after another, each told: as long as it copies, which is on the store, or to its end.
Status copy_all(SqliteBackup& backup, const GivenBackup& given);
Status finish_backup(SqliteBackup& backup, const GivenBackup& given);

}  // namespace novelo::abi
