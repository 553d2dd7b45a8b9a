// HTML of a mail as plain text: enough to read what somebody wrote, in one pass.
#pragma once

#include <string>
#include <string_view>

namespace novelo::mime {

// Tags go, blocks end lines, list items get a hyphen, a <blockquote>'s lines start with "> ".
// Scripts, styles, titles and comments are left out. UTF-8 in and out.
std::string html_to_text(std::string_view html);

}  // namespace novelo::mime
