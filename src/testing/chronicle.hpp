// Chronicle: what came about in a step, in the order in which it did: entries, changes of a
// message's status, notes, effects that were handed out and what their providers said, and what a
// telephone system told. The engine is looked at after each call of it, so that the order of one
// instant is known too.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "novelo/engine.hpp"
#include "novelo/query.hpp"
#include "testing/journal.hpp"

namespace novelo::testing {

// A message of before, with its status of now.
struct StatusChange {
  Entry message;
};

struct HandedOut {
  Value view;
  ConversationId conversation;
  std::string text;  // of the message, when it is handed out once more
};

// The other side did not take an effect, or said nothing.
struct NotTaken {
  Value view;
  ConversationId conversation;
  std::string why;
};

// What the telephone system told of a call; nothing came of it when the call was over already.
struct CallNews {
  CallEvent event;
  ConversationId conversation;
  bool late = false;
};

// One event of a payload of several that could not be placed.
struct RefusedEvent {
  Error error;
};

struct Happening {
  Timestamp at{};
  std::variant<Entry, StatusChange, Note, HandedOut, NotTaken, CallNews, RefusedEvent> what;
};

class Chronicle {
 public:
  // A new step. What the timelines hold up to `known` has been told.
  void begin(const Journal::Watermarks& known);

  // What the engine did in its last call.
  void look(const Query& query, Timestamp now, const std::vector<Signal>& signals);
  // The same when that was a provider's request, whose events came one after another.
  void look(const Query& query, Timestamp now, const std::vector<Signal>& signals,
            const std::vector<ChannelEvent>& events, const std::vector<EventOutcome>& outcomes);
  // Notes that were written since the last time; those of before the first time are not told.
  void look_for_notes(const Query& query);

  void add(Timestamp at, decltype(Happening::what) what);
  const std::vector<Happening>& happened() const { return happened_; }

 private:
  using MessageKey = std::pair<ConversationId, std::uint64_t>;

  void take_statuses(const Query& query, Timestamp now, const std::vector<Signal>& signals);
  void take_status(const Query& query, Timestamp now, const MessageKey& key, DeliveryStatus status);
  void take_news(const Query& query, Timestamp now, const CallEvent& event, const Outcome& outcome);
  // Entries of a conversation that were not told, up to one of them.
  void take_entries(const Query& query, ConversationId conversation, std::uint64_t last);
  void take_entries(const Query& query);

  Journal::Watermarks told_;
  std::map<MessageKey, DeliveryStatus> statuses_;  // of messages of ours, as they were told last
  std::map<ConversationId, NoteId> notes_;         // the last one told
  bool notes_known_ = false;
  std::set<InteractionId> over_;  // calls whose end was told
  std::vector<Happening> happened_;
};

}  // namespace novelo::testing
