// What a backup is made of, for those who begin one: the store and the reader.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "novelo/stores/sqlite_backup.hpp"
#include "stores/partial_file.hpp"
#include "stores/sqlite_copier.hpp"
#include "stores/sqlite_publisher.hpp"

namespace novelo {

Error store_closed_error(const std::string& path);

class SqliteBackup::Body {
 public:
  static Result<std::unique_ptr<Body>> begin(SqliteConnection& source, const std::string& path,
                                             PublishedViews views, const BackupOptions& options);
  ~Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  Status step(std::size_t most);
  BackupProgress progress() const { return progress_; }
  // For the source, which abandons it when it goes.
  std::weak_ptr<SqliteCopier> copier() const { return copier_; }

 private:
  Body(std::string path, std::unique_ptr<PartialFile> partial)
      : path_(std::move(path)), partial_(std::move(partial)) {}

  Status work(std::size_t most);
  Status copy(std::size_t most);
  Status publish(std::size_t most);
  Status close();
  void let_go();
  // Nobody but us knows the partial file's name.
  Error named(Error error) const;

  std::string path_;
  std::unique_ptr<PartialFile> partial_;
  std::unique_ptr<SqliteConnection> target_;
  std::shared_ptr<SqliteCopier> copier_;  // until all is copied
  std::optional<SqlitePublisher> publisher_;
  BackupProgress progress_;
  std::optional<Error> failure_;
};

}  // namespace novelo
