// Panel: what stands beside a transcript. The cases as they are in the end and how they came there;
// who waits where in which queue, and how that changed; what the agents are doing. Plain values in
// words for people.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "novelo/base/time.hpp"
#include "novelo/model/case.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/work.hpp"

namespace novelo::testing {

struct PanelMoment {
  Timestamp at{};
  std::string text;
};

struct PanelCase {
  std::string protocol;
  std::string type;
  std::string category;
  std::string status;
  StatusCategory stage = StatusCategory::open;
  std::string contact;
  std::string owner;
  Timestamp opened_at{};
  std::vector<std::pair<std::string, std::string>> fields;  // name, value
  std::vector<PanelMoment> history;                         // oldest first
  std::size_t left_out = 0;                                 // moments that were too many
};

// One contact's turn in a queue.
struct PanelWork {
  std::size_t place = 0;  // 1 is next; 0: it does not wait
  std::string who;
  Channel channel = Channel::none;
  std::string what;  // "callback", "reply to look at"; empty for a contact who is there
  WorkState state = WorkState::queued;
  std::string agent;  // who has it, or whom it waits for
  Timestamp since{};

  friend bool operator==(const PanelWork&, const PanelWork&) = default;
};

// A queue as it was from a moment on.
struct PanelQueueMoment {
  Timestamp at{};
  std::vector<PanelWork> works;  // those that wait first, in their order
};

struct PanelQueue {
  std::string name;
  std::vector<PanelQueueMoment> moments;  // whenever it changed; the last is how it is in the end
  std::size_t left_out = 0;               // moments that were too many: the oldest
};

struct PanelAgent {
  std::string name;
  Presence presence = Presence::offline;
  std::string reason;  // of a pause
  Timestamp since{};
};

struct Panel {
  std::vector<PanelCase> cases;
  std::size_t cases_left_out = 0;  // that were too many
  std::vector<PanelQueue> queues;  // those in which anything was
  std::vector<PanelAgent> agents;  // those who ever signed in
};

}  // namespace novelo::testing
