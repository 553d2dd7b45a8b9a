#include "engine/arrivals.hpp"

#include <algorithm>

#include "engine/decide.hpp"

namespace novelo {

namespace {

constexpr std::size_t conversations_looked_at = 20;
constexpr std::string_view token_mark = "#nv-";

ConversationRecord& create_conversation(Turn& turn, const Recognised& who, const DeskConfig& desk) {
  ConversationRecord conversation;
  conversation.id = turn.ids.take<ConversationId>();
  conversation.desk = desk.name;
  conversation.contact = who.contact;
  conversation.candidates = who.candidates;
  conversation.opened_at = turn.now;
  conversation.last_activity = turn.now;
  const ConversationId id = conversation.id;
  turn.tables.open_conversations.put(turn.tables.key(desk.name, who.contact), {id.value()});
  turn.tables.contact_conversations.create(turn.tables.key(who.contact, id), {id.value()});
  return turn.tables.conversations.create(turn.tables.key(id), std::move(conversation));
}

Placed begin_conversation(Turn& turn, const Recognised& who, const DeskConfig& desk,
                          Placement placement, const ConversationRecord* last) {
  const std::optional<ConversationRecord> before = last ? std::optional(*last) : std::nullopt;
  ConversationRecord& conversation = create_conversation(turn, who, desk);
  const ConversationId id = conversation.id;
  Value::Map details;
  if (before) {
    conversation.reaches = before->reaches;  // windows outlive an episode, threads of mail do not
    for (Reach& reach : conversation.reaches) {
      reach.last_mail = 0;
      reach.unanswered_since.reset();
    }
    if (placement == Placement::linked) {
      conversation.previous = before->id;
      conversation.owner = before->owner;
    }
  }
  turn.note_event(id, EventKind::opened, {});
  if (placement == Placement::linked) {
    turn.note_event(id, EventKind::linked, {{"previous", id_value(before->id)}});
  }
  if (!who.candidates.empty()) {
    Value::List candidates;
    for (const ContactId candidate : who.candidates) candidates.push_back(id_value(candidate));
    turn.note_event(id, EventKind::identity_shared, {{"candidates", Value(std::move(candidates))}});
  }
  return {id, placement};
}

}  // namespace

const ConversationRecord* latest_conversation(
    Turn& turn, ContactId contact, const DeskName& desk,
    const std::function<bool(const ConversationRecord&)>& wanted) {
  const Key prefix = turn.tables.key().id(contact);
  const auto rows = turn.tables.contact_conversations.scan(
      prefix.bytes(), prefix.end(), conversations_looked_at, Order::descending);
  for (const auto& [key, pointer] : rows) {
    const ConversationRecord* conversation =
        turn.tables.conversations.find(turn.tables.key(ConversationId(pointer.id)));
    if (conversation == nullptr || conversation->desk != desk) continue;
    if (!wanted || wanted(*conversation)) return conversation;
  }
  return nullptr;
}

void reopen(Turn& turn, const ConversationRecord& closed, Author by) {
  const ConversationId id = closed.id;
  ConversationRecord& conversation = turn.edit(closed);
  conversation.status = ConversationStatus::open;
  conversation.closed_at.reset();
  conversation.survey = {};
  turn.tables.open_conversations.put(turn.tables.key(conversation.desk, conversation.contact),
                                     {id.value()});
  turn.note_event(id, EventKind::reopened, {}, std::move(by));
}

namespace {

Placed find_place(Turn& turn, const Recognised& who, const DeskConfig& desk) {
  const ConversationRecord* open = nullptr;
  if (const Pointer* pointer =
          turn.tables.open_conversations.find(turn.tables.key(desk.name, who.contact))) {
    open = turn.tables.conversations.find(turn.tables.key(ConversationId(pointer->id)));
  }
  const ConversationRecord* last =
      open == nullptr && !who.created ? latest_conversation(turn, who.contact, desk.name) : nullptr;
  const Placement placement = place(open, last, {desk.reopen, desk.affinity}, turn.now);
  switch (placement) {
    case Placement::join: return {open->id, placement};
    case Placement::reopen:
      reopen(turn, *last, {AuthorRole::customer, {}});
      return {last->id, placement};
    case Placement::linked:
    case Placement::fresh: break;
  }
  return begin_conversation(turn, who, desk, placement, last);
}

}  // namespace

Placed place_contact(Turn& turn, const Recognised& who, const DeskConfig& desk) {
  const Placed placed = find_place(turn, who, desk);
  for (const Address& address : who.unlisted) {
    turn.note_event(
        placed.conversation, EventKind::ceiling_reached,
        {{"which", Value("identities_per_contact")}, {"address", Value(to_string(address))}});
  }
  return placed;
}

void keep_warnings(Entry& entry, const std::vector<std::string>& warnings) {
  if (warnings.empty()) return;
  Value::List list;
  for (const std::string& warning : warnings) list.emplace_back(warning);
  entry.details["warnings"] = Value(std::move(list));
}

JoinToken find_join_token(const Turn& turn, std::string_view text) {
  JoinToken found{{}, std::string(text)};
  const std::size_t start = text.find(token_mark);
  if (start == std::string_view::npos) return found;
  std::size_t end = start + token_mark.size();
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-')) {
    ++end;
  }
  const auto token = text.substr(start + token_mark.size(), end - start - token_mark.size());
  const std::uint64_t id = turn.read_token("join", token);
  if (id == 0) return found;
  found.conversation = ConversationId(id);
  std::string_view before = text.substr(0, start);
  while (!before.empty() && before.back() == ' ') before.remove_suffix(1);
  std::string_view after = text.substr(end);
  if (before.empty()) after.remove_prefix(std::min(after.find_first_not_of(' '), after.size()));
  found.rest = std::string(before) + std::string(after);
  return found;
}

std::string join_text(const Turn& turn, ConversationId conversation) {
  return std::string(token_mark) + turn.token("join", conversation.value());
}

namespace {

// The one whose window is the longest closed; of those that never had one, the first.
void forget_a_reach(ConversationRecord& conversation) {
  const auto oldest = std::min_element(
      conversation.reaches.begin(), conversation.reaches.end(),
      [](const Reach& a, const Reach& b) { return a.last_inbound < b.last_inbound; });
  if (oldest != conversation.reaches.end()) conversation.reaches.erase(oldest);
}

}  // namespace

void remember_reach(Turn& turn, ConversationId id, const EntryPointName& entry_point,
                    const Address& address, std::optional<Timestamp> inbound_at) {
  ConversationRecord& conversation = turn.edit(id);
  auto reach = std::find_if(conversation.reaches.begin(), conversation.reaches.end(),
                            [&](const Reach& known) { return known.entry_point == entry_point; });
  if (reach == conversation.reaches.end()) {
    if (conversation.reaches.size() >= turn.options.limits.reaches_per_conversation) {
      forget_a_reach(conversation);
    }
    conversation.reaches.push_back({entry_point, address, {}, 0});
    reach = conversation.reaches.end() - 1;
  }
  if (reach->address != address) {
    reach->address = address;
    reach->last_inbound.reset();
    reach->last_mail = 0;
  }
  if (inbound_at && (!reach->last_inbound || *reach->last_inbound < *inbound_at)) {
    reach->last_inbound = inbound_at;
  }
}

void remember_mail(Turn& turn, ConversationId id, const EntryPointName& entry_point,
                   std::uint64_t entry) {
  ConversationRecord& conversation = turn.edit(id);
  for (Reach& reach : conversation.reaches) {
    if (reach.entry_point == entry_point) reach.last_mail = entry;
  }
}

void remember_unanswered(Turn& turn, ConversationId id, const EntryPointName& entry_point,
                         Timestamp since) {
  for (Reach& reach : turn.edit(id).reaches) {
    if (reach.entry_point != entry_point) continue;
    reach.unanswered_since = std::min(since, reach.unanswered_since.value_or(since));
  }
}

void remember_answered(Turn& turn, ConversationId id, const EntryPointName& entry_point) {
  for (Reach& reach : turn.edit(id).reaches) {
    if (reach.entry_point == entry_point) reach.unanswered_since.reset();
  }
}

const Reach* find_reach(const ConversationRecord& conversation, const EntryPointName& entry_point) {
  for (const Reach& reach : conversation.reaches) {
    if (reach.entry_point == entry_point) return &reach;
  }
  return nullptr;
}

std::optional<Timestamp> last_heard(const ConversationRecord& conversation,
                                    const EntryPointName& entry_point, const Address& address) {
  const Reach* reach = find_reach(conversation, entry_point);
  if (reach == nullptr || reach->address != address) return std::nullopt;
  return reach->last_inbound;
}

Entry inbound_entry(const EntryPointConfig& at, const InboundMessage& message) {
  Entry entry;
  entry.type = EntryType::message;
  entry.direction = Direction::inbound;
  entry.author = {AuthorRole::customer, {}};
  entry.channel = at.channel;
  entry.entry_point = at.name;
  entry.provider_at = message.at;
  entry.provider_id = message.id;
  entry.content = message.content;
  keep_warnings(entry, message.warnings);
  return entry;
}

Timestamp said_at(const InboundMessage& message, Timestamp now) {
  return message.at ? std::min(*message.at, now) : now;
}

void tell_joined(Turn& turn, const Placed& placed, const EntryPointConfig& at,
                 std::string_view by) {
  if (began(placed) || find_reach(turn.peek(placed.conversation), at.name) != nullptr) return;
  Entry& joined = turn.note_event(placed.conversation, EventKind::joined, {{"by", Value(by)}});
  joined.channel = at.channel;
  joined.entry_point = at.name;
}

}  // namespace novelo
