// Value: dynamic data (case fields, settlement answers, notifications) with no JSON library in
// sight.
//
// A Value is null, a boolean, a 64-bit integer, a double, a text (UTF-8), a list, or a map. Maps
// are ordered by key, so that the same value always has the same bytes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace novelo {

class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value, std::less<>>;

  Value() = default;
  Value(bool value) : data_(value) {}
  Value(int value) : data_(std::int64_t{value}) {}
  Value(std::int64_t value) : data_(value) {}
  Value(double value) : data_(value) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(List list) : data_(std::move(list)) {}
  Value(Map map) : data_(std::move(map)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  // Each pointer is null when the value is of another kind. Borrowed: valid while the value lives.
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&data_); }
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_text() const { return std::get_if<std::string>(&data_); }
  const List* as_list() const { return std::get_if<List>(&data_); }
  const Map* as_map() const { return std::get_if<Map>(&data_); }
  Map* as_map() { return std::get_if<Map>(&data_); }

  // The member `key` of a map, or null when there is none or this is no map.
  const Value& operator[](std::string_view key) const;
  // Follows "a.b.c" through maps; null when any part is missing.
  const Value& at_path(std::string_view path) const;
  // Text as it is, numbers and booleans written out, null as "", lists and maps as JSON on one
  // line. Doubles take the fewest digits that read back the same, in every locale.
  std::string to_text() const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> data_;
};

}  // namespace novelo
