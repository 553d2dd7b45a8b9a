// The forms that texts of a configuration must have.
#pragma once

#include <cstddef>
#include <string_view>

namespace novelo::config {

bool is_name(std::string_view text);  // 1 to 64 of a-z, 0-9, '_', '.', '-'
// A name that can stand in a path: no '.', a letter first.
bool is_field_name(std::string_view text);
// BCP 47, as far as texts need it: language, then script and region where wanted ("pt", "pt-BR",
// "es-419", "zh-Hant-TW"), in the usual case.
bool is_locale(std::string_view text);
bool is_host(std::string_view text);          // RFC 1123, in lower case: "example.org"
bool is_mail_address(std::string_view text);  // "name@host" in plain ASCII, no display name
bool is_url(std::string_view text);           // http or https, printable ASCII without spaces
bool is_url_path(std::string_view text);      // begins with '/', no query, no fragment
bool is_digits(std::string_view text);
bool is_date(std::string_view text);  // "2026-12-24", a day that exists

// Whether a text may stand on one line: no control characters at all.
bool is_line(std::string_view text);
// Whether a text may be sent: no control characters but line ends and tabs.
bool is_prose(std::string_view text);

std::size_t count_scalars_of_valid(std::string_view text);  // UTF-8 that is known to be good

}  // namespace novelo::config
