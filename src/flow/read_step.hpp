// Steps as they are written: one reader for each kind, in one table.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "flow/definition.hpp"
#include "flow/reader.hpp"

namespace novelo::flow {

// A step whose targets are still names.
struct StepDraft {
  Step step;
  std::string path;                                        // "steps.offer"
  std::string next;                                        // empty: not given
  std::vector<std::pair<std::string, std::string>> exits;  // exit, step
  bool broken = false;                                     // too broken for further checks
};

StepDraft read_step(const std::string& name, const Json& json, const Wordings& wordings,
                    Faults& faults);

}  // namespace novelo::flow
