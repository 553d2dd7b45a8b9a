// Replies to the mails of a case: linked, verified by a person, out of date with what they answer.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/cases.hpp"
#include "engine/decide.hpp"

namespace novelo {

namespace {

// S0.30: whether a reply answers what is not valid any more. What went out before the message that
// is valid now is out of date with it; a reply that names none of ours answers what is valid.
bool is_superseded(const CaseRecord& matter, EffectId answered) {
  const auto valid = std::find_if(matter.mails.rbegin(), matter.mails.rend(),
                                  [](const CaseMail& mail) { return !mail.superseded; });
  if (valid == matter.mails.rend()) return !matter.mails.empty();
  return answered && answered < valid->effect;
}

// Room for one more reply.
void let_go_of_reply(CaseRecord& matter, std::size_t most) {
  auto& replies = matter.replies;
  if (replies.size() < most || replies.empty()) return;
  const auto oldest = std::find_if(replies.begin(), replies.end(),
                                   [](const CaseReply& reply) { return reply.superseded; });
  replies.erase(oldest != replies.end() ? oldest : replies.begin());
}

void finish_verification(Turn& turn, const CaseRecord& matter) {
  const WorkRecord* work = turn.router->work(matter.verification);
  turn.edit(matter).verification = {};
  if (work == nullptr) return;
  if (work->state == WorkState::assigned) {
    turn.must_route(WorkFinished{work->id});
  } else {
    turn.must_route(WorkRemoved{work->id});
  }
}

// Where a person is looked for: at the desk that opened the case, else where the reply came to.
QueueName queue_for(Turn& turn, const CaseRecord& matter, ConversationId replied) {
  for (const ConversationId id : {matter.conversation, replied}) {
    const DeskName desk = turn.get(id).desk;
    for (const EntryPointConfig& entry_point : turn.config().entry_points) {
      if (entry_point.desk == desk) return entry_point.queue;
    }
  }
  return {};
}

// The owner's until the bound, then anybody's.
void ask_for_verification(Turn& turn, const CaseRecord& matter, const QueueName& queue) {
  const AgentName owner = owner_in_service(turn, matter);
  WorkRecord work;
  work.id = turn.ids.take<WorkId>();
  work.kind = WorkKind::verification;
  work.work_class = WorkClass::item;
  work.channel = Channel::email;
  work.conversation = matter.conversation;
  work.subject = matter.id.value();
  work.queue = queue;
  work.requested_at = turn.now;
  if (!owner.empty()) {
    work.preferred = owner;
    work.preference = Preference::only;
    work.preference_until = turn.now + turn.config().callbacks.agent_bound;
  }
  turn.edit(matter).verification = work.id;
  turn.note_event(matter.conversation, EventKind::verification_requested,
                  {{"case", id_value(matter.id)}, {"agent", Value(owner.text())}});
  turn.must_route(WorkAdded{std::move(work)});
}

// S0.21, S0.34: one item a case, however many replies; the owner's until the bound, then anybody's.
Status request_verification(Turn& turn, const CaseRecord& matter, ConversationId replied) {
  if (turn.router->work(matter.verification) != nullptr) {
    const AgentName owner = owner_in_service(turn, matter);
    if (!owner.empty()) {
      turn.notify(owner, matter.conversation, "case_reply", {{"case", id_value(matter.id)}});
    }
    return {};
  }
  if (auto room = turn.check_room(Asking::arrival, 1); !room) return room;
  ask_for_verification(turn, matter, queue_for(turn, matter, replied));
  return {};
}

// A resolved case comes back with its own mail. Nothing is asked for, and nothing is sent.
void reopen_case(Turn& turn, const CaseRecord& matter, ConversationId conversation) {
  const CaseTypeConfig* type = turn.config().case_type(matter.type);
  const StatusConfig* status = status_of(turn, matter);
  if (status == nullptr || status->category != StatusCategory::resolved) return;
  const CaseStatusName& to =
      status->reopens_to.empty() ? type->statuses.front().name : status->reopens_to;
  count_case(turn, matter, false);
  CaseRecord& open = turn.edit(matter);
  open.status = to;
  open.resolved_at.reset();
  count_case(turn, open, true);
  turn.note_event(conversation, EventKind::case_status,
                  {{"case", id_value(matter.id)},
                   {"from", Value(matter.status.text())},
                   {"to", Value(to.text())},
                   {"by", Value("mail")}},
                  {AuthorRole::customer, {}});
  const AgentName owner = owner_in_service(turn, matter);
  if (!owner.empty()) {
    turn.notify(owner, conversation, "case_reopened", {{"case", id_value(matter.id)}});
  }
}

}  // namespace

void supersede_mails(CaseRecord& matter) {
  for (CaseMail& mail : matter.mails) mail.superseded = true;
  for (CaseReply& reply : matter.replies) {
    reply.superseded = true;
    reply.verified = false;
  }
}

void request_again(Turn& turn, const CaseRecord& matter) {
  const WorkRecord* work = turn.router->work(matter.verification);
  if (work == nullptr) return;
  const QueueName queue = work->queue;  // it is there as long as something waits in it
  finish_verification(turn, matter);
  ask_for_verification(turn, turn.get(matter.id), queue);
}

// The conversation is about the case as well: it stays for as long as the case does.
void touch_case(Turn& turn, ConversationId id, CaseId matter) {
  const std::vector<CaseId> cases = turn.get(id).cases;
  if (std::find(cases.begin(), cases.end(), matter) != cases.end()) return;
  if (cases.size() >= turn.options.limits.cases_per_conversation) return;
  turn.edit(id).cases.push_back(matter);
}

Result<bool> take_case_reply(Turn& turn, const CaseReplyIn& reply, ConversationId conversation,
                             std::uint64_t entry) {
  const CaseRecord matter = turn.get(reply.case_id);
  const bool final = is_final(turn, matter);
  const bool superseded = is_superseded(matter, reply.answered);
  turn.note_event(conversation, EventKind::reply_linked,
                  {{"case", id_value(matter.id)},
                   {"entry", Value(std::to_string(entry))},
                   {"superseded", Value(superseded)},
                   {"trust", Value(reply.trust)},
                   {"final", Value(final)}});
  if (final) return false;  // it stays as it is: whoever gets the mail decides what follows
  CaseRecord& changed = turn.edit(matter);
  let_go_of_reply(changed, turn.options.limits.replies_per_case);
  changed.replies.push_back({entry, conversation, superseded, false});
  touch_case(turn, conversation, matter.id);
  reopen_case(turn, matter, conversation);
  const StatusConfig* status = status_of(turn, turn.get(matter.id));
  if (status == nullptr || !status->awaits_reply) return false;
  auto requested = request_verification(turn, turn.get(matter.id), conversation);
  if (!requested) return fail(requested.error());
  return true;
}

Status decide(Turn& turn, const AgentName& actor, const VerifyReply& command) {
  auto found = turn.case_of(command.case_id);
  if (!found) return fail(found.error());
  if (auto agent = turn.agent(actor); !agent) return fail(agent.error());
  const CaseRecord matter = **found;
  const CaseReply* reply = reply_to_judge(matter.replies);
  if (reply == nullptr) {
    return fail(refused("no_reply", "the contact has not replied for this case",
                        fmt::format("case {}", matter.id.value()), "wait for the reply"));
  }
  if (reply->superseded && !command.override_checks) {
    return fail(refused("superseded", "the reply answers a message that is out of date",
                        fmt::format("case {}", matter.id.value()),
                        "ask the contact again, or override knowing that"));
  }
  turn.outcome.case_id = matter.id;
  turn.outcome.conversation = matter.conversation;
  reply_to_judge(turn.edit(matter).replies)->verified = true;
  turn.note_event(matter.conversation, EventKind::verification_done,
                  {{"case", id_value(matter.id)}, {"override", Value(reply->superseded)}},
                  turn.author(actor));
  finish_verification(turn, turn.get(matter.id));
  return {};
}

}  // namespace novelo
