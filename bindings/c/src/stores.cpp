// Opening and closing stores.
#include "guard.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/stores/sqlite.hpp"
#include "views.hpp"

using namespace novelo;
using abi::Access;
using abi::StoreBox;

namespace {

Status give_store(std::unique_ptr<Store> store, SqliteStore* sqlite, novelo_store** handle) {
  auto box = std::make_unique<StoreBox>();
  box->store = std::move(store);
  box->sqlite = sqlite;
  return abi::give(std::move(box), handle);
}

Result<SqliteOptions> sqlite_options(const novelo_sqlite_options* given) {
  const auto read = abi::sized_or_usual(given, "options");
  if (!read) return fail(read.error());
  SqliteOptions options;
  if (read->checkpoint_pages != 0) options.checkpoint_pages = read->checkpoint_pages;
  if (read->cache_kib != 0) options.cache_kib = read->cache_kib;
  options.max_pages = read->max_pages;
  if (read->row_bytes != 0) options.row_bytes = read->row_bytes;
  options.quick_check = read->quick_check != 0;
  return options;
}

}  // namespace

novelo_status novelo_store_open_memory(const novelo_memory_options* options, novelo_store** store,
                                       novelo_error** error) {
  if (store != nullptr) *store = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(store, "store"); !there) return there;
    const auto read = abi::sized_or_usual(options, "options");
    if (!read) return fail(read.error());
    const bool bounded = read->capacity_bytes != 0 && read->capacity_bytes < MemoryStore::unlimited;
    auto opened = std::make_unique<MemoryStore>(
        bounded ? static_cast<std::size_t>(read->capacity_bytes) : MemoryStore::unlimited);
    return give_store(std::move(opened), nullptr, store);
  });
}

novelo_status novelo_store_open_sqlite(const char* path, size_t size,
                                       const novelo_sqlite_options* options, novelo_store** store,
                                       novelo_error** error) {
  if (store != nullptr) *store = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(store, "store"); !there) return there;
    const auto file = abi::text_of(path, size, "path");
    if (!file) return fail(file.error());
    const auto how = sqlite_options(options);
    if (!how) return fail(how.error());
    auto opened = SqliteStore::open(std::string(*file), *how);
    if (!opened) return fail(opened.error());
    SqliteStore* const sqlite = opened->get();
    return give_store(std::move(*opened), sqlite, store);
  });
}

novelo_status novelo_store_checkpoint(novelo_store* store, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    const auto entered = abi::enter<StoreBox>(store, Access::alone);
    if (!entered) return fail(entered.error());
    SqliteStore* const sqlite = (*entered)->sqlite;
    return sqlite == nullptr ? Status() : sqlite->checkpoint();
  });
}

novelo_status novelo_store_close(novelo_store* store, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    if (store == nullptr) return {};
    auto entered = abi::enter<StoreBox>(store, Access::alone);
    if (!entered) return fail(entered.error());
    if ((*entered)->engines != 0) {
      return fail({ErrorCode::conflict, "in_use", "Engines are open on this store.", "store",
                   "Close them first."});
    }
    entered->remove();
    return {};
  });
}
