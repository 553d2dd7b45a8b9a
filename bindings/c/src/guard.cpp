#include "guard.hpp"

#include <fmt/format.h>

namespace novelo::abi {
namespace {

constexpr auto status_internal = static_cast<novelo_status>(ErrorCode::internal);

}  // namespace

novelo_status report(const Error& error, novelo_error** handle) noexcept {
  const auto status = static_cast<novelo_status>(error.code);
  if (handle == nullptr) return status;
  try {
    // Without a place for it the status alone has to do.
    static_cast<void>(give(std::make_unique<ErrorBox>(error), handle));
  } catch (...) {
    *handle = nullptr;
  }
  return status;
}

novelo_status report_thrown(const char* what, novelo_error** handle) noexcept {
  try {
    return report({ErrorCode::internal,
                   "exception",
                   fmt::format("Something threw: {}.", what),
                   {},
                   "Report it."},
                  handle);
  } catch (...) {
    return status_internal;
  }
}

novelo_status report_no_memory(novelo_error** handle) noexcept {
  try {
    return report({ErrorCode::internal, "memory", "There is no memory left.", {}, {}}, handle);
  } catch (...) {
    return status_internal;
  }
}

}  // namespace novelo::abi
