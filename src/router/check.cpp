#include "router/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_set>

namespace novelo::routing {
namespace {

constexpr int best_level = 10;
constexpr int most_capacity = 1000;
constexpr std::size_t longest_reason = 256;
constexpr Duration shortest_offer = std::chrono::seconds(1);
constexpr Duration longest_wait = std::chrono::hours(7 * 24);

std::string name_of(WorkId id) {
  return fmt::format("work {}", id.value());
}
std::string name_of(const AgentName& name) {
  return fmt::format("agent {}", name.text());
}
std::string name_of(const QueueName& name) {
  return fmt::format("queue {}", name.text());
}

tl::unexpected<Error> invalid(std::string reason, std::string message, std::string subject) {
  return fail(error(ErrorCode::invalid, std::move(reason), std::move(message), std::move(subject)));
}

tl::unexpected<Error> corrupt(std::string message, std::string subject) {
  return fail(error(ErrorCode::corrupt, "contradiction", std::move(message), std::move(subject)));
}

tl::unexpected<Error> refused(std::string reason, std::string message, std::string subject,
                              std::string remedy) {
  return fail(error(ErrorCode::refused, std::move(reason), std::move(message), std::move(subject),
                    std::move(remedy)));
}

Status known_agent(const Board& board, const AgentName& name) {
  if (board.agent_index(name)) return {};
  return fail(error(ErrorCode::not_found, "unknown_agent", "The configuration has no such agent.",
                    name_of(name)));
}

Status known_queue(const Board& board, const QueueName& name) {
  if (board.queue_index(name)) return {};
  return fail(error(ErrorCode::not_found, "unknown_queue", "The configuration has no such queue.",
                    name_of(name)));
}

bool known_class(WorkClass work_class) {
  return std::find(work_classes.begin(), work_classes.end(), work_class) != work_classes.end();
}

// A wrap-up that has run out is over, whether or not somebody has passed the time yet.
bool is_over(const WorkRecord& work, Timestamp now) {
  return work.state == WorkState::wrap_up && work.state_until && *work.state_until <= now;
}

bool waits_or_is_offered(const WorkRecord& work) {
  return work.state == WorkState::queued || work.state == WorkState::offered;
}

// --- configuration -----------------------------------------------------------------------------
Status check_range(Duration value, Duration least, const RouterQueue& queue, const char* field) {
  if (value >= least && value <= longest_wait) return {};
  return invalid(
      "out_of_range",
      fmt::format("`{}` must be between {} and {} s.", field,
                  std::chrono::duration_cast<std::chrono::seconds>(least).count(),
                  std::chrono::duration_cast<std::chrono::seconds>(longest_wait).count()),
      name_of(queue.name));
}

Status check_skills(const std::vector<SkillName>& skills, const std::string& subject) {
  if (skills.size() > most_skills_of_work) {
    return fail(error(ErrorCode::limit, "too_many_skills",
                      fmt::format("At most {} skills can be asked for.", most_skills_of_work),
                      subject));
  }
  for (const SkillName& skill : skills) {
    if (skill.empty()) return invalid("empty_name", "A skill has no name.", subject);
  }
  return {};
}

Status check_queue(const RouterQueue& queue) {
  if (queue.name.empty()) return invalid("empty_name", "A queue has no name.", "queues");
  if (auto status = check_skills(queue.skills, name_of(queue.name)); !status) return status;
  auto sorted = queue.skills;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return invalid("repeated_name", "A skill is named twice.", name_of(queue.name));
  }
  if (auto status = check_range(queue.ageing, Duration{0}, queue, "ageing"); !status) return status;
  if (auto status = check_range(queue.offer_timeout, shortest_offer, queue, "offer_timeout");
      !status) {
    return status;
  }
  if (queue.missed_offers < 0 || queue.missed_offers > most_missed_offers) {
    return invalid("out_of_range",
                   fmt::format("`missed_offers` must be 0..{}.", most_missed_offers),
                   name_of(queue.name));
  }
  return check_range(queue.wrap_up, Duration{0}, queue, "wrap_up");
}

Status check_agent(const RouterAgent& agent, const std::set<QueueName>& queues) {
  if (agent.name.empty()) return invalid("empty_name", "An agent has no name.", "agents");
  std::set<QueueName> seen;
  for (const QueueName& queue : agent.queues) {
    if (!queues.contains(queue)) {
      return invalid("unknown_queue", fmt::format("There is no queue `{}`.", queue.text()),
                     name_of(agent.name));
    }
    if (!seen.insert(queue).second) {
      return invalid("repeated_name", fmt::format("Queue `{}` is named twice.", queue.text()),
                     name_of(agent.name));
    }
  }
  for (const auto& [skill, level] : agent.skills) {
    if (skill.empty()) return invalid("empty_name", "A skill has no name.", name_of(agent.name));
    if (level < 1 || level > best_level) {
      return invalid("out_of_range",
                     fmt::format("The level of `{}` must be 1..{}.", skill.text(), best_level),
                     name_of(agent.name));
    }
  }
  for (const auto& [work_class, capacity] : agent.capacity) {
    if (!known_class(work_class) || capacity < 0 || capacity > most_capacity) {
      return invalid("out_of_range", fmt::format("A capacity must be 0..{}.", most_capacity),
                     name_of(agent.name));
    }
  }
  return {};
}

// --- records -----------------------------------------------------------------------------------
Status check_request(const WorkRecord& work) {
  const std::string subject = name_of(work.id);
  if (!work.id) return invalid("no_id", "A work has no id.", "work");
  if (!known_class(work.work_class)) {
    return invalid("unknown_class", "The work's class is none of voice, chat, mail, item.",
                   subject);
  }
  if (work.priority < -most_priority || work.priority > most_priority) {
    return invalid("out_of_range", fmt::format("Priority must be -{0}..{0}.", most_priority),
                   subject);
  }
  if (auto status = check_time(work.requested_at, "requested_at"); !status) return status;
  if (work.preference > Preference::only) {
    return invalid("unknown_preference", "Preference is none of none, first, only.", subject);
  }
  if (work.preference_until) {
    if (auto status = check_time(*work.preference_until, "preference_until"); !status) {
      return status;
    }
  }
  return check_skills(work.skills, subject);
}

bool state_agrees(const WorkRecord& work) {
  const bool refused_sorted = std::is_sorted(work.refused_by.begin(), work.refused_by.end());
  switch (work.state) {
    case WorkState::queued:
      return refused_sorted && work.agent.empty() && !work.offer &&
             work.state_until.has_value() == !work.refused_by.empty();
    case WorkState::offered:
      return refused_sorted && !work.agent.empty() && work.offer && work.state_until;
    case WorkState::assigned: return !work.agent.empty() && !work.offer && !work.state_until;
    case WorkState::wrap_up:
      return !work.agent.empty() && !work.offer && work.state_until &&
             work.work_class == WorkClass::voice;
  }
  return false;
}

Status check_stored_work(const Board& board, const WorkRecord& work) {
  const std::string subject = name_of(work.id);
  const auto unknown = [&subject](const std::string& what) {
    return invalid("unknown_name", fmt::format("The configuration has no {}.", what), subject);
  };
  if (!work.id || !check_request(work)) return corrupt("A field is out of its range.", subject);
  if (!state_agrees(work)) return corrupt("The fields contradict the state.", subject);
  if (!std::is_sorted(work.skills.begin(), work.skills.end())) {
    return corrupt("The skills are not sorted.", subject);
  }
  if (work.state_until && !check_time(*work.state_until, "state_until")) {
    return corrupt("A field is out of its range.", subject);
  }
  if (!board.queue_index(work.queue)) return unknown(name_of(work.queue));
  if (!work.agent.empty() && !board.agent_index(work.agent)) return unknown(name_of(work.agent));
  if (waits_or_is_offered(work) && work.preference != Preference::none &&
      !board.agent_index(work.preferred)) {
    return unknown(name_of(work.preferred));
  }
  return {};
}

Status check_stored_agent(const Board& board, const AgentRecord& agent) {
  if (!board.agent_index(agent.name)) {
    return invalid("unknown_name", "The configuration has no such agent.", name_of(agent.name));
  }
  if (to_string(agent.presence) == "unknown" || !check_time(agent.since, "since") ||
      !check_time(agent.idle_since, "idle_since")) {
    return corrupt("A field is out of its range.", name_of(agent.name));
  }
  const bool missed = agent.missed_offers > 0;
  if (missed != static_cast<bool>(agent.missed_until) ||
      (missed && agent.presence != Presence::available)) {
    return corrupt("The missed offers contradict the rest.", name_of(agent.name));
  }
  return {};
}

// --- inputs ------------------------------------------------------------------------------------

// One check for each input.
class InputCheck {
 public:
  InputCheck(const Board& board, const IdCounter& ids, Timestamp now)
      : board_(board), ids_(ids), now_(now) {}

  Status operator()(const WorkAdded& input) const;
  Status operator()(const WorkChanged& input) const;
  Status operator()(const WorkRemoved& input) const { return live(input.work); }
  Status operator()(const WorkMoved& input) const { return live(input.work); }
  Status operator()(const WorkClaimed& input) const;
  Status operator()(const WorkFinished& input) const {
    return in_state(input.work, WorkState::assigned);
  }
  Status operator()(const WrapUpEnded& input) const {
    return in_state(input.work, WorkState::wrap_up);
  }
  Status operator()(const OfferAccepted& input) const { return offer(input.offer, input.agent); }
  Status operator()(const OfferRefused& input) const { return offer(input.offer, input.agent); }
  Status operator()(const PresenceSet& input) const;
  Status operator()(const OtherCall& input) const { return known_agent(board_, input.agent); }
  Status operator()(const TelephoneReachable& input) const {
    return known_agent(board_, input.agent);
  }
  Status operator()(const TimePassed&) const { return {}; }

 private:
  Status live(WorkId id) const;
  Status in_state(WorkId id, WorkState state) const;
  Status offer(OfferId offer, const AgentName& agent) const;
  Status asked_agent(Preference preference, const AgentName& agent,
                     const std::string& subject) const;
  Status room(const QueueName& queue, std::vector<SkillName> skills, const std::string& subject,
              const WorkEntry* changing = nullptr) const;
  Status capacity(AgentIndex agent, WorkClass work_class) const;
  bool taken_out(AgentIndex agent) const;
  std::size_t live_works() const;

  const Board& board_;
  const IdCounter& ids_;
  Timestamp now_;
};

Status InputCheck::live(WorkId id) const {
  const WorkEntry* work = board_.find(id);
  if (work != nullptr && !is_over(work->record, now_)) return {};
  return fail(
      error(ErrorCode::not_found, "unknown_work", "There is no such live work.", name_of(id)));
}

Status InputCheck::in_state(WorkId id, WorkState state) const {
  if (auto status = live(id); !status) return status;
  const WorkState is = board_.find(id)->record.state;
  if (is == state) return {};
  return refused("wrong_state",
                 fmt::format("The work is {}, not {}.", to_string(is), to_string(state)),
                 name_of(id), "Remove it if it is no longer wanted.");
}

Status InputCheck::offer(OfferId offer, const AgentName& agent) const {
  if (auto status = known_agent(board_, agent); !status) return status;
  const std::string subject = fmt::format("offer {}", offer.value());
  const auto id = board_.work_of(offer);
  if (!id && (!offer || offer.value() > ids_.last())) {
    return fail(error(ErrorCode::not_found, "unknown_offer", "There was no such offer.", subject));
  }
  const auto ended = [&](const WorkRecord& work) {
    return *work.state_until <= now_ || taken_out(*board_.agent_index(work.agent));
  };
  if (!id || ended(board_.find(*id)->record)) {
    return refused("offer_over", "The offer has ended.", subject, "Wait for another offer.");
  }
  if (board_.find(*id)->record.agent == agent) return {};
  return refused("not_yours", "The offer was made to another agent.", subject,
                 "Answer your own offers, or claim the work.");
}

// The first offer to run out that counts takes the agent out or none does: the others were out with
// it.
bool InputCheck::taken_out(AgentIndex agent) const {
  const WorkEntry* first = nullptr;
  for (const WorkId id : board_.agent(agent).works) {  // by id, as what is due at one time is
    const WorkEntry& work = *board_.find(id);
    const bool offered = work.record.state == WorkState::offered;
    if (!offered || *work.record.state_until > now_ || !board_.missed_after(work)) continue;
    if (first == nullptr || *work.record.state_until < *first->record.state_until) first = &work;
  }
  return first != nullptr && board_.too_many(*board_.missed_after(*first), first->record);
}

Status InputCheck::asked_agent(Preference preference, const AgentName& agent,
                               const std::string& subject) const {
  if (preference > Preference::only) {
    return invalid("unknown_preference", "Preference is none of none, first, only.", subject);
  }
  return preference == Preference::none ? Status{} : known_agent(board_, agent);
}

Status InputCheck::room(const QueueName& queue, std::vector<SkillName> skills,
                        const std::string& subject, const WorkEntry* changing) const {
  if (auto status = known_queue(board_, queue); !status) return status;
  if (auto status = check_skills(skills, subject); !status) return status;
  std::sort(skills.begin(), skills.end());
  skills.erase(std::unique(skills.begin(), skills.end()), skills.end());
  if (board_.has_room_for(*board_.queue_index(queue), skills, changing)) return {};
  return fail(error(ErrorCode::limit, "requirement_classes",
                    "Too many different combinations of queue and skills are waiting.", subject,
                    "Ask for fewer different skills, or raise the limit."));
}

std::size_t InputCheck::live_works() const {
  std::size_t over = 0;
  for (const Due& due : board_.dues()) {
    if (due.at > now_) break;
    if (due.kind == DueKind::state && is_over(board_.find(due.work)->record, now_)) ++over;
  }
  return board_.works() - over;
}

Status InputCheck::operator()(const WorkAdded& input) const {
  const WorkRecord& work = input.work;
  if (auto status = check_request(work); !status) return status;
  if (board_.find(work.id) != nullptr) {
    return fail(error(ErrorCode::conflict, "known_work", "This work is already here.",
                      name_of(work.id), "Change it, or give the new work its own id."));
  }
  if (auto status = asked_agent(work.preference, work.preferred, name_of(work.id)); !status) {
    return status;
  }
  if (auto status = room(work.queue, work.skills, name_of(work.id)); !status) return status;
  if (live_works() < board_.limits().live_works) return {};
  return fail(error(ErrorCode::limit, "live_works", "There is too much live work.",
                    name_of(work.id), "Finish or remove work, or raise the limit."));
}

Status InputCheck::operator()(const WorkChanged& input) const {
  if (auto status = live(input.work); !status) return status;
  const WorkEntry& entry = *board_.find(input.work);
  const WorkRecord& work = entry.record;
  const std::string subject = name_of(input.work);
  if (!waits_or_is_offered(work)) {
    return refused("wrong_state", fmt::format("The work is {}.", to_string(work.state)), subject,
                   "Claim it for another agent, or finish it and add new work.");
  }
  if (input.priority && (*input.priority < -most_priority || *input.priority > most_priority)) {
    return invalid("out_of_range", fmt::format("Priority must be -{0}..{0}.", most_priority),
                   subject);
  }
  if (input.preferred) {
    const auto& asked = *input.preferred;
    if (auto status = asked_agent(asked.preference, asked.agent, subject); !status) return status;
    if (asked.until) {
      if (auto status = check_time(*asked.until, "until"); !status) return status;
    }
  }
  if (!input.queue && !input.skills) return {};
  return room(input.queue.value_or(work.queue), input.skills.value_or(work.skills), subject,
              &entry);
}

// Offers do not count: one that no longer fits is withdrawn.
Status InputCheck::capacity(AgentIndex index, WorkClass work_class) const {
  const AgentEntry& agent = board_.agent(index);
  int used = agent.load[slot(work_class)].assigned;
  if (work_class == WorkClass::voice && agent.record.unreachable) {
    return refused("unreachable", "The agent's telephone cannot be rung.",
                   name_of(agent.record.name), "Mend the telephone, or choose another agent.");
  }
  if (work_class == WorkClass::voice) {
    if (agent.record.on_other_call) ++used;
    for (const WorkId id : agent.works) {
      const WorkRecord& work = board_.find(id)->record;
      if (work.state == WorkState::wrap_up && !is_over(work, now_)) ++used;
    }
  }
  if (used < agent.capacity[slot(work_class)]) return {};
  return refused("no_capacity",
                 fmt::format("The agent has {} of {} {} works.", used,
                             agent.capacity[slot(work_class)], to_string(work_class)),
                 name_of(agent.record.name), "Finish something first, or choose another agent.");
}

Status InputCheck::operator()(const WorkClaimed& input) const {
  if (auto status = live(input.work); !status) return status;
  if (auto status = known_agent(board_, input.agent); !status) return status;
  const WorkRecord& work = board_.find(input.work)->record;
  const AgentIndex agent = *board_.agent_index(input.agent);
  if (work.state == WorkState::wrap_up) {
    return refused("wrong_state", "The work is in wrap-up.", name_of(input.work),
                   "Add new work for what is left to do.");
  }
  if (work.state == WorkState::assigned && work.agent == input.agent) return {};
  if (input.done_already) return {};
  if (board_.agent(agent).record.presence == Presence::offline) {
    return refused("offline", "The agent is not signed in.", name_of(input.agent),
                   "Choose another agent, or prefer this one until a time.");
  }
  return capacity(agent, work.work_class);
}

Status InputCheck::operator()(const PresenceSet& input) const {
  if (auto status = known_agent(board_, input.agent); !status) return status;
  if (to_string(input.presence) == "unknown") {
    return invalid("unknown_presence", "Presence is none of offline, available, paused.",
                   name_of(input.agent));
  }
  if (input.reason.size() <= longest_reason) return {};
  return fail(error(ErrorCode::limit, "long_reason",
                    fmt::format("A reason has at most {} bytes.", longest_reason),
                    name_of(input.agent), "Shorten it."));
}

}  // namespace

Error error(ErrorCode code, std::string reason, std::string message, std::string subject,
            std::string remedy) {
  return Error{code, std::move(reason), std::move(message), std::move(subject), std::move(remedy)};
}

Status check_time(Timestamp at, const char* subject) {
  constexpr std::int64_t far = std::int64_t{1} << 61;
  const std::int64_t value = at.time_since_epoch().count();
  if (value > -far && value < far) return {};
  return invalid("out_of_range", "The time is out of range.", subject);
}

Status check_config(const RouterConfig& config) {
  std::set<QueueName> queues;
  for (const RouterQueue& queue : config.queues) {
    if (auto status = check_queue(queue); !status) return status;
    if (!queues.insert(queue.name).second) {
      return invalid("repeated_name", "Two queues have the same name.", name_of(queue.name));
    }
  }
  std::set<AgentName> agents;
  for (const RouterAgent& agent : config.agents) {
    if (auto status = check_agent(agent, queues); !status) return status;
    if (!agents.insert(agent.name).second) {
      return invalid("repeated_name", "Two agents have the same name.", name_of(agent.name));
    }
  }
  return {};
}

Status check_records(const Board& board, std::span<const WorkRecord> works,
                     std::span<const AgentRecord> agents) {
  std::unordered_set<AgentName> names;
  std::unordered_set<AgentName> available;
  for (const AgentRecord& agent : agents) {
    if (auto status = check_stored_agent(board, agent); !status) return status;
    if (!names.insert(agent.name).second) {
      return corrupt("Two records of one agent.", name_of(agent.name));
    }
    if (agent.presence == Presence::available) available.insert(agent.name);
  }
  std::unordered_set<WorkId> ids;
  std::unordered_set<OfferId> offers;
  for (const WorkRecord& work : works) {
    if (auto status = check_stored_work(board, work); !status) return status;
    if (!ids.insert(work.id).second) return corrupt("Two records of one work.", name_of(work.id));
    if (work.state != WorkState::offered) continue;
    if (!offers.insert(work.offer).second) {
      return corrupt("Two works carry the same offer.", name_of(work.id));
    }
    if (!available.contains(work.agent)) {
      return corrupt("The work is offered to an agent who is not available.", name_of(work.id));
    }
  }
  return {};
}

Status check_carry_over(const Board& live, const Board& next) {
  const std::string remedy = "Finish or move the work first.";
  for (const WorkId id : live.work_ids()) {
    const WorkRecord& work = live.find(id)->record;
    if (!next.queue_index(work.queue)) {
      return refused("queue_in_use", "Live work would be left without its queue.",
                     name_of(work.queue), remedy);
    }
    if (!work.agent.empty() && !next.agent_index(work.agent)) {
      return refused("agent_in_use", "Live work would be left without its agent.",
                     name_of(work.agent), remedy);
    }
    if (waits_or_is_offered(work) && live.held(work) && !next.agent_index(work.preferred)) {
      return refused("agent_in_use", "Work is held for this agent.", name_of(work.preferred),
                     remedy);
    }
  }
  for (AgentIndex i = 0; i < live.agents(); ++i) {
    const AgentEntry& agent = live.agent(i);
    if (agent.record.presence == Presence::offline) continue;
    const auto same = next.agent_index(agent.record.name);
    if (!same || (next.agent(*same).config.queues.empty() && !agent.config.queues.empty())) {
      return refused("agent_in_use", "A signed-in agent would be left without a queue.",
                     name_of(agent.record.name), "Sign the agent out first.");
    }
  }
  return {};
}

Status check_input(const Board& board, const RouterInput& input, const IdCounter& ids,
                   Timestamp now) {
  if (auto status = check_time(now, "now"); !status) return status;
  return std::visit(InputCheck(board, ids, now), input);
}

}  // namespace novelo::routing
