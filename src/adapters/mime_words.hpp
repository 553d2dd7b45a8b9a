// Encoded words (RFC 2047) put together before the MIME library reads them. Mail programs break
// words inside characters, and GMime 3.2 loses what follows a word of base 64 that ends with
// padding.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/mime_scan.hpp"

namespace novelo::mime {

// `raw` with neighbouring encoded words of one charset made one word, inside `headers` only.
std::string join_encoded_words(std::string_view raw, const std::vector<HeaderBlock>& headers);

}  // namespace novelo::mime
