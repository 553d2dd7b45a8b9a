// The published tables of a backup: made of the copy's rows, a few at a time.
//
//   published_<name>   tenant (its number), and one column for each value
//   v_<name>           the same with the tenant's name: the public schema
//   v_schema           version, view, position, name, type: every column there is
//
// Every row of every table is read on the way, in order, so that a copy that cannot be read is
// found out before it gets its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "novelo/published_view.hpp"
#include "stores/sqlite_connection.hpp"

namespace novelo {

class SqlitePublisher {
 public:
  // `invalid` ("bad_view") when the views cannot be told apart, or name what is no column.
  static Status check(const PublishedViews& views);

  // `views` passed the check; `connection` lives longer.
  SqlitePublisher(SqliteConnection& connection, PublishedViews views)
      : connection_(connection), views_(std::move(views)) {}

  // Makes the empty tables and the views, and opens the transaction.
  Status begin();
  // Reads at most `rows` rows; true when there are no more, and everything is written.
  Result<bool> step(std::size_t rows);

  std::uint64_t rows() const { return rows_; }
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  struct Insertion {
    const PublishedView* view;
    SqliteStatement statement;
  };
  Status describe(const PublishedView& view);
  Status open_table(Table table);
  Status publish(std::string_view key, std::string_view record);
  Status insert(Insertion& insertion, std::int64_t tenant);
  Status finish();

  SqliteConnection& connection_;
  PublishedViews views_;
  std::uint8_t tables_ = 0;  // that the copy has
  std::uint8_t table_ = 0;   // under way; 0: none yet
  std::string after_;        // the key read last
  bool first_ = true;        // no key of this table was read
  std::optional<SqliteStatement> rows_after_;
  std::vector<Insertion> insertions_;  // of this table's views
  std::vector<SqlValue> values_;
  std::uint64_t rows_ = 0;
  std::uint64_t unreadable_ = 0;
};

}  // namespace novelo
