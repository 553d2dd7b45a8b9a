// Into a runner, from any thread.
#pragma once

#include <string_view>

#include "guard.hpp"
#include "runner_box.hpp"
#include "views.hpp"

namespace novelo::abi {

// Runs a call on a runner, beside others who do.
template <class Call>
novelo_status on_runner(const novelo_runner* handle, novelo_error** error, Call call) {
  return guarded(error, [&]() -> Status {
    const auto entered = enter<RunnerBox>(handle, Access::shared);
    if (!entered) return fail(entered.error());
    Runner* const runner = (*entered)->live;
    if (runner == nullptr) {
      return fail({ErrorCode::reentrant, "in_use", "The runner is only being started.", "runner",
                   "Call when novelo_runner_start has returned, or from a callback."});
    }
    return call(**entered, *runner);
  });
}

// As in the options of an engine: nobody is "default".
inline Result<TenantName> tenant_of(const char* text, std::size_t size) {
  const auto name = text_of(text, size, "tenant");
  if (!name) return fail(name.error());
  return name->empty() ? EngineOptions().tenant : TenantName(std::string(*name));
}

}  // namespace novelo::abi
