// What is no entry of a timeline, told: effects, calls, statuses, notes; and whose each line is.
#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "testing/narrator.hpp"
#include "testing/view.hpp"
#include "testing/wording.hpp"

namespace novelo::testing {
namespace {

constexpr std::size_t last_digits = 4;  // of a number, enough to tell two apart

TranscriptLine event_line(Timestamp at, Channel channel, ConversationId conversation,
                          std::string text) {
  TranscriptLine line;
  line.at = at;
  line.channel = channel;
  line.conversation = conversation;
  line.text = std::move(text);
  return line;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string text_of(const CallEvent& event) {
  switch (event.kind) {
    case CallEventKind::digits:
      return event.digits.empty() ? "presses nothing" : "presses " + event.digits;
    case CallEventKind::speech:
      return event.text.empty() ? "says nothing" : fmt::format("says: \"{}\"", event.text);
    case CallEventKind::answered: return "picks up";
    case CallEventKind::hung_up: return end_of_call(event.cause);
    case CallEventKind::bridged: return "contact and agent are connected";
    case CallEventKind::bridge_failed: return "the agent's telephone does not answer";
    default: return {};
  }
}

// "..7777" of a number, "ana" of a mail address.
std::string short_address(const std::string& address) {
  if (const std::size_t at = address.find('@'); at != std::string::npos) {
    return address.substr(0, at);
  }
  if (address.size() <= last_digits) return address;
  return ".." + address.substr(address.size() - last_digits);
}

bool are_keys(const CallNews& news) {
  return news.event.kind == CallEventKind::digits && !news.late && !news.event.digits.empty();
}

// Whether `next` goes on with the keys of `before`.
bool goes_on(const CallNews& before, Timestamp last, const CallNews& next, Timestamp at) {
  constexpr Duration pause = std::chrono::seconds(10);
  return are_keys(before) && are_keys(next) && before.event.call == next.event.call &&
         before.conversation == next.conversation && at - last <= pause;
}

}  // namespace

std::optional<TranscriptLine> Narrator::line(const Happening& happening) const {
  return std::visit([&](const auto& what) { return tell(happening.at, what); }, happening.what);
}

std::vector<TranscriptLine> Narrator::lines(std::vector<Happening> happened) const {
  std::stable_sort(
      happened.begin(), happened.end(),
      [](const Happening& left, const Happening& right) { return left.at < right.at; });
  std::vector<TranscriptLine> lines;
  CallNews* keys = nullptr;  // what the last line tells, where that is keys
  Timestamp pressed{};
  for (Happening& happening : happened) {
    auto* const news = std::get_if<CallNews>(&happening.what);
    if (keys != nullptr && news != nullptr && goes_on(*keys, pressed, *news, happening.at)) {
      keys->event.digits += " " + news->event.digits;
      lines.back().text = line({lines.back().at, *keys})->text;
      pressed = happening.at;
      continue;
    }
    auto next = line(happening);
    if (!next) continue;
    lines.push_back(std::move(*next));
    keys = news;
    pressed = happening.at;
  }
  return lines;
}

// "Ana" of "Ana Souza"; of an address what tells it from another; "caller" of somebody without one.
std::string Narrator::tag(ConversationId id) const {
  const auto conversation = reads_->conversation(id);
  const auto contact = conversation ? reads_->contact(conversation->contact)
                                    : Result<ContactRecord>(ContactRecord{});
  if (contact && !contact->name.empty()) return contact->name.substr(0, contact->name.find(' '));
  const std::string name = contact_name(id);
  return name == shown_as({}, nullptr) ? "caller" : short_address(name);
}

std::map<ConversationId, std::string> Narrator::tags(
    const std::set<ConversationId>& conversations) const {
  std::map<ConversationId, std::string> tags;
  std::map<std::string, int> times;
  for (const ConversationId id : conversations) {
    tags[id] = tag(id);
    ++times[tags[id]];
  }
  for (auto& [id, tag] : tags) {
    if (times[tag] > 1) tag += fmt::format(" #{}", id.value());
  }
  return tags;
}

std::optional<TranscriptLine> Narrator::tell(Timestamp, const Entry& what) const {
  Entry carried = what;
  carried.content = as_carried(what, *configuration_, *adapters_);
  return entry(carried);
}

std::optional<TranscriptLine> Narrator::tell(Timestamp at, const StatusChange& change) const {
  const Entry& message = change.message;
  return event_line(
      at, message.channel, message.conversation,
      fmt::format("\"{}\": {}", first_line(message.content.text), to_string(message.status)));
}

std::optional<TranscriptLine> Narrator::tell(Timestamp at, const Note& note) const {
  TranscriptLine line = event_line(at, Channel::none, note.conversation, note.text);
  line.side = Side::note;
  line.who =
      note.author.name.empty() ? "internal note" : agent_name(note.author.name) + ", internal note";
  return line;
}

std::optional<TranscriptLine> Narrator::tell(Timestamp at, const HandedOut& handed_out) const {
  const Value& view = handed_out.view;
  const std::string kind = view["kind"].to_text();
  const auto event = [&](Channel channel, std::string text) {
    return event_line(at, channel, handed_out.conversation, std::move(text));
  };
  const auto* const attempt = view["attempt"].as_int();
  const bool again = attempt != nullptr && *attempt > 1;
  const std::string connection = view["connection"].to_text();
  if (kind == "notify") {
    const Value& body = view["body"];
    std::string text = notice_text(body["type"].to_text(), agent_name(view["agent"].to_text()),
                                   agent_name(body["agent"].to_text()));
    if (text.empty()) return std::nullopt;
    return event(Channel::none, std::move(text));
  }
  if (kind == "send") {
    if (!again) return std::nullopt;  // its entry tells it
    return event(Channel::none, fmt::format("(to {}, attempt {}: \"{}\")", connection, *attempt,
                                            first_line(handed_out.text)));
  }
  if (kind == "action") {
    if (!again) return std::nullopt;
    return event(Channel::none, fmt::format("(action {}, attempt {})",
                                            view["body"]["action"].to_text(), *attempt));
  }
  const auto verb = json_body(view["request"]["body"].to_text());
  if (!verb) return std::nullopt;
  const std::string name = (*verb)["verb"].to_text();
  if (again) {
    return event(Channel::voice,
                 fmt::format("(to {}, attempt {}: {})", connection, *attempt, name));
  }
  if (!(*verb)["text"].is_null()) {
    TranscriptLine line = event(Channel::voice, (*verb)["text"].to_text());
    line.side = Side::bot;
    line.who = "assistant";
    return line;
  }
  if (name != "bridge" && name != "originate") return std::nullopt;
  return event(Channel::voice,
               fmt::format("{}'s telephone rings", agent_name((*verb)["agent"].to_text())));
}

std::optional<TranscriptLine> Narrator::tell(Timestamp at, const NotTaken& not_taken) const {
  const Value& view = not_taken.view;
  std::string who = view["connection"].to_text();
  if (who.empty()) who = view["kind"].to_text();
  return event_line(at, Channel::none, not_taken.conversation,
                    fmt::format("({} {})", who, not_taken.why));
}

std::optional<TranscriptLine> Narrator::tell(Timestamp at, const CallNews& news) const {
  std::string text = text_of(news.event);
  if (text.empty()) return std::nullopt;
  const CallEventKind kind = news.event.kind;
  const bool by_contact = kind == CallEventKind::digits || kind == CallEventKind::speech ||
                          kind == CallEventKind::answered;
  const std::string contact = contact_name(news.conversation);
  if (by_contact && !news.late) text = fmt::format("{} {}", contact, text);
  if (news.late) text = fmt::format("({}: too late, it was over before)", text);
  TranscriptLine line = event_line(at, Channel::voice, news.conversation, std::move(text));
  if (by_contact && !news.late) {
    line.side = Side::contact;
    line.actor = contact;
  }
  return line;
}

std::optional<TranscriptLine> Narrator::tell(Timestamp at, const RefusedEvent& refused) const {
  return event_line(at, Channel::none, {}, "refused, and kept: " + refusal_text(refused.error));
}

}  // namespace novelo::testing
