// Backups: made while the store goes on, whole or not there at all, refused as stores, restored to
// what was committed; and what an engine must not give out again after it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <rapidcheck.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <set>

#include "novelo/sql_views.hpp"
#include "novelo/stores/sqlite_reader.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"

namespace novelo {

using namespace store_support;

namespace {

std::string content_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void tamper(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  CHECK(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

// Everything that is in the folder but what is named.
std::set<std::string> others_in(const fs::path& folder, const std::set<std::string>& known) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!known.contains(name)) names.insert(name);
  }
  return names;
}

template <class T>
Error error_of(const Result<T>& result) {
  if (result) {
    FAIL("it succeeded");
    return {};
  }
  check_can_go_on(result.error());
  CHECK_FALSE(result.error().remedy.empty());
  return result.error();
}

std::unique_ptr<SqliteBackup> begin_backup(SqliteStore& store, const std::string& path,
                                           const BackupOptions& options = {}) {
  auto backup = store.begin_backup(path, sql_views(), options);
  if (!backup) FAIL(to_string(backup.error()));
  return std::move(*backup);
}

void must(const Status& done) {
  if (!done) FAIL(to_string(done.error()));
}

void run_to_end(SqliteBackup& backup, std::size_t most = 1000) {
  while (backup.progress().phase != BackupPhase::done) must(backup.step(most));
}

void fill(Store& store, std::uint64_t rows, std::size_t bytes = 200) {
  const Fence fence = fence_of(store);
  std::vector<Write> writes;
  for (std::uint64_t i = 0; i < rows; ++i) {
    writes.push_back(put(Table::command, big_endian(1) + big_endian(i), std::string(bytes, 'x')));
  }
  commit(store, fence, writes);
}

// What was committed, without what restoring adds.
clinic::StoreRows rows_of(Store& store) {
  clinic::StoreRows content;
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    const auto table = static_cast<Table>(number);
    for (auto& [key, value] : scan(store, table, "", after_all)) {
      if (key != restore_mark_key(1)) content.emplace_back(table, key, value);
    }
  }
  return content;
}

struct Files {
  TempFolder folder;
  std::string store = folder.file();
  std::string copy = (folder.path() / "copy.novelo").string();
  std::string back = (folder.path() / "back.novelo").string();
};

}  // namespace

TEST_CASE("backup: it holds every commit that was made before it had copied, and none of later") {
  CHECK(rc::check([] {
    const Files files;
    SqliteOptions options;
    options.checkpoint_pages = *rc::gen::element<std::uint32_t>(0, 5, 1000);
    const auto store = open_sqlite(files.store, options);
    fill(*store, 100);
    const Fence again = fence_of(*store);
    const auto backup = begin_backup(*store, files.copy);
    clinic::StoreRows copied;
    int rolled_back = 0;
    while (backup->progress().phase != BackupPhase::done) {
      const bool copying = backup->progress().phase == BackupPhase::copying;
      if (copying) copied = rows_of(*store);
      must(backup->step(copying ? *rc::gen::inRange<std::size_t>(5, 20) : 1000));
      if (!copying) continue;
      const auto key = big_endian(1) + big_endian(*rc::gen::inRange<std::uint64_t>(0, 200));
      switch (*rc::gen::inRange(0, 5)) {
        case 0: commit(*store, again, {put(Table::command, key, std::string(900, 'y'))}); break;
        case 1: commit(*store, again, {erase(Table::command, key)}); break;
        case 2:  // rolled back: nothing of it may come into the copy, which begins again
          if (++rolled_back > 3) break;
          (void)store->commit(
              again, std::vector<Write>{put(Table::note, key, "no"), put(Table::command, "k", ""),
                                        insert(Table::command, "k", "")});
          break;
        case 3: must(store->checkpoint()); break;
        default: break;
      }
    }
    must(SqliteStore::restore(files.copy, files.back));
    const auto restored = open_sqlite(files.back);
    RC_ASSERT(clinic::difference(rows_of(*restored), copied) == "");
  }));
}

TEST_CASE(
    "backup: all of it in one call, the store goes on, the copy needs no folder to write in") {
  const Files files;
  const auto store = open_sqlite(files.store);
  fill(*store, 2000);
  must(store->backup(files.copy, sql_views()));
  CHECK(others_in(files.folder.path(), {"desk.novelo", "desk.novelo-wal"}) ==
        std::set<std::string>{"copy.novelo"});
  commit(*store, fence_of(*store), {put(Table::command, "later", "")});
  const std::string header = content_of_file(files.copy).substr(0, 100);
  CHECK(header.substr(18, 2) == "\x01\x01");  // no log
  CHECK(header.substr(68, 4) == "Novb");
  CHECK(fs::status(files.copy).permissions() == static_cast<fs::perms>(0600));
  // Whoever reads it does so while others do.
  const auto first = SqliteReader::open(files.copy);
  const auto second = SqliteReader::open(files.copy);
  REQUIRE(first);
  REQUIRE(second);
  CHECK((*first)->kind() == SqliteFileKind::backup);
  CHECK((*first)->views_version() == sql_views().version);
  must((*first)->check());
  CHECK(get(**second, Table::command, big_endian(1) + big_endian(7)) == std::string(200, 'x'));
  CHECK(error_of((*first)->commit({}, {})).reason == "read_only");
  CHECK(error_of((*first)->open_tenant(TenantName("clinic"))).reason == "read_only");
  CHECK(error_of((*first)->begin_backup(files.back, sql_views())).reason == "backup");
}

TEST_CASE("backup: steps are bounded and tell how far they are") {
  const Files files;
  const auto store = open_sqlite(files.store);
  fill(*store, 3000);
  const auto backup = begin_backup(*store, files.copy);
  must(backup->step(10));
  CHECK(backup->progress().pages == 10);
  CHECK(backup->progress().pages_total > 150);
  CHECK(backup->progress().phase == BackupPhase::copying);
  while (backup->progress().phase == BackupPhase::copying) must(backup->step(50));
  CHECK(backup->progress().pages == backup->progress().pages_total);
  must(backup->step(100));
  CHECK(backup->progress().rows <= 100);
  CHECK_FALSE(fs::exists(files.copy));
  while (backup->progress().phase == BackupPhase::publishing) must(backup->step(700));
  CHECK(backup->progress().rows == 3000);
  CHECK(backup->progress().unreadable == 0);
  CHECK_FALSE(fs::exists(files.copy));
  must(backup->step(1));
  CHECK(backup->progress().phase == BackupPhase::done);
  CHECK(fs::exists(files.copy));
  must(backup->step(1));
}

TEST_CASE("backup: what has copied needs the store no more, what has not fails with it") {
  const Files files;
  auto store = open_sqlite(files.store);
  fill(*store, 3000);
  auto backup = begin_backup(*store, files.copy);
  must(backup->step(10));
  CHECK(error_of(store->begin_backup(files.back, sql_views())).reason == "backup_running");
  CHECK(error_of(store->begin_backup(files.back, sql_views())).code == ErrorCode::busy);
  store.reset();
  CHECK(error_of(backup->step(10)).reason == "store_closed");
  CHECK(error_of(backup->step(10)).reason == "store_closed");
  CHECK(others_in(files.folder.path(), {"desk.novelo"}).empty());

  store = open_sqlite(files.store);
  backup = begin_backup(*store, files.copy);
  while (backup->progress().phase == BackupPhase::copying) must(backup->step(1000));
  const auto other = begin_backup(*store, files.back);
  store.reset();
  run_to_end(*backup);
  must(SqliteReader::open(files.copy).value()->check());
}

TEST_CASE("backup: one that is given up leaves nothing") {
  const Files files;
  const auto store = open_sqlite(files.store);
  fill(*store, 3000);
  for (const int steps : {0, 1, 5, 60}) {
    auto backup = begin_backup(*store, files.copy);
    for (int i = 0; i < steps; ++i) must(backup->step(20));
    CHECK(fs::exists(files.copy + ".partial"));
    CHECK_FALSE(fs::exists(files.copy));
    backup.reset();
    CHECK(others_in(files.folder.path(), {"desk.novelo", "desk.novelo-wal"}).empty());
  }
  commit(*store, fence_of(*store), {put(Table::command, "goes on", "")});
}

TEST_CASE("backup: paths that would harm somebody are refused") {
  const Files files;
  const auto store = open_sqlite(files.store);
  fill(*store, 10);
  const auto refusal = [&](const std::string& path) {
    return error_of(store->begin_backup(path, sql_views()));
  };
  std::ofstream(files.copy) << "somebody's";
  CHECK(refusal(files.copy).reason == "exists");
  CHECK(content_of_file(files.copy) == "somebody's");
  fs::remove(files.copy);
  CHECK(refusal(files.store).reason == "exists");
  CHECK(refusal(files.store + "-wal").reason == "exists");
  CHECK(refusal(files.store + "-journal").reason == "bad_path");
  CHECK(refusal((files.folder.path() / "." / "desk.novelo-shm").string()).reason == "bad_path");
  const fs::path roundabout = files.folder.path() / "." / "desk.novelo";
  CHECK(refusal(roundabout.string()).reason == "exists");
  std::ofstream(files.copy + "-wal") << "of a file that is gone";
  CHECK(refusal(files.copy).reason == "exists");
  fs::remove(files.copy + "-wal");
  fs::create_symlink(files.folder.path() / "nowhere", files.copy);
  CHECK(refusal(files.copy).reason == "exists");
  fs::remove(files.copy);
  fs::create_symlink(files.store, files.copy + ".partial");
  CHECK(refusal(files.copy).reason == "exists");
  fs::remove(files.copy + ".partial");
  fs::create_hard_link(files.store, files.copy + ".partial");
  CHECK(refusal(files.copy).reason == "exists");
  fs::remove(files.copy + ".partial");
  fs::create_directory(files.copy + ".partial");
  CHECK_FALSE(store->begin_backup(files.copy, sql_views()));
  fs::remove(files.copy + ".partial");
  for (const std::string& path :
       {std::string(), std::string(":memory:"), files.folder.path().string(),
        files.copy + std::string("\0", 1)}) {
    CHECK(refusal(path).reason == "bad_path");
  }
  CHECK(refusal((files.folder.path() / "no" / "copy").string()).reason == "cannot_open");
  CHECK(others_in(files.folder.path(), {"desk.novelo", "desk.novelo-wal"}).empty());
  const auto held = rows_of(*store);
  must(store->backup(files.copy, sql_views()));
  CHECK(rows_of(*store) == held);
}

namespace {

// A backup by somebody who is not root, into a folder with this mode.
void refuse_folder(unsigned mode) {
  const Files files;
  const std::string file = files.store;
  { open_sqlite(file); }
  const fs::path closed = files.folder.path() / "closed";
  fs::create_directory(closed);
  fs::permissions(closed, static_cast<fs::perms>(mode));
  fs::permissions(files.folder.path(), static_cast<fs::perms>(0777));
  fs::permissions(file, static_cast<fs::perms>(0666));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 && ::setuid(nobody) != 0) ::_exit(1);
    const auto reader = SqliteReader::open(file);
    if (!reader) ::_exit(2);
    const auto backup = (*reader)->begin_backup((closed / "copy").string(), sql_views());
    if (backup) ::_exit(3);
    ::_exit(backup.error().reason == "read_only" ? 0 : 4);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(fs::is_empty(closed));
}

}  // namespace

TEST_CASE("backup: a folder that this user may not write, or not sync, is refused before all") {
  refuse_folder(0555);
  refuse_folder(0733);
}

TEST_CASE("backup: a disk that is full leaves nothing, and the store goes on") {
  const Files files;
  const auto store = open_sqlite(files.store);
  fill(*store, 3000);
  std::set<BackupPhase> reached;
  for (std::uint32_t pages = 1; pages < 600; pages += 41) {
    BackupOptions options;
    options.max_pages = pages;
    auto begun = store->begin_backup(files.copy, sql_views(), options);
    Status worked = begun ? Status() : fail(begun.error());
    while (worked && (*begun)->progress().phase != BackupPhase::done) {
      reached.insert((*begun)->progress().phase);
      worked = (*begun)->step(200);
      commit(*store, fence_of(*store), {put(Table::counter, big_endian(pages), "")});
    }
    if (worked) {
      fs::remove(files.copy);
      continue;
    }
    CHECK(worked.error().code == ErrorCode::storage);
    CHECK(worked.error().reason == "full");
    CHECK(worked.error().subject == files.copy);
    CHECK(others_in(files.folder.path(), {"desk.novelo", "desk.novelo-wal"}).empty());
  }
  CHECK(reached.contains(BackupPhase::publishing));
  must(store->backup(files.copy, sql_views()));
}

TEST_CASE("backup: a damaged page of the store fails it, and no copy gets the name") {
  const Files files;
  {
    const auto store = open_sqlite(files.store);
    fill(*store, 5000);
  }
  const auto pages = fs::file_size(files.store) / 4096;
  {
    std::fstream file(files.store, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(pages / 2 * 4096));
    file << std::string(4096, '\xee');
  }
  const auto store = open_sqlite(files.store);
  const Error error = error_of(store->backup(files.copy, sql_views()));
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(error.reason == "damaged");
  store->checkpoint();
  CHECK(others_in(files.folder.path(), {"desk.novelo", "desk.novelo-wal"}).empty());
}

TEST_CASE("backup: what a dead process left is used again, what a living one makes is let be") {
  const Files files;
  {
    const auto store = open_sqlite(files.store);
    fill(*store, 3000);
  }
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto store = SqliteStore::open(files.store);
    if (!store) ::_exit(1);
    const auto backup = (*store)->begin_backup(files.copy, sql_views());
    if (!backup || !(*backup)->step(40)) ::_exit(2);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(fs::exists(files.copy + ".partial"));
  const auto store = open_sqlite(files.store);
  const int handle = ::open((files.copy + ".partial-mark").c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(handle, LOCK_EX | LOCK_NB) == 0);
  CHECK(error_of(store->begin_backup(files.copy, sql_views())).reason == "backup_running");
  ::close(handle);
  must(store->backup(files.copy, sql_views()));
  CHECK(others_in(files.folder.path(), {"desk.novelo", "desk.novelo-wal", "copy.novelo"}).empty());
  must(SqliteReader::open(files.copy).value()->check());
}

TEST_CASE("backup: a file of somebody's at the partial name is never touched") {
  const Files files;
  const std::string partial = files.copy + ".partial";
  const std::string mark = files.copy + ".partial-mark";
  const auto refused = [&](SqliteStore& store) {
    const Error error = error_of(store.begin_backup(files.copy, sql_views()));
    CHECK(error.code == ErrorCode::refused);
    CHECK(error.reason == "exists");
  };
  {  // a store in service, in its own backup and in another's
    const auto live = open_sqlite(partial);
    fill(*live, 10);
    const auto held = rows_of(*live);
    refused(*live);
    refused(*open_sqlite(files.store));
    CHECK(rows_of(*live) == held);
    commit(*live, fence_of(*live), {put(Table::command, "goes on", "")});
    CHECK(error_of(SqliteStore::open(partial)).reason == "held");
  }
  const auto store = open_sqlite(files.store);
  CHECK(get(*open_sqlite(partial), Table::command, "goes on"));
  fs::remove(partial);
  for (const std::string& somebodys : {partial, mark, partial + "-journal"}) {
    CAPTURE(somebodys);
    std::ofstream(somebodys) << "somebody's";
    refused(*store);
    CHECK(content_of_file(somebodys) == "somebody's");
    fs::remove(somebodys);
    CHECK(others_in(files.folder.path(), {"desk.novelo", "desk.novelo-wal"}).empty());
  }
  {  // a mark that a dead process left, of another file
    const auto backup = begin_backup(*store, files.copy);
    fs::copy_file(mark, mark + "-kept");
  }
  fs::rename(mark + "-kept", mark);
  std::ofstream(partial) << "somebody's";
  refused(*store);
  CHECK(content_of_file(partial) == "somebody's");
  fs::remove(partial);
  must(store->backup(files.copy, sql_views()));
}

TEST_CASE("backup: restoring from the partial name of the target leaves the backup") {
  const Files files;
  {
    const auto store = open_sqlite(files.store);
    fill(*store, 10);
    must(store->backup(files.copy, sql_views()));
  }
  fs::rename(files.copy, files.back + ".partial");
  const std::string before = content_of_file(files.back + ".partial");
  CHECK(error_of(SqliteStore::restore(files.back + ".partial", files.back)).reason == "exists");
  CHECK(content_of_file(files.back + ".partial") == before);
}

TEST_CASE("backup: a row of any size is copied and restored") {
  const Files files;
  const std::string large(80 * 1024 * 1024, 'x');
  {
    SqliteOptions options;
    options.row_bytes = 100 * 1024 * 1024;
    const auto store = open_sqlite(files.store, options);
    commit(*store, fence_of(*store), {put(Table::command, "large", large)});
    must(store->backup(files.copy, sql_views()));
  }
  const auto reader = SqliteReader::open(files.store);
  REQUIRE(reader);
  CHECK(get(**reader, Table::command, "large") == large);
  must(SqliteStore::restore(files.copy, files.back));
  SqliteOptions options;
  options.row_bytes = 100 * 1024 * 1024;
  CHECK(get(*open_sqlite(files.back, options), Table::command, "large") == large);
}

TEST_CASE("backup: stores and backups are their owner's alone") {
  const Files files;
  const auto store = open_sqlite(files.store);
  fill(*store, 10);
  must(store->backup(files.copy, sql_views()));
  must(SqliteStore::restore(files.copy, files.back));
  for (const std::string& file : {files.store, files.store + "-wal", files.copy, files.back}) {
    CAPTURE(file);
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  }
}

TEST_CASE("backup: somebody who takes the name meanwhile keeps it") {
  const Files files;
  const auto store = open_sqlite(files.store);
  const auto backup = begin_backup(*store, files.copy);
  while (backup->progress().phase != BackupPhase::closing) must(backup->step(1000));
  std::ofstream(files.copy) << "somebody's";
  CHECK(error_of(backup->step(1)).reason == "exists");
  CHECK(content_of_file(files.copy) == "somebody's");
  CHECK_FALSE(fs::exists(files.copy + ".partial"));
}

TEST_CASE("backup: views that cannot be told apart are refused") {
  const Files files;
  const auto store = open_sqlite(files.store);
  const auto refusal = [&](const std::function<void(PublishedViews&)>& change) {
    PublishedViews views = sql_views();
    change(views);
    return error_of(store->begin_backup(files.copy, std::move(views))).reason;
  };
  CHECK(refusal([](auto& v) { v.views.push_back(v.views.front()); }) == "bad_view");
  CHECK(refusal([](auto& v) { v.views[0].name = "schema"; }) == "bad_view");
  CHECK(refusal([](auto& v) { v.views[0].name = "x\" AS SELECT 1; --"; }) == "bad_view");
  CHECK(refusal([](auto& v) { v.views[0].columns[0].name = "tenant"; }) == "bad_view");
  CHECK(refusal([](auto& v) { v.views[0].key_columns = 0; }) == "bad_view");
  CHECK(refusal([](auto& v) { v.views[0].read = {}; }) == "bad_view");
  must(store->backup(files.copy, {}));
}

TEST_CASE("backup: a text with a NUL byte is whole in its view, and marked") {
  const Files files;
  const auto store = open_sqlite(files.store);
  const std::string with_nul("before\0after", 12);
  commit(*store, fence_of(*store), {put(Table::command, big_endian(1) + "k", with_nul)});
  PublishedView view{"command", Table::command, {{"key"}, {"text"}}, 1, {}};
  view.read = [](std::string_view key, std::string_view record, std::vector<SqlValue>& values) {
    values = {std::string(key), std::string(record)};
    return Published::shown;
  };
  must(store->backup(files.copy, {1, {view}}));
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(files.copy.c_str(), &handle) == SQLITE_OK);
  sqlite3_stmt* row = nullptr;
  REQUIRE(sqlite3_prepare_v2(handle, "SELECT length(text), text FROM v_command", -1, &row,
                             nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(row) == SQLITE_ROW);
  CHECK(sqlite3_column_int(row, 0) == 12);
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(row, 1));
  CHECK(std::string(text) ==
        "before\xef\xbf\xbd"
        "after");
  sqlite3_finalize(row);
  sqlite3_close(handle);
  must(SqliteStore::restore(files.copy, files.back));
  CHECK(get(*open_sqlite(files.back), Table::command, big_endian(1) + "k") == with_nul);
}

TEST_CASE("backup: it is not taken into service, and restoring refuses what is none") {
  const Files files;
  {
    const auto store = open_sqlite(files.store);
    fill(*store, 3000);
    must(store->backup(files.copy, sql_views()));
  }
  const std::string before = content_of_file(files.copy);
  const Error error = error_of(SqliteStore::open(files.copy));
  CHECK(error.code == ErrorCode::refused);
  CHECK(error.reason == "backup");
  CHECK(error.remedy.find("restore") != std::string::npos);
  const auto refusal = [&](const std::string& from, const std::string& to) {
    return error_of(SqliteStore::restore(from, to)).reason;
  };
  CHECK(refusal(files.store, files.back) == "not_a_backup");
  CHECK(refusal(files.copy, files.copy) == "exists");
  CHECK(refusal(files.copy, files.store) == "exists");
  CHECK(refusal(files.back, files.back) == "no_file");
  CHECK(refusal(files.copy, (files.folder.path() / "no" / "x").string()) == "cannot_open");
  CHECK(refusal(files.folder.path().string(), files.back) == "bad_path");
  std::ofstream(files.back + ".txt") << "hello";
  CHECK(refusal(files.back + ".txt", files.back) == "not_a_store");
  tamper(files.back + ".db", "CREATE TABLE bills(id)");
  CHECK(refusal(files.back + ".db", files.back) == "foreign");
  RestoreOptions greedy;
  greedy.ids = std::uint64_t{1} << 57;
  CHECK(error_of(SqliteStore::restore(files.copy, files.back, greedy)).reason == "too_many");
  RestoreOptions small;
  small.max_pages = 100;
  const Error full = error_of(SqliteStore::restore(files.copy, files.back, small));
  CHECK(full.reason == "full");
  CHECK(full.subject == files.back);
  CHECK_FALSE(fs::exists(files.back));
  CHECK_FALSE(fs::exists(files.back + ".partial"));
  CHECK(content_of_file(files.copy) == before);
}

TEST_CASE("backup: a truncated or damaged one is not restored, whatever byte it is") {
  const Files files;
  {
    const auto store = open_sqlite(files.store);
    fill(*store, 200, 500);
    must(store->backup(files.copy, sql_views()));
  }
  const std::string whole = content_of_file(files.copy);
  const auto write = [&](const std::string& bytes) {
    std::ofstream(files.copy, std::ios::binary | std::ios::trunc) << bytes;
  };
  for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{4096}}) {
    write(whole.substr(0, size));
    CHECK(error_of(SqliteStore::restore(files.copy, files.back)).code == ErrorCode::corrupt);
    CHECK(others_in(files.folder.path(), {"desk.novelo", "copy.novelo"}).empty());
  }
  write(whole);
  must(SqliteStore::restore(files.copy, files.back));
  const auto rows = rows_of(*open_sqlite(files.back));
  CHECK(rc::check([&] {
    fs::remove(files.back);
    std::string bytes = whole;
    const auto place = *rc::gen::inRange<std::size_t>(0, bytes.size());
    const auto length = std::min(*rc::gen::inRange<std::size_t>(1, 3000), bytes.size() - place);
    bytes.replace(place, length, std::string(length, static_cast<char>(*rc::gen::inRange(0, 256))));
    write(bytes);
    const Status restored = SqliteStore::restore(files.copy, files.back);
    if (!restored) {
      RC_ASSERT(!fs::exists(files.back) && !fs::exists(files.back + ".partial"));
      return;
    }
    // The damage was to what is not taken over, or inside a value: as many rows are there.
    const auto store = SqliteStore::open(files.back);
    if (store) RC_ASSERT(rows_of(**store).size() == rows.size());
  }));
}

TEST_CASE("backup: what somebody has put into one stays behind, what was altered is refused") {
  const Files files;
  {
    const auto store = open_sqlite(files.store);
    fill(*store, 50);
    must(store->backup(files.copy, sql_views()));
  }
  tamper(files.copy,
         "CREATE TABLE extra(id); CREATE INDEX by_text ON published_entry(text);"
         "CREATE TRIGGER spy AFTER INSERT ON entry BEGIN DELETE FROM command; END;"
         "DROP VIEW v_entry; CREATE TABLE v_entry(id); DROP TABLE published_note;"
         "PRAGMA journal_mode=WAL");
  must(SqliteStore::restore(files.copy, files.back));
  const auto store = open_sqlite(files.back);
  CHECK(scan(*store, Table::command, "", after_all).size() == 50);
  const std::string other = files.back + "2";
  tamper(files.copy, "ALTER TABLE note ADD COLUMN more");
  CHECK(error_of(SqliteStore::restore(files.copy, other)).reason == "schema");
  tamper(files.copy, "DROP TABLE note");
  CHECK(error_of(SqliteStore::restore(files.copy, other)).reason == "schema");
  tamper(files.copy, "PRAGMA user_version=99");
  CHECK(error_of(SqliteStore::restore(files.copy, other)).code == ErrorCode::newer);
}

TEST_CASE("backup: a view of ours in a store is somebody else's work, and nothing is copied") {
  const Files files;
  { open_sqlite(files.store); }
  tamper(files.store, "CREATE VIEW v_entry AS SELECT 1");
  CHECK(error_of(SqliteReader::open(files.store)).reason == "schema");
  CHECK(error_of(SqliteStore::open(files.store)).reason == "schema");
}

TEST_CASE("backup: a store that nobody serves can be copied without taking it into service") {
  const Files files;
  {
    const auto store = open_sqlite(files.store);
    fill(*store, 100);
  }
  const std::string before = content_of_file(files.store);
  {
    const auto reader = SqliteReader::open(files.store);
    REQUIRE(reader);
    CHECK((*reader)->kind() == SqliteFileKind::store);
    CHECK(error_of(SqliteStore::open(files.store)).reason == "held");
    auto backup = (*reader)->begin_backup(files.copy, sql_views());
    REQUIRE(backup);
    run_to_end(**backup);
  }
  CHECK(content_of_file(files.store) == before);
  CHECK(others_in(files.folder.path(), {"desk.novelo", "copy.novelo"}).empty());
  must(SqliteStore::restore(files.copy, files.back));
  CHECK(rows_of(*open_sqlite(files.back)) == rows_of(*open_sqlite(files.store)));
  const auto live = open_sqlite(files.store);
  const Error held = error_of(SqliteReader::open(files.store));
  CHECK(held.reason == "held");
  CHECK(held.remedy.find("backup") != std::string::npos);
  // Whoever was refused has not ended the lock of the one who serves it.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    const int handle = ::open(files.store.c_str(), O_RDWR | O_CLOEXEC);
    ::_exit(::fcntl(handle, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace novelo
