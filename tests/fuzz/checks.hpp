// What a fuzz target does when something does not hold: it says what, and ends the process.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "novelo/base/error.hpp"

namespace novelo::fuzz {

inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// An error that bytes from outside may lead to: it has a reason, and the engine is not to blame.
inline void must_be_told(const Error& error) {
  const bool ours = error.code == ErrorCode::internal || error.code == ErrorCode::unknown ||
                    error.code == ErrorCode::storage || error.code == ErrorCode::corrupt ||
                    error.code == ErrorCode::reentrant || error.code == ErrorCode::newer;
  if (!ours && !error.reason.empty() && !error.message.empty()) return;
  std::fprintf(stderr, "does not hold: such an error may be told: %s\n", to_string(error).c_str());
  std::abort();
}

inline std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace novelo::fuzz
