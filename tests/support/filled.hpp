// Values in which every member is there and none is at its default, made from the field lists.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "codec/bytes.hpp"
#include "codec/words.hpp"
#include "json/fields.hpp"
#include "novelo/base/time.hpp"

namespace novelo::codec {

// In the namespace of the field lists, which are found by it.
class Filler {
 public:
  template <class T>
  void operator()(std::string_view, T& value) {
    fill(value);
  }
  template <class Text>
  void operator()(std::string_view, AsBytes<Text> bytes) {
    fill(bytes.text);
  }

  template <class T>
  void fill(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = !value;
    } else if constexpr (std::is_enum_v<T>) {
      for (const auto& [known, word] : words_of<T>()) {
        if (known != value) {
          value = known;
          return;
        }
      }
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = static_cast<T>(++count_ % 100 + 2);
    } else {
      fill_object(value);
    }
  }

 private:
  void fill_object(std::string& text) { text = "text " + std::to_string(++count_); }
  void fill_object(Timestamp& at) {
    at = Timestamp(std::chrono::seconds(1'772'000'000 + ++count_));
  }
  void fill_object(Duration& duration) { duration = std::chrono::seconds(++count_); }
  void fill_object(Address& address) {
    address = {AddressKind::phone, "55" + std::to_string(++count_)};
  }
  void fill_object(Value& value) {
    value = Value(Value::List{Value("word"), Value(std::int64_t{++count_}), Value(Value::Map{})});
  }
  template <class Tag>
  void fill_object(Id<Tag>& id) {
    id = Id<Tag>(static_cast<std::uint64_t>(++count_));
  }
  template <class Tag>
  void fill_object(Name<Tag>& name) {
    name = Name<Tag>("name-" + std::to_string(++count_));
  }
  template <class T>
  void fill_object(std::optional<T>& value) {
    fill(value.emplace());
  }
  template <class T>
  void fill_object(std::vector<T>& list) {
    for (int i = 0; i < 2; ++i) fill(list.emplace_back());
  }
  template <class First, class Second>
  void fill_object(std::pair<First, Second>& pair) {
    fill(pair.first);
    fill(pair.second);
  }
  template <class T, class Less>
  void fill_object(std::map<std::string, T, Less>& map) {
    fill(map["key"]);
  }
  template <class T>
  requires requires(Filler& filler, T& object) { fields(filler, object); }
  void fill_object(T& object) { fields(*this, object); }

  std::int64_t count_ = 0;
};

}  // namespace novelo::codec

namespace novelo::testing_support {

template <class T>
T filled() {
  T value{};
  codec::Filler().fill(value);
  return value;
}

// Every alternative of a variant, filled.
template <class Variant, std::size_t... Index>
std::vector<Variant> filled_alternatives(std::index_sequence<Index...>) {
  return {Variant(filled<std::variant_alternative_t<Index, Variant>>())...};
}
template <class Variant>
std::vector<Variant> filled_alternatives() {
  return filled_alternatives<Variant>(std::make_index_sequence<std::variant_size_v<Variant>>());
}

}  // namespace novelo::testing_support
