#include "testing/simulator/watch_matters.hpp"

#include <algorithm>
#include <cstdint>

namespace novelo::testing {
namespace {

std::uint64_t bytes_of(const QuarantineRow& row) {
  std::uint64_t bytes = row.method.size() + row.url.size() + row.body.size();
  for (const auto& [name, value] : row.headers) bytes += name.size() + value.size();
  return bytes;
}

}  // namespace

void MatterWatch::see(const CaseRecord* before, const CaseRecord* after) {
  if (after == nullptr) return;
  const bool changed = before == nullptr || before->follows != after->follows ||
                       before->followed_by != after->followed_by;
  if (changed && (after->follows || after->followed_by)) follow_ups_.push_back(after->id);
  const bool moved = before == nullptr || before->contact != after->contact ||
                     before->conversation != after->conversation;
  if (moved) moved_.push_back(after->id);
}

void MatterWatch::see(const Survey* before, const Survey* after) {
  if (before == nullptr && after != nullptr) asked_.push_back(*after);
}

void MatterWatch::see(const ContactRecord* before, const ContactRecord* after) {
  if (before == nullptr || after == nullptr || after->erased_at) return;
  if (!before->identities.empty() && after->identities.empty()) emptied_.push_back(after->id);
}

void MatterWatch::see(const Entry* before, const Entry* after) {
  if (before != nullptr || after == nullptr || !after->case_id) return;
  const bool sent = after->direction == Direction::outbound && after->type == EntryType::message;
  if (sent) written_.push_back({after->conversation, after->case_id});
}

void MatterWatch::see(const QuarantineRow*, const QuarantineRow*) {
  aside_ = true;
}

void MatterWatch::check_follow_up(CaseId id) {
  const CaseRecord* matter = mirror_->find(id);
  const CaseRecord* before = matter->follows ? mirror_->find(matter->follows) : nullptr;
  const CaseRecord* next = matter->followed_by ? mirror_->find(matter->followed_by) : nullptr;
  findings_->check(!matter->follows || (before != nullptr && before->followed_by == id), "I08",
                   "case {} follows one that does not know it", id.value());
  findings_->check(!matter->followed_by || (next != nullptr && next->follows == id), "I08",
                   "case {} is followed by one that follows another", id.value());
}

void MatterWatch::check_owner(CaseId id) {
  const CaseRecord* matter = mirror_->find(id);
  const ConversationRecord* record = mirror_->find(matter->conversation);
  findings_->check(record != nullptr && record->contact == matter->contact, "I08",
                   "case {} is of contact {}, and its conversation is not", id.value(),
                   matter->contact.value());
}

void MatterWatch::check_survey(const Survey& survey) {
  const ConversationRecord* record = mirror_->find(survey.conversation);
  if (record == nullptr) return;
  const bool closed = record->status == ConversationStatus::closed;
  findings_->check(survey.closure == record->closures + (closed ? 0 : 1), "I30",
                   "survey {} is about closing {} of conversation {}, which was closed {} times",
                   survey.id.value(), survey.closure, record->id.value(), record->closures);
}

void MatterWatch::check_stranger(ContactId id) {
  const ContactRecord* contact = mirror_->find(id);
  if (contact == nullptr || !contact->identities.empty()) return;
  findings_->check(static_cast<bool>(contact->known_as), "I12",
                   "contact {} has given up every address, and is known as nobody", id.value());
  constexpr std::size_t at_once = 256;  // further ones follow, by a timer
  std::size_t theirs = 0;
  for (const auto& [key, record] : mirror_->conversations) theirs += record.contact == id;
  findings_->check(theirs == 0 || theirs >= at_once, "I12",
                   "contact {} is known as {}, and keeps a conversation", id.value(),
                   contact->known_as.value());
}

void MatterWatch::check_message(const Written& message) {
  const CaseRecord* matter = mirror_->find(message.matter);
  const ConversationRecord* record = mirror_->find(message.conversation);
  if (record == nullptr) return;
  const auto& cases = record->cases;
  const bool theirs =
      matter != nullptr && (matter->contact == record->contact ||
                            std::find(cases.begin(), cases.end(), message.matter) != cases.end());
  findings_->check(theirs, "I43", "conversation {} is written to about case {} of somebody else",
                   message.conversation.value(), message.matter.value());
}

void MatterWatch::check_aside() {
  if (mirror_->clocks.empty()) return;
  const EngineClock& clock = mirror_->clocks.begin()->second;
  std::uint64_t bytes = 0;
  for (const auto& [key, row] : mirror_->quarantine) bytes += bytes_of(row);
  findings_->check(
      mirror_->quarantine.size() == clock.quarantined && bytes == clock.quarantined_bytes, "I39",
      "{} payloads are put aside, and {} are counted", mirror_->quarantine.size(),
      clock.quarantined);
  findings_->check(
      mirror_->quarantine.size() <= limits_.quarantine_rows && bytes <= limits_.quarantine_bytes,
      "I39", "more is put aside than there may be");
}

bool MatterWatch::is_aside(const ConnectionName& connection, const std::string& body) const {
  const auto& rows = mirror_->quarantine;
  return std::any_of(rows.begin(), rows.end(), [&](const auto& one) {
    const QuarantineRow& row = one.second;
    return row.connection == connection && (row.body == body || row.left_out >= body.size());
  });
}

void MatterWatch::committed() {
  for (const CaseId id : follow_ups_) check_follow_up(id);
  for (const CaseId id : moved_) check_owner(id);
  for (const Survey& survey : asked_) check_survey(survey);
  for (const ContactId id : emptied_) check_stranger(id);
  for (const Written& message : written_) check_message(message);
  if (aside_) check_aside();
  follow_ups_.clear();
  moved_.clear();
  asked_.clear();
  emptied_.clear();
  written_.clear();
  aside_ = false;
}

}  // namespace novelo::testing
