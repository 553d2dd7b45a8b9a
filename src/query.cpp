#include "novelo/query.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/body.hpp"
#include "novelo/rules/case.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

namespace {

constexpr std::size_t most_rows = 1000;

Status check_limit(std::size_t limit) {
  if (limit >= 1 && limit <= most_rows) return {};
  return fail({ErrorCode::invalid, "bad_limit", "a list takes 1 to 1000 rows at a time", "limit",
               "ask for fewer, and go on from the last one"});
}

// A copy of what a table has, or why there is none.
template <class T>
Result<T> copy(const Tables& tables, const T* record, std::string_view what, std::uint64_t id) {
  if (tables.fault()) return fail(*tables.fault());
  if (record == nullptr) return fail(not_found(what, id));
  return *record;
}

template <class Rows>
auto values_of(Rows rows) {
  std::vector<decltype(rows.front().second)> values;
  for (auto& row : rows) values.push_back(std::move(row.second));
  return values;
}

}  // namespace

Result<ContactRecord> Query::contact(ContactId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  Tables& tables = engine_->body_->tables();
  return copy(tables, tables.contacts.find(tables.key(id)), "contact", id.value());
}

Result<std::vector<ContactId>> Query::contacts_at(const Address& address,
                                                  const DialPlan& plan) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  auto plain = normalise(address, plan);
  if (!plain) return fail(plain.error());
  Tables& tables = engine_->body_->tables();
  std::vector<ContactId> found;
  for (const Address& spelling : variants(*plain)) {
    const Identity* identity = tables.identities.find(tables.key(spelling));
    if (identity == nullptr) continue;
    found.push_back(identity->holder);
    found.insert(found.end(), identity->members.begin(), identity->members.end());
    if (spelling == *plain) break;
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (tables.fault()) return fail(*tables.fault());
  return found;
}

Result<ConversationRecord> Query::conversation(ConversationId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  Tables& tables = engine_->body_->tables();
  return copy(tables, tables.conversations.find(tables.key(id)), "conversation", id.value());
}

Result<std::vector<ConversationRecord>> Query::conversations(ConversationId after,
                                                             std::size_t limit) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  Tables& tables = engine_->body_->tables();
  const std::string from = tables.key(ConversationId(after.value() + 1));
  auto rows = tables.conversations.scan(from, tables.key().end(), limit, Order::ascending);
  if (tables.fault()) return fail(*tables.fault());
  return values_of(std::move(rows));
}

Result<std::vector<ConversationRecord>> Query::conversations_of(ContactId contact,
                                                                ConversationId before,
                                                                std::size_t limit) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  Tables& tables = engine_->body_->tables();
  const Key prefix = tables.key().id(contact);
  const std::string to = before ? tables.key(contact, before) : prefix.end();
  std::vector<ConversationRecord> found;
  for (const auto& row :
       tables.contact_conversations.scan(prefix.bytes(), to, limit, Order::descending)) {
    auto conversation = this->conversation(ConversationId(row.second.id));
    if (!conversation) return fail(conversation.error());
    found.push_back(std::move(*conversation));
  }
  if (tables.fault()) return fail(*tables.fault());
  return found;
}

Result<std::vector<Entry>> Query::timeline(ConversationId id, std::uint64_t after,
                                           std::size_t limit) const {
  auto known = conversation(id);
  if (!known) return fail(known.error());
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  Tables& tables = engine_->body_->tables();
  const std::string from = tables.key(id, after + 1);
  auto rows = tables.entries.scan(from, tables.key().id(id).end(), limit, Order::ascending);
  if (tables.fault()) return fail(*tables.fault());
  return values_of(std::move(rows));
}

namespace {

// The sequence of the first entry by which the customer's view has more than `after` entries; one
// behind the last when there is none. Each entry knows how many there are up to it.
std::uint64_t place_in_view(Tables& tables, const ConversationRecord& conversation,
                            std::uint64_t after) {
  if (after >= conversation.customer_entries) return conversation.entries + 1;
  std::uint64_t low = after + 1;  // an entry of the view is never before its place in it
  std::uint64_t high = conversation.entries;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const Entry* entry = tables.entries.find(tables.key(conversation.id, middle));
    if (entry == nullptr) return conversation.entries + 1;
    if (entry->customer_entries > after) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

Result<std::vector<CustomerEntry>> Query::customer_view(ConversationId id, std::uint64_t after,
                                                        std::size_t limit) const {
  constexpr std::size_t page = 64;  // then past what is between: a run of events costs a look-up
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  auto known = conversation(id);
  if (!known) return fail(known.error());
  Tables& tables = engine_->body_->tables();
  const std::string end = tables.key().id(id).end();
  std::vector<CustomerEntry> view;
  std::uint64_t last = after;
  while (view.size() < limit) {
    const std::uint64_t place = place_in_view(tables, *known, last);
    const auto rows = tables.entries.scan(tables.key(id, place), end, page, Order::ascending);
    for (const auto& [key, entry] : rows) {
      if (entry.customer_sequence == 0 || view.size() == limit) continue;
      last = entry.customer_sequence;
      view.push_back({last, entry.at, entry.direction, entry.author, entry.channel, entry.content});
    }
    if (rows.empty()) break;
  }
  if (tables.fault()) return fail(*tables.fault());
  return view;
}

Result<std::vector<Note>> Query::notes(ConversationId id, std::size_t limit) const {
  auto known = conversation(id);
  if (!known) return fail(known.error());
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  Tables& tables = engine_->body_->tables();
  const Key prefix = tables.key().id(id);
  auto rows = tables.notes.scan(prefix.bytes(), prefix.end(), limit, Order::ascending);
  if (tables.fault()) return fail(*tables.fault());
  return values_of(std::move(rows));
}

Result<std::vector<Closure>> Query::closures(ConversationId id) const {
  auto known = conversation(id);
  if (!known) return fail(known.error());
  Tables& tables = engine_->body_->tables();
  const Key prefix = tables.key().id(id);
  auto rows = tables.closures.scan(prefix.bytes(), prefix.end(), most_rows, Order::ascending);
  if (tables.fault()) return fail(*tables.fault());
  return values_of(std::move(rows));
}

Result<Interaction> Query::interaction(InteractionId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  Tables& tables = engine_->body_->tables();
  return copy(tables, tables.interactions.find(tables.key(id)), "interaction", id.value());
}

Result<CaseRecord> Query::case_of(CaseId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  Tables& tables = engine_->body_->tables();
  return copy(tables, tables.cases.find(tables.key(id)), "case", id.value());
}

Result<CaseId> Query::case_by_protocol(std::string_view protocol) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  Tables& tables = engine_->body_->tables();
  const Pointer* found = tables.protocols.find(tables.text_key(plain_protocol(protocol)));
  if (tables.fault()) return fail(*tables.fault());
  if (found == nullptr) {
    return fail({ErrorCode::not_found, "unknown_protocol", "no case has this protocol number",
                 "protocol", "check the number"});
  }
  return CaseId(found->id);
}

Result<Callback> Query::callback(CallbackId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  Tables& tables = engine_->body_->tables();
  return copy(tables, tables.callbacks.find(tables.key(id)), "callback", id.value());
}

Result<Survey> Query::survey(SurveyId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  Tables& tables = engine_->body_->tables();
  return copy(tables, tables.surveys.find(tables.key(id)), "survey", id.value());
}

Result<WorkRecord> Query::work(WorkId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  return copy(engine_->body_->tables(), engine_->body_->router().work(id), "work", id.value());
}

Result<RouterPlace> Query::place(WorkId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  return engine_->body_->router().place(id);
}

Result<RouterExplanation> Query::explain(WorkId id) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  return engine_->body_->router().explain(id);
}

Result<AgentRecord> Query::agent(const AgentName& name) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  return copy(engine_->body_->tables(), engine_->body_->router().agent(name), "agent", 0);
}

Result<std::vector<WorkId>> Query::works_of(const AgentName& name) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  return engine_->body_->router().works_of(name);
}

Result<std::vector<Effect>> Query::unsettled(EffectId after, std::size_t limit) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  Tables& tables = engine_->body_->tables();
  const std::string from = tables.key(EffectId(after.value() + 1));
  auto rows = tables.effects.scan(from, tables.key().end(), limit, Order::ascending);
  if (tables.fault()) return fail(*tables.fault());
  return values_of(std::move(rows));
}

Result<std::vector<HeldSend>> Query::held(EffectId after, std::size_t limit) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  Tables& tables = engine_->body_->tables();
  const Outbox& outbox = engine_->body_->outbox();
  std::vector<HeldSend> found;
  for (const EffectId id : outbox.held(after, limit)) {
    const Effect* effect = tables.effects.find(tables.key(id));
    if (effect != nullptr) found.push_back({*effect, outbox.behind(id)});
  }
  if (tables.fault()) return fail(*tables.fault());
  return found;
}

namespace {

Quarantined quarantined(QuarantineRow row, const QuarantineSeen& seen) {
  Quarantined kept;
  kept.id = row.id;
  kept.connection = row.connection;
  kept.at = row.at;
  kept.last_at = seen.last_at;
  kept.times = seen.times;
  kept.error.reason = row.reason;
  kept.error.message = row.message;
  kept.error.subject = row.subject;
  kept.error.remedy = row.remedy;
  for (std::int32_t code = 1; code <= static_cast<std::int32_t>(ErrorCode::internal); ++code) {
    if (to_string(static_cast<ErrorCode>(code)) == row.code) {
      kept.error.code = static_cast<ErrorCode>(code);
    }
  }
  kept.request.method = row.method;
  kept.request.url = row.url;
  for (auto& [name, value] : row.headers) kept.request.headers.push_back({name, value});
  kept.request.body = std::move(row.body);
  kept.left_out = row.left_out;
  return kept;
}

}  // namespace

Result<std::vector<Quarantined>> Query::quarantine(QuarantineId after, std::size_t limit) const {
  if (auto ready = engine_->body_->ready(); !ready) return fail(ready.error());
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  Tables& tables = engine_->body_->tables();
  const std::string from = tables.key(QuarantineId(after.value() + 1));
  auto rows = tables.quarantine.scan(from, tables.key().end(), limit, Order::ascending);
  std::vector<Quarantined> found;
  for (auto& [key, row] : rows) {
    const QuarantineSeen* seen = tables.quarantine_seen.find(tables.text_key(row.digest));
    found.push_back(
        quarantined(std::move(row), seen != nullptr ? *seen : QuarantineSeen{row.id, 1, row.at}));
  }
  if (tables.fault()) return fail(*tables.fault());
  return found;
}

}  // namespace novelo
