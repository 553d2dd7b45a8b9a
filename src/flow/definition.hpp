// A flow as it is walked: compiled from its JSON, every name resolved to a place, every text and
// condition ready. It never changes after load.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "flow/match.hpp"
#include "flow/when.hpp"
#include "flow/words.hpp"
#include "novelo/flow_engine.hpp"
#include "novelo/rules/template.hpp"

namespace novelo::flow {

inline constexpr std::size_t no_step = static_cast<std::size_t>(-1);

// Exits that steps have beside `next` and names of their own.
inline constexpr std::string_view exit_next = "next";
inline constexpr std::string_view exit_no_match = "no_match";
inline constexpr std::string_view exit_no_answer = "no_answer";
inline constexpr std::string_view exit_no_options = "no_options";
inline constexpr std::string_view exit_failed = "failed";
inline constexpr std::string_view exit_yes = "yes";
inline constexpr std::string_view exit_no = "no";
inline constexpr std::string_view exit_global = "global";
inline constexpr std::string_view exit_end = "end";

// One text: the same for every locale of the flow, or one for each.
struct Text {
  std::vector<TextTemplate> wordings;

  const TextTemplate& in(std::size_t locale) const {
    return wordings.size() == 1 ? wordings.front() : wordings.at(locale);
  }
};

// What is written, and what is said on a telephone when that should differ.
struct Wording {
  Text text;
  std::optional<Text> spoken;

  const Text& on(Channel channel) const {
    return channel == Channel::voice && spoken ? *spoken : text;
  }
};

// A value that is known, put together, or copied from a variable.
struct FromPath {
  std::string path;
};
using Expression = std::variant<Value, TextTemplate, FromPath>;

struct Patience {
  Duration voice = std::chrono::seconds(8);
  Duration written = std::chrono::hours(24);
};

// What a waiting step does about answers that do not come or cannot be used.
struct Tries {
  std::uint32_t attempts = 3;
  std::vector<Wording> retry;          // by attempt; the last serves all further ones
  std::vector<Wording> retry_silence;  // when nothing came; without any, `retry` serves
  std::optional<Wording> unclear;      // when an answer fits several options
  Patience patience;
};

struct Say {
  Wording words;
};
struct Ask {
  Wording words;
  FlowExpects expects = FlowExpects::text;
  std::string save_as;
  Tries tries;
  int max_digits = 0;
  Duration longest{};
  std::optional<double> least;
  std::optional<double> most;
};
struct ChoiceOption {
  std::string id;
  Text title;
  std::optional<Text> announce;
  std::optional<When> when;
  std::vector<OptionKeys> keys;  // by locale; the title's key is empty where it has places
};
struct Choose {
  Wording words;
  std::vector<ChoiceOption> options;
  std::optional<Text> announce;
  std::string save_as;
  Tries tries;
};
struct BranchCase {
  std::string exit;
  When when;
};
struct Branch {
  std::vector<BranchCase> cases;
};
struct Set {
  std::vector<std::pair<std::string, Expression>> variables;
};
struct Record {
  std::string event;
  Expression value;
};
struct HandOver {
  FlowHandOver to;
};
struct KeepWaiting {};
struct Callback {
  FlowCallback::By by = FlowCallback::By::owner;
  std::string number;   // a path; empty: the number that the contact is calling from
  std::string message;  // a path to a recording; may be empty
};
struct SwitchChannel {
  Channel channel = Channel::whatsapp;
  std::string number;  // a path; empty: the contact's own
  TemplateName message;
};
struct End {
  std::string name;
  std::string outcome;
  std::optional<Wording> closing;
};
using StepBody = std::variant<Say, Ask, Choose, Branch, Set, Record, HandOver, KeepWaiting,
                              Callback, SwitchChannel, End>;

struct Step {
  StepName name;
  StepBody body;
  std::string fingerprint;
  std::string outcome;         // of a step that may end the flow, when it does
  std::size_t next = no_step;  // for a step that may end the flow: no_step ends it
  std::vector<std::pair<std::string, std::size_t>> exits;  // as declared

  // Where the exit leads; no_step when it is not declared.
  std::size_t exit(std::string_view name) const {
    for (const auto& [exit_name, target] : exits) {
      if (exit_name == name) return target;
    }
    return no_step;
  }
};

inline const Tries* tries_of(const Step& step) {
  if (const auto* ask = std::get_if<Ask>(&step.body)) return &ask->tries;
  if (const auto* choose = std::get_if<Choose>(&step.body)) return &choose->tries;
  return nullptr;
}
inline bool waits(const Step& step) {
  return tries_of(step) != nullptr;
}

// What the host does, and tells the outcome of.
inline bool is_deed(const Step& step) {
  return std::holds_alternative<Callback>(step.body) ||
         std::holds_alternative<SwitchChannel>(step.body);
}

// A word that is understood at every wait.
struct Global {
  std::vector<std::vector<std::string>> words;  // by locale; folded
  std::size_t go = no_step;
};

struct Locale {
  std::string name;  // "pt-PT"
  Language language = Language::none;
};

enum class WhenChanged : std::uint8_t { fingerprint, restart, hand_over };

struct Flow {
  FlowName name;
  std::uint32_t version = 0;
  std::vector<Locale> locales;  // the first is the default
  WhenChanged when_changed = WhenChanged::fingerprint;
  std::vector<Step> steps;  // by name
  std::map<std::string, std::size_t, std::less<>> places;
  std::vector<Global> globals;
  std::size_t start = no_step;

  std::size_t find(std::string_view step) const {
    const auto found = places.find(step);
    return found == places.end() ? no_step : found->second;
  }
  // The declared locale that serves this one best: itself, its language, else the first.
  std::size_t locale(std::string_view wanted) const;
};

}  // namespace novelo::flow
