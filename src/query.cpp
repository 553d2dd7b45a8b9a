#include "novelo/query.hpp"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/body.hpp"
#include "engine/search.hpp"
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

// What a question came to. One at which the store, or memory, throws has changed nothing: the
// engine goes on.
template <class Body, class Question>
auto ask(Body& body, Question question) -> decltype(question(body.tables())) {
  if (auto ready = body.ready(); !ready) return fail(ready.error());
  try {
    return question(body.tables());
  } catch (const CutShort& cut) {
    return fail(cut.why());
  } catch (const std::exception& exception) {
    return fail(thrown(exception.what()));
  } catch (...) {
    return fail(thrown("something unknown"));
  }
}

// A copy of a record, or why there is none.
template <class T>
Result<T> copy(const T* record, std::string_view what, std::uint64_t id) {
  if (record == nullptr) return fail(not_found(what, id));
  return *record;
}

Result<ConversationRecord> conversation_in(Tables& tables, ConversationId id) {
  return copy(tables.conversations.find(tables.key(id)), "conversation", id.value());
}

template <class Rows>
auto values_of(Rows rows) {
  std::vector<decltype(rows.front().second)> values;
  for (auto& row : rows) values.push_back(std::move(row.second));
  return values;
}

// A page of what a conversation has in a table, by number, above `after`.
template <class T, Table table>
Result<std::vector<T>> page_of(Tables& tables, Records<T, table>& records, ConversationId id,
                               std::uint64_t after, std::size_t limit) {
  if (auto known = conversation_in(tables, id); !known) return fail(known.error());
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  return values_of(records.scan(behind(tables.key(id, after)), tables.key().id(id).end(), limit,
                                Order::ascending));
}

// A page of all the records of a table, by id, above `after`.
template <class T, Table table, class IdType>
Result<std::vector<T>> page_of(Tables& tables, Records<T, table>& records, IdType after,
                               std::size_t limit) {
  if (auto checked = check_limit(limit); !checked) return fail(checked.error());
  return values_of(
      records.scan(behind(tables.key(after)), tables.key().end(), limit, Order::ascending));
}

}  // namespace

Result<ContactRecord> Query::contact(ContactId id) const {
  return ask(*engine_->body_, [&](Tables& tables) {
    return copy(tables.contacts.find(tables.key(id)), "contact", id.value());
  });
}

Result<std::vector<ContactId>> Query::contacts_at(const Address& address,
                                                  const DialPlan& plan) const {
  using Found = std::vector<ContactId>;
  return ask(*engine_->body_, [&](Tables& tables) -> Result<Found> {
    auto plain = normalise(address, plan);
    if (!plain) return fail(plain.error());
    Found found;
    for (const Identity& identity : identities_at(tables, *plain)) {
      found.push_back(identity.holder);
      found.insert(found.end(), identity.members.begin(), identity.members.end());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  });
}

Result<ConversationRecord> Query::conversation(ConversationId id) const {
  return ask(*engine_->body_, [&](Tables& tables) { return conversation_in(tables, id); });
}

Result<std::vector<ConversationRecord>> Query::conversations(ConversationId after,
                                                             std::size_t limit) const {
  return ask(*engine_->body_,
             [&](Tables& tables) { return page_of(tables, tables.conversations, after, limit); });
}

Result<std::vector<ConversationRecord>> Query::conversations_of(ContactId contact,
                                                                ConversationId before,
                                                                std::size_t limit) const {
  using Found = std::vector<ConversationRecord>;
  return ask(*engine_->body_, [&](Tables& tables) -> Result<Found> {
    if (auto checked = check_limit(limit); !checked) return fail(checked.error());
    const Key prefix = tables.key().id(contact);
    const std::string to = before ? tables.key(contact, before) : prefix.end();
    Found found;
    for (const auto& row :
         tables.contact_conversations.scan(prefix.bytes(), to, limit, Order::descending)) {
      auto conversation = conversation_in(tables, ConversationId(row.second.id));
      if (!conversation) return fail(conversation.error());
      found.push_back(std::move(*conversation));
    }
    return found;
  });
}

Result<std::vector<Entry>> Query::timeline(ConversationId id, std::uint64_t after,
                                           std::size_t limit) const {
  return ask(*engine_->body_,
             [&](Tables& tables) { return page_of(tables, tables.entries, id, after, limit); });
}

Result<Page<ConversationRecord>> Query::find_conversations(const ConversationFilter& filter,
                                                           const Part& part) const {
  return ask(*engine_->body_, [&](Tables& tables) { return find(tables, filter, part); });
}

Result<std::vector<Entry>> Query::timeline_before(ConversationId id, std::uint64_t before,
                                                  std::size_t limit) const {
  using Entries = std::vector<Entry>;
  return ask(*engine_->body_, [&](Tables& tables) -> Result<Entries> {
    const auto known = conversation_in(tables, id);
    if (!known) return fail(known.error());
    const std::uint64_t end = before == 0 ? known->entries + 1 : before;
    const std::uint64_t last = std::min(end, known->entries + 1) - 1;
    const std::uint64_t after = last > limit ? last - limit : 0;
    auto entries = page_of(tables, tables.entries, id, after, limit);
    if (entries) std::erase_if(*entries, [end](const Entry& e) { return e.sequence >= end; });
    return entries;
  });
}

namespace {

// How many entries of the customer's view are gone.
std::uint64_t gone_from_view(Tables& tables, const ConversationRecord& conversation) {
  if (conversation.purged == 0) return 0;
  const Entry* first = tables.entries.find(tables.key(conversation.id, conversation.purged + 1));
  if (first == nullptr) return conversation.customer_entries;
  return first->customer_entries - (first->customer_sequence != 0 ? 1 : 0);
}

// The sequence of the first entry by which the customer's view has more than `after` entries; one
// behind the last when there is none. Each entry knows how many there are up to it.
std::uint64_t place_in_view(Tables& tables, const ConversationRecord& conversation,
                            std::uint64_t after) {
  if (after >= conversation.customer_entries) return conversation.entries + 1;
  // An entry of the view is never before its place in it.
  std::uint64_t low = std::max(after, conversation.purged) + 1;
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
  using View = std::vector<CustomerEntry>;
  return ask(*engine_->body_, [&](Tables& tables) -> Result<View> {
    constexpr std::size_t page = 64;  // then past what is between: a run of events costs a look-up
    if (auto checked = check_limit(limit); !checked) return fail(checked.error());
    const auto known = conversation_in(tables, id);
    if (!known) return fail(known.error());
    const std::string end = tables.key().id(id).end();
    View view;
    std::uint64_t last = std::max(after, gone_from_view(tables, *known));
    while (view.size() < limit) {
      const std::uint64_t place = place_in_view(tables, *known, last);
      const auto rows = tables.entries.scan(tables.key(id, place), end, page, Order::ascending);
      for (const auto& [key, entry] : rows) {
        if (entry.customer_sequence == 0 || view.size() == limit) continue;
        last = entry.customer_sequence;
        view.push_back(
            {last, entry.at, entry.direction, entry.author, entry.channel, entry.content});
      }
      if (rows.empty()) break;
    }
    return view;
  });
}

Result<std::vector<Note>> Query::notes(ConversationId id, NoteId after, std::size_t limit) const {
  return ask(*engine_->body_, [&](Tables& tables) {
    return page_of(tables, tables.notes, id, after.value(), limit);
  });
}

Result<std::vector<Closure>> Query::closures(ConversationId id, std::uint32_t after,
                                             std::size_t limit) const {
  return ask(*engine_->body_,
             [&](Tables& tables) { return page_of(tables, tables.closures, id, after, limit); });
}

Result<Interaction> Query::interaction(InteractionId id) const {
  return ask(*engine_->body_, [&](Tables& tables) {
    return copy(tables.interactions.find(tables.key(id)), "interaction", id.value());
  });
}

Result<CaseRecord> Query::case_of(CaseId id) const {
  return ask(*engine_->body_, [&](Tables& tables) {
    return copy(tables.cases.find(tables.key(id)), "case", id.value());
  });
}

Result<CaseId> Query::case_by_protocol(std::string_view protocol) const {
  return ask(*engine_->body_, [&](Tables& tables) -> Result<CaseId> {
    const Pointer* found = tables.protocols.find(tables.text_key(plain_protocol(protocol)));
    if (found != nullptr) return CaseId(found->id);
    return fail({ErrorCode::not_found, "unknown_protocol", "no case has this protocol number",
                 "protocol", "check the number"});
  });
}

Result<Page<CaseRecord>> Query::find_cases(const CaseFilter& filter, const Part& part) const {
  return ask(*engine_->body_, [&](Tables& tables) { return find(tables, filter, part); });
}

Result<Page<Callback>> Query::find_callbacks(const CallbackFilter& filter, const Part& part) const {
  return ask(*engine_->body_, [&](Tables& tables) { return find(tables, filter, part); });
}

Result<Callback> Query::callback(CallbackId id) const {
  return ask(*engine_->body_, [&](Tables& tables) {
    return copy(tables.callbacks.find(tables.key(id)), "callback", id.value());
  });
}

Result<Survey> Query::survey(SurveyId id) const {
  return ask(*engine_->body_, [&](Tables& tables) {
    return copy(tables.surveys.find(tables.key(id)), "survey", id.value());
  });
}

Result<WorkRecord> Query::work(WorkId id) const {
  return ask(*engine_->body_,
             [&](Tables&) { return copy(engine_->body_->router().work(id), "work", id.value()); });
}

Result<RouterPlace> Query::place(WorkId id) const {
  return ask(*engine_->body_, [&](Tables&) { return engine_->body_->router().place(id); });
}

Result<RouterExplanation> Query::explain(WorkId id) const {
  return ask(*engine_->body_, [&](Tables&) { return engine_->body_->router().explain(id); });
}

Result<std::uint64_t> Query::configuration() const {
  return ask(*engine_->body_, [&](Tables& tables) -> Result<std::uint64_t> {
    const EngineClock* clock = tables.clock.find(tables.clock_key());
    return clock == nullptr ? 0 : clock->configuration;
  });
}

namespace {

Result<std::string> document_of(Tables& tables, std::uint64_t version) {
  const auto* stored = tables.configurations.find(tables.key().number(version).bytes());
  if (stored == nullptr) return fail(not_found("configuration", version));
  return stored->json;
}

}  // namespace

Result<std::string> Query::configuration_document(std::uint64_t version) const {
  return ask(*engine_->body_, [&](Tables& tables) { return document_of(tables, version); });
}

Result<ConfigurationPlan> Query::plan(std::string_view json) const {
  const auto version = configuration();
  if (!version) return fail(version.error());
  return ask(*engine_->body_, [&](Tables& tables) -> Result<ConfigurationPlan> {
    const std::string next(json);
    if (auto possible = engine_->body_->try_configuration(next); !possible) {
      return fail(possible.error());
    }
    ConfigurationPlan plan{*version, {}};
    std::string now = "{}";
    if (*version != 0) {
      auto stored = document_of(tables, *version);
      if (!stored) return fail(stored.error());
      now = std::move(*stored);
    }
    auto differences = difference(now, next, engine_->body_->limits().json_depth);
    if (!differences) return fail(differences.error());
    plan.differences = std::move(*differences);
    return plan;
  });
}

Result<std::vector<Trace>> Query::trace_of(std::string_view input, std::size_t limit) const {
  using Traces = std::vector<Trace>;
  return ask(*engine_->body_, [&](Tables&) -> Result<Traces> {
    if (auto checked = check_limit(limit); !checked) return fail(checked.error());
    if (input.empty()) {
      return fail({ErrorCode::invalid, "no_input", "a trace is of an input or of an effect",
                   "input", "give the id of one of them"});
    }
    return engine_->body_->witness().of(input, limit);
  });
}

Result<std::vector<Trace>> Query::trace_of(EffectId effect, std::size_t limit) const {
  using Traces = std::vector<Trace>;
  return ask(*engine_->body_, [&](Tables&) -> Result<Traces> {
    if (auto checked = check_limit(limit); !checked) return fail(checked.error());
    return engine_->body_->witness().of(effect, limit);
  });
}

Result<AgentRecord> Query::agent(const AgentName& name) const {
  return ask(*engine_->body_, [&](Tables&) -> Result<AgentRecord> {
    if (const AgentRecord* found = engine_->body_->router().agent(name)) return *found;
    return fail({ErrorCode::not_found, "unknown_agent", "there is no such agent",
                 fmt::format("agent {}", name.text()), "name an agent of the configuration"});
  });
}

Result<std::vector<AgentRecord>> Query::agents(const AgentName& after, std::size_t limit) const {
  using Agents = std::vector<AgentRecord>;
  return ask(*engine_->body_, [&](Tables&) -> Result<Agents> {
    if (auto checked = check_limit(limit); !checked) return fail(checked.error());
    return engine_->body_->router().agents(after, limit);
  });
}

Result<std::vector<RouterQueueState>> Query::queues() const {
  using States = std::vector<RouterQueueState>;
  return ask(*engine_->body_,
             [&](Tables&) -> Result<States> { return engine_->body_->router().queues(); });
}

namespace {

// Where a line of waiting work goes on: "<place in microseconds>.<work>".
Result<RouterWaiting> place_of(const Cursor& cursor) {
  if (cursor.empty()) return RouterWaiting{};
  const std::size_t dot = std::min(cursor.text().find('.'), cursor.text().size());
  const auto place = number_of(Cursor(cursor.text().substr(0, dot)));
  const auto work =
      number_of(Cursor(cursor.text().substr(std::min(dot + 1, cursor.text().size()))));
  if (!place) return fail(place.error());
  if (!work) return fail(work.error());
  return RouterWaiting{Timestamp(Duration(static_cast<std::int64_t>(*place))), WorkId(*work)};
}

}  // namespace

Result<Page<WorkRecord>> Query::waiting(const QueueName& queue, const Part& part) const {
  return ask(*engine_->body_, [&](Tables&) -> Result<Page<WorkRecord>> {
    if (auto checked = check(part); !checked) return fail(checked.error());
    const auto after = place_of(part.after);
    if (!after) return fail(after.error());
    const Router& router = engine_->body_->router();
    const auto places = router.waiting(queue, *after, part.limit + 1);
    if (!places) return fail(places.error());
    Page<WorkRecord> page;
    for (const RouterWaiting& at : *places) {
      if (page.items.size() == part.limit) {
        const RouterWaiting& last = (*places)[part.limit - 1];
        page.next =
            Cursor(fmt::format("{}.{}", last.place.time_since_epoch().count(), last.work.value()));
        break;
      }
      page.items.push_back(*router.work(at.work));
    }
    return page;
  });
}

Result<Changes> Query::changes_since(const ChangeCursor& cursor, std::size_t limit) const {
  return ask(*engine_->body_, [&](Tables&) -> Result<Changes> {
    if (auto checked = check_limit(limit); !checked) return fail(checked.error());
    return engine_->body_->changes().since(cursor, limit);
  });
}

Result<std::vector<WorkId>> Query::works_of(const AgentName& name) const {
  using Works = std::vector<WorkId>;
  return ask(*engine_->body_,
             [&](Tables&) -> Result<Works> { return engine_->body_->router().works_of(name); });
}

Result<std::vector<Effect>> Query::unsettled(EffectId after, std::size_t limit) const {
  return ask(*engine_->body_,
             [&](Tables& tables) { return page_of(tables, tables.effects, after, limit); });
}

Result<std::vector<HeldSend>> Query::held(EffectId after, std::size_t limit) const {
  using Held = std::vector<HeldSend>;
  return ask(*engine_->body_, [&](Tables& tables) -> Result<Held> {
    if (auto checked = check_limit(limit); !checked) return fail(checked.error());
    const Outbox& outbox = engine_->body_->outbox();
    Held found;
    for (const EffectId id : outbox.held(after, limit)) {
      const Effect* effect = tables.effects.find(tables.key(id));
      if (effect != nullptr) found.push_back({*effect, outbox.behind(id)});
    }
    return found;
  });
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
  using Found = std::vector<Quarantined>;
  return ask(*engine_->body_, [&](Tables& tables) -> Result<Found> {
    auto rows = page_of(tables, tables.quarantine, after, limit);
    if (!rows) return fail(rows.error());
    Found found;
    for (QuarantineRow& row : *rows) {
      const QuarantineSeen* seen = tables.quarantine_seen.find(tables.text_key(row.digest));
      found.push_back(
          quarantined(std::move(row), seen != nullptr ? *seen : QuarantineSeen{row.id, 1, row.at}));
    }
    return found;
  });
}

}  // namespace novelo
