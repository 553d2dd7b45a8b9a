#include "views.hpp"

#include <algorithm>
#include <cstdint>

namespace novelo::abi {
namespace {

constexpr std::size_t largest_struct = 65'536;
constexpr std::size_t most_elements = std::size_t{1} << 24U;
constexpr std::int64_t first_time = -62'167'219'200'000'000;   // 0000-01-01T00:00:00Z
constexpr std::int64_t end_of_time = 253'402'300'800'000'000;  // 10000-01-01T00:00:00Z

}  // namespace

Error invalid(std::string reason, std::string message, std::string_view subject,
              std::string remedy) {
  return {ErrorCode::invalid, std::move(reason), std::move(message), std::string(subject),
          std::move(remedy)};
}

novelo_text view(const std::string& text) {
  return {text.c_str(), text.size()};
}

std::vector<novelo_header> views_of(const std::vector<Header>& headers) {
  std::vector<novelo_header> views;
  views.reserve(headers.size());
  for (const Header& header : headers) views.push_back({view(header.name), view(header.value)});
  return views;
}

novelo_error_info info_of(const Error& error) {
  novelo_error_info info{};
  info.struct_size = sizeof(info);
  info.code = static_cast<novelo_status>(error.code);
  info.reason = view(error.reason);
  info.message = view(error.message);
  info.subject = view(error.subject);
  info.remedy = view(error.remedy);
  return info;
}

Result<std::string_view> text_of(const char* data, std::size_t size, std::string_view name) {
  if (data == nullptr) {
    if (size == 0) return std::string_view();
    return fail(invalid("null", "The text has a size and no bytes.", name));
  }
  if (size == NOVELO_NUL) return std::string_view(data);
  if (size > PTRDIFF_MAX) return fail(invalid("size", "No text is as long as that.", name));
  return std::string_view(data, size);
}

Result<std::string> path_of(const char* data, std::size_t size, std::string_view name) {
  const auto text = text_of(data, size, name);
  if (!text) return fail(text.error());
  if (text->empty() || text->find('\0') != std::string_view::npos) {
    return fail(invalid("bad_path", "This is no path of a file.", name, "Name a file."));
  }
  return std::string(*text);
}

Result<std::vector<Header>> headers_of(const novelo_header* headers, std::size_t count) {
  if (const auto there = array_of(headers, count, "headers"); !there) return fail(there.error());
  std::vector<Header> list;
  list.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = text_of(headers[i].name, "headers.name");
    if (!name) return fail(name.error());
    const auto value = text_of(headers[i].value, "headers.value");
    if (!value) return fail(value.error());
    list.push_back({std::string(*name), std::string(*value)});
  }
  return list;
}

Result<Timestamp> time_of(std::int64_t at, std::string_view name) {
  if (at >= first_time && at < end_of_time) return Timestamp(Duration(at));
  return fail(invalid("bad_time", "This is no time of the years 0000 to 9999.", name,
                      "Give microseconds since 1970-01-01T00:00:00Z."));
}

Timestamp nearest_time(std::int64_t at) {
  return Timestamp(Duration(std::clamp(at, first_time, end_of_time - 1)));
}

Status place_for(const void* result, std::string_view name) {
  if (result != nullptr) return {};
  return fail(invalid("null", "This argument must be there.", name));
}

Status array_of(const void* array, std::size_t count, std::string_view name) {
  if (array == nullptr && count != 0) {
    return fail(invalid("null", "The array has a count and no elements.", name));
  }
  if (count <= most_elements) return {};
  return fail({ErrorCode::limit, "too_many", "The array has too many elements.", std::string(name),
               "Give them in several calls."});
}

Status check_size(std::size_t given, std::size_t first, std::string_view name) {
  if (given >= first && given <= largest_struct && given % alignof(std::size_t) == 0) return {};
  return fail(invalid("struct_size", "The struct does not say its own size.", name,
                      "Set struct_size to the sizeof of the struct."));
}

Status check_known(const void* object, std::size_t given, std::size_t known,
                   std::string_view name) {
  const auto* const bytes = static_cast<const unsigned char*>(object);
  if (given <= known ||
      std::all_of(bytes + known, bytes + given, [](unsigned char byte) { return byte == 0; })) {
    return {};
  }
  return fail({ErrorCode::unsupported, "newer_struct",
               "A member is set that this version of the library does not know.", std::string(name),
               "Load a newer library, or leave the member at zero."});
}

}  // namespace novelo::abi
