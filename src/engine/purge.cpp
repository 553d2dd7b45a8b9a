// Purging: what was said goes, that something was said stays. Records that others name by id are
// emptied and kept; entries, notes and what is found by them are erased.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/cases.hpp"
#include "engine/decide.hpp"
#include "engine/listings.hpp"

namespace novelo {

namespace {

constexpr std::size_t rows_at_a_time = 256;

// Whether a provider's id is forgotten with its message, or remembered without it.
enum class Seen : std::uint8_t {
  forget,  // it is old: nobody sends it again
  keep,    // its digest alone stays: sent again, the message must not come back
};

// The id in an entry's details; 0 when there is none.
std::uint64_t id_in(const Value::Map& details, std::string_view name) {
  const auto found = details.find(name);
  const std::string* text = found != details.end() ? found->second.as_text() : nullptr;
  std::uint64_t id = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), id);
  return id;
}

// The connections or entry points under which there are correlations of a kind, whatever the
// configuration was when they were made.
std::vector<std::string> scopes_of(Turn& turn, CorrelationKind kind) {
  Key all = turn.tables.key();
  all.byte(static_cast<std::uint8_t>(kind));
  std::vector<std::string> scopes;
  for (std::string from = all.bytes();;) {
    const auto rows = turn.tables.correlations.scan(from, all.end(), 1, Order::ascending);
    if (rows.empty()) return scopes;
    const std::string_view rest = std::string_view(rows.front().first).substr(all.bytes().size());
    scopes.emplace_back(rest.substr(0, rest.find('\0')));
    from = Key(all).text(scopes.back()).end();
  }
}

// Takes content away, up to a ceiling of rows, and counts.
class Cleaner {
 public:
  Cleaner(Turn& turn, Seen seen)
      : turn_(turn),
        seen_(seen),
        most_(std::max<std::size_t>(turn.options.limits.purge_entries, 1)),
        receipts_from_(scopes_of(turn, CorrelationKind::outbound)),
        calls_from_(scopes_of(turn, CorrelationKind::call)) {}

  bool is_full() const { return rows_ >= most_; }
  std::size_t most() const { return most_; }
  std::uint64_t entries() const { return entries_; }
  std::uint64_t conversations() const { return conversations_; }

  // False when something of the conversation is left for another time.
  bool take(const ConversationRecord& conversation) {
    const std::size_t before = rows_;
    take_entries(conversation);
    take_notes(conversation.id);
    if (is_full() && has_more(conversation.id)) return false;
    ConversationRecord empty = turn_.get(conversation.id);
    empty.reaches.clear();
    empty.kept_place.reset();
    if (empty != turn_.get(conversation.id)) turn_.edit(conversation) = std::move(empty);
    if (rows_ > before) ++conversations_;
    return true;
  }

  // What a case is about; its number, type, status and times stay.
  void empty_case(const CaseRecord& matter) {
    CaseRecord empty = matter;
    empty.category.clear();
    empty.fields.clear();
    empty.informed.clear();
    for (CaseMail& mail : empty.mails) mail.message_id.clear();
    if (empty == matter) return;
    turn_.edit(matter) = std::move(empty);
    ++rows_;
  }

  void empty_callback(const Callback& callback) {
    if (callback.state == CallbackState::open) return;
    if (callback.number.empty() && !callback.message) return;
    Callback& changed = turn_.edit(callback);
    changed.number = {};
    changed.message.reset();
    ++rows_;
  }

  void count_row() { ++rows_; }

 private:
  std::size_t page() const { return std::min(rows_at_a_time, most_ - rows_); }

  void take_entries(const ConversationRecord& conversation) {
    const std::string end = turn_.tables.key().id(conversation.id).end();
    std::uint64_t last = conversation.purged;
    while (last < conversation.entries && !is_full()) {
      const auto rows = turn_.tables.entries.scan(turn_.tables.key(conversation.id, last + 1), end,
                                                  page(), Order::ascending);
      for (const auto& [key, entry] : rows) {
        take_what_belongs_to(entry);
        turn_.tables.entries.erase(key);
        last = entry.sequence;
        ++entries_;
        ++rows_;
      }
      if (rows.empty()) last = conversation.entries;
    }
    if (last != conversation.purged) turn_.edit(conversation).purged = last;
  }

  void take_notes(ConversationId id) {
    const Key all = turn_.tables.key().id(id);
    while (!is_full()) {
      const auto rows = turn_.tables.notes.scan(all.bytes(), all.end(), page(), Order::ascending);
      for (const auto& row : rows) turn_.tables.notes.erase(row.first);
      rows_ += rows.size();
      if (rows.empty()) return;
    }
  }

  bool has_more(ConversationId id) {
    const ConversationRecord conversation = turn_.get(id);
    if (conversation.purged < conversation.entries) return true;
    const Key notes = turn_.tables.key().id(id);
    return !turn_.tables.notes.scan(notes.bytes(), notes.end(), 1, Order::ascending).empty();
  }

  void take_what_belongs_to(const Entry& entry) {
    forget_keys(entry);
    empty_interaction(entry.interaction, entry.conversation);
    if (const CallbackId id{id_in(entry.details, "callback")}) {
      const Callback* callback = turn_.tables.callbacks.find(turn_.tables.key(id));
      const bool here = callback != nullptr && callback->conversation == entry.conversation;
      if (here) empty_callback(Callback(*callback));
    }
    if (const SurveyId id{id_in(entry.details, "survey")}) empty_survey(id);
    if (entry.event == EventKind::closed) empty_closure(entry);
  }

  // By what it is found again: what its provider called it, what it answers to.
  void forget_keys(const Entry& entry) {
    Tables& tables = turn_.tables;
    if (entry.type == EntryType::call) {
      for (const std::string& scope : calls_from_) forget_call(scope, entry);
    } else if (entry.direction == Direction::outbound) {
      const std::string effect = std::to_string(entry.effect.value());
      tables.correlations.erase(tables.key(CorrelationKind::effect, "", effect));
      tables.correlations.erase(tables.key(CorrelationKind::reply, "", effect));
      if (entry.content.mail) {
        const std::string& id = entry.content.mail->message_id;
        tables.correlations.erase(tables.key(CorrelationKind::mail, "", id));
      }
      for (const std::string& scope : receipts_from_) forget_receipts(scope, entry);
    } else if (entry.type == EntryType::message && seen_ == Seen::forget) {
      const std::string& at = entry.entry_point.text();
      tables.correlations.erase(seen_key(turn_, at, "message", entry.provider_id));
    }
  }

  void forget_receipts(const std::string& scope, const Entry& entry) {
    if (entry.provider_id.empty()) return;
    const std::string key = turn_.tables.key(CorrelationKind::outbound, scope, entry.provider_id);
    const Correlation* known = turn_.tables.correlations.find(key);
    const bool its_own = known != nullptr && known->conversation == entry.conversation &&
                         known->entry == entry.sequence;
    if (its_own) turn_.tables.correlations.erase(key);
  }

  // A call that went on in another conversation is found by the entry that it has there.
  void forget_call(const std::string& scope, const Entry& entry) {
    const std::string key = turn_.tables.key(CorrelationKind::call, scope, entry.provider_id);
    const Correlation* known = turn_.tables.correlations.find(key);
    if (known == nullptr || known->interaction != entry.interaction) return;
    if (turn_.get(entry.interaction).conversation != entry.conversation) return;
    turn_.tables.correlations.erase(key);
  }

  void empty_interaction(InteractionId id, ConversationId conversation) {
    if (!id || emptied_.contains(id)) return;
    const Interaction* found = turn_.tables.interactions.find(turn_.tables.key(id));
    if (found == nullptr || found->conversation != conversation) return;  // it went on elsewhere
    if (found->state != InteractionState::ended) return;
    emptied_.insert(id);
    Interaction& changed = turn_.edit(id);
    changed.remote = {};
    changed.dialled.clear();
    changed.call.clear();
    const Key steps = turn_.tables.key().id(id);
    for (std::string from = steps.bytes();;) {
      auto rows = turn_.tables.segments.scan(from, steps.end(), rows_at_a_time, Order::ascending);
      for (auto& [key, segment] : rows) {
        if (segment.operand.empty()) continue;
        segment.operand.clear();
        turn_.tables.segments.put(key, std::move(segment));
      }
      if (rows.size() < rows_at_a_time) return;
      from = behind(rows.back().first);
    }
  }

  // Nothing more is to be said in answer to it.
  void empty_survey(SurveyId id) {
    const std::string key = turn_.tables.key(id);
    if (turn_.tables.surveys.find(key) == nullptr) return;
    Survey& survey = turn_.tables.surveys.edit(key);
    survey.comment.clear();
    survey.until = std::min(survey.until, turn_.now);
  }

  void empty_closure(const Entry& entry) {
    const auto number = entry.details.find("closure");
    const std::int64_t* which = number != entry.details.end() ? number->second.as_int() : nullptr;
    if (which == nullptr) return;
    const std::string key =
        turn_.tables.key(entry.conversation, static_cast<std::uint64_t>(*which));
    if (turn_.tables.closures.find(key) == nullptr) return;
    Closure& closure = turn_.tables.closures.edit(key);
    closure.qualification.clear();
    closure.description.clear();
    closure.disposition.clear();
  }

  Turn& turn_;
  Seen seen_;
  std::size_t most_;
  std::vector<std::string> receipts_from_;
  std::vector<std::string> calls_from_;
  std::set<InteractionId> emptied_;
  std::size_t rows_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t conversations_ = 0;
};

Status check_from_systems(const AgentName& actor) {
  if (actor.empty()) return {};
  return fail(refused("not_an_agents", "agents do not take data away", {},
                      "send it from the business's own systems"));
}

void tell(Turn& turn, const Cleaner& cleaner) {
  turn.outcome.details["conversations"] = Value(static_cast<std::int64_t>(cleaner.conversations()));
  turn.outcome.details["entries"] = Value(static_cast<std::int64_t>(cleaner.entries()));
}

// Nothing more is to come of it: no status, no verification, no answer of another system.
bool is_over(Turn& turn, const CaseRecord& matter) {
  const StatusConfig* status = status_of(turn, matter);
  const bool ended = status == nullptr || status->category == StatusCategory::resolved ||
                     status->category == StatusCategory::final;
  return ended && turn.router->work(matter.verification) == nullptr &&
         !turn.outbox.has_any_of(matter.conversation);
}

// Whether a survey that the conversation was sent may still be answered.
bool awaits_answer(Turn& turn, const ConversationRecord& conversation) {
  constexpr std::size_t closings_looked_at = 20;
  const auto open = [&](SurveyId id) {
    const Survey* survey = id ? turn.tables.surveys.find(turn.tables.key(id)) : nullptr;
    return survey != nullptr && survey->until > turn.now;
  };
  if (open(conversation.survey)) return true;
  const Key all = turn.tables.key().id(conversation.id);
  const auto closings =
      turn.tables.closures.scan(all.bytes(), all.end(), closings_looked_at, Order::descending);
  return std::any_of(closings.begin(), closings.end(),
                     [&](const auto& closing) { return open(closing.second.survey); });
}

bool may_go(Turn& turn, const ConversationRecord& conversation, Timestamp before) {
  if (conversation.status != ConversationStatus::closed) return false;
  if (!conversation.closed_at || *conversation.closed_at >= before) return false;
  if (!conversation.live.empty() || !conversation.callbacks.empty()) return false;
  if (turn.outbox.has_any_of(conversation.id) || awaits_answer(turn, conversation)) return false;
  return std::all_of(conversation.cases.begin(), conversation.cases.end(), [&](CaseId id) {
    const CaseRecord matter = turn.get(id);
    return is_over(turn, matter) && (!matter.resolved_at || *matter.resolved_at < before);
  });
}

// A conversation with the cases that were opened in it. False when something is left.
bool purge(Turn& turn, Cleaner& cleaner, const ConversationRecord& conversation) {
  for (const CaseId id : conversation.cases) {
    if (cleaner.is_full()) return false;
    const CaseRecord matter = turn.get(id);
    if (matter.conversation == conversation.id) cleaner.empty_case(matter);
  }
  return cleaner.take(conversation);
}

// Where the next command goes on; nothing at the end.
std::optional<ConversationId> purge_all(Turn& turn, Cleaner& cleaner, const Purge& command) {
  ConversationId last = command.after;
  std::size_t looked = 0;
  for (;;) {
    const std::size_t page = std::min(rows_at_a_time, cleaner.most() - looked);
    const auto rows = turn.tables.conversations.scan(
        behind(turn.tables.key(last)), turn.tables.key().end(), page + 1, Order::ascending);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const ConversationRecord& conversation = rows[i].second;
      // They are in the order of their beginning: nobody closed one before it began.
      if (conversation.opened_at >= command.before) return std::nullopt;
      if (looked == cleaner.most() || cleaner.is_full()) return last;
      if (i == page) break;
      if (may_go(turn, conversation, command.before) && !purge(turn, cleaner, conversation)) {
        return last;
      }
      last = conversation.id;
      ++looked;
    }
    if (rows.size() <= page) return std::nullopt;
  }
}

}  // namespace

Status decide(Turn& turn, const AgentName& actor, const Purge& command) {
  if (auto may = check_from_systems(actor); !may) return may;
  if (command.before > turn.now) {
    return fail({ErrorCode::invalid, "bad_time", "nothing was closed before a time to come",
                 "before", "give a time that has passed"});
  }
  Cleaner cleaner(turn, Seen::forget);
  const auto next = purge_all(turn, cleaner, command);
  tell(turn, cleaner);
  if (next) turn.outcome.details["next"] = id_value(*next);
  return {};
}

namespace {

Status check_quiet(const Turn& turn, ConversationId id) {
  if (!turn.outbox.has_any_of(id)) return {};
  return fail(refused("effect_unsettled", "something is still to be done in a conversation",
                      fmt::format("conversation {}", id.value()),
                      "settle what was handed out, and decide what is held"));
}

Status check_over(Turn& turn, const ConversationRecord& conversation) {
  const std::string subject = fmt::format("conversation {}", conversation.id.value());
  if (!conversation.callbacks.empty()) {
    return fail(refused("callback_open", "a call was promised and not made", subject,
                        "place it or cancel it first"));
  }
  if (conversation.status != ConversationStatus::closed || !conversation.live.empty()) {
    return fail(refused("conversation_open", "the contact is being served", subject,
                        "close the conversation first"));
  }
  return check_quiet(turn, conversation.id);
}

Status check_over(Turn& turn, const CaseRecord& matter) {
  if (is_over(turn, matter)) return {};
  if (auto quiet = check_quiet(turn, matter.conversation); !quiet) return quiet;
  return fail(refused("case_open", "a case of the contact's is not resolved",
                      fmt::format("case {}", matter.id.value()), "bring it to its end first"));
}

// One contact's data, wherever it stands.
class Erasure {
 public:
  Erasure(Turn& turn, ContactId contact)
      : turn_(turn), contact_(contact), cleaner_(turn, Seen::keep) {}

  // Nothing of theirs is under way. Of very many conversations the newest are looked at; the others
  // when it is their turn.
  Status check() {
    const Key open = turn_.tables.key().id(contact_);
    for (const auto& row :
         turn_.tables.open_conversations.scan(open.bytes(), open.end(), 1, Order::ascending)) {
      const auto over = check_over(turn_, turn_.get(ConversationId(row.second.id)));
      if (!over) return over;
    }
    for (const auto& row : turn_.tables.contact_conversations.scan(
             open.bytes(), open.end(), cleaner_.most(), Order::descending)) {
      const auto over = check_over(turn_, turn_.get(ConversationId(row.second.id)));
      if (!over) return over;
    }
    const Key cases = list_of_case_contact(turn_.tables, contact_);
    for (const auto& row : turn_.tables.listings.scan(cases.bytes(), cases.end(), cleaner_.most(),
                                                      Order::descending)) {
      const auto over = check_over(turn_, turn_.get(CaseId(last_number(row.first))));
      if (!over) return over;
    }
    return {};
  }

  // Whoever comes from one of their addresses is a stranger before the rest is gone.
  Status run() {
    forget_contact();
    done_ = forget_unlisted();
    if (auto gone = erase_conversations(); !gone) return gone;
    if (done_) done_ = erase_callbacks();
    if (auto gone = erase_cases(); !gone) return gone;
    tell(turn_, cleaner_);
    turn_.outcome.contact = contact_;
    turn_.outcome.details["done"] = Value(done_);
    if (!unresolved_.empty()) turn_.outcome.details["unresolved"] = Value(std::move(unresolved_));
    return {};
  }

 private:
  void forget_contact() {
    const std::string key = turn_.tables.key(contact_);
    const ContactRecord before = *turn_.tables.contacts.find(key);
    for (const Address& address : before.identities) leave(turn_.tables.key(address));
    ContactRecord empty;
    empty.id = before.id;
    empty.created_at = before.created_at;
    empty.erased_at = before.erased_at ? before.erased_at : turn_.now;
    if (empty != before) turn_.tables.contacts.put(key, std::move(empty));
  }

  // False when there are more.
  bool forget_unlisted() {
    const Key all = list_of_unlisted(turn_.tables, contact_);
    while (!cleaner_.is_full()) {
      const auto rows =
          turn_.tables.listings.scan(all.bytes(), all.end(), rows_at_a_time, Order::ascending);
      if (rows.empty()) return true;
      for (const auto& row : rows) {
        leave(turn_.tables.key().bytes() + row.first.substr(all.bytes().size()));
        turn_.tables.listings.erase(row.first);
        cleaner_.count_row();
      }
    }
    return false;
  }

  // The address is not theirs any more; the others who share it keep it.
  void leave(const std::string& key) {
    const Identity* known = turn_.tables.identities.find(key);
    if (known == nullptr) return;
    Identity identity = *known;
    std::erase(identity.members, contact_);
    if (identity.holder == contact_) {
      if (identity.members.empty()) return forget_address(key, identity);
      identity.holder = identity.members.front();
      identity.members.erase(identity.members.begin());
      identity.verified = false;
    }
    forget_written(identity.address, false);
    turn_.tables.identities.put(key, std::move(identity));
  }

  void forget_address(const std::string& key, const Identity& identity) {
    forget_written(identity.address, true);
    turn_.tables.identities.erase(key);
    if (!identity.unresolved || is_erased(turn_, identity.unresolved)) return;
    unresolved_.push_back(id_value(identity.unresolved));
  }

  // Who was written to last at an address: theirs, or everybody's.
  void forget_written(const Address& address, bool everybodys) {
    if (!written_from_) written_from_ = scopes_of(turn_, CorrelationKind::written);
    for (const std::string& scope : *written_from_) {
      const std::string key = turn_.tables.key(CorrelationKind::written, scope, to_string(address));
      const Correlation* last = turn_.tables.correlations.find(key);
      if (last == nullptr) continue;
      const bool theirs = turn_.get(last->conversation).contact == contact_;
      if (theirs || everybodys) turn_.tables.correlations.erase(key);
    }
  }

  Status erase_conversations() {
    const Key all = turn_.tables.key().id(contact_);
    for (std::string from = all.bytes(); done_;) {
      const auto rows = turn_.tables.contact_conversations.scan(from, all.end(), rows_at_a_time,
                                                                Order::ascending);
      for (const auto& row : rows) {
        const ConversationRecord conversation = turn_.get(ConversationId(row.second.id));
        if (auto over = check_over(turn_, conversation); !over) return over;
        if (done_) done_ = cleaner_.take(conversation);
      }
      if (rows.size() < rows_at_a_time) return {};
      from = behind(rows.back().first);
    }
    return {};
  }

  bool erase_callbacks() {
    const Key all = list_of_callback_contact(turn_.tables, contact_);
    for (std::string from = all.bytes();;) {
      const auto rows =
          turn_.tables.listings.scan(from, all.end(), rows_at_a_time, Order::ascending);
      for (const auto& row : rows) {
        if (cleaner_.is_full()) return false;
        cleaner_.empty_callback(turn_.get(CallbackId(last_number(row.first))));
      }
      if (rows.size() < rows_at_a_time) return true;
      from = behind(rows.back().first);
    }
  }

  Status erase_cases() {
    const Key all = list_of_case_contact(turn_.tables, contact_);
    for (std::string from = all.bytes(); done_;) {
      const auto rows =
          turn_.tables.listings.scan(from, all.end(), rows_at_a_time, Order::ascending);
      for (const auto& row : rows) {
        if (cleaner_.is_full()) done_ = false;
        if (!done_) return {};
        const CaseRecord matter = turn_.get(CaseId(last_number(row.first)));
        if (auto over = check_over(turn_, matter); !over) return over;
        cleaner_.empty_case(matter);
      }
      if (rows.size() < rows_at_a_time) return {};
      from = behind(rows.back().first);
    }
    return {};
  }

  Turn& turn_;
  ContactId contact_;
  Cleaner cleaner_;
  bool done_ = true;
  Value::List unresolved_;
  std::optional<std::vector<std::string>> written_from_;
};

}  // namespace

Status decide(Turn& turn, const AgentName& actor, const EraseContact& command) {
  if (auto may = check_from_systems(actor); !may) return may;
  if (turn.tables.contacts.find(turn.tables.key(command.contact)) == nullptr) {
    return fail(not_found("contact", command.contact.value()));
  }
  Erasure erasure(turn, command.contact);
  if (auto over = erasure.check(); !over) return over;
  return erasure.run();
}

}  // namespace novelo
