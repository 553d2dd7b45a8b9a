// Cases: the matter, its protocol number, its workflow, and what other systems do for it.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/case_fields.hpp"
#include "engine/cases.hpp"
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

// S0.31: everything a status asks for, before anything happens.
Status check_need(Turn& turn, const CaseRecord& matter, const std::string& need) {
  const auto missing = [&](std::string message, std::string remedy) {
    return fail(refused("need_not_met", std::move(message),
                        fmt::format("case {}", matter.id.value()), std::move(remedy)));
  };
  if (need.rfind("fields.", 0) == 0) {
    if (!field_of(matter, need.substr(7)).to_text().empty()) return {};
    return missing(fmt::format("the case has no {}", need.substr(7)),
                   fmt::format("set the field {}", need.substr(7)));
  }
  if (need == "reply_verified") {
    const CaseReply* reply = reply_to_judge(matter.replies);
    if (reply != nullptr && reply->verified) return {};
    if (reply != nullptr && reply->superseded) {
      return missing("what the contact replied is out of date", "ask again, and verify the reply");
    }
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
    if (!field.required || !field_of(matter, field.name).to_text().empty()) continue;
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

// Where a sequence of protocol numbers begins. Of a store that was made from a backup it may have
// begun in the lost time.
std::uint64_t first_sequence(Turn& turn, const CaseTypeConfig& type, const std::string& period) {
  const EngineClock* clock = turn.tables.clock.find(turn.tables.clock_key());
  if (clock == nullptr || clock->restored_protocols == 0) return 0;
  const auto restored = to_local(clock->restored_at, turn.config().tenant.zone);
  const bool lost =
      turn.now <= clock->restored_at || (restored && type.protocol.period(*restored) == period);
  return lost ? clock->restored_protocols : 0;
}

std::string next_protocol(Turn& turn, const CaseTypeConfig& type) {
  const auto local = to_local(turn.now, turn.config().tenant.zone).value_or(LocalTime{});
  const std::string period = type.protocol.period(local);
  const std::string key = turn.tables.text_key(period);
  const Counter* counter = turn.tables.counters.find(key);
  std::uint64_t sequence = counter != nullptr ? counter->value : first_sequence(turn, type, period);
  std::string number;
  do {  // case types with formats of their own may meet in the same number
    number = type.protocol.number(++sequence, local);
  } while (turn.tables.protocols.find(turn.tables.text_key(plain_protocol(number))) != nullptr);
  turn.tables.counters.put(key, {sequence});
  return number;
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

AgentName owner_in_service(const Turn& turn, const CaseRecord& matter) {
  return turn.config().agent(matter.owner) != nullptr ? matter.owner : AgentName();
}

const StatusConfig* status_of(const Turn& turn, const CaseRecord& matter) {
  const CaseTypeConfig* type = turn.config().case_type(matter.type);
  return type != nullptr ? type->status(matter.status) : nullptr;
}

bool awaits_reply(Turn& turn, CaseId id) {
  const StatusConfig* status = status_of(turn, turn.get(id));
  return status != nullptr && status->awaits_reply;
}

bool is_final(const Turn& turn, const CaseRecord& matter) {
  const StatusConfig* status = status_of(turn, matter);
  return status == nullptr || status->category == StatusCategory::final;
}

Status check_not_final(const Turn& turn, const CaseRecord& matter) {
  if (!is_final(turn, matter)) return {};
  return fail(refused("case_final", "the case has come to its end and stays as it is",
                      fmt::format("case {}", matter.id.value()), "open a case that follows it"));
}

void count_case(Turn& turn, const CaseRecord& matter, bool more) {
  const std::string key = turn.tables.key(matter.type, matter.status);
  const Counter* counter = turn.tables.counters.find(key);
  const std::uint64_t before = counter != nullptr ? counter->value : 0;
  turn.tables.counters.put(key, {more ? before + 1 : before - std::min<std::uint64_t>(before, 1)});
}

CaseId newest_of_matter(Turn& turn, CaseId id) {
  for (std::size_t hops = 0; hops < turn.options.limits.follow_ups; ++hops) {
    const CaseId next = turn.get(id).followed_by;
    if (!next) break;
    id = next;
  }
  return id;
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
  const Status open = check_not_final(turn, before);
  for (const auto& [field, path] : action.sets) {
    const Value& value = all.at_path(path);
    if (value.is_null()) continue;  // the answer says nothing of it
    Status taken = open;
    if (taken) taken = check_fields(*type, {{field, value}});
    if (taken) taken = check_room_for({{field, value}}, next, turn.options.limits);
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
  if (auto there = check_not_erased(turn, conversation.contact); !there) return there;
  const CaseTypeConfig* type = turn.config().case_type(command.type);
  if (type == nullptr) {
    return fail({ErrorCode::not_found, "unknown_case_type", "there is no such case type",
                 fmt::format("case type {}", command.type.text()),
                 "name a case type of the configuration"});
  }
  if (auto checked = check_fields(*type, command.fields); !checked) return checked;
  const Limits& limits = turn.options.limits;
  if (auto room = check_room_for(command.fields, {}, limits); !room) return room;
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
  if (follows) turn.edit(follows).followed_by = id;
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
  turn.edit(conversation.id).cases.push_back(id);
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
  const Limits& limits = turn.options.limits;
  if (auto checked = check_fields(type, command.fields); !checked) return checked;
  if (auto room = check_room_for(command.fields, before.fields, limits); !room) return room;
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
