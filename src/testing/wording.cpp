#include "testing/wording.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "novelo/model/call.hpp"

namespace novelo::testing {
namespace {

// What an event says when one of its details has this value; "*": any, "": none.
struct Variant {
  EventKind event;
  std::string_view detail;
  std::string_view value;
  std::string_view sentence;
};

constexpr std::array variants{
    Variant{EventKind::queued, "preferred", "*", "{contact} waits for {preferred}"},
    Variant{EventKind::offered, "work", "callback", "the callback is offered to {agent}"},
    Variant{EventKind::offered, "work", "verification", "the reply is offered to {agent}"},
    Variant{EventKind::offer_ended, "end", "refused", "{agent} does not take it"},
    Variant{EventKind::offer_ended, "end", "expired", "{agent} does not answer the offer"},
    Variant{EventKind::offer_ended, "end", "withdrawn", "the offer to {agent} is taken back"},
    Variant{EventKind::offer_ended, "end", "device_failed", "{agent}'s telephone does not answer"},
    Variant{EventKind::assigned, "work", "callback",
            "{agent} takes the callback{, :waited_seconds} after it was asked for"},
    Variant{EventKind::assigned, "work", "verification",
            "{agent} takes the reply{, after :waited_seconds}"},
    Variant{EventKind::reassigned, "from", "", "{to} takes the conversation"},
    Variant{EventKind::callback_created, "again", "true",
            "{contact} asks again to be called back, by {agent}"},
    Variant{EventKind::callback_created, "agent", "",
            "whoever is free is to call {contact} back{ on :number}{, not before :not_before}"},
    Variant{EventKind::case_fields, "fields", "{}", "the case stays as it was: {not_set}"},
    Variant{EventKind::callback_ended, "state", "served", "the promise to call is kept"},
    Variant{EventKind::callback_ended, "state", "exhausted",
            "the attempts to call are used up: {attempts}"},
    Variant{EventKind::callback_ended, "state", "cancelled", "the callback is taken back"},
    Variant{EventKind::action_done, "ok", "false",
            "the other system could not do it: {action}{, :reason}"},
    Variant{EventKind::reply_linked, "superseded", "true",
            "the reply belongs to the case, but answers a message that was replaced"},
    Variant{EventKind::verification_requested, "agent", "",
            "whoever is free is to look at the reply"},
    Variant{EventKind::verification_done, "override", "true",
            "{who} takes the reply, although it is out of date"},
    Variant{EventKind::survey_answered, "counted", "false",
            "another answer to the survey, which is not counted: {score}"},
    Variant{EventKind::call_abandoned, "agent", "*",
            "{contact} hangs up after {waited_seconds}, while {agent}'s telephone rings"},
};

// What an event says when a person of the business did it.
constexpr std::array<std::pair<EventKind, std::string_view>, 13> by_people{{
    {EventKind::reopened, "{who} opens the conversation again"},
    {EventKind::viewed, "{who} looks at the conversation"},
    {EventKind::reassigned, "{who} passes the conversation on{ from :from} to {to}"},
    {EventKind::escalated, "{who} escalates it{: :question}"},
    {EventKind::closed, "{who} closes the conversation{: :qualification}{, :disposition}"},
    {EventKind::callback_attempted, "{who} notes of attempt {attempt}: {result}"},
    {EventKind::case_opened, "{who} opens case {protocol} ({type})"},
    {EventKind::case_status, "{who} sets the case to {to}"},
    {EventKind::case_fields, "{who} changes the case: {fields}"},
    {EventKind::informed, "{who} has told the contact: {what}"},
    {EventKind::action_requested, "{who} asks another system: {action}"},
    {EventKind::survey_sent, "{who} sends a survey"},
    {EventKind::contact_chosen, "{who} has found out who it is: {contact}"},
}};

struct Word {
  std::string_view detail;
  std::string_view value;
  std::string_view words;
};

constexpr std::array words{
    Word{"by", "number", "the number"},
    Word{"by", "address", "the address"},
    Word{"by", "token", "the link"},
    Word{"by", "case", "the case it answers"},
    Word{"by", "contact", "who it is"},
    Word{"choice", "callback", "to be called back"},
    Word{"choice", "digital", "to go on in writing"},
    Word{"choice", "keep_waiting", "to go on waiting"},
    Word{"choice", "another_adviser", "another adviser"},
    Word{"choice", "hand_over", "to talk to a person"},
    Word{"result", "none", "still under way"},
    Word{"result", "rejected", "declined"},
    Word{"result", "not_receiving", "the number takes no calls"},
    Word{"result", "third_party", "somebody else answered"},
    Word{"result", "refused_identification", "would not say who it is"},
    Word{"result", "failed", "the call could not be made"},
    Word{"class", "retry", "the provider cannot take it now"},
    Word{"class", "throttled", "the provider takes no more for now"},
    Word{"class", "authentication", "the provider does not know us"},
    Word{"class", "permanent", "the provider does not take it"},
    Word{"class", "window_closed", "the time for free text is over"},
    Word{"class", "bad_address", "there is nobody at this address"},
    Word{"class", "opted_out", "the contact wants no messages"},
    Word{"class", "bad_template", "the registered template does not fit"},
    Word{"which", "requirement_classes", "it waits without the skills that were asked for"},
    Word{"which", "unknown_queue", "it waits in the entry point's queue"},
    Word{"which", "identities_per_contact", "an address is known and not listed"},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> notices{{
    {"voicemail", "{} is told: a voice message was left"},
    {"identity_claimed", "{} is told: an address that nobody has confirmed"},
    {"send_failed", "{} is told: a message was not delivered"},
    {"reassigned", "{} gets a mail with a link to the conversation"},
    {"case_reply", "{} is told: one more reply for the case"},
    {"fields_not_set", "{} is told: the case does not take some of what came back"},
    {"callback_exhausted", "{} is told: nobody was reached, the attempts are used up"},
    {"callback_late", "{} is told: a callback is late"},
    {"device_failed", "{} is told: {}'s telephone does not answer: paused"},
    {"agent_not_responding", "{} is told: {} answers no offers: paused"},
}};

// The entry that they are about stands beside them.
constexpr std::array<std::string_view, 3> told_by_entries{"offer", "message", "advice"};

bool fits(const Variant& variant, const Entry& entry) {
  const auto found = entry.details.find(std::string(variant.detail));
  const std::string value = found == entry.details.end() ? "" : found->second.to_text();
  return variant.value == "*" ? !value.empty() : value == variant.value;
}

std::string fields_in_words(const Value::Map& fields) {
  std::string text;
  for (const auto& [name, change] : fields) {
    const std::string value = change["new"].to_text();
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", spaced(name),
                        value.empty() ? "is empty" : value);
  }
  return text;
}

std::string reasons_in_words(const Value::Map& reasons) {
  std::string text;
  for (const auto& [name, reason] : reasons) {
    text +=
        fmt::format("{}{} ({})", text.empty() ? "" : ", ", spaced(name), spaced(reason.to_text()));
  }
  return text;
}

}  // namespace

std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string_view channel_name(Channel channel) {
  switch (channel) {
    case Channel::none: return {};
    case Channel::voice: return "Telephone";
    case Channel::sms: return "SMS";
    case Channel::whatsapp: return "WhatsApp";
    case Channel::instagram: return "Instagram";
    case Channel::messenger: return "Messenger";
    case Channel::email: return "E-mail";
    case Channel::web_chat: return "Web chat";
  }
  return {};
}

std::string shown(const Address& address) {
  constexpr std::size_t shortest = 8;  // with its country code
  const bool whole = address.kind == AddressKind::phone && address.value.size() >= shortest &&
                     address.value.front() != '0' && address.value.front() != '+';
  return whole ? "+" + address.value : address.value;
}

std::string short_date_time(const LocalTime& local, Year year) {
  // "Tuesday, 17 March 2026, 07:30": the first letters of its words.
  const std::string spoken = spoken_date_time(local, "en");
  const std::size_t day = spoken.find(", ") + 2;
  const std::size_t month = spoken.find(' ', day) + 1;
  if (spoken.find(", ") == std::string::npos || month == 0) return spoken;
  constexpr std::size_t letters = 3;
  return fmt::format("{} {}{}{}, {:02}:{:02}", spoken.substr(0, letters),
                     spoken.substr(day, month - day), spoken.substr(month, letters),
                     year == Year::shown ? fmt::format(" {}", local.year) : std::string(),
                     local.hour, local.minute);
}

std::string_view special_sentence(const Entry& entry) {
  for (const Variant& variant : variants) {
    if (variant.event == entry.event && fits(variant, entry)) return variant.sentence;
  }
  const bool person =
      (entry.author.role == AuthorRole::agent || entry.author.role == AuthorRole::staff) &&
      !entry.author.name.empty();
  for (const auto& [event, sentence] : by_people) {
    if (person && event == entry.event) return sentence;
  }
  return {};
}

std::string in_part(const Entry& entry) {
  const auto found = entry.details.find("warnings");
  const auto* const warnings = found == entry.details.end() ? nullptr : found->second.as_list();
  if (warnings == nullptr) return {};
  std::string text;
  for (const Value& warning : *warnings) {
    std::string said = warning.to_text();
    while (said.ends_with('.')) said.pop_back();
    text += (text.empty() ? "" : "; ") + said;
  }
  return fmt::format("(in part: {})", text);
}

std::string spoken_seconds(std::int64_t seconds) {
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  const auto both = [](std::int64_t large, std::string_view name, std::int64_t small,
                       std::string_view small_name) {
    return small == 0 ? fmt::format("{} {}", large, name)
                      : fmt::format("{} {} {} {}", large, name, small, small_name);
  };
  if (seconds < minute) return fmt::format("{} s", seconds);
  if (seconds < hour) return both(seconds / minute, "min", seconds % minute, "s");
  return both(seconds / hour, "h", seconds % hour / minute, "min");
}

std::string in_words(std::string_view detail, const Value& value) {
  const std::string text = value.to_text();
  for (const Word& word : words) {
    if (word.detail == detail && word.value == text) return std::string(word.words);
  }
  if (detail.ends_with("_seconds")) {
    if (const auto* seconds = value.as_int()) return spoken_seconds(*seconds);
  }
  if (detail == "fields") {
    if (const auto* fields = value.as_map()) return fields_in_words(*fields);
  }
  if (detail == "not_set") {
    if (const auto* reasons = value.as_map()) return reasons_in_words(*reasons);
  }
  if (detail == "address") {
    const auto address = parse_address(text);
    return address ? shown(*address) : text;
  }
  if (detail == "channel") {
    const auto channel = parse_channel(text);
    return channel ? std::string(channel_name(*channel)) : text;
  }
  const bool word = detail == "queue" || detail == "flow" || detail == "name" ||
                    detail == "action" || detail == "type" || detail == "result" ||
                    detail == "class" || detail == "which" || detail == "what" ||
                    detail == "outcome" || detail == "reason";
  return word ? spaced(text) : text;
}

std::string notice_text(std::string_view type, const std::string& agent, const std::string& about) {
  for (const std::string_view known : told_by_entries) {
    if (known == type) return {};
  }
  for (const auto& [known, text] : notices) {
    if (known == type) return fmt::format(fmt::runtime(text), agent, about);
  }
  return fmt::format("{} is told: {}", agent, spaced(std::string(type)));
}

std::string refusal_text(const Error& error) {
  const auto open_ended = [](std::string sentence) {
    while (sentence.ends_with('.')) sentence.pop_back();
    return sentence;
  };
  std::string text = open_ended(error.message);
  if (!error.remedy.empty()) text += " (remedy: " + open_ended(error.remedy) + ")";
  return text;
}

std::string end_of_call(int cause) {
  switch (cause) {
    case 0:
    case cause::normal_clearing: return "the call ends";
    case cause::user_busy: return "the line is busy";
    case cause::no_user_responding:
    case cause::no_answer: return "nobody answers";
    case cause::call_rejected: return "the call is declined";
    default: return fmt::format("the call ends (cause {})", cause);
  }
}

}  // namespace novelo::testing
