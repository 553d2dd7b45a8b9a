#include "crash/crash_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "crash/memory_faults.hpp"

namespace novelo::crash {

// What SQLite holds of an open file. It begins as SQLite wants it to.
struct CrashVfs::File {
  sqlite3_file base;
  CrashVfs* vfs;
  std::uint32_t number;
  int level;          // of its lock
  bool syncs_folder;  // at the first sync: a log or journal that was made by this opening
  bool delete_on_close;
  std::string* name;
};

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::none: return "none";
    case Fault::io_once: return "io";
    case Fault::io_forever: return "io-forever";
    case Fault::full_once: return "full";
    case Fault::full_forever: return "full-forever";
    case Fault::short_read: return "short-read";
    case Fault::sync_fails: return "sync";
    case Fault::dies: return "kill";
  }
  return "";
}

bool can_strike(Fault fault, Act act) {
  switch (fault) {
    case Fault::none: return false;
    case Fault::io_once:
    case Fault::io_forever:
    case Fault::dies: return true;
    case Fault::full_once:
    case Fault::full_forever: return act == Act::write || act == Act::create;
    case Fault::short_read: return act == Act::read;
    case Fault::sync_fails: return act == Act::sync;
  }
  return false;
}

CrashVfs::File& CrashVfs::file_of(sqlite3_file* file) {
  return *reinterpret_cast<File*>(file);
}

CrashVfs& CrashVfs::vfs_of(sqlite3_vfs* vfs) {
  return *static_cast<CrashVfs*>(vfs->pAppData);
}

CrashVfs::CrashVfs(Image image, const FaultPlan& plan, bool keeps_power)
    : disk_(std::move(image), keeps_power), plan_(plan), chance_(plan.seed) {
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(File);
  vfs_.mxPathname = 512;
  vfs_.zName = "novelo-crash";
  vfs_.pAppData = this;
  vfs_.xOpen = [](sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    return vfs_of(vfs).open(name, file, flags, out);
  };
  vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int syncs) {
    return vfs_of(vfs).remove(name, syncs != 0);
  };
  vfs_.xAccess = [](sqlite3_vfs* vfs, const char* name, int, int* there) {
    const PauseFaults quiet;
    CrashVfs& files = vfs_of(vfs);
    if (files.begin({Act::look, 0, name, 0, {}, false})) return SQLITE_IOERR_ACCESS;
    // As SQLite's own does it: an empty file counts for none where somebody asks whether it exists.
    const auto file = files.disk_.file_at(name);
    *there = file && !files.disk_.bytes(*file).empty() ? 1 : 0;
    return SQLITE_OK;
  };
  vfs_.xFullPathname = [](sqlite3_vfs*, const char* name, int room, char* full) {
    sqlite3_snprintf(room, full, "%s", name);
    return SQLITE_OK;
  };
  vfs_.xRandomness = [](sqlite3_vfs*, int amount, char* bytes) {
    Chance same(static_cast<std::uint64_t>(amount));
    for (int i = 0; i < amount; ++i) bytes[i] = static_cast<char>(same.next());
    return amount;
  };
  vfs_.xSleep = [](sqlite3_vfs*, int microseconds) { return microseconds; };
  vfs_.xCurrentTime = [](sqlite3_vfs*, double* days) {
    *days = 2461102.0;
    return SQLITE_OK;
  };
  vfs_.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
  vfs_.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* milliseconds) {
    *milliseconds = 212639212800000;
    return SQLITE_OK;
  };
  sqlite3_vfs_register(&vfs_, 1);
  sqlite3_randomness(0, nullptr);  // drawn anew, from here
}

CrashVfs::~CrashVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_randomness(0, nullptr);
}

const sqlite3_io_methods& CrashVfs::methods() {
  static const sqlite3_io_methods table = [] {
    sqlite3_io_methods all{};
    all.iVersion = 1;
    all.xClose = [](sqlite3_file* file) { return file_of(file).vfs->close(file); };
    all.xRead = [](sqlite3_file* file, void* bytes, int amount, sqlite3_int64 at) {
      return file_of(file).vfs->read(file_of(file), bytes, amount, at);
    };
    all.xWrite = [](sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 at) {
      return file_of(file).vfs->write(file_of(file), bytes, amount, at);
    };
    all.xTruncate = [](sqlite3_file* file, sqlite3_int64 bytes) {
      const PauseFaults quiet;
      const File& opened = file_of(file);
      const Operation operation{
          Act::truncate, opened.number, *opened.name, static_cast<std::uint64_t>(bytes), {}, false};
      if (opened.vfs->begin(operation)) return SQLITE_IOERR_TRUNCATE;
      opened.vfs->disk_.apply(operation);
      return SQLITE_OK;
    };
    all.xSync = [](sqlite3_file* file, int) { return file_of(file).vfs->sync(file_of(file)); };
    all.xFileSize = [](sqlite3_file* file, sqlite3_int64* bytes) {
      const PauseFaults quiet;
      const File& opened = file_of(file);
      if (opened.vfs->begin({Act::look, opened.number, *opened.name, 0, {}, false})) {
        return SQLITE_IOERR_FSTAT;
      }
      *bytes = static_cast<sqlite3_int64>(opened.vfs->disk_.bytes(opened.number).size());
      return SQLITE_OK;
    };
    all.xLock = [](sqlite3_file* file, int level) {
      return file_of(file).vfs->lock(file_of(file), level);
    };
    all.xUnlock = [](sqlite3_file* file, int level) {
      return file_of(file).vfs->unlock(file_of(file), level);
    };
    all.xCheckReservedLock = [](sqlite3_file* file, int* reserved) {
      const PauseFaults quiet;
      const Lock& lock = file_of(file).vfs->locks_[file_of(file).number];
      *reserved = lock.reserved != nullptr || lock.exclusive != nullptr ? 1 : 0;
      return SQLITE_OK;
    };
    all.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
    all.xSectorSize = [](sqlite3_file*) { return 4096; };  // as SQLite's own says
    all.xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; };
    return all;
  }();
  return table;
}

bool CrashVfs::begin(const Operation& operation) {
  const std::uint64_t index = operations_++;
  if (watcher_) watcher_(index, operation);
  const bool lasts = plan_.fault == Fault::io_forever || plan_.fault == Fault::full_forever;
  const bool now = lasts ? index >= plan_.at : index == plan_.at;
  if (dead_) return true;
  if (!now || !can_strike(plan_.fault, operation.act)) return false;
  struck_ = true;
  dead_ = plan_.fault == Fault::dies;
  return true;
}

int CrashVfs::open(const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const PauseFaults quiet;
  file->pMethods = nullptr;
  const std::string named =
      name != nullptr ? name : "/novelo-crash/unnamed-" + std::to_string(unnamed_++);
  const auto there = disk_.file_at(named);
  const bool makes = !there && (flags & SQLITE_OPEN_CREATE) != 0;
  const std::uint32_t number = there ? *there : disk_.next_file();
  const Operation operation{makes ? Act::create : Act::open, number, named, 0, {}, false};
  if (begin(operation)) {
    return plan_.fault == Fault::full_once || plan_.fault == Fault::full_forever ? SQLITE_FULL
                                                                                 : SQLITE_CANTOPEN;
  }
  if (!there && !makes) return SQLITE_CANTOPEN;
  disk_.apply(operation);
  const bool beside = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  File* opened = new (file) File{{&methods()},    this,
                                 number,          SQLITE_LOCK_NONE,
                                 makes && beside, (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
                                 nullptr};
  opened->name = new std::string(named);
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int CrashVfs::close(sqlite3_file* file) {
  const PauseFaults quiet;
  File& opened = file_of(file);
  unlock(opened, SQLITE_LOCK_NONE);
  if (opened.delete_on_close && !dead_) {
    disk_.apply({Act::remove, 0, *opened.name, 0, {}, false});
  }
  delete opened.name;
  file->pMethods = nullptr;
  return SQLITE_OK;
}

int CrashVfs::read(const File& file, void* bytes, int amount, sqlite3_int64 at) {
  const PauseFaults quiet;
  const auto from = static_cast<std::uint64_t>(at);
  const auto wanted = static_cast<std::uint64_t>(amount);
  const bool strikes = begin({Act::read, file.number, *file.name, from, {}, false});
  if (strikes && plan_.fault != Fault::short_read) return SQLITE_IOERR_READ;
  const std::string& all = disk_.bytes(file.number);
  std::uint64_t there = from < all.size() ? std::min<std::uint64_t>(all.size() - from, wanted) : 0;
  if (strikes && there > 0) there = chance_.below(there);
  if (there > 0) std::memcpy(bytes, all.data() + from, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(bytes) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int CrashVfs::write(const File& file, const void* bytes, int amount, sqlite3_int64 at) {
  const PauseFaults quiet;
  Operation operation{
      Act::write,
      file.number,
      *file.name,
      static_cast<std::uint64_t>(at),
      std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(amount)),
      false};
  const bool was_dead = dead_;
  const bool strikes = begin(operation);
  if (strikes) operation.bytes.resize(chance_.below(operation.bytes.size() + 1));
  if (!was_dead) disk_.apply(operation);
  if (!strikes) return SQLITE_OK;
  return plan_.fault == Fault::full_once || plan_.fault == Fault::full_forever ? SQLITE_FULL
                                                                               : SQLITE_IOERR_WRITE;
}

int CrashVfs::sync(File& file) {
  const PauseFaults quiet;
  const Operation operation{Act::sync, file.number, *file.name, 0, {}, file.syncs_folder};
  if (begin(operation)) {
    if (plan_.fault == Fault::sync_fails) disk_.fail_sync(file.number, chance_);
    return SQLITE_IOERR_FSYNC;
  }
  disk_.apply(operation);
  file.syncs_folder = false;
  return SQLITE_OK;
}

int CrashVfs::remove(const char* name, bool syncs_folder) {
  const PauseFaults quiet;
  const Operation operation{Act::remove, 0, name, 0, {}, syncs_folder};
  if (begin(operation)) return SQLITE_IOERR_DELETE;
  if (!disk_.file_at(name)) return SQLITE_IOERR_DELETE_NOENT;
  disk_.apply(operation);
  return SQLITE_OK;
}

int CrashVfs::lock(File& file, int level) {
  const PauseFaults quiet;
  if (file.level >= level) return SQLITE_OK;
  Lock& lock = locks_[file.number];
  const auto others = [&](const File* holder) { return holder != nullptr && holder != &file; };
  if (others(lock.exclusive)) return SQLITE_BUSY;
  if (level >= SQLITE_LOCK_RESERVED && others(lock.reserved)) return SQLITE_BUSY;
  const bool shares = file.level >= SQLITE_LOCK_SHARED;
  if (level == SQLITE_LOCK_SHARED) {
    ++lock.shared;
  } else if (level == SQLITE_LOCK_RESERVED) {
    lock.reserved = &file;
  } else {
    lock.exclusive = &file;
    if (lock.shared > (shares ? 1 : 0)) return SQLITE_BUSY;  // pending: the others are leaving
  }
  file.level = level;
  return SQLITE_OK;
}

int CrashVfs::unlock(File& file, int level) {
  const PauseFaults quiet;
  Lock& lock = locks_[file.number];
  if (lock.exclusive == &file) lock.exclusive = nullptr;
  if (lock.reserved == &file) lock.reserved = nullptr;
  if (level == SQLITE_LOCK_NONE && file.level >= SQLITE_LOCK_SHARED) --lock.shared;
  file.level = std::min(file.level, level);
  return SQLITE_OK;
}

}  // namespace novelo::crash
