#include "engine/outbox.hpp"

#include <algorithm>

namespace novelo {

std::optional<Outbox::Lane> Outbox::lane_of(const Effect& effect) {
  if (effect.kind != EffectKind::send) return std::nullopt;
  return Lane(effect.entry_point.text(), effect.conversation.value());
}

bool Outbox::is_first(EffectId id, const Ticket& ticket) const {
  return !ticket.lane || lanes_.at(*ticket.lane).front() == id;
}

void Outbox::let_go(EffectId id) {
  const Ticket& ticket = tickets_.at(id);
  if (ticket.held || !is_first(id, ticket)) return;
  if (ticket.not_before) {
    later_.emplace(*ticket.not_before, id);
  } else {
    ready_.insert(id);
  }
}

void Outbox::keep_back(EffectId id) {
  const Ticket& ticket = tickets_.at(id);
  ready_.erase(id);
  if (ticket.not_before) later_.erase({*ticket.not_before, id});
}

void Outbox::add(const Effect& effect, bool restored) {
  const auto lane = lane_of(effect);
  // Behind the first of its lane nothing was ever handed out.
  const bool maybe_handed_out = restored && (!lane || !lanes_.contains(*lane));
  const InteractionId call = effect.kind == EffectKind::call ? effect.interaction : InteractionId();
  if (call) calls_[call].insert(effect.id);
  if (lane) lanes_[*lane].push_back(effect.id);
  if (effect.held) held_.insert(effect.id);
  if (effect.conversation) ++busy_[effect.conversation];
  tickets_.insert_or_assign(effect.id, Ticket{lane, effect.not_before, maybe_handed_out,
                                              effect.held, call, effect.conversation});
  let_go(effect.id);
}

void Outbox::remove(EffectId id) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end()) return;
  keep_back(id);
  held_.erase(id);
  const Ticket ticket = found->second;
  tickets_.erase(found);
  if (const auto busy = busy_.find(ticket.conversation); busy != busy_.end()) {
    if (--busy->second == 0) busy_.erase(busy);
  }
  if (ticket.call) {
    calls_[ticket.call].erase(id);
    if (calls_[ticket.call].empty()) calls_.erase(ticket.call);
  }
  if (!ticket.lane) return;
  auto& lane = lanes_[*ticket.lane];
  const bool was_first = lane.front() == id;
  lane.erase(std::find(lane.begin(), lane.end(), id));
  if (lane.empty()) {
    lanes_.erase(*ticket.lane);
  } else if (was_first) {
    let_go(lane.front());
  }
}

void Outbox::retry(const Effect& effect) {
  const auto found = tickets_.find(effect.id);
  if (found == tickets_.end()) return;
  keep_back(effect.id);
  held_.erase(effect.id);
  found->second.held = false;
  found->second.not_before = effect.not_before;
  let_go(effect.id);
}

void Outbox::hold(EffectId id) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end()) return;
  keep_back(id);
  held_.insert(id);
  found->second.held = true;
  found->second.not_before.reset();
}

void Outbox::release(EffectId id) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end() || !found->second.held) return;
  held_.erase(id);
  found->second.held = false;
  let_go(id);
}

void Outbox::wake(Timestamp now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    ready_.insert(later_.begin()->second);
    later_.erase(later_.begin());
  }
}

std::optional<EffectId> Outbox::next_ready(EffectId after) const {
  const auto next = ready_.upper_bound(after);
  return next != ready_.end() ? std::optional(*next) : std::nullopt;
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
  const auto next = later_.upper_bound({now, EffectId(UINT64_MAX)});
  return next != later_.end() ? std::optional(next->first) : std::nullopt;
}

}  // namespace novelo
