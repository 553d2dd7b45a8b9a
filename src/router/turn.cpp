#include "router/turn.hpp"

#include <algorithm>
#include <utility>

namespace novelo::routing {
namespace {

void normalize(std::vector<SkillName>& skills) {
  std::sort(skills.begin(), skills.end());
  skills.erase(std::unique(skills.begin(), skills.end()), skills.end());
}

void forget_preference(WorkRecord& work) {
  work.preference = Preference::none;
  work.preferred = {};
  work.preference_until.reset();
}

}  // namespace

// --- one decision ------------------------------------------------------------------------------
void Turn::pass_time() {
  bool any = false;
  // Nothing made below falls due by now: offers, pauses and wrap-ups are counted from now.
  while (!board_->dues().empty() && board_->dues().begin()->at <= now_) {
    const Due next = *board_->dues().begin();  // a copy: handling it takes it out
    due(next);
    any = true;
  }
  if (any) settle();
}

void Turn::take(const RouterInput& input) {
  std::visit(*this, input);
  settle();
}

void Turn::move_to(Board& board) {
  board_ = &board;
  moved_agents_.clear();
  for (AgentIndex i = 0; i < board.agents(); ++i) moved_agents_.insert(i);
  begun_ = board.work_ids();
  recheck_ = begun_;
  settle();
}

RouterDecision Turn::finish() {
  for (const WorkId id : dirty_works_) {
    if (const WorkEntry* work = board_->find(id)) decision_.works.push_back(work->record);
  }
  for (const AgentName& name : dirty_agents_) {
    if (const auto agent = board_->agent_index(name)) {
      decision_.agents.push_back(board_->agent(*agent).record);
    }
  }
  return std::move(decision_);
}

void Turn::due(const Due& due) {
  WorkEntry& work = *board_->find(due.work);
  if (due.kind == DueKind::preference) return release(work);
  switch (work.record.state) {
    case WorkState::queued:  // the round is over
      change(work, [](WorkRecord& record) {
        record.refused_by.clear();
        record.state_until.reset();
      });
      begun_.push_back(due.work);
      break;
    case WorkState::offered: run_out(work); break;
    case WorkState::wrap_up: leave(work, due.at); break;
    case WorkState::assigned: break;
  }
}

void Turn::settle() {
  const std::vector<AgentIndex> moved(moved_agents_.begin(), moved_agents_.end());
  for (const AgentIndex agent : moved) withdraw_misfits(agent);
  meet();
  say_reasons();
}

// Of too many offers, the one with the last place goes first.
void Turn::withdraw_misfits(AgentIndex index) {
  std::vector<PlaceKey> offered;
  for (const WorkId id : board_->agent(index).works) {
    const WorkRecord& work = board_->find(id)->record;
    if (work.state == WorkState::offered) offered.push_back(board_->place(work));
  }
  std::sort(offered.rbegin(), offered.rend());
  for (const PlaceKey& key : offered) {
    WorkEntry& work = *board_->find(key.work);
    if (!board_->fits(index, work)) end_offer(work, OfferEnd::withdrawn);
  }
}

void Turn::meet() {
  std::set<Chance> chances;
  std::vector<AgentIndex> opened;
  for (const AgentIndex agent : moved_agents_) {
    if (board_->refresh(agent, recheck_)) opened.push_back(agent);
  }
  moved_agents_.clear();
  for (const AgentIndex agent : opened) add_chance(agent, chances);
  for (const WorkId id : begun_) {
    const WorkEntry* work = board_->find(id);
    if (work != nullptr) chances.insert({board_->place(work->record), false, 0});
  }
  begun_.clear();
  while (!chances.empty()) {
    const Chance chance = *chances.begin();
    chances.erase(chances.begin());
    WorkEntry& work = *board_->find(chance.key.work);
    if (work.record.state == WorkState::queued) {
      release_if_hopeless(work);
      if (const auto agent = board_->best_agent(work)) offer(work, *agent);
    }
    if (chance.for_agent) add_chance(chance.agent, chances);
  }
}

void Turn::add_chance(AgentIndex agent, std::set<Chance>& chances) const {
  if (const auto key = board_->best_work(agent)) chances.insert({*key, true, agent});
}

void Turn::say_reasons() {
  std::sort(recheck_.begin(), recheck_.end());
  recheck_.erase(std::unique(recheck_.begin(), recheck_.end()), recheck_.end());
  for (const WorkId id : recheck_) {
    WorkEntry* work = board_->find(id);
    if (work == nullptr || work->record.state != WorkState::queued) continue;
    const WaitReason reason = board_->reason(*work);
    if (work->told == reason) continue;
    work->told = reason;
    decision_.events.emplace_back(WorkWaiting{id, reason});
  }
  recheck_.clear();
}

// --- what can happen to a work -----------------------------------------------------------------
template <class Edit>
void Turn::change(WorkEntry& work, Edit edit) {
  const auto move_agent = [&] {
    if (const auto agent = board_->agent_index(work.record.agent)) moved_agents_.insert(*agent);
  };
  move_agent();
  board_->unlink(work);
  edit(work.record);
  board_->link(work);
  move_agent();
  if (work.record.state != WorkState::queued) work.told.reset();
  dirty_works_.insert(work.record.id);
}

void Turn::changed(AgentIndex agent) {
  moved_agents_.insert(agent);
  dirty_agents_.insert(board_->agent(agent).record.name);
}

void Turn::offer(WorkEntry& work, AgentIndex agent) {
  const AgentName& name = board_->agent(agent).record.name;
  const OfferId id = ids_.take<OfferId>();
  const Timestamp until = now_ + board_->queue_of(work.record).config.offer_timeout;
  change(work, [&](WorkRecord& record) {
    record.state = WorkState::offered;
    record.agent = name;
    record.offer = id;
    record.state_until = until;
    ++record.offers;
  });
  board_->refresh(agent, recheck_);
  moved_agents_.erase(agent);
  decision_.events.emplace_back(OfferMade{id, work.record.id, name, until});
}

void Turn::end_offer(WorkEntry& work, OfferEnd end) {
  decision_.events.emplace_back(
      OfferEnded{work.record.offer, work.record.id, work.record.agent, end});
  const Timestamp round_end = now_ + board_->queue_of(work.record).config.offer_timeout;
  change(work, [&](WorkRecord& record) {
    if (end != OfferEnd::withdrawn) {
      auto& refused = record.refused_by;
      refused.insert(std::lower_bound(refused.begin(), refused.end(), record.agent), record.agent);
    }
    record.state = WorkState::queued;
    record.agent = {};
    record.offer = {};
    record.state_until.reset();
    if (!record.refused_by.empty()) record.state_until = round_end;
  });
  begun_.push_back(work.record.id);
  recheck_.push_back(work.record.id);
}

void Turn::refuse(WorkEntry& work, OfferEnd end) {
  end_offer(work, end);
  if (work.record.preference == Preference::first) release(work);
}

// Time running out is a refusal too, and a sign that nobody is there.
void Turn::run_out(WorkEntry& work) {
  const AgentIndex index = *board_->agent_index(work.record.agent);
  const auto missed = board_->missed_after(work);
  const OfferId newest = board_->newest_offer(index);
  refuse(work, OfferEnd::expired);
  if (!missed) return;
  AgentRecord& agent = board_->agent(index).record;
  agent.missed_offers = *missed;
  agent.missed_until = newest;
  changed(index);
  if (!board_->too_many(*missed, work.record)) return;
  decision_.events.emplace_back(AgentNotResponding{agent.name, *missed});
  set_presence(index, Presence::paused, std::string(not_responding));
}

// Somebody is there.
void Turn::answer(const AgentName& name) {
  const AgentIndex index = *board_->agent_index(name);
  AgentRecord& agent = board_->agent(index).record;
  if (agent.missed_offers == 0) return;
  agent.missed_offers = 0;
  agent.missed_until = {};
  changed(index);
}

void Turn::assign(WorkEntry& work, AgentIndex agent) {
  const AgentName& name = board_->agent(agent).record.name;
  change(work, [&](WorkRecord& record) {
    record.state = WorkState::assigned;
    record.agent = name;
    record.offer = {};
    record.state_until.reset();
    record.refused_by.clear();
  });
  decision_.events.emplace_back(WorkAssigned{work.record.id, name});
}

void Turn::release(WorkEntry& work) {
  decision_.events.emplace_back(PreferenceReleased{work.record.id, work.record.preferred});
  change(work, forget_preference);
  begun_.push_back(work.record.id);
  recheck_.push_back(work.record.id);
}

// A hold ends at its time; the milder one also when waiting for the agent makes no sense.
void Turn::release_if_hopeless(WorkEntry& work) {
  const WorkRecord& record = work.record;
  if (!board_->held(record)) return;
  bool hopeless = record.preference_until && *record.preference_until <= now_;
  if (record.preference == Preference::first && !hopeless) {
    hopeless = !board_->able(*board_->agent_index(record.preferred), work) ||
               (!record.preference_until && !board_->best_agent(work));
  }
  if (hopeless) release(work);
}

void Turn::leave(WorkEntry& work, Timestamp at) {
  const WorkRecord& record = work.record;
  const WorkId id = record.id;
  if (record.state == WorkState::offered) {
    decision_.events.emplace_back(OfferEnded{record.offer, id, record.agent, OfferEnd::withdrawn});
  }
  if (const auto agent = board_->agent_index(record.agent)) {
    moved_agents_.insert(*agent);
    if (record.state != WorkState::offered) idle(*agent, at);
  }
  board_->unlink(work);
  board_->forget(id);
  dirty_works_.erase(id);
  decision_.events.emplace_back(WorkLeft{id});
  decision_.works_gone.push_back(id);
}

void Turn::idle(AgentIndex index, Timestamp since) {
  AgentRecord& agent = board_->agent(index).record;
  agent.idle_since = std::max(agent.idle_since, since);
  changed(index);
}

void Turn::set_presence(AgentIndex index, Presence presence, std::string reason) {
  AgentRecord& agent = board_->agent(index).record;
  // Whoever signs in stands behind those who have been waiting for work.
  if (agent.presence == Presence::offline) agent.idle_since = std::max(agent.idle_since, now_);
  agent.presence = presence;
  agent.reason = std::move(reason);
  agent.since = now_;
  agent.missed_offers = 0;
  agent.missed_until = {};
  changed(index);
}

// --- inputs ------------------------------------------------------------------------------------
void Turn::operator()(const WorkAdded& input) {
  WorkRecord record = input.work;
  normalize(record.skills);
  if (record.preference == Preference::none) forget_preference(record);
  record.state = WorkState::queued;
  record.agent = {};
  record.offer = {};
  record.state_until.reset();
  record.refused_by.clear();
  record.offers = 0;
  WorkEntry& work = board_->add(std::move(record));
  board_->intern(work);
  board_->link(work);
  dirty_works_.insert(work.record.id);
  begun_.push_back(work.record.id);
  recheck_.push_back(work.record.id);
}

void Turn::operator()(const WorkChanged& input) {
  WorkEntry& work = *board_->find(input.work);
  WorkRecord next = work.record;
  next.queue = input.queue.value_or(next.queue);
  next.skills = input.skills.value_or(next.skills);
  normalize(next.skills);
  next.priority = input.priority.value_or(next.priority);
  if (input.preferred) {
    next.preferred = input.preferred->agent;
    next.preference = input.preferred->preference;
    next.preference_until = input.preferred->until;
    if (next.preference == Preference::none) forget_preference(next);
  }
  if (next == work.record) return;
  // Another request: whoever refused the old one may be asked again.
  if (next.queue != work.record.queue || next.skills != work.record.skills ||
      next.preferred != work.record.preferred || next.preference != work.record.preference) {
    next.refused_by.clear();
    if (next.state == WorkState::queued) next.state_until.reset();
  }
  if (const auto agent = board_->agent_index(next.agent)) moved_agents_.insert(*agent);
  board_->unlink(work);
  work.record = std::move(next);
  board_->intern(work);
  board_->link(work);
  dirty_works_.insert(input.work);
  begun_.push_back(input.work);
  recheck_.push_back(input.work);
  const auto& until = work.record.preference_until;
  if (board_->held(work.record) && until && *until <= now_) release(work);
}

void Turn::operator()(const WorkRemoved& input) {
  leave(*board_->find(input.work), now_);
}

void Turn::operator()(const WorkMoved& input) {
  board_->find(input.work)->record.conversation = input.conversation;
  dirty_works_.insert(input.work);
}

void Turn::operator()(const WorkClaimed& input) {
  WorkEntry& work = *board_->find(input.work);
  const WorkRecord& record = work.record;
  if (record.state == WorkState::offered) {
    const OfferEnd end = record.agent == input.agent ? OfferEnd::accepted : OfferEnd::withdrawn;
    if (end == OfferEnd::accepted) answer(input.agent);
    decision_.events.emplace_back(OfferEnded{record.offer, record.id, record.agent, end});
  } else if (record.state == WorkState::assigned) {
    if (record.agent == input.agent) return;
    idle(*board_->agent_index(record.agent), now_);
  }
  assign(work, *board_->agent_index(input.agent));
}

void Turn::operator()(const WorkFinished& input) {
  WorkEntry& work = *board_->find(input.work);
  const Duration wrap_up = board_->queue_of(work.record).config.wrap_up;
  if (work.record.work_class != WorkClass::voice || wrap_up == Duration{}) {
    return leave(work, now_);
  }
  const Timestamp until = now_ + wrap_up;
  change(work, [until](WorkRecord& record) {
    record.state = WorkState::wrap_up;
    record.state_until = until;
  });
  decision_.events.emplace_back(WrapUpStarted{input.work, work.record.agent, until});
}

void Turn::operator()(const WrapUpEnded& input) {
  leave(*board_->find(input.work), now_);
}

void Turn::operator()(const OfferAccepted& input) {
  WorkEntry& work = *board_->find(*board_->work_of(input.offer));
  answer(input.agent);
  decision_.events.emplace_back(
      OfferEnded{input.offer, work.record.id, input.agent, OfferEnd::accepted});
  assign(work, *board_->agent_index(input.agent));
}

void Turn::operator()(const OfferRefused& input) {
  answer(input.agent);
  refuse(*board_->find(*board_->work_of(input.offer)), OfferEnd::refused);
}

void Turn::operator()(const PresenceSet& input) {
  const AgentIndex index = *board_->agent_index(input.agent);
  const AgentRecord& agent = board_->agent(index).record;
  std::string reason = input.presence == Presence::paused ? input.reason : std::string();
  if (agent.presence == input.presence && agent.reason == reason) return;
  set_presence(index, input.presence, std::move(reason));
}

void Turn::operator()(const OtherCall& input) {
  const AgentIndex index = *board_->agent_index(input.agent);
  AgentRecord& agent = board_->agent(index).record;
  if (agent.on_other_call == input.active) return;
  agent.on_other_call = input.active;
  changed(index);
}

void Turn::operator()(const TelephoneReachable& input) {
  const AgentIndex index = *board_->agent_index(input.agent);
  AgentRecord& agent = board_->agent(index).record;
  if (agent.unreachable != input.reachable) return;
  agent.unreachable = !input.reachable;
  changed(index);
}

}  // namespace novelo::routing
