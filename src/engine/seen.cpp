#include "engine/seen.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>

#include "engine/keys.hpp"
#include "engine/tables.hpp"

namespace novelo {
namespace {

std::string packed(const std::vector<SeenDigest>& ids) {
  std::string bytes;
  bytes.reserve(ids.size() * std::tuple_size_v<SeenDigest>);
  for (const SeenDigest& id : ids) bytes.append(id.data(), id.size());
  return bytes;
}

template <class Use>
void each_of(std::string_view bytes, Use use) {
  SeenDigest id;
  for (; bytes.size() >= id.size(); bytes.remove_prefix(id.size())) {
    std::copy_n(bytes.begin(), id.size(), id.begin());
    use(id);
  }
}

bool is_whole(const SeenRun& run) {
  constexpr std::size_t one = std::tuple_size_v<SeenDigest>;
  const bool lists = run.added.size() % one == 0 && run.forgotten.size() % one == 0;
  return lists && (run.sorted_below.empty() || run.sorted_below.size() == one);
}

Error unreadable() {
  return {ErrorCode::corrupt, "record", "a stored record cannot be read",
          std::string(to_string(Table::seen_run)), "restore the store from a backup"};
}

}  // namespace

// They are digests: as good as random.
std::size_t SeenIds::Hash::operator()(const SeenDigest& id) const {
  std::size_t hash = 0;
  std::memcpy(&hash, id.data(), sizeof(hash));
  return hash;
}

SeenIds::SeenIds(Store& store, std::uint64_t tenant, std::size_t kept)
    : store_(&store),
      tenant_(tenant),
      kept_(kept),
      // Few enough for one commit, and so many that a small part of all commits does it.
      at_once_(std::clamp<std::size_t>(kept / 16, 1, 256)) {}

std::string SeenIds::sorted_key(const SeenDigest& id) const {
  return Key(tenant_)
      .byte(static_cast<std::uint8_t>(CorrelationKind::inbound))
      .text({})
      .text({id.data(), id.size()});
}

std::string SeenIds::run_key(std::uint64_t number) const {
  return Key(tenant_).number(number);
}

bool SeenIds::contains(const SeenDigest& id) {
  load();
  if (young_.contains(id) || old_.contains(id)) return true;
  if (erased_.contains(id)) return false;
  const auto row = store_->get(Table::correlation, sorted_key(id));
  if (!row) throw CutShort(row.error());
  return row->has_value();
}

void SeenIds::add(const SeenDigest& id) {
  load();
  young_.insert(id);
  added_.push_back(id);
  undo_.emplace_back(Change::added, id);
}

void SeenIds::forget(const SeenDigest& id) {
  load();
  if (young_.erase(id) != 0) {
    undo_.emplace_back(Change::left_young, id);
    forgotten_.push_back(id);
  } else if (old_.erase(id) != 0) {
    undo_.emplace_back(Change::left_old, id);
    forgotten_.push_back(id);
  } else if (erased_.insert(id).second) {
    undo_.emplace_back(Change::left_table, id);
  }
}

void SeenIds::begin_input() {
  undo_.clear();
  added_before_ = added_.size();
  forgotten_before_ = forgotten_.size();
}

void SeenIds::undo() {
  std::for_each(undo_.rbegin(), undo_.rend(), [this](const auto& one) {
    switch (one.first) {
      case Change::added: young_.erase(one.second); break;
      case Change::left_young: young_.insert(one.second); break;
      case Change::left_old: old_.insert(one.second); break;
      case Change::left_table: erased_.erase(one.second); break;
    }
  });
  added_.resize(added_before_);
  forgotten_.resize(forgotten_before_);
  undo_.clear();
}

void SeenIds::collect(std::vector<Write>& writes) {
  for (const SeenDigest& id : erased_) {
    writes.push_back({Write::Kind::erase, Table::correlation, sorted_key(id), {}});
  }
  if (!added_.empty() || !forgotten_.empty()) {
    // What was added and forgotten again is not there.
    std::erase_if(added_, [this](const SeenDigest& id) { return !young_.contains(id); });
    ++last_run_;
    if (young_.size() + old_.size() >= kept_ + at_once_) {
      const std::size_t many = std::max(at_once_, added_.size());
      sort_in(many, writes);
      drop_runs(2 * many, writes);
    }
    SeenRun run{packed(forgotten_), packed(added_), {}, old_until_, sorted_until_};
    if (!order_.empty()) run.sorted_below.assign(order_.back().data(), order_.back().size());
    writes.push_back({Write::Kind::insert, Table::seen_run, run_key(last_run_),
                      codec::to_row(run).value_or(std::string())});
  }
  added_.clear();
  forgotten_.clear();
  erased_.clear();
  begin_input();
}

void SeenIds::sort_in(std::size_t many, std::vector<Write>& writes) {
  const std::string nothing = codec::to_row(Correlation()).value_or(std::string());
  while (many > 0) {
    if (order_.empty()) {
      sorted_until_ = old_until_;
      old_until_ = last_run_;
      old_.swap(young_);
      set_order();
    }
    if (order_.empty()) return;
    if (old_.erase(order_.back()) != 0) {
      const std::string key = sorted_key(order_.back());
      writes.push_back({Write::Kind::insert, Table::correlation, key, nothing});
      --many;
    }
    order_.pop_back();
  }
}

void SeenIds::set_order() {
  order_.assign(old_.begin(), old_.end());
  std::sort(order_.begin(), order_.end(), std::greater<>());
}

void SeenIds::drop_runs(std::size_t many, std::vector<Write>& writes) {
  for (; many > 0 && first_run_ <= sorted_until_; --many) {
    writes.push_back({Write::Kind::erase, Table::seen_run, run_key(first_run_++), {}});
  }
}

void SeenIds::load() {
  if (loaded_) return;
  constexpr std::size_t page = 1000;
  const auto read = [this](const std::string& from, std::size_t limit, Order order) {
    auto rows = store_->scan(Table::seen_run, from, Key(tenant_).end(), limit, order);
    if (!rows) throw CutShort(rows.error());
    return std::move(*rows);
  };
  const auto run_in = [](const Row& row) {
    SeenRun run;
    if (!codec::from_bytes(row.value, run) || !is_whole(run)) throw CutShort(unreadable());
    return run;
  };
  std::string from = Key(tenant_);
  const std::vector<Row> newest = read(from, 1, Order::descending);
  if (!newest.empty()) {
    const SeenRun run = run_in(newest.front());
    old_until_ = run.old_until;
    sorted_until_ = run.sorted_until;
    std::vector<Row> rows;
    do {
      rows = read(from, page, Order::ascending);
      for (const Row& row : rows) take(last_number(row.key), run_in(row));
      if (!rows.empty()) from = behind(rows.back().key);
    } while (rows.size() == page);
    if (run.sorted_below.empty()) old_.clear();
    each_of(run.sorted_below, [this](const SeenDigest& first) {
      std::erase_if(old_, [&](const SeenDigest& id) { return id < first; });
    });
    set_order();
  }
  loaded_ = true;
}

void SeenIds::take(std::uint64_t number, const SeenRun& run) {
  if (last_run_ == 0) first_run_ = number;
  last_run_ = number;
  if (number <= sorted_until_) return;
  each_of(run.forgotten, [this](const SeenDigest& id) {
    young_.erase(id);
    old_.erase(id);
  });
  Ids& ids = number <= old_until_ ? old_ : young_;
  each_of(run.added, [&](const SeenDigest& id) { ids.insert(id); });
}

}  // namespace novelo
