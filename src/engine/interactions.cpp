#include "engine/interactions.hpp"

#include <algorithm>
#include <string>

#include "engine/arrivals.hpp"
#include "engine/calls.hpp"
#include "engine/decide.hpp"

namespace novelo {

namespace {

// The place that was kept for a contact who has come back in time; null when there is none.
const KeptPlace* kept_place(const Turn& turn, const ConversationRecord& conversation) {
  const auto& kept = conversation.kept_place;
  const Duration bound = turn.options.limits.place_kept;
  return kept && turn.now < kept->requested_at + bound ? &*kept : nullptr;
}

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
  // What goes back to the queue is not the contact, who is still to come back.
  if (const KeptPlace* kept = wish.since ? nullptr : kept_place(turn, conversation)) {
    work.requested_at = std::min(work.requested_at, kept->requested_at);
  }
  return work;
}

// Who is offered or has another presence of the contact in this conversation: the same agent is to
// be asked for this one, if they are free, and not a second one beside them.
AgentName at_it_already(Turn& turn, const ConversationRecord& conversation) {
  for (const InteractionId live : conversation.live) {
    const WorkRecord* work = turn.router->work(turn.get(live).work);
    if (work != nullptr && !work->agent.empty()) return work->agent;
  }
  return {};
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
  const Key key = turn.tables.key(interaction.id);
  return turn.tables.interactions.create(key, std::move(interaction));
}

Status dispatch(Turn& turn, InteractionId id) {
  if (auto room = turn.check_room(Asking::arrival); !room) return room;
  if (!look_up(turn, id)) send_on_its_way(turn, id, {});
  return {};
}

AgentName first_in_line(Turn& turn, const ConversationRecord& conversation) {
  const KeptPlace* kept = kept_place(turn, conversation);
  return kept != nullptr && !kept->preferred.empty() ? kept->preferred : conversation.owner;
}

void send_on_its_way(Turn& turn, InteractionId id, const QueueWish& wish) {
  const Interaction interaction = turn.get(id);
  const ConversationRecord conversation = turn.get(interaction.conversation);
  const EntryPointConfig& entry_point = *turn.config().entry_point(interaction.entry_point);
  const AgentName first = first_in_line(turn, conversation);
  if (first.empty() && !entry_point.flow.empty()) {
    turn.edit(interaction).state = InteractionState::in_flow;
    turn.edit(conversation).status = ConversationStatus::pending;
    turn.tasks.emplace_back(StartFlow{id, entry_point.flow});
    return;
  }
  QueueWish to = first.empty() ? QueueWish{} : first_for(turn, first, entry_point.desk);
  to.queue = wish.queue;
  to.priority = wish.priority;
  enqueue(turn, id, to);
}

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
  const ConversationRecord before = turn.get(interaction.conversation);
  if (wish.preferred.empty() && before.passing_on != id) {
    wish.preferred = at_it_already(turn, before);
    wish.preference = wish.preferred.empty() ? Preference::none : Preference::first;
  }
  WorkRecord work = work_for(turn, interaction, wish);
  Interaction& waiting = turn.edit(interaction);
  waiting.work = work.id;
  waiting.state = InteractionState::waiting;
  ConversationRecord& conversation = turn.edit(interaction.conversation);
  conversation.status = ConversationStatus::open;
  if (!wish.since) conversation.kept_place.reset();
  Value::Map details{{"queue", Value(work.queue.text())}};
  if (!wish.preferred.empty()) details["preferred"] = Value(wish.preferred.text());
  turn.note_event(interaction, EventKind::queued, std::move(details));
  add_work(turn, interaction, std::move(work));
}

namespace {

// As far as the timeline tells, looking back so far and no further.
std::optional<Timestamp> unanswered_on_timeline(Turn& turn, const Interaction& interaction) {
  constexpr std::size_t entries_at_a_time = 50;
  constexpr int most_pages = 40;
  const Key all = turn.tables.key().id(interaction.conversation);
  std::string end = all.end();
  std::optional<Timestamp> since;
  for (int page = 0; page < most_pages; ++page) {
    const auto entries =
        turn.tables.entries.scan(all.bytes(), end, entries_at_a_time, Order::descending);
    for (const auto& [key, entry] : entries) {
      const bool said = entry.type == EntryType::message;
      if (!said || entry.entry_point != interaction.entry_point) continue;
      if (entry.direction != Direction::inbound) return since;
      since = entry.at;
    }
    if (entries.size() < entries_at_a_time) break;
    end = entries.back().first;
  }
  return since;
}

}  // namespace

std::optional<Timestamp> unanswered_since(Turn& turn, const Interaction& interaction) {
  if (interaction.channel == Channel::voice) return std::nullopt;
  const ConversationRecord conversation = turn.get(interaction.conversation);
  const Reach* reach = find_reach(conversation, interaction.entry_point);
  if (reach != nullptr && reach->unanswered_since) return reach->unanswered_since;
  // A record of before this was kept, and a contact who is not reached here, tell nothing.
  return unanswered_on_timeline(turn, interaction);
}

namespace {

Timestamp waiting_since(Turn& turn, const Interaction& interaction) {
  if (interaction.channel != Channel::voice) {
    return unanswered_since(turn, interaction).value_or(turn.now);
  }
  if (interaction.connected_at) return turn.now;
  const WorkRecord* work = turn.router->work(interaction.work);
  return work != nullptr ? work->requested_at : interaction.started_at;
}

}  // namespace

void back_to_queue(Turn& turn, InteractionId id) {
  const Interaction interaction = turn.get(id);
  const Timestamp since = waiting_since(turn, interaction);
  if (turn.router->work(interaction.work) != nullptr) turn.route(WorkRemoved{interaction.work});
  Interaction& waiting = turn.edit(interaction);
  waiting.work = {};
  waiting.agent = {};
  waiting.alternatives_offered = false;
  const ConversationRecord conversation = turn.get(interaction.conversation);
  QueueWish wish;
  if (!conversation.owner.empty()) wish = first_for(turn, conversation.owner, conversation.desk);
  wish.since = since;
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

namespace {

// The live interaction at an entry point; null when there is none.
const Interaction* live_at(Turn& turn, ConversationId id, const EntryPointName& entry_point) {
  const ConversationRecord* conversation = turn.tables.conversations.find(turn.tables.key(id));
  if (conversation == nullptr) return nullptr;
  for (const InteractionId live : conversation->live) {
    const Interaction* interaction = turn.tables.interactions.find(turn.tables.key(live));
    if (interaction != nullptr && interaction->entry_point == entry_point) return interaction;
  }
  return nullptr;
}

// What the contact has just written goes to whoever has the interaction: a flow that waits for an
// answer, or an agent.
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
  Value::Map body;
  body.emplace("entry", std::to_string(entry.sequence));
  body.emplace("channel", to_string(interaction.channel));
  turn.notify(interaction.agent, interaction.conversation, "message", std::move(body));
}

}  // namespace

Status take_in(Turn& turn, const EntryPointConfig& at, const Address& from, const Entry& entry) {
  const ConversationId conversation = entry.conversation;
  const std::string key = turn.tables.key(conversation, entry.sequence);
  const Interaction* live = live_at(turn, conversation, at.name);
  const bool fresh = live == nullptr;
  const InteractionId interaction =
      fresh ? begin_interaction(turn, conversation, at, from, Direction::inbound).id : live->id;
  Entry& taken = turn.tables.entries.edit(key);
  taken.interaction = interaction;
  remember_unanswered(turn, conversation, at.name, taken.at);
  turn.outcome.interaction = interaction;
  if (fresh) return dispatch(turn, interaction);
  // Where the contact was expected to come back, they have come.
  if (turn.peek(conversation).kept_place) turn.edit(conversation).kept_place.reset();
  hand_over(turn, turn.peek(interaction), taken);
  return {};
}

void end_interaction(Turn& turn, InteractionId id) {
  turn.stop_listening(id);
  stop_flow(turn, id);
  stop_looking_up(turn, id);
  const Interaction interaction = turn.get(id);
  if (interaction.channel == Channel::voice) turn.tables.correlations.erase(live_key(turn, id));
  Interaction& ended = turn.edit(interaction);
  ended.state = InteractionState::ended;
  ended.ended_at = turn.now;
  ended.work = {};
  ConversationRecord& conversation = turn.edit(interaction.conversation);
  auto& live = conversation.live;
  live.erase(std::remove(live.begin(), live.end(), id), live.end());
  if (conversation.passing_on == id) conversation.passing_on = {};
  if (live_at(turn, interaction.conversation, interaction.entry_point) == nullptr) {
    remember_answered(turn, interaction.conversation, interaction.entry_point);
  }
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
