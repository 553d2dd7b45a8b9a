#include "router/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace novelo::routing {
namespace {

constexpr std::size_t most_candidates = 5;

// Why an agent is not to be offered this work now; null for one who could be.
const char* exclusion(const Board& board, AgentIndex index, const WorkEntry& work) {
  const AgentEntry& agent = board.agent(index);
  if (agent.config.name == work.record.agent) return "has_it";
  if (agent.capacity[slot(work.record.work_class)] == 0) return "capacity";
  if (!board.able(index, work)) return "skill";
  if (agent.record.presence == Presence::offline) return "offline";
  if (agent.record.presence == Presence::paused) return "paused";
  if (agent.record.unreachable && work.record.work_class == WorkClass::voice) return "unreachable";
  if (!board.open(index, work.record.work_class)) return "busy";
  return board.refused(index, work.record) ? "refused" : nullptr;
}

std::string count(std::size_t number) {
  constexpr std::array<std::string_view, 10> words{"no",   "one", "two",   "three", "four",
                                                   "five", "six", "seven", "eight", "nine"};
  return number < words.size() ? std::string(words[number]) : std::to_string(number);
}

// The time of day alone when it is the day of the request.
std::string clock(Timestamp at, const WorkRecord& work) {
  const std::string text = to_string(at);
  const auto day = [](Timestamp time) { return std::chrono::floor<std::chrono::days>(time); };
  const std::size_t t = text.find('T');
  if (day(at) != day(work.requested_at) || t == std::string::npos) return text;
  return text.substr(t + 1);
}

// "who is on a call"
std::string doing(const Board& board, AgentIndex index, const WorkEntry& work) {
  const AgentEntry& agent = board.agent(index);
  const Load& calls = agent.load[slot(WorkClass::voice)];
  if (!board.able(index, work)) return "who does not serve such work";
  if (agent.record.presence == Presence::offline) return "who is offline";
  if (agent.record.presence == Presence::paused) {
    return agent.record.reason == not_responding ? "who does not respond" : "who is paused";
  }
  if (agent.record.unreachable && work.record.work_class == WorkClass::voice) {
    return "whose telephone cannot be rung";
  }
  if (agent.record.on_other_call || calls.assigned > 0) return "who is on a call";
  if (agent.wrapping > 0) return "who is in wrap-up";
  if (board.open(index, work.record.work_class)) return "who has just refused it";
  return calls.offered > 0 ? "who is being offered a call" : "who is at full capacity";
}

std::string others(std::size_t ready) {
  if (ready == 0) return "nobody else could take it now";
  return fmt::format("{} {} could take it", count(ready), ready == 1 ? "other" : "others");
}

std::string held_sentence(const Board& board, const WorkEntry& work, std::size_t ready) {
  const WorkRecord& record = work.record;
  const AgentIndex agent = *board.agent_index(record.preferred);
  return fmt::format("Held for {}, {}, {}; {}.", record.preferred.text(), doing(board, agent, work),
                     record.preference_until ? "until " + clock(*record.preference_until, record)
                                             : std::string("with no end"),
                     others(ready));
}

std::string excluded_list(const std::map<std::string, std::size_t>& excluded) {
  std::string text;
  for (const auto& [why, many] : excluded) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", many, why);
  }
  return text;
}

std::string waiting_sentence(const Board& board, const RouterExplanation& explanation,
                             const WorkRecord& work) {
  const QueueEntry& queue = board.queue_of(work);
  const std::size_t ahead = queue.waiting.rank(board.place(work));
  std::string text = fmt::format("Waiting in {} with {} ahead: ", queue.config.name.text(),
                                 ahead == 0 ? "nothing" : count(ahead));
  switch (explanation.waiting.value_or(WaitReason::agents_busy)) {
    case WaitReason::nobody_eligible: text += "nobody serves this queue with these skills"; break;
    case WaitReason::nobody_available: text += "nobody who could take it is available"; break;
    default: text += "everybody who could take it is busy or has refused it"; break;
  }
  const std::string list = excluded_list(explanation.excluded);
  return text + (list.empty() ? "." : fmt::format(" ({}).", list));
}

std::string sentence(const Board& board, const WorkEntry& work,
                     const RouterExplanation& explanation, std::size_t ready) {
  const WorkRecord& record = work.record;
  const std::string until = record.state_until ? clock(*record.state_until, record) : "";
  switch (record.state) {
    case WorkState::queued:
      return board.held(record) ? held_sentence(board, work, ready)
                                : waiting_sentence(board, explanation, record);
    case WorkState::offered:
      return fmt::format("Offered to {} until {}, {}; {}.", record.agent.text(), until,
                         board.held(record)
                             ? "who was asked for"
                             : "the best skilled, then the least loaded, then the longest idle",
                         others(ready));
    case WorkState::assigned: return fmt::format("Assigned to {}.", record.agent.text());
    case WorkState::wrap_up:
      return fmt::format("In wrap-up by {} until {}.", record.agent.text(), until);
  }
  return {};
}

}  // namespace

RouterExplanation explain(const Board& board, const WorkEntry& work) {
  const WorkRecord& record = work.record;
  RouterExplanation explanation;
  explanation.state = record.state;
  explanation.agent = record.agent;
  std::vector<ReadyKey> ready;
  if (record.state == WorkState::queued || record.state == WorkState::offered) {
    for (const AgentIndex agent : board.queue_of(record).agents) {
      if (const char* why = exclusion(board, agent, work)) {
        ++explanation.excluded[why];
      } else {
        ready.push_back(board.ready_key(agent, work));
      }
    }
  }
  if (record.state == WorkState::queued) explanation.waiting = board.reason(work);
  std::sort(ready.begin(), ready.end());
  for (const ReadyKey& key : ready) {
    if (explanation.best.size() == most_candidates) break;
    explanation.best.push_back(board.agent(key.agent).record.name);
  }
  explanation.sentence = sentence(board, work, explanation, ready.size());
  return explanation;
}

}  // namespace novelo::routing
