#include "crash/image_check.hpp"

#include <sqlite3.h>

#include <utility>

#include <fmt/format.h>

#include "crash/crash_vfs.hpp"

namespace novelo::crash {
namespace {

constexpr Table marked_table = Table::segment;  // no workload writes there
constexpr const char* marked_value = "after the loss of power";

using Found = std::optional<Violation>;

Violation wrong(Wrong kind, std::string message) {
  return {kind, std::move(message)};
}

Found check_rows(Store& store, const Expected& expected, bool all_tables) {
  const auto rows = digest_of(store, all_tables ? every_table : expected.history->tables());
  if (!rows) return wrong(Wrong::damaged, "its rows cannot be read: " + to_string(rows.error()));
  const Moment& moment = *expected.moment;
  if (*rows == moment.now.rows || (moment.maybe && *rows == moment.maybe->rows)) return {};
  if (expected.history->was(*rows)) {
    return wrong(Wrong::lost, "acknowledged commits are lost: these are the rows of before");
  }
  return wrong(Wrong::mixed, "these rows are those of no prefix of the commits");
}

// Takes every tenant over, which tells by its fence what was there.
Found check_fences(Store& store, const Moment& moment, Fence& last) {
  std::map<std::string, Fence> most = moment.maybe ? moment.maybe->tenants : moment.now.tenants;
  for (const bool known : {true, false}) {
    for (const auto& [name, newest] : most) {
      const auto acknowledged = moment.now.tenants.find(name);
      if ((acknowledged != moment.now.tenants.end()) != known) continue;
      const auto fence = store.open_tenant(TenantName(name));
      if (!fence) {
        return wrong(Wrong::stuck,
                     fmt::format("{} cannot be opened: {}", name, to_string(fence.error())));
      }
      const std::uint64_t least = known ? acknowledged->second.epoch : 0;
      if (fence->tenant != newest.tenant || fence->epoch <= least ||
          fence->epoch > newest.epoch + 1) {
        return wrong(
            Wrong::fence,
            fmt::format("{} has number {} and epoch {}; {} and {} to {} are due", name,
                        fence->tenant, fence->epoch, newest.tenant, least + 1, newest.epoch + 1));
      }
      last = *fence;
    }
  }
  return {};
}

Found check_goes_on(Store& store, Fence fence) {
  if (fence.tenant == 0) {
    const auto first = store.open_tenant(TenantName("first"));
    if (!first) return wrong(Wrong::stuck, "no tenant can be opened: " + to_string(first.error()));
    fence = *first;
  }
  const Write write{Write::Kind::put, marked_table, std::string(8, '\1'), marked_value};
  const Status done = store.commit(fence, std::span(&write, 1));
  if (!done) return wrong(Wrong::stuck, "a further commit fails: " + to_string(done.error()));
  const auto value = store.get(marked_table, write.key);
  if (!value || *value != marked_value) return wrong(Wrong::stuck, "a further commit is not read");
  return {};
}

std::string first_text(sqlite3* handle, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  std::string text = "nothing";
  if (sqlite3_prepare_v2(handle, sql, -1, &statement, nullptr) != SQLITE_OK) {
    text = sqlite3_errmsg(handle);
  } else if (sqlite3_step(statement) == SQLITE_ROW) {
    text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  return text;
}

// As a stranger with SQLite's shell would look.
Found check_file(bool marked) {
  sqlite3* handle = nullptr;
  Found found;
  if (sqlite3_open(CrashVfs::path, &handle) != SQLITE_OK) {
    found = wrong(Wrong::damaged, "SQLite does not open it");
  } else {
    sqlite3_exec(handle, "PRAGMA locking_mode=EXCLUSIVE", nullptr, nullptr, nullptr);
    const std::string verdict = first_text(handle, "PRAGMA integrity_check");
    if (verdict != "ok") found = wrong(Wrong::damaged, "integrity_check: " + verdict);
    if (!found && marked && first_text(handle, "SELECT value FROM segment") != marked_value) {
      found = wrong(Wrong::stuck, "a further commit is gone after closing");
    }
  }
  sqlite3_close(handle);
  return found;
}

}  // namespace

std::string_view to_string(Wrong wrong) {
  switch (wrong) {
    case Wrong::does_not_open: return "does_not_open";
    case Wrong::lost: return "lost";
    case Wrong::mixed: return "mixed";
    case Wrong::fence: return "fence";
    case Wrong::damaged: return "damaged";
    case Wrong::stuck: return "stuck";
    case Wrong::engine: return "engine";
    case Wrong::live: return "live";
  }
  return "";
}

std::optional<Violation> check_disk(CrashVfs& files, const Expected& expected,
                                    const SqliteOptions& given, bool all_tables) {
  files.repair();
  SqliteOptions options = given;
  options.quick_check = all_tables;
  options.max_pages = 0;  // room for one more
  {
    auto opened = SqliteStore::open(CrashVfs::path, options);
    if (!opened) return wrong(Wrong::does_not_open, to_string(opened.error()));
    SqliteStore& store = **opened;
    if (Found found = check_rows(store, expected, all_tables); found) return found;
    if (expected.engine) {
      std::string what = expected.engine(store);
      if (!what.empty()) return wrong(Wrong::engine, std::move(what));
    } else {
      Fence last;
      if (Found found = check_fences(store, *expected.moment, last); found) return found;
      if (Found found = check_goes_on(store, last); found) return found;
    }
  }
  return check_file(!expected.engine);
}

std::optional<Violation> check_image(Image image, const Expected& expected,
                                     const SqliteOptions& options, bool all_tables) {
  CrashVfs files(std::move(image), {}, true);
  return check_disk(files, expected, options, all_tables);
}

std::uint64_t hash_of(const Image& image) {
  std::uint64_t hash = 0;
  for (const auto& [name, bytes] : image) hash = hash_of(bytes, hash_of(name, hash));
  return hash;
}

}  // namespace novelo::crash
