// Metrics as a caller asks for them.
#pragma once

#include <cstdint>
#include <string>

#include "novelo/engine.hpp"

namespace novelo::abi {

// `invalid` ("unknown_form").
Status check_form(std::int32_t form);
std::string metrics_text(const Metrics& metrics, const TenantName& tenant, std::int32_t form);

}  // namespace novelo::abi
