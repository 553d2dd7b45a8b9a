// PublishedView: how the rows of one table are shown to whoever reads a backup with SQL. A store
// that can make copies takes a list of them and writes, beside the rows, tables with one column for
// each value, each behind a view `v_<name>`. `sql_views()` (sql_views.hpp) is the engine's list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "novelo/store.hpp"

namespace novelo {

// NULL, INTEGER, REAL or TEXT (UTF-8).
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;

enum class SqlType : std::uint8_t { integer = 1, real = 2, text = 3 };
// "INTEGER", "REAL", "TEXT"
std::string_view to_string(SqlType type);

struct PublishedColumn {
  std::string name;  // lower-case letters, digits and '_'; no word of SQL's
  SqlType type = SqlType::text;

  friend bool operator==(const PublishedColumn&, const PublishedColumn&) = default;
};

// What became of one row.
enum class Published : std::uint8_t {
  shown = 1,
  passed_over = 2,  // of another kind than this view shows
  unreadable = 3,   // its record cannot be read
};

struct PublishedView {
  std::string name;  // "entry": the view is v_entry
  Table table = Table::meta;
  // The first `key_columns` of them, with the tenant in front, tell the rows apart.
  std::vector<PublishedColumn> columns;
  std::size_t key_columns = 1;
  // Turns a row into one value for each column, in order. `key` is what follows the tenant's eight
  // bytes. Must not throw, and gives the same values for the same row.
  std::function<Published(std::string_view key, std::string_view record,
                          std::vector<SqlValue>& values)>
      read;
};

// All that is published, and the version of its names and meanings: it grows when a column goes, is
// renamed or means something else. A further view or column leaves it as it is.
struct PublishedViews {
  std::int64_t version = 1;
  std::vector<PublishedView> views;
};

}  // namespace novelo
