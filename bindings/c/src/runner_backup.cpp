// A backup of a store that a runner has.
#include <future>
#include <thread>
#include <utility>

#include "backups.hpp"
#include "runner_calls.hpp"

using namespace novelo;
using abi::GivenBackup;
using abi::RunnerBox;

namespace {

Error no_memory() {
  return {ErrorCode::internal, "memory", "There is no memory left.", {}, {}};
}

// Does something on the runner's thread, and waits until it is done.
template <class Work>
Status between(Runner& runner, Work work) {
  const auto done = std::make_shared<std::promise<Status>>();
  std::future<Status> worked = done->get_future();
  const auto job = [done, work](const Status& may) {
    Status result = may;
    try {
      if (may) result = work();
    } catch (...) {
      result = fail(no_memory());
    }
    done->set_value(std::move(result));
  };
  Status accepted = runner.between(job);
  while (!accepted && accepted.error().reason == "queue_full") {  // of backups alone
    std::this_thread::yield();
    accepted = runner.between(job);
  }
  return accepted ? worked.get() : accepted;
}

Status copy(Runner& runner, SqliteStore& store, const GivenBackup& given,
            std::unique_ptr<SqliteBackup>& backup) {
  Status worked = between(runner, [&]() -> Status {
    auto begun = abi::begin_backup(&store, given);
    if (!begun) return fail(begun.error());
    backup = std::move(*begun);
    return {};
  });
  while (worked && backup->progress().phase == BackupPhase::copying) {
    worked = between(runner, [&] { return backup->step(given.step); });
    if (worked) worked = given.tell(backup->progress());
  }
  return worked;
}

// Gives up what copies: where the store is used, or when nobody uses it any more.
void give_up(Runner& runner, std::unique_ptr<SqliteBackup>& backup) {
  const Status done = between(runner, [&]() -> Status {
    backup.reset();
    return {};
  });
  if (done) return;
  (void)runner.stop();  // it is stopping: waits for the end
  backup.reset();
}

}  // namespace

novelo_status novelo_runner_backup(novelo_runner* runner, const char* path, size_t size,
                                   const novelo_backup_options* options, novelo_error** error) {
  return abi::on_runner(runner, error, [&](RunnerBox& box, Runner& entered) -> Status {
    if (entered.inside()) {
      return fail({ErrorCode::reentrant, "inside", "The runner's own thread cannot wait for it.",
                   "runner", "Call from another thread."});
    }
    const auto given = abi::backup_of(path, size, options);
    if (!given) return fail(given.error());
    RunnerBox::StoreHold store = box.hold();  // the store is not closed under the copy
    if (store == nullptr) {
      return fail({ErrorCode::busy, "stopping", "The runner has stopped.", "runner",
                   "Back its store up instead."});
    }
    SqliteStore* const sqlite = (*store)->sqlite;
    if (const auto can = abi::check_sqlite(sqlite); !can) return can;
    std::unique_ptr<SqliteBackup> backup;
    if (auto copied = copy(entered, *sqlite, *given, backup); !copied) {
      give_up(entered, backup);
      return copied;
    }
    store.reset();
    return abi::finish_backup(*backup, *given);
  });
}
