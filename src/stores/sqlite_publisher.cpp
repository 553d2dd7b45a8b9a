#include "stores/sqlite_publisher.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/big_endian.hpp"
#include "stores/sqlite_schema.hpp"

namespace novelo {
namespace {

bool is_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

Error bad_view(std::string message, const std::string& name) {
  return {ErrorCode::invalid, "bad_view", std::move(message), name,
          "give each view, and each column of one, a plain name of its own"};
}

// That leads every key.
std::optional<std::int64_t> tenant_of(std::string_view key) {
  if (key.size() < number_bytes) return std::nullopt;
  return static_cast<std::int64_t>(number_in(key.substr(0, number_bytes)));
}

std::string table_sql(const PublishedView& view) {
  std::string sql = fmt::format("CREATE TABLE \"published_{}\"(tenant INTEGER NOT NULL", view.name);
  for (const PublishedColumn& column : view.columns) {
    sql += fmt::format(", \"{}\" {}", column.name, to_string(column.type));
  }
  sql += ", PRIMARY KEY(tenant";
  for (std::size_t i = 0; i < view.key_columns; ++i) {
    sql += fmt::format(", \"{}\"", view.columns[i].name);
  }
  return sql + ")) WITHOUT ROWID";
}

std::string view_sql(const PublishedView& view) {
  std::string sql =
      fmt::format("CREATE VIEW \"v_{}\" AS SELECT CAST(t.name AS TEXT) AS tenant", view.name);
  for (const PublishedColumn& column : view.columns) sql += fmt::format(", p.\"{}\"", column.name);
  return sql + fmt::format(" FROM \"published_{}\" AS p JOIN tenant AS t ON t.number=p.tenant",
                           view.name);
}

std::string insert_sql(const PublishedView& view) {
  std::string sql = fmt::format("INSERT INTO \"published_{}\" VALUES(?", view.name);
  for (std::size_t i = 0; i < view.columns.size(); ++i) sql += ", ?";
  return sql + ")";
}

int bind_value(SqliteStatement& statement, int index, const SqlValue& value) {
  return std::visit(
      [&](const auto& held) {
        using Held = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return statement.bind_null(index);
        } else if constexpr (std::is_same_v<Held, std::int64_t>) {
          return statement.bind(index, held);
        } else if constexpr (std::is_same_v<Held, double>) {
          return statement.bind_real(index, held);
        } else {
          return statement.bind_text(index, held);
        }
      },
      value);
}

// SQL ends a text at a NUL byte, or does not, as the function likes.
void mark_nuls(std::vector<SqlValue>& values) {
  for (SqlValue& value : values) {
    std::string* const text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    for (std::size_t at = 0; (at = text->find('\0', at)) != std::string::npos;) {
      text->replace(at, 1, "\xef\xbf\xbd");  // U+FFFD
    }
  }
}

Status run(SqliteConnection& connection, SqliteStatement& statement) {
  const SqliteRun run(statement);
  const int code = statement.step();
  return code == SQLITE_DONE ? Status() : fail(connection.error(code));
}

}  // namespace

Status SqlitePublisher::check(const PublishedViews& views) {
  std::set<std::string> names{"schema"};
  for (const PublishedView& view : views.views) {
    if (!is_name(view.name) || !names.insert(view.name).second) {
      return fail(bad_view("there are two such views, or its name is no name", view.name));
    }
    if (!view.read || view.key_columns == 0 || view.key_columns > view.columns.size()) {
      return fail(bad_view("a view needs columns that tell its rows apart", view.name));
    }
    std::set<std::string> columns{"tenant"};
    for (const PublishedColumn& column : view.columns) {
      if (!is_name(column.name) || !columns.insert(column.name).second) {
        return fail(bad_view("there are two such columns, or its name is no name",
                             view.name + "." + column.name));
      }
    }
  }
  return {};
}

Status SqlitePublisher::begin() {
  Result<std::int64_t> version = connection_.query_number("PRAGMA user_version");
  if (!version) return fail(std::move(version).error());
  tables_ = tables_in_version(static_cast<std::size_t>(*version));
  if (Status begun = connection_.execute("BEGIN IMMEDIATE"); !begun) return begun;
  Status made = connection_.execute(
      "CREATE TABLE published_schema(version INTEGER NOT NULL, view TEXT NOT NULL, position "
      "INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, PRIMARY KEY(view, position))"
      " WITHOUT ROWID");
  if (made) {
    made = connection_.execute(
        "CREATE VIEW v_schema AS SELECT version, view, position, name, type FROM "
        "published_schema");
  }
  if (!made) return made;
  for (const PublishedView& view : views_.views) {
    if (made = connection_.execute(table_sql(view)); !made) return made;
    if (made = connection_.execute(view_sql(view)); !made) return made;
    if (made = describe(view); !made) return made;
  }
  return {};
}

Status SqlitePublisher::describe(const PublishedView& view) {
  Result<SqliteStatement> row =
      connection_.prepare("INSERT INTO published_schema VALUES(?1, ?2, ?3, ?4, ?5)");
  if (!row) return fail(std::move(row).error());
  std::vector<PublishedColumn> columns{{"tenant", SqlType::text}};
  columns.insert(columns.end(), view.columns.begin(), view.columns.end());
  const std::string name = "v_" + view.name;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    row->bind(1, views_.version);
    row->bind_text(2, name);
    row->bind(3, static_cast<std::int64_t>(i + 1));
    row->bind_text(4, columns[i].name);
    row->bind_text(5, to_string(columns[i].type));
    if (Status written = run(connection_, *row); !written) return written;
  }
  return {};
}

Status SqlitePublisher::open_table(Table table) {
  after_.clear();
  first_ = true;
  insertions_.clear();
  Result<SqliteStatement> rows = connection_.prepare(fmt::format(
      "SELECT key, value FROM \"{}\" WHERE key>=?1 ORDER BY key LIMIT ?2", to_string(table)));
  if (!rows) return fail(std::move(rows).error());
  rows_after_.emplace(std::move(*rows));
  for (const PublishedView& view : views_.views) {
    if (view.table != table) continue;
    Result<SqliteStatement> insertion = connection_.prepare(insert_sql(view));
    if (!insertion) return fail(std::move(insertion).error());
    insertions_.push_back({&view, std::move(*insertion)});
  }
  return {};
}

Result<bool> SqlitePublisher::step(std::size_t most) {
  if (!rows_after_) {
    if (table_ == tables_) return true;
    if (Status opened = open_table(static_cast<Table>(++table_)); !opened) {
      return fail(std::move(opened).error());
    }
  }
  constexpr std::size_t largest = std::numeric_limits<std::int32_t>::max();
  const auto limit = static_cast<std::int64_t>(std::clamp<std::size_t>(most, 1, largest));
  const std::string from = first_ ? std::string() : after_ + '\0';
  std::int64_t seen = 0;
  {
    const SqliteRun run(*rows_after_);
    int code = rows_after_->bind(1, std::string_view(from));
    if (code == SQLITE_OK) code = rows_after_->bind(2, limit);
    if (code != SQLITE_OK) return fail(connection_.error(code));
    while ((code = rows_after_->step()) == SQLITE_ROW) {
      const std::string_view key = rows_after_->bytes(0);
      if (!first_ && key <= after_) return fail(connection_.error(SQLITE_CORRUPT));
      first_ = false;
      after_ = key;
      ++seen;
      if (Status done = publish(key, rows_after_->bytes(1)); !done) {
        return fail(std::move(done).error());
      }
    }
    if (code != SQLITE_DONE) return fail(connection_.error(code));
  }
  rows_ += static_cast<std::uint64_t>(seen);
  if (seen == limit) return false;
  rows_after_.reset();
  if (table_ < tables_) return false;
  if (Status done = finish(); !done) return fail(std::move(done).error());
  return true;
}

Status SqlitePublisher::publish(std::string_view key, std::string_view record) {
  for (Insertion& insertion : insertions_) {
    const std::optional<std::int64_t> tenant = tenant_of(key);
    values_.clear();
    const Published came = !tenant
                               ? Published::unreadable
                               : insertion.view->read(key.substr(number_bytes), record, values_);
    const bool fits = values_.size() == insertion.view->columns.size();
    if (came == Published::unreadable || (came == Published::shown && !fits)) ++unreadable_;
    if (came != Published::shown || !fits) continue;
    mark_nuls(values_);
    if (Status written = insert(insertion, *tenant); !written) return written;
  }
  return {};
}

Status SqlitePublisher::insert(Insertion& insertion, std::int64_t tenant) {
  SqliteStatement& row = insertion.statement;
  const SqliteRun run(row);
  int code = row.bind(1, tenant);
  for (std::size_t i = 0; i < values_.size() && code == SQLITE_OK; ++i) {
    code = bind_value(row, static_cast<int>(i + 2), values_[i]);
  }
  if (code == SQLITE_OK) code = row.step();
  if (code == SQLITE_DONE) return {};
  // A record that says it is another one, or nobody: its row is shown once or not at all.
  if ((code & 0xff) != SQLITE_CONSTRAINT) return fail(connection_.error(code));
  ++unreadable_;
  return {};
}

Status SqlitePublisher::finish() {
  insertions_.clear();
  if (Status marked =
          connection_.execute(fmt::format("PRAGMA application_id={}", backup_application_id));
      !marked) {
    return marked;
  }
  return connection_.execute("COMMIT");
}

}  // namespace novelo
