// Invisible: characters of a text that have no picture of their own (Unicode's category Cf).
#pragma once

#include <cstdint>

namespace novelo::testing {

// Whether it only says how its neighbours are drawn: joiners of letters and emoji, where a word may
// be broken, the tags of a flag, a mark of one letter's direction. Everybody's telephone writes
// them. What turns the direction of a whole text is none of them.
bool is_harmless_format(std::int32_t scalar);

}  // namespace novelo::testing
