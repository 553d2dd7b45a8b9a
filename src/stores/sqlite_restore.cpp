// Restoring: a store is written anew from the rows of a backup, in the order of their keys. Nothing
// else of the file is taken over, whatever somebody has put into it.
#include <sys/stat.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "novelo/base/digest.hpp"
#include "novelo/stores/sqlite.hpp"
#include "stores/partial_file.hpp"
#include "stores/sqlite_look.hpp"

namespace novelo {
namespace {

constexpr std::uint64_t most_ids = std::uint64_t{1} << 56;
constexpr std::uint64_t most_protocols = std::uint64_t{1} << 40;

constexpr std::uint32_t salts = 1U << 20U;
constexpr std::uint64_t ids_of_a_salt = std::uint64_t{1} << 32U;
constexpr std::uint64_t epochs_of_a_salt = 1'000'000;

Status check_options(const RestoreOptions& options) {
  if (options.salt.value_or(0) >= salts) {
    return fail(Error{ErrorCode::invalid, "bad_salt", "a salt is below 2^20", "options.salt",
                      "leave it out: one is drawn"});
  }
  if (options.ids <= most_ids && options.protocols <= most_protocols) return {};
  return fail(Error{ErrorCode::invalid, "too_many",
                    "more is to be left free than there is room for", "options",
                    "leave at most 2^56 ids and 2^40 protocol numbers free"});
}

// What SQLite says of the partial file is said of the file it is to become.
class Target {
 public:
  static Result<Target> open(const std::string& path, const SqliteConnection& backup,
                             const RestoreOptions& options) {
    const Result<std::string> file = sqlite_file_path(path);
    if (!file) return fail(file.error());
    Result<std::unique_ptr<PartialFile>> partial = PartialFile::create(*file, backup.file());
    if (!partial) return fail(std::move(partial).error());
    Target target(path, std::move(*partial));
    SqliteOptions how;
    how.cache_kib = options.cache_kib;
    how.max_pages = options.max_pages;
    auto connection = SqliteConnection::open(target.partial_->name(), how, SqliteAccess::fill);
    if (!connection) return fail(target.named(std::move(connection).error()));
    target.connection_ = std::move(*connection);
    return target;
  }

  SqliteConnection& connection() { return *connection_; }
  Error named(Error error) const {
    if (error.subject == partial_->name()) error.subject = path_;
    return error;
  }
  // What tells this file from every other that was ever made here: the library has neither a clock
  // nor chance of its own.
  std::uint32_t salt() const {
    struct stat made {};
    ::stat(partial_->name().c_str(), &made);
    const std::string digest = sha256(fmt::format("{} {} {} {} {}", path_, made.st_dev, made.st_ino,
                                                  made.st_ctim.tv_sec, made.st_ctim.tv_nsec));
    std::uint32_t salt = 0;
    for (std::size_t i = 0; i < sizeof(salt); ++i) {
      salt = salt << 8U | static_cast<std::uint8_t>(digest[i]);
    }
    return salt % salts;
  }
  Status publish() {
    connection_.reset();
    return partial_->publish();
  }

 private:
  Target(std::string path, std::unique_ptr<PartialFile> partial)
      : path_(std::move(path)), partial_(std::move(partial)) {}

  std::string path_;
  std::unique_ptr<PartialFile> partial_;
  std::unique_ptr<SqliteConnection> connection_;  // last: closed before the partial file is
};

Status insert(SqliteConnection& target, SqliteStatement& row, std::string_view key,
              std::string_view value) {
  const SqliteRun run(row);
  int code = row.bind(1, key);
  if (code == SQLITE_OK) code = row.bind(2, value);
  if (code == SQLITE_OK) code = row.step();
  return code == SQLITE_DONE ? Status() : fail(target.error(code));
}

Status copy_table(SqliteConnection& source, SqliteConnection& target, Table table) {
  const std::string_view name = to_string(table);
  Result<SqliteStatement> rows =
      source.prepare(fmt::format("SELECT key, value FROM \"{}\" ORDER BY key", name));
  if (!rows) return fail(std::move(rows).error());
  Result<SqliteStatement> row =
      target.prepare(fmt::format("INSERT INTO \"{}\"(key, value) VALUES(?1, ?2)", name));
  if (!row) return fail(std::move(row).error());
  int code = SQLITE_OK;
  while ((code = rows->step()) == SQLITE_ROW) {
    Status written = insert(target, *row, rows->bytes(0), rows->bytes(1));
    if (!written) return written;
  }
  return code == SQLITE_DONE ? Status() : fail(source.error(code));
}

Status write_tenant(SqliteConnection& target, const TenantName& name, const Fence& fence) {
  Result<SqliteStatement> row =
      target.prepare("INSERT INTO tenant(name, number, epoch) VALUES(?1, ?2, ?3)");
  if (!row) return fail(std::move(row).error());
  int code = row->bind(1, std::string_view(name.text()));
  if (code == SQLITE_OK) code = row->bind(2, static_cast<std::int64_t>(fence.tenant));
  if (code == SQLITE_OK) code = row->bind(3, static_cast<std::int64_t>(fence.epoch));
  if (code == SQLITE_OK) code = row->step();
  return code == SQLITE_DONE ? Status() : fail(target.error(code));
}

// What the mark of an earlier restoring left free, when no engine had seen it before the backup:
// the engine that saw it afterwards began behind that, and may have given out as much again.
Result<RestoreMark> mark_in(SqliteConnection& target, const std::string& key) {
  Result<SqliteStatement> row = target.prepare("SELECT value FROM meta WHERE key=?1");
  if (!row) return fail(std::move(row).error());
  const SqliteRun run(*row);
  int code = row->bind(1, std::string_view(key));
  if (code == SQLITE_OK) code = row->step();
  if (code == SQLITE_DONE) return RestoreMark{};
  if (code != SQLITE_ROW) return fail(target.error(code));
  return read_restore_mark(row->bytes(0)).value_or(RestoreMark{});
}

Status mark(SqliteConnection& target, std::uint64_t tenant, const RestoreOptions& options) {
  const std::string key = restore_mark_key(tenant);
  const Result<RestoreMark> before = mark_in(target, key);
  if (!before) return fail(before.error());
  Result<SqliteStatement> row =
      target.prepare("INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)");
  if (!row) return fail(std::move(row).error());
  const std::uint64_t ids = options.ids + *options.salt * ids_of_a_salt;
  const std::string value =
      restore_mark_value({before->ids + ids, before->protocols + options.protocols});
  return insert(target, *row, key, value);
}

// More engines than were opened since the backup: a desktop's cursor must not be taken for one of
// the store that it was given.
constexpr std::uint64_t epochs_of_lost_time = 1'000'000'000;

Status fill(SqliteLook& backup, SqliteConnection& target, const RestoreOptions& options) {
  SqliteConnection& source = *backup.connection;
  if (Status made = create_version(target, backup.version); !made) return made;
  const auto tenants = tenants_in(source);
  if (!tenants) return fail(tenants.error());
  return target.transact([&]() -> Status {
    for (std::uint8_t number = 1; number <= tables_in_version(backup.version); ++number) {
      Status copied = copy_table(source, target, static_cast<Table>(number));
      if (!copied) return copied;
    }
    for (const auto& [name, known] : *tenants) {
      const Fence fence{known.tenant,
                        known.epoch + epochs_of_lost_time + *options.salt * epochs_of_a_salt};
      if (Status written = write_tenant(target, name, fence); !written) return written;
      if (Status marked = mark(target, fence.tenant, options); !marked) return marked;
    }
    return {};
  });
}

}  // namespace

Status SqliteStore::restore(const std::string& backup, const std::string& path,
                            const RestoreOptions& given) {
  RestoreOptions options = given;
  if (Status usable = check_options(options); !usable) return usable;
  Result<SqliteLook> look = look_into(backup);
  if (!look) return fail(std::move(look).error());
  if (look->kind != SqliteFileKind::backup) {
    return fail(Error{ErrorCode::refused, "not_a_backup", "the file is a store, and no backup",
                      backup, "open it as it is, or copy it while nobody serves it"});
  }
  Result<Target> target = Target::open(path, *look->connection, options);
  if (!target) return fail(std::move(target).error());
  if (!options.salt) options.salt = target->salt();
  if (Status sound = check_integrity(*look->connection); !sound) return sound;
  if (Status filled = fill(*look, target->connection(), options); !filled) {
    return fail(target->named(std::move(filled).error()));
  }
  return target->publish();
}

}  // namespace novelo
