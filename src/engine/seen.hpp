// SeenIds: which ids of providers came before.
//
// Ids come in no order, so that a row for each would dirty a page for each: what is written for a
// message would grow by a third. Those that came of late are kept in memory, and durably in a row a
// commit; when they are many, some neighbours at a time are sorted into the table of correlations,
// where the rest of them stand.
//
//   Table::seen_run      [tenant 8][number 8] -> the ids that one commit has added
//   Table::correlation   [tenant 8][inbound][digest of an id] -> nothing
//
// An id is in one place of the three: young, old or sorted in. Old ones are sorted in by the order
// of their digests; when none is left the young become the old, and the rows that hold what was
// sorted in go.
// docs/decisions/0023-ids-are-sorted-in-later.md
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "novelo/store.hpp"

namespace novelo {

struct SeenRun;

// What stands for an id: the first half of a SHA-256.
using SeenDigest = std::array<char, 16>;

class SeenIds {
 public:
  // Keeps about `kept` of them apart.
  SeenIds(Store& store, std::uint64_t tenant, std::size_t kept);

  // Each can throw CutShort.
  bool contains(const SeenDigest& id);
  // One that is not contained.
  void add(const SeenDigest& id);
  // It counts as new again.
  void forget(const SeenDigest& id);

  // As those of Records, among which this stands.
  void begin_input();
  void undo();
  std::size_t pending() const { return erased_.size() + 1; }
  void collect(std::vector<Write>& writes);
  void trim() {}

 private:
  struct Hash {
    std::size_t operator()(const SeenDigest& id) const;
  };
  using Ids = std::unordered_set<SeenDigest, Hash>;
  enum class Change : std::uint8_t { added, left_young, left_old, left_table };

  std::string sorted_key(const SeenDigest& id) const;
  std::string run_key(std::uint64_t number) const;
  void load();
  void take(std::uint64_t number, const SeenRun& run);
  void set_order();
  // Writes the next old ones to where they stay.
  void sort_in(std::size_t many, std::vector<Write>& writes);
  // Takes rows away whose ids are sorted in.
  void drop_runs(std::size_t many, std::vector<Write>& writes);

  Store* store_;
  std::uint64_t tenant_;
  std::size_t kept_;
  std::size_t at_once_;  // so many neighbours are sorted in
  bool loaded_ = false;
  Ids young_;
  Ids old_;
  std::vector<SeenDigest> order_;   // of the old ones, the next last; some may be forgotten by now
  std::uint64_t first_run_ = 1;     // that is there
  std::uint64_t last_run_ = 0;      // as much
  std::uint64_t old_until_ = 0;     // runs up to this one are of old ones
  std::uint64_t sorted_until_ = 0;  // and up to this one of such as are sorted in
  // Since the last commit.
  std::vector<SeenDigest> added_;
  std::vector<SeenDigest> forgotten_;  // that were young or old
  std::set<SeenDigest> erased_;        // that were sorted in, as far as anybody knows
  // Of the input under way, and how many there were of both lists before it.
  std::vector<std::pair<Change, SeenDigest>> undo_;
  std::size_t added_before_ = 0;
  std::size_t forgotten_before_ = 0;
};

}  // namespace novelo
