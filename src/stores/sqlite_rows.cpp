#include "stores/sqlite_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

namespace novelo {

std::string scan_sql(Table table, Order order) {
  return fmt::format(
      "SELECT key, value FROM \"{}\" WHERE key>=?1 AND key<?2 ORDER BY key{} LIMIT ?3",
      to_string(table), order == Order::descending ? " DESC" : "");
}

Result<std::vector<Row>> scan_rows(const SqliteConnection& connection, SqliteStatement& scan,
                                   std::string_view from, std::string_view to, std::size_t limit) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  const SqliteRun run(scan);
  int code = scan.bind(1, from);
  if (code == SQLITE_OK) code = scan.bind(2, to);
  if (code == SQLITE_OK) {
    code = scan.bind(3, static_cast<std::int64_t>(std::min<std::uint64_t>(limit, most)));
  }
  if (code != SQLITE_OK) return fail(connection.error(code));
  std::vector<Row> found;
  while ((code = scan.step()) == SQLITE_ROW) {
    found.push_back({std::string(scan.bytes(0)), std::string(scan.bytes(1))});
  }
  if (code != SQLITE_DONE) return fail(connection.error(code));
  return found;
}

}  // namespace novelo
