// What can be asked without a handle: versions, statuses, times.
#include <cstring>

#include "guard.hpp"
#include "views.hpp"

using namespace novelo;

uint32_t novelo_abi_version(void) {
  return NOVELO_ABI_VERSION;
}

const char* novelo_version(void) {
  return NOVELO_VERSION;
}

const char* novelo_status_name(novelo_status status) {
  if (status == NOVELO_OK) return "ok";
  // Of a literal: a NUL stands behind it.
  return to_string(static_cast<ErrorCode>(status)).data();
}

novelo_status novelo_time_parse(const char* text, size_t size, int64_t* at, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(at, "at"); !there) return there;
    const auto given = abi::text_of(text, size, "text");
    if (!given) return fail(given.error());
    const auto read = parse_timestamp(*given);
    if (!read) return fail(read.error());
    *at = read->time_since_epoch().count();
    return {};
  });
}

novelo_status novelo_time_format(int64_t at, char* buffer, size_t size, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(buffer, "buffer"); !there) return there;
    const auto time = abi::time_of(at, "at");
    if (!time) return fail(time.error());
    const std::string text = to_string(*time);
    if (text.size() >= size) {
      return fail({ErrorCode::limit, "small_buffer", "The time and its NUL do not fit.", "buffer",
                   "Give NOVELO_TIME_SIZE bytes."});
    }
    std::memcpy(buffer, text.c_str(), text.size() + 1);
    return {};
  });
}
