#include "bench/bare_sqlite.hpp"

#include <cstdlib>
#include <utility>

namespace novelo::bench {
namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

constexpr const char* settings =
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=4096; PRAGMA mmap_size=0;"
    "PRAGMA cell_size_check=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=16000;";
constexpr const char* schema =
    "CREATE TABLE entry(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE conversation(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE effect(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;";

}  // namespace

BareSqlite::BareSqlite(const std::string& path, Store& store) {
  sqlite3* handle = nullptr;
  expect(sqlite3_open_v2(path.c_str(), &handle,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                         nullptr) == SQLITE_OK);
  handle_.reset(handle);
  execute(settings);
  execute(schema);
  begin_ = prepare("BEGIN IMMEDIATE");
  commit_ = prepare("COMMIT");
  entry_ = prepare("INSERT INTO entry(key, value) VALUES(?1, ?2)");
  conversation_ = prepare(
      "INSERT INTO conversation(key, value) VALUES(?1, ?2) "
      "ON CONFLICT(key) DO UPDATE SET value=excluded.value");
  effect_ = prepare("INSERT INTO effect(key, value) VALUES(?1, ?2)");
  settled_ = prepare("DELETE FROM effect WHERE key=?1");
  run(begin_);
  take_over(store, Table::entry, entry_);
  take_over(store, Table::conversation, conversation_);
  take_over(store, Table::effect, effect_);
  run(commit_);
}

void BareSqlite::set_values(std::string entry, std::string conversation, std::string effect) {
  entry_value_ = std::move(entry);
  conversation_value_ = std::move(conversation);
  effect_value_ = std::move(effect);
}

void BareSqlite::write(const std::vector<BareMessage>& messages) {
  run(begin_);
  for (const BareMessage& message : messages) {
    run(entry_, message.entry_key, entry_value_);
    run(conversation_, message.conversation_key, conversation_value_);
    run(effect_, message.effect_key, effect_value_);
  }
  run(commit_);
}

void BareSqlite::settle(const std::vector<BareMessage>& messages) {
  run(begin_);
  for (const BareMessage& message : messages) run(settled_, message.effect_key, {});
  run(commit_);
}

std::uint64_t BareSqlite::written_bytes() {
  constexpr std::uint64_t frame_bytes = 4096 + 24;  // https://sqlite.org/fileformat2.html#walformat
  int pages = 0;
  int highest = 0;
  sqlite3_db_status(handle_.get(), SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 1);
  return static_cast<std::uint64_t>(pages) * frame_bytes;
}

BareSqlite::Statement BareSqlite::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  expect(sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr) == SQLITE_OK);
  return Statement(statement);
}

void BareSqlite::execute(const char* sql) {
  expect(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK);
}

void BareSqlite::take_over(Store& store, Table table, const Statement& put) {
  const auto rows = store.scan(table, std::string(1, '\0'), std::string(1, '\xff'),
                               static_cast<std::size_t>(-1), Order::ascending);
  expect(rows.has_value());
  for (const Row& row : *rows) run(put, row.key, row.value);
}

void BareSqlite::run(const Statement& statement, const std::string& key, const std::string& value) {
  sqlite3_bind_blob64(statement.get(), 1, key.data(), key.size(), SQLITE_STATIC);
  if (statement != settled_) {
    sqlite3_bind_blob64(statement.get(), 2, value.data(), value.size(), SQLITE_STATIC);
  }
  run(statement);
}

void BareSqlite::run(const Statement& statement) {
  expect(sqlite3_step(statement.get()) == SQLITE_DONE);
  sqlite3_reset(statement.get());
}

}  // namespace novelo::bench
