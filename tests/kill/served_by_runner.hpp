// A child with a Runner, and several threads that hand work in.
#pragma once

#include "kill/child.hpp"
#include "kill/frame.hpp"

namespace novelo::kill {

int serve_by_runner(const ChildTask& task, Announcer& parent);

}  // namespace novelo::kill
