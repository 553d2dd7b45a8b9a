// Conversations: looked at, taken, passed on, noted, closed, reopened.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"

namespace novelo {

namespace {

// A chat that somebody has goes to the new owner, at once where there is room for it; a call goes
// on with whoever is speaking.
void pass_chat(Turn& turn, const Interaction& chat, const AgentName& to) {
  const bool live = chat.state == InteractionState::connected && chat.channel != Channel::voice;
  if (!live || chat.agent == to) return;
  if (!turn.route(WorkClaimed{chat.work, to})) back_to_queue(turn, chat.id);
}

Status check_desk(const Turn& turn, const ConversationRecord& conversation) {
  if (turn.config().desk(conversation.desk) != nullptr) return {};
  return fail(refused("desk_gone", "the conversation's desk is not configured any more",
                      fmt::format("conversation {}", conversation.id.value()),
                      "begin a new conversation at another desk"));
}

}  // namespace

Status check_not_closed(const ConversationRecord& conversation, std::string remedy) {
  if (conversation.status != ConversationStatus::closed) return {};
  return fail(refused("closed", "the conversation is closed",
                      fmt::format("conversation {}", conversation.id.value()), std::move(remedy)));
}

void take_over(Turn& turn, InteractionId id, const AgentName& agent) {
  stop_flow(turn, id);
  const Interaction interaction = turn.get(id);
  if (interaction.state == InteractionState::connected ||
      interaction.state == InteractionState::dialling) {
    return;
  }
  const EntryPointConfig& at = *turn.config().entry_point(interaction.entry_point);
  enqueue(turn, id, first_for(turn, agent, at.desk));
  // Where that is refused for lack of room, it waits for the agent first.
  (void)turn.route(WorkClaimed{turn.get(id).work, agent});
}

void close_conversation(Turn& turn, ConversationId id, Author by, std::string qualification,
                        std::string description, std::string disposition) {
  const std::vector<InteractionId> live = turn.get(id).live;
  for (const InteractionId interaction : live) end_interaction(turn, interaction);
  const std::vector<CallbackId> promises = turn.get(id).callbacks;
  ConversationRecord& conversation = turn.edit(id);
  conversation.status = ConversationStatus::closed;
  conversation.closed_at = turn.now;
  conversation.kept_place.reset();
  conversation.passing_on = {};
  Closure closure{id,          ++conversation.closures, turn.now, by, qualification, description,
                  disposition, conversation.survey};
  const std::uint32_t number = closure.number;
  const std::string open_key = turn.tables.key(conversation.desk, conversation.contact);
  const Pointer* open = turn.tables.open_conversations.find(open_key);
  if (open != nullptr && open->id == id.value()) turn.tables.open_conversations.erase(open_key);
  turn.tables.closures.create(turn.tables.key(id, number), std::move(closure));
  turn.note_event(id, EventKind::closed,
                  {{"closure", Value(static_cast<std::int64_t>(number))},
                   {"qualification", Value(qualification)},
                   {"disposition", Value(disposition)}},
                  std::move(by));
}

void end_pending(Turn& turn, const Interaction& last, Author by, std::string disposition) {
  const ConversationRecord conversation = turn.get(last.conversation);
  if (conversation.status != ConversationStatus::pending || !conversation.live.empty()) return;
  if (!conversation.callbacks.empty() || conversation.kept_place || last.recording) {
    turn.edit(conversation).status = ConversationStatus::open;
    return;
  }
  close_conversation(turn, conversation.id, std::move(by), {}, {}, std::move(disposition));
}

Status decide(Turn& turn, const AgentName& actor, const ViewConversation& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  if (auto agent = turn.agent(actor); !agent) return fail(agent.error());
  turn.note_event(command.conversation, EventKind::viewed, {}, turn.author(actor));
  turn.outcome.conversation = command.conversation;
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const ClaimConversation& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  if (auto agent = turn.agent(actor); !agent) return fail(agent.error());
  const ConversationRecord conversation = **found;
  if (auto open = check_not_closed(conversation); !open) return open;
  if (!conversation.owner.empty() && conversation.owner != actor) {
    return fail(refused("in_service",
                        fmt::format("the conversation is {}'s", conversation.owner.text()),
                        fmt::format("conversation {}", conversation.id.value()),
                        "reassign it, when it is to be another's"));
  }
  turn.outcome.conversation = conversation.id;
  ConversationRecord& taken = turn.edit(conversation);
  taken.owner = actor;
  taken.status = ConversationStatus::open;
  turn.note_event(conversation.id, EventKind::reassigned,
                  {{"from", Value(conversation.owner.text())}, {"to", Value(actor.text())}},
                  turn.author(actor));
  for (const InteractionId id : conversation.live) take_over(turn, id, actor);
  return {};
}

// S4.16: the new owner is told, with a link, unless it was they who took it; what waits for the old
// one waits for the new one.
Status decide(Turn& turn, const AgentName& actor, const ReassignConversation& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  auto to = turn.known_agent(command.to);
  if (!to) return fail(to.error());
  const ConversationRecord conversation = **found;
  if (auto open = check_not_closed(conversation); !open) return open;
  if (auto there = check_desk(turn, conversation); !there) return there;
  if (conversation.owner == command.to) {
    return fail(refused("already_owner", fmt::format("it is {}'s already", command.to.text()),
                        fmt::format("conversation {}", conversation.id.value()),
                        "nothing needs to be done"));
  }
  turn.edit(conversation).owner = command.to;
  turn.note_event(conversation.id, EventKind::reassigned,
                  {{"from", Value(conversation.owner.text())}, {"to", Value(command.to.text())}},
                  turn.author(actor));
  if (command.to != actor) {
    turn.notify(command.to, conversation.id, "reassigned",
                {{"email", Value((*to)->email)},
                 {"by", Value(actor.text())},
                 {"link", Value(turn.config().tenant.conversation_url +
                                std::to_string(conversation.id.value()))}});
  }
  for (const CaseId id : conversation.cases) turn.edit(id).owner = command.to;
  for (const InteractionId id : conversation.live) pass_chat(turn, turn.get(id), command.to);
  prefer_owner(turn, conversation.id);
  turn.outcome.conversation = conversation.id;
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const AddNote& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  if (command.text.empty()) {
    return fail(
        {ErrorCode::invalid, "empty_note", "there is nothing to note", "text", "write something"});
  }
  if (auto there = check_not_erased(turn, (*found)->contact); !there) return there;
  Note note;
  note.id = turn.ids.take<NoteId>();
  note.conversation = command.conversation;
  note.after = (*found)->entries;
  note.at = turn.now;
  note.author = turn.author(actor);
  note.text = command.text;
  turn.outcome.conversation = command.conversation;
  turn.outcome.details["note"] = id_value(note.id);
  const std::string key = turn.tables.key(command.conversation, note.id.value());
  turn.tables.notes.create(key, std::move(note));
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const CloseConversation& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  const ConversationRecord conversation = **found;
  if (auto open = check_not_closed(conversation); !open) return open;
  for (const InteractionId id : conversation.live) {
    const Interaction interaction = turn.get(id);
    if (interaction.channel != Channel::voice) continue;
    return fail(refused("call_live", "the contact is on the telephone",
                        fmt::format("interaction {}", id.value()), "end the call first"));
  }
  if (!conversation.callbacks.empty()) {
    return fail(refused("callback_open", "a callback was promised and not kept",
                        fmt::format("callback {}", conversation.callbacks.front().value()),
                        "place it or cancel it first"));
  }
  turn.outcome.conversation = conversation.id;
  turn.outcome.survey = conversation.survey;
  close_conversation(turn, conversation.id, turn.author(actor), command.qualification,
                     command.description, command.disposition);
  // S2.17: what was kept is confirmed, each by itself.
  if (!command.qualification.empty()) turn.outcome.details["qualification_saved"] = Value(true);
  if (!command.description.empty()) turn.outcome.details["description_saved"] = Value(true);
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const ReopenConversation& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  const ConversationRecord conversation = **found;
  if (conversation.status != ConversationStatus::closed) {
    return fail(refused("not_closed", "the conversation is not closed",
                        fmt::format("conversation {}", conversation.id.value()), "go on in it"));
  }
  if (auto there = check_desk(turn, conversation); !there) return there;
  if (auto there = check_not_erased(turn, conversation.contact); !there) return there;
  const Pointer* open =
      turn.tables.open_conversations.find(turn.tables.key(conversation.desk, conversation.contact));
  if (open != nullptr) {
    return fail({ErrorCode::conflict, "other_conversation_open",
                 "the contact has an open conversation at this desk",
                 fmt::format("conversation {}", open->id), "go on in that one"});
  }
  reopen(turn, conversation, turn.author(actor));
  turn.outcome.conversation = conversation.id;
  return {};
}

}  // namespace novelo
