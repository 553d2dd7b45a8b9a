// ChangeLog: what became different lately, in memory, for desktops that show it.
//
// Changes and signals share one line of numbers. What a call decides is noted while it is decided
// and published once it is committed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "engine/tables.hpp"
#include "novelo/model/change.hpp"

namespace novelo {

class ChangeLog {
 public:
  ChangeLog(std::uint64_t epoch, std::size_t most_changes, std::size_t most_signals)
      : epoch_(epoch), most_changes_(most_changes), most_signals_(most_signals) {}

  void note(Change change) { pending_.push_back(std::move(change)); }
  // What the input that was just decided has changed in these tables.
  void note(const Tables& tables);
  void note(Signal signal) { pending_signals_.push_back(std::move(signal)); }

  void publish();
  void forget_signals() { pending_signals_.clear(); }

  // The number that the next change gets.
  std::uint64_t next_number() const { return last_ + pending_.size() + 1; }
  // The published changes with from <= number < end, as far as they are remembered.
  std::vector<Change> between(std::uint64_t from, std::uint64_t end) const;

  Changes since(const ChangeCursor& cursor, std::size_t limit) const;
  // The signals that were published since the last call.
  std::vector<Signal> take_signals();

 private:
  template <class T>
  using Numbered = std::deque<std::pair<std::uint64_t, T>>;

  std::uint64_t epoch_;
  std::size_t most_changes_;
  std::size_t most_signals_;
  std::uint64_t last_ = 0;
  std::uint64_t forgotten_ = 0;  // the newest change that made room
  std::uint64_t taken_ = 0;      // the newest signal that was taken
  Numbered<Change> changes_;
  Numbered<Signal> signals_;
  std::vector<Change> pending_;
  std::vector<Signal> pending_signals_;
};

}  // namespace novelo
