#include "stores/sqlite_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "novelo/store.hpp"

namespace novelo {
namespace {

// The oldest SQLite that the suite has been run against.
constexpr int oldest_sqlite = 3'040'000;

// How many tables each version has; the last one has all there are. A further Table needs a version
// of its own, and a step that makes it (`add_tables<2>`).
constexpr std::array<std::uint8_t, 1> tables_by_version = {29};
static_assert(tables_by_version.back() == table_count);

// A migration under way whose step changes this many rows or more does so in several transactions.
constexpr std::uint64_t rows_in_a_transaction = 10'000;

using Definitions = std::map<std::string, std::string>;  // the SQL of each object, by name

std::string table_sql(Table table) {
  return fmt::format(
      "CREATE TABLE \"{}\"(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID",
      to_string(table));
}

constexpr std::string_view tenant_sql =
    "CREATE TABLE \"tenant\"(name BLOB PRIMARY KEY NOT NULL, number INTEGER NOT NULL, "
    "epoch INTEGER NOT NULL) WITHOUT ROWID";

// The schema of a version, as SQLite keeps it word for word.
//
//   tenant   name -> number, epoch     the tenants and their newest fences
//   <table>  key -> value              one for each Table
//
// WITHOUT ROWID: the rows stand in the key's own tree, so that a write touches one tree only.
Definitions definitions_of(std::size_t version) {
  Definitions definitions;
  definitions["tenant"] = tenant_sql;
  for (std::uint8_t number = 1; number <= tables_in_version(version); ++number) {
    const Table table = static_cast<Table>(number);
    definitions[std::string(to_string(table))] = table_sql(table);
  }
  return definitions;
}

// Makes the tables that `version` (from 1) has more than the one before.
template <std::size_t version>
Status add_tables(SqliteConnection& connection) {
  for (int number = tables_in_version(version - 1) + 1; number <= tables_in_version(version);
       ++number) {
    Status made = connection.execute(table_sql(static_cast<Table>(number)));
    if (!made) return made;
  }
  return {};
}

Status first_tables(SqliteConnection& connection) {
  if (Status made = connection.execute(std::string(tenant_sql)); !made) return made;
  if (Status made = add_tables<1>(connection); !made) return made;
  return connection.execute(fmt::format("PRAGMA application_id={}", store_application_id));
}

constexpr std::array<SchemaStep, tables_by_version.size()> steps_taken_so_far = {
    SchemaStep{first_tables}};

Error altered_schema(const SqliteConnection& connection, const std::string& message) {
  return {ErrorCode::corrupt, "schema", message, connection.path(),
          "somebody has changed this file by hand; restore the newest backup"};
}

}  // namespace

std::span<const SchemaStep> schema_steps() {
  return steps_taken_so_far;
}

std::uint8_t tables_in_version(std::size_t version) {
  return version == 0 ? 0 : tables_by_version[std::min(version, tables_by_version.size()) - 1];
}

Error foreign_error(const std::string& path) {
  return {ErrorCode::refused, "foreign", "the file is an SQLite database of another program", path,
          "give the path of a store, or of a file that does not exist yet"};
}

Status check_library(int version, int threads) {
  if (version < oldest_sqlite) {
    return fail(Error{ErrorCode::unsupported, "old_sqlite",
                      fmt::format("the SQLite that is linked has version number {}; {} is needed",
                                  version, oldest_sqlite),
                      "sqlite3", "link SQLite 3.40 or newer"});
  }
  if (threads == 0) {
    return fail(Error{ErrorCode::unsupported, "single_threaded_sqlite",
                      "the SQLite that is linked was built without support for threads", "sqlite3",
                      "link an SQLite that was built with SQLITE_THREADSAFE=1 or 2"});
  }
  return {};
}

Status check_owner(SqliteConnection& connection) {
  Result<std::int64_t> application = connection.query_number("PRAGMA application_id");
  if (!application) return fail(std::move(application).error());
  if (*application == store_application_id) return {};
  if (*application == backup_application_id) {
    return fail(Error{ErrorCode::refused, "backup", "the file is a backup", connection.path(),
                      "restore it to a file of its own, and open that"});
  }
  Result<std::int64_t> version = connection.query_number("PRAGMA user_version");
  if (!version) return fail(std::move(version).error());
  Result<std::int64_t> objects = connection.query_number("SELECT count(*) FROM sqlite_schema");
  if (!objects) return fail(std::move(objects).error());
  if (*application == 0 && *version == 0 && *objects == 0) return {};
  return fail(foreign_error(connection.path()));
}

Status check_version(SqliteConnection& connection, std::size_t newest) {
  Result<std::int64_t> version = connection.query_number("PRAGMA user_version");
  if (!version) return fail(std::move(version).error());
  if (*version < 0)
    return fail(altered_schema(connection, "the version of the schema is negative"));
  if (static_cast<std::uint64_t>(*version) <= newest) return {};
  return fail(Error{
      ErrorCode::newer, "newer_schema",
      fmt::format("the file has schema version {}; this library knows up to {}", *version, newest),
      connection.path(), "open it with the version of the library that wrote it, or a newer one"});
}

namespace {

Result<bool> has_migration(SqliteConnection& connection) {
  Result<std::int64_t> found = connection.query_number(
      "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='migration'");
  if (!found) return fail(std::move(found).error());
  return *found > 0;
}

Error migrating_error(SqliteConnection& connection) {
  const Result<std::int64_t> rows = connection.query_number("SELECT rows FROM migration");
  const Result<std::int64_t> version = connection.query_number("PRAGMA user_version");
  return {ErrorCode::busy, "migrating",
          fmt::format("the file is on its way to schema version {}: {} rows are done and more are "
                      "left",
                      version.value_or(0), rows.value_or(0)),
          connection.path(),
          "open it again with the library that began this: each time it goes on where it was"};
}

Status take_step(SqliteConnection& connection, const SchemaStep& step, std::size_t version) {
  return connection.transact([&]() -> Status {
    if (Status done = step.tables(connection); !done) return done;
    if (step.rows != nullptr) {
      Status kept = connection.execute(
          "CREATE TABLE migration(after BLOB NOT NULL, rows INTEGER NOT NULL);"
          "INSERT INTO migration VALUES(x'', 0)");
      if (!kept) return kept;
    }
    return connection.execute(fmt::format("PRAGMA user_version={}", version));
  });
}

Status keep_place(SqliteConnection& connection, const RowsDone& done) {
  if (done.all) return connection.execute("DROP TABLE migration");
  Result<SqliteStatement> row = connection.prepare("UPDATE migration SET after=?1, rows=rows+?2");
  if (!row) return fail(std::move(row).error());
  row->bind(1, std::string_view(done.after));
  row->bind(2, static_cast<std::int64_t>(done.rows));
  const int code = row->step();
  return code == SQLITE_DONE ? Status() : fail(connection.error(code));
}

// One transaction of rows; true when there are no more.
Result<bool> move_rows(SqliteConnection& connection, const SchemaStep& step, std::uint64_t most,
                       std::uint64_t& moved) {
  bool all = false;
  Status done = connection.transact([&]() -> Status {
    Result<std::string> after = connection.query_text("SELECT after FROM migration");
    if (!after) return fail(std::move(after).error());
    Result<RowsDone> rows = step.rows(connection, *after, most);
    if (!rows) return fail(std::move(rows).error());
    all = rows->all;
    moved += rows->rows;
    return keep_place(connection, *rows);
  });
  if (!done) return fail(std::move(done).error());
  return all;
}

Status finish_rows(SqliteConnection& connection, const SchemaStep& step, std::uint64_t most_rows,
                   std::uint64_t& moved) {
  if (step.rows == nullptr) {
    return fail(altered_schema(connection, "the file says that its rows are being changed"));
  }
  for (;;) {
    const std::uint64_t left = most_rows == 0 ? rows_in_a_transaction : most_rows - moved;
    if (left == 0) return fail(migrating_error(connection));
    Result<bool> all = move_rows(connection, step, std::min(left, rows_in_a_transaction), moved);
    if (!all) return fail(std::move(all).error());
    if (*all) return {};
  }
}

}  // namespace

Status check_migrated(SqliteConnection& connection) {
  const Result<bool> under_way = has_migration(connection);
  if (!under_way) return fail(under_way.error());
  return *under_way ? fail(migrating_error(connection)) : Status();
}

Status migrate(SqliteConnection& connection, std::span<const SchemaStep> steps,
               std::uint64_t most_rows) {
  if (Status known = check_version(connection, steps.size()); !known) return known;
  Result<std::int64_t> version = connection.query_number("PRAGMA user_version");
  if (!version) return fail(std::move(version).error());
  auto reached = static_cast<std::size_t>(*version);
  std::uint64_t moved = 0;
  for (;;) {
    const Result<bool> under_way = has_migration(connection);
    if (!under_way) return fail(under_way.error());
    if (*under_way && reached > 0) {
      Status finished = finish_rows(connection, steps[reached - 1], most_rows, moved);
      if (!finished) return finished;
    }
    if (reached == steps.size()) return {};
    if (Status taken = take_step(connection, steps[reached], reached + 1); !taken) return taken;
    ++reached;
  }
}

Status create_version(SqliteConnection& connection, std::size_t version) {
  return migrate(connection, schema_steps().first(std::min(version, schema_steps().size())));
}

Status check_schema(SqliteConnection& connection, Extras extras) {
  Result<std::int64_t> version = connection.query_number("PRAGMA user_version");
  if (!version) return fail(std::move(version).error());
  Definitions missing =
      definitions_of(static_cast<std::size_t>(std::max<std::int64_t>(*version, 0)));
  Result<SqliteStatement> objects = connection.prepare("SELECT name, sql FROM sqlite_schema");
  if (!objects) return fail(std::move(objects).error());
  int code = SQLITE_OK;
  while ((code = objects->step()) == SQLITE_ROW) {
    const std::string name{objects->bytes(0)};
    const auto wanted = missing.find(name);
    if (wanted == missing.end()) {
      if (extras == Extras::passed_over) continue;
      return fail(altered_schema(connection,
                                 "the file has a table, index, view or trigger of "
                                 "somebody else's"));
    }
    if (wanted->second != objects->bytes(1)) {
      return fail(altered_schema(connection, fmt::format("the table {} was altered", name)));
    }
    missing.erase(wanted);
  }
  if (code != SQLITE_DONE) return fail(connection.error(code));
  if (missing.empty()) return {};
  return fail(
      altered_schema(connection, fmt::format("the table {} is missing", missing.begin()->first)));
}

Status bring_into_service(SqliteConnection& connection, std::span<const SchemaStep> steps,
                          const SqliteOptions& options) {
  Status ready = check_owner(connection);
  if (ready) ready = check_version(connection, steps.size());
  if (ready) ready = connection.check_length();
  if (ready) ready = connection.take_into_service();
  if (ready) ready = migrate(connection, steps, options.migration_rows);
  if (ready) ready = check_schema(connection);
  if (ready && options.quick_check) ready = check_pages(connection);
  return ready;
}

Status check_pages(SqliteConnection& connection) {
  Result<std::string> verdict = connection.query_text("PRAGMA quick_check(1)");
  if (!verdict) return fail(std::move(verdict).error());
  if (*verdict == "ok") return {};
  Error damaged = connection.error(SQLITE_CORRUPT);
  damaged.message += ": " + *verdict;
  return fail(std::move(damaged));
}

}  // namespace novelo
