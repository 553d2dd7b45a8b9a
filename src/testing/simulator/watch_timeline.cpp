#include "testing/simulator/watch_timeline.hpp"

#include <fmt/format.h>

namespace novelo::testing {
namespace {

bool is_heard(const Entry& entry) {
  return entry.direction == Direction::inbound && entry.type == EntryType::message &&
         !entry.provider_id.empty();
}

// Whether a message may come from one status to the other. What was shown as failed, or taken back,
// may have arrived all the same: that it was delivered is the stronger word.
bool may_follow(DeliveryStatus from, DeliveryStatus to) {
  using enum DeliveryStatus;
  if (from == to) return true;
  switch (from) {
    case none: return false;
    case pending: return to != none;
    case held: return to != none && to != refused;
    case withdrawn:
    case refused: return to != none && to != pending && to != held;
    case accepted:
      return to == sent || to == failed || to == delivered || to == read || to == played;
    case sent: return to == failed || to == delivered || to == read || to == played;
    case failed: return to == delivered || to == read || to == played;
    case delivered: return to == read || to == played;
    case read: return to == played;
    case played: return false;
  }
  return false;
}

Named place(const Entry& entry) {
  return {"entry", entry.sequence, "conversation", entry.conversation.value()};
}

}  // namespace

void TimelineWatch::see(const Entry* before, const Entry* after) {
  const Entry& entry = after != nullptr ? *after : *before;
  touched_.insert(entry.conversation);
  if (after != nullptr && entry.direction == Direction::outbound && !entry.provider_id.empty()) {
    ours_.insert_or_assign(entry.provider_id, Place{entry.conversation, entry.sequence});
    told_anew_.insert(entry.provider_id);
  }
  if (before == nullptr) return see_new(*after);
  if (after != nullptr) return see_changed(*before, *after);
  if (is_heard(*before)) heard_.erase({before->entry_point, before->provider_id});
  taken_away_.emplace_back(before->conversation, before->sequence);
}

void TimelineWatch::see_new(const Entry& entry) {
  Length& length = lengths_[entry.conversation];
  findings_->check(entry.sequence == ++length.entries, "I10", "{} does not follow the one before",
                   place(entry));
  length.entries = entry.sequence;
  if (entry.customer_sequence != 0) {
    findings_->check(entry.customer_sequence == ++length.customer_entries, "I10",
                     "{} has no place of its own in the customer's view", place(entry));
    length.customer_entries = entry.customer_sequence;
  }
  if (!is_heard(entry)) return;
  findings_->check(heard_.emplace(entry.entry_point, entry.provider_id).second, "I02",
                   "message {} is on a timeline twice", entry.provider_id);
}

void TimelineWatch::see_changed(const Entry& before, const Entry& after) {
  const bool same = before.conversation == after.conversation &&
                    before.sequence == after.sequence &&
                    before.customer_sequence == after.customer_sequence && before.at == after.at &&
                    before.type == after.type && before.direction == after.direction &&
                    before.author == after.author && before.event == after.event &&
                    before.interaction == after.interaction &&
                    (before.type != EntryType::message || before.content == after.content);
  findings_->check(same, "I09", "{} was rewritten", place(after));
  findings_->check(may_follow(before.status, after.status), "I06", "{} went from {} back to {}",
                   place(after), to_string(before.status), to_string(after.status));
}

void TimelineWatch::see(const ConversationRecord* before, const ConversationRecord* after) {
  const ConversationRecord& record = after != nullptr ? *after : *before;
  touched_.insert(record.id);
  const auto count = [&](const ConversationRecord* one, int by) {
    if (one == nullptr || one->status == ConversationStatus::closed) return;
    int& open = open_[{one->desk, one->contact}];
    open += by;
    if (open == 0) open_.erase({one->desk, one->contact});
  };
  count(before, -1);
  count(after, +1);
  findings_->check(after != nullptr, "I01", "conversation {} is gone", record.id.value());
  if (before != nullptr && after != nullptr) {
    findings_->check(before->entries <= after->entries && before->purged <= after->purged &&
                         before->closures <= after->closures,
                     "I10", "conversation {} became shorter", record.id.value());
  }
}

void TimelineWatch::check_told() {
  for (const std::string& provider_id : told_anew_) {
    const auto known = ours_.find(provider_id);
    const auto said = told_.find(provider_id);
    if (known == ours_.end() || said == told_.end()) continue;
    const Entry* entry = mirror_->entry(known->second.first, known->second.second);
    if (entry == nullptr) continue;
    for (const DeliveryStatus status : said->second) {
      findings_->check(entry->status == status || !may_follow(entry->status, status), "I06",
                       "{} is {}, and was told to be {}", place(*entry), to_string(entry->status),
                       to_string(status));
    }
  }
  told_anew_.clear();
}

void TimelineWatch::committed() {
  for (const auto& [conversation, sequence] : taken_away_) {
    const ConversationRecord* record = mirror_->find(conversation);
    findings_->check(record != nullptr && record->purged >= sequence, "I01",
                     "entry {} of conversation {} is gone, and nobody purged it", sequence,
                     conversation.value());
  }
  for (const ConversationId id : touched_) {
    const ConversationRecord* record = mirror_->find(id);
    findings_->check(record != nullptr, "I09", "entries of conversation {}, which is not there",
                     id.value());
    if (record == nullptr) continue;
    const Length& length = lengths_[id];
    findings_->check(
        record->entries == length.entries && record->customer_entries == length.customer_entries,
        "I10", "conversation {} miscounts its entries", id.value());
    if (record->status == ConversationStatus::closed) {
      findings_->check(record->live.empty(), "I15", "conversation {} is closed and goes on",
                       id.value());
      continue;
    }
    const auto open = open_.find({record->desk, record->contact});
    findings_->check(open == open_.end() || open->second == 1, "I13",
                     "contact {} has two conversations open at desk {}", record->contact.value(),
                     record->desk.text());
  }
  touched_.clear();
  taken_away_.clear();
}

}  // namespace novelo::testing
