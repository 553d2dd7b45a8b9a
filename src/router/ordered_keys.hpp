// OrderedKeys: an ordered set of small keys that also knows how many keys come before one.
//
// The keys lie in short sorted runs, one behind the other:
//
//   [3 5 8] [9 12] [15 16 40 41]
//
// Insert and erase move at most one run's keys; a rank adds the sizes of the runs before. Unlike a
// tree, neighbours share cache lines, which is what keeps a decision flat as the sets grow.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace novelo::routing {

template <class Key>
class OrderedKeys {
 public:
  bool empty() const { return runs_.empty(); }

  std::size_t size() const {
    std::size_t size = 0;
    for (const auto& run : runs_) size += run.size();
    return size;
  }

  // The first key; only when not empty.
  const Key& front() const { return runs_.front().front(); }

  void insert(const Key& key) {
    if (runs_.empty()) {
      runs_.push_back({key});
      return;
    }
    const std::size_t at = std::min(run_for(key), runs_.size() - 1);
    auto& run = runs_[at];
    const auto place = std::lower_bound(run.begin(), run.end(), key);
    if (place != run.end() && *place == key) return;
    run.insert(place, key);
    if (run.size() > longest_run) split(at);
  }

  void erase(const Key& key) {
    const std::size_t at = run_for(key);
    if (at == runs_.size()) return;
    auto& run = runs_[at];
    const auto place = std::lower_bound(run.begin(), run.end(), key);
    if (place == run.end() || *place != key) return;
    run.erase(place);
    if (run.empty()) {
      runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (at + 1 < runs_.size()) {
      join(at);
    }
  }

  // How many keys come before this one, which need not be in the set.
  std::size_t rank(const Key& key) const {
    const std::size_t at = run_for(key);
    std::size_t before = 0;
    for (std::size_t i = 0; i < at; ++i) before += runs_[i].size();
    if (at == runs_.size()) return before;
    const auto& run = runs_[at];
    const auto place = std::lower_bound(run.begin(), run.end(), key);
    return before + static_cast<std::size_t>(place - run.begin());
  }

  // The first key in order that `accept` says yes to, or null.
  template <class Accept>
  const Key* find(Accept accept) const {
    for (const auto& run : runs_) {
      for (const Key& key : run) {
        if (accept(key)) return &key;
      }
    }
    return nullptr;
  }

  template <class Visit>
  void each(Visit visit) const {
    for (const auto& run : runs_) {
      for (const Key& key : run) visit(key);
    }
  }

 private:
  static constexpr std::size_t longest_run = 128;

  // The first run that ends at or after the key.
  std::size_t run_for(const Key& key) const {
    const auto found =
        std::partition_point(runs_.begin(), runs_.end(),
                             [&key](const std::vector<Key>& run) { return run.back() < key; });
    return static_cast<std::size_t>(found - runs_.begin());
  }

  void split(std::size_t at) {
    auto& run = runs_[at];
    const auto middle = run.begin() + static_cast<std::ptrdiff_t>(run.size() / 2);
    std::vector<Key> rest(middle, run.end());
    run.erase(middle, run.end());
    runs_.insert(runs_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(rest));
  }

  // Keeps runs from staying nearly empty after many erasures.
  void join(std::size_t at) {
    auto& run = runs_[at];
    const auto& next = runs_[at + 1];
    if (run.size() + next.size() > longest_run / 4) return;
    run.insert(run.end(), next.begin(), next.end());
    runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }

  std::vector<std::vector<Key>> runs_;
};

}  // namespace novelo::routing
