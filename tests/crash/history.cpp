#include "crash/history.hpp"

#include <algorithm>
#include <cstring>

namespace novelo::crash {
namespace {

constexpr std::uint64_t low_seed = 0x2d358dccaa6c78a5U;
constexpr std::uint64_t high_seed = 0x8bb84b93962eacc9U;

std::uint64_t mix(std::uint64_t left, std::uint64_t right) {
  std::uint64_t mixed = left * 0x9e3779b97f4a7c15U;
  mixed ^= mixed >> 32U;
  mixed += right * 0xd6e8feb86659fd93U;
  mixed ^= mixed >> 29U;
  mixed *= 0xbf58476d1ce4e5b9U;
  return mixed ^ (mixed >> 32U);
}

std::uint64_t row_hash(Table table, std::string_view key, std::string_view value,
                       std::uint64_t seed) {
  const std::uint64_t of_key = hash_of(key, seed + static_cast<std::uint64_t>(table));
  return hash_of(value, of_key);
}

void sum_up(Digest& sum, Table table, std::string_view key, std::string_view value, bool away) {
  const std::uint64_t low = row_hash(table, key, value, low_seed);
  const std::uint64_t high = row_hash(table, key, value, high_seed);
  sum.low += away ? 0 - low : low;
  sum.high += away ? 0 - high : high;
}

bool same(const std::map<std::string, Fence>& left, const std::map<std::string, Fence>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& one, const auto& other) {
                      return one.first == other.first && one.second.tenant == other.second.tenant &&
                             one.second.epoch == other.second.epoch;
                    });
}

}  // namespace

std::uint64_t hash_of(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = mix(seed ^ 0xa0761d6478bd642fU, bytes.size() ^ 0xe7037ed1a0b428dbU);
  std::size_t at = 0;
  for (; at + 16 <= bytes.size(); at += 16) {
    std::uint64_t one = 0;
    std::uint64_t two = 0;
    std::memcpy(&one, bytes.data() + at, 8);
    std::memcpy(&two, bytes.data() + at + 8, 8);
    hash = mix(one ^ hash, two ^ 0x8ebc6af09c88c6e3U) + hash;
  }
  std::uint64_t one = 0;
  std::uint64_t two = 0;
  const std::size_t left = bytes.size() - at;
  if (left > 0) std::memcpy(&one, bytes.data() + at, std::min<std::size_t>(left, 8));
  if (left > 8) std::memcpy(&two, bytes.data() + at + 8, left - 8);
  return mix(mix(one ^ hash, two ^ 0x589965cc75374cc3U) ^ seed, hash ^ 0x1d8e4e27c47d124fU);
}

bool operator==(const Content& left, const Content& right) {
  return left.rows == right.rows && same(left.tenants, right.tenants);
}

Result<Digest> digest_of(Store& store, std::uint32_t tables) {
  static const std::string after_all(64, '\xff');
  Digest sum;
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    if ((tables >> (number - 1U) & 1U) == 0) continue;
    const auto table = static_cast<Table>(number);
    const auto rows = store.scan(table, "", after_all, SIZE_MAX, Order::ascending);
    if (!rows) return fail(rows.error());
    for (const Row& row : *rows) sum_up(sum, table, row.key, row.value, false);
  }
  return sum;
}

Result<History> History::of(Store& store, const std::map<std::string, Fence>& tenants) {
  static const std::string after_all(64, '\xff');
  History history;
  Moment& first = history.moments_.front();
  first.now.tenants = tenants;
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    const auto table = static_cast<Table>(number);
    const auto rows = store.scan(table, "", after_all, SIZE_MAX, Order::ascending);
    if (!rows) return fail(rows.error());
    if (!rows->empty()) history.tables_ |= 1U << (number - 1U);
    for (const Row& row : *rows) {
      sum_up(first.now.rows, table, row.key, row.value, false);
      history.rows_[{table, row.key}] = row.value;
    }
  }
  return history;
}

void History::push(Moment moment) {
  moments_.push_back(std::move(moment));
}

void History::begin(std::span<const TenantWrites> parts, std::uint64_t at) {
  under_way_.clear();
  opening_.clear();
  last_done_ = false;
  Content after = now();
  for (const TenantWrites& part : parts) {
    for (const Write& write : part.writes) {
      tables_ |= 1U << (static_cast<unsigned>(write.table) - 1U);
      auto& changed = under_way_[{write.table, write.key}];
      changed.reset();
      if (write.kind != Write::Kind::erase) changed = write.value;
    }
  }
  for (const auto& [place, value] : under_way_) {
    const auto before = rows_.find(place);
    if (before != rows_.end()) {
      sum_up(after.rows, place.first, place.second, before->second, true);
    }
    if (value) sum_up(after.rows, place.first, place.second, *value, false);
  }
  push({at, now(), std::move(after)});
}

void History::begin(const std::string& tenant, std::uint64_t at) {
  // One whose outcome is not known may have been done: this one comes behind it.
  const bool again = uncertain() && opening_ == tenant;
  Content after = again ? *moments_.back().maybe : now();
  under_way_.clear();
  opening_ = tenant;
  last_done_ = false;
  const auto known = after.tenants.find(tenant);
  if (known != after.tenants.end()) {
    ++known->second.epoch;
  } else {
    Fence first{1, 1};
    for (const auto& [name, fence] : after.tenants) {
      first.tenant = std::max(first.tenant, fence.tenant + 1);
    }
    after.tenants[tenant] = first;
  }
  push({at, now(), std::move(after)});
}

void History::acknowledge(std::uint64_t at, const std::optional<Fence>& fence) {
  Content after = *moments_.back().maybe;
  if (fence) after.tenants[opening_] = *fence;
  for (auto& [place, value] : under_way_) {
    if (value) {
      rows_[place] = std::move(*value);
    } else {
      rows_.erase(place);
    }
  }
  under_way_.clear();
  last_done_ = true;
  push({at, std::move(after), std::nullopt});
}

void History::refuse(std::uint64_t at) {
  under_way_.clear();
  push({at, now(), std::nullopt});
}

bool History::settle(const Digest& rows, std::uint64_t at) {
  if (!uncertain()) return rows == now().rows;
  if (!opening_.empty()) {
    // Its rows do not say: the next opening does, by the fence that it gives.
    return rows == now().rows;
  }
  if (rows == moments_.back().maybe->rows) {
    acknowledge(at);
    return true;
  }
  refuse(at);
  return rows == now().rows;
}

std::size_t History::index_at(std::uint64_t operation) const {
  const auto behind =
      std::upper_bound(moments_.begin(), moments_.end(), operation,
                       [](std::uint64_t at, const Moment& moment) { return at < moment.from; });
  return static_cast<std::size_t>(behind - moments_.begin()) - 1;
}

const Moment& History::moment_at(std::uint64_t operation) const {
  return moments_[index_at(operation)];
}

bool History::was(const Digest& rows) const {
  return std::any_of(moments_.begin(), moments_.end(),
                     [&](const Moment& moment) { return moment.now.rows == rows; });
}

}  // namespace novelo::crash
