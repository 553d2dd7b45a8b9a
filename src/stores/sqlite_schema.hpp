// The schema of an SqliteStore's file: whose file it is, which version, and how it comes forward.
#pragma once

#include <cstdint>
#include <span>

#include "stores/sqlite_connection.hpp"

namespace novelo {

// "Novl": says in the file's header that it is ours.
// https://sqlite.org/fileformat2.html#application_id
inline constexpr std::int64_t store_application_id = 0x4e6f766c;
// "Novb": a backup, whose version is that of the store it was made of.
inline constexpr std::int64_t backup_application_id = 0x4e6f7662;

// How far a step has come with the rows.
struct RowsDone {
  std::string after;  // where to go on
  std::uint64_t rows = 0;
  bool all = false;
};

// Brings a file one version forward.
struct SchemaStep {
  // Changes what tables there are; costs the same however large the file is. Runs inside a
  // transaction, which also sets the new version.
  Status (*tables)(SqliteConnection& connection) = nullptr;
  // Changes at most `most` rows, from the place that the call before gave (empty: the first). Each
  // call runs inside a transaction, which also keeps the place in the table `migration`. Null when
  // no row has to be changed.
  Result<RowsDone> (*rows)(SqliteConnection& connection, const std::string& after,
                           std::uint64_t most) = nullptr;
};

// Step number i (from 0) leads from version i to version i + 1. A step that was released never
// changes: what comes after it is a new step.
std::span<const SchemaStep> schema_steps();
// How many of the `Table`s, counted from the first, a file of this version has.
std::uint8_t tables_in_version(std::size_t version);

// `unsupported` when the SQLite that is linked cannot carry a store. `version` as
// sqlite3_libversion_number gives it, `threads` as sqlite3_threadsafe does.
Status check_library(int version, int threads);

// `refused` when the file is another program's, or a backup. A new, empty file passes.
Status check_owner(SqliteConnection& connection);
Error foreign_error(const std::string& path);

// `newer` when the file's version is above `newest`.
Status check_version(SqliteConnection& connection, std::size_t newest);

// Takes the steps that the file has not taken, each in transactions of its own; a failure leaves
// the file at the last version and row that were reached. Changes at most `most_rows` rows (0: all
// there are) and fails with `busy` ("migrating") when there are more.
Status migrate(SqliteConnection& connection, std::span<const SchemaStep> steps,
               std::uint64_t most_rows = 0);
// `busy` ("migrating") when a step has not come to the end of the rows.
Status check_migrated(SqliteConnection& connection);

// Makes an empty file a store of this version.
Status create_version(SqliteConnection& connection, std::size_t version);

// Whether what was added to the tables of a store matters.
enum class Extras : std::uint8_t { refused, passed_over };

// `corrupt` when a table of the file's version is missing or altered, or something was added. Costs
// the same however large the file is.
Status check_schema(SqliteConnection& connection, Extras extras = Extras::refused);

// What opening a store does to its file: as long as it may be somebody else's or is too new it
// stays as it is; then the log of a dead process is copied, the steps are taken that it has not
// taken, and what is there is checked. `steps` are schema_steps(), or a test's.
Status bring_into_service(SqliteConnection& connection, std::span<const SchemaStep> steps,
                          const SqliteOptions& options);

// `corrupt` when the file is damaged anywhere. Reads all of it.
Status check_pages(SqliteConnection& connection);

}  // namespace novelo
