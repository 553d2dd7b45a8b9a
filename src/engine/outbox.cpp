#include "engine/outbox.hpp"

#include <algorithm>

namespace novelo {

std::optional<Outbox::Lane> Outbox::lane_of(const Effect& effect) {
  if (effect.kind != EffectKind::send) return std::nullopt;
  return Lane(effect.entry_point.text(), effect.conversation.value());
}

void Outbox::add(const Effect& effect, bool restored) {
  const auto lane = lane_of(effect);
  const bool first = !lane || !lanes_.contains(*lane);
  const InteractionId call = effect.kind == EffectKind::call ? effect.interaction : InteractionId();
  if (call) calls_[call].insert(effect.id);
  if (lane) lanes_[*lane].push_back(effect.id);
  // Behind the first of its lane nothing was ever handed out.
  const Ticket ticket{lane, effect.not_before, restored && first, effect.held, call};
  if (effect.held) {
    held_.insert(effect.id);
  } else if (first) {
    ready_.insert(effect.id);
  }
  tickets_.insert_or_assign(effect.id, ticket);
}

bool Outbox::is_first(EffectId id, const Ticket& ticket) const {
  return !ticket.lane || lanes_.at(*ticket.lane).front() == id;
}

void Outbox::remove(EffectId id) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end()) return;
  const std::optional<Lane> lane_key = found->second.lane;
  if (const InteractionId call = found->second.call) {
    calls_[call].erase(id);
    if (calls_[call].empty()) calls_.erase(call);
  }
  tickets_.erase(found);
  ready_.erase(id);
  held_.erase(id);
  if (!lane_key) return;
  auto& lane = lanes_[*lane_key];
  const bool was_first = !lane.empty() && lane.front() == id;
  lane.erase(std::find(lane.begin(), lane.end(), id));
  if (lane.empty()) {
    lanes_.erase(*lane_key);
  } else if (was_first && !tickets_.at(lane.front()).held) {
    ready_.insert(lane.front());
  }
}

void Outbox::retry(const Effect& effect) {
  const auto found = tickets_.find(effect.id);
  if (found == tickets_.end()) return;
  found->second.not_before = effect.not_before;
  found->second.held = false;
  held_.erase(effect.id);
  if (is_first(effect.id, found->second)) ready_.insert(effect.id);
}

void Outbox::hold(EffectId id) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end()) return;
  found->second.held = true;
  held_.insert(id);
  ready_.erase(id);
}

void Outbox::release(EffectId id) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end() || !found->second.held) return;
  found->second.held = false;
  held_.erase(id);
  if (is_first(id, found->second)) ready_.insert(id);
}

std::vector<EffectId> Outbox::ready(Timestamp now, std::size_t most) const {
  std::vector<EffectId> result;
  for (const EffectId id : ready_) {
    if (result.size() == most) break;
    const auto& not_before = tickets_.at(id).not_before;
    if (!not_before || *not_before <= now) result.push_back(id);
  }
  return result;
}

void Outbox::mark_handed_out(EffectId id) {
  ready_.erase(id);
}

bool Outbox::maybe_handed_out(EffectId id) const {
  const auto found = tickets_.find(id);
  return found != tickets_.end() && found->second.maybe_handed_out;
}

std::vector<EffectId> Outbox::held(EffectId after, std::size_t most) const {
  std::vector<EffectId> result;
  for (auto id = held_.upper_bound(after); id != held_.end() && result.size() < most; ++id) {
    result.push_back(*id);
  }
  return result;
}

std::size_t Outbox::behind(EffectId id) const {
  const auto found = tickets_.find(id);
  if (found == tickets_.end() || !found->second.lane) return 0;
  const auto& lane = lanes_.at(*found->second.lane);
  return static_cast<std::size_t>(lane.end() - std::find(lane.begin(), lane.end(), id)) - 1;
}

std::vector<EffectId> Outbox::unsettled_of_call(InteractionId interaction) const {
  const auto found = calls_.find(interaction);
  if (found == calls_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::optional<Timestamp> Outbox::next_time(Timestamp now) const {
  std::optional<Timestamp> first;
  for (const EffectId id : ready_) {
    const auto& at = tickets_.at(id).not_before;
    if (at && *at > now && (!first || *at < *first)) first = at;
  }
  return first;
}

}  // namespace novelo
