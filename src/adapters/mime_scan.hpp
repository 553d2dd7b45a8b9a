// A look at a mail's bytes before the MIME library sees them: size, depth, parts and headers stay
// under their ceilings, in one pass.
#pragma once

#include <string_view>

#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"

namespace novelo::mime {

// Fails with `limit` when `raw` passes a ceiling of `limits`: request_bytes, mail_depth, mail_parts,
// mail_header_bytes, or the lines that look like boundaries, taken times the headers that open them.
Status scan(std::string_view raw, const Limits& limits);

}  // namespace novelo::mime
