// Cases: the matter. It has a protocol number from its first moment and a status of a configured
// workflow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"

namespace novelo {

// Behaviour hangs on the category; names are the business's own.
enum class StatusCategory : std::uint8_t { open = 1, waiting = 2, resolved = 3, final = 4 };
std::string_view to_string(StatusCategory category);
std::optional<StatusCategory> parse_status_category(std::string_view text);

// A message that went out for the case and may be answered. A newer one supersedes it.
struct CaseMail {
  std::string message_id;
  EffectId effect;
  Timestamp at{};
  bool superseded = false;

  friend bool operator==(const CaseMail&, const CaseMail&) = default;
};

// A reply that a person has to look at before the case goes on.
struct CaseReply {
  std::uint64_t entry = 0;  // in the conversation named beside it
  ConversationId conversation;
  bool superseded = false;  // it answers a message that a newer one has replaced
  bool verified = false;

  friend bool operator==(const CaseReply&, const CaseReply&) = default;
};

struct CaseRecord {
  CaseId id;
  std::string protocol;
  CaseTypeName type;
  std::string category;  // a leaf of the category tree, " > " between levels; may be empty
  CaseStatusName status;
  ContactId contact;
  ConversationId conversation;  // where it was opened
  AgentName owner;
  Value::Map fields;
  std::vector<std::string> informed;  // what the contact was told: "protocol"
  std::vector<std::string> advised;   // what a rule told the agent: "written_confirmation"
  std::vector<CaseMail> mails;
  std::vector<CaseReply> replies;
  WorkId verification;  // the one open item, while there is one
  Timestamp opened_at{};
  std::optional<Timestamp> deadline;  // reserved: not used by the engine
  std::optional<Timestamp> resolved_at;
  CaseId follows;      // the final case that this one takes up again
  CaseId followed_by;  // of a final case: the newest one that takes it up again

  friend bool operator==(const CaseRecord&, const CaseRecord&) = default;
};

}  // namespace novelo
