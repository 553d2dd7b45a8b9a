// Flow sessions: a contact's walk through a flow, between two inputs, as one plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/content.hpp"

namespace novelo {

// A walk through a flow, between two inputs.
struct FlowSession {
  FlowName flow;
  std::uint32_t version = 0;  // of the flow when the walk began
  std::string fingerprint;    // of the waiting step; empty when not waiting
  StepName step;              // the step that waits; empty when ended
  std::string locale;
  Channel channel = Channel::none;
  Value::Map variables;         // what was collected: answers by name
  std::vector<Option> offered;  // the options that the contact was last shown, in order
  std::string failure;          // why what the flow did last could not be done; empty: it could
  std::uint32_t attempts = 0;   // unusable answers and silences so far at the waiting step
  std::uint32_t turns = 0;
  Timestamp started_at{};
  // While waiting: when silence is an answer too. On a telephone the host hears silence itself
  // (empty FlowDigits); the deadline then leaves time to speak the prompt, and is for a host that
  // does not.
  std::optional<Timestamp> deadline;
  bool ended = false;

  friend bool operator==(const FlowSession&, const FlowSession&) = default;
};

}  // namespace novelo
