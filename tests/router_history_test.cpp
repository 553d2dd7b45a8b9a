// The router under random histories: five queues, twenty agents, hundreds of works. Every step is
// also taken by routers restored from the stored records, and everything that must always hold is
// judged by a second, slow and simple reading of the rules.
//
// ctest runs one fixed seed. To look further, in the build's folder:
//
//   for seed in $(seq 40); do
//     RC_PARAMS="seed=$seed max_success=500" ./novelo_tests --source-file='*router_hist*' || break
//   done
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "novelo/router.hpp"
#include "support/router_world.hpp"

namespace novelo::test {
namespace {

using std::chrono::seconds;

constexpr int agent_count = 20;
constexpr int queue_count = 5;
constexpr std::array classes{WorkClass::voice, WorkClass::chat, WorkClass::mail, WorkClass::item};
constexpr std::array skill_names{"english", "billing", "vip"};

// Thrown, so that a property is shrunk and a plain test fails; the line is the caller's.
void must(bool holds, int line = __builtin_LINE()) {
  if (!holds) throw std::runtime_error("does not hold: line " + std::to_string(line));
}

// What to do, and which of the things there are to do it with.
using Step = std::tuple<int, int, int>;

QueueName queue_name(int i) {
  return QueueName("queue" + std::to_string(i));
}
AgentName agent_name(int i) {
  return AgentName("agent" + std::to_string(10 + i));
}
SkillName skill_name(int i) {
  return SkillName(skill_names.at(static_cast<std::size_t>(i)));
}

RouterConfig make_config(int variant) {
  RouterConfig config;
  for (int i = 0; i < queue_count; ++i) {
    RouterQueue queue{queue_name(i), {}, seconds(60), seconds(20), {}};
    if (i == 1) queue.skills = {skill_name(0)};
    if (i == 2) queue.wrap_up = seconds(30);
    if (i == 3) queue.ageing = {};
    if (i == 4) queue.offer_timeout = seconds(7);
    queue.missed_offers = i == 1 ? 0 : 1 + (i + variant) % 4;
    config.queues.push_back(queue);
  }
  for (int i = 0; i < agent_count; ++i) {
    const int bits = i * 37 + variant;
    RouterAgent agent;
    agent.name = agent_name(i);
    for (int q = 0; q < queue_count; ++q) {
      if (((bits >> q) & 1) != 0 || q == i % queue_count) agent.queues.push_back(queue_name(q));
    }
    for (int s = 0; s < 3; ++s) {
      if ((bits + s) % 3 != 0) agent.skills[skill_name(s)] = 1 + (bits * (s + 1)) % 10;
    }
    agent.capacity = {{WorkClass::voice, i % 7 == 0 ? 2 : 1}, {WorkClass::chat, 1 + bits % 3}};
    if (i % 3 != 0) agent.capacity[WorkClass::mail] = 2;
    if (i % 4 != 0) agent.capacity[WorkClass::item] = 1;
    agent.voice_excludes_others = i % 5 != 0;
    config.agents.push_back(agent);
  }
  return config;
}

// The rules once more, over plain records.
class Reading {
 public:
  Reading(const RouterConfig& config, const RouterRecords& records)
      : config_(config), records_(records) {
    for (const auto& [id, work] : records.works) {
      if (!work.agent.empty()) count(work);
    }
  }

  const AgentRecord& record(int agent) const {
    static const AgentRecord never_seen;
    const auto found = records_.agents.find(agent_name(agent));
    return found == records_.agents.end() ? never_seen : found->second;
  }

  int load(int agent, WorkClass work_class) const {
    const Counts& counts = counts_.at(static_cast<std::size_t>(agent));
    return counts.offered.at(at(work_class)) + counts.assigned.at(at(work_class)) +
           (work_class == WorkClass::voice ? counts.wrapping : 0);
  }

  int capacity(int agent, WorkClass work_class) const {
    const auto& all = config_.agents.at(static_cast<std::size_t>(agent)).capacity;
    const auto found = all.find(work_class);
    return found == all.end() ? 0 : found->second;
  }

  bool open(int agent, WorkClass work_class) const {
    if (record(agent).presence != Presence::available) return false;
    const bool talking =
        record(agent).on_other_call || counts_.at(static_cast<std::size_t>(agent)).wrapping > 0;
    if (work_class == WorkClass::voice && (talking || record(agent).unreachable)) return false;
    if (work_class != WorkClass::voice &&
        config_.agents.at(static_cast<std::size_t>(agent)).voice_excludes_others &&
        (talking || load(agent, WorkClass::voice) > 0)) {
      return false;
    }
    return load(agent, work_class) < capacity(agent, work_class);
  }

  std::set<SkillName> needed(const WorkRecord& work) const {
    std::set<SkillName> skills(work.skills.begin(), work.skills.end());
    for (const RouterQueue& queue : config_.queues) {
      if (queue.name == work.queue) skills.insert(queue.skills.begin(), queue.skills.end());
    }
    return skills;
  }

  bool able(int agent, const WorkRecord& work) const {
    const RouterAgent& who = config_.agents.at(static_cast<std::size_t>(agent));
    if (capacity(agent, work.work_class) == 0) return false;
    if (std::find(who.queues.begin(), who.queues.end(), work.queue) == who.queues.end()) {
      return false;
    }
    const auto skills = needed(work);
    return std::all_of(skills.begin(), skills.end(),
                       [&](const SkillName& skill) { return who.skills.contains(skill); });
  }

  bool may(int agent, const WorkRecord& work) const {
    if (work.preference != Preference::none && work.preferred != agent_name(agent)) return false;
    return able(agent, work) &&
           !std::binary_search(work.refused_by.begin(), work.refused_by.end(), agent_name(agent));
  }

  // Smaller is better. So many of the agent's works were not there yet.
  std::tuple<int, int, Timestamp, int> rank(int agent, const WorkRecord& work, int later) const {
    int sum = 0;
    for (const SkillName& skill : needed(work)) {
      sum += config_.agents.at(static_cast<std::size_t>(agent)).skills.at(skill);
    }
    // In sixths: nobody has a capacity above three.
    const int used = load(agent, work.work_class) - later;
    const int sixths = used * 6 / capacity(agent, work.work_class);
    return {-sum, sixths, record(agent).idle_since, agent};
  }

  Timestamp place(const WorkRecord& work) const {
    for (const RouterQueue& queue : config_.queues) {
      if (queue.name == work.queue) return work.requested_at - work.priority * queue.ageing;
    }
    return work.requested_at;
  }

  WaitReason reason(const WorkRecord& work) const {
    int able_agents = 0;
    int present = 0;
    for (int i = 0; i < agent_count; ++i) {
      if (!able(i, work)) continue;
      if (work.preference != Preference::none) {
        if (work.preferred != agent_name(i)) continue;
        return record(i).presence == Presence::offline ? WaitReason::preferred_offline
                                                       : WaitReason::preferred_busy;
      }
      ++able_agents;
      if (record(i).presence == Presence::available) ++present;
    }
    if (able_agents == 0) return WaitReason::nobody_eligible;
    return present == 0 ? WaitReason::nobody_available : WaitReason::agents_busy;
  }

 private:
  struct Counts {
    std::array<int, 4> offered{};
    std::array<int, 4> assigned{};
    int wrapping = 0;
  };

  static std::size_t at(WorkClass work_class) { return static_cast<std::size_t>(work_class) - 1; }

  void count(const WorkRecord& work) {
    const int agent = std::stoi(work.agent.text().substr(5)) - 10;
    Counts& counts = counts_.at(static_cast<std::size_t>(agent));
    if (work.state == WorkState::offered) ++counts.offered.at(at(work.work_class));
    if (work.state == WorkState::assigned) ++counts.assigned.at(at(work.work_class));
    if (work.state == WorkState::wrap_up) ++counts.wrapping;
  }

  const RouterConfig& config_;
  const RouterRecords& records_;
  std::array<Counts, agent_count> counts_{};
};

class History {
 public:
  explicit History(int variant) : History(make_config(variant)) {}
  explicit History(RouterConfig config)
      : config_(std::move(config)), router_(*Router::create(config_)) {}

  void take(const Step& step);
  // Everybody works until nothing is left that somebody could do.
  void drain();
  // Nobody does anything, until nothing is left that time could do.
  void abandon();

 private:
  RouterInput next_input(int kind, int pick);
  WorkRecord new_work(int pick);
  WorkChanged change(int pick);
  const WorkRecord* pick_work(WorkState state, int pick) const;
  void feed(const RouterInput& input);
  void check_twins(const RouterInput& input, const Result<RouterDecision>& decision,
                   const RouterRecords& before, IdCounter ids);
  void check_taken_back(const RouterInput& input);
  void check_events(const RouterDecision& decision);
  void count_missed(const RouterDecision& decision, const RouterRecords& before);
  void check_state() const;
  void check_choice(const RouterDecision& decision, const RouterRecords& records) const;
  void check_views() const;

  RouterConfig config_;
  Router router_;
  RouterRecords records_;
  IdCounter ids_;
  Timestamp now_{std::chrono::hours(24 * 365 * 56)};
  std::map<WorkId, WaitReason> told_;
  std::set<WorkId> live_;
  std::set<WorkId> put_through_;  // claimed when it was done already
  std::vector<std::pair<OfferId, AgentName>> ended_;

  // What an agent has let run out, read from the events alone.
  struct Missed {
    std::set<OfferId> out;        // offers made and not ended
    std::set<OfferId> forgotten;  // missed together with one that was counted
    std::uint32_t offers = 0;
    bool taken_out = false;  // in this decision
  };
  std::map<AgentName, Missed> missed_;
};

const WorkRecord* History::pick_work(WorkState state, int pick) const {
  std::vector<const WorkRecord*> found;
  for (const auto& [id, work] : records_.works) {
    if (work.state == state) found.push_back(&work);
  }
  return found.empty() ? nullptr : found.at(static_cast<std::size_t>(pick) % found.size());
}

WorkRecord History::new_work(int pick) {
  WorkRecord work;
  work.id = ids_.take<WorkId>();
  work.work_class = classes.at(static_cast<std::size_t>(pick) % 4);
  work.queue = queue_name(pick / 4 % queue_count);
  for (int s = 0; s < 3; ++s) {
    if (pick / 20 % (s + 5) == 0) work.skills.push_back(skill_name(2 - s));
  }
  work.priority = pick / 7 % 4 == 0 ? pick % 7 - 3 : 0;
  work.requested_at = now_ - seconds(pick / 3 % 5 == 0 ? pick % 300 : 0);
  if (pick / 11 % 3 == 0) {
    work.preferred = agent_name(pick / 13 % agent_count);
    work.preference = pick % 2 == 0 ? Preference::first : Preference::only;
    if (pick / 17 % 4 != 0) work.preference_until = now_ + seconds(pick % 90 - 5);
  }
  return work;
}

WorkChanged History::change(int pick) {
  WorkChanged input;
  const WorkRecord* work =
      pick_work(pick % 3 == 0 ? WorkState::offered : WorkState::queued, pick / 3);
  input.work = work != nullptr ? work->id : WorkId(pick);
  if (pick % 4 == 0) input.priority = pick % 9 - 4;
  if (pick % 5 == 0) input.queue = queue_name(pick % queue_count);
  if (pick % 7 == 0) input.skills = {skill_name(pick % 3), skill_name(pick % 3)};
  if (pick % 2 == 0) {
    input.preferred = WorkChanged::Preferred{agent_name(pick / 5 % agent_count),
                                             static_cast<Preference>(pick / 2 % 3),
                                             now_ + seconds(pick % 60 - 5)};
  }
  return input;
}

RouterInput History::next_input(int kind, int pick) {
  const auto work_in = [&](WorkState state) {
    const WorkRecord* work = pick_work(state, pick);
    return work != nullptr ? *work : WorkRecord{};
  };
  const AgentName agent = agent_name(pick % agent_count);
  if (kind < 36) return WorkAdded{new_work(pick)};
  if (kind < 50) {
    const WorkRecord work = work_in(WorkState::offered);
    return OfferAccepted{work.offer, work.agent.empty() ? agent : work.agent};
  }
  if (kind < 57) {
    const WorkRecord work = work_in(WorkState::offered);
    return OfferRefused{work.offer, work.agent.empty() ? agent : work.agent};
  }
  if (kind < 67) return WorkFinished{work_in(WorkState::assigned).id};
  if (kind < 70) return WorkRemoved{work_in(static_cast<WorkState>(1 + pick % 4)).id};
  if (kind < 75) return change(pick);
  if (kind < 79) {
    const bool done_already = pick / 20 % 4 == 0;
    return WorkClaimed{work_in(static_cast<WorkState>(1 + pick % 4)).id, agent, done_already};
  }
  if (kind < 89) {
    const auto presence =
        pick / 20 % 5 < 3 ? Presence::available : static_cast<Presence>(1 + 2 * (pick / 20 % 2));
    return PresenceSet{agent, presence, "lunch"};
  }
  if (kind < 91) return OtherCall{agent, pick % 3 == 0};
  if (kind < 93) return WrapUpEnded{work_in(WorkState::wrap_up).id};
  if (kind < 96 && !ended_.empty()) {
    const auto& [offer, who] = ended_.at(static_cast<std::size_t>(pick) % ended_.size());
    return OfferAccepted{offer, who};
  }
  return TimePassed{};
}

void History::take(const Step& step) {
  const auto& [kind, pick, wait] = step;
  const Timestamp then = now_ + std::chrono::milliseconds(wait % 7 == 0 ? wait * 20 : wait);
  // Usually time is passed exactly when it falls due, sometimes it is late.
  while (wait % 5 != 0 && router_.next_deadline() && *router_.next_deadline() <= then) {
    now_ = std::max(now_, *router_.next_deadline());  // a refused input left what was due before it
    feed(TimePassed{});
    for (const auto& [id, work] : records_.works) {  // I19: not one instant later
      const bool held = work.preference != Preference::none && work.preference_until;
      const bool waits = work.state == WorkState::queued || work.state == WorkState::offered;
      must(!(held && waits) || *work.preference_until > now_);
    }
  }
  now_ = then;
  feed(next_input(kind, pick));
}

void History::feed(const RouterInput& input) {
  check_taken_back(input);
  const RouterRecords before = records_;
  const IdCounter ids = ids_;
  const auto deadline = router_.next_deadline();
  const auto decision = router_.apply(input, ids_, now_);
  check_twins(input, decision, before, ids);
  if (!decision) {
    must(ids_.last() == ids.last());
    must(router_.next_deadline() == deadline);
    must(decision.error().code != ErrorCode::internal);
    return check_state();
  }
  if (const auto* added = std::get_if<WorkAdded>(&input)) live_.insert(added->work.id);
  const auto* claimed = std::get_if<WorkClaimed>(&input);
  if (claimed != nullptr && claimed->done_already) put_through_.insert(claimed->work);
  records_.put(*decision);
  must(router_.next_deadline().value_or(Timestamp::max()) > now_);  // nothing due is left over
  check_events(*decision);
  count_missed(*decision, before);
  check_state();
  check_views();
}

// A restored router decides as the live one does, at once or with the time passed before.
void History::check_twins(const RouterInput& input, const Result<RouterDecision>& decision,
                          const RouterRecords& before, IdCounter ids) {
  Router whole = restored(config_, before);
  IdCounter whole_ids = ids;
  const auto same = whole.apply(input, whole_ids, now_);
  must(same.has_value() == decision.has_value());
  if (!decision) must(same.error() == decision.error());
  if (decision) must(dump(*same) == dump(*decision));

  Router split = restored(config_, before);
  RouterRecords records = before;
  const auto passed = split.apply(TimePassed{}, ids, now_);
  must(passed.has_value());
  records.put(*passed);
  check_choice(*passed, records);
  const auto rest = split.apply(input, ids, now_);
  must(rest.has_value() == decision.has_value());
  if (!decision) {
    must(rest.error() == decision.error());
    return;
  }
  records.put(*rest);
  check_choice(*rest, records);
  std::vector<std::string> events = texts_of(*passed);
  for (const std::string& text : texts_of(*rest)) events.push_back(text);
  must(events == texts_of(*decision));
  RouterRecords after = before;
  after.put(*decision);
  must(records == after);
  must(split.next_deadline() == router_.next_deadline());
}

// Decisions that are taken back were never made: what follows is held against a router that did
// not make them.
void History::check_taken_back(const RouterInput& input) {
  const auto deadline = router_.next_deadline();
  IdCounter ids = ids_;
  RouterUndo undo;
  const auto note = [&](const Result<RouterDecision>& decision) {
    if (!decision) return;
    for (const WorkRecord& work : decision->works) undo.works.push_back(work.id);
    for (const WorkId id : decision->works_gone) undo.works.push_back(id);
    for (const AgentRecord& agent : decision->agents) undo.agents.push_back(agent.name);
  };
  note(router_.apply(input, ids, now_));
  WorkRecord another;
  another.id = ids.take<WorkId>();
  another.queue = queue_name(static_cast<int>(another.id.value() % queue_count));
  another.requested_at = now_;
  note(router_.apply(WorkAdded{another}, ids, now_));
  for (const WorkId id : undo.works) {
    const auto before = records_.works.find(id);
    if (before != records_.works.end()) undo.works_before.push_back(before->second);
  }
  for (const AgentName& name : undo.agents) {
    const auto before = records_.agents.find(name);
    if (before != records_.agents.end()) undo.agents_before.push_back(before->second);
  }
  router_.take_back(undo);
  must(router_.next_deadline() == deadline);
  check_state();
}

// I16, I17, I21 and what was said, event by event.
void History::check_events(const RouterDecision& decision) {
  std::map<WorkId, int> offers;
  for (const RouterEvent& event : decision.events) {
    if (const auto* made = std::get_if<OfferMade>(&event)) {
      told_.erase(made->work);
      must(++offers[made->work] <= 2);  // once after time, once after the input
      must(made->until > now_);
    } else if (const auto* ended = std::get_if<OfferEnded>(&event)) {
      const bool once = std::none_of(ended_.begin(), ended_.end(),
                                     [&](const auto& old) { return old.first == ended->offer; });
      must(once);
      ended_.emplace_back(ended->offer, ended->agent);
    } else if (const auto* waiting = std::get_if<WorkWaiting>(&event)) {
      const auto old = told_.find(waiting->work);
      must(old == told_.end() || old->second != waiting->reason);
      told_[waiting->work] = waiting->reason;
    } else if (const auto* assigned = std::get_if<WorkAssigned>(&event)) {
      told_.erase(assigned->work);
    } else if (const auto* left = std::get_if<WorkLeft>(&event)) {
      told_.erase(left->work);
      must(live_.erase(left->work) == 1U);
    }
  }
}

// So many in a row and the agent is taken out, not one earlier and not one later; any answer and
// any other presence begins anew. Offers run out before the input is taken.
void History::count_missed(const RouterDecision& decision, const RouterRecords& before) {
  std::set<AgentName> one_too_many;
  for (auto& [name, missed] : missed_) missed.taken_out = false;
  for (const RouterEvent& event : decision.events) {
    if (const auto* made = std::get_if<OfferMade>(&event)) {
      missed_[made->agent].out.insert(made->offer);
    } else if (const auto* ended = std::get_if<OfferEnded>(&event)) {
      Missed& missed = missed_[ended->agent];
      must(missed.out.erase(ended->offer) == 1U);
      if (ended->end == OfferEnd::accepted || ended->end == OfferEnd::refused) {
        missed.offers = 0;
        missed.forgotten.clear();
      }
      if (ended->end != OfferEnd::expired || missed.forgotten.contains(ended->offer)) continue;
      const std::string queue = before.works.at(ended->work).queue.text();
      const int most =
          config_.queues.at(static_cast<std::size_t>(queue.back() - '0')).missed_offers;
      if (most == 0 || missed.taken_out) continue;
      missed.forgotten = missed.out;
      if (++missed.offers >= static_cast<std::uint32_t>(most)) one_too_many.insert(ended->agent);
    } else if (const auto* gone = std::get_if<AgentNotResponding>(&event)) {
      Missed& missed = missed_[gone->agent];
      must(one_too_many.erase(gone->agent) == 1U && missed.offers == gone->missed_offers);
      missed.taken_out = true;
    }
  }
  must(one_too_many.empty());
  for (auto& [name, missed] : missed_) {
    const auto old = before.agents.find(name);
    const AgentRecord& agent = records_.agents.at(name);
    const bool moved = old == before.agents.end() || old->second.presence != agent.presence ||
                       old->second.reason != agent.reason;
    if (moved || missed.taken_out) {
      missed.offers = 0;
      missed.forgotten.clear();
    }
    must(agent.missed_offers == missed.offers);
  }
}

// For one settled decision: nobody overtook (I18), each offer went to the best agent, and what was
// released is free. Only an input that follows can hold it again.
void History::check_choice(const RouterDecision& decision, const RouterRecords& records) const {
  const Reading reading(config_, records);
  // The offers from the one that is looked at on: they weighed on nobody yet.
  std::map<std::pair<AgentName, WorkClass>, int> later;
  for (const RouterEvent& event : decision.events) {
    const auto* made = std::get_if<OfferMade>(&event);
    if (made != nullptr) ++later[{made->agent, records.works.at(made->work).work_class}];
  }
  for (const RouterEvent& event : decision.events) {
    if (const auto* released = std::get_if<PreferenceReleased>(&event)) {
      const auto now = records.works.find(released->work);
      must(now == records.works.end() || now->second.preference == Preference::none);
    }
    const auto* made = std::get_if<OfferMade>(&event);
    if (made == nullptr) continue;
    const WorkRecord& work = records.works.at(made->work);
    const int agent = std::stoi(made->agent.text().substr(5)) - 10;
    must(work.state == WorkState::offered && work.agent == made->agent);
    must(reading.may(agent, work));  // I17
    const auto rank = [&](int who) {
      return reading.rank(who, work, later[{agent_name(who), work.work_class}]);
    };
    for (int other = 0; other < agent_count; ++other) {
      if (other == agent || !reading.open(other, work.work_class)) continue;
      must(!reading.may(other, work) || rank(agent) < rank(other));
    }
    --later[{made->agent, work.work_class}];
    for (const auto& [id, waiting] : records.works) {
      if (waiting.state != WorkState::queued || waiting.work_class != work.work_class) continue;
      must(!reading.may(agent, waiting) ||
           std::pair(reading.place(work), work.id) < std::pair(reading.place(waiting), id));
    }
  }
}

void History::check_state() const {
  const Reading reading(config_, records_);
  for (int i = 0; i < agent_count; ++i) {
    for (const WorkClass work_class : classes) {  // I14, but for what nobody was asked about
      const auto beyond =
          std::count_if(records_.works.begin(), records_.works.end(), [&](const auto& one) {
            return one.second.agent == agent_name(i) && one.second.work_class == work_class &&
                   put_through_.contains(one.first);
          });
      must(reading.load(i, work_class) - beyond <= reading.capacity(i, work_class));
      must(router_.can_take(agent_name(i), work_class) == reading.open(i, work_class));
    }
    const AgentRecord* agent = router_.agent(agent_name(i));
    must(agent != nullptr);
    const auto stored = records_.agents.find(agent_name(i));
    must(stored == records_.agents.end() || stored->second == *agent);
  }
  std::set<WorkId> ids;
  for (const auto& [id, work] : records_.works) {
    ids.insert(id);
    must(router_.work(id) != nullptr && *router_.work(id) == work);
    if (work.state == WorkState::offered) {  // I21
      const int agent = std::stoi(work.agent.text().substr(5)) - 10;
      must(reading.record(agent).presence == Presence::available);
    }
    must((work.state == WorkState::queued) == work.agent.empty());  // I15
    if (work.state != WorkState::queued) continue;
    for (int i = 0; i < agent_count; ++i) {  // I20
      must(!(reading.open(i, work.work_class) && reading.may(i, work)));
    }
    must(told_.contains(id) && told_.at(id) == reading.reason(work));
  }
  must(ids == live_);
}

void History::check_views() const {
  const Reading reading(config_, records_);
  const WorkRecord* work = pick_work(WorkState::queued, static_cast<int>(ids_.last() % 1000));
  if (work == nullptr) return;
  std::size_t ahead = 0;
  std::size_t waiting = 0;
  for (const auto& [id, other] : records_.works) {
    if (other.state != WorkState::queued || other.queue != work->queue) continue;
    ++waiting;
    if (std::pair(reading.place(other), id) < std::pair(reading.place(*work), work->id)) ++ahead;
  }
  const auto place = router_.place(work->id);
  must(place.has_value());
  must(place->ahead == ahead && place->waiting == waiting);
  const auto explanation = router_.explain(work->id);
  must(explanation.has_value());
  must(explanation->waiting == reading.reason(*work));
  must(explanation->best.size() <= 5U);
  must(work->preference != Preference::none || explanation->best.empty());
}

void History::drain() {
  for (int i = 0; i < agent_count; ++i) {
    feed(OtherCall{agent_name(i), false});
    feed(PresenceSet{agent_name(i), Presence::available, ""});
  }
  for (int turns = 0; turns < 10'000; ++turns) {
    if (const WorkRecord* work = pick_work(WorkState::offered, turns)) {
      feed(OfferAccepted{work->offer, AgentName(work->agent)});
    } else if (const WorkRecord* assigned = pick_work(WorkState::assigned, turns)) {
      feed(WorkFinished{assigned->id});
    } else if (router_.next_deadline()) {
      now_ = std::max(now_, *router_.next_deadline());
      feed(TimePassed{});
    } else {
      break;
    }
  }
  const Reading reading(config_, records_);
  for (const auto& [id, work] : records_.works) {
    must(reading.reason(work) == WaitReason::nobody_eligible);
  }
}

void History::abandon() {
  for (int i = 0; i < agent_count; ++i) {
    feed(OtherCall{agent_name(i), false});
    feed(PresenceSet{agent_name(i), Presence::available, ""});
  }
  const auto assigned = [this] { return pick_work(WorkState::assigned, 0); };
  while (const WorkRecord* work = assigned()) feed(WorkRemoved{work->id});
  int turns = 0;
  for (; router_.next_deadline(); ++turns) {
    must(turns < 2000);
    now_ = std::max(now_, *router_.next_deadline());
    feed(TimePassed{});
  }
  for (const auto& [id, work] : records_.works) {
    must(work.state == WorkState::queued);
    for (int i = 0; i < agent_count; ++i) {
      const bool his = work.preference == Preference::none || work.preferred == agent_name(i);
      if (!his || !Reading(config_, records_).able(i, work)) continue;
      const AgentRecord& agent = *router_.agent(agent_name(i));
      must(agent.presence == Presence::paused && agent.reason == not_responding);
    }
  }
}

auto steps(double scale) {
  const auto step =
      rc::gen::resize(100, rc::gen::tuple(rc::gen::inRange(0, 100), rc::gen::inRange(0, 1 << 20),
                                          rc::gen::inRange(0, 5000)));
  return rc::gen::scale(scale, rc::gen::container<std::vector<Step>>(step));
}

TEST_CASE("any history: restored equals live, and the laws hold after each step") {
  CHECK(rc::check("random histories", [](std::uint8_t variant) {
    History history(variant);
    // Most agents are there from the beginning.
    for (int i = 0; i < 14; ++i) history.take({80, i, 0});
    for (const Step& step : *steps(1.5)) history.take(step);
  }));
}

TEST_CASE("any history can be worked off: nothing is stuck while somebody could do it") {
  CHECK(rc::check("drained histories", [](std::uint8_t variant) {
    History history(variant);
    for (int i = 0; i < 8; ++i) history.take({80, i, 0});
    for (const Step& step : *steps(0.5)) history.take(step);
    history.drain();
  }));
}

TEST_CASE("any history comes to rest when nobody answers any more") {
  CHECK(rc::check("abandoned histories", [](std::uint8_t variant) {
    RouterConfig config = make_config(variant);
    config.queues[1].missed_offers = 2;  // where it is never, it never ends
    History history(std::move(config));
    for (int i = 0; i < 8; ++i) history.take({80, i, 0});
    for (const Step& step : *steps(0.4)) history.take(step);
    history.abandon();
  }));
}

TEST_CASE("many works: hundreds wait, and the laws of routing hold") {
  History history(42);
  std::uint64_t state = 2026;  // a fixed sequence (Knuth's MMIX multiplier)
  const auto next = [&state](int below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<int>((state >> 33) % static_cast<std::uint64_t>(below));
  };
  for (int i = 0; i < 250; ++i) history.take({0, next(1 << 20), next(50)});
  for (int i = 0; i < 300; ++i) history.take({next(100), next(1 << 20), next(5000)});
  history.drain();
}

}  // namespace
}  // namespace novelo::test
