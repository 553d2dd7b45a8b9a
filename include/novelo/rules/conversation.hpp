// Conversation: whether what arrives belongs to the open conversation, reopens the last one, or
// begins a new one.
#pragma once

#include <cstdint>
#include <optional>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/conversation.hpp"

namespace novelo {

// A desk's periods, counted from the last closing.
struct ReopeningPolicy {
  Duration reopen{};    // inside it the same conversation, and the same protocol
  Duration affinity{};  // then a new one, linked, the same owner first; past it, as for a stranger
};

enum class Placement : std::uint8_t {
  join = 1,    // the open one
  reopen = 2,  // the last one, closed a short while ago
  linked = 3,  // a new one that remembers the last one and its owner
  fresh = 4,   // a new one
};

// `open`: the contact's open conversation at this desk; `last`: the latest closed one there.
Placement place(const ConversationRecord* open, const ConversationRecord* last,
                const ReopeningPolicy& policy, Timestamp now);

}  // namespace novelo
