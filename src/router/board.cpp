#include "router/board.hpp"

#include <algorithm>
#include <iterator>

namespace novelo::routing {
namespace {

void insert_sorted(std::vector<WorkId>& ids, WorkId id) {
  ids.insert(std::lower_bound(ids.begin(), ids.end(), id), id);
}

void erase_sorted(std::vector<WorkId>& ids, WorkId id) {
  const auto found = std::lower_bound(ids.begin(), ids.end(), id);
  if (found != ids.end() && *found == id) ids.erase(found);
}

bool waits_or_is_offered(const WorkRecord& work) {
  return work.state == WorkState::queued || work.state == WorkState::offered;
}

}  // namespace

Board::Board(const RouterConfig& config, const Limits& limits) : limits_(limits) {
  for (const RouterQueue& queue : config.queues) {
    QueueEntry entry;
    entry.config = queue;
    std::sort(entry.config.skills.begin(), entry.config.skills.end());
    queues_.push_back(std::move(entry));
  }
  for (const RouterAgent& agent : config.agents) {
    AgentEntry entry;
    entry.config = agent;
    entry.record.name = agent.name;
    for (const auto& [work_class, many] : agent.capacity) entry.capacity[slot(work_class)] = many;
    agents_.push_back(std::move(entry));
  }
  const auto by_name = [](const auto& a, const auto& b) { return a.config.name < b.config.name; };
  std::sort(queues_.begin(), queues_.end(), by_name);
  std::sort(agents_.begin(), agents_.end(), by_name);
  for (QueueIndex i = 0; i < queues_.size(); ++i) queue_names_.emplace(queues_[i].config.name, i);
  for (AgentIndex i = 0; i < agents_.size(); ++i) {
    agent_names_.emplace(agents_[i].config.name, i);
    for (const QueueName& name : agents_[i].config.queues) {
      queues_[queue_names_.at(name)].agents.push_back(i);
    }
  }
}

std::optional<QueueIndex> Board::queue_index(const QueueName& name) const {
  const auto found = queue_names_.find(name);
  if (found == queue_names_.end()) return std::nullopt;
  return found->second;
}

std::optional<AgentIndex> Board::agent_index(const AgentName& name) const {
  const auto found = agent_names_.find(name);
  if (found == agent_names_.end()) return std::nullopt;
  return found->second;
}

const QueueEntry& Board::queue_of(const WorkRecord& work) const {
  return queues_[queue_names_.at(work.queue)];
}

WorkEntry* Board::find(WorkId id) {
  const auto found = works_.find(id);
  return found == works_.end() ? nullptr : &found->second;
}

const WorkEntry* Board::find(WorkId id) const {
  const auto found = works_.find(id);
  return found == works_.end() ? nullptr : &found->second;
}

std::optional<WorkId> Board::work_of(OfferId offer) const {
  const auto found = offers_.find(offer);
  if (found == offers_.end()) return std::nullopt;
  return found->second;
}

OfferId Board::newest_offer(AgentIndex agent) const {
  OfferId newest;
  for (const WorkId id : agents_[agent].works) {
    newest = std::max(newest, works_.at(id).record.offer);
  }
  return newest;
}

std::optional<std::uint32_t> Board::missed_after(const WorkEntry& offered) const {
  const WorkRecord& work = offered.record;
  const AgentRecord& agent = agents_[agent_names_.at(work.agent)].record;
  const bool counted = queue_of(work).config.missed_offers > 0 &&
                       agent.presence == Presence::available && work.offer > agent.missed_until;
  return counted ? std::optional(agent.missed_offers + 1) : std::nullopt;
}

bool Board::too_many(std::uint32_t missed, const WorkRecord& work) const {
  return missed >= static_cast<std::uint32_t>(queue_of(work).config.missed_offers);
}

std::vector<WorkId> Board::work_ids() const {
  std::vector<WorkId> ids;
  ids.reserve(works_.size());
  for (const auto& [id, entry] : works_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

// --- requirement classes -----------------------------------------------------------------------
std::vector<SkillName> Board::all_skills(QueueIndex queue,
                                         const std::vector<SkillName>& skills) const {
  const std::vector<SkillName>& common = queues_[queue].config.skills;
  std::vector<SkillName> all;
  std::set_union(common.begin(), common.end(), skills.begin(), skills.end(),
                 std::back_inserter(all));
  return all;
}

bool Board::has_room_for(QueueIndex queue, const std::vector<SkillName>& skills,
                         const WorkEntry* changing) const {
  ClassKey asked{queue, all_skills(queue, skills)};
  if (asked.second == all_skills(queue, {})) return true;
  const bool leaves_room = changing != nullptr && classes_[changing->requirement].works == 1;
  return classes_in_use_ - (leaves_room ? 1 : 0) < limits_.requirement_classes ||
         class_keys_.contains(asked);
}

void Board::intern(WorkEntry& work) {
  const QueueIndex queue = queue_names_.at(work.record.queue);
  ClassKey key{queue, all_skills(queue, work.record.skills)};
  const auto found = class_keys_.find(key);
  work.requirement = found != class_keys_.end() ? found->second : new_class(std::move(key));
}

ClassIndex Board::new_class(ClassKey key) {
  ClassIndex index = static_cast<ClassIndex>(classes_.size());
  if (classes_.size() < limits_.requirement_classes) {
    classes_.emplace_back();
  } else {
    const auto unused = std::find_if(classes_.begin(), classes_.end(),
                                     [](const RequirementClass& c) { return c.works == 0; });
    if (unused == classes_.end()) {
      classes_.emplace_back();  // records of a time with a higher ceiling are still taken back
    } else {
      index = static_cast<ClassIndex>(unused - classes_.begin());
      empty_class(index);
    }
  }
  classes_[index].queue = key.first;
  classes_[index].skills = key.second;
  for (const AgentIndex agent : queues_[key.first].agents) enroll(index, agent);
  class_keys_.emplace(std::move(key), index);
  return index;
}

void Board::empty_class(ClassIndex index) {
  RequirementClass& old = classes_[index];
  for (const Member& member : old.members) {
    auto& classes = agents_[member.agent].classes;
    std::erase_if(classes, [index](const Membership& m) { return m.requirement == index; });
  }
  class_keys_.erase(ClassKey{old.queue, old.skills});
  old = RequirementClass{};
}

void Board::enroll(ClassIndex index, AgentIndex agent_index) {
  RequirementClass& requirement = classes_[index];
  AgentEntry& agent = agents_[agent_index];
  int sum = 0;
  for (const SkillName& skill : requirement.skills) {
    const auto level = agent.config.skills.find(skill);
    if (level == agent.config.skills.end()) return;
    sum += level->second;
  }
  requirement.members.push_back({agent_index, sum});
  agent.classes.push_back({index, sum});
  for (const WorkClass work_class : work_classes) {
    const std::size_t at = slot(work_class);
    Lane& lane = requirement.lanes[at];
    if (agent.capacity[at] > 0) ++lane.able;
    if (agent.capacity[at] > 0 && agent.present) ++lane.present;
    if (agent.ready[at])
      lane.ready.insert({-sum, agent.ready_load[at], agent.ready_since, agent_index});
  }
}

const Member* Board::member(ClassIndex index, AgentIndex agent) const {
  const std::vector<Member>& members = classes_[index].members;
  const auto found = std::lower_bound(
      members.begin(), members.end(), agent,
      [](const Member& member, AgentIndex wanted) { return member.agent < wanted; });
  return found != members.end() && found->agent == agent ? &*found : nullptr;
}

// --- works in and out of the indexes -----------------------------------------------------------
WorkEntry& Board::add(WorkRecord record) {
  const WorkId id = record.id;
  WorkEntry& entry = works_[id];
  entry.record = std::move(record);
  return entry;
}

void Board::forget(WorkId id) {
  works_.erase(id);
}

void Board::count(const WorkRecord& work, int step) {
  AgentEntry& agent = agents_[agent_names_.at(work.agent)];
  Load& load = agent.load[slot(work.work_class)];
  if (work.state == WorkState::offered) load.offered += step;
  if (work.state == WorkState::assigned) load.assigned += step;
  if (work.state == WorkState::wrap_up) agent.wrapping += step;
  if (step > 0) {
    insert_sorted(agent.works, work.id);
  } else {
    erase_sorted(agent.works, work.id);
  }
}

void Board::link(WorkEntry& work) {
  const WorkRecord& record = work.record;
  if (record.state_until) dues_.insert({*record.state_until, record.id, DueKind::state});
  if (record.state != WorkState::queued) count(record, +1);
  if (record.state == WorkState::offered) offers_.emplace(record.offer, record.id);
  if (!waits_or_is_offered(record)) return;
  if (held(record) && record.preference_until) {
    dues_.insert({*record.preference_until, record.id, DueKind::preference});
  }
  RequirementClass& requirement = classes_[work.requirement];
  if (requirement.works++ == 0) ++classes_in_use_;
  if (record.state != WorkState::queued) return;
  const PlaceKey key = place(record);
  const std::size_t at = slot(record.work_class);
  queues_[requirement.queue].waiting.insert(key);
  if (held(record)) {
    agents_[agent_names_.at(record.preferred)].held[at].insert(key);
  } else {
    requirement.lanes[at].waiting.insert(key);
  }
}

void Board::unlink(WorkEntry& work) {
  const WorkRecord& record = work.record;
  if (record.state_until) dues_.erase({*record.state_until, record.id, DueKind::state});
  if (record.state != WorkState::queued) count(record, -1);
  if (record.state == WorkState::offered) offers_.erase(record.offer);
  if (!waits_or_is_offered(record)) return;
  if (held(record) && record.preference_until) {
    dues_.erase({*record.preference_until, record.id, DueKind::preference});
  }
  RequirementClass& requirement = classes_[work.requirement];
  if (--requirement.works == 0) --classes_in_use_;
  if (record.state != WorkState::queued) return;
  const PlaceKey key = place(record);
  const std::size_t at = slot(record.work_class);
  queues_[requirement.queue].waiting.erase(key);
  if (held(record)) {
    agents_[agent_names_.at(record.preferred)].held[at].erase(key);
  } else {
    requirement.lanes[at].waiting.erase(key);
  }
}

// --- agents in and out of the indexes ----------------------------------------------------------
void Board::mark_present(AgentEntry& agent, std::vector<WorkId>& recheck) {
  const auto add = [&recheck](const PlaceKey& key) { recheck.push_back(key.work); };
  const bool signed_in = agent.record.presence != Presence::offline;
  if (signed_in != agent.signed_in) {
    agent.signed_in = signed_in;
    for (const auto& held : agent.held) held.each(add);
  }
  const bool present = agent.record.presence == Presence::available;
  if (present == agent.present) return;
  agent.present = present;
  for (const Membership& membership : agent.classes) {
    for (std::size_t at = 0; at < work_classes.size(); ++at) {
      if (agent.capacity[at] == 0) continue;
      Lane& lane = classes_[membership.requirement].lanes[at];
      const bool nobody_before = lane.present == 0;
      present ? ++lane.present : --lane.present;
      if (nobody_before || lane.present == 0) lane.waiting.each(add);
    }
  }
}

bool Board::mark_ready(AgentIndex index, WorkClass work_class) {
  AgentEntry& agent = agents_[index];
  const std::size_t at = slot(work_class);
  const bool was = agent.ready[at];
  const bool is = open(index, work_class);
  const Timestamp since = agent.record.idle_since;
  const std::uint32_t loaded = is ? load(index, work_class) : 0;
  const bool same = agent.ready_since == since && agent.ready_load[at] == loaded;
  if (was == is && (!is || same)) return false;
  for (const Membership& membership : agent.classes) {
    Lane& lane = classes_[membership.requirement].lanes[at];
    const int minus_skill = -membership.skill_sum;
    if (was) lane.ready.erase({minus_skill, agent.ready_load[at], agent.ready_since, index});
    if (is) lane.ready.insert({minus_skill, loaded, since, index});
  }
  agent.ready[at] = is;
  agent.ready_load[at] = loaded;
  return is && !was;
}

bool Board::refresh(AgentIndex index, std::vector<WorkId>& recheck) {
  mark_present(agents_[index], recheck);
  bool opened = false;
  for (const WorkClass work_class : work_classes) opened |= mark_ready(index, work_class);
  agents_[index].ready_since = agents_[index].record.idle_since;
  return opened;
}

// --- who may take what -------------------------------------------------------------------------
PlaceKey Board::place(const WorkRecord& work) const {
  return {work.requested_at - work.priority * queue_of(work).config.ageing, work.id};
}

bool Board::able(AgentIndex agent, const WorkEntry& work) const {
  return agents_[agent].capacity[slot(work.record.work_class)] > 0 &&
         member(work.requirement, agent) != nullptr;
}

int Board::skill_sum(AgentIndex agent, const WorkEntry& work) const {
  const Member* found = member(work.requirement, agent);
  return found != nullptr ? found->skill_sum : 0;
}

bool Board::open(AgentIndex index, WorkClass work_class) const {
  const AgentEntry& agent = agents_[index];
  if (agent.record.presence != Presence::available) return false;
  const bool talking = agent.record.on_other_call || agent.wrapping > 0;
  const Load& calls = agent.load[slot(WorkClass::voice)];
  if (work_class == WorkClass::voice) {
    return !talking && !agent.record.unreachable &&
           calls.offered + calls.assigned < agent.capacity[slot(WorkClass::voice)];
  }
  if (agent.config.voice_excludes_others && (talking || calls.offered + calls.assigned > 0)) {
    return false;
  }
  const Load& load = agent.load[slot(work_class)];
  return load.offered + load.assigned < agent.capacity[slot(work_class)];
}

// Exact: capacities are small, so that different parts never round to the same one. Whoever is
// ready has less than the whole.
std::uint32_t Board::load(AgentIndex index, WorkClass work_class) const {
  const AgentEntry& agent = agents_[index];
  const Load& load = agent.load[slot(work_class)];
  const auto used = static_cast<std::uint64_t>(load.offered + load.assigned);
  const auto all = static_cast<std::uint64_t>(agent.capacity[slot(work_class)]);
  return static_cast<std::uint32_t>((used << 31) / all);
}

bool Board::refused(AgentIndex agent, const WorkRecord& work) const {
  return !work.refused_by.empty() &&
         std::binary_search(work.refused_by.begin(), work.refused_by.end(),
                            agents_[agent].config.name);
}

bool Board::fits(AgentIndex index, const WorkEntry& work) const {
  const AgentEntry& agent = agents_[index];
  const WorkClass work_class = work.record.work_class;
  if (agent.record.presence != Presence::available || !able(index, work)) return false;
  if (held(work.record) && work.record.preferred != agent.config.name) return false;
  const Load& load = agent.load[slot(work_class)];
  if (load.offered + load.assigned > agent.capacity[slot(work_class)]) return false;
  const bool talking = agent.record.on_other_call || agent.wrapping > 0;
  if (work_class == WorkClass::voice) return !talking && !agent.record.unreachable;
  return !agent.config.voice_excludes_others ||
         (!talking && agent.load[slot(WorkClass::voice)].assigned == 0);
}

ReadyKey Board::ready_key(AgentIndex agent, const WorkEntry& work) const {
  return {-skill_sum(agent, work), load(agent, work.record.work_class),
          agents_[agent].record.idle_since, agent};
}

std::optional<AgentIndex> Board::best_agent(const WorkEntry& work) const {
  const WorkRecord& record = work.record;
  if (held(record)) {
    const AgentIndex agent = agent_names_.at(record.preferred);
    const bool can = able(agent, work) && open(agent, record.work_class) && !refused(agent, record);
    return can ? std::optional(agent) : std::nullopt;
  }
  const Lane& lane = classes_[work.requirement].lanes[slot(record.work_class)];
  const ReadyKey* best =
      lane.ready.find([&](const ReadyKey& key) { return !refused(key.agent, record); });
  return best != nullptr ? std::optional(best->agent) : std::nullopt;
}

std::optional<PlaceKey> Board::best_work(AgentIndex index) const {
  const AgentEntry& agent = agents_[index];
  std::optional<PlaceKey> best;
  const auto consider = [&best](const PlaceKey* key) {
    if (key != nullptr && (!best || *key < *best)) best = *key;
  };
  const auto may_take = [&](const PlaceKey& key) {
    return !refused(index, works_.at(key.work).record);
  };
  for (std::size_t at = 0; at < work_classes.size(); ++at) {
    if (!agent.ready[at]) continue;
    consider(agent.held[at].find(
        [&](const PlaceKey& key) { return may_take(key) && able(index, works_.at(key.work)); }));
    for (const Membership& membership : agent.classes) {
      const auto& waiting = classes_[membership.requirement].lanes[at].waiting;
      if (waiting.empty() || (best && *best < waiting.front())) continue;
      consider(waiting.find(may_take));
    }
  }
  return best;
}

WaitReason Board::reason(const WorkEntry& work) const {
  const WorkRecord& record = work.record;
  if (held(record)) {
    const AgentIndex agent = agent_names_.at(record.preferred);
    if (!able(agent, work)) return WaitReason::nobody_eligible;
    return agents_[agent].record.presence == Presence::offline ? WaitReason::preferred_offline
                                                               : WaitReason::preferred_busy;
  }
  const Lane& lane = classes_[work.requirement].lanes[slot(record.work_class)];
  if (lane.able == 0) return WaitReason::nobody_eligible;
  return lane.present == 0 ? WaitReason::nobody_available : WaitReason::agents_busy;
}

}  // namespace novelo::routing
