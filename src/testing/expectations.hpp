// Holding what a journey says must be true against what is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "testing/host.hpp"
#include "testing/labels.hpp"
#include "testing/match.hpp"
#include "testing/story.hpp"
#include "testing/things.hpp"

namespace novelo::testing {

// What a step came to.
struct StepFacts {
  std::optional<Value> answer;   // of a payload
  std::optional<Value> outcome;  // of a command or a settlement
  std::optional<Error> error;
  Value::List entries;   // appended since the step before
  bool resumed = false;  // by a run before this one, in part: its signals are gone
};

// A new label, in the order in which they are bound.
using Bindings = std::vector<std::pair<std::string, std::string>>;

struct Verdict {
  std::vector<std::string> failures;
  Bindings bindings;  // of captures
};

Verdict check(const ExpectSpec& expect, const StepFacts& facts, const Host& host,
              const Catalogue& catalogue, const Labels& labels);

// Whether an effect is as described; why not otherwise.
Comparison compare_effect(const EffectMatch& match, const Value& view, const Labels& labels);

}  // namespace novelo::testing
