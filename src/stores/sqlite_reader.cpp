#include "novelo/stores/sqlite_reader.hpp"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "stores/sqlite_backup_body.hpp"
#include "stores/sqlite_look.hpp"
#include "stores/sqlite_rows.hpp"
#include "stores/store_errors.hpp"

namespace novelo {
namespace {

Error read_only_error(const std::string& path) {
  return {ErrorCode::refused, "read_only", "this store is only looked at", path,
          "open it with SqliteStore::open to serve it"};
}

// Whoever is to look has to share the file, or to keep everybody else out.
Result<SqliteAccess> access_to(const std::string& path) {
  const Result<std::string> file = sqlite_file_path(path);
  if (!file) return fail(file.error());
  std::error_code trouble;
  if (!std::filesystem::exists(*file, trouble)) {
    return fail(
        Error{ErrorCode::not_found, "no_file", "there is no such file", path, "check the path"});
  }
  const Result<bool> log = keeps_a_log(*file);
  if (!log) return fail(log.error());
  return *log ? SqliteAccess::hold : SqliteAccess::share;
}

// What a file that somebody else has is to be called here.
Error held_by_another(Error error) {
  if (error.reason == "held") {
    error.message = "the file is in service: an engine, or somebody else, has it open";
    error.remedy = "look at a backup of it, or stop whoever serves it";
  }
  return error;
}

Result<SqliteFileKind> kind_of(SqliteConnection& connection) {
  Result<std::int64_t> mark = connection.query_number("PRAGMA application_id");
  if (!mark) return fail(std::move(mark).error());
  if (*mark == backup_application_id) return SqliteFileKind::backup;
  if (*mark == store_application_id) return SqliteFileKind::store;
  return fail(foreign_error(connection.path()));
}

}  // namespace

Result<SqliteLook> look_into(const std::string& path) {
  Status usable = check_library(sqlite3_libversion_number(), sqlite3_threadsafe());
  if (!usable) return fail(std::move(usable).error());
  const Result<SqliteAccess> access = access_to(path);
  if (!access) return fail(access.error());
  auto connection = SqliteConnection::open(path, {}, *access);
  if (!connection) return fail(held_by_another(std::move(connection).error()));
  SqliteConnection& file = **connection;
  const Result<SqliteFileKind> kind = kind_of(file);
  if (!kind) return fail(kind.error());
  Status sound = check_version(file, schema_steps().size());
  if (sound) sound = file.check_length();
  if (sound) sound = check_migrated(file);
  const bool backup = *kind == SqliteFileKind::backup;
  if (sound) sound = check_schema(file, backup ? Extras::passed_over : Extras::refused);
  if (!sound) return fail(std::move(sound).error());
  const Result<std::int64_t> version = file.query_number("PRAGMA user_version");
  if (!version) return fail(version.error());
  return SqliteLook{std::move(*connection), *kind, static_cast<std::size_t>(*version)};
}

Result<std::vector<std::pair<TenantName, Fence>>> tenants_in(SqliteConnection& connection) {
  Result<SqliteStatement> rows =
      connection.prepare("SELECT name, number, epoch FROM tenant ORDER BY number");
  if (!rows) return fail(std::move(rows).error());
  std::vector<std::pair<TenantName, Fence>> tenants;
  int code = SQLITE_OK;
  while ((code = rows->step()) == SQLITE_ROW) {
    if (rows->number(1) <= 0 || rows->number(2) <= 0) {
      return fail(connection.error(SQLITE_CORRUPT));
    }
    const Fence fence{static_cast<std::uint64_t>(rows->number(1)),
                      static_cast<std::uint64_t>(rows->number(2))};
    tenants.emplace_back(TenantName(std::string(rows->bytes(0))), fence);
  }
  if (code != SQLITE_DONE) return fail(connection.error(code));
  return tenants;
}

Status check_integrity(SqliteConnection& connection) {
  const Result<std::string> verdict = connection.query_text("PRAGMA integrity_check(1)");
  if (!verdict) return fail(verdict.error());
  if (*verdict != "ok") return fail(connection.error(SQLITE_CORRUPT));
  return {};
}

std::string_view to_string(SqliteFileKind kind) {
  return kind == SqliteFileKind::backup ? "backup" : "store";
}

class SqliteReader::Body {
 public:
  Body(SqliteLook look, std::vector<std::pair<TenantName, Fence>> tenants, std::int64_t views)
      : look_(std::move(look)), tenants_(std::move(tenants)), views_version_(views) {}
  ~Body() { backups_.abandon(store_closed_error(file().path())); }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  const SqliteLook& look() const { return look_; }
  SqliteConnection& file() { return *look_.connection; }
  const std::vector<std::pair<TenantName, Fence>>& tenants() const { return tenants_; }
  std::int64_t views_version() const { return views_version_; }

  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order);
  Result<std::unique_ptr<SqliteBackup::Body>> begin_backup(const std::string& path,
                                                           PublishedViews views,
                                                           const BackupOptions& options);

 private:
  SqliteLook look_;
  std::vector<std::pair<TenantName, Fence>> tenants_;
  std::int64_t views_version_;
  SqliteBackup::Body::Series backups_;
};

Result<std::vector<Row>> SqliteReader::Body::scan(Table table, std::string_view from,
                                                  std::string_view to, std::size_t limit,
                                                  Order order) {
  if (table_index(table) >= table_count) return fail(unknown_table_error(table));
  // An older file does not have every table yet.
  if (table_index(table) >= tables_in_version(look_.version)) return std::vector<Row>();
  Result<SqliteStatement> rows = file().prepare(scan_sql(table, order));
  if (!rows) return fail(std::move(rows).error());
  return scan_rows(file(), *rows, from, to, limit);
}

Result<std::unique_ptr<SqliteBackup::Body>> SqliteReader::Body::begin_backup(
    const std::string& path, PublishedViews views, const BackupOptions& options) {
  if (look_.kind == SqliteFileKind::backup) {
    return fail(Error{ErrorCode::refused, "backup", "the file is a backup already", file().path(),
                      "copy the file itself"});
  }
  return backups_.begin(file(), path, std::move(views), options);
}

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const std::string& path) {
  Result<SqliteLook> look = look_into(path);
  if (!look) return fail(std::move(look).error());
  auto tenants = tenants_in(*look->connection);
  if (!tenants) return fail(std::move(tenants).error());
  std::int64_t views = 0;
  if (look->kind == SqliteFileKind::backup) {
    // Somebody may have changed what is published: it is no part of the store.
    views = look->connection->query_number("SELECT max(version) FROM published_schema").value_or(0);
  }
  return std::unique_ptr<SqliteReader>(
      new SqliteReader(std::make_unique<Body>(std::move(*look), std::move(*tenants), views)));
}

SqliteReader::SqliteReader(std::unique_ptr<Body> body) : body_(std::move(body)) {}

SqliteReader::~SqliteReader() = default;

SqliteFileKind SqliteReader::kind() const {
  return body_->look().kind;
}

std::uint32_t SqliteReader::schema_version() const {
  return static_cast<std::uint32_t>(body_->look().version);
}

std::int64_t SqliteReader::views_version() const {
  return body_->views_version();
}

std::uint64_t SqliteReader::file_bytes() const {
  const SqliteConnection& connection = *body_->look().connection;
  return bytes_in(connection.file()) + bytes_in(connection.log_file());
}

const std::vector<std::pair<TenantName, Fence>>& SqliteReader::tenants() const {
  return body_->tenants();
}

Status SqliteReader::check() {
  return check_integrity(body_->file());
}

Result<std::unique_ptr<SqliteBackup>> SqliteReader::begin_backup(const std::string& path,
                                                                 PublishedViews views,
                                                                 const BackupOptions& options) {
  auto begun = body_->begin_backup(path, std::move(views), options);
  if (!begun) return fail(std::move(begun).error());
  return std::unique_ptr<SqliteBackup>(new SqliteBackup(std::move(*begun)));
}

Result<Fence> SqliteReader::open_tenant(const TenantName&) {
  return fail(read_only_error(body_->file().path()));
}

Result<std::optional<std::string>> SqliteReader::get(Table table, std::string_view key) {
  const std::string from{key};
  auto rows = body_->scan(table, from, from + '\0', 1, Order::ascending);
  if (!rows) return fail(std::move(rows).error());
  if (rows->empty()) return std::nullopt;
  return std::move(rows->front().value);
}

Result<std::vector<Row>> SqliteReader::scan(Table table, std::string_view from, std::string_view to,
                                            std::size_t limit, Order order) {
  return body_->scan(table, from, to, limit, order);
}

Status SqliteReader::commit_all(std::span<const TenantWrites>) {
  return fail(read_only_error(body_->file().path()));
}

Result<std::uint64_t> SqliteReader::maintain(std::uint64_t) {
  return 0;
}

}  // namespace novelo
