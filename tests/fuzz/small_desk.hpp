// A small desk in memory that fuzz targets talk to, input after input: the tests' clinic, with its
// mailbox. It is renewed now and then, so that it neither grows nor gets stuck.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "novelo/engine.hpp"
#include "novelo/query.hpp"
#include "novelo/stores/memory.hpp"
#include "support/forwarding_store.hpp"

namespace novelo::fuzz {

// Counts what is written, by table.
class CountingStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  void forget() {
    inserted_ = {};
    written_ = 0;
  }
  std::size_t inserted(Table table) const { return inserted_[static_cast<std::size_t>(table)]; }
  // Rows put, inserted and erased in any table but `meta`, where the time stands.
  std::size_t written() const { return written_; }

  Status commit_all(std::span<const TenantWrites> parts) override;

 private:
  std::array<std::size_t, table_count + 1> inserted_{};
  std::size_t written_ = 0;
};

class SmallDesk {
 public:
  // Somebody has written and called already, an agent is there, there is a case, a note and a
  // callback.
  SmallDesk();
  SmallDesk(const SmallDesk&) = delete;
  SmallDesk& operator=(const SmallDesk&) = delete;

  Engine& engine() { return *engine_; }
  CountingStore& store() { return counting_; }
  Timestamp now() const { return now_; }
  // With its secrets.
  const Connection& connection(const std::string& name) const { return connections_.at(name); }
  const std::string& configuration() const { return configuration_; }

  // A second later, with nothing due any more.
  void tick();
  // Whatever is due now.
  void settle_due();
  // Carries out what is handed out, as friendly providers do.
  void carry_out();
  // The next engine on the same store.
  void reopen();
  // What holds after every call: the engine lives.
  void check() const;

 private:
  void open();
  void begin();
  Outcome must_feed(const Input& input);

  MemoryStore memory_;
  CountingStore counting_{memory_};
  std::string configuration_;
  std::map<std::string, Connection> connections_;
  Timestamp now_{};
  std::optional<Engine> engine_;
};

// The desk of this process, a new one after so many inputs.
SmallDesk& desk_of_the_day(std::size_t inputs);

}  // namespace novelo::fuzz
