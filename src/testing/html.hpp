// Html: text that becomes markup, safely.
#pragma once

#include <string>
#include <string_view>

namespace novelo::testing {

// For the inside of an element or of a quoted attribute. What is no UTF-8, and what could command a
// terminal or turn the direction of what follows, becomes U+FFFD.
std::string escaped(std::string_view text);

// The same, with http and https addresses as links.
std::string linked(std::string_view text);

}  // namespace novelo::testing
