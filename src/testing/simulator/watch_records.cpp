#include "testing/simulator/watch_records.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace novelo::testing {

void RecordWatch::see(const EngineClock* before, const EngineClock* after) {
  if (before == nullptr || after == nullptr) return;
  findings_->check(before->last_id <= after->last_id && before->now <= after->now &&
                       before->configuration <= after->configuration,
                   "I44", "the engine's clock or a counter went back");
}

void RecordWatch::see(const CaseRecord* before, const CaseRecord* after) {
  note_id(before, after);
  if (after == nullptr) return;
  if (before != nullptr) {
    return findings_->check(before->protocol == after->protocol, "I11",
                            fmt::format("case {} has another number", after->id.value()));
  }
  const std::string& protocol = after->protocol;
  if (protocol.empty()) return;
  findings_->check(protocols_.insert(protocol).second, "I11",
                   fmt::format("protocol {} was given twice", protocol));
  // The digits of its sequence are the last ones; what stands before them is its period.
  constexpr std::size_t sequence_digits = 6;
  if (protocol.size() <= sequence_digits) return;
  std::string& newest =
      newest_[after->type.text() + '\n' + protocol.substr(0, protocol.size() - sequence_digits)];
  findings_->check(newest.size() != protocol.size() || newest < protocol, "I11",
                   fmt::format("protocol {} came after {}", protocol, newest));
  newest = protocol;
}

void RecordWatch::see(const Identity*, const Identity* after) {
  if (after != nullptr) identities_.push_back(*after);
}

void RecordWatch::see(const ContactRecord* before, const ContactRecord* after) {
  note_id(before, after);
  if (before == nullptr || after == nullptr) return;
  findings_->check(!before->erased_at || after->erased_at == before->erased_at, "I36",
                   fmt::format("contact {} is back from erasure", after->id.value()));
}

void RecordWatch::committed() {
  const auto clock = mirror_->clocks.begin();
  const std::uint64_t last = clock == mirror_->clocks.end() ? 0 : clock->second.last_id;
  std::sort(new_ids_.begin(), new_ids_.end());
  const bool twice = std::adjacent_find(new_ids_.begin(), new_ids_.end()) != new_ids_.end();
  const bool fresh = new_ids_.empty() || (new_ids_.front() > last_id_ && new_ids_.back() <= last);
  findings_->check(!twice && fresh, "I23", "an id was given that is not a new one");
  last_id_ = last;
  new_ids_.clear();
  for (const Identity& identity : identities_) {
    const ContactRecord* holder = mirror_->find(identity.holder);
    findings_->check(
        holder != nullptr && !holder->erased_at, "I12",
        fmt::format("an address is held by contact {}, who is not there", identity.holder.value()));
    const bool member = std::find(identity.members.begin(), identity.members.end(),
                                  identity.holder) != identity.members.end();
    findings_->check(!member, "I12", "the holder of an address shares it with themselves");
  }
  identities_.clear();
}

void RecordWatch::quiet(Timestamp now) {
  if (mirror_->timers.empty()) return;
  const Timer& first = mirror_->timers.begin()->second;
  findings_->check(first.due > now, "I40",
                   fmt::format("a timer ({}) that is due does not fire", to_string(first.kind)));
}

}  // namespace novelo::testing
