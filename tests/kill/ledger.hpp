// What the parent knows of one store: everything that was submitted to it by all its processes, and
// what of it was acknowledged. It is outside of the process that dies and outside of the store.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "kill/frame.hpp"
#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"

namespace novelo::kill {

struct Received {
  Json request;
  std::vector<std::string> texts;
  std::vector<std::string> calls;
  bool acked = false;
};

struct Fed {
  Json commands;
  Json results;  // when it is acked, without "repeated"
  bool acked = false;
};

struct Settled {
  std::uint64_t effect = 0;
  Json settlement;
  bool last_word = false;
  bool acked = false;
};

class Ledger {
 public:
  // A process begins: numbers begin again, and what was under way stays so.
  void begin_life() { open_.clear(); }
  // A frame of a child's, or one that whoever checks writes for what it does itself.
  void take(const std::string& frame);

  const std::vector<Received>& received() const { return received_; }
  const std::vector<Fed>& fed() const { return fed_; }
  const std::vector<Settled>& settled() const { return settled_; }
  // Effects that were handed out, and those about which the last word was acknowledged.
  const std::set<std::uint64_t>& handed_out() const { return handed_out_; }
  const std::set<std::uint64_t>& done() const { return done_; }
  Timestamp now() const { return now_; }
  const std::string& trouble() const { return trouble_; }
  bool configured() const { return configured_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  // Of the process that lives or lived last.
  std::size_t under_way() const { return open_.size(); }

  // Everything that was taken, to do it again.
  const std::vector<std::string>& frames() const { return frames_; }
  // What was seen when somebody looked last: each conversation's timeline, entry by entry, and ids.
  std::map<ConversationId, std::vector<std::uint64_t>>& seen() { return seen_; }
  std::set<std::uint64_t>& seen_ids() { return seen_ids_; }

 private:
  enum class Kind : std::uint8_t { received, fed, settled };
  struct Place {
    Kind kind;
    std::size_t index;
  };

  void submit(const Json& frame);
  void ack(const Json& frame);

  std::vector<std::string> frames_;
  std::vector<Received> received_;
  std::vector<Fed> fed_;
  std::vector<Settled> settled_;
  std::map<std::uint64_t, Place> open_;
  std::set<std::uint64_t> handed_out_;
  std::set<std::uint64_t> done_;
  Timestamp now_{};
  std::string trouble_;
  bool configured_ = false;
  std::uint64_t acknowledged_ = 0;
  std::map<ConversationId, std::vector<std::uint64_t>> seen_;
  std::set<std::uint64_t> seen_ids_;
};

// A result or an outcome as it is the first time.
Json first_time(Json result);

}  // namespace novelo::kill
