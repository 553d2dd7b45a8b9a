#include "testing/simulator/watch_effects.hpp"

#include <fmt/format.h>

namespace novelo::testing {
namespace {

constexpr std::uint32_t most_attempts = 5;

Named name_of(EffectId id) {
  return {"effect", id.value()};
}

}  // namespace

void EffectWatch::see(const Effect* before, const Effect* after) {
  const Effect& effect = after != nullptr ? *after : *before;
  if (effect.kind == EffectKind::send) {
    auto& lane = lanes_[{effect.entry_point, effect.conversation}];
    after != nullptr ? (void)lane.insert(effect.id) : (void)lane.erase(effect.id);
  }
  if (after == nullptr) {
    gone_.insert(effect.id);
    return;
  }
  findings_->check(!gone_.contains(effect.id), "I24", "{} is back", name_of(effect.id));
  // A person may have what is held tried once more, as often as they like.
  const bool by_itself = before != nullptr && effect.attempts > before->attempts && !before->held;
  findings_->check(effect.attempts < most_attempts || !by_itself, "I27", "{} is tried without end",
                   name_of(effect.id));
  if (before == nullptr && effect.kind == EffectKind::send) new_sends_.push_back(effect.id);
  // A conversation that goes on in another takes its sends along.
  if (before != nullptr && before->conversation != effect.conversation) {
    lanes_[{before->entry_point, before->conversation}].erase(effect.id);
  }
}

void EffectWatch::see(const Survey* before, const Survey* after) {
  if (before != nullptr && after != nullptr && before->score) {
    findings_->check(before->score == after->score && before->closure == after->closure, "I30",
                     "an answer to a survey was counted twice");
  }
  if (before != nullptr || after == nullptr) return;
  findings_->check(surveyed_.emplace(after->conversation, after->closure).second, "I30",
                   "conversation {} is asked twice about closing {}", after->conversation.value(),
                   after->closure);
}

void EffectWatch::committed() {
  for (const EffectId id : new_sends_) {
    const Effect* effect = mirror_->find(id);
    if (effect == nullptr) continue;
    const Entry* entry = mirror_->entry(effect->conversation, effect->entry);
    const bool shown =
        entry != nullptr && entry->effect == id && entry->direction == Direction::outbound;
    findings_->check(shown, "I23", "{} sends what is on no timeline", name_of(id));
    const EntryPointConfig* point = mirror_->configuration()->entry_point(effect->entry_point);
    const ConversationRecord* record = mirror_->find(effect->conversation);
    const bool here = point == nullptr || record == nullptr || point->desk == record->desk;
    findings_->check(here, "I43", "{} goes out from another desk", name_of(id));
  }
  new_sends_.clear();
}

void EffectWatch::forbid(std::string_view invariant, std::string word) {
  forbidden_.emplace_back(std::string(invariant), std::move(word));
}

void EffectWatch::wrote(const EntryPointName& entry_point, const Address& address, Timestamp at) {
  Timestamp& heard = heard_[{entry_point, to_string(address)}];
  if (heard < at) heard = at;
}

void EffectWatch::handed_out(const Handout& handout, Timestamp now) {
  const Effect* effect = mirror_->find(handout.id);
  const Named name = name_of(handout.id);
  findings_->check(!settled_.contains(handout.id), "I24", "{} is settled and handed out", name);
  if (effect == nullptr) {
    return findings_->check(false, "I03", "{} is handed out and not stored", name);
  }
  findings_->check(handed_out_.emplace(handout.id, handout.attempt).second, "I25",
                   "{} is handed out twice", name);
  findings_->check(!effect->held, "I25", "{} is held and handed out", name);
  const bool again = before_.contains({handout.id, handout.attempt});
  findings_->check(!again || handout.maybe_done, "I25",
                   "{} is handed out again, and nobody is told", name);
  const bool holding = effect->kind == EffectKind::send && holding_.contains(effect->entry_point);
  findings_->check(!again || !holding, "I25",
                   "{} goes out again, and nobody knows whether it went out", name);
  findings_->check(!effect->not_before || *effect->not_before <= now, "I27",
                   "{} is handed out before its time", name);
  const ConversationRecord* conversation = mirror_->find(effect->conversation);
  const ContactRecord* contact =
      conversation == nullptr ? nullptr : mirror_->find(conversation->contact);
  const bool erased = contact != nullptr && contact->erased_at && effect->kind == EffectKind::send;
  findings_->check(!erased, "I29", "{} goes to somebody who was erased", name);
  if (effect->kind == EffectKind::send) check_send(*effect, now);
  check_words(handout);
}

void EffectWatch::check_send(const Effect& effect, Timestamp now) {
  const auto lane = lanes_.find({effect.entry_point, effect.conversation});
  const bool first =
      lane != lanes_.end() && !lane->second.empty() && *lane->second.begin() == effect.id;
  findings_->check(first, "I26", "{} overtakes another of its lane", name_of(effect.id));
  const auto window = windows_.find(effect.entry_point);
  if (window == windows_.end() || window->second == Duration{}) return;
  if (effect.content.template_use) return;
  const auto heard = heard_.find({effect.entry_point, to_string(effect.to)});
  const bool open = heard != heard_.end() && now < heard->second + window->second;
  findings_->check(
      open, "I28", "{} is free text to {}, whose window is closed{}", name_of(effect.id),
      to_string(effect.to),
      heard == heard_.end() ? "" : " since " + to_string(heard->second + window->second));
}

void EffectWatch::check_words(const Handout& handout) {
  const std::string body = handout.request ? std::string() : Value(handout.body).to_text();
  for (const auto& [invariant, word] : forbidden_) {
    bool found = body.find(word) != std::string::npos;
    if (handout.request) {
      found = found || handout.request->body.find(word) != std::string::npos ||
              handout.request->url.find(word) != std::string::npos;
      for (const Header& header : handout.request->headers) {
        found = found || header.value.find(word) != std::string::npos;
      }
    }
    findings_->check(!found, invariant, "{} carries a word that may not go out",
                     name_of(handout.id));
  }
}

}  // namespace novelo::testing
