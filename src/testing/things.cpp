#include "testing/things.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace novelo::testing {
namespace {

constexpr std::array<std::string_view, 9> kinds{"contact", "conversation", "interaction",
                                                "case",    "callback",     "survey",
                                                "work",    "place",        "agent"};
constexpr std::size_t page = 1000;

// The number of an id; 0 for anything else.
std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

Error nothing(std::string_view kind, const std::string& thing) {
  return {ErrorCode::not_found, "no_such_thing", fmt::format("There is no {} here.", kind), thing,
          ""};
}

template <class IdType>
Result<std::string> text_of(const Result<IdType>& id) {
  if (!id) return fail(id.error());
  return std::to_string(id->value());
}

template <class Record>
Result<Value> value_of(const Result<Record>& record) {
  if (!record) return fail(record.error());
  return whole(*record);
}

template <class Record>
Result<Value::List> values_of(const Result<std::vector<Record>>& records) {
  if (!records) return fail(records.error());
  Value::List list;
  for (const Record& record : *records) list.push_back(whole(record));
  return list;
}

}  // namespace

bool is_thing_kind(std::string_view kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::string thing_kinds() {
  return fmt::format("There are: {}.", fmt::join(kinds, ", "));
}

Result<ContactId> Catalogue::contact(const std::string& thing) const {
  if (const auto address = parse_address(thing)) {
    DialPlan plan;
    for (const EntryPointConfig& point : configuration_->entry_points) {
      if (plan.country.empty()) plan = point.dial_plan;
    }
    const auto found = query_.contacts_at(*address, plan);
    if (!found) return fail(found.error());
    if (found->empty()) return fail(nothing("contact", thing));
    if (found->size() > 1) {
      return fail({ErrorCode::conflict, "shared_address",
                   fmt::format("{} contacts have this address.", found->size()), thing, ""});
    }
    return found->front();
  }
  const std::uint64_t number = number_of(thing);
  if (number == 0) return fail(nothing("contact", thing));
  if (query_.contact(ContactId(number))) return ContactId(number);
  const auto known = conversation(thing);
  if (!known) return fail(nothing("contact", thing));
  return query_.conversation(*known)->contact;
}

Result<ConversationId> Catalogue::conversation(const std::string& thing) const {
  const std::uint64_t number = number_of(thing);
  ContactId of(number);
  if (number == 0) {
    const auto known = contact(thing);
    if (!known) return fail(known.error());
    of = *known;
  } else {
    if (query_.conversation(ConversationId(number))) return ConversationId(number);
    if (const auto call = query_.interaction(InteractionId(number))) return call->conversation;
    if (const auto matter = query_.case_of(CaseId(number))) return matter->conversation;
    if (const auto promise = query_.callback(CallbackId(number))) return promise->conversation;
    if (const auto asked = query_.survey(SurveyId(number))) return asked->conversation;
  }
  const auto found = query_.conversations_of(of, {}, 1);
  if (!found || found->empty()) return fail(nothing("conversation", thing));
  return found->front().id;
}

Result<std::vector<Entry>> Catalogue::timeline(ConversationId conversation,
                                               std::uint64_t after) const {
  std::vector<Entry> entries;
  while (true) {
    auto part = query_.timeline(conversation, after, page);
    if (!part) return part;
    entries.insert(entries.end(), part->begin(), part->end());
    if (part->size() < page) return entries;
    after = part->back().sequence;
  }
}

Result<InteractionId> Catalogue::interaction(const std::string& thing) const {
  const std::uint64_t number = number_of(thing);
  if (number != 0 && query_.interaction(InteractionId(number))) return InteractionId(number);
  const auto known = conversation(thing);
  if (!known) return fail(known.error());
  const auto record = query_.conversation(*known);
  if (!record) return fail(record.error());
  if (!record->live.empty()) return record->live.back();
  const auto entries = timeline(*known, 0);
  if (!entries) return fail(entries.error());
  for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
    if (entry->interaction) return entry->interaction;
  }
  return fail(nothing("interaction", thing));
}

Result<CaseId> Catalogue::matter(const std::string& thing) const {
  const std::uint64_t number = number_of(thing);
  if (number != 0 && query_.case_of(CaseId(number))) return CaseId(number);
  if (const auto known = conversation(thing)) {
    const auto record = query_.conversation(*known);
    if (!record) return fail(record.error());
    if (record->cases.empty()) return fail(nothing("case", thing));
    return record->cases.back();
  }
  return query_.case_by_protocol(thing);
}

Result<CallbackId> Catalogue::callback(const std::string& thing) const {
  const std::uint64_t number = number_of(thing);
  if (number != 0 && query_.callback(CallbackId(number))) return CallbackId(number);
  const auto known = conversation(thing);
  if (!known) return fail(known.error());
  const auto record = query_.conversation(*known);
  if (!record) return fail(record.error());
  if (!record->callbacks.empty()) return record->callbacks.back();
  const auto entries = timeline(*known, 0);
  if (!entries) return fail(entries.error());
  for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
    if (entry->event != EventKind::callback_created) continue;
    const auto id = entry->details.find("callback");
    if (id != entry->details.end()) return CallbackId(number_of(id->second.to_text()));
  }
  return fail(nothing("callback", thing));
}

Result<SurveyId> Catalogue::survey(const std::string& thing) const {
  const std::uint64_t number = number_of(thing);
  if (number != 0 && query_.survey(SurveyId(number))) return SurveyId(number);
  const auto known = conversation(thing);
  if (!known) return fail(known.error());
  const auto record = query_.conversation(*known);
  if (!record) return fail(record.error());
  if (record->survey) return record->survey;
  const auto closures = query_.closures(*known, 0, page);
  if (!closures) return fail(closures.error());
  for (auto closure = closures->rbegin(); closure != closures->rend(); ++closure) {
    if (closure->survey) return closure->survey;
  }
  return fail(nothing("survey", thing));
}

// Its own; once the call is over, what its agent finishes up. None when nothing is to be done.
WorkId Catalogue::work_of(const Interaction& interaction) const {
  if (interaction.work || interaction.agent.empty()) return interaction.work;
  const auto theirs = query_.works_of(interaction.agent);
  if (!theirs) return {};
  for (const WorkId id : *theirs) {
    const auto work = query_.work(id);
    if (!work || work->state != WorkState::wrap_up) continue;
    const bool promised = work->kind == WorkKind::callback;
    const std::uint64_t subject = promised ? interaction.callback.value() : interaction.id.value();
    if (work->subject == subject) return id;
  }
  return {};
}

// The newest work in a conversation.
Result<WorkId> Catalogue::work_in(ConversationId conversation, const std::string& thing) const {
  const auto record = query_.conversation(conversation);
  if (!record) return fail(record.error());
  for (auto live = record->live.rbegin(); live != record->live.rend(); ++live) {
    if (const auto call = query_.interaction(*live); call && call->work) return call->work;
  }
  for (auto each = record->callbacks.rbegin(); each != record->callbacks.rend(); ++each) {
    if (const auto promise = query_.callback(*each); promise && promise->work) {
      return promise->work;
    }
  }
  for (auto each = record->cases.rbegin(); each != record->cases.rend(); ++each) {
    if (const auto one = query_.case_of(*each); one && one->verification) return one->verification;
  }
  return fail(nothing("work", thing));
}

// What has work of its own is asked for that, whatever else goes on in its conversation.
Result<WorkId> Catalogue::work(const std::string& thing) const {
  const std::uint64_t number = number_of(thing);  // 0 names no record of any kind
  const auto own = [&](WorkId id) {
    return id ? Result<WorkId>(id) : Result<WorkId>(fail(nothing("work", thing)));
  };
  if (number != 0 && query_.work(WorkId(number))) return WorkId(number);
  if (const auto known = query_.interaction(InteractionId(number))) return own(work_of(*known));
  if (const auto known = query_.callback(CallbackId(number))) return own(known->work);
  if (const auto known = query_.case_of(CaseId(number))) return own(known->verification);
  if (const auto known = conversation(thing)) return work_in(*known, thing);
  const auto matter = query_.case_by_protocol(thing);
  if (!matter) return fail(nothing("work", thing));
  const auto record = query_.case_of(*matter);
  return own(record ? record->verification : WorkId());
}

Result<std::string> Catalogue::find(std::string_view kind, const std::string& thing) const {
  if (kind == "contact") return text_of(contact(thing));
  if (kind == "conversation") return text_of(conversation(thing));
  if (kind == "interaction") return text_of(interaction(thing));
  if (kind == "case") return text_of(matter(thing));
  if (kind == "callback") return text_of(callback(thing));
  if (kind == "survey") return text_of(survey(thing));
  if (kind == "work" || kind == "place") return text_of(work(thing));
  return thing;
}

Result<Value> Catalogue::value(std::string_view kind, const std::string& thing) const {
  const auto found = find(kind, thing);
  if (!found) return fail(found.error());
  const std::uint64_t number = number_of(*found);
  if (kind == "contact") return value_of(query_.contact(ContactId(number)));
  if (kind == "conversation") return value_of(query_.conversation(ConversationId(number)));
  if (kind == "interaction") return value_of(query_.interaction(InteractionId(number)));
  if (kind == "case") return value_of(query_.case_of(CaseId(number)));
  if (kind == "callback") return value_of(query_.callback(CallbackId(number)));
  if (kind == "survey") return value_of(query_.survey(SurveyId(number)));
  if (kind == "work") return value_of(query_.work(WorkId(number)));
  if (kind == "place") return value_of(query_.place(WorkId(number)));
  return value_of(query_.agent(AgentName(*found)));
}

Result<Value::List> Catalogue::list(std::string_view kind, const std::string& thing) const {
  const auto known = conversation(thing);
  if (!known) return fail(known.error());
  if (kind == "timeline") return values_of(timeline(*known, 0));
  if (kind == "customer_view") return values_of(query_.customer_view(*known, 0, page));
  if (kind == "notes") return values_of(query_.notes(*known, NoteId(), page));
  return values_of(query_.closures(*known, 0, page));
}

Value quarantine_row(const Quarantined& row) {
  return Value(Value::Map{{"id", Value(std::to_string(row.id.value()))},
                          {"connection", Value(row.connection.text())},
                          {"at", Value(to_string(row.at))},
                          {"last_at", Value(to_string(row.last_at))},
                          {"times", Value(static_cast<std::int64_t>(row.times))},
                          {"error", whole(row.error)},
                          {"url", Value(row.request.url)},
                          {"left_out", Value(static_cast<std::int64_t>(row.left_out))}});
}

namespace {

bool is_of(const Entry& entry, const InboundMessage& message) {
  return entry.direction == Direction::inbound && entry.type == EntryType::message &&
         entry.provider_id == message.id;
}

bool is_of(const Entry& entry, const Receipt& receipt) {
  if (entry.direction != Direction::outbound) return false;
  return (receipt.effect && entry.effect == receipt.effect) ||
         (!receipt.message_id.empty() && entry.provider_id == receipt.message_id);
}

bool is_of(const Entry& entry, const CallEvent& event) {
  return entry.type == EntryType::call && entry.details.contains("call") &&
         entry.details.at("call") == Value(event.call);
}

template <class Event>
bool is_of(const Entry&, const Event&) {
  return false;  // it leaves nothing to know it by
}

// What an event of a call stands for, from the entry of the call on.
std::optional<Entry> within_call(const std::vector<Entry>& entries, Entry call,
                                 const CallEvent& event) {
  if (event.kind == CallEventKind::recorded && event.media) {
    for (const Entry& entry : entries) {
      const bool same = entry.type == EntryType::voicemail &&
                        entry.interaction == call.interaction && !entry.content.media.empty() &&
                        entry.content.media.front().ref == event.media->ref;
      if (same) return entry;
    }
  }
  if (event.kind != CallEventKind::incoming) call.sequence = 0;
  return call;
}

}  // namespace

std::optional<Entry> Catalogue::entry_of(const ConnectionName& connection,
                                         const ChannelEvent& event) const {
  ConversationId after;
  while (true) {
    const auto part = query_.conversations(after, page);
    if (!part) return std::nullopt;
    for (const ConversationRecord& conversation : *part) {
      after = conversation.id;
      const auto entries = timeline(conversation.id, 0);
      if (!entries) return std::nullopt;
      for (const Entry& entry : *entries) {
        const EntryPointConfig* const point = configuration_->entry_point(entry.entry_point);
        if (point == nullptr || point->connection != connection) continue;
        if (!std::visit([&](const auto& what) { return is_of(entry, what); }, event)) continue;
        const auto* const call = std::get_if<CallEvent>(&event);
        return call != nullptr ? within_call(*entries, entry, *call) : std::optional<Entry>(entry);
      }
    }
    if (part->size() < page) return std::nullopt;
  }
}

Result<Value::List> Catalogue::quarantine() const {
  Value::List list;
  const auto rows = query_.quarantine({}, page);
  if (!rows) return fail(rows.error());
  for (const Quarantined& row : *rows) list.push_back(quarantine_row(row));
  return list;
}

}  // namespace novelo::testing
