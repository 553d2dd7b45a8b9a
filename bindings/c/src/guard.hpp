// Guard: what every exported function runs in. Nothing that is thrown leaves it, and a failure
// becomes a status and an error handle.
#pragma once

#include <exception>
#include <new>

#include "boxes.hpp"
#include "novelo.h"
#include "novelo/base/result.hpp"

namespace novelo::abi {

// Makes the handle of an error; NULL where that has no room.
novelo_status report(const Error& error, novelo_error** handle) noexcept;
novelo_status report_thrown(const char* what, novelo_error** handle) noexcept;
novelo_status report_no_memory(novelo_error** handle) noexcept;

template <class Call>
novelo_status guarded(novelo_error** error, Call call) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    const Status done = call();
    return done ? NOVELO_OK : report(done.error(), error);
  } catch (const std::bad_alloc&) {
    return report_no_memory(error);
  } catch (const std::exception& exception) {
    return report_thrown(exception.what(), error);
  } catch (...) {
    return report_thrown("something unknown", error);
  }
}

// Ends a handle that holds nothing but memory.
template <class Box>
novelo_status free_box(typename Box::Handle* handle) noexcept {
  if (handle == nullptr) return NOVELO_OK;
  return guarded(nullptr, [&]() -> Status {
    auto entered = enter<Box>(handle, Access::alone);
    if (!entered) return fail(entered.error());
    entered->remove();
    return {};
  });
}

}  // namespace novelo::abi
