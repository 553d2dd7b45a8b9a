// FlowEngine: walks contacts through flows. It stands alone: a vendor can use it without the engine
// and without a store.
//
// A flow is a versioned graph of steps, written as JSON (docs/flows.md) and compiled by `load`.
// A walk through it is a `FlowSession`, one plain value: store it, and any FlowEngine with the same
// flows goes on from it. `start` and `resume` are pure: a session, an input, the variables of the
// moment and a time in; the next session and what is to be done out. The engine sends nothing: it
// says what to say and what to wait for, and the host (or `Engine`) does it on whatever channel the
// contact is on. The same flow runs over a telephone and over a chat.
//
//   start -> [say] [say] [ask, waiting]        resume(answer) -> [say] [hand over]
//
// Every wait ends: an answer, no answer within the step's bound, or the contact leaving. A flow
// that loops without waiting is refused by `load`; one that runs past a ceiling ends in a hand-over
// to a person.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/flow_session.hpp"

namespace novelo {

// One flow's text, as it was written.
struct FlowSource {
  std::string file;  // shown in errors
  std::string json;
};

// What a waiting step takes as an answer, so that a channel can show or collect it well.
enum class FlowExpects : std::uint8_t {
  nothing = 0,
  choice = 1,  // one of the prompt's options: tapped, typed, pressed or spoken
  text = 2,
  number = 3,
  date = 4,
  email = 5,
  phone = 6,
  yes_no = 7,
  recording = 8,  // a voice message
  file = 9,
};
std::string_view to_string(FlowExpects expects);

// --- inputs --------------------------------------------------------------------------------------
struct FlowAnswer {
  Content content;  // a message: text, a tapped option, media
};
struct FlowDigits {
  std::string digits;  // keys pressed; empty when nothing came in time
};
struct FlowSpeech {
  std::string text;  // empty when nothing was understood: silence
};
struct FlowRecording {
  Media media;        // without a ref: nothing was recorded, silence
  Duration length{};  // zero when unknown
};
// The deadline has passed; before it, this is refused. An answer counts whenever it comes: a host
// that wants a deadline to hold gives the silence that is due before it gives a later answer.
struct FlowSilence {};
// What came of a FlowCallback or a FlowSwitchChannel. It is no turn of the contact's.
struct FlowDone {};
struct FlowFailed {
  std::string reason;  // a word, such as "landline": texts and tests read it as "session.failure"
};
using FlowInput = std::variant<FlowAnswer, FlowDigits, FlowSpeech, FlowRecording, FlowSilence,
                               FlowDone, FlowFailed>;

// --- what is to be done --------------------------------------------------------------------------
struct FlowSay {
  Content content;

  friend bool operator==(const FlowSay&, const FlowSay&) = default;
};
// A question; the walk waits, and no output follows. On a telephone the text is all that is to be
// spoken, "press 1" for each option included, and `options` is for a speech recogniser; on any
// other channel the text is the question alone, and `options` are shown as the channel is able to.
struct FlowAsk {
  Content content;
  FlowExpects expects = FlowExpects::text;
  int max_digits = 1;   // on a telephone; 0: digits are no answer
  Duration patience{};  // silence that counts as no answer, after a prompt was spoken or sent
  Duration longest{};   // recording

  friend bool operator==(const FlowAsk&, const FlowAsk&) = default;
};
// The contact goes, or goes back, to a person.
struct FlowHandOver {
  QueueName queue;  // empty: the entry point's
  std::vector<SkillName> skills;
  int priority = 0;
  enum class To : std::uint8_t { owner_first, owner_only, anyone, other_than_owner };
  To to = To::owner_first;

  friend bool operator==(const FlowHandOver&, const FlowHandOver&) = default;
};
// The contact goes on waiting in the place it already has.
struct FlowKeepWaiting {
  friend bool operator==(const FlowKeepWaiting&, const FlowKeepWaiting&) = default;
};
// A promise to call back. The walk waits until `resume` is told whether it could be made; no output
// follows.
struct FlowCallback {
  enum class By : std::uint8_t { owner, anyone };
  By by = By::owner;
  std::string number;            // empty: the number that the contact is calling from; else as it
                                 // was answered: digits, with '+' when in international form
  std::optional<Media> message;  // what was recorded

  friend bool operator==(const FlowCallback&, const FlowCallback&) = default;
};
// The matter goes on in writing: a link or a first message is sent on another channel. The walk
// waits until `resume` is told whether it could be sent; no output follows.
struct FlowSwitchChannel {
  Channel channel = Channel::whatsapp;
  std::string number;    // empty: the contact's own; else as in FlowCallback
  TemplateName message;  // the text that is sent

  friend bool operator==(const FlowSwitchChannel&, const FlowSwitchChannel&) = default;
};
// An event for the reports, and anything the flow wants kept on the conversation.
struct FlowRecord {
  std::string name;
  Value value;

  friend bool operator==(const FlowRecord&, const FlowRecord&) = default;
};
// Always the last output; every walk has exactly one.
struct FlowEnd {
  // A flow may have several ends. Empty: an end that the flow does not have, always after a
  // FlowHandOver, because answers ran out, something could not be done, a ceiling was reached or
  // the flow has changed.
  std::string name;
  // "met", "unmet", "abandoned", or a word of the flow's own. A flow that ends by handing over,
  // waiting on, promising a callback or changing the channel says "handed_over", "waiting",
  // "callback" or "switched" unless it says otherwise. Without a name: "handed_over" (answers ran
  // out), "abandoned" (the last of them was silence), "failed", "limit" or "changed".
  std::string outcome;

  friend bool operator==(const FlowEnd&, const FlowEnd&) = default;
};
// One step left behind: the row that reports are made of. A step is entered once however often its
// question is repeated.
struct FlowSegment {
  StepName step;
  // "next", an option's id, a case's name, "yes", "no", "no_match", "no_answer", "no_options",
  // "failed", "global" (a word understood at every wait) or "end".
  std::string exit;
  // What was understood: an option's id, a number, a date, yes or no, a global word, an outcome;
  // why something failed. Never free text, an address, a telephone number or a recording: reports
  // carry no personal data.
  std::string operand;

  friend bool operator==(const FlowSegment&, const FlowSegment&) = default;
};
using FlowOutput = std::variant<FlowSay, FlowAsk, FlowHandOver, FlowKeepWaiting, FlowCallback,
                                FlowSwitchChannel, FlowRecord, FlowEnd, FlowSegment>;

struct FlowDecision {
  FlowSession session;
  // In order; the last is a FlowAsk, a FlowCallback or a FlowSwitchChannel, or a FlowEnd.
  std::vector<FlowOutput> outputs;

  friend bool operator==(const FlowDecision&, const FlowDecision&) = default;
};

// Something beside a flow that one of its steps cannot do without.
struct FlowReference {
  enum class Kind : std::uint8_t {
    queue = 1,    // where a step hands over to
    skill = 2,    // which it asks for
    message = 3,  // the template that it sends
    channel = 4,  // the written channel that it leads to: "whatsapp"
    line = 5,     // any telephone line, to call back from; it has no name
    writing = 6,  // a written channel to be walked on: a menu has more options that are always
                  // shown than a telephone has keys for; the name is their number
  };
  Kind kind = Kind::queue;
  std::string name;
  std::string path;  // in the flow: "steps.go.queue"

  friend bool operator==(const FlowReference&, const FlowReference&) = default;
};

class FlowEngine {
 public:
  // Compiles flows. Fails with `invalid`, reason "bad_flow", and every fault it found: the first
  // one's file and path are the subject and what is wrong there is the message; each further one is
  // a line of the message, with its own file and path.
  static Result<FlowEngine> load(std::span<const FlowSource> sources, Limits limits = {});

  FlowEngine(FlowEngine&&) noexcept;
  FlowEngine& operator=(FlowEngine&&) noexcept;
  ~FlowEngine();

  bool has(const FlowName& flow) const;
  std::vector<FlowName> flows() const;  // by name
  // The locale in which a flow would speak to somebody of this one; empty for an unknown flow.
  std::string locale(const FlowName& flow, std::string_view wanted) const;

  // What the flow names that must be there beside it, in the order of its steps; whoever has the
  // queues, skills and templates can check it. `known` are variables that have these values on
  // every walk ({"channels": {"sms": false}}): what is named behind a condition that they rule out
  // is left out. Empty for a flow that is not there.
  std::vector<FlowReference> references(const FlowName& flow, const Value& known = {}) const;

  // Begins a walk. `variables` is what the texts and tests of the flow may read ("contact.name",
  // "owner.name", "channels.sms", ...); what the walk collected under the same first name goes
  // before it, and "session.channel", "session.locale" and "session.flow" are always there. The
  // locale that the flow has and that is nearest to `wanted` is taken: itself, another one of its
  // language, else the flow's first. Fails with `not_found` for an unknown flow.
  Result<FlowDecision> start(const FlowName& flow, std::string_view wanted, Channel channel,
                             const Value& variables, Timestamp now) const;

  // Goes on from a wait. Fails with `refused` when the session has ended (reason "ended"), is not
  // waiting ("not_waiting"), is told of silence before its deadline ("too_early"), waits to be told
  // what came of its last output ("not_told"), or is told that although it asked ("not_asked"); the
  // session can still be used as it was. A session whose flow has changed since goes on, is asked
  // again or goes to a person, as the flow declares (docs/flows.md).
  Result<FlowDecision> resume(const FlowSession& session, const FlowInput& input,
                              const Value& variables, Timestamp now) const;

  // Says the waiting question again, for a contact who came back or changed channel. It counts as a
  // turn, not as an attempt. Fails as `resume` does.
  Result<FlowDecision> repeat(const FlowSession& session, Channel channel, const Value& variables,
                              Timestamp now) const;

 private:
  class Flows;
  explicit FlowEngine(std::unique_ptr<const Flows> flows);
  std::unique_ptr<const Flows> flows_;
};

}  // namespace novelo
