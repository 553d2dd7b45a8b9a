// Between the header's structs and the library's values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "novelo.h"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/transport.hpp"

namespace novelo::abi {

Error invalid(std::string reason, std::string message, std::string_view subject,
              std::string remedy = {});

// --- what the library gives: views of what somebody else keeps -----------------------------------
novelo_text view(const std::string& text);
std::vector<novelo_header> views_of(const std::vector<Header>& headers);
novelo_error_info info_of(const Error& error);

// --- what a caller gives; `name` is the argument's or the member's -------------------------------
Result<std::string_view> text_of(const char* data, std::size_t size, std::string_view name);
inline Result<std::string_view> text_of(const novelo_text& text, std::string_view name) {
  return text_of(text.data, text.size, name);
}
// Of a file: as a text that must not have a NUL inside.
Result<std::string> path_of(const char* data, std::size_t size, std::string_view name);
inline std::size_t clamped_size(std::uint64_t number) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(number, PTRDIFF_MAX));
}
Result<std::vector<Header>> headers_of(const novelo_header* headers, std::size_t count);
// Refuses what is no time of the years 0000 to 9999.
Result<Timestamp> time_of(std::int64_t at, std::string_view name = "now");
// The time of these years that is nearest.
Timestamp nearest_time(std::int64_t at);
// Fails where there is no place for a result.
Status place_for(const void* result, std::string_view name);
// An array may be NULL only when it is empty, and has an end.
Status array_of(const void* array, std::size_t count, std::string_view name);

// How many bytes a struct had when it was first released: programs of that time say so.
template <class T>
inline constexpr std::size_t first_size = sizeof(T);
template <>
inline constexpr std::size_t first_size<novelo_engine_options> = offsetof(novelo_engine_options,
                                                                          on_log);

// Whether a struct can say that it has `given` bytes (rule 5).
Status check_size(std::size_t given, std::size_t first, std::string_view name);
// Whether everything is zero behind what this library knows of a struct.
Status check_known(const void* object, std::size_t given, std::size_t known, std::string_view name);

// A sized struct as this library knows it; what an older program does not have is zero.
template <class T>
Result<T> sized(const T* given, std::string_view name) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (const auto there = place_for(given, name); !there) return fail(there.error());
  std::size_t size = 0;
  std::memcpy(&size, given, sizeof(size));
  if (const auto fits = check_size(size, first_size<T>, name); !fits) return fail(fits.error());
  if (const auto all = check_known(given, size, sizeof(T), name); !all) return fail(all.error());
  T copy{};
  std::memcpy(&copy, given, std::min(size, sizeof(T)));
  return copy;
}

// Whether a sized struct of the caller's can be filled.
template <class T>
Status check_fill(const T* place, std::string_view name) {
  if (const auto there = place_for(place, name); !there) return there;
  std::size_t size = 0;
  std::memcpy(&size, place, sizeof(size));
  return check_size(size, first_size<T>, name);
}

// Fills one, as far as it goes and this library knows it.
template <class T>
Status fill(T* place, T value, std::string_view name) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (const auto fits = check_fill(place, name); !fits) return fits;
  std::size_t size = 0;
  std::memcpy(&size, place, sizeof(size));
  value.struct_size = std::min(size, sizeof(T));
  std::memcpy(place, &value, value.struct_size);
  return {};
}

// The same for options, which may be left out.
template <class T>
Result<T> sized_or_usual(const T* given, std::string_view name) {
  return given == nullptr ? Result<T>(T{}) : sized(given, name);
}

}  // namespace novelo::abi
