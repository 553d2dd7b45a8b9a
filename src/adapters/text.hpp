// Small texts of provider payloads: UTF-8, digits, effect ids.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/result.hpp"
#include "novelo/model/content.hpp"

namespace novelo {

// The number of Unicode scalars, or nothing when the bytes are not UTF-8 (RFC 3629).
std::optional<std::size_t> utf8_length(std::string_view bytes);

// The bytes with U+FFFD for whatever is not UTF-8; unchanged when they are.
std::string to_utf8(std::string_view bytes);

// Fails with `invalid` when `text` is not UTF-8, with `limit` when it has more than `most` scalars.
Status check_text(std::string_view text, std::size_t most, std::string_view subject);

bool all_digits(std::string_view text);  // and at least one
std::string to_lower(std::string_view text);

// The effect that a provider echoes, or none: the field may hold somebody else's text.
EffectId read_effect(std::string_view text);
std::string write_effect(EffectId effect);

// The text followed by "1. title" lines, for channels that show no buttons.
std::string with_numbered_options(std::string_view text, const std::vector<Option>& options);

}  // namespace novelo
