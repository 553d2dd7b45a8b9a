// Traces: what one input did. Kept in memory for the newest inputs (Limits::traces), for whoever
// asks why something happened or did not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/error.hpp"
#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/change.hpp"

namespace novelo {

enum class InputKind : std::uint8_t {
  command = 1,
  event = 2,       // of a provider
  settlement = 3,  // of an effect
  time = 4,        // something fell due
  handout = 5,     // no input: an effect was given to the host
};
std::string_view to_string(InputKind kind);

struct Trace {
  Timestamp at{};
  InputKind kind = InputKind::command;
  // The command's id, the provider's id of the event, the effect's id; empty for time.
  std::string id;
  // command: its word ("send_message"); event: its word, as in JSON ("message");
  // settlement: "reply", "done", "failed"; handout: the effect's kind; time: what fell due
  std::string what;
  AgentName actor;
  ConnectionName connection;
  bool repeated = false;         // it had been taken before
  std::optional<Error> refused;  // or why nothing of it was done
  ConversationId conversation;   // that it was about, as far as one is known
  std::vector<Change> changes;   // what it changed, in order, as far as that is remembered
};

}  // namespace novelo
