// Host: whoever runs a store on a disk that may fail. It opens the store when it is needed, opens
// it again when it has gone out of service, tries a refused commit again a few times, and gives up
// when nothing works any more.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crash/crash_vfs.hpp"
#include "crash/history.hpp"
#include "crash/witness_store.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::crash {

class Host {
 public:
  Host(CrashVfs& files, History& history, const SqliteOptions& options, Slip slip = Slip::none);

  // The store as it is to be used; null when it cannot be opened, which counts as a failure.
  WitnessStore* store();
  void close();
  bool is_open() const { return store_ != nullptr; }

  // What to do after an error: true when it is worth another try.
  bool recover(const Error& error);
  void went_well() { failures_ = 0; }
  bool given_up() const { return given_up_; }

  // Until it is done, or was refused for good.
  void commit(const std::vector<TenantWrites>& parts);
  Fence open_tenant(const std::string& name);
  void maintain(std::uint64_t budget);

  // Told of every answer that was an error.
  void trace(std::function<void(const std::string&)> trace) { trace_ = std::move(trace); }

  CrashVfs& files() { return *files_; }
  History& history() { return *history_; }
  std::vector<std::string>& complaints() { return complaints_; }
  // Errors that were answered, for the record: "storage/io".
  const std::map<std::string, std::uint64_t>& answers() const { return answers_; }

 private:
  CrashVfs* files_;
  History* history_;
  SqliteOptions options_;
  Slip slip_;
  std::unique_ptr<SqliteStore> inner_;
  std::unique_ptr<WitnessStore> store_;
  std::vector<std::string> complaints_;
  std::map<std::string, std::uint64_t> answers_;
  std::function<void(const std::string&)> trace_;
  int failures_ = 0;
  bool given_up_ = false;
};

}  // namespace novelo::crash
