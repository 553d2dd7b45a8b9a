#include "crash/host.hpp"

#include <exception>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "crash/memory_faults.hpp"

namespace novelo::crash {
namespace {

constexpr int most_failures = 5;  // in a row

Result<std::unique_ptr<SqliteStore>> open_store(const SqliteOptions& options) {
  const AllowFaults product;
  return SqliteStore::open(CrashVfs::path, options);
}

Result<Fence> open_through(Store& store, const TenantName& name) {
  const AllowFaults product;
  return store.open_tenant(name);
}

Result<std::uint64_t> maintain_through(Store& store, std::uint64_t budget) {
  const AllowFaults product;
  return store.maintain(budget);
}

Error no_memory() {
  return {ErrorCode::unknown, "bad_alloc", "no memory", {}, {}};
}

}  // namespace

Host::Host(CrashVfs& files, History& history, const SqliteOptions& options, Slip slip)
    : files_(&files), history_(&history), options_(options), slip_(slip) {}

WitnessStore* Host::store() {
  if (store_) return store_.get();
  try {
    auto opened = open_store(options_);
    if (!opened) {
      recover(opened.error());
      return nullptr;
    }
    inner_ = std::move(*opened);
    store_ = std::make_unique<WitnessStore>(
        *inner_, *history_, [this] { return files_->operations(); },
        [this](std::string what) { complaints_.push_back(std::move(what)); }, slip_);
    store_->look();
    if (trace_) trace_("       the store is open");
  } catch (const std::bad_alloc&) {
    recover(no_memory());
    return nullptr;
  }
  return store_.get();
}

void Host::close() {
  store_.reset();
  const AllowFaults product;
  inner_.reset();
}

bool Host::recover(const Error& error) {
  ++answers_[fmt::format("{}/{}", to_string(error.code), error.reason)];
  if (trace_) trace_("       answered: " + to_string(error));
  if (files_->dead()) {
    close();
    files_->repair();
  }
  if (++failures_ >= most_failures) given_up_ = true;
  if (error.code == ErrorCode::unknown || error.code == ErrorCode::corrupt) close();
  if (error.code == ErrorCode::corrupt) {
    complaints_.push_back("an error of the disk or the memory is called damage: " +
                          to_string(error));
  }
  if (error.code == ErrorCode::internal) {
    complaints_.push_back("internal: " + to_string(error));
  }
  return !given_up_;
}

void Host::commit(const std::vector<TenantWrites>& parts) {
  for (bool begun = false; !given_up_;) {
    WitnessStore* const store = this->store();
    if (store == nullptr) continue;
    if (begun && history_->last_done()) return;  // it had been done after all
    begun = true;
    Status done;
    try {
      const AllowFaults product;
      done = store->commit_all(parts);
    } catch (const std::bad_alloc&) {
      if (history_->last_done() || !recover(no_memory())) return;
      continue;
    }
    if (done) return went_well();
    const ErrorCode code = done.error().code;
    if (code == ErrorCode::conflict || code == ErrorCode::limit) return;
    if (options_.max_pages > 0 && done.error().reason == "full") return;
    if (!recover(done.error())) return;
  }
}

Fence Host::open_tenant(const std::string& name) {
  while (!given_up_) {
    WitnessStore* const store = this->store();
    if (store == nullptr) continue;
    try {
      const Result<Fence> fence = open_through(*store, TenantName(name));
      if (fence) {
        went_well();
        return *fence;
      }
      recover(fence.error());
    } catch (const std::bad_alloc&) {
      recover(no_memory());
    }
  }
  return {};
}

void Host::maintain(std::uint64_t budget) {
  WitnessStore* const store = this->store();
  if (store == nullptr) return;
  try {
    const auto left = maintain_through(*store, budget);
    if (!left) recover(left.error());
  } catch (const std::bad_alloc&) {
    recover(no_memory());
  }
}

}  // namespace novelo::crash
