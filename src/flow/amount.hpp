// Amounts: a number in words put together, "trinta e cinco", "two thousand and six", "2 mil". What
// could be read in two ways, or only in part, is none: whoever asked asks again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/words.hpp"

namespace novelo::flow {

// The one number that a message holds, among at most `beside` other words; up to 999,999,999 in
// words. Nothing for several numbers ("7 ou 8", "cinco e seis"), for fractions and signs in words.
std::optional<std::int64_t> read_amount(const Phrase& said, Language language, std::size_t beside);

// Whether the words at [begin, end) begin or end in the middle of a number: "cinco" in "trinta e
// cinco" is not five.
bool splits_number(const std::vector<std::string>& words, std::size_t begin, std::size_t end,
                   Language language);

}  // namespace novelo::flow
