// Narrator: what happened, as lines that somebody can read who has never seen the engine.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "novelo/testing/transcript.hpp"
#include "testing/chronicle.hpp"
#include "testing/reads.hpp"
#include "testing/story.hpp"

namespace novelo::testing {

class Narrator {
 public:
  // All of them outlive it; `adapters` say how a message looks on its channel.
  Narrator(const Configuration& configuration, std::string zone, const Reads& reads,
           const std::vector<const ChannelAdapter*>& adapters)
      : configuration_(&configuration),
        zone_(std::move(zone)),
        reads_(&reads),
        adapters_(&adapters) {}

  TranscriptLine heading(const StepSpec& step, Timestamp at) const;
  // None where there is nothing to say.
  std::optional<TranscriptLine> line(const Happening& happening) const;
  // All there is to say, in the order of time. Keys pressed one after the other on one call are one
  // line.
  std::vector<TranscriptLine> lines(std::vector<Happening> happened) const;
  // A name for each conversation, short and its own, so that a line can say whose it is.
  std::map<ConversationId, std::string> tags(const std::set<ConversationId>& conversations) const;

  // The contact's name, else their address, else "the caller".
  std::string contact_name(ConversationId conversation) const;
  std::string name_of(ContactId contact) const;
  std::string agent_name(const std::string& name) const;
  // A detail or a field in words; a time by the clocks of the zone, without the year where it is
  // that of `near`.
  std::string value_text(const std::string& name, const Value& value,
                         std::optional<Timestamp> near = std::nullopt) const;
  // What an event of a timeline says.
  std::string event_text(const Entry& entry) const;

 private:
  std::string author_name(const Author& author) const;
  std::string shown_as(const ContactRecord& contact, const ConversationRecord* conversation) const;
  std::string tag(ConversationId conversation) const;
  Value local(const Value& value, std::optional<Timestamp> near) const;
  std::string number_text(ConversationId conversation, const std::string& number) const;
  TranscriptLine call(const Entry& entry) const;
  void tell_inbound(const Entry& entry, TranscriptLine& line) const;
  TranscriptLine message(const Entry& entry) const;
  std::string place_text(const Entry& entry, const std::string& name) const;

  TranscriptLine entry(const Entry& entry) const;
  std::optional<TranscriptLine> tell(Timestamp at, const Entry& entry) const;
  std::optional<TranscriptLine> tell(Timestamp at, const StatusChange& change) const;
  std::optional<TranscriptLine> tell(Timestamp at, const Note& note) const;
  std::optional<TranscriptLine> tell(Timestamp at, const HandedOut& handed_out) const;
  std::optional<TranscriptLine> tell(Timestamp at, const NotTaken& not_taken) const;
  std::optional<TranscriptLine> tell(Timestamp at, const CallNews& news) const;
  std::optional<TranscriptLine> tell(Timestamp at, const RefusedEvent& refused) const;

  const Configuration* configuration_;
  std::string zone_;
  const Reads* reads_;
  const std::vector<const ChannelAdapter*>* adapters_;
};

}  // namespace novelo::testing
