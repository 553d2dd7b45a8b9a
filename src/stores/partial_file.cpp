#include "stores/partial_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace novelo {
namespace {

Error exists(const std::string& path) {
  return {ErrorCode::refused, "exists", "there is something at this path already", path,
          "name a file that does not exist; nothing is ever written over"};
}

Error running(const std::string& path) {
  return {ErrorCode::busy, "backup_running", "this file is being made by somebody else", path,
          "wait until that is done, or name another file"};
}

Error system_error_at(const std::string& path, int code) {
  const std::string message = std::generic_category().message(code);
  const auto error = [&](std::string reason, std::string_view what, std::string remedy) {
    return Error{ErrorCode::storage, std::move(reason), fmt::format("{} ({})", what, message), path,
                 std::move(remedy)};
  };
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return error("full", "the disk has no room for the file",
                   "free space there, or name a file on another disk");
    case EROFS:
    case EACCES:
    case EPERM:
      return error("read_only", "the folder cannot be written",
                   "give this user the right to write in it, or name another folder");
    case EIO:
      return error("io", "the disk reported an error",
                   "look at the system's log for this disk before going on");
    default: return error("cannot_open", "the file cannot be made", "see that the folder exists");
  }
}

bool is_there(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0;
}

// Whether the handle is still of the file that has this name.
bool is_at(int handle, const std::string& path) {
  struct stat mine {};
  struct stat named {};
  return ::fstat(handle, &mine) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

// Gives the name without taking it from anybody. Some file systems have no links.
int give_name(const std::string& partial, const std::string& path) {
  if (::link(partial.c_str(), path.c_str()) == 0) {
    ::unlink(partial.c_str());
    return 0;
  }
  if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return errno;
  if (is_there(path)) return EEXIST;
  return std::rename(partial.c_str(), path.c_str()) == 0 ? 0 : errno;
}

int sync_folder(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return errno;
  const int code = ::fsync(handle) == 0 ? 0 : errno;
  ::close(handle);
  return code;
}

}  // namespace

Result<std::unique_ptr<PartialFile>> PartialFile::create(const std::string& path) {
  // A log that belonged to another file would be taken for this one's.
  for (const char* beside : {"", "-wal", "-journal", "-shm"}) {
    if (is_there(path + beside)) return fail(exists(path + beside));
  }
  const std::string partial = path + ".partial";
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  const int handle = ::open(partial.c_str(), flags, S_IRUSR | S_IWUSR);
  if (handle < 0) {
    return fail(errno == ELOOP ? exists(partial) : system_error_at(partial, errno));
  }
  struct stat found {};
  // A second name of some other file: emptying it would empty that.
  if (::fstat(handle, &found) != 0 || !S_ISREG(found.st_mode) || found.st_nlink != 1) {
    ::close(handle);
    return fail(exists(partial));
  }
  const bool locked = ::flock(handle, LOCK_EX | LOCK_NB) == 0;
  // Whoever had it may have given it its name, or taken it away, in between.
  if (!locked || !is_at(handle, partial)) {
    ::close(handle);
    return fail(running(path));
  }
  std::unique_ptr<PartialFile> file(new PartialFile(path, handle));
  if (::ftruncate(handle, 0) != 0) return fail(system_error_at(partial, errno));
  for (const char* beside : {"-wal", "-journal", "-shm"}) ::unlink((partial + beside).c_str());
  return file;
}

PartialFile::~PartialFile() {
  if (!published_) {
    for (const char* beside : {"", "-wal", "-journal", "-shm"}) {
      ::unlink((partial_ + beside).c_str());
    }
  }
  ::close(handle_);
}

Status PartialFile::publish() {
  if (::fsync(handle_) != 0) return fail(system_error_at(partial_, errno));
  if (const int code = give_name(partial_, path_); code != 0) {
    return fail(code == EEXIST ? exists(path_) : system_error_at(path_, code));
  }
  published_ = true;
  if (const int code = sync_folder(path_); code != 0) return fail(system_error_at(path_, code));
  return {};
}

}  // namespace novelo
