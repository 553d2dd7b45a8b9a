#include "stores/partial_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace novelo {
namespace {

constexpr std::array<const char*, 3> beside_a_database = {"-wal", "-journal", "-shm"};
// Shorter than any database, so that no database's locks end when a mark is closed.
constexpr std::size_t longest_mark = 256;
constexpr std::string_view first_words = "novelo: a file is being made here\n";

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
      return error("read_only", "the folder cannot be read and written",
                   "give this user the right to both, or name another folder");
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

// Which file has this name, in words that no other file ever had: inodes are given again, not at
// the same time. Nothing for what is no plain file with one name.
std::optional<std::string> identity_of(const std::string& path) {
  struct statx found {};
  constexpr int how = AT_SYMLINK_NOFOLLOW;
  if (::statx(AT_FDCWD, path.c_str(), how, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) return {};
  if (!S_ISREG(found.stx_mode) || found.stx_nlink != 1) return {};
  return fmt::format("{}:{} {} {}.{}\n", found.stx_dev_major, found.stx_dev_minor, found.stx_ino,
                     found.stx_btime.tv_sec, found.stx_btime.tv_nsec);
}

bool is_empty(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_nlink == 1 &&
         found.st_size == 0;
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

std::string text_of(int handle) {
  std::array<char, longest_mark> text{};
  const ssize_t bytes = ::pread(handle, text.data(), text.size(), 0);
  return bytes > 0 ? std::string(text.data(), static_cast<std::size_t>(bytes)) : std::string();
}

int sync_file(const std::string& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (handle < 0) return errno;
  const int code = ::fsync(handle) == 0 ? 0 : errno;
  ::close(handle);
  return code;
}

int open_folder(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

// The same however the folder is written.
std::string with_real_folder(const std::string& path) {
  std::error_code trouble;
  const std::filesystem::path given(path);
  const std::filesystem::path folder = std::filesystem::canonical(given.parent_path(), trouble);
  return trouble ? path : (folder / given.filename()).string();
}

Status check_names(const std::string& path, const std::string& source) {
  // A log that belonged to another file would be taken for this one's.
  if (is_there(path)) return fail(exists(path));
  for (const char* beside : beside_a_database) {
    if (is_there(path + beside)) return fail(exists(path + beside));
  }
  const std::string named = with_real_folder(path);
  const std::string taken = with_real_folder(source);
  for (const char* beside : beside_a_database) {
    if (named == taken + beside) {
      return fail(Error{ErrorCode::invalid, "bad_path", "this name belongs to the store itself",
                        path, "name another file"});
    }
  }
  return {};
}

}  // namespace

// The mark beside a partial file, under a lock.
class PartialFile::Mark {
 public:
  static Result<std::unique_ptr<Mark>> take(const std::string& path);
  ~Mark() {
    ::unlink(name_.c_str());
    ::close(handle_);
  }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;

  // Makes the partial file, in the place of what a dead process left.
  Status make(const std::string& partial);

 private:
  Mark(std::string name, int handle) : name_(std::move(name)), handle_(handle) {}
  bool write(const std::string& text);

  std::string name_;
  int handle_;
};

Result<std::unique_ptr<PartialFile::Mark>> PartialFile::Mark::take(const std::string& path) {
  const std::string name = path + ".partial-mark";
  constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  int handle = ::open(name.c_str(), flags | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  if (handle < 0 && errno != EEXIST) return fail(system_error_at(name, errno));
  if (handle < 0) {
    struct stat found {};
    // Anything else is not even opened: whoever closes a database ends the locks on it.
    if (::lstat(name.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_nlink != 1 ||
        found.st_size > static_cast<off_t>(longest_mark)) {
      return fail(exists(name));
    }
    handle = ::open(name.c_str(), flags);
    if (handle < 0) return fail(system_error_at(name, errno));
  }
  // Whoever had it may have taken it away in between.
  if (::flock(handle, LOCK_EX | LOCK_NB) != 0 || !is_at(handle, name)) {
    ::close(handle);
    return fail(running(path));
  }
  const std::string text = text_of(handle);
  if (!text.empty() && !text.starts_with(first_words)) {
    ::close(handle);
    return fail(exists(name));
  }
  return std::unique_ptr<Mark>(new Mark(name, handle));
}

// Every text begins with the same words, which are there at any instant.
bool PartialFile::Mark::write(const std::string& text) {
  return ::pwrite(handle_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
         ::ftruncate(handle_, static_cast<off_t>(text.size())) == 0;
}

Status PartialFile::Mark::make(const std::string& partial) {
  const std::string before = text_of(handle_);
  if (is_there(partial)) {
    // Between making it and writing its identity a process can die: then it is empty.
    const std::optional<std::string> found = identity_of(partial);
    const bool left =
        before.size() > first_words.size() && found && before.substr(first_words.size()) == *found;
    const bool just_made = before == first_words && is_empty(partial);
    if (!left && !just_made) return fail(exists(partial));
    for (const char* beside : beside_a_database) ::unlink((partial + beside).c_str());
    ::unlink(partial.c_str());
  }
  for (const char* beside : beside_a_database) {
    if (is_there(partial + beside)) return fail(exists(partial + beside));
  }
  if (!write(std::string(first_words))) return fail(system_error_at(name_, errno));
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  const int handle = ::open(partial.c_str(), flags, S_IRUSR | S_IWUSR);
  if (handle < 0) return fail(errno == EEXIST ? exists(partial) : system_error_at(partial, errno));
  ::close(handle);  // before anybody has a lock on it
  const std::optional<std::string> made = identity_of(partial);
  if (made && write(std::string(first_words) + *made)) return {};
  const int code = errno;
  ::unlink(partial.c_str());
  return fail(system_error_at(name_, code));
}

PartialFile::PartialFile(std::string path, int folder, std::unique_ptr<Mark> mark)
    : path_(std::move(path)),
      partial_(path_ + ".partial"),
      folder_(folder),
      mark_(std::move(mark)) {}

Result<std::unique_ptr<PartialFile>> PartialFile::create(const std::string& path,
                                                         const std::string& source) {
  if (Status free = check_names(path, source); !free) return fail(std::move(free).error());
  const int folder = open_folder(path);
  if (folder < 0) return fail(system_error_at(path, errno));
  auto mark = Mark::take(path);
  Status made = mark ? (*mark)->make(path + ".partial") : fail(mark.error());
  if (!made) {
    ::close(folder);
    return fail(std::move(made).error());
  }
  return std::unique_ptr<PartialFile>(new PartialFile(path, folder, std::move(*mark)));
}

PartialFile::~PartialFile() {
  if (!published_) {
    for (const char* beside : beside_a_database) ::unlink((partial_ + beside).c_str());
    ::unlink(partial_.c_str());
  }
  mark_.reset();  // after what it stands for
  ::close(folder_);
}

Status PartialFile::publish() {
  if (const int code = sync_file(partial_); code != 0) return fail(system_error_at(partial_, code));
  if (const int code = give_name(partial_, path_); code != 0) {
    return fail(code == EEXIST ? exists(path_) : system_error_at(path_, code));
  }
  published_ = true;
  if (::fsync(folder_) == 0) return {};
  // Nobody knows whether the name would outlive a loss of power: it is no backup.
  const int code = errno;
  ::unlink(path_.c_str());
  return fail(system_error_at(path_, code));
}

}  // namespace novelo
