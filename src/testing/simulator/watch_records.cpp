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
                            "case {} has another number", after->id.value());
  }
  const std::string& protocol = after->protocol;
  if (protocol.empty()) return;
  findings_->check(protocols_.insert(protocol).second, "I11", "protocol {} was given twice",
                   protocol);
  // The digits of its sequence are the last ones; what stands before them is its period.
  constexpr std::size_t sequence_digits = 6;
  if (protocol.size() <= sequence_digits) return;
  std::string& newest =
      newest_[after->type.text() + '\n' + protocol.substr(0, protocol.size() - sequence_digits)];
  findings_->check(newest.size() != protocol.size() || newest < protocol, "I11",
                   "protocol {} came after {}", protocol, newest);
  newest = protocol;
}

void RecordWatch::see(const Identity*, const Identity* after) {
  if (after != nullptr) identities_.push_back(*after);
}

void RecordWatch::see(const ContactRecord* before, const ContactRecord* after) {
  note_id(before, after);
  if (before == nullptr || after == nullptr) return;
  findings_->check(!before->erased_at || after->erased_at == before->erased_at, "I36",
                   "contact {} is back from erasure", after->id.value());
  if (after->erased_at && !before->erased_at) erased_.push_back(*before);
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
    findings_->check(holder != nullptr && !holder->erased_at, "I12",
                     "an address is held by contact {}, who is not there", identity.holder.value());
    const bool member = std::find(identity.members.begin(), identity.members.end(),
                                  identity.holder) != identity.members.end();
    findings_->check(!member, "I12", "the holder of an address shares it with themselves");
  }
  identities_.clear();
  for (const ContactRecord& contact : erased_) check_forgotten(contact);
  erased_.clear();
}

// Whoever was erased is recognised by none of the addresses that they had.
void RecordWatch::check_forgotten(const ContactRecord& contact) {
  const auto& had = contact.identities;
  for (const auto& [key, identity] : mirror_->identities) {
    if (std::find(had.begin(), had.end(), identity.address) == had.end()) continue;
    const bool theirs = identity.holder == contact.id ||
                        std::find(identity.members.begin(), identity.members.end(), contact.id) !=
                            identity.members.end();
    findings_->check(!theirs, "I12", "contact {} was erased and holds an address",
                     contact.id.value());
  }
}

void RecordWatch::quiet(Timestamp now) {
  if (mirror_->timers.empty()) return;
  const Timer& first = mirror_->timers.begin()->second;
  findings_->check(first.due > now, "I40", "a timer ({}) that is due does not fire",
                   to_string(first.kind));
  for (const auto& [key, timer] : mirror_->timers) {
    findings_->check(is_wanted(timer), "I41", "a timer ({}) of {} is left that nobody waits for",
                     to_string(timer.kind), timer.owner);
  }
}

// Whether what it belongs to waits for this very time.
bool RecordWatch::is_wanted(const Timer& timer) const {
  const auto is_due = [&](const std::optional<Timestamp>& at) { return at && *at == timer.due; };
  switch (timer.kind) {
    case TimerKind::effect: {
      const Effect* effect = mirror_->find(EffectId(timer.owner));
      return effect != nullptr && is_due(effect->not_after);
    }
    case TimerKind::call: {
      const Interaction* call = mirror_->find(InteractionId(timer.owner));
      return call != nullptr && is_due(call->told_by);
    }
    case TimerKind::look_up: {
      const Interaction* asked = mirror_->find(InteractionId(timer.owner));
      return asked != nullptr && is_due(asked->look_up_until);
    }
    case TimerKind::callback: {
      const Callback* callback = mirror_->find(CallbackId(timer.owner));
      return callback != nullptr && is_due(callback->not_before);
    }
    case TimerKind::promise: {
      const Callback* callback = mirror_->find(CallbackId(timer.owner));
      return callback != nullptr && is_due(callback->promised_until);
    }
    case TimerKind::flow:
    case TimerKind::waiting:
    case TimerKind::known_as: return true;
  }
  return false;
}

}  // namespace novelo::testing
