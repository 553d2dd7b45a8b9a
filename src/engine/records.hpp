// Records: the rows of one table as objects, read through a bounded cache and changed in memory
// until the commit. What one input changed can be taken back, so that a refused input leaves
// nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "codec/binary.hpp"
#include "novelo/base/result.hpp"
#include "novelo/store.hpp"

namespace novelo {

// Ends a decision that needs what cannot be had: the store does not answer, or a record that must
// be there is not. It never leaves the engine: what was half done is thrown away with it, or only
// read.
class CutShort final : public std::exception {
 public:
  explicit CutShort(Error why) : why_(std::move(why)) {}
  const Error& why() const { return why_; }
  const char* what() const noexcept override { return why_.message.c_str(); }

 private:
  Error why_;
};

// What `read` gives, or why it was cut short.
template <class Read>
auto unless_cut_short(Read read) -> decltype(read()) {
  try {
    return read();
  } catch (const CutShort& cut) {
    return fail(cut.why());
  }
}

template <class T, Table table>
class Records {
 public:
  Records(Store& store, std::size_t capacity) : store_(&store), capacity_(capacity) {}

  // Null when there is none. Valid until the next commit or undo.
  const T* find(std::string_view key) {
    const Node& node = load(key);
    return node.second.value ? &*node.second.value : nullptr;
  }

  // The record, to be changed; it must be there.
  T& edit(std::string_view key) {
    Node& node = load(key);
    if (!node.second.value) throw CutShort(missing());
    change(node);
    return *node.second.value;
  }

  // A record under a key that was never used: no look-up is made.
  T& create(std::string_view key, T value) {
    Node& node = *slots_.try_emplace(std::string(key)).first;
    latest_ = &node;
    change(node);
    return node.second.value.emplace(std::move(value));
  }

  void put(std::string_view key, T value) {
    Node& node = load(key);
    change(node);
    node.second.value = std::move(value);
  }

  void erase(std::string_view key) {
    Node& node = load(key);
    if (!node.second.value) return;
    change(node);
    node.second.value.reset();
  }

  // Up to `limit` records with from <= key < to, in key order, uncommitted changes included.
  std::vector<std::pair<std::string, T>> scan(const std::string& from, const std::string& to,
                                              std::size_t limit, Order order) {
    std::vector<std::pair<std::string, T>> stored = unchanged(from, to, limit, order);
    std::vector<std::pair<std::string, T>> result;
    auto next = stored.begin();
    const auto before = [&](std::string_view left, std::string_view right) {
      return order == Order::ascending ? left < right : right < left;
    };
    const auto take = [&](std::string_view key, const Slot& slot) {
      for (; next != stored.end() && before(next->first, key); ++next) {
        if (result.size() < limit) result.push_back(std::move(*next));
      }
      if (result.size() < limit) result.emplace_back(key, *slot.value);
      return result.size() < limit;
    };
    for_changed(from, to, order, take);
    for (; next != stored.end() && result.size() < limit; ++next) {
      result.push_back(std::move(*next));
    }
    return result;
  }

  // Every record with from <= key < to, a page at a time and past the cache, in key order.
  template <class Use>
  void each(std::string from, const std::string& to, Use use) {
    constexpr std::size_t page = 1000;
    for (;;) {
      auto rows = scan(from, to, page, Order::ascending);
      for (auto& [key, value] : rows) use(value);
      if (rows.size() < page) return;
      from = rows.back().first + '\0';
    }
  }

  // The keys of the same. `use` may change the record of its key.
  template <class Use>
  void each_key(std::string from, const std::string& to, Use use) {
    constexpr std::size_t page = 1000;
    for (;;) {
      const auto rows = scan(from, to, page, Order::ascending);
      for (const auto& row : rows) use(row.first);
      if (rows.size() < page) return;
      from = rows.back().first + '\0';
    }
  }

  // The record as `find` gives it, past the cache: for looking through many once.
  std::optional<T> look(std::string_view key) {
    if (const auto known = slots_.find(key); known != slots_.end()) return known->second.value;
    return read(key).value;
  }

  void begin_input() {
    ++input_;
    undo_.clear();
  }

  // What this input has changed, each as it was and as it is; null where there is none.
  template <class Use>
  void each_changed(Use use) const {
    for (const auto& [node, before] : undo_) {
      const Slot& after = node->second;
      use(before.value ? &*before.value : nullptr, after.value ? &*after.value : nullptr);
    }
  }

  // What this input has added to the sum of `count` over all records; `count` is given a record, or
  // null where there is none.
  template <class Count>
  std::int64_t added(Count count) const {
    std::int64_t sum = 0;
    each_changed([&](const T* before, const T* after) { sum += count(after) - count(before); });
    return sum;
  }

  void undo() {
    for (auto saved = undo_.rbegin(); saved != undo_.rend(); ++saved) {
      saved->first->second = std::move(saved->second);
    }
    undo_.clear();
  }

  void collect(std::vector<Write>& writes) {
    for (const auto& [changed, node] : changed_) {
      const std::string& key = node->first;
      Slot& slot = node->second;
      if (!slot.dirty) continue;
      slot.dirty = false;
      if (slot.value) {
        const auto kind = slot.stored ? Write::Kind::put : Write::Kind::insert;
        std::optional<std::string> row = codec::to_row(*slot.value);
        if (!row) throw CutShort(unreadable());
        writes.push_back({kind, table, key, std::move(*row)});
      } else if (slot.stored) {
        writes.push_back({Write::Kind::erase, table, key, {}});
      }
      slot.stored = slot.value.has_value();
    }
    changed_.clear();
    undo_.clear();
  }

  // After the commit: what is not needed at hand goes.
  void trim() {
    if (slots_.size() <= capacity_ || !changed_.empty()) return;
    latest_ = nullptr;
    undo_.clear();
    slots_.clear();
  }

 private:
  struct Slot {
    std::optional<T> value;
    bool stored = false;  // as of the last commit
    bool dirty = false;
    std::uint64_t saved_for = 0;  // the input for which `undo_` has it
  };

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>{}(key);
    }
  };
  using Node = std::pair<const std::string, Slot>;  // stays where it is until `trim`

  Node& load(std::string_view key) {
    // One record is often asked for several times in a row.
    if (latest_ != nullptr && latest_->first == key) return *latest_;
    const auto known = slots_.find(key);
    if (known != slots_.end()) return *(latest_ = &*known);
    return *(latest_ = &*slots_.emplace(std::string(key), read(key)).first);
  }

  // What the store has at `key`.
  Slot read(std::string_view key) {
    auto bytes = store_->get(table, key);
    if (!bytes) throw CutShort(bytes.error());
    Slot slot;
    if (!*bytes) return slot;
    slot.stored = true;
    if (!codec::from_bytes(**bytes, slot.value.emplace())) throw CutShort(corrupt());
    return slot;
  }

  // Up to `limit` stored records that no uncommitted change touches.
  std::vector<std::pair<std::string, T>> unchanged(std::string from, std::string to,
                                                   std::size_t limit, Order order) {
    std::vector<std::pair<std::string, T>> found;
    while (found.size() < limit) {
      const std::size_t page = limit - found.size();
      auto rows = store_->scan(table, from, to, page, order);
      if (!rows) throw CutShort(rows.error());
      for (Row& row : *rows) {
        if (is_changed(row.key)) continue;
        if (!codec::from_bytes(row.value, found.emplace_back(row.key, T{}).second)) {
          throw CutShort(corrupt());
        }
      }
      if (rows->size() < page) break;
      (order == Order::ascending ? from : to) = rows->back().key;
      if (order == Order::ascending) from += '\0';
    }
    return found;
  }

  bool is_changed(std::string_view key) const {
    const auto changed = changed_.find(key);
    return changed != changed_.end() && changed->second->second.dirty;
  }

  // Hands `use` the uncommitted records with from <= key < to in order, until it says no.
  template <class Use>
  void for_changed(std::string_view from, std::string_view to, Order order, Use use) const {
    if (from >= to) return;
    const auto first = changed_.lower_bound(from);
    const auto last = changed_.lower_bound(to);
    const auto visit = [&](const auto& changed) {
      const Slot& slot = changed.second->second;
      return !slot.dirty || !slot.value || use(changed.first, slot);
    };
    if (order == Order::ascending) {
      std::all_of(first, last, visit);
    } else {
      std::all_of(std::make_reverse_iterator(last), std::make_reverse_iterator(first), visit);
    }
  }

  // Before a change: how it was is kept for `undo`, and the commit will look at it.
  void change(Node& node) {
    Slot& slot = node.second;
    if (slot.saved_for != input_) {
      undo_.emplace_back(&node, slot);
      slot.saved_for = input_;
    }
    if (slot.dirty) return;
    slot.dirty = true;
    changed_.emplace(node.first, &node);
  }

  static Error corrupt() {
    return {ErrorCode::corrupt, "record", "a stored record cannot be read",
            std::string(to_string(table)), "restore the store from a backup"};
  }
  static Error missing() {
    return {ErrorCode::internal,
            "missing_record",
            "a record that was to be changed is not there",
            std::string(to_string(table)),
            {}};
  }
  static Error unreadable() {
    return {ErrorCode::internal,
            "unreadable_record",
            "a record is nested deeper than anybody could read again",
            std::string(to_string(table)),
            {}};
  }

  Store* store_;
  std::size_t capacity_;
  std::unordered_map<std::string, Slot, Hash, std::equal_to<>> slots_;
  Node* latest_ = nullptr;                     // the one looked up last
  std::map<std::string_view, Node*> changed_;  // since the last commit, by key
  std::vector<std::pair<Node*, Slot>> undo_;
  std::uint64_t input_ = 0;
};

}  // namespace novelo
