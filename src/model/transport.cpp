#include "novelo/model/transport.hpp"

#include <algorithm>

#include "base/url.hpp"

namespace novelo {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const Header& each : headers) {
    if (same_name(each.name, name)) return each.value;
  }
  return {};
}

std::string_view Request::path() const {
  return url_path(url);
}

std::optional<std::string> Request::query(std::string_view name) const {
  std::string_view rest = url_query(url);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (form_decode(pair.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? std::string() : form_decode(pair.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace novelo
