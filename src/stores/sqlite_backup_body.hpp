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
  // The backups of one store, of which one at a time copies.
  class Series {
   public:
    // `busy` ("backup_running"), or as below.
    Result<std::unique_ptr<Body>> begin(SqliteConnection& source, const std::string& path,
                                        PublishedViews views, const BackupOptions& options);
    // The store is out of service: one that copies fails with `why`.
    void abandon(const Error& why);
    // The store of this path goes. Needs no memory.
    void close(const std::string& path);

   private:
    std::weak_ptr<SqliteCopier> copying_;
  };

  static Result<std::unique_ptr<Body>> begin(SqliteConnection& source, const std::string& path,
                                             PublishedViews views, const BackupOptions& options);
  ~Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  Status step(std::size_t most);
  BackupProgress progress() const { return progress_; }

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
