// Cases: the matter, its protocol number, its workflow, and the replies it waits for.
#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/bounds.hpp"
#include "engine/decide.hpp"
#include "novelo/rules/calendar.hpp"
#include "novelo/rules/condition.hpp"

namespace novelo {

namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Value case_variables(const CaseRecord& matter) {
  return Value(Value::Map{{"fields", Value(matter.fields)},
                          {"status", Value(matter.status.text())},
                          {"category", Value(matter.category)}});
}

// Who has left the business is asked and told nothing.
AgentName owner_in_service(const Turn& turn, const CaseRecord& matter) {
  return turn.config().agent(matter.owner) != nullptr ? matter.owner : AgentName();
}

const StatusConfig* status_of(const Turn& turn, const CaseRecord& matter) {
  const CaseTypeConfig* type = turn.config().case_type(matter.type);
  return type != nullptr ? type->status(matter.status) : nullptr;
}

// A final case is history. So is one whose status is not configured any more: only what is final
// may lose it.
bool is_final(const Turn& turn, const CaseRecord& matter) {
  const StatusConfig* status = status_of(turn, matter);
  return status == nullptr || status->category == StatusCategory::final;
}

Status check_not_final(const Turn& turn, const CaseRecord& matter) {
  if (!is_final(turn, matter)) return {};
  return fail(refused("case_final", "the case has come to its end and stays as it is",
                      fmt::format("case {}", matter.id.value()), "open a case that follows it"));
}

// How many cases have a status: what a configuration must not take away (configure.cpp).
void count_case(Turn& turn, const CaseRecord& matter, bool more) {
  const std::string key = turn.tables.key(matter.type, matter.status);
  const Counter* counter = turn.tables.counters.find(key);
  const std::uint64_t before = counter != nullptr ? counter->value : 0;
  turn.tables.counters.put(key, {more ? before + 1 : before - std::min<std::uint64_t>(before, 1)});
}

// S0.17: what the case's rules have to tell the agent, each once.
void advise(Turn& turn, CaseId id) {
  const CaseRecord matter = turn.get(id);
  const CaseTypeConfig* type = turn.config().case_type(matter.type);
  if (type == nullptr) return;
  const Value variables = case_variables(matter);
  for (const CaseRule& rule : type->rules) {
    const bool applies = std::all_of(rule.when.begin(), rule.when.end(),
                                     [&](const Condition& test) { return holds(test, variables); });
    if (!applies || contains(matter.advised, rule.advice)) continue;
    turn.edit(matter).advised.push_back(rule.advice);
    Value::Map details{
        {"case", id_value(id)}, {"advice", Value(rule.advice)}, {"text", Value(rule.text)}};
    turn.note_event(matter.conversation, EventKind::advised, details);
    const AgentName owner = owner_in_service(turn, matter);
    if (!owner.empty()) turn.notify(owner, matter.conversation, "advice", std::move(details));
  }
}

Status wrong_type(std::string_view name, std::string_view takes, std::string_view remedy) {
  return fail({ErrorCode::invalid, "wrong_type", fmt::format("this field takes {}", takes),
               fmt::format("fields.{}", name), std::string(remedy)});
}

bool is_number(const Value& value) {
  const double* fraction = value.as_double();
  return value.as_int() != nullptr || (fraction != nullptr && std::isfinite(*fraction));
}

// Null takes a field away; an empty text empties one that is written.
Status check_field(const FieldConfig& field, const Value& value) {
  if (value.is_null()) return {};
  if (field.type == "number") {
    return is_number(value) ? Status{}
                            : wrong_type(field.name, "a number", "write it without quotes: 12.5");
  }
  if (field.type == "yes_no") {
    return value.as_bool() != nullptr ? Status{}
                                      : wrong_type(field.name, "yes or no", "give true or false");
  }
  const std::string* text = value.as_text();
  if (text == nullptr) return wrong_type(field.name, "a text", "put it in quotes");
  if (text->empty()) return {};
  if (field.type == "cpf") {
    if (auto cpf = parse_cpf(*text); !cpf) {
      Error error = cpf.error();
      error.subject = fmt::format("fields.{}", field.name);
      return fail(std::move(error));
    }
  } else if (field.type == "date_time" && !parse_timestamp(*text)) {
    return fail({ErrorCode::invalid, "bad_date", "this field takes a date and time",
                 fmt::format("fields.{}", field.name), "write it as 2026-03-12T10:30:00-03:00"});
  }
  return {};
}

Status check_field(const CaseTypeConfig& type, const std::string& name, const Value& value) {
  const FieldConfig* known = type.field(name);
  if (known == nullptr) {
    return fail({ErrorCode::invalid, "unknown_field", "the case type has no such field",
                 fmt::format("fields.{}", name), "add it to the case type, or leave it out"});
  }
  return check_field(*known, value);
}

// The fields by themselves, and all of them together with those that the case has.
Status check_fields(const Turn& turn, const CaseTypeConfig& type, const Value::Map& fields,
                    const Value::Map& before) {
  for (const auto& [name, value] : fields) {
    if (auto checked = check_field(type, name, value); !checked) return checked;
  }
  Value::Map all = before;
  for (const auto& [name, value] : fields) all.insert_or_assign(name, value);
  return check_size(all, "fields", turn.options.limits);
}

Value::Map change_fields(CaseRecord& matter, const Value::Map& fields) {
  Value::Map changes;
  for (const auto& [name, value] : fields) {
    const Value before = Value(matter.fields)[name];
    if (before == value) continue;
    changes[name] = Value(Value::Map{{"old", before}, {"new", value}});
    if (value.is_null()) {
      matter.fields.erase(name);
    } else {
      matter.fields.insert_or_assign(name, value);
    }
  }
  return changes;
}

// `not_set`: what another system answered and the case does not take, with the reasons.
void tell_changes(Turn& turn, const CaseRecord& matter, Value::Map changes, Author author,
                  Value::Map not_set = {}) {
  if (changes.empty() && not_set.empty()) return;
  Value::Map details{{"case", id_value(matter.id)}, {"fields", Value(std::move(changes))}};
  if (!not_set.empty()) details["not_set"] = Value(std::move(not_set));
  turn.note_event(matter.conversation, EventKind::case_fields, std::move(details),
                  std::move(author));
  advise(turn, matter.id);
}

// The reply that a person is to judge: the newest that is not out of date, else the newest.
template <class Replies>
auto reply_to_judge(Replies& replies) -> decltype(replies.data()) {
  for (std::size_t i = replies.size(); i-- > 0;) {
    if (!replies[i].superseded) return &replies[i];
  }
  return replies.empty() ? nullptr : &replies.back();
}

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

// S0.31: everything a status asks for, before anything happens.
Status check_need(Turn& turn, const CaseRecord& matter, const std::string& need) {
  const auto missing = [&](std::string message, std::string remedy) {
    return fail(refused("need_not_met", std::move(message),
                        fmt::format("case {}", matter.id.value()), std::move(remedy)));
  };
  if (need.rfind("fields.", 0) == 0) {
    if (!case_variables(matter).at_path(need).to_text().empty()) return {};
    return missing(fmt::format("the case has no {}", need.substr(7)),
                   fmt::format("set the field {}", need.substr(7)));
  }
  if (need == "reply_verified") {
    const CaseReply* reply = reply_to_judge(matter.replies);
    if (reply != nullptr && reply->verified) return {};
    return missing("no reply of the contact has been verified", "verify the reply first");
  }
  if (need.rfind("informed.", 0) == 0) {
    if (contains(matter.informed, need.substr(9))) return {};
    return missing(fmt::format("the contact was not told: {}", need.substr(9)),
                   "tell the contact, and record it");
  }
  if (need.rfind("address.", 0) == 0) {
    const std::string word = need.substr(8);
    const auto kind = parse_address_kind(word);
    const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(matter.contact));
    const auto fits = [&](const Address& address) { return address.kind == kind; };
    if (contact != nullptr &&
        std::any_of(contact->identities.begin(), contact->identities.end(), fits)) {
      return {};
    }
    return missing(fmt::format("the contact has no address of the kind \"{}\"", word),
                   "ask for one and add it to the contact");
  }
  return missing(fmt::format("unknown need {}", need), "mend the configuration");
}

// What a case that is over must have in its fields.
Status check_required(const CaseTypeConfig& type, const CaseRecord& matter) {
  for (const FieldConfig& field : type.fields) {
    if (!field.required || !Value(matter.fields)[field.name].to_text().empty()) continue;
    return fail(refused("need_not_met", fmt::format("the case has no {}", field.name),
                        fmt::format("case {}", matter.id.value()),
                        fmt::format("set the field {}", field.name)));
  }
  return {};
}

bool ends_a_case(const StatusConfig& status) {
  return status.category == StatusCategory::resolved || status.category == StatusCategory::final;
}

Status check_status(Turn& turn, const CaseRecord& matter, const StatusConfig& next,
                    const AgentName& actor, bool override_checks) {
  const bool follows = next.from.empty() || std::find(next.from.begin(), next.from.end(),
                                                      matter.status) != next.from.end();
  if (!follows) {
    std::string allowed;
    for (const CaseStatusName& from : next.from)
      allowed += (allowed.empty() ? "" : ", ") + from.text();
    return fail(refused(
        "bad_transition",
        fmt::format("\"{}\" does not follow \"{}\"", next.name.text(), matter.status.text()),
        fmt::format("case {}", matter.id.value()), fmt::format("it follows {}", allowed)));
  }
  if (next.person_only && actor.empty()) {
    return fail(refused("person_only", "only a person may set this status",
                        fmt::format("case {}", matter.id.value()), "name the agent who sets it"));
  }
  if (override_checks && next.allows_override && !actor.empty()) return {};
  for (const std::string& need : next.needs) {
    if (auto met = check_need(turn, matter, need); !met) return met;
  }
  const CaseTypeConfig* type = turn.config().case_type(matter.type);
  return ends_a_case(next) && type != nullptr ? check_required(*type, matter) : Status{};
}

// S0.30: what was sent before is out of date, and so is what was said to it, verified or not.
void supersede_mails(CaseRecord& matter) {
  for (CaseMail& mail : matter.mails) mail.superseded = true;
  for (CaseReply& reply : matter.replies) {
    reply.superseded = true;
    reply.verified = false;
  }
}

// The message that a status sends, once, in the same commit (S0.19, S0.31).
Status send_for_status(Turn& turn, const CaseRecord& matter, const StatusConfig& status,
                       const Author& author) {
  if (status.sends.empty()) return {};
  OutgoingMessage message;
  message.conversation = matter.conversation;
  message.entry_point = status.sends_from;
  message.template_name = status.sends;
  message.case_id = matter.id;
  message.author = author;
  auto sent = send_message(turn, std::move(message));
  if (!sent) return fail(sent.error());
  const Entry* entry = turn.tables.entries.find(turn.tables.key(matter.conversation, *sent));
  CaseRecord& changed = turn.edit(matter);
  supersede_mails(changed);
  const std::size_t most = turn.options.limits.mails_per_case;
  if (changed.mails.size() >= most && !changed.mails.empty()) {
    changed.mails.erase(changed.mails.begin());
  }
  if (entry != nullptr) {
    changed.mails.push_back({entry->provider_id, entry->effect, turn.now, false});
  }
  return {};
}

std::string next_protocol(Turn& turn, const CaseTypeConfig& type) {
  const auto local = to_local(turn.now, turn.config().tenant.zone).value_or(LocalTime{});
  const std::string key = turn.tables.text_key(type.protocol.period(local));
  const Counter* counter = turn.tables.counters.find(key);
  std::uint64_t sequence = counter != nullptr ? counter->value : 0;
  std::string number;
  do {  // case types with formats of their own may meet in the same number
    number = type.protocol.number(++sequence, local);
  } while (turn.tables.protocols.find(turn.tables.text_key(plain_protocol(number))) != nullptr);
  turn.tables.counters.put(key, {sequence});
  return number;
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

// The case that a new one takes up again: the newest of its matter, and over.
Result<CaseId> case_to_follow(Turn& turn, CaseId id, const ConversationRecord& conversation) {
  if (auto known = turn.case_of(id); !known) return fail(known.error());
  const CaseRecord newest = turn.get(newest_of_matter(turn, id));
  const std::string subject = fmt::format("case {}", newest.id.value());
  if (newest.contact != conversation.contact) {
    return fail(refused("other_contact", "the case is another contact's", subject,
                        "open the new one in a conversation of the case's contact"));
  }
  if (!is_final(turn, newest)) {
    return fail(refused("case_not_final", "this case of the matter is not finalised", subject,
                        "go on in it, or set its status back"));
  }
  if (newest.followed_by) {
    return fail({ErrorCode::limit, "too_many_follow_ups", "the matter was taken up too often",
                 subject, "open a case that follows none"});
  }
  return newest.id;
}

}  // namespace

void request_again(Turn& turn, const CaseRecord& matter) {
  const WorkRecord* work = turn.router->work(matter.verification);
  if (work == nullptr) return;
  const QueueName queue = work->queue;  // it is there as long as something waits in it
  finish_verification(turn, matter);
  ask_for_verification(turn, turn.get(matter.id), queue);
}

CaseId newest_of_matter(Turn& turn, CaseId id) {
  for (std::size_t hops = 0; hops < turn.options.limits.follow_ups; ++hops) {
    const CaseId next = turn.get(id).followed_by;
    if (!next) break;
    id = next;
  }
  return id;
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
  reopen_case(turn, matter, conversation);
  const StatusConfig* status = status_of(turn, turn.get(matter.id));
  if (status == nullptr || !status->awaits_reply) return false;
  auto requested = request_verification(turn, turn.get(matter.id), conversation);
  if (!requested) return fail(requested.error());
  return true;
}

void finish_action(Turn& turn, const ActionConfig& action, const Effect& effect,
                   const Value& answer) {
  const CaseRecord before = turn.get(effect.case_id);
  const Value all(Value::Map{{"parameters", effect.body.at("parameters")},
                             {"answer", answer},
                             {"fields", Value(before.fields)}});
  const CaseTypeConfig* type = turn.config().case_type(before.type);
  Value::Map fields;
  Value::Map next = before.fields;
  Value::Map not_set;
  for (const auto& [field, path] : action.sets) {
    const Value& value = all.at_path(path);
    if (value.is_null()) continue;  // the answer says nothing of it
    Status taken = check_not_final(turn, before);
    if (taken) taken = check_fields(turn, *type, {{field, value}}, next);
    if (taken) {
      fields[field] = next[field] = value;
    } else {
      not_set[field] = Value(taken.error().reason);
    }
  }
  CaseRecord& matter = turn.edit(before);
  if (action.supersedes_mails) supersede_mails(matter);
  Value::Map changes = change_fields(matter, fields);
  const AgentName owner = owner_in_service(turn, before);
  if (!not_set.empty() && !owner.empty()) {
    turn.notify(owner, before.conversation, "fields_not_set",
                {{"case", id_value(before.id)}, {"fields", Value(not_set)}});
  }
  tell_changes(turn, before, std::move(changes), {}, std::move(not_set));
}

Status decide(Turn& turn, const AgentName& actor, const OpenCase& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  const ConversationRecord conversation = **found;
  const CaseTypeConfig* type = turn.config().case_type(command.type);
  if (type == nullptr) {
    return fail({ErrorCode::not_found, "unknown_case_type", "there is no such case type",
                 fmt::format("case type {}", command.type.text()),
                 "name a case type of the configuration"});
  }
  if (auto checked = check_fields(turn, *type, command.fields, {}); !checked) return checked;
  if (conversation.cases.size() >= turn.options.limits.cases_per_conversation) {
    return fail({ErrorCode::limit, "too_many_cases", "the conversation has as many cases as it may",
                 fmt::format("conversation {}", conversation.id.value()),
                 "go on in one of them, or close it and open the case in the one that follows"});
  }
  CaseId follows;
  if (command.follows) {
    auto last = case_to_follow(turn, command.follows, conversation);
    if (!last) return fail(last.error());
    follows = *last;
  }
  CaseRecord matter;
  matter.id = turn.ids.take<CaseId>();
  matter.protocol = next_protocol(turn, *type);
  matter.type = command.type;
  matter.category = command.category;
  matter.status = type->statuses.front().name;
  matter.contact = conversation.contact;
  matter.conversation = conversation.id;
  matter.owner = conversation.owner.empty() ? actor : conversation.owner;
  matter.fields = command.fields;
  matter.opened_at = turn.now;
  matter.follows = follows;
  const CaseId id = matter.id;
  if (follows) turn.edit(turn.get(follows)).followed_by = id;
  turn.tables.protocols.put(turn.tables.text_key(plain_protocol(matter.protocol)), {id.value()});
  Value::Map details{{"case", id_value(id)},
                     {"protocol", Value(matter.protocol)},
                     {"type", Value(matter.type.text())},
                     {"status", Value(matter.status.text())}};
  if (follows) details["follows"] = id_value(follows);
  turn.note_event(conversation.id, EventKind::case_opened, std::move(details), turn.author(actor));
  turn.outcome.details["protocol"] = Value(matter.protocol);
  count_case(turn, matter, true);
  turn.tables.cases.create(turn.tables.key(id), std::move(matter));
  turn.edit(turn.get(conversation.id)).cases.push_back(id);
  turn.outcome.case_id = id;
  turn.outcome.conversation = conversation.id;
  advise(turn, id);
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const SetCaseFields& command) {
  auto found = turn.case_of(command.case_id);
  if (!found) return fail(found.error());
  const CaseRecord before = **found;
  if (auto open = check_not_final(turn, before); !open) return open;
  const CaseTypeConfig& type = *turn.config().case_type(before.type);
  if (auto checked = check_fields(turn, type, command.fields, before.fields); !checked) {
    return checked;
  }
  turn.outcome.case_id = before.id;
  Value::Map changes = change_fields(turn.edit(before), command.fields);
  tell_changes(turn, before, std::move(changes), turn.author(actor));
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const SetCaseStatus& command) {
  auto found = turn.case_of(command.case_id);
  if (!found) return fail(found.error());
  const CaseRecord matter = **found;
  if (auto open = check_not_final(turn, matter); !open) return open;
  const CaseTypeConfig* type = turn.config().case_type(matter.type);
  const StatusConfig* next = type != nullptr ? type->status(command.status) : nullptr;
  if (next == nullptr) {
    return fail({ErrorCode::not_found, "unknown_status", "the case type has no such status",
                 fmt::format("status {}", command.status.text()),
                 "name a status of the case's type"});
  }
  if (auto checked = check_status(turn, matter, *next, actor, command.override_checks); !checked) {
    return checked;
  }
  turn.outcome.case_id = matter.id;
  turn.outcome.conversation = matter.conversation;
  count_case(turn, matter, false);
  CaseRecord& changed = turn.edit(matter);
  changed.status = next->name;
  count_case(turn, changed, true);
  changed.resolved_at = ends_a_case(*next) ? std::optional(turn.now) : std::nullopt;
  turn.note_event(matter.conversation, EventKind::case_status,
                  {{"case", id_value(matter.id)},
                   {"from", Value(matter.status.text())},
                   {"to", Value(next->name.text())}},
                  turn.author(actor));
  return send_for_status(turn, turn.get(matter.id), *next, turn.author(actor));
}

Status decide(Turn& turn, const AgentName& actor, const MarkInformed& command) {
  auto found = turn.case_of(command.case_id);
  if (!found) return fail(found.error());
  if (command.what.empty()) {
    return fail({ErrorCode::invalid, "nothing_said", "say what the contact was told", "what",
                 "for instance \"protocol\""});
  }
  const CaseRecord matter = **found;
  turn.outcome.case_id = matter.id;
  if (contains(matter.informed, command.what)) return {};
  if (matter.informed.size() >= turn.options.limits.words_per_case) {
    return fail({ErrorCode::limit, "too_many_words", "the case remembers as much as it may",
                 fmt::format("case {}", matter.id.value()), "write a note instead"});
  }
  turn.edit(matter).informed.push_back(command.what);
  turn.note_event(matter.conversation, EventKind::informed,
                  {{"case", id_value(matter.id)}, {"what", Value(command.what)}},
                  turn.author(actor));
  return {};
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

Status decide(Turn& turn, const AgentName& actor, const RunAction& command) {
  auto found = turn.case_of(command.case_id);
  if (!found) return fail(found.error());
  const ActionConfig* action = turn.config().action(command.action);
  if (action == nullptr) {
    return fail({ErrorCode::not_found, "unknown_action", "there is no such action",
                 fmt::format("action {}", command.action), "name an action of the configuration"});
  }
  for (const std::string& parameter : action->parameters) {
    if (command.parameters.find(parameter) == command.parameters.end()) {
      return fail({ErrorCode::invalid, "missing_parameter", "the action needs this parameter",
                   fmt::format("parameters.{}", parameter), "give it"});
    }
  }
  const CaseRecord matter = **found;
  if (!action->sets.empty() || action->supersedes_mails) {
    if (auto open = check_not_final(turn, matter); !open) return open;
  }
  Effect effect;
  effect.kind = EffectKind::action;
  effect.conversation = matter.conversation;
  effect.case_id = matter.id;
  effect.body = {{"action", Value(command.action)},
                 {"parameters", Value(command.parameters)},
                 {"case", id_value(matter.id)},
                 {"fields", Value(matter.fields)}};
  turn.note_event(matter.conversation, EventKind::action_requested,
                  {{"action", Value(command.action)}, {"case", id_value(matter.id)}},
                  turn.author(actor));
  turn.outcome.case_id = matter.id;
  turn.outcome.effect = turn.add_effect(std::move(effect));
  return {};
}

}  // namespace novelo
