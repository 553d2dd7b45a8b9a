// What is particular to the SQLite store: its file, its lock, its failures, its schema, sudden
// death.
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <new>

#include <fmt/format.h>

#include "novelo/stores/sqlite_reader.hpp"
#include "store_support.hpp"
#include "stores/sqlite_schema.hpp"

namespace novelo {

using namespace store_support;

namespace {

Error open_error(const std::string& path, const SqliteOptions& options = {}) {
  Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open(path, options);
  if (store) {
    FAIL("the store was opened");
    return {};
  }
  check_can_go_on(store.error());
  return store.error();
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Runs SQL on a file from outside, as a stranger with the sqlite3 shell would.
void tamper(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  CHECK(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

// Runs `body` in a child process and gives its exit code.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("sqlite store: what was committed is there after closing and opening again") {
  const TempFolder folder;
  Fence old;
  {
    const auto store = open_sqlite(folder.file());
    old = fence_of(*store);
    fence_of(*store, "bakery");
    commit(*store, old, {put(Table::entry, "a", "1"), put(Table::note, "b", "2")});
  }
  CHECK_FALSE(fs::exists(folder.file() + "-wal"));
  SqliteOptions options;
  options.quick_check = true;
  const auto store = open_sqlite(folder.file(), options);
  CHECK(get(*store, Table::entry, "a") == "1");
  CHECK(get(*store, Table::note, "b") == "2");
  // The fence from before is still the newest one of its tenant until somebody takes a newer.
  commit(*store, old, {put(Table::entry, "a", "3")});
  const Fence fresh = fence_of(*store);
  CHECK(fresh.tenant == old.tenant);
  CHECK(fresh.epoch == old.epoch + 1);
  CHECK(commit_error(*store, old, {put(Table::entry, "a", "4")}).reason == "fenced");
  CHECK(fence_of(*store, "market").tenant == 3);
}

TEST_CASE("sqlite store: a commit is one transaction, and its cost can be counted") {
  const TempFolder folder;
  const auto store = open_sqlite(folder.file());
  const Fence fence = fence_of(*store);
  const StoreStatistics before = store->statistics();
  commit(*store, fence,
         {put(Table::entry, "a", "1"), put(Table::conversation, "b", "2"),
          put(Table::effect, "c", "3")});
  const StoreStatistics after = store->statistics();
  CHECK(after.commits - before.commits == 1);
  CHECK(after.rows_written - before.rows_written == 3);
  CHECK(after.statements - before.statements == 5);  // BEGIN, three rows, COMMIT
  CHECK(after.wal_bytes - before.wal_bytes == 3 * (4096 + 24));
  commit_error(*store, fence, {insert(Table::entry, "a", "1")});
  CHECK(store->statistics().commits == after.commits);
  CHECK(store->statistics().rows_written == after.rows_written);
  commit(*store, fence, {});
  CHECK(store->statistics().commits == after.commits);
}

TEST_CASE("sqlite store: the log is checkpointed past its ceiling and used again, not grown") {
  const TempFolder folder;
  SqliteOptions options;
  options.checkpoint_pages = 50;
  const auto store = open_sqlite(folder.file(), options);
  const Fence fence = fence_of(*store);
  for (std::uint64_t i = 0; i < 300; ++i) {
    commit(*store, fence, {put(Table::entry, big_endian(i), std::string(500, 'x'))});
  }
  CHECK(store->statistics().checkpoints >= 5);
  CHECK(store->statistics().failed_checkpoints == 0);
  CHECK(store->statistics().wal_bytes > 300 * 4096);
  CHECK(fs::file_size(folder.file() + "-wal") < 100 * 4120);
  CHECK(store->checkpoint().has_value());
  const auto size = fs::file_size(folder.file() + "-wal");
  commit(*store, fence, {put(Table::entry, "one more", "")});
  CHECK(fs::file_size(folder.file() + "-wal") == size);
  CHECK(scan(*store, Table::entry, "", after_all).size() == 301);
}

TEST_CASE("sqlite store: paths that are no files are refused") {
  const TempFolder folder;
  for (const std::string& path : {std::string(), std::string(":memory:"), folder.path().string(),
                                  folder.file() + std::string("\0x", 2)}) {
    const Error error = open_error(path);
    CHECK(error.code == ErrorCode::invalid);
    CHECK(error.reason == "bad_path");
    CHECK_FALSE(error.remedy.empty());
  }
  const Error error = open_error((folder.path() / "no such folder" / "desk").string());
  CHECK(error.code == ErrorCode::storage);
  CHECK(to_string(error).find(". Remedy: see that the folder exists") != std::string::npos);
  CHECK(error.reason == "cannot_open");
  CHECK(error.subject == (folder.path() / "no such folder" / "desk").string());
  // No text is taken for a URI with options in it.
  const fs::path odd = folder.path() / "file:desk?mode=memory";
  { open_sqlite(odd.string()); }
  CHECK(fs::exists(odd));
}

TEST_CASE("sqlite store: a file that this user may not write is refused") {
  const TempFolder folder;
  { open_sqlite(folder.file()); }
  fs::permissions(folder.file(), static_cast<fs::perms>(0444));
  fs::permissions(folder.path(), static_cast<fs::perms>(0755));
  const std::string file = folder.file();
  const int code = in_child([&file] {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 && ::setuid(nobody) != 0) return 10;
    const auto store = SqliteStore::open(file);
    if (store) return 11;
    if (store.error().code != ErrorCode::storage) return 12;
    return store.error().reason == "read_only" ? 0 : 13;
  });
  CHECK(code == 0);
}

TEST_CASE("sqlite store: a file has one owner at a time") {
  const TempFolder folder;
  auto store = open_sqlite(folder.file());
  const std::string file = folder.file();
  const Error error = open_error(file);
  CHECK(error.code == ErrorCode::busy);
  CHECK(error.reason == "held");
  CHECK(error.subject == file);
  CHECK_FALSE(error.remedy.empty());
  const int code = in_child([&file] {
    const auto second = SqliteStore::open(file);
    return !second && second.error().code == ErrorCode::busy ? 0 : 1;
  });
  CHECK(code == 0);
  // A reader from outside waits as well: it would be the second connection.
  sqlite3* reader = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &reader) == SQLITE_OK);
  CHECK(sqlite3_exec(reader, "SELECT * FROM entry", nullptr, nullptr, nullptr) == SQLITE_BUSY);
  sqlite3_close(reader);
  commit(*store, fence_of(*store), {put(Table::entry, "a", "1")});
  store.reset();
  CHECK(get(*open_sqlite(file), Table::entry, "a") == "1");
}

TEST_CASE("sqlite store: the file says whose it is and how it is kept") {
  const TempFolder folder;
  { open_sqlite(folder.file()); }
  const std::string header = content(folder.file()).substr(0, 100);
  CHECK(header.substr(0, 16) == std::string("SQLite format 3\0", 16));
  CHECK(header.substr(18, 2) == "\x02\x02");  // write-ahead log
  CHECK(header.substr(68, 4) == "Novl");
  CHECK(header.substr(60, 4) == std::string("\0\0\0\x01", 4));
}

TEST_CASE("sqlite store: the settings that durability and safety rest on hold") {
  const TempFolder folder;
  { open_sqlite(folder.file()); }
  const auto connection = SqliteConnection::open(folder.file(), {});
  REQUIRE(connection.has_value());
  const auto number = [&](const std::string& pragma) {
    return (*connection)->query_number("PRAGMA " + pragma).value();
  };
  CHECK(number("synchronous") == 2);  // FULL
  CHECK(number("mmap_size") == 0);
  CHECK(number("cell_size_check") == 1);
  CHECK(number("trusted_schema") == 0);
  CHECK(number("secure_delete") == 1);
  CHECK(number("page_size") == 4096);
  CHECK((*connection)->query_text("PRAGMA journal_mode").value() == "wal");
  CHECK((*connection)->query_text("PRAGMA locking_mode").value() == "exclusive");
  CHECK_FALSE((*connection)->execute("SELECT load_extension('x')").has_value());
  CHECK_FALSE((*connection)->execute("PRAGMA writable_schema=ON; DELETE FROM sqlite_schema"));
  CHECK_FALSE((*connection)->execute("ATTACH ':memory:' AS other").has_value());
}

TEST_CASE("sqlite store: another program's database is refused and left as it was") {
  const TempFolder folder;
  for (const char* sql :
       {"CREATE TABLE bills(id); INSERT INTO bills VALUES(1);", "PRAGMA application_id=77;",
        "PRAGMA user_version=3;", "PRAGMA journal_mode=WAL; CREATE TABLE bills(id);"}) {
    CAPTURE(sql);
    fs::remove(folder.file());
    tamper(folder.file(), sql);
    const std::string before = content(folder.file());
    const Error error = open_error(folder.file());
    CHECK(error.code == ErrorCode::refused);
    CHECK(error.reason == "foreign");
    CHECK(error.subject == folder.file());
    CHECK_FALSE(error.remedy.empty());
    CHECK(content(folder.file()) == before);
  }
}

TEST_CASE("sqlite store: the log that another program left behind is left to that program") {
  const TempFolder folder;
  const std::string file = folder.file();
  const int code = in_child([&file] {  // ends without closing, so that the log stays
    sqlite3* handle = nullptr;
    if (sqlite3_open(file.c_str(), &handle) != SQLITE_OK) return 1;
    const char* sql =
        "PRAGMA journal_mode=WAL; CREATE TABLE bills(id); INSERT INTO bills VALUES(1)";
    return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK ? 0 : 2;
  });
  REQUIRE(code == 0);
  const std::string before = content(file);
  const std::string log_before = content(file + "-wal");
  REQUIRE_FALSE(log_before.empty());
  CHECK(open_error(file).reason == "foreign");
  CHECK(content(file) == before);
  CHECK(content(file + "-wal") == log_before);
}

TEST_CASE("sqlite store: a file of a newer version is refused and left as it was") {
  const TempFolder folder;
  { open_sqlite(folder.file()); }
  tamper(folder.file(), "PRAGMA user_version=2; CREATE TABLE of_the_future(id)");
  const std::string before = content(folder.file());
  const Error error = open_error(folder.file());
  CHECK(error.code == ErrorCode::newer);
  CHECK(error.reason == "newer_schema");
  CHECK(error.subject == folder.file());
  CHECK_FALSE(error.remedy.empty());
  CHECK(content(folder.file()) == before);
}

TEST_CASE("sqlite store: files that are no database, truncated or altered are refused") {
  const TempFolder folder;
  const auto write_file = [&](const std::string& bytes) {
    std::ofstream(folder.file(), std::ios::binary | std::ios::trunc) << bytes;
  };
  for (const std::string& bytes :
       {std::string("hello"), std::string(10'000, 'x'), std::string(200, '\0')}) {
    write_file(bytes);
    const Error error = open_error(folder.file());
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.reason == "not_a_store");
    CHECK(content(folder.file()) == bytes);
  }
  fs::remove(folder.file());
  {
    const auto store = open_sqlite(folder.file());
    const Fence fence = fence_of(*store);
    for (std::uint64_t i = 0; i < 500; ++i) {
      commit(*store, fence, {put(Table::entry, big_endian(i), std::string(200, 'x'))});
    }
  }
  const std::string whole = content(folder.file());
  for (const std::size_t size : {whole.size() / 2, std::size_t{4096}, std::size_t{600}}) {
    CAPTURE(size);
    write_file(whole.substr(0, size));
    const Error error = open_error(folder.file());
    CHECK(error.code == ErrorCode::corrupt);
    CHECK_FALSE(error.remedy.empty());
  }
  write_file("");  // no bytes: a new file
  { open_sqlite(folder.file()); }
}

TEST_CASE("sqlite store: a file without its end is refused, however little is missing") {
  const TempFolder folder;
  {
    const auto store = open_sqlite(folder.file());
    const Fence fence = fence_of(*store);
    for (std::uint64_t i = 0; i < 500; ++i) {
      commit(*store, fence, {put(Table::entry, big_endian(i), std::string(200, 'x'))});
    }
  }
  const std::string whole = content(folder.file());
  REQUIRE_FALSE(fs::exists(folder.file() + "-wal"));
  for (const std::size_t cut : {1, 100, 4095, 4096, 4097, 3 * 4096}) {
    CAPTURE(cut);
    fs::resize_file(folder.file(), whole.size() - cut);
    const Error error = open_error(folder.file());
    CHECK(error.code == ErrorCode::corrupt);
    if (cut < 4096) CHECK(error.reason == "truncated");  // SQLite sees the others by itself
    CHECK(error.subject == folder.file());
    CHECK(error.remedy.find("backup") != std::string::npos);
    CHECK(content(folder.file()) == whole.substr(0, whole.size() - cut));
    fs::remove(folder.file());
    std::ofstream(folder.file(), std::ios::binary) << whole;
  }
  const auto store = open_sqlite(folder.file());
  CHECK(scan(*store, Table::entry, "", after_all).size() == 500);
}

TEST_CASE("sqlite store: a file that is shorter than its log makes it is opened") {
  const TempFolder folder;
  const std::string file = folder.file();
  SqliteOptions options;
  options.checkpoint_pages = 0;
  const int code = in_child([&] {  // dies with everything in the log
    const auto store = SqliteStore::open(file, options);
    if (!store) return 1;
    const auto fence = (*store)->open_tenant(TenantName("clinic"));
    if (!fence) return 2;
    for (std::uint64_t i = 0; i < 500; ++i) {
      const std::vector<Write> row{put(Table::entry, big_endian(i), std::string(200, 'x'))};
      if (!(*store)->commit(*fence, row)) return 3;
    }
    ::_exit(0);
  });
  REQUIRE(code == 0);
  const std::uintmax_t before = fs::file_size(file);
  REQUIRE(fs::file_size(file + "-wal") > before);
  {
    const auto store = open_sqlite(file);
    CHECK(scan(*store, Table::entry, "", after_all).size() == 500);
  }
  CHECK(fs::file_size(file) > before);
}

TEST_CASE("sqlite store: through a link it is the same store, the log of a dead process included") {
  const TempFolder folder;
  fs::create_directory(folder.path() / "data");
  const std::string file = (folder.path() / "data" / "desk.novelo").string();
  const std::string link = (folder.path() / "link.novelo").string();
  const auto die = [&] {
    return in_child([&] {
      SqliteOptions options;
      options.checkpoint_pages = 0;
      const auto store = SqliteStore::open(file, options);
      if (!store) return 1;
      const auto fence = (*store)->open_tenant(TenantName("clinic"));
      if (!fence) return 2;
      for (std::uint64_t i = 0; i < 100; ++i) {
        const std::vector<Write> row{put(Table::entry, big_endian(i), std::string(2000, 'x'))};
        if (!(*store)->commit(*fence, row)) return 3;
      }
      ::_exit(0);
    });
  };
  REQUIRE(die() == 0);
  fs::create_symlink("data/desk.novelo", link);
  {
    const auto reader = SqliteReader::open(link);
    REQUIRE(reader);
    CHECK((*reader)->file_bytes() == fs::file_size(file) + fs::file_size(file + "-wal"));
    CHECK((*reader)->file_bytes() > 200'000);
  }
  CHECK(scan(*open_sqlite(link), Table::entry, "", after_all).size() == 100);
  REQUIRE(SqliteReader::open(link));
  CHECK_FALSE(fs::exists(file + "-wal"));  // that was made to look
  CHECK_FALSE(fs::exists(link + "-wal"));
}

TEST_CASE(
    "sqlite store: a transaction whose work throws is rolled back, and the next one goes on") {
  const TempFolder folder;
  { open_sqlite(folder.file()); }
  auto connection = SqliteConnection::open(folder.file(), {});
  REQUIRE(connection);
  SqliteConnection& file = **connection;
  CHECK_THROWS_AS((void)file.transact([&]() -> Status {
    if (Status done = file.execute("INSERT INTO meta VALUES('lost', '')"); !done) return done;
    throw std::bad_alloc();
  }),
                  std::bad_alloc);
  CHECK(file.transact([&] { return file.execute("INSERT INTO meta VALUES('kept', '')"); }));
  CHECK(file.query_text("SELECT group_concat(key) FROM meta").value() == "kept");
}

TEST_CASE("sqlite store: garbled pages are found, when opening with quick_check or when read") {
  const TempFolder folder;
  {
    const auto store = open_sqlite(folder.file());
    const Fence fence = fence_of(*store);
    std::vector<Write> writes;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      writes.push_back(put(Table::entry, big_endian(i), std::string(200, 'x')));
    }
    commit(*store, fence, writes);
  }
  const std::string whole = content(folder.file());
  {
    std::fstream file(folder.file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(whole.size() / 4096 / 2 * 4096));
    file << std::string(4096, '\xee');
  }
  SqliteOptions options;
  options.quick_check = true;
  const Error error = open_error(folder.file(), options);
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(error.reason == "damaged");
  const auto store = open_sqlite(folder.file());
  const auto rows = store->scan(Table::entry, "", after_all, no_limit, Order::ascending);
  REQUIRE_FALSE(rows);
  CHECK(rows.error().code == ErrorCode::corrupt);
  CHECK(rows.error().reason == "damaged");
}

TEST_CASE("sqlite store: any one flipped byte gives an error or rows, never worse") {
  const TempFolder folder;
  {
    const auto store = open_sqlite(folder.file());
    const Fence fence = fence_of(*store);
    for (std::uint64_t i = 0; i < 40; ++i) {
      commit(*store, fence, {put(Table::entry, big_endian(i), std::string(100 * i, 'x'))});
    }
  }
  const std::string whole = content(folder.file());
  CHECK(rc::check([&] {
    std::string bytes = whole;
    const auto place = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[place] = static_cast<char>(bytes[place] ^ *rc::gen::inRange(1, 256));
    std::ofstream(folder.file(), std::ios::binary | std::ios::trunc) << bytes;
    const auto store = SqliteStore::open(folder.file());
    if (!store) return;
    for (std::uint8_t number = 1; number <= table_count; ++number) {
      (void)(*store)->scan(static_cast<Table>(number), "", after_all, 100, Order::descending);
    }
    const Result<Fence> fence = (*store)->open_tenant(TenantName("clinic"));
    if (fence) (void)(*store)->commit(*fence, std::vector<Write>{put(Table::entry, "k", "v")});
  }));
}

TEST_CASE("sqlite store: a schema changed by hand is refused") {
  const TempFolder folder;
  for (const char* sql :
       {"CREATE TABLE extra(id)", "DROP TABLE note",
        "CREATE TRIGGER spy AFTER INSERT ON entry BEGIN DELETE FROM note; END",
        "CREATE VIEW peek AS SELECT * FROM note", "ALTER TABLE entry ADD COLUMN more",
        "CREATE INDEX slow ON entry(value)"}) {
    CAPTURE(sql);
    fs::remove(folder.file());
    { open_sqlite(folder.file()); }
    tamper(folder.file(), sql);
    const Error error = open_error(folder.file());
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.reason == "schema");
    CHECK_FALSE(error.remedy.empty());
  }
}

TEST_CASE("sqlite store: a row above the ceiling is refused and nothing is written") {
  const TempFolder folder;
  SqliteOptions options;
  options.row_bytes = 10'000;
  const auto store = open_sqlite(folder.file(), options);
  const Fence fence = fence_of(*store);
  const Error error = commit_error(
      *store, fence,
      {put(Table::entry, "small", "row"), put(Table::entry, "large", std::string(10'001, 'x'))});
  CHECK(error.code == ErrorCode::limit);
  CHECK(error.reason == "row_too_large");
  CHECK_FALSE(get(*store, Table::entry, "small"));
  commit(*store, fence, {put(Table::entry, "large", std::string(9'000, 'x'))});
}

TEST_CASE("sqlite store: an SQLite that is too old, or built without threads, is refused") {
  CHECK(check_library(sqlite3_libversion_number(), sqlite3_threadsafe()).has_value());
  CHECK(check_library(3'039'004, 1).error().reason == "old_sqlite");
  CHECK(check_library(3'040'001, 0).error().reason == "single_threaded_sqlite");
  CHECK(check_library(3'040'001, 0).error().code == ErrorCode::unsupported);
}

namespace {

Status first_step(SqliteConnection& connection) {
  return connection.execute("CREATE TABLE shelf(book); INSERT INTO shelf VALUES('one')");
}
Status second_step(SqliteConnection& connection) {
  return connection.execute("ALTER TABLE shelf ADD COLUMN year; UPDATE shelf SET year=1900");
}
Status step_that_fails_midway(SqliteConnection& connection) {
  if (Status done = connection.execute("INSERT INTO shelf VALUES('lost', 1)"); !done) return done;
  return connection.execute("INSERT INTO no_such_table VALUES(1)");
}

}  // namespace

TEST_CASE(
    "sqlite store: an older schema comes forward a step at a time, a failed step leaves nothing") {
  const TempFolder folder;
  const std::array<SchemaStep, 1> oldest = {SchemaStep{first_step}};
  const std::array<SchemaStep, 3> broken = {SchemaStep{first_step}, SchemaStep{second_step},
                                            SchemaStep{step_that_fails_midway}};
  const std::array<SchemaStep, 2> current = {SchemaStep{first_step}, SchemaStep{second_step}};
  const auto opened = [&] {
    auto connection = SqliteConnection::open(folder.file(), {});
    REQUIRE(connection.has_value());
    REQUIRE((*connection)->take_into_service().has_value());
    return std::move(*connection);
  };
  {
    const auto connection = opened();
    REQUIRE(migrate(*connection, oldest).has_value());
    CHECK(connection->query_number("PRAGMA user_version").value() == 1);
  }
  {
    const auto connection = opened();
    CHECK_FALSE(migrate(*connection, broken).has_value());
    CHECK(connection->query_number("PRAGMA user_version").value() == 2);
    CHECK(connection->query_number("SELECT count(*) FROM shelf").value() == 1);
  }
  const auto connection = opened();
  REQUIRE(migrate(*connection, current).has_value());
  REQUIRE(migrate(*connection, current).has_value());
  CHECK(connection->query_number("SELECT year FROM shelf").value() == 1900);
  CHECK(connection->query_text("SELECT book FROM shelf").value() == "one");
  const Status newer = migrate(*connection, oldest);
  REQUIRE_FALSE(newer);
  CHECK(newer.error().code == ErrorCode::newer);
}

namespace {

Status shelf_of_many(SqliteConnection& connection) {
  return connection.execute(
      "CREATE TABLE shelf(book INTEGER PRIMARY KEY, year);"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<25000)"
      "INSERT INTO shelf SELECT i, 1900 FROM n");
}
Status nothing(SqliteConnection&) {
  return {};
}

// The books get their century; `after` is the number of the last one.
Result<RowsDone> name_centuries(SqliteConnection& connection, const std::string& after,
                                std::uint64_t most) {
  const std::uint64_t from = after.empty() ? 0 : std::stoull(after);
  const Status done = connection.execute(
      fmt::format("UPDATE shelf SET year=year+1 WHERE book>{} AND book<={}", from, from + most));
  if (!done) return fail(done.error());
  const auto rows = connection.query_number("SELECT changes()");
  if (!rows) return fail(rows.error());
  const auto changed = static_cast<std::uint64_t>(*rows);
  return RowsDone{std::to_string(from + changed), changed, changed < most};
}
Result<RowsDone> fail_at_half(SqliteConnection& connection, const std::string& after,
                              std::uint64_t most) {
  if (!after.empty() && std::stoull(after) >= 12'000) {
    return fail(Error{ErrorCode::storage, "io", "the test makes this fail", "", "try again"});
  }
  return name_centuries(connection, after, most);
}

constexpr std::array<SchemaStep, 3> slow_steps = {SchemaStep{shelf_of_many},
                                                  SchemaStep{nothing, name_centuries},
                                                  SchemaStep{nothing, name_centuries}};

std::unique_ptr<SqliteConnection> in_service(const std::string& path) {
  auto connection = SqliteConnection::open(path, {});
  REQUIRE(connection.has_value());
  REQUIRE((*connection)->take_into_service().has_value());
  return std::move(*connection);
}

}  // namespace

TEST_CASE("sqlite store: a migration changes so many rows at a time and goes on where it was") {
  const TempFolder folder;
  int calls = 0;
  for (bool done = false; !done; ++calls) {
    REQUIRE(calls < 100);
    const auto connection = in_service(folder.file());  // opened anew each time
    const Status came = migrate(*connection, slow_steps, 7'000);
    done = came.has_value();
    const auto sum = connection->query_number("SELECT sum(year)-25000*1900 FROM shelf").value();
    CHECK(sum <= (calls + 1) * 7'000);
    if (done) {
      CHECK(sum == 50'000);
      continue;
    }
    check_can_go_on(came.error());
    CHECK(came.error().code == ErrorCode::busy);
    CHECK(came.error().reason == "migrating");
    CHECK(came.error().message.find(" rows are done") != std::string::npos);
    CHECK(came.error().remedy.find("open it again") != std::string::npos);
    CHECK_FALSE(check_migrated(*connection));
    // Whoever knows less than the version it is on its way to leaves it alone.
    CHECK(check_version(*connection, 1).error().code == ErrorCode::newer);
  }
  CHECK(calls == 8);
  const auto connection = in_service(folder.file());
  CHECK(check_migrated(*connection).has_value());
  CHECK(connection->query_number("SELECT min(year)=1902 AND max(year)=1902 FROM shelf").value() ==
        1);
  CHECK(connection->query_number("PRAGMA user_version").value() == 3);
}

TEST_CASE("sqlite store: a migration that fails or dies midway loses and repeats nothing") {
  const TempFolder folder;
  constexpr std::array<SchemaStep, 2> broken = {SchemaStep{shelf_of_many},
                                                SchemaStep{nothing, fail_at_half}};
  CHECK(migrate(*in_service(folder.file()), broken).error().reason == "io");
  const std::string file = folder.file();
  const int code = in_child([&file] {  // dies without closing
    auto connection = SqliteConnection::open(file, {});
    if (!connection || !(*connection)->take_into_service()) return 1;
    const Status came = migrate(**connection, slow_steps, 6'500);
    ::_exit(!came && came.error().reason == "migrating" ? 0 : 2);
  });
  CHECK(code == 0);
  const auto connection = in_service(folder.file());
  REQUIRE(migrate(*connection, slow_steps).has_value());
  CHECK(connection->query_number("SELECT min(year)=1902 AND max(year)=1902 FROM shelf").value() ==
        1);
}

namespace {

// The next version: every row of `command` gets one byte more.
Result<RowsDone> lengthen(SqliteConnection& connection, const std::string& after,
                          std::uint64_t most) {
  Result<SqliteStatement> change = connection.prepare(
      "UPDATE command SET value=value||'+' WHERE key IN (SELECT key FROM command WHERE key>?1 "
      "ORDER BY key LIMIT ?2) RETURNING key");
  if (!change) return fail(std::move(change).error());
  change->bind(1, std::string_view(after));
  change->bind(2, static_cast<std::int64_t>(most));
  RowsDone done{after};
  int code = SQLITE_OK;
  while ((code = change->step()) == SQLITE_ROW) {
    done.after = std::max(done.after, std::string(change->bytes(0)));
    ++done.rows;
  }
  if (code != SQLITE_DONE) return fail(connection.error(code));
  done.all = done.rows < most;
  return done;
}

}  // namespace

TEST_CASE("sqlite store: an older store's rows come forward in as many openings as it takes") {
  const TempFolder folder;
  constexpr std::uint64_t rows = 12'345;
  std::vector<SchemaStep> next(schema_steps().begin(), schema_steps().end());
  const std::size_t older = next.size();
  next.push_back(SchemaStep{nothing, lengthen});
  {
    const auto store = open_sqlite(folder.file());
    const Fence fence = fence_of(*store);
    std::vector<Write> writes;
    for (std::uint64_t i = 0; i < rows; ++i) {
      writes.push_back(put(Table::command, big_endian(1) + big_endian(i), "old"));
    }
    commit(*store, fence, writes);
  }
  SqliteOptions options;
  options.migration_rows = 5'000;
  const auto opened = [&]() -> Status {
    auto connection = SqliteConnection::open(folder.file(), options);
    if (!connection) return fail(connection.error());
    return bring_into_service(**connection, next, options);
  };
  for (int call = 1; call <= 2; ++call) {
    // Each dies with what it has done in its log.
    const int code = in_child([&]() -> int {
      const Status came = opened();
      ::_exit(!came && came.error().reason == "migrating" ? 0 : 1);
    });
    CHECK(code == 0);
    CHECK_FALSE(SqliteReader::open(folder.file()));
  }
  const Status came = opened();
  if (!came) FAIL(to_string(came.error()));
  CHECK(opened());
  auto connection = SqliteConnection::open(folder.file(), options);
  REQUIRE(connection);
  CHECK((*connection)->query_number("PRAGMA user_version").value() ==
        static_cast<std::int64_t>(older + 1));
  CHECK((*connection)->query_number("SELECT count(*) FROM command WHERE value='old+'").value() ==
        static_cast<std::int64_t>(rows));
  connection->reset();
  const auto by_the_older = SqliteStore::open(folder.file());
  REQUIRE_FALSE(by_the_older);
  CHECK(by_the_older.error().code == ErrorCode::newer);
}

TEST_CASE("sqlite store: a file that says it is being migrated, and is not, is refused") {
  const TempFolder folder;
  { open_sqlite(folder.file()); }
  tamper(folder.file(), "CREATE TABLE migration(after BLOB NOT NULL, rows INTEGER NOT NULL)");
  const Error error = open_error(folder.file());
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(error.reason == "schema");
}

TEST_CASE("sqlite store: every version has its tables, the last one all") {
  CHECK(tables_in_version(0) == 0);
  CHECK(tables_in_version(1) == 29);
  CHECK(tables_in_version(schema_steps().size()) == table_count);
  for (std::size_t version = 1; version <= schema_steps().size(); ++version) {
    const TempFolder folder;
    const auto connection = in_service(folder.file());
    REQUIRE(create_version(*connection, version).has_value());
    CHECK(check_schema(*connection).has_value());
    CHECK(connection->query_number("SELECT count(*) FROM sqlite_schema").value() ==
          tables_in_version(version) + 1);
    REQUIRE(migrate(*connection, schema_steps()).has_value());
    CHECK(check_schema(*connection).has_value());
  }
}

namespace {

// A child that commits rows 0, 1, 2, ... and says each number aloud once it is committed.
[[noreturn]] void commit_forever(const std::string& file, int say) {
  SqliteOptions options;
  options.checkpoint_pages = 40;  // so that it also dies in checkpoints
  auto store = SqliteStore::open(file, options);
  if (!store) ::_exit(1);
  const Result<Fence> fence = (*store)->open_tenant(TenantName("clinic"));
  if (!fence) ::_exit(2);
  auto rows = (*store)->scan(Table::entry, "", after_all, no_limit, Order::ascending);
  if (!rows) ::_exit(3);
  for (std::uint64_t i = rows->size();; ++i) {
    const std::vector<Write> writes = {insert(Table::entry, big_endian(i), std::string(300, 'e')),
                                       insert(Table::effect, big_endian(i), std::string(100, 'f'))};
    if (!(*store)->commit(*fence, writes)) ::_exit(4);
    if (::write(say, &i, sizeof i) != sizeof i) ::_exit(5);
  }
}

// Starts it, lets it commit `count` rows, kills it, and gives how many it had said.
std::uint64_t kill_after(const std::string& file, int count) {
  std::array<int, 2> pipe_ends{};
  REQUIRE(::pipe(pipe_ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(pipe_ends[0]);
    commit_forever(file, pipe_ends[1]);
  }
  ::close(pipe_ends[1]);
  std::uint64_t said = 0;
  std::uint64_t number = 0;
  for (int i = 0; i < count && ::read(pipe_ends[0], &number, sizeof number) == sizeof number; ++i) {
    said = number + 1;
  }
  ::kill(child, SIGKILL);
  while (::read(pipe_ends[0], &number, sizeof number) == sizeof number) said = number + 1;
  ::close(pipe_ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  return said;
}

}  // namespace

TEST_CASE("sqlite store: nothing that was acknowledged is lost by kill -9, nothing is half there") {
  const TempFolder folder;
  std::uint64_t rounds = 0;
  for (const int count : {1, 7, 30, 55, 90, 33, 61, 12}) {
    const std::uint64_t said = kill_after(folder.file(), count);
    SqliteOptions options;
    options.quick_check = true;
    const auto store = open_sqlite(folder.file(), options);
    const Pairs entries = scan(*store, Table::entry, "", after_all);
    const Pairs effects = scan(*store, Table::effect, "", after_all);
    CHECK(entries.size() >= said);
    CHECK(entries.size() <= said + 1);  // the one it was about to say
    CHECK(effects.size() == entries.size());
    CHECK((entries.empty() || entries.back().first == big_endian(entries.size() - 1)));
    CHECK(fence_of(*store).epoch == 2 * ++rounds);
  }
}

TEST_CASE(
    "sqlite store: after a commit that failed midway every call says unknown until reopened") {
  const TempFolder folder;
  const std::string file = folder.file();
  { open_sqlite(file); }
  // A file may not grow past the limit: writing the log fails in the middle of COMMIT, and not as a
  // full disk would.
  const int code = in_child([&file] {
    std::signal(SIGXFSZ, SIG_IGN);
    auto store = SqliteStore::open(file);
    if (!store) return 10;
    const Result<Fence> fence = (*store)->open_tenant(TenantName("clinic"));
    if (!fence || !(*store)->commit(*fence, std::vector<Write>{put(Table::entry, "a", "1")}))
      return 11;
    rlimit whole{};
    if (::getrlimit(RLIMIT_FSIZE, &whole) != 0) return 12;
    const rlimit small = {64 * 1024, whole.rlim_max};
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return 12;
    const std::vector<Write> large = {put(Table::entry, "b", std::string(200'000, 'x'))};
    const Status failed = (*store)->commit(*fence, large);
    if (failed || failed.error().code != ErrorCode::unknown) return 13;
    if (failed.error().remedy.empty()) return 14;
    const std::vector<Write> tiny = {put(Table::entry, "c", "3")};
    if ((*store)->commit(*fence, tiny).error().code != ErrorCode::unknown) return 15;
    if ((*store)->get(Table::entry, "a").error().code != ErrorCode::unknown) return 16;
    if ((*store)->scan(Table::entry, "", "z", 9, Order::ascending).error() != failed.error())
      return 17;
    if ((*store)->open_tenant(TenantName("bakery")).error().code != ErrorCode::unknown) return 18;
    if ((*store)->checkpoint().error().code != ErrorCode::unknown) return 19;
    store->reset();
    if (::setrlimit(RLIMIT_FSIZE, &whole) != 0) return 12;
    auto again = SqliteStore::open(file);
    if (!again) return 20;
    const auto kept = (*again)->get(Table::entry, "a");
    if (!kept || *kept != "1") return 21;
    return (*again)->commit(*fence, tiny) ? 0 : 22;
  });
  CHECK(code == 0);
  const auto store = open_sqlite(file);
  CHECK(scan(*store, Table::entry, "", after_all) == Pairs{{"a", "1"}, {"c", "3"}});
}

}  // namespace novelo
