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
    for (Reach& reach : conversation.reaches) reach.last_mail = 0;
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
  if (reach->address != address) {  // S0.29: a window is open for the address that wrote, alone
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

const Reach* find_reach(const ConversationRecord& conversation, const EntryPointName& entry_point) {
  for (const Reach& reach : conversation.reaches) {
    if (reach.entry_point == entry_point) return &reach;
  }
  return nullptr;
}

bool is_crowded(Turn& turn, ConversationId id) {
  const ConversationRecord* conversation = turn.tables.conversations.find(turn.tables.key(id));
  return conversation != nullptr &&
         conversation->live.size() >= turn.options.limits.live_per_conversation;
}

Interaction& begin_interaction(Turn& turn, ConversationId id, const EntryPointConfig& entry_point,
                               const Address& remote, Direction direction) {
  ConversationRecord& conversation = turn.edit(id);
  Interaction interaction;
  interaction.id = turn.ids.take<InteractionId>();
  interaction.conversation = id;
  interaction.contact = conversation.contact;
  interaction.channel = entry_point.channel;
  interaction.direction = direction;
  interaction.entry_point = entry_point.name;
  interaction.remote = remote;
  interaction.started_at = turn.now;
  conversation.live.push_back(interaction.id);
  return turn.tables.interactions.create(turn.tables.key(interaction.id), interaction);
}

namespace {

// The place that was kept for a contact who has come back in time; null when there is none.
const KeptPlace* kept_place(const Turn& turn, const ConversationRecord& conversation) {
  const auto& kept = conversation.kept_place;
  const Duration bound = turn.options.limits.place_kept;
  return kept && turn.now < kept->requested_at + bound ? &*kept : nullptr;
}

}  // namespace

Status dispatch(Turn& turn, InteractionId id) {
  if (auto room = turn.check_room(Asking::arrival); !room) return room;
  const Interaction interaction = turn.get(id);
  const ConversationRecord conversation = turn.get(interaction.conversation);
  const EntryPointConfig& entry_point = *turn.config().entry_point(interaction.entry_point);
  AgentName first = conversation.owner;
  const KeptPlace* kept = kept_place(turn, conversation);
  if (kept != nullptr && !kept->preferred.empty()) first = kept->preferred;
  if (first.empty() && !entry_point.flow.empty()) {
    turn.edit(interaction).state = InteractionState::in_flow;
    turn.edit(conversation).status = ConversationStatus::pending;
    turn.tasks.emplace_back(StartFlow{id, entry_point.flow});
    return {};
  }
  enqueue(turn, id, first.empty() ? QueueWish{} : first_for(turn, first, entry_point.desk));
  return {};
}

namespace {

// What the router does not take as it was wished is asked for without what can be refused: the
// contact waits among all of the entry point's queue rather than nowhere.
void tell_fall_back(Turn& turn, const Interaction& interaction, const Error& error) {
  turn.note_event(interaction, EventKind::ceiling_reached, {{"which", Value(error.reason)}});
}

WorkRecord work_for(Turn& turn, const Interaction& interaction, const QueueWish& wish) {
  const EntryPointConfig& entry_point = *turn.config().entry_point(interaction.entry_point);
  const ConversationRecord conversation = turn.get(interaction.conversation);
  WorkRecord work;
  work.id = turn.ids.take<WorkId>();
  work.kind = WorkKind::interaction;
  work.channel = interaction.channel;
  work.work_class = work_class_of(interaction.channel);
  work.conversation = interaction.conversation;
  work.subject = interaction.id.value();
  work.queue = wish.queue.empty() ? entry_point.queue : wish.queue;
  work.skills = wish.skills;
  work.priority = wish.priority;
  work.preferred = wish.preferred;
  work.preference = wish.preference;
  work.preference_until = wish.until;
  work.requested_at = wish.since.value_or(interaction.started_at);
  if (const KeptPlace* kept = kept_place(turn, conversation)) {
    work.requested_at = std::min(work.requested_at, kept->requested_at);
  }
  return work;
}

// What waits already goes on from its place. Somebody may have taken it meanwhile: it is theirs.
void change_wish(Turn& turn, const Interaction& interaction, const QueueWish& wish) {
  WorkChanged change{interaction.work, {}, {}, {}, {}};
  if (!wish.queue.empty()) change.queue = wish.queue;
  if (!wish.queue.empty() || !wish.skills.empty()) change.skills = wish.skills;
  if (wish.priority != 0) change.priority = wish.priority;
  change.preferred = WorkChanged::Preferred{wish.preferred, wish.preference, wish.until};
  const Status changed = turn.route(change);
  if (changed || changed.error().code == ErrorCode::refused) return;
  tell_fall_back(turn, interaction, changed.error());
  change.queue.reset();
  change.skills.emplace();
  turn.must_route(change);
}

}  // namespace

void add_work(Turn& turn, const Interaction& interaction, WorkRecord work) {
  const Status added = turn.route(WorkAdded{work});
  if (added) return;
  tell_fall_back(turn, interaction, added.error());
  work.queue = turn.config().entry_point(interaction.entry_point)->queue;
  work.skills.clear();
  turn.must_route(WorkAdded{std::move(work)});
}

QueueWish first_for(const Turn& turn, const AgentName& agent, const DeskName& desk) {
  const Timestamp until = turn.now + turn.config().desk(desk)->owner_wait;
  return {{}, {}, 0, agent, Preference::first, until};
}

void enqueue(Turn& turn, InteractionId id, const QueueWish& asked) {
  const Interaction interaction = turn.get(id);
  QueueWish wish = asked;
  if (turn.config().agent(wish.preferred) == nullptr) {  // has left: anybody may take it
    wish.preferred = {};
    wish.preference = Preference::none;
    wish.until.reset();
  }
  if (interaction.work && turn.router->work(interaction.work) != nullptr) {
    return change_wish(turn, interaction, wish);
  }
  WorkRecord work = work_for(turn, interaction, wish);
  Interaction& waiting = turn.edit(interaction);
  waiting.work = work.id;
  waiting.state = InteractionState::waiting;
  ConversationRecord& conversation = turn.edit(interaction.conversation);
  conversation.status = ConversationStatus::open;
  conversation.kept_place.reset();
  Value::Map details{{"queue", Value(work.queue.text())}};
  if (!wish.preferred.empty()) details["preferred"] = Value(wish.preferred.text());
  turn.note_event(interaction, EventKind::queued, std::move(details));
  add_work(turn, interaction, std::move(work));
}

void back_to_queue(Turn& turn, InteractionId id) {
  const Interaction interaction = turn.get(id);
  if (turn.router->work(interaction.work) != nullptr) turn.route(WorkRemoved{interaction.work});
  Interaction& waiting = turn.edit(interaction);
  waiting.work = {};
  waiting.agent = {};
  waiting.alternatives_offered = false;
  const ConversationRecord conversation = turn.get(interaction.conversation);
  QueueWish wish;
  if (!conversation.owner.empty()) wish = first_for(turn, conversation.owner, conversation.desk);
  wish.since = turn.now;
  enqueue(turn, id, wish);
}

void prefer_owner(Turn& turn, ConversationId id) {
  const ConversationRecord conversation = turn.get(id);
  const DeskConfig* desk = turn.config().desk(conversation.desk);
  if (desk == nullptr || turn.config().agent(conversation.owner) == nullptr) return;
  for (const InteractionId live : conversation.live) {
    const WorkRecord* work = turn.router->work(turn.get(live).work);
    const bool waits =
        work != nullptr && (work->state == WorkState::queued || work->state == WorkState::offered);
    if (!waits || work->preferred == conversation.owner || conversation.passing_on == live) {
      continue;
    }
    WorkChanged change{work->id, {}, {}, {}, {}};
    change.preferred =
        WorkChanged::Preferred{conversation.owner, Preference::first, turn.now + desk->owner_wait};
    (void)turn.route(change);  // refused for what has left the queue meanwhile
  }
}

const Interaction* live_at(Turn& turn, ConversationId id, const EntryPointName& entry_point) {
  const ConversationRecord* conversation = turn.tables.conversations.find(turn.tables.key(id));
  if (conversation == nullptr) return nullptr;
  for (const InteractionId live : conversation->live) {
    const Interaction* interaction = turn.tables.interactions.find(turn.tables.key(live));
    if (interaction != nullptr && interaction->entry_point == entry_point) return interaction;
  }
  return nullptr;
}

void hand_over(Turn& turn, const Interaction& interaction, const Entry& entry) {
  if (interaction.state != InteractionState::connected) {
    if (!interaction.session) return;  // whoever takes it reads everything
    turn.tasks.emplace_back(ContinueFlow{interaction.id, FlowAnswer{entry.content}});
    return;
  }
  const AgentRecord* agent = turn.router->agent(interaction.agent);
  if (agent == nullptr || agent->presence == Presence::offline) {
    return back_to_queue(turn, interaction.id);
  }
  turn.notify(interaction.agent, interaction.conversation, "message",
              {{"entry", Value(std::to_string(entry.sequence))},
               {"channel", Value(to_string(interaction.channel))}});
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
  if (began(placed) || find_reach(turn.get(placed.conversation), at.name) != nullptr) return;
  Entry& joined = turn.note_event(placed.conversation, EventKind::joined, {{"by", Value(by)}});
  joined.channel = at.channel;
  joined.entry_point = at.name;
}

Status take_in(Turn& turn, const EntryPointConfig& at, const Address& from, const Entry& entry) {
  const ConversationId conversation = entry.conversation;
  const std::string key = turn.tables.key(conversation, entry.sequence);
  const Interaction* live = live_at(turn, conversation, at.name);
  const bool fresh = live == nullptr;
  const InteractionId interaction =
      fresh ? begin_interaction(turn, conversation, at, from, Direction::inbound).id : live->id;
  Entry& taken = turn.tables.entries.edit(key);
  taken.interaction = interaction;
  turn.outcome.interaction = interaction;
  if (fresh) return dispatch(turn, interaction);
  // Where the contact was expected to come back, they have come.
  if (turn.get(conversation).kept_place) turn.edit(conversation).kept_place.reset();
  hand_over(turn, turn.get(interaction), taken);
  return {};
}

void end_interaction(Turn& turn, InteractionId id) {
  turn.stop_listening(id);
  stop_flow(turn, id);
  const Interaction interaction = turn.get(id);
  Interaction& ended = turn.edit(interaction);
  ended.state = InteractionState::ended;
  ended.ended_at = turn.now;
  ended.work = {};
  ConversationRecord& conversation = turn.edit(interaction.conversation);
  auto& live = conversation.live;
  live.erase(std::remove(live.begin(), live.end(), id), live.end());
  if (conversation.passing_on == id) conversation.passing_on = {};
  const WorkRecord* work = turn.router->work(interaction.work);
  if (work == nullptr) return;
  // A call that never began leaves nothing to wrap up.
  const bool began = interaction.connected_at || interaction.direction == Direction::outbound;
  if (work->state == WorkState::assigned && began) {
    turn.must_route(WorkFinished{work->id});
  } else {
    turn.must_route(WorkRemoved{work->id});
  }
}

}  // namespace novelo
