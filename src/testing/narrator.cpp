#include "testing/narrator.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "testing/view.hpp"

namespace novelo::testing {
namespace {

// What an event says, with its details in braces: "{agent}", or "{ for :preferred}" with words that
// only stand there when the detail does.
constexpr std::array<std::pair<EventKind, std::string_view>, 35> sentences{{
    {EventKind::opened, "a new conversation"},
    {EventKind::joined, "joins the conversation on another channel (known by {by})"},
    {EventKind::reopened, "the conversation is open again"},
    {EventKind::linked, "linked to the conversation before"},
    {EventKind::viewed, "looks at the conversation"},
    {EventKind::queued, "waits in the queue {queue}{ for :preferred}"},
    {EventKind::offered, "offered to {agent}"},
    {EventKind::offer_ended, "{agent} did not take it: {end}"},
    {EventKind::assigned, "{agent} has it{, seconds waited: :waited_seconds}"},
    {EventKind::reassigned, "passed on from {from} to {to}"},
    {EventKind::escalated, "escalated{: :question}"},
    {EventKind::closed, "the conversation is closed{: :qualification}{, :disposition}"},
    {EventKind::flow_started, "the flow {flow} begins"},
    {EventKind::flow_recorded, "noted: {name} = {value}"},
    {EventKind::flow_ended, "the flow ends: {end}{, :outcome}"},
    {EventKind::alternative_chosen, "chooses: {choice}"},
    {EventKind::callback_created, "{agent} is to call back"},
    {EventKind::callback_attempted, "attempt {attempt}: {result}"},
    {EventKind::callback_ended, "the promise to call is over: {state}"},
    {EventKind::case_opened, "case {protocol} is opened ({type})"},
    {EventKind::case_status, "case: {from} -> {to}"},
    {EventKind::case_fields, "case: fields changed{, but not :not_set}"},
    {EventKind::advised, "advice: {text}"},
    {EventKind::informed, "the contact was told: {what}"},
    {EventKind::action_requested, "asks another system: {action}"},
    {EventKind::action_done, "the other system answered: {action}"},
    {EventKind::reply_linked, "the reply belongs to the case"},
    {EventKind::verification_requested, "{agent} is to look at the reply"},
    {EventKind::verification_done, "the reply was looked at"},
    {EventKind::survey_sent, "a survey is sent"},
    {EventKind::survey_answered, "the survey is answered: {score}"},
    {EventKind::call_abandoned, "hung up after {waited_seconds} s of waiting"},
    {EventKind::send_failed, "could not be sent: {class}{ :code}"},
    {EventKind::place_kept, "keeps the place in the queue"},
    {EventKind::ceiling_reached, "a ceiling was reached: {which}"},
}};

TranscriptLine event_line(Timestamp at, Channel channel, std::string text) {
  TranscriptLine line;
  line.at = at;
  line.channel = channel;
  line.text = std::move(text);
  return line;
}

// Sentences that need somebody in front of them.
bool begins_with_verb(const Entry& entry) {
  switch (entry.event) {
    case EventKind::queued: return static_cast<bool>(entry.interaction);  // else a task waits
    case EventKind::joined:
    case EventKind::viewed:
    case EventKind::alternative_chosen:
    case EventKind::call_abandoned:
    case EventKind::place_kept: return true;
    default: return false;
  }
}

std::string_view sentence_of(EventKind kind) {
  for (const auto& [known, sentence] : sentences) {
    if (known == kind) return sentence;
  }
  return to_string(kind);
}

std::string summary_of(const Media& media) {
  std::string text = fmt::format("[{}", to_string(media.kind));
  if (!media.name.empty()) text += " " + media.name;
  if (!media.transcript.empty()) text += fmt::format(": \"{}\"", media.transcript);
  return text + "]";
}

std::string summary_of(const Content& content) {
  std::string text;
  const auto add = [&text](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
  };
  if (content.mail && !content.mail->subject.empty()) add("Subject: " + content.mail->subject);
  add(content.text);
  for (const Media& media : content.media) {
    if (media.transcript.empty() || media.transcript != content.text) add(summary_of(media));
  }
  if (content.location) add(fmt::format("[location {}]", content.location->name));
  for (const Option& option : content.options) add("( " + option.title + " )");
  if (text.empty() && content.template_use) {
    add("[template " + content.template_use->name.text() + "]");
  }
  return text;
}

Side side_of(AuthorRole role) {
  switch (role) {
    case AuthorRole::customer: return Side::contact;
    case AuthorRole::agent: return Side::agent;
    case AuthorRole::staff: return Side::staff;
    case AuthorRole::bot: return Side::bot;
    case AuthorRole::system: return Side::event;
  }
  return Side::event;
}

std::string caller_text(const CallEvent& event) {
  switch (event.kind) {
    case CallEventKind::digits:
      return event.digits.empty() ? "(presses nothing)" : "presses " + event.digits;
    case CallEventKind::speech:
      return event.text.empty() ? "(says nothing)" : fmt::format("says: \"{}\"", event.text);
    case CallEventKind::answered: return "picks up";
    case CallEventKind::hung_up:
      return event.cause == 0 ? "the call is over"
                              : fmt::format("the call is over (cause {})", event.cause);
    case CallEventKind::bridged: return "now in conversation with the agent";
    case CallEventKind::bridge_failed: return "the agent's telephone did not answer";
    default: return {};
  }
}

}  // namespace

std::string Narrator::contact_name(ConversationId conversation) const {
  const auto known = catalogue_.query().conversation(conversation);
  if (!known) return "somebody";
  const auto contact = catalogue_.query().contact(known->contact);
  if (!contact) return "somebody";
  if (!contact->name.empty()) return contact->name;
  return contact->identities.empty() ? "somebody" : contact->identities.front().value;
}

std::string Narrator::agent_name(const std::string& name) const {
  const AgentConfig* const agent = story_->parsed.agent(AgentName(name));
  return agent == nullptr || agent->display_name.empty() ? name : agent->display_name;
}

TranscriptLine Narrator::heading(const StepSpec& step, Timestamp at) const {
  TranscriptLine line{at, Side::heading, Channel::none, {}, {}, step.name, {}};
  if (!step.covers.empty()) line.status = fmt::format("{}", fmt::join(step.covers, ", "));
  if (!step.note.empty()) line.text += "\n" + step.note;
  return line;
}

std::vector<TranscriptLine> Narrator::call_events(const std::vector<ChannelEvent>& events,
                                                  Timestamp at) const {
  std::vector<TranscriptLine> lines;
  for (const ChannelEvent& event : events) {
    const auto* const call = std::get_if<CallEvent>(&event);
    if (call == nullptr) continue;
    std::string text = caller_text(*call);
    if (text.empty()) continue;
    const bool by_contact = call->kind == CallEventKind::digits ||
                            call->kind == CallEventKind::speech ||
                            call->kind == CallEventKind::answered;
    lines.push_back(event_line(at, Channel::voice, std::move(text)));
    if (by_contact) lines.back().side = Side::contact;
  }
  return lines;
}

TranscriptLine Narrator::message(const Entry& entry) const {
  TranscriptLine line{entry.at,
                      side_of(entry.author.role),
                      entry.channel,
                      entry.conversation,
                      {},
                      summary_of(entry.content),
                      {}};
  if (entry.direction == Direction::inbound) {
    line.side = Side::contact;
    line.who = contact_name(entry.conversation);
  } else {
    if (line.side == Side::event) line.side = Side::bot;
    line.who = entry.author.name.empty() ? std::string(to_string(entry.author.role))
                                         : agent_name(entry.author.name);
    line.status = to_string(entry.status);
    if (!entry.error.code.empty()) line.status += " " + entry.error.code;
  }
  return line;
}

std::string Narrator::event_text(const Entry& entry) const {
  std::string text;
  std::string_view rest = sentence_of(entry.event);
  while (true) {
    const std::size_t open = rest.find('{');
    text += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    const std::string_view place = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    const std::size_t words = place.rfind(':') + 1;  // npos + 1 is 0
    const std::string name(place.substr(words));
    const auto value = entry.details.find(name);
    if (value == entry.details.end() || value->second.to_text().empty()) continue;
    const bool person = name == "agent" || name == "preferred" ||
                        ((name == "from" || name == "to") && !entry.case_id);
    if (words > 0) text += place.substr(0, words - 1);
    text += person ? agent_name(value->second.to_text()) : value->second.to_text();
  }
  return text;
}

TranscriptLine Narrator::entry(const Entry& entry) const {
  if (entry.type == EntryType::message) return message(entry);
  if (entry.type == EntryType::voicemail) {
    TranscriptLine line = message(entry);
    line.side = Side::contact;
    line.who = contact_name(entry.conversation);
    line.text = "leaves a message: " + line.text;
    return line;
  }
  TranscriptLine line = event_line(entry.at, entry.channel, event_text(entry));
  line.conversation = entry.conversation;
  if (entry.type == EntryType::call) {
    const bool inbound = entry.direction == Direction::inbound;
    line.side = inbound ? Side::contact : side_of(entry.author.role);
    line.who = inbound ? contact_name(entry.conversation) : agent_name(entry.author.name);
    const auto to = entry.details.find("to");
    line.text = "calls " + (to == entry.details.end() ? "" : to->second.to_text());
  } else if (begins_with_verb(entry)) {
    const bool contact = entry.author.role == AuthorRole::customer || entry.author.name.empty();
    line.text = (contact ? contact_name(entry.conversation) : agent_name(entry.author.name)) + " " +
                line.text;
  } else if (entry.author.role == AuthorRole::agent || entry.author.role == AuthorRole::staff) {
    line.text = agent_name(entry.author.name) + ": " + line.text;
  }
  return line;
}

std::vector<TranscriptLine> Narrator::effect(const Value& view, Timestamp at) const {
  const std::string kind = view["kind"].to_text();
  if (kind == "notify") {
    const std::string what = view["body"]["type"].to_text();
    return {event_line(at, Channel::none,
                       fmt::format("(to {}: {})", agent_name(view["agent"].to_text()), what))};
  }
  if (kind != "call") return {};
  const auto verb = json_body(view["request"]["body"].to_text());
  if (!verb) return {};
  const std::string name = (*verb)["verb"].to_text();
  if (!(*verb)["text"].is_null()) {
    return {{at, Side::bot, Channel::voice, {}, "voice assistant", (*verb)["text"].to_text(), {}}};
  }
  if (name != "bridge" && name != "originate") return {};
  const std::string agent = agent_name((*verb)["agent"].to_text());
  return {event_line(at, Channel::voice, fmt::format("the telephone of {} rings", agent))};
}

std::vector<TranscriptLine> Narrator::signal(const Value& signal, std::uint64_t known_entries,
                                             Timestamp at) const {
  if (signal["name"] != Value("message_status")) return {};
  const auto conversation = catalogue_.conversation(signal["conversation"].to_text());
  const std::string sequence = signal["body"]["entry"].to_text();
  std::uint64_t number = 0;
  std::from_chars(sequence.data(), sequence.data() + sequence.size(), number);
  if (!conversation || number == 0 || number > known_entries) return {};
  const auto entries = catalogue_.query().timeline(*conversation, number - 1, 1);
  if (!entries || entries->empty()) return {};
  const Entry& entry = entries->front();
  std::string text = entry.content.text.substr(0, entry.content.text.find('\n'));
  return {event_line(at, entry.channel,
                     fmt::format("\"{}\": {}", text, signal["body"]["status"].to_text()))};
}

}  // namespace novelo::testing
