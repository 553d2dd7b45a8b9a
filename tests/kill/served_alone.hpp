// A child with an engine of its own, one call after another.
#pragma once

#include "kill/child.hpp"
#include "kill/frame.hpp"

namespace novelo::kill {

int serve_alone(const ChildTask& task, Announcer& parent);

}  // namespace novelo::kill
