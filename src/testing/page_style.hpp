// The style of a page, and its marks.
#pragma once

#include <string_view>

namespace novelo::testing {

std::string_view page_style();
// Drawings of the channels, to be used by name: "i-voice", "i-email", ...
std::string_view page_marks();

}  // namespace novelo::testing
