#include "kill/desk.hpp"

#include <cstdlib>
#include <utility>

#include "kill/planted_stores.hpp"
#include "novelo/json.hpp"
#include "support/clinic.hpp"

namespace novelo::kill {

Desk::Desk(const ChildTask& task, Announcer& parent) : task_(&task), parent_(&parent) {
  reopen();
}

void Desk::reopen() {
  planted_.reset();
  file_.reset();
  SqliteOptions options;
  options.checkpoint_pages = 500;  // so that some of the kills meet a checkpoint
  auto opened = SqliteStore::open(task_->store, options);
  if (!opened) give_up(*parent_, "the store is not opened: " + to_string(opened.error()));
  file_ = std::move(*opened);
  if (task_->plant == "early") planted_ = std::make_unique<EarlyStore>(*file_);
  if (task_->plant == "torn") planted_ = std::make_unique<TornStore>(*file_);
  if (task_->plant == "forgets_arrivals") {
    planted_ = std::make_unique<ForgetfulStore>(*file_, Table::correlation);
  }
  if (task_->plant == "forgets_commands") {
    planted_ = std::make_unique<ForgetfulStore>(*file_, Table::command);
  }
}

Engine Desk::open_engine(Timestamp now) {
  auto engine = Engine::open(store(), clinic::adapters(), clinic::options(), now);
  if (!engine) give_up(*parent_, "the engine is not opened: " + to_string(engine.error()));
  return std::move(*engine);
}

void give_up(Announcer& parent, const std::string& what) {
  parent.trouble(what);
  std::_Exit(4);
}

bool is_refusal(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::refused:
    case ErrorCode::busy:
    case ErrorCode::limit:
    case ErrorCode::unsupported: return true;
    default: return false;
  }
}

Json to_frame(const std::vector<Handout>& handouts) {
  Json list = Json::array();
  for (const Handout& out : handouts) {
    list.push_back({{"id", std::to_string(out.id.value())},
                    {"kind", std::string(to_string(out.kind))},
                    {"maybe_done", out.maybe_done}});
  }
  return list;
}

Json to_frame(const std::vector<Command>& commands) {
  Json list = Json::array();
  for (const Command& command : commands) list.push_back(to_json(command));
  return list;
}

Json to_frame(const std::vector<Result<Outcome>>& results) {
  Json list = Json::array();
  for (const Result<Outcome>& result : results) list.push_back(to_json(result));
  return list;
}

}  // namespace novelo::kill
