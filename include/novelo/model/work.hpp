// Work and agents, as the router keeps them. These records are its only persisted form: a router
// that is given them back decides every later input exactly as the one that wrote them would have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/channel.hpp"

namespace novelo {

// What a router takes.
inline constexpr int most_priority = 100;               // of work, either way
inline constexpr std::size_t most_skills_of_work = 32;  // asked for at a time
inline constexpr int most_missed_offers = 100;          // before an agent does not respond

enum class WorkKind : std::uint8_t {
  interaction = 1,   // somebody is there: a call, a chat, a mail to answer
  callback = 2,      // a promise to call
  verification = 3,  // a reply to a case that a person has to look at
};
std::string_view to_string(WorkKind kind);

// What an agent's capacity is counted in.
enum class WorkClass : std::uint8_t { voice = 1, chat = 2, mail = 3, item = 4 };
std::string_view to_string(WorkClass work_class);
std::optional<WorkClass> parse_work_class(std::string_view text);

enum class WorkState : std::uint8_t { queued = 1, offered = 2, assigned = 3, wrap_up = 4 };
std::string_view to_string(WorkState state);

// How much an asked-for agent matters.
enum class Preference : std::uint8_t {
  none = 0,
  // This agent until `preference_until`, then anybody who is eligible. Released early when the
  // agent refuses, lets the offer run out, or could never take the work (other queue, no skill, no
  // capacity). Without a time: this agent if free at this moment, otherwise anybody.
  first = 1,
  // This agent alone until `preference_until`, offered again after a refusal; without a time, for
  // ever.
  only = 2,
};
std::string_view to_string(Preference preference);

struct WorkRecord {
  WorkId id;
  WorkKind kind = WorkKind::interaction;
  WorkClass work_class = WorkClass::chat;
  Channel channel = Channel::none;
  ConversationId conversation;
  std::uint64_t subject = 0;  // the interaction's, callback's or case's id, by `kind`

  QueueName queue;
  std::vector<SkillName> skills;  // all of them are needed; sorted, no repeats
  int priority = 0;               // higher is served earlier; -100..100
  Timestamp requested_at{};       // when the contact asked: its place counts from here
  AgentName preferred;
  Preference preference = Preference::none;
  std::optional<Timestamp> preference_until;  // exact: at this time the hold is over

  // From here on the router writes. The three fields of the preference are emptied when it is
  // released.
  WorkState state = WorkState::queued;
  AgentName agent;  // offered, assigned, wrap_up: who
  OfferId offer;    // offered
  // offered: the offer's end; wrap_up: its end; queued, after a refusal: the round's end
  std::optional<Timestamp> state_until;
  std::vector<AgentName> refused_by;  // in this round, by word or by time-out; sorted
  std::uint32_t offers = 0;           // how many were made so far

  friend bool operator==(const WorkRecord&, const WorkRecord&) = default;
};

enum class Presence : std::uint8_t { offline = 1, available = 2, paused = 3 };
std::string_view to_string(Presence presence);
std::optional<Presence> parse_presence(std::string_view text);

struct AgentRecord {
  AgentName name;
  Presence presence = Presence::offline;
  std::string reason;  // of a pause
  Timestamp since{};   // of the presence
  // When the last work ended, or the agent signed in if that is later: of those with equal skill
  // and load the longest idle is first. Pauses and refusals do not change it.
  Timestamp idle_since{};
  bool on_other_call = false;  // a call that the router did not give
  // Offers in a row that ran out, while available; those that were out at the same time count once.
  std::uint32_t missed_offers = 0;
  OfferId missed_until;  // the newest that was out when one was last counted: it is missed with it
  bool unreachable = false;  // the telephone cannot be rung: no voice work

  friend bool operator==(const AgentRecord&, const AgentRecord&) = default;
};

}  // namespace novelo
