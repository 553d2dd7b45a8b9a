// A look at a mail's bytes before the MIME library sees them: size, depth, parts and headers stay
// under their ceilings, in one pass.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"

namespace novelo::mime {

// Where the header of the mail, of a part or of an enclosed mail stands, its empty line left out.
struct HeaderBlock {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The header blocks of `raw` in order. Fails with `limit` when it passes a ceiling of `limits`:
// request_bytes, mail_depth, mail_parts, mail_header_bytes, or the lines that look like boundaries
// times the headers that open them.
Result<std::vector<HeaderBlock>> scan(std::string_view raw, const Limits& limits);

}  // namespace novelo::mime
