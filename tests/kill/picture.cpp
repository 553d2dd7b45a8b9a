#include "kill/picture.hpp"

#include <utility>

namespace novelo::kill {
namespace {

constexpr std::size_t page = 1000;

// Reads a list to its end: `read` gives what stands behind `after`, `place` where an item stands.
template <class Place, class Read, class PlaceOf, class Use>
Status read_all(Place after, Read read, PlaceOf place, Use use) {
  for (;;) {
    auto items = read(after);
    if (!items) return fail(items.error());
    for (auto& item : *items) {
      after = place(item);
      use(std::move(item));
    }
    if (items->size() < page) return {};
  }
}

Status read_conversation(const Query& query, ConversationId id, Picture& picture) {
  std::vector<Entry>& timeline = picture.timelines[id];
  const Status entries = read_all(
      std::uint64_t{0}, [&](std::uint64_t after) { return query.timeline(id, after, page); },
      [](const Entry& entry) { return entry.sequence; },
      [&](Entry entry) { timeline.push_back(std::move(entry)); });
  if (!entries) return entries;
  const Status notes = read_all(
      NoteId(), [&](NoteId after) { return query.notes(id, after, page); },
      [](const Note& note) { return note.id; },
      [&](Note note) { picture.notes.push_back(std::move(note)); });
  if (!notes) return notes;
  return read_all(
      std::uint32_t{0}, [&](std::uint32_t after) { return query.closures(id, after, page); },
      [](const Closure& closure) { return closure.number; },
      [&](Closure closure) { picture.closures.push_back(std::move(closure)); });
}

Status read_cases(const Query& query, Picture& picture) {
  Part part;
  part.limit = page;
  part.budget = 100'000;
  for (;;) {
    auto found = query.find_cases({}, part);
    if (!found) return fail(found.error());
    for (CaseRecord& each : found->items) picture.cases.emplace(each.id, std::move(each));
    if (found->next.text().empty()) return {};
    part.after = found->next;
  }
}

}  // namespace

Result<Picture> read_picture(const Query& query) {
  Picture picture;
  const auto version = query.configuration();
  if (!version) return fail(version.error());
  picture.configuration = *version;
  const Status conversations = read_all(
      ConversationId(), [&](ConversationId after) { return query.conversations(after, page); },
      [](const ConversationRecord& each) { return each.id; },
      [&](ConversationRecord each) { picture.conversations.push_back(std::move(each)); });
  if (!conversations) return fail(conversations.error());
  for (const ConversationRecord& each : picture.conversations) {
    const Status read = read_conversation(query, each.id, picture);
    if (!read) return fail(read.error());
  }
  const Status cases = read_cases(query, picture);
  if (!cases) return fail(cases.error());
  const Status effects = read_all(
      EffectId(), [&](EffectId after) { return query.unsettled(after, page); },
      [](const Effect& effect) { return effect.id; },
      [&](const Effect& effect) { picture.unsettled.insert(effect.id); });
  if (!effects) return fail(effects.error());
  return picture;
}

}  // namespace novelo::kill
