// The schema of an SqliteStore's file: whose file it is, which version, and how it comes forward.
#pragma once

#include <cstdint>
#include <span>

#include "stores/sqlite_connection.hpp"

namespace novelo {

// "Novl": says in the file's header that it is ours.
// https://sqlite.org/fileformat2.html#application_id
inline constexpr std::int64_t store_application_id = 0x4e6f766c;

// Brings a file one version forward. Runs inside a transaction, which also sets the new version.
using SchemaStep = Status (*)(SqliteConnection& connection);

// Step number i (from 0) leads from version i to version i + 1. A step that was released never
// changes: what comes after it is a new step.
std::span<const SchemaStep> schema_steps();

// `unsupported` when the SQLite that is linked cannot carry a store. `version` as
// sqlite3_libversion_number gives it, `threads` as sqlite3_threadsafe does.
Status check_library(int version, int threads);

// `refused` when the file is another program's. A new, empty file passes.
Status check_owner(SqliteConnection& connection);

// `newer` when the file's version is above `newest`.
Status check_version(SqliteConnection& connection, std::size_t newest);

// Takes the steps that the file has not taken, each in a transaction of its own; a failure leaves
// the file at the last version that was reached.
Status migrate(SqliteConnection& connection, std::span<const SchemaStep> steps);

// `corrupt` when a table is missing, altered or added. Costs the same however large the file is.
Status check_schema(SqliteConnection& connection);

// `corrupt` when the file is damaged anywhere. Reads all of it.
Status check_pages(SqliteConnection& connection);

}  // namespace novelo
