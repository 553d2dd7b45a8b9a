// Bounds: how much there is of something that was handed in, and how deep it goes, measured over
// its field list before anything is decided.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "codec/bytes.hpp"
#include "codec/fields.hpp"

namespace novelo::codec {

struct Ceilings {
  std::size_t text_bytes = 0;   // of any one text
  std::size_t value_depth = 0;  // levels of lists and maps inside one another
  std::size_t all_bytes = 0;    // of everything together, about
};

class Bounds {
 public:
  explicit Bounds(const Ceilings& ceilings) : ceilings_(ceilings) {}

  template <class T>
  void operator()(std::string_view name, const T& value) {
    member(name, value);
  }
  template <class Text>
  void operator()(std::string_view name, AsBytes<Text> bytes) {
    member(name, bytes.text);
  }

  // What is too much, with its path as subject; nothing when everything fits.
  const std::optional<Error>& fault() const { return fault_; }
  std::size_t bytes() const { return bytes_; }

 private:
  template <class T>
  void member(std::string_view name, const T& value) {
    if (fault_) return;
    measure(value);
    if (fault_) in_member(name);
  }

  template <class T>
  void measure(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      take(sizeof(value));
    } else {
      measure_object(value);
    }
  }

  void measure_object(const std::string& text);
  void measure_object(Timestamp) { take(sizeof(Timestamp)); }
  void measure_object(Duration) { take(sizeof(Duration)); }
  template <class Tag>
  void measure_object(Id<Tag>) {
    take(sizeof(std::uint64_t));
  }
  template <class Tag>
  void measure_object(const Name<Tag>& name) {
    measure_object(name.text());
  }
  void measure_object(const Address& address) { measure_object(address.value); }
  template <class T>
  void measure_object(const std::optional<T>& value) {
    if (value) measure(*value);
  }
  template <class T>
  void measure_object(const std::vector<T>& list) {
    for (std::size_t i = 0; i < list.size() && !fault_; ++i) {
      measure(list[i]);
      if (fault_) in_item(i);
    }
  }
  template <class First, class Second>
  void measure_object(const std::pair<First, Second>& pair) {
    measure(pair.first);
    measure(pair.second);
  }
  template <class T, class Less>
  void measure_object(const std::map<std::string, T, Less>& map) {
    for (const auto& [key, value] : map) {
      if (fault_) return;
      measure_object(key);
      if (!fault_) measure(value);
      if (fault_) in_member(key);
    }
  }
  void measure_object(const Value& value);
  template <class T>
  requires requires(Bounds& bounds, const T& object) { fields(bounds, object); }
  void measure_object(const T& object) { fields(*this, object); }

  void take(std::size_t bytes);
  // The path of a fault is put together on the way out.
  void in_member(std::string_view name);
  void in_item(std::size_t index);

  Ceilings ceilings_;
  std::size_t bytes_ = 0;
  std::size_t depth_ = 0;
  std::optional<Error> fault_;
};

template <class T>
std::optional<Error> check_bounds(const T& object, const Ceilings& ceilings) {
  Bounds bounds(ceilings);
  fields(bounds, object);
  return bounds.fault();
}

}  // namespace novelo::codec
