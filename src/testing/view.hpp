// What an effect says, as values: the JSON, the form or the mail inside its request, and one plain
// text for looking things up in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "novelo/base/value.hpp"
#include "novelo/model/effect.hpp"

namespace novelo::testing {

// The handout as JSON, without what a restart changes of it (`maybe_done`).
Value view_of(const Handout& handout);

std::optional<Value> json_body(std::string_view body);
Value::Map form_body(std::string_view body);
// Headers by their names in lower case with '_' for '-', decoded (RFC 2047); `message_id` without
// brackets; `text` is the first text part, decoded. Enough for mails of one part, as ours are.
Value::Map mail_body(std::string_view mail);

// Everything that stands in the effect, one line for each text: "text.body=Hello". Of a JSON body
// its members, of a form its fields, of a mail its headers and text, of a notification its body.
std::string plain_text(const Value& view);

}  // namespace novelo::testing
