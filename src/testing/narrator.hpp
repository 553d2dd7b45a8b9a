// Narrator: what happened, as lines that somebody can read who has never seen the engine.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "novelo/testing/transcript.hpp"
#include "testing/host.hpp"
#include "testing/story.hpp"
#include "testing/things.hpp"

namespace novelo::testing {

class Narrator {
 public:
  Narrator(const Story& story, const Catalogue& catalogue, const Host& host)
      : story_(&story), catalogue_(catalogue), host_(&host) {}

  TranscriptLine heading(const StepSpec& step, Timestamp at) const;
  // None where there is nothing to say.
  std::optional<TranscriptLine> line(const Happening& happening) const;
  // A name for each conversation, short and its own, so that a line can say whose it is.
  std::map<ConversationId, std::string> tags(const std::set<ConversationId>& conversations) const;

 private:
  std::string contact_name(ConversationId conversation) const;
  std::string agent_name(const std::string& name) const;
  std::string author_name(const Author& author) const;
  std::string name_of(ContactId contact) const;
  void tell_inbound(const Entry& entry, TranscriptLine& line) const;
  TranscriptLine message(const Entry& entry) const;
  std::string place_text(const Entry& entry, const std::string& name) const;
  std::string event_text(const Entry& entry) const;

  TranscriptLine entry(const Entry& entry) const;
  std::optional<TranscriptLine> tell(Timestamp at, const Entry& entry) const;
  std::optional<TranscriptLine> tell(Timestamp at, const StatusChange& change) const;
  std::optional<TranscriptLine> tell(Timestamp at, const Note& note) const;
  std::optional<TranscriptLine> tell(Timestamp at, const HandedOut& handed_out) const;
  std::optional<TranscriptLine> tell(Timestamp at, const NotTaken& not_taken) const;
  std::optional<TranscriptLine> tell(Timestamp at, const CallNews& news) const;
  std::optional<TranscriptLine> tell(Timestamp at, const RefusedEvent& refused) const;

  const Story* story_;
  const Catalogue& catalogue_;
  const Host* host_;
};

}  // namespace novelo::testing
