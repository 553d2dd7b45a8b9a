#include "testing/html.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "testing/invisible.hpp"

namespace novelo::testing {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_hidden(utf8proc_int32_t scalar) {
  if (scalar == '\n' || scalar == '\t' || is_harmless_format(scalar)) return false;
  const auto category = utf8proc_category(scalar);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF;
}

void append(std::string& out, utf8proc_int32_t scalar, std::string_view bytes) {
  switch (scalar) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    case '\'': out += "&#39;"; break;
    case '\r': break;
    default: out += is_hidden(scalar) ? replacement : bytes;
  }
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool starts_as(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char left, char right) { return left == (right | 0x20); });
}

// The address that the text begins with; nothing where there is none. Of what may stand in one
// (RFC 3986), without what ends a sentence.
std::optional<std::string_view> address_at(std::string_view text) {
  constexpr std::array<std::string_view, 2> schemes{"https://", "http://"};
  constexpr std::string_view others = "-._~:/?#[]@!$&()*+,;=%";
  constexpr std::string_view ends = ".,;:!?)]";
  for (const std::string_view scheme : schemes) {
    if (!starts_as(text, scheme)) continue;
    std::size_t size = scheme.size();
    while (size < text.size() &&
           (is_word(text[size]) || others.find(text[size]) != std::string_view::npos)) {
      ++size;
    }
    while (size > scheme.size() && ends.find(text[size - 1]) != std::string_view::npos) --size;
    if (size > scheme.size() && is_word(text[scheme.size()])) return text.substr(0, size);
  }
  return std::nullopt;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    utf8proc_int32_t scalar = 0;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &scalar);
    const std::size_t size = length > 0 ? static_cast<std::size_t>(length) : 1;
    if (length > 0) {
      append(out, scalar, text.substr(0, size));
    } else {
      out += replacement;
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string linked(std::string_view text) {
  std::string out;
  std::size_t plain = 0;
  for (std::size_t at = 0; at < text.size();) {
    const bool may_begin = (text[at] | 0x20) == 'h' && (at == 0 || !is_word(text[at - 1]));
    const auto address = may_begin ? address_at(text.substr(at)) : std::nullopt;
    if (!address) {
      ++at;
      continue;
    }
    out += escaped(text.substr(plain, at - plain));
    const std::string target = escaped(*address);
    out += fmt::format("<a href=\"{0}\" rel=\"noopener noreferrer nofollow\">{0}</a>", target);
    at += address->size();
    plain = at;
  }
  return out + escaped(text.substr(plain));
}

}  // namespace novelo::testing
