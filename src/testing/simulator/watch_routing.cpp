#include "testing/simulator/watch_routing.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace novelo::testing {
namespace {

bool counts(const WorkRecord* work) {
  return work != nullptr && work->state != WorkState::queued;
}
bool is_offered(const WorkRecord* work) {
  return work != nullptr && work->state == WorkState::offered;
}
Named name_of(const WorkRecord& work) {
  return {"work", work.id.value()};
}

}  // namespace

void RoutingWatch::see(const WorkRecord* before, const WorkRecord* after) {
  const WorkRecord& work = after != nullptr ? *after : *before;
  works_.insert(work.id);
  if (counts(before)) {
    --loads_[before->agent][before->work_class];
    agents_.insert(before->agent);
  }
  if (counts(after)) {
    ++loads_[after->agent][after->work_class];
    agents_.insert(after->agent);
  }
  if (is_offered(before)) offered_[before->agent].erase(before->id);
  if (is_offered(after)) offered_[after->agent].insert(after->id);
  if (before != nullptr && after != nullptr && before->preference_until &&
      !after->preference_until) {
    released_.insert_or_assign(before->id, *before);
  }
  if (before != nullptr && after != nullptr) offers_over_.push_back(*before);
  const bool made = is_offered(after) && (!is_offered(before) || before->offer != after->offer);
  if (made) offers_made_.insert(after->id);
}

void RoutingWatch::see(const AgentRecord* before, const AgentRecord* after) {
  if (after == nullptr) return;
  agents_.insert(after->name);
  const bool was_there = before != nullptr && before->presence != Presence::offline;
  if (was_there && after->presence == Presence::offline) left_.insert(after->name);
}

void RoutingWatch::see(const Interaction* before, const Interaction* after) {
  if (after == nullptr) return;
  interactions_.insert(after->id);
  if (after->connected_at) connected_.insert(after->id);
  const bool queued = after->work && (before == nullptr || before->work != after->work);
  if (queued) queued_.emplace_back(before != nullptr ? *before : Interaction(), after->id);
}

void RoutingWatch::see(const Entry* before, const Entry* after) {
  if (before != nullptr || after == nullptr || after->type != EntryType::message) return;
  if (after->direction == Direction::inbound && after->interaction) {
    written_.push_back(after->interaction);
  }
}

void RoutingWatch::see(const ConversationRecord* before, const ConversationRecord*) {
  if (before == nullptr || !before->kept_place) return;
  places_kept_[before->id] = before->kept_place->requested_at;
}

void RoutingWatch::see(const EngineClock*, const EngineClock* after) {
  if (after != nullptr) now_ = after->now;
}

bool RoutingWatch::is_there(const AgentName& agent) const {
  const AgentRecord* record = record_of(agent);
  return record != nullptr && record->presence == Presence::available;
}

bool RoutingWatch::has_room(const AgentConfig& agent, WorkClass work_class) const {
  const AgentRecord* record = record_of(agent.name);
  const auto found = loads_.find(agent.name);
  const auto load = [&](WorkClass one) {
    if (found == loads_.end()) return 0;
    const auto count = found->second.find(one);
    return count == found->second.end() ? 0 : count->second;
  };
  const bool on_a_call = load(WorkClass::voice) > 0 || (record != nullptr && record->on_other_call);
  if (on_a_call) return false;
  if (work_class == WorkClass::voice) {
    const bool rings = record == nullptr || !record->unreachable;
    if (!rings || agent.device.empty()) return false;
  }
  const auto capacity = agent.capacity.find(work_class);
  return capacity != agent.capacity.end() && load(work_class) < capacity->second;
}

Timestamp RoutingWatch::place_of(const WorkRecord& work) const {
  const QueueConfig* queue = mirror_->configuration()->queue(work.queue);
  return work.requested_at - (queue == nullptr ? Duration{} : queue->ageing * work.priority);
}

void RoutingWatch::check_offer(const WorkRecord& work) {
  const Configuration* config = mirror_->configuration();
  const AgentConfig* agent = config == nullptr ? nullptr : config->agent(work.agent);
  const auto check = [&](bool holds, std::string_view invariant, std::string_view why_not) {
    findings_->check(holds, invariant, "{} is offered to {}{}", name_of(work), work.agent.text(),
                     why_not);
  };
  if (agent == nullptr) return check(false, "I17", ", who is not configured");
  check(mirror_->serves(*agent, work), "I17", ", who does not serve it");
  const bool refused = std::find(work.refused_by.begin(), work.refused_by.end(), work.agent) !=
                       work.refused_by.end();
  check(!refused, "I16", ", who has refused it in this round");
  const bool held = work.preference == Preference::only ||
                    (work.preference == Preference::first && work.preference_until);
  const bool over = work.preference_until && *work.preference_until <= now_;
  check(!held || over || work.preferred == work.agent, "I19", " while it is held for another");
  check_order(work, *agent);
}

// Nobody of the same kind, who asks for no agent, stands before it and could have had this one.
void RoutingWatch::check_order(const WorkRecord& work, const AgentConfig& agent) {
  for (const auto& [key, other] : mirror_->works) {
    // What came into this place in the same commit may have come after the offer was made.
    const bool comparable = other.state == WorkState::queued && !works_.contains(other.id) &&
                            other.queue == work.queue && other.work_class == work.work_class &&
                            other.preference == Preference::none && mirror_->serves(agent, other);
    if (!comparable || place_of(other) >= place_of(work)) continue;
    const bool refused = std::find(other.refused_by.begin(), other.refused_by.end(), agent.name) !=
                         other.refused_by.end();
    findings_->check(refused, "I18", "{} is offered to {}, and {} has waited longer", name_of(work),
                     agent.name.text(), name_of(other));
  }
}

void RoutingWatch::check_work(const WorkRecord& work) {
  const bool somebodys = work.state != WorkState::queued;
  findings_->check(somebodys != work.agent.empty(), "I15", "{} is in two states at once",
                   name_of(work));
  if (work.kind != WorkKind::interaction || work.state == WorkState::wrap_up) return;
  const Interaction* interaction = mirror_->find(InteractionId(work.subject));
  const bool lives = interaction != nullptr && interaction->state != InteractionState::ended &&
                     interaction->work == work.id;
  findings_->check(lives, "I15", "{} is about nobody who is there", name_of(work));
  if (lives) {
    findings_->check(interaction->conversation == work.conversation, "I15",
                     "{} is of another conversation", name_of(work));
  }
}

void RoutingWatch::check_interaction(const Interaction& interaction) {
  const Named name{"interaction", interaction.id.value()};
  const WorkRecord* work = interaction.work ? mirror_->find(interaction.work) : nullptr;
  if (interaction.state == InteractionState::waiting) {
    const bool looked_at =
        work != nullptr && (work->state == WorkState::queued || work->state == WorkState::offered);
    findings_->check(looked_at, "I15", "{} waits where nobody looks", name);
  }
  const bool served = interaction.state == InteractionState::connected && work != nullptr;
  if (served) {
    findings_->check(work->state == WorkState::assigned && work->agent == interaction.agent, "I15",
                     "{} is served by one agent and assigned to another", name);
  }
}

// An offer that is out must fit beside everything that the agent has. A call that was offered after
// it may come on top: other work never keeps a call away.
void RoutingWatch::check_standing(const WorkRecord& work, const AgentConfig& agent) {
  Loads& loads = loads_[agent.name];
  const Loads all = loads;
  --loads[work.work_class];
  for (const WorkId id : offered_[agent.name]) {
    const WorkRecord* other = mirror_->find(id);
    const bool on_top = other != nullptr && other->work_class == WorkClass::voice &&
                        work.work_class != WorkClass::voice && other->offer > work.offer;
    if (on_top) --loads[WorkClass::voice];
  }
  findings_->check(has_room(agent, work.work_class), "I14",
                   "{} is offered {}, for which there is no room", agent.name.text(),
                   name_of(work));
  loads = all;
}

void RoutingWatch::check_agent(const AgentName& name) {
  const auto found = offered_.find(name);
  if (found == offered_.end() || found->second.empty()) return;
  findings_->check(is_there(name), "I21", "{} has offers and is not there", name.text());
  const Configuration* config = mirror_->configuration();
  const AgentConfig* agent = config == nullptr ? nullptr : config->agent(name);
  if (agent == nullptr) return;
  for (const WorkId id : found->second) {
    if (const WorkRecord* work = mirror_->find(id)) check_standing(*work, *agent);
  }
}

// A hold that ended before its time: the agent has refused, could never take it, or the contact or
// somebody else wanted it so.
void RoutingWatch::check_release(const WorkRecord& before) {
  const WorkRecord* work = mirror_->find(before.id);
  const Configuration* config = mirror_->configuration();
  const bool over = *before.preference_until <= now_;
  if (work == nullptr || config == nullptr || over || wishes_) return;
  const bool waits = work->state == WorkState::queued || work->state == WorkState::offered;
  if (!waits || work->kind != WorkKind::interaction) return;
  const AgentConfig* agent = config->agent(before.preferred);
  const ConversationRecord* record = mirror_->find(work->conversation);
  const bool refused = std::find(work->refused_by.begin(), work->refused_by.end(),
                                 before.preferred) != work->refused_by.end();
  const bool able = agent != nullptr && mirror_->serves(*agent, *work) &&
                    agent->capacity.at(work->work_class) > 0 &&
                    (work->work_class != WorkClass::voice || !agent->device.empty());
  const bool wanted = record == nullptr || record->owner != before.preferred ||
                      record->passing_on.value() == work->subject;
  findings_->check(refused || !able || wanted, "I19",
                   "{} was released from its hold before its time", name_of(*work));
}

// Nobody counts as having refused but whoever has, or has let the offer run out.
void RoutingWatch::check_refusals(const WorkRecord& before) {
  const WorkRecord* work = mirror_->find(before.id);
  if (work == nullptr) return;
  for (const AgentName& agent : work->refused_by) {
    const auto& known = before.refused_by;
    if (std::find(known.begin(), known.end(), agent) != known.end()) continue;
    const bool ran_out = before.state_until && *before.state_until <= now_;
    const bool theirs = before.state == WorkState::offered && before.agent == agent;
    findings_->check(theirs && (ran_out || before.offer == refused_), "I20",
                     "{} counts as refused by {}, who has not", name_of(before), agent.text());
  }
}

// The newest message in a written interaction that fits; null when there is none.
template <class Fits>
const Entry* RoutingWatch::last_said(const Interaction& interaction, Fits fits) const {
  const ConversationRecord* record = mirror_->find(interaction.conversation);
  if (record == nullptr) return nullptr;
  for (std::uint64_t sequence = record->entries; sequence > record->purged; --sequence) {
    const Entry* entry = mirror_->entry(record->id, sequence);
    const bool said = entry != nullptr && entry->type == EntryType::message &&
                      entry->entry_point == interaction.entry_point;
    if (said && fits(*entry)) return entry;
  }
  return nullptr;
}

// The entry with which an interaction came from another conversation; 0 when it began here.
std::uint64_t RoutingWatch::came_with(const Interaction& interaction) const {
  const ConversationRecord* record = mirror_->find(interaction.conversation);
  if (record == nullptr) return 0;
  for (std::uint64_t sequence = record->entries; sequence > record->purged; --sequence) {
    const Entry* entry = mirror_->entry(record->id, sequence);
    const bool joined = entry != nullptr && entry->event == EventKind::joined;
    if (joined && entry->interaction == interaction.id) return sequence;
  }
  return 0;
}

// The place in the queue is of the time when the contact has asked: a call when it began, what
// comes back in writing when it was not answered any more.
void RoutingWatch::check_place(const Interaction& before, InteractionId id) {
  const Interaction& interaction = *mirror_->find(id);
  const WorkRecord* work = mirror_->find(interaction.work);
  const bool waits = interaction.state == InteractionState::waiting && work != nullptr;
  if (!waits || interaction.direction != Direction::inbound) return;
  const bool call = interaction.channel == Channel::voice;
  // Who has talked asks anew, also where a report says later that they are not connected.
  if (call && connected_.contains(id)) return;
  if (call || !before.work) {
    findings_->check(work->requested_at <= interaction.started_at, "I18",
                     "{} waits since later than the contact", name_of(*work));
    return;
  }
  // What a flow says because of it comes after it; what was said before the chat came from another
  // conversation was said in another chat.
  const std::uint64_t came = came_with(interaction);
  const Entry* answer = last_said(interaction, [&](const Entry& entry) {
    return entry.direction == Direction::outbound && entry.at < now_ && entry.sequence > came;
  });
  const auto place = places_kept_.find(interaction.conversation);
  const bool kept = work->requested_at < interaction.started_at ||
                    (place != places_kept_.end() && place->second == work->requested_at);
  findings_->check(kept || answer == nullptr || work->requested_at >= answer->at, "I18",
                   "{} waits since before it was answered", name_of(*work));
}

// Whoever leaves leaves nobody behind who waits for them.
void RoutingWatch::check_left_behind(const AgentName& name) {
  const AgentRecord* record = record_of(name);
  if (record == nullptr || record->presence != Presence::offline) return;
  for (const auto& [key, work] : mirror_->works) {
    if (work.agent != name || work.state != WorkState::assigned) continue;
    bool waits = work.kind == WorkKind::verification;
    const Interaction* one =
        work.kind == WorkKind::interaction ? mirror_->find(InteractionId(work.subject)) : nullptr;
    if (one != nullptr && one->channel != Channel::voice) {
      const Entry* last = last_said(*one, [](const Entry&) { return true; });
      waits = last != nullptr && last->direction == Direction::inbound;
    }
    findings_->check(!waits, "I15", "{} waits for {}, who has left", name_of(work), name.text());
  }
}

void RoutingWatch::committed() {
  for (const auto& [id, before] : released_) check_release(before);
  released_.clear();
  for (const WorkRecord& before : offers_over_) check_refusals(before);
  for (const auto& [before, id] : queued_) check_place(before, id);
  for (const AgentName& agent : left_) check_left_behind(agent);
  for (const InteractionId id : written_) {
    const Interaction* one = mirror_->find(id);
    const AgentRecord* agent = one == nullptr ? nullptr : record_of(one->agent);
    const bool lost = agent != nullptr && one->state == InteractionState::connected &&
                      one->channel != Channel::voice && agent->presence == Presence::offline;
    findings_->check(!lost, "I15", "interaction {} is written to whoever has left", id.value());
  }
  offers_over_.clear();
  places_kept_.clear();
  queued_.clear();
  left_.clear();
  written_.clear();
  for (const WorkId id : works_) {
    if (const WorkRecord* work = mirror_->find(id)) check_work(*work);
  }
  for (const InteractionId id : interactions_) check_interaction(*mirror_->find(id));
  for (const AgentName& agent : agents_) check_agent(agent);
  for (const WorkId id : offers_made_) {
    const WorkRecord* work = mirror_->find(id);
    if (is_offered(work)) check_offer(*work);
  }
  works_.clear();
  interactions_.clear();
  agents_.clear();
  offers_made_.clear();
}

void RoutingWatch::quiet(Timestamp now) {
  const Configuration* config = mirror_->configuration();
  if (config == nullptr) return;
  for (const auto& [key, work] : mirror_->works) {
    const bool over = work.state_until && *work.state_until <= now;
    findings_->check(!over || work.state == WorkState::assigned, "I40", "{} is past its time",
                     name_of(work));
    if (work.state != WorkState::queued) continue;
    findings_->check(!work.preference_until || *work.preference_until > now, "I19",
                     "{} is held past its bound", name_of(work));
    for (const AgentConfig& agent : config->agents) {
      const bool refused = std::find(work.refused_by.begin(), work.refused_by.end(), agent.name) !=
                           work.refused_by.end();
      const bool may = work.preference == Preference::none || work.preferred == agent.name;
      if (refused || !may || !is_there(agent.name) || !mirror_->serves(agent, work)) continue;
      findings_->check(!has_room(agent, work.work_class), "I20", "{} waits and {} is free",
                       name_of(work), agent.name.text());
    }
  }
}

}  // namespace novelo::testing
