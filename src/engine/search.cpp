#include "engine/search.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <set>
#include <vector>

#include "engine/listings.hpp"

namespace novelo {
namespace {

constexpr std::size_t most_rows = 1000;
constexpr std::size_t most_budget = 100'000;
constexpr std::size_t most_contacts = 64;
constexpr std::size_t most_statuses = 16;
constexpr std::size_t least_read = 64;  // ids at a time
constexpr std::uint64_t no_bound = std::numeric_limits<std::uint64_t>::max();

// A list of ids: up to `limit` of those with from <= id < below, largest first.
using Ids = std::vector<std::uint64_t>;
using List = std::function<Ids(std::uint64_t from, std::uint64_t below, std::size_t limit)>;

template <class T, Table table>
List list_of(Records<T, table>& records, const Key& prefix) {
  return [&records, prefix](std::uint64_t from, std::uint64_t below, std::size_t limit) {
    const std::string first = Key(prefix).number(from);
    const std::string end = Key(prefix).number(below);
    Ids ids;
    for (const auto& row : records.scan(first, end, limit, Order::descending)) {
      ids.push_back(last_number(row.first));
    }
    return ids;
  };
}

// What is in any of the lists, largest first, each id once.
class Merge {
 public:
  Merge(std::vector<List> lists, std::uint64_t from, std::uint64_t below)
      : lists_(std::move(lists)), from_(from), below_(below) {}

  // The next ids, about `limit` of them; none at the end.
  Ids next(std::size_t limit) {
    Ids found;
    std::uint64_t floor = from_;  // below it a list may have more than it was asked for
    for (const List& list : lists_) {
      const Ids ids = below_ > from_ ? list(from_, below_, limit) : Ids{};
      if (ids.size() == limit) floor = std::max(floor, ids.back());
      found.insert(found.end(), ids.begin(), ids.end());
    }
    std::sort(found.begin(), found.end(), std::greater<>());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::erase_if(found, [floor](std::uint64_t id) { return id < floor; });
    below_ = found.empty() ? from_ : found.back();
    return found;
  }

 private:
  std::vector<List> lists_;
  std::uint64_t from_;
  std::uint64_t below_;
};

// The first id whose record began at `time` or later: records are in the order of their beginning.
template <class T, Table table, class Began>
std::uint64_t first_id_at(Tables& tables, Records<T, table>& records, Timestamp time, Began began) {
  const EngineClock* clock = tables.clock.find(tables.clock_key());
  std::uint64_t low = 0;
  std::uint64_t high = clock != nullptr ? clock->last_id + 1 : 1;
  const std::string end = tables.key().end();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto rows = records.scan(tables.key().number(middle), end, 1, Order::ascending);
    if (rows.empty() || began(rows.front().second) >= time) {
      high = middle;
    } else {
      low = last_number(rows.front().first) + 1;
    }
  }
  return low;
}

struct Span {
  std::uint64_t from = 0;
  std::uint64_t below = no_bound;
};

template <class T, Table table, class Began>
Span span_of(Tables& tables, Records<T, table>& records, std::optional<Timestamp> from,
             std::optional<Timestamp> until, Began began) {
  Span span;
  if (from) span.from = first_id_at(tables, records, *from, began);
  if (until) span.below = first_id_at(tables, records, *until, began);
  return span;
}

template <class T, Table table, class Passes>
Result<Page<T>> page(Tables& tables, Records<T, table>& records, std::vector<List> lists, Span span,
                     const Part& part, Passes passes) {
  if (!part.after.empty()) {
    const auto after = number_of(part.after);
    if (!after) return fail(after.error());
    span.below = std::min(span.below, *after);
  }
  Merge merge(std::move(lists), span.from, span.below);
  Page<T> found;
  std::size_t looked = 0;
  std::uint64_t last = 0;
  for (;;) {
    const std::size_t want = std::max<std::size_t>(part.limit + 1, least_read);
    const Ids ids = merge.next(std::min(want, part.budget - looked + 1));
    if (ids.empty()) return found;
    for (const std::uint64_t id : ids) {
      if (found.items.size() == part.limit || looked == part.budget) {
        found.next = Cursor(std::to_string(last));
        return found;
      }
      ++looked;
      last = id;
      auto record = records.look(tables.key().number(id).bytes());
      if (record && passes(*record)) found.items.push_back(std::move(*record));
    }
  }
}

template <class T>
bool among(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

template <class T>
bool equals(const std::optional<T>& wanted, const T& value) {
  return !wanted || *wanted == value;
}

bool within(std::optional<Timestamp> from, std::optional<Timestamp> until, Timestamp at) {
  return (!from || at >= *from) && (!until || at < *until);
}

Status check_contacts(const std::vector<ContactId>& contacts) {
  if (contacts.size() <= most_contacts) return {};
  return fail({ErrorCode::limit, "too_many_contacts", "a filter names too many contacts",
               "contacts", "name at most 64"});
}

bool may_be_closed(const ConversationFilter& filter) {
  return among(filter.statuses, ConversationStatus::closed);
}

std::vector<List> lists_of(Tables& tables, const ConversationFilter& filter) {
  std::vector<List> lists;
  const bool live_alone = !may_be_closed(filter);
  if (!filter.contacts.empty()) {
    for (const ContactId contact : filter.contacts) {
      lists.push_back(list_of(tables.contact_conversations, tables.key().id(contact)));
    }
  } else if (filter.owner) {
    lists.push_back(list_of(tables.listings, list_of_owner(tables, *filter.owner, false)));
    if (!live_alone) {
      lists.push_back(list_of(tables.listings, list_of_owner(tables, *filter.owner, true)));
    }
  } else if (live_alone) {
    for (const ConversationStatus status :
         std::set(filter.statuses.begin(), filter.statuses.end())) {
      lists.push_back(list_of(tables.listings, list_of_status(tables, status)));
    }
  } else {
    lists.push_back(list_of(tables.conversations, tables.key()));
  }
  return lists;
}

std::vector<List> lists_of(Tables& tables, const CaseFilter& filter) {
  std::vector<List> lists;
  for (const ContactId contact : filter.contacts) {
    lists.push_back(list_of(tables.listings, list_of_case_contact(tables, contact)));
  }
  if (!lists.empty()) return lists;
  if (filter.type && filter.status) {
    lists.push_back(
        list_of(tables.listings, list_of_case_status(tables, *filter.type, *filter.status)));
  } else if (filter.owner) {
    lists.push_back(list_of(tables.listings, list_of_case_owner(tables, *filter.owner)));
  } else {
    lists.push_back(list_of(tables.cases, tables.key()));
  }
  return lists;
}

std::vector<List> lists_of(Tables& tables, const CallbackFilter& filter) {
  std::vector<List> lists;
  for (const ContactId contact : filter.contacts) {
    lists.push_back(list_of(tables.listings, list_of_callback_contact(tables, contact)));
  }
  if (!lists.empty()) return lists;
  const bool open_alone = filter.state == CallbackState::open;
  if (filter.agent) {
    lists.push_back(list_of(tables.listings, list_of_callback_agent(tables, *filter.agent, false)));
    if (!open_alone) {
      lists.push_back(
          list_of(tables.listings, list_of_callback_agent(tables, *filter.agent, true)));
    }
  } else if (open_alone) {
    lists.push_back(list_of(tables.listings, list_of_open_callbacks(tables)));
  } else {
    lists.push_back(list_of(tables.callbacks, tables.key()));
  }
  return lists;
}

template <class Filter>
Status check(const Filter& filter, const Part& part) {
  if (auto checked = check(part); !checked) return checked;
  return check_contacts(filter.contacts);
}

}  // namespace

Status check(const Part& part) {
  if (part.limit < 1 || part.limit > most_rows) {
    return fail({ErrorCode::invalid, "bad_limit", "a list takes 1 to 1000 rows at a time", "limit",
                 "ask for fewer, and go on from `next`"});
  }
  if (part.budget < 1 || part.budget > most_budget) {
    return fail({ErrorCode::invalid, "bad_budget", "a page looks at 1 to 100000 rows", "budget",
                 "give a smaller budget, and go on from `next`"});
  }
  return {};
}

Result<std::uint64_t> number_of(const Cursor& cursor) {
  const std::string& text = cursor.text();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && !text.empty()) return number;
  return fail({ErrorCode::invalid, "bad_cursor", "this is no cursor of such a list", "after",
               "give back the `next` of the page before, as it is"});
}

Result<Page<ConversationRecord>> find(Tables& tables, const ConversationFilter& filter,
                                      const Part& part) {
  if (auto checked = check<ConversationFilter>(filter, part); !checked) {
    return fail(checked.error());
  }
  if (filter.statuses.size() > most_statuses) {
    return fail({ErrorCode::limit, "too_many_statuses", "a filter names too many statuses",
                 "statuses", "name each once"});
  }
  const Span span = span_of(tables, tables.conversations, filter.opened_from, filter.opened_until,
                            [](const ConversationRecord& record) { return record.opened_at; });
  return page(tables, tables.conversations, lists_of(tables, filter), span, part,
              [&](const ConversationRecord& record) {
                return among(filter.contacts, record.contact) &&
                       equals(filter.owner, record.owner) &&
                       among(filter.statuses, record.status) && equals(filter.desk, record.desk);
              });
}

Result<Page<CaseRecord>> find(Tables& tables, const CaseFilter& filter, const Part& part) {
  if (auto checked = check<CaseFilter>(filter, part); !checked) return fail(checked.error());
  const Span span = span_of(tables, tables.cases, filter.opened_from, filter.opened_until,
                            [](const CaseRecord& record) { return record.opened_at; });
  return page(
      tables, tables.cases, lists_of(tables, filter), span, part, [&](const CaseRecord& record) {
        return among(filter.contacts, record.contact) && equals(filter.owner, record.owner) &&
               equals(filter.type, record.type) && equals(filter.status, record.status);
      });
}

Result<Page<Callback>> find(Tables& tables, const CallbackFilter& filter, const Part& part) {
  if (auto checked = check<CallbackFilter>(filter, part); !checked) return fail(checked.error());
  return page(tables, tables.callbacks, lists_of(tables, filter), Span{}, part,
              [&](const Callback& record) {
                return among(filter.contacts, record.contact) &&
                       equals(filter.agent, record.agent) && equals(filter.state, record.state) &&
                       equals(filter.queue, record.queue) &&
                       within(filter.requested_from, filter.requested_until, record.requested_at);
              });
}

}  // namespace novelo
