// The file system that the sweep rests on: SQLite works on it as on a disk, and what was only
// written is not durable.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "crash/crash_vfs.hpp"
#include "crash/history.hpp"
#include "store_support.hpp"

namespace novelo::crash {

using namespace store_support;

namespace {

const std::string name = "/novelo-crash/file";
const std::string other = "/novelo-crash/other";

Operation write_of(std::uint64_t at, std::string bytes) {
  return {Act::write, 0, name, at, std::move(bytes), false};
}
const Operation sync_file{Act::sync, 0, name, 0, {}, false};

// What a loss of power may leave, by a few hundred seeds.
std::set<Image> left_by(const Disk& disk, const Operation* under_way = nullptr) {
  std::set<Image> all;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Chance chance(seed);
    all.insert(disk.cut(under_way, chance));
  }
  return all;
}

std::string text_of(sqlite3* handle, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  std::string text;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    text += reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    text += ';';
  }
  sqlite3_finalize(statement);
  return text;
}

// Does the same in a file of SQLite's default file system, whichever that is, and gives its bytes.
std::string work(const std::string& path, const std::string& mode) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  text_of(handle, "PRAGMA locking_mode=EXCLUSIVE");
  CHECK(text_of(handle, "PRAGMA journal_mode=" + mode) == mode + ";");
  text_of(handle, "CREATE TABLE t(k INTEGER PRIMARY KEY, v)");
  for (int i = 0; i < 40; ++i) {
    text_of(handle, "INSERT INTO t(v) VALUES(printf('%0900d', " + std::to_string(i) + "))");
    if (i % 7 == 0) text_of(handle, "DELETE FROM t WHERE k % 3 = 0");
    if (i % 11 == 0) text_of(handle, "PRAGMA wal_checkpoint(TRUNCATE)");
  }
  text_of(handle, "BEGIN");
  text_of(handle, "UPDATE t SET v = zeroblob(9000)");
  text_of(handle, "ROLLBACK");
  text_of(handle, "VACUUM");
  CHECK(text_of(handle, "PRAGMA integrity_check") == "ok;");
  const std::string rows = text_of(handle, "SELECT k || v FROM t");
  CHECK(sqlite3_close(handle) == SQLITE_OK);
  return rows;
}

}  // namespace

TEST_CASE("crash disk: what is written is read, and durable only once it is synced") {
  Disk disk(Image{{name, std::string(2048, 'a')}});
  disk.apply(write_of(512, std::string(512, 'b')));
  CHECK(disk.written().at(name).substr(512, 512) == std::string(512, 'b'));
  CHECK_FALSE(disk.settled());
  CHECK(left_by(disk).contains(Image{{name, std::string(2048, 'a')}}));
  CHECK(left_by(disk).contains(disk.written()));
  disk.apply(sync_file);
  CHECK(disk.settled());
  CHECK(left_by(disk) == std::set<Image>{disk.written()});
}

TEST_CASE("crash disk: sectors are lost one by one, and torn, and nothing beside them is touched") {
  Disk disk(Image{{name, std::string(2048, 'a')}});
  disk.apply(write_of(100, std::string(1000, 'b')));
  bool only_second = false;
  bool torn = false;
  for (const Image& image : left_by(disk)) {
    const std::string& bytes = image.at(name);
    REQUIRE(bytes.size() == 2048);
    CHECK(bytes.substr(0, 100) == std::string(100, 'a'));
    CHECK(bytes.substr(1100) == std::string(948, 'a'));
    only_second = only_second || (bytes[100] == 'a' && bytes[512] == 'b' && bytes[1023] == 'b');
    torn = torn || (bytes[512] == 'b' && bytes[1023] == 'a');
  }
  CHECK(only_second);
  CHECK(torn);
}

TEST_CASE("crash disk: an operation under way is done in part") {
  const Disk disk(Image{{name, std::string(1024, 'a')}});
  const Operation under_way = write_of(0, std::string(1024, 'b'));
  const std::set<Image> left = left_by(disk, &under_way);
  CHECK(left.size() > 4);
  CHECK(left.contains(Image{{name, std::string(512, 'b') + std::string(512, 'a')}}));
  const Operation truncation{Act::truncate, 0, name, 10, {}, false};
  CHECK(left_by(disk, &truncation) == std::set<Image>{Image{{name, std::string(1024, 'a')}},
                                                      Image{{name, std::string(10, 'a')}}});
}

TEST_CASE("crash disk: a file may keep its length without its bytes") {
  Disk disk(Image{{name, ""}});
  disk.apply(write_of(0, std::string(1024, 'b')));
  CHECK(left_by(disk).contains(Image{{name, std::string(1024, '\0')}}));
  CHECK(left_by(disk).contains(Image{{name, ""}}));
}

TEST_CASE("crash disk: names come and go when the folder is synced") {
  Disk disk(Image{{name, "old"}});
  disk.apply({Act::create, 1, other, 0, {}, false});
  disk.apply({Act::write, 1, other, 0, "new", false});
  disk.apply({Act::sync, 1, other, 0, {}, false});
  disk.apply({Act::remove, 0, name, 0, {}, false});
  CHECK(disk.written() == Image{{other, "new"}});
  CHECK(left_by(disk) == std::set<Image>{Image{{name, "old"}}, Image{{other, "new"}}, Image{},
                                         Image{{name, "old"}, {other, "new"}}});
  disk.apply({Act::sync, 1, other, 0, {}, true});
  CHECK(left_by(disk) == std::set<Image>{Image{{other, "new"}}});
}

TEST_CASE("crash disk: after a sync that failed no later one brings back what was lost") {
  Disk disk(Image{{name, std::string(4096, 'a')}});
  for (std::uint64_t at = 0; at < 4096; at += 512) {
    disk.apply(write_of(at, std::string(512, 'b')));
  }
  Chance chance(3);
  disk.fail_sync(0, chance);
  disk.apply(sync_file);
  CHECK(disk.written().at(name) == std::string(4096, 'b'));
  const std::set<Image> left = left_by(disk);
  REQUIRE(left.size() == 1);
  CHECK(left.begin()->at(name).find('a') != std::string::npos);
  CHECK(left.begin()->at(name).find('b') != std::string::npos);
}

TEST_CASE("crash vfs: SQLite gives the same on it as on a disk") {
  const TempFolder folder;
  for (const char* mode : {"wal", "delete", "truncate", "persist", "memory"}) {
    CAPTURE(mode);
    const std::string on_disk = work(folder.file(mode), mode);
    CrashVfs files({});
    CHECK(work("/novelo-crash/work", mode) == on_disk);
    CHECK(files.operations() > 100);
    const Image left = files.disk().written();
    CHECK(left.contains("/novelo-crash/work"));
    CHECK_FALSE(left.contains("/novelo-crash/work-wal"));
    std::ifstream file(folder.file(mode), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    CHECK(left.at("/novelo-crash/work").size() == bytes.size());
  }
  CHECK(std::string(sqlite3_vfs_find(nullptr)->zName) == "unix");
}

TEST_CASE("crash vfs: the same calls are the same operations") {
  std::vector<std::uint64_t> hashes;
  for (int i = 0; i < 2; ++i) {
    std::uint64_t hash = 0;
    CrashVfs files({});
    files.watch([&](std::uint64_t at, const Operation& operation) {
      hash = hash_of(operation.bytes, hash + at + operation.at + 64 * operation.file);
    });
    work("/novelo-crash/work", "wal");
    hashes.push_back(hash);
  }
  CHECK(hashes[0] == hashes[1]);
}

TEST_CASE("crash vfs: a store lives on it, has one owner, and nothing is made on the disk") {
  CrashVfs files({});
  {
    auto store = open_sqlite(CrashVfs::path);
    commit(*store, fence_of(*store), {put(Table::entry, "a", "1")});
    const auto second = SqliteStore::open(CrashVfs::path);
    REQUIRE_FALSE(second);
    CHECK(second.error().reason == "held");
  }
  CHECK(files.disk().written().size() == 1);
  CHECK(get(*open_sqlite(CrashVfs::path), Table::entry, "a") == "1");
  CHECK_FALSE(std::filesystem::exists(CrashVfs::path));
}

TEST_CASE("crash vfs: a store's end is looked for where its file is, not on the disk") {
  Image image;
  {
    CrashVfs files({});
    auto store = open_sqlite(CrashVfs::path);
    commit(*store, fence_of(*store), {put(Table::entry, "a", std::string(50'000, 'x'))});
    store.reset();
    image = files.disk().written();
  }
  std::string& bytes = image.at(CrashVfs::path);
  bytes.resize(bytes.size() - 100);
  CrashVfs files(image);
  const auto store = SqliteStore::open(CrashVfs::path);
  REQUIRE_FALSE(store);
  CHECK(store.error().reason == "truncated");
}

TEST_CASE("crash vfs: a fault strikes where it is planned, once or for ever") {
  for (const Fault fault : {Fault::io_once, Fault::io_forever}) {
    CrashVfs files({}, {fault, 5, 1});
    const auto first = SqliteStore::open(CrashVfs::path);
    CHECK(files.struck());
    REQUIRE_FALSE(first);
    CHECK(first.error().code == ErrorCode::storage);
    CHECK(SqliteStore::open(CrashVfs::path).has_value() == (fault == Fault::io_once));
    files.repair();
    CHECK(SqliteStore::open(CrashVfs::path).has_value());
  }
}

TEST_CASE("crash vfs: a dead process changes nothing, and the next one finds what it wrote") {
  Image before;
  {
    CrashVfs files({});
    { open_sqlite(CrashVfs::path); }
    before = files.disk().written();
  }
  for (std::uint64_t at = 0; at < 40; ++at) {
    CAPTURE(at);
    CrashVfs files(before, {Fault::dies, at, at});
    std::optional<Image> after;
    files.watch([&](std::uint64_t now, const Operation&) {
      if (now == at + 1) after = files.disk().written();
    });
    {
      const auto store = SqliteStore::open(CrashVfs::path);
      const auto fence = store ? (*store)->open_tenant(TenantName("clinic")) : fail(Error());
      const std::vector<Write> writes{put(Table::entry, "a", "1")};
      const bool committed = fence && (*store)->commit(*fence, writes);
      if (fence) CHECK(committed == !files.dead());
    }
    CHECK(files.dead());
    if (after) CHECK(files.disk().written() == *after);
    files.repair();
    CHECK(SqliteStore::open(CrashVfs::path).has_value());
  }
}

}  // namespace novelo::crash
