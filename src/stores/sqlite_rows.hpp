// Reading the rows of a table in the order of their keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "novelo/store.hpp"
#include "stores/sqlite_connection.hpp"

namespace novelo {

// ?1 <= key < ?2, at most ?3 rows.
std::string scan_sql(Table table, Order order);

// Runs a statement of `scan_sql`, which is reset afterwards.
Result<std::vector<Row>> scan_rows(const SqliteConnection& connection, SqliteStatement& scan,
                                   std::string_view from, std::string_view to, std::size_t limit);

}  // namespace novelo
