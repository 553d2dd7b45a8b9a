// What customers do.
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
  if (kind < 88) return -Duration(90min);  // by a clock that is wrong
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
  message.to = point.address;
  message.content.text = fmt::format(
      "{} {}", chance.one_of({"hello", "1", "2", "buying", "9", "stop", "I need a person", "10"}),
      chance.percent(30) ? own_word() : "");
  const std::uint64_t form = chance.below(100);
  if (form < 4) {
    return UnsupportedEvent{message.id, message.at, message.from,
                            message.to, "order",    chance.percent(70)};
  }
  if (form < 8) message.content.media.push_back({MediaKind::image, "image/jpeg", {}, 0, "m-1", {}});
  if (form >= 8 && form < 11) message.content.location = Location{-25.4, -49.2, {}, {}};
  if (form >= 11 && form < 16) {
    message.content.choice = Option{chance.one_of({"wait", "another", "buy", "other"}), "tapped"};
  }
  if (form >= 16 && form < 22 && !join_texts_.empty()) {
    message.content.text = *chance.pick(join_texts_) + " hello";
  }
  return message;
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
  const std::uint64_t more = first != nullptr && chance.percent(15) ? chance.below(3) : 0;
  for (std::uint64_t i = 0; i < more && !findings_.any(); ++i) {
    InboundMessage message = *first;
    message.id = fmt::format("m{}-{}", number_, ++names_);
    emit(point.connection, message);
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
  const auto seconds = std::chrono::seconds(5 + chance.below(chance.percent(20) ? 1800 : 240));
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
  if (chance.percent(10)) mail.automatic = AutoMail::reply;
  mail.forward = chance.percent(4);
  if (mail.forward) mail.subject = "Fwd: " + mail.subject;
  // An answer to something of ours, by its Message-ID and its signed address, or by one of them;
  // of whoever it went to, or of somebody who has got hold of it.
  if (const auto* matter = chance.pick(mirror_.cases); matter != nullptr && chance.percent(60)) {
    const CaseRecord& about = matter->second;
    if (const CaseMail* ours = chance.pick(about.mails)) {
      const auto address = reply_addresses_.find(ours->effect);
      const bool signed_too = address != reply_addresses_.end() && chance.percent(60);
      if (signed_too) mail.to = {address->second};
      if (!signed_too || chance.percent(50)) mail.in_reply_to = {ours->message_id};
    } else if (chance.percent(30)) {
      mail.subject += " " + about.protocol;
    }
  }
  letter.content.mail = std::move(mail);
  emit(point.connection, letter);
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
