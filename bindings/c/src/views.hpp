// Between the header's structs and the library's values.
#pragma once

#include <cstddef>
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
Result<std::vector<Header>> headers_of(const novelo_header* headers, std::size_t count);
// Refuses what is no time of the years 0000 to 9999.
Result<Timestamp> time_of(std::int64_t at, std::string_view name = "now");
// Fails where there is no place for a result.
Status place_for(const void* result, std::string_view name);
// An array may be NULL only when it is empty, and has an end.
Status array_of(const void* array, std::size_t count, std::string_view name);

// Whether a struct of `given` bytes, of which this library knows `known`, can be read (rule 5).
Status check_size(const void* object, std::size_t given, std::size_t known, std::string_view name);

// A sized struct as this library knows it.
template <class T>
Result<T> sized(const T* given, std::string_view name) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (const auto there = place_for(given, name); !there) return fail(there.error());
  std::size_t size = 0;
  std::memcpy(&size, given, sizeof(size));
  if (const auto fits = check_size(given, size, sizeof(T), name); !fits) return fail(fits.error());
  T copy{};
  std::memcpy(&copy, given, sizeof(T));
  return copy;
}

// The same for options, which may be left out.
template <class T>
Result<T> sized_or_usual(const T* given, std::string_view name) {
  return given == nullptr ? Result<T>(T{}) : sized(given, name);
}

}  // namespace novelo::abi
