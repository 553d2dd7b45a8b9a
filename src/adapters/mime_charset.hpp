// Bytes in whatever a mail says they are, made into clean UTF-8. Nothing here rejects: what cannot
// be read in one way is read in the next.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace novelo::mime {

std::string lower_ascii(std::string_view text);
std::string_view trim(std::string_view text);  // spaces, tabs and line ends

struct Utf8 {
  std::string text;
  bool exact = true;  // false when the charset was guessed or bytes were replaced
};

// `charset` as the mail names it; "" when it does not. ISO-8859-1 and US-ASCII are read as
// windows-1252, which is what their senders mean (WHATWG Encoding Standard, section 4.2).
Utf8 to_utf8(std::string_view bytes, std::string_view charset);

bool is_utf8(std::string_view bytes);
bool is_ascii(std::string_view bytes);

// Ends lines with \n, and takes out the other control characters and a byte order mark; `text` is
// UTF-8.
std::string clean_text(std::string_view text);
// For one line: white space and control characters in a row become one space; trimmed; cut to
// `most` scalars. Bytes that are no UTF-8 are read as windows-1252.
std::string clean_line(std::string_view text, std::size_t most);
// The bytes that the first `most` scalars of UTF-8 take.
std::size_t scalar_prefix(std::string_view text, std::size_t most);

}  // namespace novelo::mime
