#include "novelo/base/error.hpp"

#include <fmt/format.h>

namespace novelo {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::refused: return "refused";
    case ErrorCode::busy: return "busy";
    case ErrorCode::limit: return "limit";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::unauthentic: return "unauthentic";
    case ErrorCode::storage: return "storage";
    case ErrorCode::corrupt: return "corrupt";
    case ErrorCode::newer: return "newer";
    case ErrorCode::unknown: return "unknown";
    case ErrorCode::reentrant: return "reentrant";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

std::string to_string(const Error& error) {
  std::string text{to_string(error.code)};
  if (!error.reason.empty()) text += fmt::format(" ({})", error.reason);
  if (!error.subject.empty()) text += fmt::format(" at {}", error.subject);
  text += fmt::format(": {}", error.message);
  if (error.remedy.empty()) return text;
  text += fmt::format("{} Remedy: {}", text.ends_with('.') ? "" : ".", error.remedy);
  return text;
}

}  // namespace novelo
