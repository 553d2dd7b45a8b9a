// What the sweep has found in stores, each as a test of its own.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "crash/crash_vfs.hpp"
#include "store_support.hpp"

namespace novelo::crash {

using namespace store_support;

namespace {

const std::string log_name = std::string(CrashVfs::path) + "-wal";

// Every operation of opening a store on this image and of one commit.
std::vector<Operation> operations_of(const Image& image) {
  std::vector<Operation> all;
  CrashVfs files(image);
  auto store = open_sqlite(CrashVfs::path);
  const Fence fence = fence_of(*store);
  files.watch([&](std::uint64_t, const Operation& operation) { all.push_back(operation); });
  commit(*store, fence, {put(Table::entry, "a", "1")});
  files.watch({});
  return all;
}

Image empty_store() {
  CrashVfs files({});
  { open_sqlite(CrashVfs::path); }
  return files.disk().written();
}

}  // namespace

TEST_CASE("crash: what a store shows after a sync that failed outlives a loss of power") {
  const Image image = empty_store();
  std::uint64_t before = 0;
  {
    CrashVfs files(image);
    auto store = open_sqlite(CrashVfs::path);
    fence_of(*store);
    before = files.operations();
  }
  const std::vector<Operation> operations = operations_of(image);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i].act != Act::sync) continue;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      CAPTURE(i);
      CAPTURE(seed);
      Image left;
      {
        CrashVfs files(image, {Fault::sync_fails, before + i, seed});
        auto store = open_sqlite(CrashVfs::path);
        const Fence fence = fence_of(*store);
        CHECK(commit_error(*store, fence, {put(Table::entry, "a", "1")}).code ==
              ErrorCode::unknown);
        store.reset();
        store = open_sqlite(CrashVfs::path);  // in the same system: all of it can be read
        REQUIRE(get(*store, Table::entry, "a") == "1");
        Chance chance(seed);
        left = files.disk().cut(nullptr, chance);
      }
      const CrashVfs files(left);
      CHECK(get(*open_sqlite(CrashVfs::path), Table::entry, "a") == "1");
    }
  }
}

TEST_CASE("crash: the name of a log that a dead process has made is durable before a commit is") {
  Image image = empty_store();
  CrashVfs files(image);
  // Made, and never synced by whoever made it.
  files.disk().apply({Act::create, files.disk().next_file(), log_name, 0, {}, false});
  const auto store = open_sqlite(CrashVfs::path);
  commit(*store, fence_of(*store), {put(Table::entry, "a", "1")});
  std::vector<Image> all;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Chance chance(seed);
    all.push_back(files.disk().cut(nullptr, chance));
  }
  for (const Image& each : all) CHECK(each.contains(log_name));
}

TEST_CASE("crash: a read that gives less than there is fails, and is not taken for zeros") {
  Image image;
  {
    CrashVfs files({});
    auto store = open_sqlite(CrashVfs::path);
    const Fence fence = fence_of(*store);
    for (int i = 0; i < 60; ++i) {
      commit(*store, fence,
             {put(Table::entry, big_endian(static_cast<std::uint64_t>(i)),
                  std::string(900, static_cast<char>('a' + i % 26)))});
    }
    store.reset();
    image = files.disk().written();
  }
  int struck = 0;
  for (std::uint64_t at = 0; at < 80; ++at) {
    CAPTURE(at);
    CrashVfs files(image, {Fault::short_read, at, at});
    const auto store = SqliteStore::open(CrashVfs::path);
    if (files.struck()) ++struck;
    if (!store) {
      CHECK(store.error().code == ErrorCode::storage);
      continue;
    }
    const auto rows = (*store)->scan(Table::entry, "", after_all, no_limit, Order::ascending);
    if (files.struck()) ++struck;
    if (!rows) {
      CHECK(rows.error().code == ErrorCode::storage);
      continue;
    }
    REQUIRE(rows->size() == 60);
    for (std::size_t i = 0; i < rows->size(); ++i) {
      CHECK((*rows)[i].value == std::string(900, static_cast<char>('a' + i % 26)));
    }
  }
  CHECK(struck > 10);
}

TEST_CASE(
    "crash: a store that cannot ask for its length says so, and not that its end is missing") {
  const Image image = empty_store();
  for (std::uint64_t at = 0; at < 40; ++at) {
    CAPTURE(at);
    CrashVfs files(image, {Fault::io_once, at, 0});
    const auto store = SqliteStore::open(CrashVfs::path);
    if (!store) CHECK(store.error().code == ErrorCode::storage);
  }
}

TEST_CASE("crash: the pages of a commit go to the log together, and before its sync") {
  CrashVfs files(empty_store());
  const auto store = open_sqlite(CrashVfs::path);
  const Fence fence = fence_of(*store);
  std::vector<Operation> all;
  files.watch([&](std::uint64_t, const Operation& operation) {
    if (operation.act == Act::write || operation.act == Act::sync) all.push_back(operation);
  });
  constexpr int rows = 20;
  std::vector<Write> writes;
  for (int row = 0; row < rows; ++row) {
    writes.push_back(put(Table::entry, std::to_string(row), std::string(4000, 'x')));
  }
  commit(*store, fence, writes);
  files.watch({});
  REQUIRE(all.size() == 2);
  CHECK(all[0].act == Act::write);
  CHECK(all[0].name == log_name);
  CHECK(all[0].bytes.size() > rows * 4000);
  CHECK(all[1].act == Act::sync);
}

TEST_CASE("crash: a commit that is larger than what is kept back for the log is whole") {
  const std::string value(4000, 'x');
  CrashVfs files(empty_store());
  {
    const auto store = open_sqlite(CrashVfs::path);
    std::vector<Write> writes;
    for (int row = 0; row < 200; ++row) {
      writes.push_back(put(Table::entry, std::to_string(row), value));
    }
    commit(*store, fence_of(*store), writes);
    CHECK(get(*store, Table::entry, "199") == value);
  }
  CHECK(scan(*open_sqlite(CrashVfs::path), Table::entry, "", after_all).size() == 200);
}

}  // namespace novelo::crash
