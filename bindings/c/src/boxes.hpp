// What stands behind the handles, and the typed way into them.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "handle_table.hpp"
#include "novelo.h"
#include "novelo/base/limits.hpp"
#include "novelo/engine.hpp"
#include "novelo/recorder.hpp"
#include "novelo/store.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::abi {

struct ErrorBox {
  using Handle = novelo_error;
  static constexpr Kind kind = Kind::error;

  explicit ErrorBox(Error from);
  Error error;
  novelo_error_info info{};  // points into `error`
};

struct StoreBox {
  using Handle = novelo_store;
  static constexpr Kind kind = Kind::store;

  std::unique_ptr<Store> store;
  SqliteStore* sqlite = nullptr;  // when it is one
  std::size_t engines = 0;        // open on it
};

// A recorder that engines may have after its handle is gone.
struct Recording {
  explicit Recording(Recorder from) : recorder(std::move(from)) {}
  std::mutex lock;
  Recorder recorder;
};

struct RecorderBox {
  using Handle = novelo_recorder;
  static constexpr Kind kind = Kind::recorder;

  std::shared_ptr<Recording> recording;
};

struct BackupBox {
  using Handle = novelo_backup;
  static constexpr Kind kind = Kind::backup;

  Token store = 0;
  std::unique_ptr<SqliteBackup> backup;
};

struct EngineBox {
  using Handle = novelo_engine;
  static constexpr Kind kind = Kind::engine;

  Token store = 0;
  TenantName tenant{""};
  Limits limits;
  std::optional<Engine> engine;
};

// Texts with a status each. The views are made once, when the list is complete.
struct ItemsBox {
  using Handle = novelo_items;
  static constexpr Kind kind = Kind::items;

  void add(novelo_status status, std::string text) { items.emplace_back(status, std::move(text)); }
  void finish();

  std::vector<std::pair<novelo_status, std::string>> items;
  std::vector<novelo_item> views;
};

struct AnswerBox {
  using Handle = novelo_answer;
  static constexpr Kind kind = Kind::answer;

  AnswerBox(Response from, std::vector<EventOutcome> outcomes);
  Response response;
  std::vector<EventOutcome> events;
  std::vector<novelo_header> headers;
  novelo_response view{};
};

struct HandoutsBox {
  using Handle = novelo_handouts;
  static constexpr Kind kind = Kind::handouts;

  void fill(std::vector<Handout> from);  // once
  std::vector<Handout> handouts;
  std::vector<std::string> bodies;
  std::vector<std::string> warnings;
  std::vector<std::vector<novelo_header>> headers;
  std::vector<novelo_outgoing> requests;
  std::vector<novelo_handout> views;
  std::vector<const novelo_handout*> array;
};

template <class Handle>
Token token_of(const Handle* handle) {
  return reinterpret_cast<Token>(handle);
}

// An entered box; left when this goes.
template <class Box>
class Entered {
 public:
  Entered(Box* box, Token token, Access access) : box_(box), token_(token), access_(access) {}
  Entered(Entered&& other) noexcept
      : box_(std::exchange(other.box_, nullptr)), token_(other.token_), access_(other.access_) {}
  Entered& operator=(Entered&&) = delete;
  ~Entered() {
    if (box_ != nullptr) leave_handle(token_, access_);
  }

  Box* operator->() const { return box_; }
  Box& operator*() const { return *box_; }

  // Ends the handle; the box is the caller's.
  std::unique_ptr<Box> remove() {
    remove_handle(token_);
    return std::unique_ptr<Box>(std::exchange(box_, nullptr));
  }

 private:
  Box* box_;
  Token token_;
  Access access_;
};

template <class Box>
Result<Entered<Box>> enter(Token token, Access access) {
  const auto object = enter_handle(token, Box::kind, access);
  if (!object) return fail(object.error());
  return Entered<Box>(static_cast<Box*>(*object), token, access);
}
template <class Box>
Result<Entered<Box>> enter(const typename Box::Handle* handle, Access access) {
  return enter<Box>(token_of(handle), access);
}

// Gives a box its handle, which then owns it.
template <class Box>
Status give(std::unique_ptr<Box> box, typename Box::Handle** handle) {
  const auto token = add_handle(Box::kind, box.get());
  if (!token) return fail(token.error());
  static_cast<void>(box.release());
  *handle = reinterpret_cast<typename Box::Handle*>(*token);
  return {};
}

// A handle that is not the caller's yet, and goes again unless it is published: for what may not
// get lost when there is no room for one more.
template <class Box>
class Reserved {
 public:
  static Result<Reserved> make() {
    auto box = std::make_unique<Box>();
    Box* const place = box.get();
    typename Box::Handle* handle = nullptr;
    if (const auto given = give(std::move(box), &handle); !given) return fail(given.error());
    return Reserved(place, handle);
  }
  Reserved(Reserved&& other) noexcept
      : box_(other.box_), handle_(std::exchange(other.handle_, nullptr)) {}
  Reserved& operator=(Reserved&&) = delete;
  ~Reserved() {
    if (handle_ == nullptr) return;
    remove_handle(token_of(handle_));
    delete box_;
  }

  Box* operator->() const { return box_; }
  Box& operator*() const { return *box_; }
  typename Box::Handle* handle() const { return handle_; }
  void publish(typename Box::Handle** handle) { *handle = std::exchange(handle_, nullptr); }

 private:
  Reserved(Box* box, typename Box::Handle* handle) : box_(box), handle_(handle) {}
  Box* box_;
  typename Box::Handle* handle_;
};

// An engine with its store, both entered alone.
class EnteredEngine {
 public:
  static Result<EnteredEngine> enter(const novelo_engine* handle);

  Engine& operator*() const { return *engine_->engine; }
  Engine* operator->() const { return &*engine_->engine; }
  EngineBox& box() const { return *engine_; }
  StoreBox& store() const { return *store_; }
  // Ends the engine's handle; the store is still entered.
  std::unique_ptr<EngineBox> remove() { return engine_.remove(); }

 private:
  EnteredEngine(Entered<EngineBox> engine, Entered<StoreBox> store)
      : engine_(std::move(engine)), store_(std::move(store)) {}
  Entered<EngineBox> engine_;
  Entered<StoreBox> store_;
};

}  // namespace novelo::abi
