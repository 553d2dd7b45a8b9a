#include "testing/simulator/watch_belongings.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace novelo::testing {
namespace {

template <class T>
bool has(const std::vector<T>& list, const T& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

bool uses(const Identity& identity, ContactId contact) {
  return identity.holder == contact || has(identity.members, contact);
}

bool is_heard(const Entry& entry) {
  return entry.direction == Direction::inbound && entry.type == EntryType::message &&
         !entry.provider_id.empty();
}

template <class Id>
Named name_of(std::string_view what, Id id) {
  return {what, id.value()};
}

const StatusConfig* status_of(const Configuration* config, const CaseRecord& matter) {
  const CaseTypeConfig* type = config == nullptr ? nullptr : config->case_type(matter.type);
  return type == nullptr ? nullptr : type->status(matter.status);
}

}  // namespace

// --- what is seen --------------------------------------------------------------------------------
void BelongingWatch::see(const ContactRecord*, const ContactRecord* after) {
  if (after != nullptr) contacts_.insert(after->id);
}

void BelongingWatch::see(const Identity* before, const Identity* after) {
  addresses_.push_back(after != nullptr ? after->address : before->address);
}

void BelongingWatch::see(const ConversationRecord* before, const ConversationRecord* after) {
  if (after == nullptr) return;
  conversations_.insert(after->id);
  const bool was_closed = before != nullptr && before->status == ConversationStatus::closed;
  if (before == nullptr) begun_.push_back(after->id);
  if (was_closed && after->status != ConversationStatus::closed) reopened_.push_back(*before);
  if (before != nullptr && before->purged < after->purged) purged_.push_back(*after);
}

void BelongingWatch::see(const Interaction*, const Interaction* after) {
  if (after != nullptr) interactions_.insert(after->id);
}

void BelongingWatch::see(const Callback*, const Callback* after) {
  if (after != nullptr) callbacks_.insert(after->id);
}

void BelongingWatch::see(const CaseRecord* before, const CaseRecord* after) {
  if (after == nullptr) return;
  const Named name = name_of("case", after->id);
  findings_->check(after->replies.size() <= limits_.replies_per_case &&
                       after->mails.size() <= limits_.mails_per_case,
                   "I39", "{} keeps more than it may", name);
  const auto valid = std::count_if(after->mails.begin(), after->mails.end(),
                                   [](const CaseMail& mail) { return !mail.superseded; });
  findings_->check(valid <= 1, "I08", "{} has asked twice, and both are valid", name);
  if (before == nullptr) return;
  const StatusConfig* status = status_of(mirror_->configuration(), *before);
  const bool final = status != nullptr && status->category == StatusCategory::final;
  findings_->check(!final || before->status == after->status, "I48", "{} is final and goes on",
                   name);
}

void BelongingWatch::see(const WorkRecord*, const WorkRecord* after) {
  if (after != nullptr) works_.insert(after->id);
}

void BelongingWatch::see(const Effect* before, const Effect* after) {
  if (after != nullptr || before->kind != EffectKind::send) return;
  sent_.emplace_back(before->conversation, before->entry);
}

void BelongingWatch::see(const Survey* before, const Survey* after) {
  if (before == nullptr || after == nullptr || before->score || !after->score) return;
  findings_->check(after->answered_at && *after->answered_at < before->until, "I48",
                   "{} is answered after its time", name_of("survey", after->id));
}

void BelongingWatch::see(const EngineClock*, const EngineClock* after) {
  if (after == nullptr) return;
  now_ = after->now;
  findings_->check(
      after->quarantined <= limits_.quarantine_rows && after->parked <= limits_.parked_receipts,
      "I39", "more is put aside than there may be");
}

void BelongingWatch::see(const Entry* before, const Entry* after) {
  if (after != nullptr && before == nullptr && is_heard(*after)) {
    findings_->check(!forgotten_.contains({after->entry_point, after->provider_id}), "I36",
                     "message {} was erased and is back", after->provider_id);
  }
  const bool erasing = body_ != nullptr && std::holds_alternative<EraseContact>(*body_);
  if (after == nullptr && erasing && is_heard(*before)) {
    forgotten_.emplace(before->entry_point, before->provider_id);
  }
}

void BelongingWatch::see(const Note* before, const Note* after) {
  if (after == nullptr || before != nullptr) return;
  const ConversationRecord* record = mirror_->find(after->conversation);
  findings_->check(record == nullptr || !is_erased(record->contact), "I36",
                   "{} is noted upon, whose contact was erased",
                   name_of("conversation", after->conversation));
}

// --- what must hold after a commit ---------------------------------------------------------------
void BelongingWatch::committed() {
  for (const ContactId id : contacts_) {
    if (const ContactRecord* contact = mirror_->find(id)) check_contact(*contact);
  }
  for (const Address& address : addresses_) {
    if (const Identity* identity = mirror_->find(address)) check_identity(*identity);
  }
  for (const ConversationId id : begun_) {
    findings_->check(!is_erased(mirror_->find(id)->contact), "I36", "{} begins with nobody",
                     name_of("conversation", id));
  }
  for (const ConversationRecord& closed : reopened_) check_reopened(closed);
  for (const ConversationRecord& record : purged_) {
    findings_->check(may_be_purged(record), "I01", "{} lost what nobody has purged",
                     name_of("conversation", record.id));
  }
  for (const ConversationId id : conversations_) check_conversation(*mirror_->find(id));
  for (const InteractionId id : interactions_) check_interaction(*mirror_->find(id));
  for (const CallbackId id : callbacks_) check_callback(*mirror_->find(id));
  for (const WorkId id : works_) {
    if (const WorkRecord* work = mirror_->find(id)) check_work(*work);
  }
  for (const auto& [conversation, sequence] : sent_) {
    const Entry* entry = mirror_->entry(conversation, sequence);
    const bool waits = entry != nullptr && (entry->status == DeliveryStatus::pending ||
                                            entry->status == DeliveryStatus::held);
    findings_->check(!waits, "I27", "entry {} of conversation {} waits for what nobody will do",
                     sequence, conversation.value());
  }
  contacts_.clear();
  addresses_.clear();
  conversations_.clear();
  begun_.clear();
  reopened_.clear();
  purged_.clear();
  interactions_.clear();
  callbacks_.clear();
  works_.clear();
  sent_.clear();
}

bool BelongingWatch::is_erased(ContactId id) const {
  const ContactRecord* contact = mirror_->find(id);
  return contact != nullptr && contact->erased_at.has_value();
}

// Whether the command takes entries of this conversation away.
bool BelongingWatch::may_be_purged(const ConversationRecord& record) const {
  if (body_ == nullptr) return false;
  if (const auto* purge = std::get_if<Purge>(body_)) {
    return record.closed_at && *record.closed_at < purge->before;
  }
  const auto* erase = std::get_if<EraseContact>(body_);
  return erase != nullptr && record.contact == erase->contact;
}

// Without a command a conversation is taken up again only within its desk's bound.
void BelongingWatch::check_reopened(const ConversationRecord& closed) {
  const Named name = name_of("conversation", closed.id);
  findings_->check(!is_erased(mirror_->find(closed.id)->contact), "I36",
                   "{} is taken up again with nobody", name);
  if (body_ != nullptr && std::holds_alternative<ReopenConversation>(*body_)) return;
  const DeskConfig* desk = mirror_->configuration()->desk(closed.desk);
  const bool soon = desk == nullptr || !closed.closed_at || now_ < *closed.closed_at + desk->reopen;
  findings_->check(soon, "I40", "{} is taken up again after its time", name);
}

void BelongingWatch::check_contact(const ContactRecord& contact) {
  for (const Address& address : contact.identities) {
    const Identity* identity = mirror_->find(address);
    findings_->check(identity != nullptr && uses(*identity, contact.id), "I12",
                     "{} lists an address that is not theirs", name_of("contact", contact.id));
  }
}

void BelongingWatch::check_identity(const Identity& identity) {
  findings_->check(identity.members.size() < limits_.contacts_per_identity, "I39",
                   "more people share an address than may");
  std::vector<ContactId> users = identity.members;
  users.push_back(identity.holder);
  for (const ContactId id : users) {
    const ContactRecord* contact = mirror_->find(id);
    const bool listed =
        contact != nullptr && (contact->erased_at || has(contact->identities, identity.address) ||
                               contact->identities.size() >= limits_.identities_per_contact);
    findings_->check(listed, "I12", "{} uses an address that they do not list",
                     name_of("contact", id));
  }
}

void BelongingWatch::check_conversation(const ConversationRecord& record) {
  const Named name = name_of("conversation", record.id);
  const bool closed = record.status == ConversationStatus::closed;
  findings_->check(closed == record.closed_at.has_value(), "I08",
                   "{} is closed at no time, or open at one", name);
  findings_->check(!closed || record.callbacks.empty(), "I08",
                   "{} is closed, and a call is promised in it", name);
  for (const CallbackId id : record.callbacks) {
    const Callback* callback = mirror_->find(id);
    const bool here = callback != nullptr && callback->state == CallbackState::open &&
                      callback->conversation == record.id;
    findings_->check(here, "I08", "{} lists a promise that is not open in it", name);
    if (here) check_callback(*callback);
  }
  for (const InteractionId id : record.live) {
    const Interaction* interaction = mirror_->find(id);
    findings_->check(interaction != nullptr && interaction->state != InteractionState::ended, "I08",
                     "{} lists what has ended", name);
    if (interaction != nullptr) check_interaction(*interaction);
  }
}

void BelongingWatch::check_interaction(const Interaction& interaction) {
  const Named name = name_of("interaction", interaction.id);
  const ConversationRecord* record = mirror_->find(interaction.conversation);
  const bool ended = interaction.state == InteractionState::ended;
  const bool listed = record != nullptr && has(record->live, interaction.id);
  findings_->check(ended != listed, "I08", "{} lives and is not listed, or the other way", name);
  findings_->check(ended || record == nullptr || record->contact == interaction.contact, "I08",
                   "{} is another contact's than its conversation", name);
  const bool with_nobody = ended || interaction.state == InteractionState::connected;
  findings_->check(!with_nobody || !interaction.session, "I08",
                   "{} is led by a flow, and is over or with an agent", name);
}

void BelongingWatch::check_callback(const Callback& callback) {
  const Named name = name_of("callback", callback.id);
  const ConversationRecord* record = mirror_->find(callback.conversation);
  const bool open = callback.state == CallbackState::open;
  const bool listed = record != nullptr && has(record->callbacks, callback.id);
  findings_->check(open == listed, "I08", "{} is open and not listed, or the other way", name);
  const Configuration* config = mirror_->configuration();
  findings_->check(config == nullptr || callback.attempts.size() <= config->callbacks.attempts,
                   "I27", "{} is tried more often than was planned", name);
  if (!open || record == nullptr) return;
  findings_->check(record->contact == callback.contact, "I08",
                   "{} is promised to contact {}, and its conversation is {}'s", name,
                   callback.contact.value(), record->contact.value());
  const bool tried =
      !callback.attempts.empty() && callback.attempts.back().result == AttemptResult::none;
  const Interaction* call = tried ? mirror_->find(callback.attempts.back().interaction) : nullptr;
  const bool under_way = call != nullptr && call->state != InteractionState::ended;
  const bool comes = callback.not_before || mirror_->find(callback.work) != nullptr;
  findings_->check(tried ? under_way : comes, "I40", "{} is promised, and never comes up", name);
}

void BelongingWatch::check_work(const WorkRecord& work) {
  const Named name = name_of("work", work.id);
  const bool waits = work.state == WorkState::queued || work.state == WorkState::offered;
  findings_->check(!waits || work.preference != Preference::only || work.preference_until, "I19",
                   "{} is kept for one agent for ever", name);
  if (work.kind == WorkKind::verification && work.state != WorkState::wrap_up) {
    const CaseRecord* matter = mirror_->find(CaseId(work.subject));
    findings_->check(matter != nullptr && matter->verification == work.id, "I15",
                     "{} is about a reply that nobody asks about", name);
  }
  if (work.kind == WorkKind::callback && waits) {
    const Callback* callback = mirror_->find(CallbackId(work.subject));
    findings_->check(callback != nullptr && callback->work == work.id, "I15",
                     "{} is about a promise that does not know it", name);
  }
}

// --- what must hold now and then -----------------------------------------------------------------
void BelongingWatch::erased(ContactId id) {
  const ContactRecord& contact = *mirror_->find(id);
  const auto gone = [&](bool holds, std::string_view what) {
    findings_->check(holds, "I36", "{} of contact {} is left, who was erased", what, id.value());
  };
  gone(contact.erased_at && contact.name.empty() && contact.identities.empty() &&
           contact.attributes.empty(),
       "the name");
  for (const auto& [key, identity] : mirror_->identities) gone(!uses(identity, id), "an address");
  std::set<ConversationId> theirs;
  for (const auto& [key, record] : mirror_->conversations) {
    if (record.contact != id) continue;
    theirs.insert(record.id);
    gone(record.reaches.empty() && record.purged == record.entries, "a conversation");
  }
  for (const auto& [key, note] : mirror_->notes)
    gone(!theirs.contains(note.conversation), "a note");
  for (const auto& [key, closure] : mirror_->closures) {
    gone(!theirs.contains(closure.conversation) || closure.description.empty(), "a closing");
  }
  for (const auto& [key, one] : mirror_->interactions) {
    gone(!theirs.contains(one.conversation) || (one.remote.empty() && one.call.empty()),
         "an interaction");
  }
  for (const auto& [key, callback] : mirror_->callbacks) {
    const bool of_them = callback.contact == id || theirs.contains(callback.conversation);
    gone(!of_them || (callback.number.empty() && !callback.message), "a promise");
  }
  for (const auto& [key, matter] : mirror_->cases) {
    gone(matter.contact != id || matter.fields.empty(), "a case");
  }
}

void BelongingWatch::quiet(Timestamp now) {
  const auto over = [&](const std::optional<Timestamp>& at) { return at && *at <= now; };
  for (const auto& [key, one] : mirror_->interactions) {
    if (one.state == InteractionState::ended) continue;
    findings_->check(!over(one.look_up_until) && !over(one.told_by), "I40",
                     "{} waits past its time", name_of("interaction", one.id));
  }
  for (const auto& [key, callback] : mirror_->callbacks) {
    if (callback.state != CallbackState::open) continue;
    findings_->check(!over(callback.not_before) && !over(callback.promised_until), "I40",
                     "{} waits past its time", name_of("callback", callback.id));
  }
  check_counts();
}

void BelongingWatch::check_counts() {
  if (mirror_->clocks.empty()) return;
  std::uint64_t places = 0;
  for (const auto& [key, work] : mirror_->works) places += work.state != WorkState::wrap_up;
  for (const auto& [key, one] : mirror_->interactions) {
    using enum InteractionState;
    places += !one.work && (one.state == arriving || one.state == in_flow);
  }
  for (const auto& [key, callback] : mirror_->callbacks) {
    places += callback.state == CallbackState::open && !callback.work;
  }
  findings_->check(places == mirror_->clocks.begin()->second.places, "I08",
                   "{} places are taken, and {} are counted", places,
                   mirror_->clocks.begin()->second.places);
  std::map<std::pair<CaseTypeName, CaseStatusName>, std::uint64_t> cases;
  for (const auto& [key, matter] : mirror_->cases) ++cases[{matter.type, matter.status}];
  for (const auto& [of, many] : cases) {
    findings_->check(mirror_->counted(of.first, of.second) == many, "I08",
                     "cases with the status {} are miscounted", of.second.text());
  }
}

}  // namespace novelo::testing
