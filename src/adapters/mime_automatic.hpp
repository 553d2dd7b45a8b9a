// Mail that no person wrote: how it is recognised, and what a delivery report says.
#pragma once

#include <optional>
#include <string_view>

#include "adapters/mime_reader.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/event.hpp"

namespace novelo::mime {

// `empty_return_path`: the envelope says that there is nobody to answer to.
AutoMail automatic_kind(const Mail& mail, bool empty_return_path);

// What a delivery report says of the mail it reports: failed with its error, or delivered. Nothing
// for another kind of report, one without a final state (delayed, relayed), or one that names no
// mail.
std::optional<Receipt> delivery_receipt(const Mail& mail);

// The class of a refusal by its status code (RFC 3463): "5.1.1" is a bad address.
SendErrorClass class_of_status(std::string_view status);

// The first status code in a text, such as an SMTP reply's: "5.1.1"; "" when there is none.
std::string_view find_status(std::string_view text);

}  // namespace novelo::mime
