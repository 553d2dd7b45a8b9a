// The store file of one life, opened, with the planted fault over it where there is one.
#pragma once

#include <memory>
#include <string>

#include "kill/child.hpp"
#include "kill/frame.hpp"
#include "novelo/engine.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::kill {

class Desk {
 public:
  // What cannot be opened is trouble, and ends the process.
  Desk(const ChildTask& task, Announcer& parent);

  Store& store() { return planted_ ? *planted_ : *file_; }
  SqliteStore& file() { return *file_; }
  Engine open_engine(Timestamp now);
  // Closes the file and opens it again. No engine may be open.
  void reopen();

 private:
  const ChildTask* task_;
  Announcer* parent_;
  std::unique_ptr<SqliteStore> file_;
  std::unique_ptr<Store> planted_;
};

// Tells the parent and ends the process.
[[noreturn]] void give_up(Announcer& parent, const std::string& what);

// An error that may come of what is done here: a refusal by a rule, nothing of the store's.
bool is_refusal(const Error& error);

Json to_frame(const std::vector<Handout>& handouts);
Json to_frame(const std::vector<Command>& commands);
Json to_frame(const std::vector<Result<Outcome>>& results);

}  // namespace novelo::kill
