// Look-ups: another system of the business is asked who a stranger is. The contact waits for the
// answer, for a while; whenever it comes, it completes what is known.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/bounds.hpp"
#include "engine/contacts.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

namespace {

// What the other system said.
struct Answer {
  bool known = false;
  UpsertContact contact;
  AgentName owner;
  QueueName queue;
  int priority = 0;
  std::vector<std::string> ignored;  // members that name what is not here
};

// Reads an answer strictly: a spelling mistake is to show, and not to leave strangers strangers.
class AnswerReader {
 public:
  AnswerReader(const Turn& turn, const Value& answer) : turn_(turn), value_(answer) {}

  Result<Answer> read() {
    if (value_.is_null()) return answer_;
    const Value::Map* members = value_.as_map();
    if (members == nullptr) {
      blame("", "an object or null");
    } else {
      answer_.known = !members->empty();
      for (const auto& [name, value] : *members) member(name, value);
    }
    if (fault_) return fail(*fault_);
    return answer_;
  }

 private:
  void blame(std::string subject, std::string_view wanted) {
    if (fault_) return;
    fault_ = {ErrorCode::invalid,
              "bad_answer",
              fmt::format("this must be {}", wanted),
              std::move(subject),
              {}};
  }

  std::string text(const std::string& name, const Value& value) {
    if (const std::string* text = value.as_text()) return *text;
    blame(name, "a text");
    return {};
  }

  void member(const std::string& name, const Value& value) {
    if (value.is_null()) return;
    if (name == "name") {
      answer_.contact.name = text(name, value);
    } else if (name == "locale") {
      answer_.contact.locale = text(name, value);
    } else if (name == "addresses") {
      addresses(value);
    } else if (name == "attributes") {
      const Value::Map* attributes = value.as_map();
      if (attributes == nullptr) return blame(name, "an object");
      answer_.contact.attributes = *attributes;
    } else if (name == "contact") {
      contact(text(name, value));
    } else if (name == "owner") {
      answer_.owner = AgentName(text(name, value));
      if (turn_.config().agent(answer_.owner) == nullptr) ignore(name, answer_.owner);
    } else if (name == "queue") {
      answer_.queue = QueueName(text(name, value));
      if (turn_.config().queue(answer_.queue) == nullptr) ignore(name, answer_.queue);
    } else if (name == "priority") {
      priority(value);
    } else {
      blame(name, "left out: there is no such member");
    }
  }

  template <class Name>
  void ignore(const std::string& member, Name& name) {
    answer_.ignored.push_back(member);
    name = {};
  }

  void addresses(const Value& value) {
    const Value::List* list = value.as_list();
    if (list == nullptr) return blame("addresses", "a list");
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string subject = fmt::format("addresses[{}]", i);
      const auto address = parse_address(text(subject, (*list)[i]));
      if (!address) return blame(subject, "an address such as \"phone:5541988887777\"");
      answer_.contact.addresses.push_back(*address);
    }
  }

  void contact(const std::string& digits) {
    std::uint64_t id = 0;
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, id);
    if (read.ec != std::errc() || read.ptr != end) return blame("contact", "the id of a contact");
    answer_.contact.contact = ContactId(id);
  }

  void priority(const Value& value) {
    const std::int64_t* number = value.as_int();
    const bool fits = number != nullptr && *number >= -most_priority && *number <= most_priority;
    if (!fits) return blame("priority", "a whole number from -100 to 100");
    answer_.priority = static_cast<int>(*number);
  }

  const Turn& turn_;
  const Value& value_;
  Answer answer_;
  std::optional<Error> fault_;
};

bool waits_for(const Interaction& interaction, const Effect& effect) {
  return interaction.state == InteractionState::arriving && interaction.looking_up == effect.id;
}

void go_on(Turn& turn, InteractionId id, const QueueWish& wish) {
  stop_looking_up(turn, id);
  send_on_its_way(turn, id, wish);
}

// The address in the form under which it is known.
Address plain_remote(const Turn& turn, const Interaction& interaction) {
  const EntryPointConfig& at = *turn.config().entry_point(interaction.entry_point);
  const auto plain = normalise(interaction.remote, at.dial_plan);
  return plain ? *plain : interaction.remote;
}

// Whom the answer means: somebody the business knows, as in a command, before the stranger.
void find_contact(Turn& turn, const Interaction& interaction, UpsertContact& command) {
  if (!command.contact) command.contact = known_as(turn, command);
  const bool named = command.contact && !is_stranger(turn, command.contact);
  if (!named) command.contact = interaction.contact;
  command.addresses.push_back(plain_remote(turn, interaction));
}

// What the desk would have had for the contact, had they been known when they came: the
// conversation that was closed a short while ago goes on, or the owner of the one before is asked
// for first. Gives the one to link.
ConversationId take_up_history(Turn& turn, const Interaction& interaction, ContactId contact) {
  const ConversationRecord fresh = turn.get(interaction.conversation);
  if (fresh.contact == contact || !is_stranger(turn, fresh.contact)) return {};
  if (turn.tables.open_conversations.find(turn.tables.key(fresh.desk, contact)) != nullptr) {
    return {};
  }
  const ConversationRecord* found = latest_conversation(turn, contact, fresh.desk);
  if (found == nullptr) return {};
  const ConversationRecord last = *found;
  const DeskConfig& desk = *turn.config().desk(fresh.desk);
  switch (place(nullptr, &last, {desk.reopen, desk.affinity}, turn.now)) {
    case Placement::reopen: reopen(turn, last, {AuthorRole::customer, {}}); return {};
    case Placement::linked: return last.id;
    case Placement::join:
    case Placement::fresh: break;
  }
  return {};
}

void link(Turn& turn, ConversationId conversation, ConversationId before) {
  const AgentName owner = turn.get(before).owner;
  ConversationRecord& linked = turn.edit(conversation);
  linked.previous = before;
  if (linked.owner.empty()) linked.owner = owner;
  turn.note_event(conversation, EventKind::linked, {{"previous", id_value(before)}});
}

// The one who looks after the contact serves them first, as an owner does.
void take_owner(Turn& turn, ConversationId id, const AgentName& owner) {
  const ConversationRecord conversation = turn.get(id);
  if (owner.empty() || !conversation.owner.empty()) return;
  turn.edit(conversation).owner = owner;
  turn.note_event(id, EventKind::reassigned,
                  {{"from", Value(std::string())}, {"to", Value(owner.text())}});
}

// Whoever serves already has seen nobody's name.
void tell_known(Turn& turn, const Interaction& interaction, ContactId contact) {
  const ConversationRecord conversation = turn.get(interaction.conversation);
  const AgentName who = interaction.agent.empty() ? conversation.owner : interaction.agent;
  if (turn.config().agent(who) == nullptr) return;
  const ContactRecord* record = turn.tables.contacts.find(turn.tables.key(contact));
  turn.notify(who, conversation.id, "contact_known",
              {{"contact", id_value(contact)},
               {"contact_name", Value(record != nullptr ? record->name : std::string())}});
}

// Takes over what was said of the contact. Fails, with nothing changed, as an UpsertContact would.
Result<ContactId> complete(Turn& turn, const Interaction& interaction, Answer& answer,
                           bool in_time) {
  find_contact(turn, interaction, answer.contact);
  const Command said{"answer", {}, answer.contact};
  if (auto bounded = check_bounds(said, turn.options.limits); !bounded) {
    return fail(bounded.error());
  }
  if (auto sound = check_upsert(turn, answer.contact); !sound) return fail(sound.error());
  ConversationId before;
  if (in_time) before = take_up_history(turn, interaction, answer.contact.contact);
  const auto upserted = upsert_contact(turn, answer.contact, {});
  if (!upserted) return fail(upserted.error());
  const ConversationId now = turn.get(interaction.id).conversation;
  if (before && turn.get(now).contact == upserted->contact) link(turn, now, before);
  if (in_time) take_owner(turn, now, answer.owner);
  return upserted->contact;
}

// What else has come of the contact meanwhile waits for the same answer, and has it.
void let_others_go_on(Turn& turn, const Interaction& named, const QueueWish& wish) {
  const std::vector<InteractionId> live = turn.get(named.conversation).live;
  for (const InteractionId id : live) {
    const Interaction other = turn.get(id);
    if (other.state != InteractionState::arriving || !other.look_up_until) continue;
    if (is_stranger(turn, other.contact)) continue;
    go_on(turn, id, wish);
  }
}

void tell_done(Turn& turn, const Effect& effect, const Interaction& interaction,
               Value::Map details) {
  details["action"] = effect.body.at("action");
  if (!waits_for(interaction, effect)) details["late"] = Value(true);
  turn.note_event(turn.get(interaction.id), EventKind::action_done, std::move(details));
}

}  // namespace

bool look_up(Turn& turn, InteractionId id) {
  const Interaction interaction = turn.get(id);
  const EntryPointConfig& at = *turn.config().entry_point(interaction.entry_point);
  const ConversationRecord conversation = turn.get(interaction.conversation);
  if (!at.look_up || !conversation.candidates.empty()) return false;
  if (!is_stranger(turn, interaction.contact)) return false;
  const Limits& limits = turn.options.limits;
  if (turn.outbox.size() >= limits.unsettled_effects) return false;  // nobody answers any
  const std::string address = to_string(plain_remote(turn, interaction));
  Effect effect;
  effect.kind = EffectKind::action;
  effect.conversation = interaction.conversation;
  effect.interaction = id;
  effect.body = {{"action", Value(at.look_up->action)},
                 {"address", Value(address)},
                 {"channel", Value(to_string(interaction.channel))},
                 {"entry_point", Value(at.name.text())},
                 {"interaction", id_value(id)}};
  const EffectId asked = turn.add_effect(std::move(effect));
  turn.note_event(interaction, EventKind::action_requested,
                  {{"action", Value(at.look_up->action)}, {"address", Value(address)}});
  const Duration wait = at.look_up->wait;
  if (wait == Duration::zero()) return false;
  Interaction& waiting = turn.edit(id);
  waiting.looking_up = asked;
  waiting.look_up_until = turn.now + wait;
  turn.arm(TimerKind::look_up, id.value(), turn.now + wait);
  const bool greeted = first_in_line(turn, conversation).empty() && !at.flow.empty();
  if (greeted) turn.edit(conversation).status = ConversationStatus::pending;
  return true;
}

void stop_looking_up(Turn& turn, InteractionId id) {
  const Interaction interaction = turn.get(id);
  if (!interaction.look_up_until) return;
  turn.disarm(TimerKind::look_up, id.value(), *interaction.look_up_until);
  Interaction& changed = turn.edit(interaction);
  changed.looking_up = {};
  changed.look_up_until.reset();
}

void look_up_late(Turn& turn, InteractionId id) {
  const Interaction* found = turn.tables.interactions.find(turn.tables.key(id));
  if (found == nullptr || !found->look_up_until || *found->look_up_until > turn.now) return;
  const Interaction interaction = *found;
  if (interaction.state != InteractionState::arriving) return stop_looking_up(turn, id);
  const auto waited =
      std::chrono::duration_cast<std::chrono::seconds>(turn.now - interaction.started_at).count();
  const EntryPointConfig* at = turn.config().entry_point(interaction.entry_point);
  const bool asks = at != nullptr && at->look_up;
  turn.note_event(interaction, EventKind::look_up_late,
                  {{"action", Value(asks ? at->look_up->action : std::string())},
                   {"waited_seconds", Value(waited)}});
  go_on(turn, id, {});
}

void look_up_failed(Turn& turn, const Effect& effect, const std::string& reason) {
  const Interaction interaction = turn.get(effect.interaction);
  tell_done(turn, effect, interaction, {{"ok", Value(false)}, {"reason", Value(reason)}});
  if (waits_for(interaction, effect)) go_on(turn, interaction.id, {});
}

void finish_look_up(Turn& turn, const Effect& effect, const Value& value) {
  const Interaction interaction = turn.get(effect.interaction);
  const bool in_time = waits_for(interaction, effect);
  auto answer = AnswerReader(turn, value).read();
  Result<ContactId> contact = ContactId();
  if (!answer) {
    contact = fail(answer.error());
  } else if (answer->known) {
    contact = complete(turn, interaction, *answer, in_time);
  }
  if (!contact) {
    tell_done(turn, effect, interaction,
              {{"ok", Value(false)},
               {"reason", Value(contact.error().reason)},
               {"subject", Value(contact.error().subject)}});
  } else {
    Value::Map details{{"ok", Value(true)}, {"known", Value(answer->known)}};
    Value::List ignored(answer->ignored.begin(), answer->ignored.end());
    if (!ignored.empty()) details["ignored"] = Value(std::move(ignored));
    tell_done(turn, effect, interaction, std::move(details));
    turn.outcome.contact = *contact;
  }
  QueueWish wish;
  if (contact) wish.queue = answer->queue;
  if (contact) wish.priority = answer->priority;
  if (in_time) go_on(turn, interaction.id, wish);
  if (contact && *contact) let_others_go_on(turn, turn.get(interaction.id), wish);
  if (in_time) return;
  if (contact && *contact) tell_known(turn, turn.get(interaction.id), *contact);
}

}  // namespace novelo
