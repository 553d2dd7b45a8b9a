#include "novelo/stores/sqlite_backup.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "stores/sqlite_backup_body.hpp"
#include "stores/sqlite_schema.hpp"

namespace novelo {

std::string_view to_string(BackupPhase phase) {
  switch (phase) {
    case BackupPhase::copying: return "copying";
    case BackupPhase::publishing: return "publishing";
    case BackupPhase::closing: return "closing";
    case BackupPhase::done: return "done";
  }
  return "";
}

Error store_closed_error(const std::string& path) {
  return {ErrorCode::conflict, "store_closed", "the store was closed before all was copied", path,
          "begin the backup again, and keep the store open while it copies"};
}

Result<std::unique_ptr<SqliteBackup::Body>> SqliteBackup::Body::Series::begin(
    SqliteConnection& source, const std::string& path, PublishedViews views,
    const BackupOptions& options) {
  const std::shared_ptr<SqliteCopier> other = copying_.lock();
  if (other && other->running()) {
    return fail(Error{ErrorCode::busy, "backup_running", "a backup of this store is under way",
                      source.path(), "wait until it has copied, or give it up first"});
  }
  auto backup = Body::begin(source, path, std::move(views), options);
  if (backup) copying_ = (*backup)->copier_;
  return backup;
}

void SqliteBackup::Body::Series::abandon(const Error& why) {
  if (const std::shared_ptr<SqliteCopier> copying = copying_.lock()) copying->abandon(why);
}

void SqliteBackup::Body::Series::close(const std::string& path) {
  const std::shared_ptr<SqliteCopier> copying = copying_.lock();
  if (!copying || !copying->running()) return;
  Error why{ErrorCode::conflict, "store_closed", {}, {}, {}};
  try {
    why = store_closed_error(path);
  } catch (const std::bad_alloc&) {  // then the word has to do
  }
  copying->abandon(std::move(why));
}

Result<std::unique_ptr<SqliteBackup::Body>> SqliteBackup::Body::begin(
    SqliteConnection& source, const std::string& path, PublishedViews views,
    const BackupOptions& options) {
  if (Status named = SqlitePublisher::check(views); !named) return fail(std::move(named).error());
  Result<std::string> file = sqlite_file_path(path);
  if (!file) return fail(std::move(file).error());
  Result<std::unique_ptr<PartialFile>> partial = PartialFile::create(*file, source.file());
  if (!partial) return fail(std::move(partial).error());
  std::unique_ptr<Body> body(new Body(path, std::move(*partial)));
  SqliteOptions how;
  how.max_pages = options.max_pages;
  how.cache_kib = options.cache_kib;
  auto target = SqliteConnection::open(body->partial_->name(), how, SqliteAccess::fill);
  if (!target) return fail(body->named(std::move(target).error()));
  body->target_ = std::move(*target);
  auto copier = SqliteCopier::begin(source, *body->target_);
  if (!copier) return fail(body->named(std::move(copier).error()));
  body->copier_ = std::move(*copier);
  body->publisher_.emplace(*body->target_, std::move(views));
  return body;
}

SqliteBackup::Body::~Body() {
  let_go();
}

void SqliteBackup::Body::let_go() {
  copier_.reset();
  publisher_.reset();
  target_.reset();  // before the partial file's own handle is closed
}

Error SqliteBackup::Body::named(Error error) const {
  if (error.subject == partial_->name()) error.subject = path_;
  return error;
}

Status SqliteBackup::Body::step(std::size_t most) {
  if (failure_) return fail(*failure_);
  Status worked = work(std::max<std::size_t>(most, 1));
  if (worked) return worked;
  failure_ = named(std::move(worked).error());
  let_go();
  partial_.reset();
  return fail(*failure_);
}

Status SqliteBackup::Body::work(std::size_t most) {
  switch (progress_.phase) {
    case BackupPhase::copying: return copy(most);
    case BackupPhase::publishing: return publish(most);
    case BackupPhase::closing: return close();
    case BackupPhase::done: return {};
  }
  return {};
}

Status SqliteBackup::Body::copy(std::size_t most) {
  Result<bool> copied = copier_->step(most);
  if (!copied) return fail(std::move(copied).error());
  progress_.pages = copier_->pages();
  progress_.pages_total = copier_->pages_total();
  if (!*copied) return {};
  copier_.reset();
  // The page that came first says that there is a log, as the store has one. The copy has none: it
  // can be read where nothing can be written.
  Result<std::string> mode = target_->query_text("PRAGMA journal_mode=DELETE");
  if (mode && *mode == "delete") mode = target_->query_text("PRAGMA journal_mode=MEMORY");
  if (!mode) return fail(std::move(mode).error());
  if (Status sound = check_schema(*target_); !sound) return sound;
  progress_.phase = BackupPhase::publishing;
  return publisher_->begin();
}

Status SqliteBackup::Body::publish(std::size_t most) {
  Result<bool> all = publisher_->step(most);
  if (!all) return fail(std::move(all).error());
  progress_.rows = publisher_->rows();
  progress_.unreadable = publisher_->unreadable();
  if (*all) progress_.phase = BackupPhase::closing;
  return {};
}

Status SqliteBackup::Body::close() {
  let_go();
  if (Status published = partial_->publish(); !published) return published;
  progress_.phase = BackupPhase::done;
  return {};
}

SqliteBackup::SqliteBackup(std::unique_ptr<Body> body) : body_(std::move(body)) {}

SqliteBackup::~SqliteBackup() = default;

Status SqliteBackup::step(std::size_t most) {
  return body_->step(most);
}

BackupProgress SqliteBackup::progress() const {
  return body_->progress();
}

}  // namespace novelo
