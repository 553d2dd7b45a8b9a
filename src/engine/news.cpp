#include "engine/news.hpp"

#include <algorithm>

namespace novelo {

namespace {

constexpr Duration furthest_ahead = std::chrono::hours(24);

std::string counter_key(const Turn& turn, std::string_view what, std::string_view member,
                        const ConnectionName& connection, std::string_view name) {
  Key key = turn.tables.news_counters().text(std::string(what).append(member));
  key.text(connection.text());
  if (!name.empty()) key.text(name);
  return key;
}

}  // namespace

News::News(Turn& turn, std::string_view what, const ConnectionName& connection,
           std::string_view name)
    : turn_(turn),
      at_(counter_key(turn, what, "_at", connection, name)),
      of_(counter_key(turn, what, "_of", connection, name)) {}

std::optional<Timestamp> News::last() const {
  const Counter* last = turn_.tables.counters.find(at_);
  if (last == nullptr) return std::nullopt;
  return Timestamp(Duration(static_cast<std::int64_t>(last->value)));
}

bool News::are_before(EffectId question) const {
  const Counter* last = turn_.tables.counters.find(of_);
  return (last != nullptr ? last->value : 0) < question.value();
}

void News::keep(std::optional<Timestamp> at, std::uint64_t number) {
  if (at) {
    const Timestamp told = std::clamp(*at, Timestamp(), turn_.now);
    put(at_, static_cast<std::uint64_t>(told.time_since_epoch().count()));
  }
  if (are_before(EffectId(number))) put(of_, number);
}

void News::put(const std::string& key, std::uint64_t value) {
  const Counter* last = turn_.tables.counters.find(key);
  if (last == nullptr || last->value != value) turn_.tables.counters.put(key, {value});
}

Timestamp by_their_clock(std::optional<Timestamp> told, Timestamp heard) {
  return told && *told < heard + furthest_ahead ? *told : heard;
}

}  // namespace novelo
