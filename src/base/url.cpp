#include "base/url.hpp"

namespace novelo {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string_view url_target(std::string_view url) {
  const std::size_t mark = url.find_first_of(":/?#");
  if (mark != std::string_view::npos && url.substr(mark).starts_with("://")) {
    url.remove_prefix(mark + 3);
    const std::size_t end = url.find_first_of("/?#");
    url.remove_prefix(end == std::string_view::npos ? url.size() : end);
    if (url.empty() || url.front() == '#') return "/";
  }
  return url.substr(0, url.find('#'));
}

std::string_view url_path(std::string_view url) {
  const std::string_view target = url_target(url);
  if (target.starts_with('?')) return "/";
  return target.substr(0, target.find('?'));
}

std::string_view url_query(std::string_view url) {
  const std::string_view target = url_target(url);
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

std::string form_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    decoded += text[i] == '+' ? ' ' : text[i];
  }
  return decoded;
}

std::string percent_encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(bytes.size());
  for (const char c : bytes) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 15];
  }
  return encoded;
}

}  // namespace novelo
