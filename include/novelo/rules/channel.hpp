// Channel: what may be said on a channel now, and how it must look there. The same rules for every
// adapter; what a channel is able to do comes as Capabilities.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/connection.hpp"
#include "novelo/model/content.hpp"

namespace novelo {

// Length of UTF-8 text in Unicode scalars; a broken byte counts as one.
std::size_t count_scalars(std::string_view text);

// How an SMS text travels (3GPP TS 23.038, 23.040): 160/153 septets or 70/67 UTF-16 units a
// segment. Any character outside the GSM alphabet turns the whole text into UTF-16; in Portuguese
// and Spanish these are á í ó ú â ê ô ã õ and the small ç, while à é ñ ü and the capital Ç are
// inside. An escape pair (such as that of the euro sign) and a surrogate pair stay in one segment.
struct SmsSegments {
  bool gsm7 = true;
  std::size_t units = 0;     // septets or UTF-16 units
  std::size_t segments = 0;  // 0 only for an empty text
};
SmsSegments count_segments(std::string_view text);

// A desk's own limit: refuses, it never cuts. `most` is the largest count allowed,
// so "fewer than 320" is 319. Counted in Unicode scalars, after variables and links are filled in.
// Fails with `refused`, reason "too_long"; the message says how many there are and how many may be.
Status check_length(std::string_view text, std::size_t most);

// The time until which free text is allowed, from the contact's last message; nothing when the
// channel has no window; the earliest time there is when the contact never wrote. The last
// inbound time is the provider's, of the same pair of numbers, variants of the contact's included.
std::optional<Timestamp> window_end(const Capabilities& capabilities,
                                    std::optional<Timestamp> last_inbound);

// Free text only before window_end (exactly 24 h after the last message it is closed); a
// template always. Fails with `refused`, whose remedy names the way out: reason
// "template_required", or "window_closed" on a channel that has a window and no templates.
Status check_window(const Capabilities& capabilities, std::optional<Timestamp> last_inbound,
                    const Content& content, Timestamp now);

// Shows an option prompt the way the channel is able to: options that all fit as buttons, else as
// list rows, stay options; otherwise they become lines "1. Title" under the text, numbered in
// order, and `options` becomes empty. A title length of 0 in Capabilities is no limit. Nothing is
// dropped: what had to change is said in `warnings`. Content without options comes back as it is;
// texts that are too long are for split_text.
struct Rendered {
  Content content;
  std::vector<std::string> warnings;
};
Rendered render(const Content& content, const Capabilities& capabilities);

// Splits a text of more than `most` scalars: at the last end of a sentence or line that fits, else
// at the last border of words, else of graphemes (Unicode UAX #29). At least one part. White space
// at a cut is left out, nothing else ever is. A single grapheme longer than `most` is a part of its
// own, for the channel to refuse; `most` 0 splits nothing.
std::vector<std::string> split_text(std::string_view text, std::size_t most);

}  // namespace novelo
