// Board: the router's records and the ordered indexes in which work and agents meet. It decides
// nothing: it answers "who is first for this work" and "which work is first for this agent".
//
//   queue + skills --intern--> requirement class --per work class--> Lane { waiting, ready }
//
//   Lane::waiting   works that anybody eligible may take, by place
//   Lane::ready     agents who could be offered such work now, best first
//   held            works that one agent alone may take for now, by place, at that agent
//
// Everything but the records is derived from them, so a board filled from records equals the one
// that wrote them.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/router.hpp"
#include "router/ordered_keys.hpp"

namespace novelo::routing {

using AgentIndex = std::uint32_t;  // agents are sorted by name, so indexes order as names do
using QueueIndex = std::uint32_t;
using ClassIndex = std::uint32_t;

inline constexpr std::array work_classes{WorkClass::voice, WorkClass::chat, WorkClass::mail,
                                         WorkClass::item};
template <class T>
using PerWorkClass = std::array<T, work_classes.size()>;

constexpr std::size_t slot(WorkClass work_class) {
  return static_cast<std::size_t>(work_class) - 1;
}

struct PlaceKey {
  Timestamp place{};
  WorkId work;
  friend auto operator<=>(const PlaceKey&, const PlaceKey&) = default;
};

struct ReadyKey {
  int minus_skill = 0;     // the skill sum, negated: the best comes first
  std::uint32_t load = 0;  // the part of the capacity that is used, in steps of 2^-31
  Timestamp idle_since{};
  AgentIndex agent = 0;
  friend auto operator<=>(const ReadyKey&, const ReadyKey&) = default;
};

enum class DueKind : std::uint8_t { state = 1, preference = 2 };

struct Due {
  Timestamp at{};
  WorkId work;
  DueKind kind = DueKind::state;
  friend auto operator<=>(const Due&, const Due&) = default;
};

struct Lane {
  OrderedKeys<PlaceKey> waiting;
  OrderedKeys<ReadyKey> ready;
  std::size_t able = 0;     // agents who have the skills and a capacity for such work
  std::size_t present = 0;  // of these: available
};

struct Member {
  AgentIndex agent = 0;
  int skill_sum = 0;
};

struct RequirementClass {
  QueueIndex queue = 0;
  std::vector<SkillName> skills;  // the queue's and the work's, sorted
  std::vector<Member> members;    // by agent
  PerWorkClass<Lane> lanes;
  std::size_t works = 0;  // queued or offered; without any the class may make room for another
};

struct Membership {
  ClassIndex requirement = 0;
  int skill_sum = 0;
};

struct Load {
  int offered = 0;
  int assigned = 0;
};

struct AgentEntry {
  RouterAgent config;
  AgentRecord record;
  PerWorkClass<int> capacity{};
  PerWorkClass<Load> load{};
  int wrapping = 0;           // voice works in wrap-up
  std::vector<WorkId> works;  // offered, assigned, in wrap-up; by id
  std::vector<Membership> classes;
  PerWorkClass<OrderedKeys<PlaceKey>> held;

  // What the indexes say of this agent; `refresh` brings them up to the record.
  PerWorkClass<bool> ready{};
  PerWorkClass<std::uint32_t> ready_load{};
  Timestamp ready_since{};
  bool present = false;
  bool signed_in = false;
};

struct QueueEntry {
  RouterQueue config;
  std::vector<AgentIndex> agents;
  OrderedKeys<PlaceKey> waiting;  // every queued work, held ones too
};

struct WorkEntry {
  WorkRecord record;
  ClassIndex requirement = 0;      // while queued or offered
  std::optional<WaitReason> told;  // while queued: the reason that was said last
};

class Board {
 public:
  // The configuration has been checked (check.hpp).
  Board(const RouterConfig& config, const Limits& limits);

  const Limits& limits() const { return limits_; }
  std::optional<QueueIndex> queue_index(const QueueName& name) const;
  std::optional<AgentIndex> agent_index(const AgentName& name) const;
  const QueueEntry& queue(QueueIndex index) const { return queues_[index]; }
  const QueueEntry& queue_of(const WorkRecord& work) const;
  AgentEntry& agent(AgentIndex index) { return agents_[index]; }
  const AgentEntry& agent(AgentIndex index) const { return agents_[index]; }
  std::size_t agents() const { return agents_.size(); }
  std::size_t queues() const { return queues_.size(); }
  // In no order.
  template <class Use>
  void each_work(Use use) const {
    for (const auto& [id, work] : works_) use(work.record);
  }
  const RequirementClass& requirement(ClassIndex index) const { return classes_[index]; }

  WorkEntry* find(WorkId id);
  const WorkEntry* find(WorkId id) const;
  std::optional<WorkId> work_of(OfferId offer) const;
  OfferId newest_offer(AgentIndex agent) const;  // of those that are out
  // How many the agent will have missed when this offer runs out; nothing when it is not counted.
  std::optional<std::uint32_t> missed_after(const WorkEntry& offered) const;
  // So many missed offers are too many for this work's queue.
  bool too_many(std::uint32_t missed, const WorkRecord& work) const;
  std::size_t works() const { return works_.size(); }
  std::vector<WorkId> work_ids() const;  // in order
  const std::set<Due>& dues() const { return dues_; }

  // True when one more work with these requirements can be taken: they are the queue's own, or
  // their class is known, or there is room for a new one under the ceiling. Then `intern` succeeds.
  // A work that changes its requirements leaves the room of its class when it is alone there.
  bool has_room_for(QueueIndex queue, const std::vector<SkillName>& skills,
                    const WorkEntry* changing = nullptr) const;

  // Works enter and leave the indexes as a whole: unlink, change the record, link.
  WorkEntry& add(WorkRecord record);
  void intern(WorkEntry& work);  // after its queue or skills changed, before `link`
  void link(WorkEntry& work);
  void unlink(WorkEntry& work);
  void forget(WorkId id);  // unlinked before

  // Brings the indexes up to an agent's record and load. True when the agent may now be offered
  // work of a class that it could not be offered before; works whose reason to wait may have
  // changed are added to `recheck`.
  bool refresh(AgentIndex index, std::vector<WorkId>& recheck);

  PlaceKey place(const WorkRecord& work) const;
  bool held(const WorkRecord& work) const { return work.preference != Preference::none; }
  // Serves the queue with all the skills and has a capacity for such work, whether now or not.
  bool able(AgentIndex agent, const WorkEntry& work) const;
  int skill_sum(AgentIndex agent, const WorkEntry& work) const;  // 0 when not able
  bool open(AgentIndex agent, WorkClass work_class) const;
  bool refused(AgentIndex agent, const WorkRecord& work) const;
  // An offered work may stay with its agent: nothing changed that would forbid to offer it.
  bool fits(AgentIndex agent, const WorkEntry& work) const;

  // The agent's place among those who are ready for this work.
  ReadyKey ready_key(AgentIndex agent, const WorkEntry& work) const;
  // Who is to be offered this queued work now.
  std::optional<AgentIndex> best_agent(const WorkEntry& work) const;
  // Which waiting work this agent is to be offered now.
  std::optional<PlaceKey> best_work(AgentIndex agent) const;
  WaitReason reason(const WorkEntry& work) const;

 private:
  using ClassKey = std::pair<QueueIndex, std::vector<SkillName>>;

  std::vector<SkillName> all_skills(QueueIndex queue, const std::vector<SkillName>& skills) const;
  ClassIndex new_class(ClassKey key);
  void empty_class(ClassIndex index);
  void enroll(ClassIndex index, AgentIndex agent);
  const Member* member(ClassIndex index, AgentIndex agent) const;
  void count(const WorkRecord& work, int step);
  void mark_present(AgentEntry& agent, std::vector<WorkId>& recheck);
  bool mark_ready(AgentIndex index, WorkClass work_class);
  std::uint32_t load(AgentIndex index, WorkClass work_class) const;

  Limits limits_;
  std::vector<QueueEntry> queues_;  // by name
  std::vector<AgentEntry> agents_;  // by name
  std::unordered_map<QueueName, QueueIndex> queue_names_;
  std::unordered_map<AgentName, AgentIndex> agent_names_;
  std::vector<RequirementClass> classes_;
  std::map<ClassKey, ClassIndex> class_keys_;
  std::size_t classes_in_use_ = 0;
  std::unordered_map<WorkId, WorkEntry> works_;
  std::unordered_map<OfferId, WorkId> offers_;
  std::set<Due> dues_;
};

}  // namespace novelo::routing
