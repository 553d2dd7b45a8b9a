#include "novelo/base/value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <system_error>

namespace novelo {
namespace {

const Value& null_value() {
  static const Value null;
  return null;
}

std::string double_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  return error == std::errc{} ? std::string(buffer, end) : std::string();
}

void write_json_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_json_double(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";  // JSON has no word for it
    return;
  }
  const std::string text = double_text(number);
  out += text;
  // Keeps a double a double for whoever reads it back.
  if (text.find_first_of(".e") == std::string::npos) out += ".0";
}

// As deep as the value itself, which no reader of this library makes deeper than
// Limits::json_depth.
void write_json(const Value& value, std::string& out) {
  if (const auto* list = value.as_list()) {
    out += '[';
    const char* separator = "";
    for (const Value& item : *list) {
      out += separator;
      write_json(item, out);
      separator = ",";
    }
    out += ']';
  } else if (const auto* map = value.as_map()) {
    out += '{';
    const char* separator = "";
    for (const auto& [key, item] : *map) {
      out += separator;
      write_json_text(key, out);
      out += ':';
      write_json(item, out);
      separator = ",";
    }
    out += '}';
  } else if (const auto* text = value.as_text()) {
    write_json_text(*text, out);
  } else if (const auto* number = value.as_double()) {
    write_json_double(*number, out);
  } else {
    out += value.is_null() ? "null" : value.to_text();
  }
}

}  // namespace

const Value& Value::operator[](std::string_view key) const {
  const Map* map = as_map();
  if (map == nullptr) return null_value();
  const auto found = map->find(key);
  return found == map->end() ? null_value() : found->second;
}

const Value& Value::at_path(std::string_view path) const {
  const Value* value = this;
  while (true) {
    const std::size_t dot = path.find('.');
    value = &(*value)[path.substr(0, dot)];
    if (dot == std::string_view::npos) return *value;
    path.remove_prefix(dot + 1);
  }
}

std::string Value::to_text() const {
  if (is_null()) return {};
  if (const auto* text = as_text()) return *text;
  if (const auto* flag = as_bool()) return *flag ? "true" : "false";
  if (const auto* number = as_int()) return std::to_string(*number);
  if (const auto* number = as_double()) return double_text(*number);
  std::string out;
  write_json(*this, out);
  return out;
}

}  // namespace novelo
