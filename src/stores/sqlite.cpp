#include "novelo/stores/sqlite.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <utility>

#include "stores/sqlite_backup_body.hpp"
#include "stores/sqlite_connection.hpp"
#include "stores/sqlite_look.hpp"
#include "stores/sqlite_rows.hpp"
#include "stores/sqlite_schema.hpp"
#include "stores/store_errors.hpp"

namespace novelo {
namespace {

// What is done to one table; each kind is prepared when it is first used and kept.
enum class Task : std::uint8_t { get, scan_up, scan_down, put, insert, erase };
constexpr std::size_t task_count = 6;

std::string sql_of(Task task, Table table) {
  const std::string_view name = to_string(table);
  switch (task) {
    case Task::get: return fmt::format("SELECT value FROM \"{}\" WHERE key=?1", name);
    case Task::scan_up: return scan_sql(table, Order::ascending);
    case Task::scan_down: return scan_sql(table, Order::descending);
    case Task::put:
      return fmt::format(
          "INSERT INTO \"{}\"(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET "
          "value=excluded.value",
          name);
    case Task::insert: return fmt::format("INSERT INTO \"{}\"(key, value) VALUES(?1, ?2)", name);
    case Task::erase: return fmt::format("DELETE FROM \"{}\" WHERE key=?1", name);
  }
  return {};
}

Task task_of(Write::Kind kind) {
  switch (kind) {
    case Write::Kind::put: return Task::put;
    case Write::Kind::insert: return Task::insert;
    case Write::Kind::erase: return Task::erase;
  }
  return Task::put;
}

}  // namespace

class SqliteStore::Body {
 public:
  Body(std::unique_ptr<SqliteConnection> connection, const SqliteOptions& options)
      : connection_(std::move(connection)),
        checkpoint_pages_(options.checkpoint_pages),
        next_checkpoint_(options.checkpoint_pages) {}
  ~Body() { backups_.close(connection_->path()); }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  Status load_tenants();
  Result<Fence> open_tenant(const TenantName& tenant);
  Result<std::optional<std::string>> get(Table table, std::string_view key);
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order);
  Status commit_all(std::span<const TenantWrites> parts);
  Result<std::uint64_t> maintain(std::uint64_t budget);
  Status checkpoint();
  StoreStatistics statistics() const;
  Result<std::unique_ptr<SqliteBackup::Body>> begin_backup(const std::string& path,
                                                           PublishedViews views,
                                                           const BackupOptions& options);

 private:
  Result<SqliteStatement*> statement(Task task, Table table);
  Status write(const Write& write);
  Status write_fence(const std::string& name, const Fence& fence);
  // Every transaction goes through here, so that an unknown outcome ends the store's service.
  Status transact(const std::function<Status()>& work);
  void checkpoint_when_due();

  std::unique_ptr<SqliteConnection> connection_;  // first: statements end before it
  std::array<std::optional<SqliteStatement>, table_count * task_count> statements_;
  std::map<std::string, Fence> tenants_;           // by name: the newest fence
  std::map<std::uint64_t, std::uint64_t> epochs_;  // by tenant: the newest epoch
  std::uint32_t checkpoint_pages_;
  std::uint64_t next_checkpoint_;        // log pages at which a commit checkpoints
  std::optional<Error> out_of_service_;  // set when a commit's outcome is not known
  StoreStatistics statistics_;
  SqliteBackup::Body::Series backups_;
};

Status SqliteStore::Body::load_tenants() {
  const auto tenants = tenants_in(*connection_);
  if (!tenants) return fail(tenants.error());
  for (const auto& [name, fence] : *tenants) {
    tenants_[name.text()] = fence;
    epochs_[fence.tenant] = fence.epoch;
  }
  return {};
}

Result<Fence> SqliteStore::Body::open_tenant(const TenantName& tenant) {
  if (out_of_service_) return fail(*out_of_service_);
  if (tenant.empty()) return fail(empty_name_error());
  const auto known = tenants_.find(tenant.text());
  Fence fence;
  if (known != tenants_.end()) {
    fence = known->second;
  } else {
    fence.tenant = epochs_.empty() ? 1 : epochs_.rbegin()->first + 1;
  }
  ++fence.epoch;
  Status written = transact([&] { return write_fence(tenant.text(), fence); });
  if (!written) return fail(std::move(written).error());
  tenants_[tenant.text()] = fence;
  epochs_[fence.tenant] = fence.epoch;
  return fence;
}

Status SqliteStore::Body::write_fence(const std::string& name, const Fence& fence) {
  Result<SqliteStatement> row =
      connection_->prepare("REPLACE INTO tenant(name, number, epoch) VALUES(?1, ?2, ?3)");
  if (!row) return fail(std::move(row).error());
  int code = row->bind(1, std::string_view(name));
  if (code == SQLITE_OK) code = row->bind(2, static_cast<std::int64_t>(fence.tenant));
  if (code == SQLITE_OK) code = row->bind(3, static_cast<std::int64_t>(fence.epoch));
  if (code == SQLITE_OK) code = row->step();
  if (code != SQLITE_DONE) return fail(connection_->error(code));
  return {};
}

Result<std::optional<std::string>> SqliteStore::Body::get(Table table, std::string_view key) {
  if (out_of_service_) return fail(*out_of_service_);
  const Result<SqliteStatement*> row = statement(Task::get, table);
  if (!row) return fail(row.error());
  const SqliteRun run(**row);
  int code = (*row)->bind(1, key);
  if (code == SQLITE_OK) code = (*row)->step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return fail(connection_->error(code));
  return std::string((*row)->bytes(0));
}

Result<std::vector<Row>> SqliteStore::Body::scan(Table table, std::string_view from,
                                                 std::string_view to, std::size_t limit,
                                                 Order order) {
  if (out_of_service_) return fail(*out_of_service_);
  const Result<SqliteStatement*> rows =
      statement(order == Order::ascending ? Task::scan_up : Task::scan_down, table);
  if (!rows) return fail(rows.error());
  return scan_rows(*connection_, **rows, from, to, limit);
}

Status SqliteStore::Body::commit_all(std::span<const TenantWrites> parts) {
  if (out_of_service_) return fail(*out_of_service_);
  std::size_t count = 0;
  for (const TenantWrites& part : parts) {
    // The file is held exclusively, so nobody but `open_tenant` can have moved an epoch on.
    const auto newest = epochs_.find(part.fence.tenant);
    if (newest == epochs_.end() || newest->second != part.fence.epoch) {
      return fail(fenced_error(part.fence));
    }
    count += part.writes.size();
  }
  if (count == 0) return {};
  Status done = transact([&]() -> Status {
    for (const TenantWrites& part : parts) {
      for (const Write& each : part.writes) {
        if (Status written = write(each); !written) return written;
      }
    }
    return {};
  });
  if (done) statistics_.rows_written += count;
  return done;
}

Status SqliteStore::Body::write(const Write& write) {
  const Task task = task_of(write.kind);
  const Result<SqliteStatement*> row = statement(task, write.table);
  if (!row) return fail(row.error());
  const SqliteRun run(**row);
  int code = (*row)->bind(1, std::string_view(write.key));
  if (code == SQLITE_OK && task != Task::erase) {
    code = (*row)->bind(2, std::string_view(write.value));
  }
  if (code == SQLITE_OK) code = (*row)->step();
  if (code == SQLITE_DONE) return {};
  if (code == SQLITE_CONSTRAINT_PRIMARYKEY) return fail(exists_error(write.table));
  return fail(connection_->error(code));
}

Status SqliteStore::Body::transact(const std::function<Status()>& work) {
  Status done = connection_->transact(work);
  if (!done) {
    if (done.error().code == ErrorCode::unknown) {
      out_of_service_ = done.error();
      backups_.abandon(*out_of_service_);
    }
    return done;
  }
  ++statistics_.commits;
  checkpoint_when_due();
  return {};
}

Result<std::unique_ptr<SqliteBackup::Body>> SqliteStore::Body::begin_backup(
    const std::string& path, PublishedViews views, const BackupOptions& options) {
  if (out_of_service_) return fail(*out_of_service_);
  return backups_.begin(*connection_, path, std::move(views), options);
}

void SqliteStore::Body::checkpoint_when_due() {
  if (checkpoint_pages_ == 0 || connection_->log_pages() < next_checkpoint_) return;
  // The commit before it is safe in the log whatever becomes of this; a failure is counted, and
  // tried again only when the log has grown by as much once more, lest every commit pay for it.
  if (!checkpoint()) next_checkpoint_ = connection_->log_pages() + checkpoint_pages_;
}

Status SqliteStore::Body::checkpoint() {
  if (out_of_service_) return fail(*out_of_service_);
  Status done = connection_->checkpoint();
  if (done) {
    ++statistics_.checkpoints;
    next_checkpoint_ = checkpoint_pages_;
  } else {
    ++statistics_.failed_checkpoints;
  }
  return done;
}

Result<std::uint64_t> SqliteStore::Body::maintain(std::uint64_t budget) {
  if (out_of_service_) return fail(*out_of_service_);
  const std::uint64_t waiting = connection_->log_pages();
  if (budget == 0 || waiting == 0) return waiting;
  if (auto done = checkpoint(); !done) return fail(done.error());
  return connection_->log_pages();
}

StoreStatistics SqliteStore::Body::statistics() const {
  StoreStatistics now = statistics_;
  now.statements = connection_->statements_run();
  now.wal_bytes = connection_->wal_bytes();
  return now;
}

Result<SqliteStatement*> SqliteStore::Body::statement(Task task, Table table) {
  const std::size_t index = table_index(table);
  if (index >= table_count) return fail(unknown_table_error(table));
  std::optional<SqliteStatement>& kept =
      statements_[index * task_count + static_cast<std::size_t>(task)];
  if (!kept) {
    Result<SqliteStatement> prepared = connection_->prepare(sql_of(task, table));
    if (!prepared) return fail(std::move(prepared).error());
    kept.emplace(std::move(*prepared));
  }
  return &*kept;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path,
                                                       const SqliteOptions& options) {
  Status usable = check_library(sqlite3_libversion_number(), sqlite3_threadsafe());
  if (!usable) return fail(std::move(usable).error());
  Result<std::unique_ptr<SqliteConnection>> connection = SqliteConnection::open(path, options);
  if (!connection) return fail(std::move(connection).error());
  SqliteConnection& file = **connection;
  Status ready = bring_into_service(file, schema_steps(), options);
  if (!ready) return fail(std::move(ready).error());
  auto body = std::make_unique<Body>(std::move(*connection), options);
  if (Status loaded = body->load_tenants(); !loaded) return fail(std::move(loaded).error());
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(body)));
}

SqliteStore::SqliteStore(std::unique_ptr<Body> body) : body_(std::move(body)) {}

SqliteStore::~SqliteStore() = default;

Result<Fence> SqliteStore::open_tenant(const TenantName& tenant) {
  return body_->open_tenant(tenant);
}

Result<std::optional<std::string>> SqliteStore::get(Table table, std::string_view key) {
  return body_->get(table, key);
}

Result<std::vector<Row>> SqliteStore::scan(Table table, std::string_view from, std::string_view to,
                                           std::size_t limit, Order order) {
  return body_->scan(table, from, to, limit, order);
}

Status SqliteStore::commit_all(std::span<const TenantWrites> parts) {
  return body_->commit_all(parts);
}

Result<std::uint64_t> SqliteStore::maintain(std::uint64_t budget) {
  return body_->maintain(budget);
}

Status SqliteStore::checkpoint() {
  return body_->checkpoint();
}

StoreStatistics SqliteStore::statistics() const {
  return body_->statistics();
}

Result<std::unique_ptr<SqliteBackup>> SqliteStore::begin_backup(const std::string& path,
                                                                PublishedViews views,
                                                                const BackupOptions& options) {
  auto begun = body_->begin_backup(path, std::move(views), options);
  if (!begun) return fail(std::move(begun).error());
  return std::unique_ptr<SqliteBackup>(new SqliteBackup(std::move(*begun)));
}

Status SqliteStore::backup(const std::string& path, PublishedViews views,
                           const BackupOptions& options) {
  constexpr std::size_t at_once = 10'000;
  auto backup = begin_backup(path, std::move(views), options);
  if (!backup) return fail(std::move(backup).error());
  while ((*backup)->progress().phase != BackupPhase::done) {
    if (Status worked = (*backup)->step(at_once); !worked) return worked;
  }
  return {};
}

}  // namespace novelo
