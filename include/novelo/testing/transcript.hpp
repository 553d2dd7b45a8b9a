// Transcript: a day at the desk, as people read it. Lines are plain values; rendering them is a
// pure function, so that a terminal, a log and a test see the same day.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/channel.hpp"

namespace novelo::testing {

// On whose side a line stands: contacts on the left, whoever answers them indented, what merely
// happened in the middle of nowhere.
enum class Side : std::uint8_t {
  heading = 1,  // a step of the story
  contact = 2,
  agent = 3,
  staff = 4,
  bot = 5,
  event = 6,    // what the engine noted
  problem = 7,  // an expectation that did not hold
  note = 8,     // what people write among themselves; the contact never sees it
};

std::string_view name_of(Side side);  // "heading", "contact", ...

struct TranscriptLine {
  Timestamp at{};
  Side side = Side::event;
  Channel channel = Channel::none;
  ConversationId conversation;
  std::string who;         // a name; empty where the line says it itself
  std::string text;        // may have several lines
  std::string status;      // "delivered", "refused", ...; may be empty
  std::string about = {};  // whose conversation it is, while there is more than one
  std::string actor = {};  // where `who` is empty: whose doing the text tells, "Ana calls 4000"

  friend bool operator==(const TranscriptLine&, const TranscriptLine&) = default;
};

struct TranscriptOptions {
  bool colour = false;       // ANSI sequences
  std::size_t width = 100;   // columns of the terminal; longer texts are folded
  std::string zone = "UTC";  // IANA name: times are shown by its clocks
};

// One text, each line ended by '\n'. Control characters of what people wrote are shown as '?', so
// that no message can take over a terminal. A zone that is not known is taken as UTC.
std::string render(const std::vector<TranscriptLine>& lines, const TranscriptOptions& options);

}  // namespace novelo::testing
