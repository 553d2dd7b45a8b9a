// What the tests of stores share: short words for writes and reads that must succeed, or must fail.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "novelo/store.hpp"
#include "novelo/stores/sqlite.hpp"
#include "support/temp_folder.hpp"

namespace novelo::store_support {

namespace fs = std::filesystem;

using testing_support::TempFolder;

inline std::unique_ptr<SqliteStore> open_sqlite(const std::string& path,
                                                const SqliteOptions& options = {}) {
  Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open(path, options);
  if (!store) FAIL(to_string(store.error()));
  return std::move(*store);
}

inline Write put(Table table, std::string key, std::string value) {
  return {Write::Kind::put, table, std::move(key), std::move(value)};
}
inline Write insert(Table table, std::string key, std::string value) {
  return {Write::Kind::insert, table, std::move(key), std::move(value)};
}
inline Write erase(Table table, std::string key) {
  return {Write::Kind::erase, table, std::move(key), ""};
}

inline Fence fence_of(Store& store, const std::string& name = "clinic") {
  const Result<Fence> fence = store.open_tenant(TenantName(name));
  if (!fence) FAIL(to_string(fence.error()));
  return *fence;
}

inline void commit(Store& store, const Fence& fence, const std::vector<Write>& writes) {
  const Status done = store.commit(fence, writes);
  if (!done) FAIL(to_string(done.error()));
}

// The texts of an error are parts of a sentence: whoever passes it on adds to them.
inline void check_can_go_on(const Error& error) {
  for (const std::string& text : {error.message, error.remedy}) {
    CAPTURE(text);
    CHECK_FALSE(text.ends_with('.'));
    CHECK_FALSE(text.starts_with("The "));
  }
}

inline Error commit_error(Store& store, const Fence& fence, const std::vector<Write>& writes) {
  const Status done = store.commit(fence, writes);
  if (done) {
    FAIL("the commit succeeded");
    return {};
  }
  check_can_go_on(done.error());
  return done.error();
}

inline std::optional<std::string> get(Store& store, Table table, std::string_view key) {
  const Result<std::optional<std::string>> value = store.get(table, key);
  if (!value) FAIL(to_string(value.error()));
  return *value;
}

inline constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
inline const std::string after_all(64, '\xff');

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline Pairs scan(Store& store, Table table, std::string_view from, std::string_view to,
                  std::size_t limit = no_limit, Order order = Order::ascending) {
  const Result<std::vector<Row>> rows = store.scan(table, from, to, limit, order);
  if (!rows) FAIL(to_string(rows.error()));
  Pairs pairs;
  for (const Row& row : *rows) pairs.emplace_back(row.key, row.value);
  return pairs;
}

inline std::string big_endian(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8) {
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(number & 0xff);
  }
  return bytes;
}

}  // namespace novelo::store_support
