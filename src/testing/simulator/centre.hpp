// Centre: the contact centre that is simulated where no other is given.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/secret.hpp"
#include "novelo/config/configuration.hpp"

namespace novelo::testing {

// A configuration with every channel of the library, three queues, five agents with skills, hours
// in two zones with a holiday and nights in which clocks change, cases, callbacks, surveys,
// look-ups and two flows.
std::string_view centre_document();

// The secrets that its connections name, each a text of its own; as EngineOptions takes them.
std::map<ConnectionName, std::map<std::string, std::vector<Secret>>> secrets_for(
    const Configuration& configuration);
// The text of one of them.
std::string secret_text(const ConnectionName& connection, const std::string& name);

}  // namespace novelo::testing
