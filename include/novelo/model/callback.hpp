// Callbacks: promises to call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/content.hpp"

namespace novelo {

enum class CallbackState : std::uint8_t {
  open = 1,
  served = 2,     // the contact was spoken with, or was served on any channel
  exhausted = 3,  // the retry plan is at its end
  cancelled = 4,
};
std::string_view to_string(CallbackState state);

// How one attempt ended. By cause where the network says it, else by the agent.
enum class AttemptResult : std::uint8_t {
  none = 0,  // still under way
  reached = 1,
  no_answer = 2,      // Q.850 18, 19
  busy = 3,           // 17
  rejected = 4,       // 21
  not_receiving = 5,  // 1, 3, 20, 22, 27, 28
  third_party = 6,
  wrong_number = 7,
  refused_identification = 8,
  dropped = 9,
  failed = 10,  // the call could not be placed; not the contact's doing
};
std::string_view to_string(AttemptResult result);
std::optional<AttemptResult> parse_attempt_result(std::string_view text);
// What a hang-up before the answer means.
AttemptResult result_of_cause(int q850);

struct CallbackAttempt {
  Timestamp at{};
  AgentName agent;
  InteractionId interaction;
  AttemptResult result = AttemptResult::none;
  int cause = 0;

  friend bool operator==(const CallbackAttempt&, const CallbackAttempt&) = default;
};

struct Callback {
  CallbackId id;
  ConversationId conversation;
  ContactId contact;
  EntryPointName entry_point;  // the line that it is placed from
  Address number;
  QueueName queue;
  AgentName agent;  // promised by this agent; empty: by anybody
  Timestamp requested_at{};
  // The time agreed with the contact; until then only the call itself keeps the promise.
  std::optional<Timestamp> agreed_for;
  std::optional<Timestamp> not_before;  // the next attempt
  // Reserved for its agent until then; after that it is late, the supervisors are told, and anybody
  // may take it.
  std::optional<Timestamp> promised_until;
  std::optional<Media> message;  // what the contact left
  CallbackState state = CallbackState::open;
  std::vector<CallbackAttempt> attempts;
  WorkId work;  // at the router, while it waits for its agent or is being kept

  friend bool operator==(const Callback&, const Callback&) = default;
};

}  // namespace novelo
