// Options of an engine as a caller gives them.
#pragma once

#include <memory>
#include <vector>

#include "boxes.hpp"
#include "novelo.h"
#include "novelo/engine.hpp"

namespace novelo::abi {

struct GivenEngine {
  EngineOptions options;
  std::vector<const ChannelAdapter*> adapters;
  std::shared_ptr<Recording> recording;
};

Result<GivenEngine> engine_of(const novelo_engine_options* given);

// Why the recording that an engine was opened with does not go on, if it never began.
Status check_begun(const std::shared_ptr<Recording>& recording);

}  // namespace novelo::abi
