// Page: transcripts as one HTML file that stands for itself: to be mailed, printed, or looked at on
// a telephone. A pure function of its values.
//
// The contact stands on the left; agents, staff and the assistant on the right, each in a colour of
// their own; what merely happened in the middle; notes are marked as internal. The cases and the
// queues stand beside it, or below where there is no room. The file asks nobody for anything: no
// script, no font, no picture from elsewhere, and its policy forbids them.
//
// Whatever people wrote is text: nothing of it can become markup, an attribute or a script. What
// looks like an http or https address is a link; nothing else is.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "novelo/testing/panel.hpp"
#include "novelo/testing/transcript.hpp"

namespace novelo::testing {

// One story: a journey, or a conversation.
struct PageChapter {
  std::string title;
  std::string about;         // a sentence for people; may be empty
  std::string zone = "UTC";  // times are shown by its clocks
  std::string locale;        // the language of what is said, "pt-BR"; may be empty
  std::string verdict;       // "31 steps, all held"; may be empty
  bool failed = false;
  std::vector<TranscriptLine> lines;
  Panel panel;
};

struct PageOptions {
  std::string title = "Novelo";
  std::size_t most_lines = 20'000;  // of all chapters together; of the rest is said how many
  std::string more;                 // how to see what was left out: a sentence
};

std::string to_page(const std::vector<PageChapter>& chapters, const PageOptions& options);

}  // namespace novelo::testing
