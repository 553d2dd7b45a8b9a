#include "engine/changes.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace novelo {
namespace {

template <class IdType>
Change changed(ThingKind kind, IdType id, ConversationId conversation = {}) {
  return {kind, ThingId(id.value()), 0, {}, conversation, false};
}
Change changed(const ContactRecord& record) {
  return changed(ThingKind::contact, record.id);
}
Change changed(const ConversationRecord& record) {
  return changed(ThingKind::conversation, record.id, record.id);
}
Change changed(const Entry& record) {
  return {ThingKind::entry, {}, record.sequence, {}, record.conversation, false};
}
Change changed(const Note& record) {
  return changed(ThingKind::note, record.id, record.conversation);
}
Change changed(const Closure& record) {
  return {ThingKind::closure, {}, record.number, {}, record.conversation, false};
}
Change changed(const Interaction& record) {
  return changed(ThingKind::interaction, record.id, record.conversation);
}
Change changed(const CaseRecord& record) {
  return changed(ThingKind::case_record, record.id, record.conversation);
}
Change changed(const Callback& record) {
  return changed(ThingKind::callback, record.id, record.conversation);
}
Change changed(const Survey& record) {
  return changed(ThingKind::survey, record.id, record.conversation);
}
Change changed(const WorkRecord& record) {
  return changed(ThingKind::work, record.id, record.conversation);
}
Change changed(const AgentRecord& record) {
  return {ThingKind::agent, {}, 0, record.name, {}, false};
}
Change changed(const Effect& record) {
  return changed(ThingKind::effect, record.id, record.conversation);
}

template <class Numbered>
auto first_after(const Numbered& list, std::uint64_t number) {
  return std::partition_point(list.begin(), list.end(),
                              [number](const auto& item) { return item.first <= number; });
}

// Of each thing the last change, in the order of these.
class Latest {
 public:
  void add(const Change& change) {
    const Thing thing{change.kind, change.id, change.number, change.conversation, change.agent};
    const auto [known, fresh] = places_.try_emplace(thing, changes_.size());
    if (!fresh) {
      replaced_[known->second] = true;
      known->second = changes_.size();
    }
    changes_.push_back(&change);
    replaced_.push_back(false);
  }
  std::size_t things() const { return places_.size(); }
  std::vector<Change> take() const {
    std::vector<Change> latest;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (!replaced_[i]) latest.push_back(*changes_[i]);
    }
    return latest;
  }

 private:
  using Thing = std::tuple<ThingKind, ThingId, std::uint64_t, ConversationId, AgentName>;
  std::map<Thing, std::size_t> places_;
  std::vector<const Change*> changes_;
  std::vector<bool> replaced_;
};

}  // namespace

void ChangeLog::note(const Tables& tables) {
  if (most_changes_ == 0) return;
  const auto look = [this](const auto& records) {
    records.each_changed([this](const auto* before, const auto* after) {
      if (before == nullptr && after == nullptr) return;
      if (before != nullptr && after != nullptr && *before == *after) return;
      pending_.push_back(changed(after != nullptr ? *after : *before));
      pending_.back().gone = after == nullptr;
    });
  };
  look(tables.contacts);
  look(tables.conversations);
  look(tables.entries);
  look(tables.notes);
  look(tables.closures);
  look(tables.interactions);
  look(tables.cases);
  look(tables.callbacks);
  look(tables.surveys);
  look(tables.works);
  look(tables.agents);
  look(tables.effects);
}

void ChangeLog::publish() {
  for (Change& change : pending_) changes_.emplace_back(++last_, std::move(change));
  pending_.clear();
  while (changes_.size() > most_changes_) {
    forgotten_ = changes_.front().first;
    changes_.pop_front();
  }
  for (Signal& signal : pending_signals_) signals_.emplace_back(++last_, std::move(signal));
  pending_signals_.clear();
  while (signals_.size() > most_signals_) signals_.pop_front();
}

std::vector<Change> ChangeLog::between(std::uint64_t from, std::uint64_t end) const {
  std::vector<Change> found;
  for (auto change = first_after(changes_, from - 1);
       change != changes_.end() && change->first < end; ++change) {
    found.push_back(change->second);
  }
  return found;
}

Changes ChangeLog::since(const ChangeCursor& cursor, std::size_t limit) const {
  Changes answer;
  answer.next = {epoch_, last_};
  const bool known =
      cursor.epoch == epoch_ && cursor.number >= forgotten_ && cursor.number <= last_;
  if (!known || most_changes_ == 0) {
    answer.start_over = true;
    return answer;
  }
  Latest latest;
  std::uint64_t until = cursor.number;
  auto change = first_after(changes_, cursor.number);
  for (; change != changes_.end() && latest.things() < limit; ++change) {
    latest.add(change->second);
    until = change->first;
  }
  answer.more = change != changes_.end();
  if (answer.more) answer.next.number = until;
  answer.changes = latest.take();
  for (auto signal = first_after(signals_, cursor.number);
       signal != signals_.end() && signal->first <= answer.next.number; ++signal) {
    answer.signals.push_back(signal->second);
  }
  return answer;
}

std::vector<Signal> ChangeLog::take_signals() {
  std::vector<Signal> taken;
  for (auto signal = first_after(signals_, taken_); signal != signals_.end(); ++signal) {
    taken.push_back(signal->second);
  }
  taken_ = last_;
  return taken;
}

}  // namespace novelo
