// Looking into a file of ours without changing it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "novelo/stores/sqlite_reader.hpp"
#include "stores/sqlite_connection.hpp"
#include "stores/sqlite_schema.hpp"

namespace novelo {

struct SqliteLook {
  std::unique_ptr<SqliteConnection> connection;
  SqliteFileKind kind = SqliteFileKind::store;
  std::size_t version = 0;
};

// A store or a backup whose version and tables are known. Errors as SqliteReader::open.
Result<SqliteLook> look_into(const std::string& path);

// By number, each with its newest fence.
Result<std::vector<std::pair<TenantName, Fence>>> tenants_in(SqliteConnection& connection);

// Reads the whole file: every page, and that keys and rows agree.
Status check_integrity(SqliteConnection& connection);

}  // namespace novelo
