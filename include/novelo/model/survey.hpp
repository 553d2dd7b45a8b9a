// Surveys: what the contact thinks of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/channel.hpp"

namespace novelo {

struct Survey {
  SurveyId id;
  std::string name;  // of its configuration
  ConversationId conversation;
  std::uint32_t closure = 0;  // the closing it belongs to
  ContactId contact;
  AgentName agent;
  CaseId case_id;
  Channel channel = Channel::none;  // on which it was sent
  std::uint64_t entry = 0;          // the message that asked, in the conversation's timeline
  Timestamp sent_at{};
  Timestamp until{};  // answers count before it
  std::optional<int> score;
  std::string comment;
  std::optional<Timestamp> answered_at;
  Channel answered_on = Channel::none;  // none: by link
  std::uint32_t repeated = 0;           // further answers, acknowledged and not counted

  friend bool operator==(const Survey&, const Survey&) = default;
};

}  // namespace novelo
