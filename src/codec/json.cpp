#include "codec/json.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "novelo/base/digest.hpp"

namespace novelo::codec {
namespace {

const utf8proc_uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Where the text stops being UTF-8; its length when it does not.
std::size_t first_fault(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    utf8proc_int32_t scalar = 0;
    const auto rest = static_cast<utf8proc_ssize_t>(text.size() - at);
    const utf8proc_ssize_t length = utf8proc_iterate(bytes_of(text) + at, rest, &scalar);
    if (length <= 0) return at;
    at += static_cast<std::size_t>(length);
  }
  return at;
}

}  // namespace

bool is_utf8(std::string_view text) {
  return first_fault(text, 0) == text.size();
}

std::string mended(std::string text) {
  std::size_t fault = first_fault(text, 0);
  if (fault == text.size()) return text;
  std::string out;
  std::size_t copied = 0;
  for (; fault < text.size(); fault = first_fault(text, copied)) {
    out.append(text, copied, fault - copied);
    out += "\xEF\xBF\xBD";
    copied = fault + 1;
  }
  return out.append(text, copied);
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

std::string Path::text() const {
  if (outer_ == nullptr) return std::string(name_);
  return is_item_ ? item_path(outer_->text(), index_) : member_path(outer_->text(), name_);
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

// An object, unless a name is there twice or is not text: what a provider signed must read back as
// it was. Names are compared without regard to case, values of a repeated one keep their
// order.
Json JsonWriter::write_object(const std::vector<Header>& headers) const {
  std::set<std::string> names;
  bool plain = true;
  for (const Header& header : headers) {
    std::string name = header.name;
    std::transform(name.begin(), name.end(), name.begin(), lower);
    plain = plain && names.insert(name).second && is_utf8(header.name);
  }
  Json json = plain ? Json::object() : Json::array();
  for (const Header& header : headers) {
    Json value = is_utf8(header.value) ? Json(header.value)
                                       : Json::object({{"b64", to_base64(header.value)}});
    if (plain) {
      json[mended(header.name)] = std::move(value);
    } else {
      json.push_back(Json::array({mended(header.name), std::move(value)}));
    }
  }
  return json;
}

void JsonReader::blame(std::string reason, std::string message, const Path& path,
                       std::string remedy) {
  if (fault_) return;
  std::string subject = path.text();
  if (subject.empty()) subject = "document";
  fault_ = Error{ErrorCode::invalid, std::move(reason), std::move(message), std::move(subject),
                 std::move(remedy)};
}

void JsonReader::refuse_unknown(const Json& json, const Path& path,
                                const std::vector<std::string>& known) {
  for (auto at = json.begin(); at != json.end(); ++at) {
    if (std::find(known.begin(), known.end(), at.key()) != known.end()) continue;
    blame("unknown_key", "There is no such member.", Path(path, at.key()),
          fmt::format("It may have: {}.", fmt::join(known, ", ")));
  }
}

void JsonReader::Members::operator()(std::string_view name, AsBytes<std::string> bytes) {
  const std::string encoded = bytes_member(name);
  const auto as_text = json_->find(name);
  const auto as_base64 = json_->find(encoded);
  if (as_text != json_->end()) {
    ++found_;
    reader_->read_bytes(*as_text, Path(*path_, name), false, bytes.text);
  }
  if (as_base64 == json_->end()) return;
  ++found_;
  const Path path(*path_, encoded);
  if (as_text != json_->end()) {
    reader_->blame("two_forms", "These bytes are there twice, as text and as base64.", path,
                   "Keep one of them.");
  } else {
    reader_->read_bytes(*as_base64, path, true, bytes.text);
  }
}

void JsonReader::read_bytes(const Json& json, const Path& path, bool base64, std::string& bytes) {
  if (fault_ || !is(json.is_string(), base64 ? "bytes as base64" : "a text", path)) return;
  const auto& text = json.get_ref<const std::string&>();
  if (!base64) {
    bytes = text;
  } else if (auto read = from_base64(text)) {
    bytes = std::move(*read);
  } else {
    blame("bad_base64", "This is no base64 (RFC 4648, with padding).", path);
  }
}

void JsonReader::read_object(const Json& json, const Path& path, std::vector<Header>& headers) {
  headers.clear();
  if (json.is_object()) {
    for (auto at = json.begin(); at != json.end(); ++at) {
      Header& header = headers.emplace_back(Header{at.key(), {}});
      read_header_value(at.value(), Path(path, at.key()), header.value);
    }
    return;
  }
  if (!is(json.is_array(), "an object, or a list of [name, value]", path)) return;
  for (std::size_t i = 0; i < json.size() && !fault_; ++i) {
    const Path item(path, i);
    if (!is(json[i].is_array() && json[i].size() == 2, "a list of two", item)) return;
    Header& header = headers.emplace_back();
    read(json[i][0], Path(item, std::size_t{0}), header.name);
    read_header_value(json[i][1], Path(item, std::size_t{1}), header.value);
  }
}

void JsonReader::read_header_value(const Json& json, const Path& path, std::string& value) {
  if (!json.is_object()) return read_bytes(json, path, false, value);
  const auto encoded = json.find("b64");
  if (encoded == json.end()) {
    return blame("missing_key", "This member must be there.", Path(path, "b64"));
  }
  if (json.size() > 1) return refuse_unknown(json, path, {"b64"});
  read_bytes(*encoded, Path(path, "b64"), true, value);
}

bool JsonReader::is(bool right, std::string_view wanted, const Path& path) {
  if (!right) blame("wrong_type", fmt::format("This must be {}.", wanted), path);
  return right;
}

bool JsonReader::read_id(const Json& json, const Path& path, std::uint64_t& value) {
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

void JsonReader::read_object(const Json& json, const Path& path, std::string& text) {
  if (is(json.is_string(), "a text", path)) text = json.get<std::string>();
}

void JsonReader::read_object(const Json& json, const Path& path, Timestamp& at) {
  if (!is(json.is_string(), "a time, RFC 3339 with an offset", path)) return;
  if (const auto read = parse_timestamp(json.get_ref<const std::string&>())) {
    at = *read;
  } else {
    blame("bad_time", read.error().message, path, "Write it as \"2026-03-12T09:10:00-03:00\".");
  }
}

void JsonReader::read_object(const Json& json, const Path& path, Duration& duration) {
  if (!is(json.is_string(), "a duration such as \"1h30m\"", path)) return;
  if (const auto read = parse_duration(json.get_ref<const std::string&>())) {
    duration = *read;
  } else {
    blame("bad_duration", read.error().message, path, "Write it as \"1h30m\".");
  }
}

void JsonReader::read_object(const Json& json, const Path& path, Address& address) {
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

void JsonReader::read_object(const Json& json, const Path& path, Value& value) {
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
