// Pages of lists: where to begin, how much to give, how much to look at; and what to look for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/callback.hpp"
#include "novelo/model/conversation.hpp"

namespace novelo {

// A place in a list, made by the engine: keep it as it is. It stays good whatever is added, changed
// or taken away meanwhile, and after a restart; it belongs to the question it came from.
using Cursor = Name<struct CursorTag>;

// Which part of a list.
struct Part {
  Cursor after;                 // Page::next of the part before; empty: from the beginning
  std::size_t limit = 100;      // rows to give, 1 to 1000
  std::size_t budget = 10'000;  // rows to look at, 1 to 100,000: a filter that little passes ends a
                                // page early, with a `next` and perhaps no item at all
};

template <class T>
struct Page {
  std::vector<T> items;
  Cursor next;  // where the list goes on; empty: this was its end
};

// In all filters: what is not set does not matter; everything that is set must hold. A time span is
// from <= time < until.

struct ConversationFilter {
  std::vector<ContactId> contacts;           // of any of these, at most 64; none: of everybody
  std::optional<AgentName> owner;            // an empty name: nobody's
  std::vector<ConversationStatus> statuses;  // any of these
  std::optional<DeskName> desk;
  std::optional<Timestamp> opened_from;
  std::optional<Timestamp> opened_until;
};

struct CaseFilter {
  std::vector<ContactId> contacts;  // as above
  std::optional<AgentName> owner;   // an empty name: nobody's
  std::optional<CaseTypeName> type;
  std::optional<CaseStatusName> status;
  std::optional<Timestamp> opened_from;
  std::optional<Timestamp> opened_until;
};

struct CallbackFilter {
  std::vector<ContactId> contacts;  // as above
  std::optional<AgentName> agent;   // promised by this one; an empty name: by anybody
  std::optional<CallbackState> state;
  std::optional<QueueName> queue;
  std::optional<Timestamp> requested_from;
  std::optional<Timestamp> requested_until;
};

}  // namespace novelo
