#include "stores/sqlite_schema.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <string>
#include <utility>

#include "novelo/store.hpp"

namespace novelo {
namespace {

// The oldest SQLite that the suite has been run against.
constexpr int oldest_sqlite = 3'040'000;

using Definitions = std::map<std::string, std::string>;  // the SQL of each object, by name

// The schema of the newest version, as SQLite keeps it word for word.
//
//   tenant   name -> number, epoch     the tenants and their newest fences
//   <table>  key -> value              one for each Table
//
// WITHOUT ROWID: the rows stand in the key's own tree, so that a write touches one tree only.
Definitions current_definitions() {
  Definitions definitions;
  definitions["tenant"] =
      "CREATE TABLE \"tenant\"(name BLOB PRIMARY KEY NOT NULL, number INTEGER NOT NULL, "
      "epoch INTEGER NOT NULL) WITHOUT ROWID";
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    const std::string name{to_string(static_cast<Table>(number))};
    definitions[name] = fmt::format(
        "CREATE TABLE \"{}\"(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID",
        name);
  }
  return definitions;
}

Status create_tables(SqliteConnection& connection) {
  for (const auto& [name, sql] : current_definitions()) {
    if (Status created = connection.execute(sql); !created) return created;
  }
  return connection.execute(fmt::format("PRAGMA application_id={}", store_application_id));
}

constexpr std::array<SchemaStep, 1> steps_taken_so_far = {create_tables};

Error altered_schema(const SqliteConnection& connection, const std::string& message) {
  return {ErrorCode::corrupt, "schema", message, connection.path(),
          "somebody has changed this file by hand; restore the newest backup"};
}

}  // namespace

std::span<const SchemaStep> schema_steps() {
  return steps_taken_so_far;
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
  Result<std::int64_t> version = connection.query_number("PRAGMA user_version");
  if (!version) return fail(std::move(version).error());
  Result<std::int64_t> objects = connection.query_number("SELECT count(*) FROM sqlite_schema");
  if (!objects) return fail(std::move(objects).error());
  if (*application == 0 && *version == 0 && *objects == 0) return {};
  return fail(Error{ErrorCode::refused, "foreign",
                    "the file is an SQLite database of another program", connection.path(),
                    "give the path of a store, or of a file that does not exist yet"});
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

Status migrate(SqliteConnection& connection, std::span<const SchemaStep> steps) {
  if (Status known = check_version(connection, steps.size()); !known) return known;
  Result<std::int64_t> version = connection.query_number("PRAGMA user_version");
  if (!version) return fail(std::move(version).error());
  for (std::size_t number = static_cast<std::size_t>(*version); number < steps.size(); ++number) {
    Status taken = connection.transact([&]() -> Status {
      if (Status done = steps[number](connection); !done) return done;
      return connection.execute(fmt::format("PRAGMA user_version={}", number + 1));
    });
    if (!taken) return taken;
  }
  return {};
}

Status check_schema(SqliteConnection& connection) {
  Definitions missing = current_definitions();
  Result<SqliteStatement> objects = connection.prepare("SELECT name, sql FROM sqlite_schema");
  if (!objects) return fail(std::move(objects).error());
  int code = SQLITE_OK;
  while ((code = objects->step()) == SQLITE_ROW) {
    const std::string name{objects->bytes(0)};
    const auto wanted = missing.find(name);
    if (wanted == missing.end()) {
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

Status check_pages(SqliteConnection& connection) {
  Result<std::string> verdict = connection.query_text("PRAGMA quick_check(1)");
  if (!verdict) return fail(std::move(verdict).error());
  if (*verdict != "ok") return fail(connection.error(SQLITE_CORRUPT));
  return {};
}

}  // namespace novelo
