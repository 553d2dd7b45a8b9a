// Checks that what the sections of a configuration say of one another holds: every name resolves,
// and what is sent can be sent where it is sent from.
#pragma once

#include "novelo/base/result.hpp"
#include "novelo/config/configuration.hpp"

namespace novelo::config {

// Expects a configuration whose finders work. Fails with `invalid`, the subject being the path of
// the member that refers to what is not there.
Status check_references(const Configuration& configuration);

}  // namespace novelo::config
