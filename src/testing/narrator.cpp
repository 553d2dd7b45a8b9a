#include "testing/narrator.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "novelo/rules/calendar.hpp"
#include "testing/view.hpp"
#include "testing/wording.hpp"

namespace novelo::testing {
namespace {

// What an event says, with its details in braces: "{agent}", or "{ for :preferred}" with words that
// only stand there when the detail does.
constexpr std::array<std::pair<EventKind, std::string_view>, 47> sentences{{
    {EventKind::opened, "a new conversation begins"},
    {EventKind::joined, "{contact} goes on in the same conversation (known by {by})"},
    {EventKind::reopened, "the conversation is open again"},
    {EventKind::linked, "it is linked to the conversation before"},
    {EventKind::viewed, "the conversation is looked at"},
    {EventKind::queued, "{contact} waits in the queue {queue}"},
    {EventKind::offered, "offered to {agent}"},
    {EventKind::offer_ended, "{agent} did not take it: {end}"},
    {EventKind::assigned, "{agent} takes it{, after :waited_seconds}"},
    {EventKind::reassigned, "the conversation passes{ from :from} to {to}"},
    {EventKind::escalated, "escalated{: :question}"},
    {EventKind::closed, "the conversation is closed{: :qualification}{, :disposition}"},
    {EventKind::flow_started, "the assistant begins ({flow})"},
    {EventKind::flow_recorded, "noted for the reports: {name}: {value}"},
    {EventKind::flow_ended, "the assistant has done its part ({outcome})"},
    {EventKind::alternative_chosen, "{contact} chooses {choice}"},
    {EventKind::callback_created,
     "{agent} is to call {contact} back{ on :number}{, not before :not_before}"},
    {EventKind::callback_attempted, "attempt {attempt}: {result}"},
    {EventKind::callback_ended, "the promise to call is over: {state}"},
    {EventKind::callback_late, "the callback is late"},
    {EventKind::call_lost, "the telephone system does not have the call any more"},
    {EventKind::call_restored, "the call is found where it was not thought to be: {to}"},
    {EventKind::look_up_late, "nobody says in time who it is: {contact} goes on"},
    {EventKind::case_opened, "case {protocol} is opened ({type})"},
    {EventKind::case_status, "the case is now {to}"},
    {EventKind::case_fields, "the case changes{: :fields}{, but not :not_set}"},
    {EventKind::advised, "advice: {text}"},
    {EventKind::informed, "the contact was told: {what}"},
    {EventKind::action_requested, "another system is asked: {action}"},
    {EventKind::action_done, "the other system has done it: {action}"},
    {EventKind::reply_linked, "the reply belongs to the case"},
    {EventKind::verification_requested, "{agent} is to look at the reply"},
    {EventKind::verification_done, "{who} has looked at the reply"},
    {EventKind::survey_sent, "a survey is sent"},
    {EventKind::survey_answered, "the survey is answered: {score}"},
    {EventKind::identity_claimed, "{contact} uses an address nobody has confirmed: {address}"},
    {EventKind::identity_shared, "several people share this address: nobody is named yet"},
    {EventKind::contact_chosen, "it is known now who it is: {contact}"},
    {EventKind::call_abandoned, "{contact} hangs up after waiting {waited_seconds}"},
    {EventKind::send_failed, "a message could not be sent: {class}{ :code}"},
    {EventKind::unsupported, "{contact} sends something that cannot be shown: {what}"},
    {EventKind::place_kept, "the place is kept for {contact}, to go on by {channel}"},
    {EventKind::ceiling_reached, "a ceiling is reached: {which}{: :address}"},
    {EventKind::send_held, "nobody knows whether it was sent: kept back until a person decides"},
    {EventKind::send_refused, "a message could not be sent: {message}{, :subject}"},
    {EventKind::effect_failed, "could not be done: {what}{ for :agent}{, :reason}"},
    {EventKind::send_resolved, "{who} decides about the message that was kept back: {resolution}"},
}};

TranscriptLine event_line(Timestamp at, Channel channel, std::string text) {
  TranscriptLine line;
  line.at = at;
  line.channel = channel;
  line.text = std::move(text);
  return line;
}

std::string sentence_of(const Entry& entry) {
  if (const std::string_view special = special_sentence(entry); !special.empty()) {
    return std::string(special);
  }
  for (const auto& [known, sentence] : sentences) {
    if (known == entry.event) return std::string(sentence);
  }
  return in_words("what", Value(to_string(entry.event)));
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

}  // namespace

// Whoever stands for "one of those who share this address" has none of their own: the conversation
// knows it. Nobody but a caller comes without any.
std::string Narrator::shown_as(const ContactRecord& contact,
                               const ConversationRecord* conversation) const {
  if (!contact.name.empty()) return contact.name;
  if (!contact.identities.empty()) return shown(contact.identities.front());
  if (conversation != nullptr) {
    for (const Reach& reach : conversation->reaches) {
      if (!reach.address.empty() && reach.address.kind != AddressKind::withheld) {
        return reach.address.value;
      }
    }
  }
  return "the caller";
}

std::string Narrator::contact_name(ConversationId id) const {
  const auto conversation = reads_->conversation(id);
  if (!conversation) return shown_as({}, nullptr);
  const auto contact = reads_->contact(conversation->contact);
  return shown_as(contact ? *contact : ContactRecord{}, &*conversation);
}

std::string Narrator::name_of(ContactId id) const {
  const auto contact = reads_->contact(id);
  return shown_as(contact ? *contact : ContactRecord{}, nullptr);
}

std::string Narrator::agent_name(const std::string& name) const {
  const AgentConfig* const agent = configuration_->agent(AgentName(name));
  return agent == nullptr || agent->display_name.empty() ? name : agent->display_name;
}

// Who speaks for the business: a person, the assistant, or the business itself.
std::string Narrator::author_name(const Author& author) const {
  if (author.role == AuthorRole::bot) return "assistant";
  if (author.role == AuthorRole::system) return configuration_->tenant.company;
  return author.name.empty() ? std::string(to_string(author.role)) : agent_name(author.name);
}

TranscriptLine Narrator::heading(const StepSpec& step, Timestamp at) const {
  TranscriptLine line{at, Side::heading, Channel::none, {}, {}, step.name, {}};
  if (!step.covers.empty()) line.status = fmt::format("{}", fmt::join(step.covers, ", "));
  if (!step.note.empty()) line.text += "\n" + step.note;
  return line;
}

// Who says it: the contact, their link or mailbox without a word of theirs, or the mail system.
void Narrator::tell_inbound(const Entry& entry, TranscriptLine& line) const {
  const std::string contact = contact_name(entry.conversation);
  line.side = Side::contact;
  switch (entry.content.mail ? entry.content.mail->automatic : AutoMail::none) {
    case AutoMail::none:
      line.who = contact;
      if (!line.text.empty()) return;
      line.who.clear();
      // WhatsApp sends the token of a link as a text; it is no word of theirs.
      line.text =
          fmt::format("{} {}", contact,
                      line.channel == Channel::whatsapp ? "follows the link" : "says nothing");
      return;
    case AutoMail::reply:
      line.text = fmt::format("the mailbox of {} answers by itself: {}", contact, line.text);
      return;
    case AutoMail::bounce:
      line.side = Side::event;
      line.text = "the mail system sends a mail back: " + line.text;
      return;
    case AutoMail::list:
    case AutoMail::generated:
      line.side = Side::event;
      line.text = "a mail comes that no person wrote: " + line.text;
      return;
  }
}

TranscriptLine Narrator::message(const Entry& entry) const {
  TranscriptLine line{entry.at,
                      side_of(entry.author.role),
                      entry.channel,
                      entry.conversation,
                      {},
                      summary_of(entry.content),
                      {}};
  if (const std::string part = in_part(entry); !part.empty()) line.text += "\n" + part;
  if (entry.direction == Direction::inbound) {
    tell_inbound(entry, line);
  } else {
    if (line.side == Side::event) line.side = Side::bot;
    line.who = author_name(entry.author);
    // That a provider has taken it is how it should be.
    if (entry.status != DeliveryStatus::accepted) line.status = to_string(entry.status);
    if (!entry.error.code.empty()) line.status += " " + entry.error.code;
  }
  return line;
}

// One place of a sentence; empty when there is nothing to put there.
std::string Narrator::place_text(const Entry& entry, const std::string& name) const {
  const auto value = entry.details.find(name);
  const std::string text = value == entry.details.end() ? "" : value->second.to_text();
  if (name == "who") return author_name(entry.author);
  if (name == "contact") {
    std::uint64_t id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    return id == 0 ? contact_name(entry.conversation) : name_of(ContactId(id));
  }
  if (text.empty()) return text;
  if (name == "code") return fmt::format("({})", text);
  if (name == "number") return number_text(entry.conversation, text);
  const bool person = name == "agent" || name == "preferred" ||
                      ((name == "from" || name == "to") && entry.event == EventKind::reassigned);
  if (person) return agent_name(text);
  return value_text(name, value->second, entry.at);
}

// Every time in a value, by the clocks of the zone.
Value Narrator::local(const Value& value, std::optional<Timestamp> near) const {
  if (const auto* map = value.as_map()) {
    Value::Map out;
    for (const auto& [key, item] : *map) out.emplace(key, local(item, near));
    return Value(std::move(out));
  }
  const auto* const text = value.as_text();
  const auto at = text == nullptr ? Result<Timestamp>(fail(Error{})) : parse_timestamp(*text);
  const auto then = at ? to_local(*at, zone_) : Result<LocalTime>(fail(Error{}));
  if (!then) return value;
  const auto now = near ? to_local(*near, zone_) : Result<LocalTime>(fail(Error{}));
  const bool this_year = now && now->year == then->year;
  return Value(short_date_time(*then, this_year ? Year::left_out : Year::shown));
}

std::string Narrator::value_text(const std::string& name, const Value& value,
                                 std::optional<Timestamp> near) const {
  return in_words(name, local(value, near));
}

// A number of the contact's; empty where they go by it anyway.
std::string Narrator::number_text(ConversationId id, const std::string& number) const {
  const auto conversation = reads_->conversation(id);
  const auto contact = conversation ? reads_->contact(conversation->contact)
                                    : Result<ContactRecord>(ContactRecord{});
  std::string text = number;
  for (const Address& known : contact ? contact->identities : std::vector<Address>()) {
    if (known.kind == AddressKind::phone && known.value == number) text = shown(known);
  }
  return text == contact_name(id) ? std::string() : text;
}

std::string Narrator::event_text(const Entry& entry) const {
  std::string text;
  const std::string sentence = sentence_of(entry);
  std::string_view rest = sentence;
  while (true) {
    const std::size_t open = rest.find('{');
    text += rest.substr(0, open);
    if (open == std::string_view::npos) return text;
    const std::size_t close = rest.find('}', open);
    const std::string_view place = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    const std::size_t words = place.rfind(':') + 1;  // npos + 1 is 0
    const std::string value = place_text(entry, std::string(place.substr(words)));
    if (value.empty()) continue;
    if (words > 0) text += place.substr(0, words - 1);
    text += value;
  }
}

TranscriptLine Narrator::entry(const Entry& entry) const {
  if (entry.type == EntryType::message) return message(entry);
  if (entry.type == EntryType::voicemail) {
    TranscriptLine line = message(entry);
    line.side = Side::contact;
    line.who.clear();
    line.actor = contact_name(entry.conversation);
    line.text = fmt::format("{} leaves a message: {}", contact_name(entry.conversation), line.text);
    return line;
  }
  if (entry.type == EntryType::call) return call(entry);
  TranscriptLine line = event_line(entry.at, entry.channel, {});
  line.conversation = entry.conversation;
  line.text = event_text(entry);
  return line;
}

TranscriptLine Narrator::call(const Entry& entry) const {
  TranscriptLine line = event_line(entry.at, entry.channel, {});
  line.conversation = entry.conversation;
  const std::string contact = contact_name(entry.conversation);
  const auto found = entry.details.find("to");
  const std::string to = found == entry.details.end() ? "" : found->second.to_text();
  if (entry.direction == Direction::inbound) {
    line.side = Side::contact;
    line.actor = contact;
    line.text = fmt::format("{} calls {}", contact, to);
  } else {
    line.side = side_of(entry.author.role);
    line.actor = author_name(entry.author);
    line.text = fmt::format("{} calls {}", line.actor, contact);
    if (const std::string on = number_text(entry.conversation, to); !on.empty()) {
      line.text += " on " + on;
    }
  }
  if (const std::string part = in_part(entry); !part.empty()) line.text += " " + part;
  return line;
}

}  // namespace novelo::testing
