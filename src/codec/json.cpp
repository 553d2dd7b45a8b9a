#include "codec/json.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace novelo::codec {
namespace {

const utf8proc_uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

}  // namespace

std::string mended(const std::string& text) {
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  std::string out;
  utf8proc_ssize_t copied = 0;
  utf8proc_ssize_t at = 0;
  while (at < size) {
    utf8proc_int32_t scalar = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(bytes_of(text) + at, size - at, &scalar);
    if (length > 0) {
      at += length;
      continue;
    }
    out.append(text, static_cast<std::size_t>(copied), static_cast<std::size_t>(at - copied));
    out += "\xEF\xBF\xBD";
    copied = ++at;
  }
  if (copied == 0) return text;
  out.append(text, static_cast<std::size_t>(copied));
  return out;
}

std::string member_path(const std::string& path, std::string_view name) {
  // A key may be anything; what is shown of it stays short and printable.
  constexpr std::size_t longest = 64;
  std::string shown = mended(std::string(name.substr(0, longest)));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c >= 0 && c <= ' '; }, '?');
  return path.empty() ? shown : path + "." + shown;
}

std::string item_path(const std::string& path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

Json JsonWriter::write_object(const Value& value) const {
  if (const auto* flag = value.as_bool()) return *flag;
  if (const auto* number = value.as_int()) return *number;
  if (const auto* fraction = value.as_double()) return *fraction;
  if (const auto* text = value.as_text()) return mended(*text);
  if (const auto* list = value.as_list()) return write_object(*list);
  if (const auto* map = value.as_map()) return write_object(*map);
  return nullptr;
}

void JsonReader::blame(std::string reason, std::string message, const std::string& path,
                       std::string remedy) {
  if (fault_) return;
  fault_ = Error{ErrorCode::invalid, std::move(reason), std::move(message),
                 path.empty() ? "document" : path, std::move(remedy)};
}

void JsonReader::Members::refuse_unknown() {
  for (const auto& [key, value] : json_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    reader_->blame("unknown_key", "There is no such member.", member_path(*path_, key),
                   fmt::format("It may have: {}.", fmt::join(known_, ", ")));
  }
}

bool JsonReader::is(bool right, std::string_view wanted, const std::string& path) {
  if (!right) blame("wrong_type", fmt::format("Here stands {}.", wanted), path);
  return right;
}

bool JsonReader::read_id(const Json& json, const std::string& path, std::uint64_t& value) {
  if (json.is_null()) return true;
  if (!is(json.is_string(), "an id: a decimal number as a text", path)) return false;
  const auto& text = json.get_ref<const std::string&>();
  const bool digits =
      !text.empty() && text.size() <= 20 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  bool fits = digits && (text.size() == 1 || text.front() != '0');
  std::uint64_t number = 0;
  for (std::size_t i = 0; fits && i < text.size(); ++i) {
    const auto digit = static_cast<std::uint64_t>(text[i] - '0');
    fits = number <= (std::numeric_limits<std::uint64_t>::max() - digit) / 10;
    number = number * 10 + digit;
  }
  if (!fits) {
    blame("bad_id", "An id is a decimal number of 64 bits, as a text.", path);
    return false;
  }
  value = number;
  return true;
}

void JsonReader::read_object(const Json& json, const std::string& path, std::string& text) {
  if (is(json.is_string(), "a text", path)) text = json.get<std::string>();
}

void JsonReader::read_object(const Json& json, const std::string& path, Timestamp& at) {
  if (!is(json.is_string(), "a time, RFC 3339 with an offset", path)) return;
  if (const auto read = parse_timestamp(json.get_ref<const std::string&>())) {
    at = *read;
  } else {
    blame("bad_time", read.error().message, path, "Write it as \"2026-03-12T09:10:00-03:00\".");
  }
}

void JsonReader::read_object(const Json& json, const std::string& path, Duration& duration) {
  if (!is(json.is_string(), "a duration such as \"1h30m\"", path)) return;
  if (const auto read = parse_duration(json.get_ref<const std::string&>())) {
    duration = *read;
  } else {
    blame("bad_duration", read.error().message, path, "Write it as \"1h30m\".");
  }
}

void JsonReader::read_object(const Json& json, const std::string& path, Address& address) {
  address = {};
  if (json.is_null()) return;
  if (!is(json.is_string(), "an address such as \"phone:5541988887777\"", path)) return;
  if (auto read = parse_address(json.get_ref<const std::string&>())) {
    address = std::move(*read);
  } else {
    blame("bad_address", "This is no address.", path,
          "Write its kind, a colon and the rest: \"phone:5541988887777\", \"email:a@b.example\".");
  }
}

void JsonReader::read_object(const Json& json, const std::string& path, Value& value) {
  switch (json.type()) {
    case Json::value_t::null: value = Value(); break;
    case Json::value_t::boolean: value = Value(json.get<bool>()); break;
    case Json::value_t::string: value = Value(json.get<std::string>()); break;
    case Json::value_t::number_float: value = Value(json.get<double>()); break;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: {
      std::int64_t number = 0;
      read_integer(json, path, number);
      value = Value(number);
      break;
    }
    case Json::value_t::array: {
      Value::List list;
      read_object(json, path, list);
      value = Value(std::move(list));
      break;
    }
    case Json::value_t::object: {
      Value::Map map;
      read_object(json, path, map);
      value = Value(std::move(map));
      break;
    }
    default: blame("wrong_type", "This is no JSON value.", path);
  }
}

}  // namespace novelo::codec
