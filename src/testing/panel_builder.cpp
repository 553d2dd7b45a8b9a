#include "testing/panel_builder.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "testing/wording.hpp"

namespace novelo::testing {
namespace {

constexpr std::size_t page = 1000;

template <class Visit>
void each_conversation(const Reads& reads, std::optional<ConversationId> only, const Visit& visit) {
  if (only) {
    if (const auto one = reads.conversation(*only)) visit(*one);
    return;
  }
  ConversationId after;
  while (true) {
    const auto part = reads.conversations(after, page);
    if (!part) return;
    for (const ConversationRecord& conversation : *part) {
      visit(conversation);
      after = conversation.id;
    }
    if (part->size() < page) return;
  }
}

// As the router orders them: by how long they wait, a point of priority being worth its ageing.
void order(std::vector<WorkRecord>& works, const Configuration& configuration) {
  const auto rank = [&](const WorkRecord& work) {
    const QueueConfig* const queue = configuration.queue(work.queue);
    const Duration ageing = queue == nullptr ? QueueConfig{}.ageing : queue->ageing;
    const bool waits = work.state == WorkState::queued;
    return std::make_tuple(!waits, work.requested_at - work.priority * ageing, work.id);
  };
  std::sort(works.begin(), works.end(), [&](const WorkRecord& left, const WorkRecord& right) {
    return rank(left) < rank(right);
  });
}

std::string kind_text(WorkKind kind) {
  switch (kind) {
    case WorkKind::callback: return "callback";
    case WorkKind::verification: return "reply to look at";
    case WorkKind::interaction: return {};
  }
  return {};
}

std::vector<PanelWork> in_words(std::vector<WorkRecord> works, const Configuration& configuration,
                                const Narrator& narrator) {
  order(works, configuration);
  std::vector<PanelWork> out;
  std::size_t place = 0;
  for (const WorkRecord& work : works) {
    PanelWork& line = out.emplace_back();
    const bool waits = work.state == WorkState::queued;
    if (waits) line.place = ++place;
    line.who = narrator.contact_name(work.conversation);
    line.channel = work.channel;
    line.what = kind_text(work.kind);
    line.state = work.state;
    const AgentName& agent = waits ? work.preferred : work.agent;
    if (!agent.empty()) line.agent = narrator.agent_name(agent.text());
    line.since = work.requested_at;
  }
  return out;
}

bool is_of_a_case(EventKind event) {
  switch (event) {
    case EventKind::case_opened:
    case EventKind::case_status:
    case EventKind::case_fields:
    case EventKind::informed:
    case EventKind::advised:
    case EventKind::action_requested:
    case EventKind::action_done:
    case EventKind::reply_linked:
    case EventKind::verification_requested:
    case EventKind::verification_done: return true;
    default: return false;
  }
}

CaseId case_of(const Entry& entry) {
  const auto named = entry.details.find("case");
  if (entry.case_id || named == entry.details.end()) return entry.case_id;
  const std::string text = named->second.to_text();
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return CaseId(id);
}

// Cases by id, with what the timelines say of them.
using Histories = std::map<CaseId, std::vector<PanelMoment>>;

void read_histories(const Reads& reads, const Narrator& narrator, ConversationId conversation,
                    Histories& histories) {
  std::uint64_t after = 0;
  while (true) {
    const auto entries = reads.timeline(conversation, after, page);
    if (!entries) return;
    for (const Entry& entry : *entries) {
      after = entry.sequence;
      const CaseId matter = case_of(entry);
      if (!matter || entry.type != EntryType::event || !is_of_a_case(entry.event)) continue;
      histories[matter].push_back({entry.at, narrator.event_text(entry)});
    }
    if (entries->size() < page) return;
  }
}

PanelCase case_in_words(const CaseRecord& record, const Configuration& configuration,
                        const Narrator& narrator) {
  PanelCase out;
  out.protocol = record.protocol;
  out.type = record.type.text();
  out.category = record.category;
  out.status = record.status.text();
  const CaseTypeConfig* const type = configuration.case_type(record.type);
  const StatusConfig* const status = type == nullptr ? nullptr : type->status(record.status);
  if (status != nullptr) out.stage = status->category;
  out.contact = narrator.name_of(record.contact);
  if (!record.owner.empty()) out.owner = narrator.agent_name(record.owner.text());
  out.opened_at = record.opened_at;
  for (const auto& [name, value] : record.fields) {
    out.fields.emplace_back(name, narrator.value_text(name, value));
  }
  return out;
}

PanelCase panel_case(const CaseRecord& record, Histories& histories,
                     const Configuration& configuration, const Narrator& narrator) {
  PanelCase out = case_in_words(record, configuration, narrator);
  auto& history = histories[record.id];
  std::stable_sort(
      history.begin(), history.end(),
      [](const PanelMoment& left, const PanelMoment& right) { return left.at < right.at; });
  if (history.size() > PanelBuilder::most_moments) {
    out.left_out = history.size() - PanelBuilder::most_moments;
    history.resize(PanelBuilder::most_moments);
  }
  out.history = std::move(history);
  return out;
}

}  // namespace

void PanelBuilder::look(const Reads& reads, const Configuration& configuration,
                        const Narrator& narrator, Timestamp at) {
  std::map<QueueName, std::vector<WorkRecord>> works;
  for (const auto& [name, queue] : queues_) works[name];  // one that became empty changed too
  for (WorkRecord& work : reads.works()) works[work.queue].push_back(std::move(work));
  for (auto& [name, list] : works) {
    PanelQueue& queue = queues_[name];
    queue.name = name.text();
    PanelQueueMoment moment{at, in_words(std::move(list), configuration, narrator)};
    if (!queue.moments.empty() && queue.moments.back().works == moment.works) continue;
    if (queue.moments.size() == most_moments) {
      queue.moments.erase(queue.moments.begin());
      ++queue.left_out;
    }
    queue.moments.push_back(std::move(moment));
  }
}

Panel PanelBuilder::finish(const Reads& reads, const Configuration& configuration,
                           const Narrator& narrator, std::optional<ConversationId> only) const {
  Panel panel;
  Histories histories;
  std::map<CaseId, CaseRecord> cases;
  each_conversation(reads, only, [&](const ConversationRecord& conversation) {
    for (const CaseId id : conversation.cases) {
      if (cases.size() == most_cases && !cases.contains(id)) {
        ++panel.cases_left_out;
        continue;
      }
      if (const auto record = reads.case_of(id)) cases.emplace(id, *record);
    }
    if (!conversation.cases.empty()) {
      read_histories(reads, narrator, conversation.id, histories);
    }
  });
  for (const auto& [id, record] : cases) {
    panel.cases.push_back(panel_case(record, histories, configuration, narrator));
  }
  for (const auto& [name, queue] : queues_) panel.queues.push_back(queue);
  for (const AgentConfig& agent : configuration.agents) {
    const auto record = reads.agent(agent.name);
    if (!record || record->since == Timestamp{}) continue;
    panel.agents.push_back(
        {narrator.agent_name(agent.name.text()), record->presence, record->reason, record->since});
  }
  return panel;
}

}  // namespace novelo::testing
