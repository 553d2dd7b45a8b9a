// A file that gets its name only when it is whole.
//
// It stands at `<path>.partial` under a lock (flock) that its process holds: what a dead process
// left there is used again, what a living one is making is let be. Then `publish` syncs it, links
// it to `path`, where nothing may be, and syncs the folder.
#pragma once

#include <memory>
#include <string>

#include "novelo/base/result.hpp"

namespace novelo {

class PartialFile {
 public:
  // Empty, readable by its owner alone. `path` is absolute. Errors: `refused` ("exists"), `busy`
  // ("backup_running"), `storage` ("cannot_open", "read_only", "full", "io").
  static Result<std::unique_ptr<PartialFile>> create(const std::string& path);

  // Takes the partial file away, unless it was published.
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  // Where it is written. SQLite's handles on it must be closed before this object goes and before
  // `publish`: closing any other one would end their locks.
  const std::string& name() const { return partial_; }

  Status publish();

 private:
  PartialFile(std::string path, int handle)
      : path_(std::move(path)), partial_(path_ + ".partial"), handle_(handle) {}

  std::string path_;
  std::string partial_;
  int handle_;
  bool published_ = false;
};

}  // namespace novelo
