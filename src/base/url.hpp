// URLs as far as webhooks need them: their parts, and percent-encoding (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace novelo {

// The part after scheme and host, query included, fragment excluded: "/hooks/sms?x=1". A URL that
// names a host and nothing behind it has the target "/".
std::string_view url_target(std::string_view url);
std::string_view url_path(std::string_view url);
std::string_view url_query(std::string_view url);  // without the question mark

// Decodes "%41" and, as forms do (application/x-www-form-urlencoded), "+" to a space. An escape
// that is not one stays as it is.
std::string form_decode(std::string_view text);

// Encodes everything but the unreserved characters of RFC 3986.
std::string percent_encode(std::string_view bytes);

}  // namespace novelo
