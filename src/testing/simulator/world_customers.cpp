// What customers do.
#include <algorithm>

#include <fmt/format.h>

#include "testing/simulator/world.hpp"

namespace novelo::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t people = 12;

std::vector<const EntryPointConfig*> points_of(const Configuration& configuration, auto fits) {
  std::vector<const EntryPointConfig*> found;
  for (const EntryPointConfig& point : configuration.entry_points) {
    if (fits(point)) found.push_back(&point);
  }
  return found;
}

// How long ago it was said: now, as a rule; hours, or so long that a window of a day is about to
// close.
Duration lateness(Chance& chance) {
  const std::uint64_t kind = chance.below(100);
  if (kind < 86) return {};
  // By a clock that is wrong.
  if (kind < 89) return -std::chrono::minutes(static_cast<std::int64_t>(1 + chance.below(1200)));
  const Duration late = std::chrono::seconds(static_cast<std::int64_t>(chance.below(7200)));
  return kind < 94 ? late : Duration(24h) - late / 12;
}

bool is_chat(const EntryPointConfig& point) {
  return point.channel != Channel::voice && point.channel != Channel::email;
}

}  // namespace

Address World::phone_of(Chance& chance) const {
  if (chance.percent(3)) {  // somebody who comes once
    return {AddressKind::phone, fmt::format("55419877{:05}", 10'000 + chance.below(5000))};
  }
  return {AddressKind::phone, fmt::format("55419888{:05}", 10'000 + chance.below(people))};
}

void World::do_customer(Chance& chance) {
  const std::uint64_t what = chance.below(100);
  if (what < 55) {
    write(chance);
  } else if (what < 80) {
    ring(chance);
  } else if (what < 95) {
    post(chance);
  } else {
    answer_survey(chance);
  }
}

ChannelEvent World::said(const EntryPointConfig& point, Chance& chance) {
  InboundMessage message;
  message.id = fmt::format("m{}-{}", number_, ++names_);
  message.at = now_ - lateness(chance);
  message.from.address = phone_of(chance);
  if (point.channel == Channel::messenger || point.channel == Channel::instagram) {
    message.from.address.kind = AddressKind::page_user;
  }
  if (point.channel == Channel::web_chat) message.from.address.kind = AddressKind::visitor;
  message.from.display_name = "Somebody";
  if (point.channel == Channel::whatsapp && chance.percent(15)) {  // by a name beside the number
    const Address name{AddressKind::whatsapp, fmt::format("user.{}", chance.below(people))};
    message.from.aliases.push_back(name);
    if (chance.percent(25)) {  // which is not shown
      message.from.address = name;
      message.from.aliases.clear();
    }
  }
  message.to = point.address;
  message.content.text = fmt::format("{} {}",
                                     chance.one_of({"hello", "1", "2", "3", "buying", "9", "stop",
                                                    "person", "10", "my number is 41 98881-0003"}),
                                     chance.percent(30) ? own_word() : "");
  const std::uint64_t form = chance.below(100);
  if (form < 4) {
    return UnsupportedEvent{message.id, message.at, message.from,
                            message.to, "order",    chance.percent(70)};
  }
  if (form < 8) add_media(message.content, chance);
  if (form >= 8 && form < 11) message.content.location = Location{-25.4, -49.2, {}, {}};
  if (form >= 11 && form < 16) {
    message.content.choice = Option{chance.one_of({"wait", "another", "buy", "other"}), "tapped"};
  }
  if (form >= 16 && form < 22 && !join_texts_.empty()) {
    message.content.text = chance.pick(join_texts_)->second + " hello";
    const bool number = message.from.address.kind == AddressKind::phone;
    if (number && chance.percent(40)) {  // from where nobody knows them
      message.from.address.value = fmt::format("55419866{:05}", 10'000 + chance.below(500));
    }
  }
  return message;
}

void World::add_media(Content& content, Chance& chance) {
  using enum MediaKind;
  for (std::uint64_t more = 1 + chance.below(2); more > 0; --more) {
    Media medium;
    medium.kind = chance.one_of({image, audio, voice, video, document, sticker});
    medium.mime = medium.kind == image ? "image/jpeg" : "application/octet-stream";
    medium.ref = fmt::format("https://media.example/{}", ++names_);
    content.media.push_back(std::move(medium));
  }
}

void World::write(Chance& chance) {
  const auto points = points_of(configuration_, is_chat);
  if (points.empty()) return;
  const EntryPointConfig& point = **chance.pick(points);
  const ChannelEvent event = said(point, chance);
  // Several at once, as people type; or from several people, in one call.
  if (chance.percent(8)) {
    std::vector<std::pair<ConnectionName, ChannelEvent>> events{{point.connection, event}};
    for (std::uint64_t more = 1 + chance.below(4); more > 0; --more) {
      const EntryPointConfig& other = **chance.pick(points);
      events.emplace_back(other.connection, said(other, chance));
    }
    return tell_at_once(events);
  }
  emit(point.connection, event);
  const auto* first = std::get_if<InboundMessage>(&event);
  if (first != nullptr) plan_last_words(point, *first, chance);
  const std::uint64_t more = first != nullptr && chance.percent(15) ? chance.below(3) : 0;
  for (std::uint64_t i = 0; i < more && !findings_.any(); ++i) {
    InboundMessage message = *first;
    message.id = fmt::format("m{}-{}", number_, ++names_);
    emit(point.connection, message);
  }
}

void World::plan_last_words(const EntryPointConfig& point, const InboundMessage& message,
                            Chance& chance) {
  const auto found = windows_.find(point.name);
  const Duration window = found == windows_.end() ? Duration{} : found->second;
  if (window == Duration{}) return;
  const Timestamp said = message.at.value_or(now_);
  const bool ahead = said > now_;
  const bool long_ago = said + window < now_ + 1h;
  if (!chance.percent(ahead || long_ago ? 50 : 4)) return;
  // Before its end, so that some of it comes too late; or, where somebody's clock is ahead, where
  // the window would still be open if that one counted.
  const Timestamp end = std::min(said, now_) + window;
  const Timestamp at = ahead && chance.percent(70) ? end + (said - now_) / 2
                                                   : end - milliseconds(200 + chance.below(3000));
  schedule_.add(std::max(at, now_ + 3s), LastWords{point.name, message.from.address});
}

void World::write_last_words(const LastWords& words) {
  const auto goes_there = [&](ConversationId id) {
    const auto& reaches = mirror_.find(id)->reaches;
    return std::any_of(reaches.begin(), reaches.end(), [&](const Reach& reach) {
      return reach.entry_point == words.entry_point && reach.address == words.to;
    });
  };
  const auto found = std::find_if(conversations_.rbegin(), conversations_.rend(), goes_there);
  if (found == conversations_.rend()) return;
  const ConversationId id = *found;
  if (mirror_.find(id)->status == ConversationStatus::closed) {
    (void)command(ReopenConversation{id});
  }
  SendMessage send;
  send.conversation = id;
  send.entry_point = words.entry_point;
  for (int more = 3; more > 0 && !findings_.any(); --more) {
    send.content.text = "One thing more. " + own_word();
    (void)command(send);
  }
}

void World::ring(Chance& chance) {
  const auto points = points_of(configuration_, [](const EntryPointConfig& point) {
    return point.channel == Channel::voice;
  });
  if (points.empty()) return;
  const EntryPointConfig& point = **chance.pick(points);
  Address from = phone_of(chance);
  if (chance.percent(8)) from = {AddressKind::withheld, "withheld"};
  const auto seconds = std::chrono::seconds(5 + chance.below(chance.percent(20) ? 3600 : 240));
  Telephones& telephones = telephones_.at(point.connection);
  emit(point.connection, telephones.ring(from, point.address, seconds, now_, schedule_));
}

void World::post(Chance& chance) {
  const auto points = points_of(configuration_, [](const EntryPointConfig& point) {
    return point.channel == Channel::email;
  });
  if (points.empty()) return;
  const EntryPointConfig& point = **chance.pick(points);
  InboundMessage letter;
  letter.id = fmt::format("p{}-{}@mail.example", number_, ++names_);
  letter.at = now_;
  letter.from.address = {AddressKind::email,
                         fmt::format("person{}@mail.example", chance.below(people / 2))};
  letter.to = point.address;
  letter.content.text = "Good morning. " + own_word();
  Mail mail{"About my visit", letter.id, {}, {}, {point.address}, AutoMail::none};
  if (chance.percent(14)) {
    using enum AutoMail;
    mail.automatic = chance.one_of({reply, reply, bounce, list, generated});
  }
  if (chance.percent(5)) add_media(letter.content, chance);
  if (chance.percent(60)) answer_mail(mail, chance);
  if (chance.percent(4)) {
    mail.subject = "Fwd: " + mail.subject;
    mail.forward = true;
  }
  letter.content.mail = std::move(mail);
  emit(point.connection, letter);
}

// By its Message-ID, by the signed address that it named, or by both; else by a case's number.
void World::answer_mail(Mail& mail, Chance& chance) {
  const std::size_t recent = std::min<std::size_t>(mails_.size(), 30);
  if (recent > 0 && chance.percent(75)) {
    const Mail& ours = mails_[mails_.size() - 1 - chance.below(recent)].second;
    if (chance.percent(80)) {
      (chance.percent(70) ? mail.in_reply_to : mail.references) = {ours.message_id};
    }
    if (!ours.to.empty() && chance.percent(55)) mail.to = {ours.to.front()};
    mail.subject = "Re: " + ours.subject;
    return;
  }
  if (const auto* matter = chance.pick(mirror_.cases)) {
    mail.subject += " " + matter->second.protocol;
  }
}

void World::answer_survey(Chance& chance) {
  const int score = static_cast<int>(chance.below(12));  // one beyond the scale
  if (!survey_tokens_.empty() && chance.percent(80)) {
    (void)command(AnswerSurvey{*chance.pick(survey_tokens_), score, "fine"});
    return;
  }
  const auto made_up = command(AnswerSurvey{fmt::format("{:x}", chance.next()), score, "fine"});
  findings_.check(!made_up, "I35", "a token that nobody has given was believed");
}

}  // namespace novelo::testing
