// A file that gets its name only when it is whole.
//
//   <path>.partial        the file as long as it is made
//   <path>.partial-mark   who makes it: a line of ours, and which file that is; its lock (flock) is
//                         held by the process that makes it
//
// Neither name is taken from anybody. What stands at `<path>.partial` is used again only where the
// mark says that it is what a dead process left: the same inode, made at the same time. Then
// `publish` syncs it, links it to `path`, where nothing may be, and syncs the folder.
#pragma once

#include <memory>
#include <string>

#include "novelo/base/result.hpp"

namespace novelo {

class PartialFile {
 public:
  // Empty, readable by its owner alone. Both paths are absolute; `source` is the database that is
  // copied, whose names (`-wal`, `-journal`, `-shm`) are never given to anything. Errors: `invalid`
  // ("bad_path"), `refused` ("exists"), `busy` ("backup_running"), `storage` ("cannot_open",
  // "read_only", "full", "io").
  static Result<std::unique_ptr<PartialFile>> create(const std::string& path,
                                                     const std::string& source);

  // Takes the partial file away, unless it was published, and the mark.
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  // Where it is written. SQLite's handles on it must be closed before `publish` and before this
  // object goes.
  const std::string& name() const { return partial_; }

  // Success: it is at `path`, durably. Failure: nothing is there, but for one that the disk's own
  // error leaves open: when the folder cannot be synced the name is taken away again.
  Status publish();

 private:
  class Mark;
  PartialFile(std::string path, int folder, std::unique_ptr<Mark> mark);

  std::string path_;
  std::string partial_;
  int folder_;  // open, so that what cannot be synced is known before anything is made
  std::unique_ptr<Mark> mark_;
  bool published_ = false;
};

}  // namespace novelo
