// Narrator: what happened, as lines that somebody can read who has never seen the engine.
#pragma once

#include <string>
#include <vector>

#include "novelo/testing/transcript.hpp"
#include "testing/host.hpp"
#include "testing/story.hpp"
#include "testing/things.hpp"

namespace novelo::testing {

class Narrator {
 public:
  Narrator(const Story& story, const Catalogue& catalogue)
      : story_(&story), catalogue_(catalogue) {}

  TranscriptLine heading(const StepSpec& step, Timestamp at) const;
  // What somebody did on a telephone, which is no message and has no entry.
  std::vector<TranscriptLine> call_events(const std::vector<ChannelEvent>& events,
                                          Timestamp at) const;
  TranscriptLine entry(const Entry& entry) const;
  std::vector<TranscriptLine> effect(const Value& view, Timestamp at) const;
  // A message of before that was delivered or read.
  std::vector<TranscriptLine> signal(const Value& signal, std::uint64_t known_entries,
                                     Timestamp at) const;

 private:
  std::string contact_name(ConversationId conversation) const;
  std::string agent_name(const std::string& name) const;
  TranscriptLine message(const Entry& entry) const;
  std::string event_text(const Entry& entry) const;

  const Story* story_;
  const Catalogue& catalogue_;
};

}  // namespace novelo::testing
