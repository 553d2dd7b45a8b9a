// Surveys: asked once for each engagement, answered by link or on a written channel, counted once.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/decide.hpp"
#include "engine/score.hpp"

namespace novelo {

namespace {

constexpr std::size_t closings_looked_at = 20;

// The survey that a conversation was sent last: for the closing to come, or for one that was.
SurveyId survey_of(Turn& turn, const ConversationRecord& conversation) {
  if (conversation.survey) return conversation.survey;
  const Key prefix = turn.tables.key().id(conversation.id);
  const auto closings = turn.tables.closures.scan(prefix.bytes(), prefix.end(), closings_looked_at,
                                                  Order::descending);
  for (const auto& [key, closure] : closings) {
    if (closure.survey) return closure.survey;
  }
  return {};
}

// The survey a contact was sent last at a desk, answered or not: the conversation may be open
// again, or another one may have followed it.
const Survey* last_survey(Turn& turn, ContactId contact, const DeskName& desk) {
  SurveyId survey;
  latest_conversation(turn, contact, desk, [&](const ConversationRecord& conversation) {
    survey = survey_of(turn, conversation);
    return bool{survey};
  });
  return survey ? turn.tables.surveys.find(turn.tables.key(survey)) : nullptr;
}

// Somebody of the business, or a flow, has written to the contact since they were asked: a mere
// number may be an answer to that.
bool spoken_since(Turn& turn, const Survey& survey) {
  constexpr std::size_t entries_looked_at = 50;
  const std::string from = turn.tables.key(survey.conversation, survey.entry + 1);
  const Key all = turn.tables.key().id(survey.conversation);
  const auto entries =
      turn.tables.entries.scan(from, all.end(), entries_looked_at, Order::descending);
  return std::any_of(entries.begin(), entries.end(), [](const auto& row) {
    const Entry& entry = row.second;
    return entry.type == EntryType::message && entry.direction == Direction::outbound &&
           entry.author.role != AuthorRole::system;
  });
}

// S0.32: the first answer counts; a further one is acknowledged and not counted.
void count_answer(Turn& turn, const Survey& survey, int score, std::string comment, Channel on) {
  const bool counts = !survey.score.has_value();
  Survey& changed = turn.tables.surveys.edit(turn.tables.key(survey.id));
  if (counts) {
    changed.score = score;
    changed.comment = std::move(comment);
    changed.answered_at = turn.now;
    changed.answered_on = on;
  } else {
    ++changed.repeated;
  }
  turn.outcome.survey = survey.id;
  turn.outcome.conversation = survey.conversation;
  turn.outcome.details["counted"] = Value(counts);
  Entry& entry = turn.note_event(survey.conversation, EventKind::survey_answered,
                                 {{"survey", id_value(survey.id)},
                                  {"name", Value(survey.name)},
                                  {"score", Value(score)},
                                  {"counted", Value(counts)}},
                                 {AuthorRole::customer, {}});
  entry.channel = on;
  entry.case_id = survey.case_id;
}

void thank(Turn& turn, const Survey& survey, const EntryPointConfig& entry_point,
           const Address& to) {
  const SurveyConfig* config = turn.config().survey(survey.name);
  if (config == nullptr || config->thanks.empty()) return;
  OutgoingMessage message;
  message.conversation = survey.conversation;
  message.entry_point = entry_point.name;
  message.to = to;
  message.template_name = config->thanks;
  message.author = {AuthorRole::system, {}};
  // The answer is kept whether or not the thanks can be said.
  (void)send_or_tell(turn, std::move(message));
}

}  // namespace

bool take_survey_answer(Turn& turn, const EntryPointConfig& entry_point,
                        const InboundMessage& message) {
  if (turn.config().surveys.empty()) return false;
  if (!message.content.media.empty() || message.content.location) return false;
  const ContactId contact = holder_of(turn, message.from.address, entry_point.dial_plan);
  if (!contact) return false;
  const auto said = read_numbers(message.content.text, locale_of(turn, contact));
  if (!said) return false;
  const Survey* found = last_survey(turn, contact, entry_point.desk);
  if (found == nullptr || found->until <= turn.now) return false;
  const Survey survey = *found;
  const SurveyConfig* config = turn.config().survey(survey.name);
  if (config == nullptr) return false;
  const auto score = score_on(*said, config->low, config->high);
  if (!score || (!said->sure && spoken_since(turn, survey))) return false;
  const std::uint64_t sequence =
      turn.append(survey.conversation, inbound_entry(entry_point, message)).sequence;
  remember_reach(turn, survey.conversation, entry_point.name, message.from.address,
                 said_at(message, turn.now));
  count_answer(turn, survey, *score, said->plain ? "" : message.content.text, entry_point.channel);
  thank(turn, survey, entry_point, message.from.address);
  turn.outcome.entry = sequence;
  turn.outcome.contact = contact;
  return true;
}

Status decide(Turn& turn, const AgentName& actor, const SendSurvey& command) {
  auto found = turn.conversation(command.conversation);
  if (!found) return fail(found.error());
  const ConversationRecord conversation = **found;
  const SurveyConfig* config = turn.config().survey(command.survey);
  if (config == nullptr) {
    return fail({ErrorCode::not_found, "unknown_survey", "there is no such survey",
                 fmt::format("survey {}", command.survey), "name a survey of the configuration"});
  }
  if (conversation.survey) {
    return fail(refused("survey_sent", "this engagement was asked already",
                        fmt::format("conversation {}", conversation.id.value()),
                        "a survey is sent at most once for each engagement"));
  }
  const EntryPointConfig& entry_point = *turn.config().entry_point(config->sends_from);
  Survey survey;
  survey.id = turn.ids.take<SurveyId>();
  survey.name = config->name;
  survey.conversation = conversation.id;
  survey.closure =
      conversation.closures + (conversation.status == ConversationStatus::closed ? 0 : 1);
  survey.contact = conversation.contact;
  survey.agent = conversation.owner.empty() ? actor : conversation.owner;
  if (!conversation.cases.empty()) survey.case_id = conversation.cases.back();
  survey.channel = entry_point.channel;
  survey.sent_at = turn.now;
  survey.until = turn.now + config->period;
  OutgoingMessage message;
  message.conversation = conversation.id;
  message.entry_point = entry_point.name;
  message.template_name = config->message;
  message.author = {AuthorRole::system, {}};
  const std::string link =
      turn.config().tenant.survey_url + turn.token("survey", survey.id.value());
  message.variables["survey"] = Value(Value::Map{{"link", Value(link)}});
  const SurveyId id = survey.id;
  turn.tables.surveys.create(turn.tables.key(id), std::move(survey));
  turn.edit(conversation).survey = id;
  if (conversation.status == ConversationStatus::closed) {
    const std::string closing = turn.tables.key(conversation.id, conversation.closures);
    turn.tables.closures.edit(closing).survey = id;
  }
  turn.outcome.conversation = conversation.id;
  auto sent = send_message(turn, std::move(message));
  if (!sent) return fail(sent.error());
  turn.tables.surveys.edit(turn.tables.key(id)).entry = *sent;
  turn.note_event(conversation.id, EventKind::survey_sent,
                  {{"survey", id_value(id)}, {"name", Value(config->name)}}, turn.author(actor));
  turn.outcome.survey = id;
  return {};
}

Status decide(Turn& turn, const AgentName&, const AnswerSurvey& command) {
  const SurveyId id(turn.read_token("survey", command.token));
  const Survey* found = id ? turn.tables.surveys.find(turn.tables.key(id)) : nullptr;
  if (found == nullptr) {
    return fail({ErrorCode::unauthentic, "bad_token", "this is no survey's token", "token",
                 "use the link that was sent, unchanged"});
  }
  const Survey survey = *found;
  if (survey.until <= turn.now) {
    return fail(refused("survey_over", "the time for an answer has passed",
                        fmt::format("survey {}", id.value()), "nothing can be done"));
  }
  const SurveyConfig* config = turn.config().survey(survey.name);
  if (config != nullptr && (command.score < config->low || command.score > config->high)) {
    return fail({ErrorCode::invalid, "bad_score", "the score is not on the survey's scale", "score",
                 fmt::format("give {} to {}", config->low, config->high)});
  }
  count_answer(turn, survey, command.score, command.comment, Channel::none);
  return {};
}

}  // namespace novelo
