// What a journey's own form cannot say: which members go together, and which exist in what is
// matched.
#pragma once

#include "codec/json.hpp"
#include "testing/story.hpp"

namespace novelo::testing {

// Blames the first fault of a step.
void check_step(const StepSpec& step, const std::string& path, const Configuration& configuration,
                codec::JsonReader& reader);
void check_host(const HostSpec& host, const std::string& path, codec::JsonReader& reader);

}  // namespace novelo::testing
