// Changes: what became different, for whoever shows it live.
//
// A change names a thing and says nothing of how it is now: whoever shows it reads it. Of one thing
// only the last change is kept, so that looking away for long costs what is different, not what
// happened.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/model/effect.hpp"

namespace novelo {

// Words are those of the query that reads it.
enum class ThingKind : std::uint8_t {
  contact = 1,
  conversation = 2,
  entry = 3,  // of a timeline: new, or its delivery status
  note = 4,
  closure = 5,
  interaction = 6,
  case_record = 7,
  callback = 8,
  survey = 9,
  work = 10,
  agent = 11,
  effect = 12,  // new, held, waiting for another attempt; gone when it is settled
  quarantine = 13,
  configuration = 14,  // another version is in service
};
std::string_view to_string(ThingKind kind);

// The id of a thing of any kind: ContactId(id.value()) and so on.
using ThingId = Id<struct ThingTag>;

struct Change {
  ThingKind kind = ThingKind::conversation;
  // By what the thing is read: most have an id of their kind; an agent has a name; an entry (its
  // sequence) and a closure (its number) are numbered in their conversation, configurations are
  // numbered from the first one. What does not apply is empty.
  ThingId id;
  std::uint64_t number = 0;
  AgentName agent;
  ConversationId conversation;  // of an entry, a note, a closure, and where the thing has one
  bool gone = false;            // it is not there any more

  friend bool operator==(const Change&, const Change&) = default;
};

// A place in the stream of changes. It is good as long as its engine lives.
struct ChangeCursor {
  std::uint64_t epoch = 0;   // of the engine
  std::uint64_t number = 0;  // of the last change or signal that was seen

  friend bool operator==(const ChangeCursor&, const ChangeCursor&) = default;
};

struct Changes {
  // The cursor was of another engine, or what came after it is not known any more: read anew what
  // is shown, after this call, and go on from `next`.
  bool start_over = false;
  std::vector<Change> changes;  // oldest first
  std::vector<Signal> signals;  // since the cursor, oldest first, as far as they are still known
  ChangeCursor next;
  bool more = false;  // ask again from `next` at once
};

}  // namespace novelo
