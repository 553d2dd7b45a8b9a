// Records: the rows of one table as objects, read through a bounded cache and changed in memory
// until the commit. What one input changed can be taken back, so that a refused input leaves
// nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
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

// What becomes of a record that is committed.
enum class AtHand : std::uint8_t { stays, goes };

template <class T, Table table>
class Records {
 public:
  Records(Store& store, std::size_t capacity) : store_(&store), capacity_(capacity) {}

  // Null when there is none. Valid until the next commit or undo.
  const T* find(std::string_view key) {
    const Slot& slot = load(key).second.slot;
    return slot.value ? &*slot.value : nullptr;
  }

  // The record, to be changed; it must be there.
  T& edit(std::string_view key) {
    Node& node = load(key);
    Slot& slot = node.second.slot;
    if (!slot.value) throw CutShort(missing());
    change(node);
    return *slot.value;
  }

  // A record under a key that was never used: no look-up is made. It stays at hand until others
  // need the room, or, where nobody will ask for it soon, until it is committed.
  T& create(std::string_view key, T&& value, AtHand at_hand = AtHand::stays) {
    Node& node = node_of(key);
    latest_ = &node;
    change(node);
    node.second.slot.at_hand = at_hand;
    return node.second.slot.value.emplace(std::move(value));
  }

  void put(std::string_view key, T&& value) {
    Node& node = load(key);
    change(node);
    node.second.slot.value = std::move(value);
  }

  void erase(std::string_view key) {
    Node& node = load(key);
    if (!node.second.slot.value) return;
    change(node);
    node.second.slot.value.reset();
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
    if (const auto known = slots_.find(key); known != slots_.end()) return known->second.slot.value;
    return read(key).value;
  }

  void begin_input() {
    ++input_;
    forget_before();
  }

  // What this input has changed, each as it was and as it is; null where there is none.
  template <class Use>
  void each_changed(Use use) const {
    for (const Undo& change : undo_) {
      const Slot& after = change.node->second.slot;
      const Slot* before = change.was_empty ? nullptr : &before_[change.before];
      use(before != nullptr && before->value ? &*before->value : nullptr,
          after.value ? &*after.value : nullptr);
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
      Slot& slot = saved->node->second.slot;
      slot = saved->was_empty ? Slot() : std::move(before_[saved->before]);
    }
    forget_before();
  }

  // How many rows there are to collect, at most.
  std::size_t changed() const { return changed_.size(); }

  // In the order of their keys.
  void collect(std::vector<Write>& writes) {
    sort_changed();
    for (Node* const node : changed_) {
      const std::string_view key = node->first;
      Slot& slot = node->second.slot;
      node->second.is_changed = false;
      if (!slot.dirty) continue;
      slot.dirty = false;
      if (slot.value) {
        const auto kind = slot.stored ? Write::Kind::put : Write::Kind::insert;
        std::optional<std::string> row = codec::to_row(*slot.value);
        if (!row) throw CutShort(unreadable());
        writes.push_back({kind, table, std::string(key), std::move(*row)});
      } else if (slot.stored) {
        writes.push_back({Write::Kind::erase, table, std::string(key), {}});
      }
      slot.stored = slot.value.has_value();
      if (is_needless(slot) && !std::exchange(node->second.is_passing, true)) {
        passing_.push_back(node);
      }
    }
    changed_.clear();
    forget_before();
  }

  // After the commit: what is not needed at hand goes.
  void trim() {
    if (!changed_.empty()) return;
    forget_before();
    if (slots_.size() > capacity_) {
      latest_ = nullptr;
      slots_.clear();
    } else {
      for (Node* const node : passing_) let_pass(*node);
    }
    passing_.clear();
  }

 private:
  // What is asked most stands in front, beside the key.
  struct Slot {
    std::uint64_t saved_for = 0;  // the input for which `undo_` has it
    bool stored = false;          // as of the last commit
    bool dirty = false;
    AtHand at_hand = AtHand::stays;
    std::optional<T> value = {};

    bool is_empty() const { return !value && !stored && !dirty; }
  };
  struct Held {
    bool is_changed = false;  // in `changed_`
    bool is_passing = false;  // in `passing_`
    Slot slot = {};
  };

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>{}(key);
    }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(std::string_view left, std::string_view right) const { return left == right; }
  };
  using Node = std::pair<const KeptKey, Held>;  // stays where it is until `trim`
  struct Undo {
    Node* node = nullptr;
    bool was_empty = false;
    std::size_t before = 0;  // in `before_`, unless it was empty
  };

  void forget_before() {
    undo_.clear();
    before_.clear();
  }

  Node& load(std::string_view key) {
    // One record is often asked for several times in a row.
    if (latest_ != nullptr && std::string_view(latest_->first) == key) return *latest_;
    const auto known = slots_.find(key);
    if (known != slots_.end()) return *(latest_ = &*known);
    return *(latest_ = &*slots_.emplace(KeptKey(key), Held{.slot = read(key)}).first);
  }

  // The same for one that nothing is asked of: it is as good as empty.
  Node& node_of(std::string_view key) {
    const auto known = slots_.find(key);
    return known != slots_.end() ? *known : *slots_.try_emplace(KeptKey(key)).first;
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
    const auto known = slots_.find(key);
    return known != slots_.end() && known->second.slot.dirty;
  }

  // Hands `use` the uncommitted records with from <= key < to in order, until it says no.
  template <class Use>
  void for_changed(std::string_view from, std::string_view to, Order order, Use use) {
    if (from >= to) return;
    sort_changed();
    const auto before = [](const Node* node, std::string_view key) {
      return std::string_view(node->first) < key;
    };
    const auto first = std::lower_bound(changed_.begin(), changed_.end(), from, before);
    const auto last = std::lower_bound(first, changed_.end(), to, before);
    const auto visit = [&](const Node* node) {
      const Slot& slot = node->second.slot;
      return !slot.dirty || !slot.value || use(node->first, slot);
    };
    if (order == Order::ascending) {
      std::all_of(first, last, visit);
    } else {
      std::all_of(std::make_reverse_iterator(last), std::make_reverse_iterator(first), visit);
    }
  }

  // Before a change: how it was is kept for `undo`, and the commit will look at it.
  void change(Node& node) {
    Slot& slot = node.second.slot;
    if (slot.saved_for != input_) {
      undo_.push_back({&node, slot.is_empty(), before_.size()});
      if (!slot.is_empty()) before_.push_back(slot);
      slot.saved_for = input_;
    }
    slot.dirty = true;
    if (!std::exchange(node.second.is_changed, true)) changed_.push_back(&node);
  }

  void sort_changed() {
    const auto before = [](const Node* left, const Node* right) {
      return std::string_view(left->first) < std::string_view(right->first);
    };
    if (!std::is_sorted(changed_.begin(), changed_.end(), before)) {
      std::sort(changed_.begin(), changed_.end(), before);
    }
  }

  static bool is_needless(const Slot& slot) { return !slot.stored || slot.at_hand == AtHand::goes; }

  void let_pass(Node& node) {
    node.second.is_passing = false;
    if (!is_needless(node.second.slot)) return;  // it has come back
    if (latest_ == &node) latest_ = nullptr;
    slots_.erase(slots_.find(std::string_view(node.first)));
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
  std::unordered_map<KeptKey, Held, Hash, Same> slots_;
  Node* latest_ = nullptr;      // the one looked up last
  std::vector<Node*> changed_;  // since the last commit
  std::vector<Node*> passing_;  // of the last commit: they go after it
  std::vector<Undo> undo_;      // of this input
  std::vector<Slot> before_;
  std::uint64_t input_ = 0;
};

}  // namespace novelo
