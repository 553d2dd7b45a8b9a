// SqliteReader: looks into the file of an SqliteStore, or into a backup, without changing it.
//
// It is a Store that only reads: `open_tenant` and commits are refused, "read_only". While it
// looks into a store's file nobody else can open that, and nobody who has it open can be looked at:
// inspect a backup instead. A backup can be read by any number at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "novelo/published_view.hpp"
#include "novelo/store.hpp"
#include "novelo/stores/sqlite_backup.hpp"

namespace novelo {

enum class SqliteFileKind : std::uint8_t { store = 1, backup = 2 };
std::string_view to_string(SqliteFileKind kind);

class SqliteReader final : public Store {
 public:
  // Errors, each with a remedy: those of SqliteStore::open but `refused` "backup"; `not_found`
  // ("no_file") where there is none. A store's file must be writable by this user, though nothing
  // is written: its lock needs that. One whose migration is not finished is `busy`, "migrating".
  static Result<std::unique_ptr<SqliteReader>> open(const std::string& path);

  ~SqliteReader() override;
  SqliteReader(const SqliteReader&) = delete;
  SqliteReader& operator=(const SqliteReader&) = delete;

  SqliteFileKind kind() const;
  std::uint32_t schema_version() const;
  // Of the published views; 0 in a store.
  std::int64_t views_version() const;
  std::uint64_t file_bytes() const;  // with the log beside it
  // By number, each with its newest fence.
  const std::vector<std::pair<TenantName, Fence>>& tenants() const;

  // `corrupt` ("damaged") when the file is damaged anywhere. Reads all of it.
  Status check();

  // A backup of a store that nobody serves, as SqliteStore::begin_backup makes it; this must live
  // until it has copied. `refused` ("backup") of a backup: copy the file.
  Result<std::unique_ptr<SqliteBackup>> begin_backup(const std::string& path, PublishedViews views,
                                                     const BackupOptions& options = {});

  Result<Fence> open_tenant(const TenantName& tenant) override;
  Result<std::optional<std::string>> get(Table table, std::string_view key) override;
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override;
  Status commit_all(std::span<const TenantWrites> parts) override;
  Result<std::uint64_t> maintain(std::uint64_t budget) override;  // nothing to do

 private:
  class Body;
  explicit SqliteReader(std::unique_ptr<Body> body);

  std::unique_ptr<Body> body_;
};

}  // namespace novelo
