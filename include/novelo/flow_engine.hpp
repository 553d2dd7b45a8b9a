// FlowEngine: walks contacts through flows. It stands alone: a vendor can use it without the engine
// and without a store.
//
// A flow is a versioned graph of steps, written as JSON (docs/flows.md) and compiled once by `load`.
// A walk through it is a `FlowSession`, one plain value: store it, and any FlowEngine with the same
// flows goes on from it. `start` and `resume` are pure: a session, an input, the variables of the
// moment and a time in; the next session and what is to be done out. The engine sends nothing: it
// says what to say and what to wait for, and the host (or `Engine`) does it on whatever channel the
// contact is on. The same flow runs over a telephone and over a chat.
//
//   start -> [say] [say] [ask, waiting]        resume(answer) -> [say] [hand over]
//
// Every wait ends: an answer, no answer within the step's bound, or the contact leaving. A flow that
// loops without waiting, or that runs past a ceiling, ends in a hand-over to a person.
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

namespace novelo {

// One flow's text, as it was written.
struct FlowSource {
  std::string file;  // shown in errors
  std::string json;
};

// What a waiting step takes as an answer, so that a channel can show or collect it well.
enum class FlowExpects : std::uint8_t {
  nothing = 0,
  choice = 1,     // one of the prompt's options: tapped, typed, pressed or spoken
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

// A walk through a flow, between two inputs.
struct FlowSession {
  FlowName flow;
  std::uint32_t version = 0;  // of the flow when the walk began
  std::string fingerprint;    // of the waiting step; empty when not waiting
  StepName step;              // the step that waits; empty when ended
  std::string locale;
  Channel channel = Channel::none;
  Value::Map variables;       // what was collected: answers by name
  std::vector<Option> offered;  // the options that the contact was last shown, in order
  std::uint32_t attempts = 0;   // at the waiting step
  std::uint32_t turns = 0;
  Timestamp started_at{};
  std::optional<Timestamp> deadline;  // when silence is an answer too
  bool ended = false;

  friend bool operator==(const FlowSession&, const FlowSession&) = default;
};

// --- inputs ---------------------------------------------------------------------------------------
struct FlowAnswer {
  Content content;  // a message: text, a tapped option, media
};
struct FlowDigits {
  std::string digits;  // keys pressed; empty when nothing came in time
};
struct FlowSpeech {
  std::string text;
};
struct FlowRecording {
  Media media;
  Duration length{};
};
struct FlowSilence {};  // the deadline has passed
using FlowInput = std::variant<FlowAnswer, FlowDigits, FlowSpeech, FlowRecording, FlowSilence>;

// --- what is to be done ---------------------------------------------------------------------------
struct FlowSay {
  Content content;
};
struct FlowAsk {
  Content content;  // the question, with its options
  FlowExpects expects = FlowExpects::text;
  int max_digits = 1;      // on a telephone
  Duration patience{};     // silence that counts as no answer
  Duration longest{};      // recording
};
// The contact goes, or goes back, to a person.
struct FlowHandOver {
  QueueName queue;                // empty: the entry point's
  std::vector<SkillName> skills;
  int priority = 0;
  enum class To : std::uint8_t { owner_first, owner_only, anyone, other_than_owner };
  To to = To::owner_first;
};
// The contact goes on waiting in the place it already has.
struct FlowKeepWaiting {};
// A promise to call back.
struct FlowCallback {
  enum class By : std::uint8_t { owner, anyone };
  By by = By::owner;
  std::string number;           // empty: the number that the contact is calling from
  std::optional<Media> message;  // what was recorded
};
// The matter goes on in writing: a link or a first message is sent on another channel.
struct FlowSwitchChannel {
  Channel channel = Channel::whatsapp;
  std::string number;     // empty: the contact's own
  TemplateName message;   // the text that is sent
};
// An event for the reports, and anything the flow wants kept on the conversation.
struct FlowRecord {
  std::string name;
  Value value;
};
struct FlowEnd {
  std::string name;     // a flow may have several ends
  std::string outcome;  // "met", "unmet", "abandoned", or a word of the flow's own
};
// One step walked: the row that reports are made of.
struct FlowSegment {
  StepName step;
  std::string exit;
  std::string operand;  // what was answered, as the flow understood it
};
using FlowOutput = std::variant<FlowSay, FlowAsk, FlowHandOver, FlowKeepWaiting, FlowCallback,
                                FlowSwitchChannel, FlowRecord, FlowEnd, FlowSegment>;

struct FlowDecision {
  FlowSession session;
  std::vector<FlowOutput> outputs;  // in order
};

class FlowEngine {
 public:
  // Compiles flows. Fails with `invalid` and every fault it found, one a line, each with file, path
  // and reason, in the message; the subject is the first fault's file and path.
  static Result<FlowEngine> load(std::span<const FlowSource> sources, Limits limits = {});

  FlowEngine(FlowEngine&&) noexcept;
  FlowEngine& operator=(FlowEngine&&) noexcept;
  ~FlowEngine();

  bool has(const FlowName& flow) const;
  std::vector<FlowName> flows() const;  // by name

  // Begins a walk. `variables` is what the texts and tests of the flow may read ("contact.name",
  // "owner.name", "channels.sms", ...). Fails with `not_found` for an unknown flow.
  Result<FlowDecision> start(const FlowName& flow, std::string_view locale, Channel channel,
                             const Value& variables, Timestamp now) const;

  // Goes on from a wait. Fails with `refused` when the session has ended or is not waiting, leaving
  // the session as it was.
  Result<FlowDecision> resume(const FlowSession& session, const FlowInput& input,
                              const Value& variables, Timestamp now) const;

  // Says the waiting question again, for a contact who came back or changed channel.
  Result<FlowDecision> repeat(const FlowSession& session, Channel channel, const Value& variables,
                              Timestamp now) const;

 private:
  class Flows;
  explicit FlowEngine(std::unique_ptr<const Flows> flows);
  std::unique_ptr<const Flows> flows_;
};

}  // namespace novelo
