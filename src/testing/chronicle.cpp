#include "testing/chronicle.hpp"

#include <algorithm>
#include <charconv>

namespace novelo::testing {
namespace {

constexpr std::size_t page = 1000;

template <class Visit>
void each_conversation(const Query& query, const Visit& visit) {
  ConversationId after;
  while (true) {
    const auto part = query.conversations(after, page);
    if (!part) return;  // the engine's next call says why
    for (const ConversationRecord& conversation : *part) {
      visit(conversation);
      after = conversation.id;
    }
    if (part->size() < page) return;
  }
}

std::uint64_t number_of(const Value& value) {
  const std::string text = value.to_text();
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

void Chronicle::begin(const Journal::Watermarks& known) {
  happened_.clear();
  told_ = known;
}

void Chronicle::add(Timestamp at, decltype(Happening::what) what) {
  happened_.push_back({at, std::move(what)});
}

void Chronicle::look(const Query& query, Timestamp now, const std::vector<Signal>& signals) {
  take_statuses(query, now, signals);
  take_entries(query);
}

void Chronicle::look(const Query& query, Timestamp now, const std::vector<Signal>& signals,
                     const std::vector<ChannelEvent>& events,
                     const std::vector<EventOutcome>& outcomes) {
  take_statuses(query, now, signals);
  for (std::size_t i = 0; i < std::min(events.size(), outcomes.size()); ++i) {
    const Result<Outcome>& outcome = outcomes[i].outcome;
    if (!outcome) {
      add(now, RefusedEvent{outcome.error()});
      continue;
    }
    const auto* const call = std::get_if<CallEvent>(&events[i]);
    if (call != nullptr && !outcome->repeated) take_news(query, now, *call, *outcome);
    if (outcome->conversation) {
      take_entries(query, outcome->conversation, outcomes[i].entries);
    }
  }
  take_entries(query);
}

void Chronicle::look_for_notes(const Query& query) {
  each_conversation(query, [&](const ConversationRecord& conversation) {
    NoteId& last = notes_[conversation.id];
    const auto notes = query.notes(conversation.id, last, page);
    if (!notes) return;
    for (const Note& note : *notes) {
      last = note.id;
      if (notes_known_) add(note.at, note);
    }
  });
  notes_known_ = true;
}

void Chronicle::take_statuses(const Query& query, Timestamp now,
                              const std::vector<Signal>& signals) {
  for (const Signal& signal : signals) {
    if (signal.name != "message_status") continue;
    const Value body(signal.body);
    const auto status = parse_delivery_status(body["status"].to_text());
    if (status) take_status(query, now, {signal.conversation, number_of(body["entry"])}, *status);
  }
}

void Chronicle::take_status(const Query& query, Timestamp now, const MessageKey& key,
                            DeliveryStatus status) {
  if (key.second == 0 || key.second > told_[key.first]) return;  // told with the message itself
  const auto known = statuses_.find(key);
  if (known != statuses_.end() && known->second == status) return;
  const auto entries = query.timeline(key.first, key.second - 1, 1);
  if (!entries || entries->empty()) return;
  statuses_[key] = status;
  Entry message = entries->front();
  message.status = status;
  // In the instant in which the message was written its own line says it.
  for (Happening& happening : happened_) {
    auto* const entry = std::get_if<Entry>(&happening.what);
    if (entry == nullptr || happening.at != now || entry->conversation != key.first ||
        entry->sequence != key.second) {
      continue;
    }
    *entry = std::move(message);
    return;
  }
  add(now, StatusChange{std::move(message)});
}

void Chronicle::take_news(const Query& query, Timestamp now, const CallEvent& event,
                          const Outcome& outcome) {
  CallNews news{event, outcome.conversation, false};
  const auto call = query.interaction(outcome.interaction);
  const bool ended = call && call->ended_at && *call->ended_at < now;
  const bool hung_up = event.kind == CallEventKind::hung_up;
  news.late = over_.contains(outcome.interaction) || (ended && !hung_up);
  if (hung_up) over_.insert(outcome.interaction);
  add(now, std::move(news));
}

void Chronicle::take_entries(const Query& query, ConversationId conversation, std::uint64_t last) {
  std::uint64_t& told = told_[conversation];
  while (told < last) {
    const auto entries =
        query.timeline(conversation, told, std::min<std::size_t>(page, last - told));
    if (!entries || entries->empty()) return;
    for (const Entry& entry : *entries) {
      if (entry.direction == Direction::outbound && entry.type == EntryType::message) {
        statuses_[{conversation, entry.sequence}] = entry.status;
      }
      told = entry.sequence;
      add(entry.at, entry);
    }
  }
}

void Chronicle::take_entries(const Query& query) {
  each_conversation(query, [&](const ConversationRecord& conversation) {
    take_entries(query, conversation.id, conversation.entries);
  });
}

}  // namespace novelo::testing
