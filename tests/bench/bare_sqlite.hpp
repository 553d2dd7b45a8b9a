// What SQLite alone can do: prepared statements over rows that are ready, with the settings and the
// schema of SqliteStore. The measure that ingestion is held against.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "novelo/store.hpp"

namespace novelo::bench {

// The three rows of one message.
struct BareMessage {
  std::string entry_key;
  std::string conversation_key;
  std::string effect_key;
};

class BareSqlite {
 public:
  // Takes over what `store` has in the three tables, so that both write into trees of the same
  // size.
  BareSqlite(const std::string& path, Store& store);

  // The values that every message writes.
  void set_values(std::string entry, std::string conversation, std::string effect);

  // One commit: entries and effects inserted, conversations put.
  void write(const std::vector<BareMessage>& messages);
  // One commit: the effects are settled.
  void settle(const std::vector<BareMessage>& messages);

  // Bytes written to the log since the last call.
  std::uint64_t written_bytes();

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  Statement prepare(const std::string& sql);
  void execute(const char* sql);
  void take_over(Store& store, Table table, const Statement& put);
  void run(const Statement& statement, const std::string& key, const std::string& value);
  void run(const Statement& statement);

  std::unique_ptr<sqlite3, Close> handle_;
  Statement begin_, commit_, entry_, conversation_, effect_, settled_;
  std::string entry_value_, conversation_value_, effect_value_;
};

}  // namespace novelo::bench
