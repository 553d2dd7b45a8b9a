// The binary form of records, as the store keeps it.
//
//   struct   [length varint][field][field]...     integers   varint, zigzag when signed
//   text     [length varint][bytes]               list, map  [count varint][item]...
//   optional [0] or [1][value]                    time       varint of microseconds, zigzag
//
// Reading is bounded by the bytes at hand and never trusts a length. Both sides stop at the same
// depth: what a writer says is right can always be read.
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "codec/fields.hpp"

namespace novelo::codec {

// Levels of values inside one another, those of the structs around them included; and of structs.
inline constexpr int deepest_value = 96;
inline constexpr int deepest_struct = 32;

class Writer {
 public:
  Writer() = default;
  explicit Writer(std::size_t expected) { bytes_.reserve(expected); }

  template <class T>
  void operator()(std::string_view, const T& value) {
    write(value);
  }

  template <class T>
  void write(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      bytes_.push_back(value ? 1 : 0);
    } else if constexpr (std::is_enum_v<T>) {
      varint(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, double>) {
      varint(std::bit_cast<std::uint64_t>(value));
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      zigzag(value);
    } else if constexpr (std::is_integral_v<T>) {
      varint(value);
    } else {
      write_object(value);
    }
  }

  std::string take() { return std::move(bytes_); }
  // False when it was too deep: the bytes are no record.
  bool ok() const { return ok_; }

 private:
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }

  void write_object(const std::string& text) {
    varint(text.size());
    bytes_ += text;
  }
  void write_object(Timestamp at) { zigzag(at.time_since_epoch().count()); }
  void write_object(Duration duration) { zigzag(duration.count()); }
  template <class Tag>
  void write_object(Id<Tag> id) {
    varint(id.value());
  }
  template <class Tag>
  void write_object(const Name<Tag>& name) {
    write_object(name.text());
  }
  void write_object(const Address& address) {
    write(address.kind);
    write_object(address.value);
  }
  template <class T>
  void write_object(const std::optional<T>& value) {
    bytes_.push_back(value ? 1 : 0);
    if (value) write(*value);
  }
  template <class T>
  void write_object(const std::vector<T>& list) {
    varint(list.size());
    for (const T& item : list) write(item);
  }
  template <class First, class Second>
  void write_object(const std::pair<First, Second>& pair) {
    write(pair.first);
    write(pair.second);
  }
  template <class Key, class T, class Less>
  void write_object(const std::map<Key, T, Less>& map) {
    varint(map.size());
    for (const auto& item : map) write_object(item);
  }
  void write_object(const Value& value);
  template <class T>
  requires requires(Writer& writer, const T& object) { fields(writer, object); }
  void write_object(const T& object) {
    if (++depth_ > deepest_struct) ok_ = false;
    if (ok_) {
      const std::size_t start = bytes_.size();
      bytes_.push_back('\0');  // the length of most structs takes one byte
      fields(*this, object);
      write_length(start);
    }
    --depth_;
  }

  // Of what stands behind the byte at `start`, into it and, if need be, behind it.
  void write_length(std::size_t start) {
    const std::size_t size = bytes_.size() - start - 1;
    if (size < 0x80) {
      bytes_[start] = static_cast<char>(size);
      return;
    }
    Writer length;
    length.varint(size);
    bytes_.replace(start, 1, length.bytes_);
  }

  std::string bytes_;
  bool ok_ = true;
  int depth_ = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  // Fields behind the end of an older row keep their defaults.
  template <class T>
  void operator()(std::string_view, T& value) {
    if (ok_ && !bytes_.empty()) read(value);
  }

  template <class T>
  void read(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = varint() != 0;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(varint());
    } else if constexpr (std::is_same_v<T, double>) {
      value = std::bit_cast<double>(varint());
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      value = static_cast<T>(zigzag());
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(varint());
    } else {
      read_object(value);
    }
  }

  bool ok() const { return ok_; }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  // A count that the bytes at hand can hold: each item takes at least one.
  std::size_t count() {
    const std::uint64_t value = varint();
    if (value > bytes_.size()) ok_ = false;
    return ok_ ? static_cast<std::size_t>(value) : 0;
  }
  std::string_view span() {
    const std::size_t size = count();
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }

  void read_object(std::string& text) { text = std::string(span()); }
  void read_object(Timestamp& at) { at = Timestamp(Duration(zigzag())); }
  void read_object(Duration& duration) { duration = Duration(zigzag()); }
  template <class Tag>
  void read_object(Id<Tag>& id) {
    id = Id<Tag>(varint());
  }
  template <class Tag>
  void read_object(Name<Tag>& name) {
    name = Name<Tag>(std::string(span()));
  }
  void read_object(Address& address) {
    read(address.kind);
    read_object(address.value);
  }
  template <class T>
  void read_object(std::optional<T>& value) {
    value.reset();
    if (varint() != 0) read(value.emplace());
  }
  template <class T>
  void read_object(std::vector<T>& list) {
    const std::size_t size = count();
    list.clear();
    for (std::size_t i = 0; i < size && ok_; ++i) read(list.emplace_back());
  }
  template <class First, class Second>
  void read_object(std::pair<First, Second>& pair) {
    read(pair.first);
    read(pair.second);
  }
  template <class Key, class T, class Less>
  void read_object(std::map<Key, T, Less>& map) {
    const std::size_t size = count();
    map.clear();
    for (std::size_t i = 0; i < size && ok_; ++i) {
      std::pair<Key, T> item;
      read_object(item);
      map.insert(std::move(item));
    }
  }
  void read_object(Value& value);
  template <class T>
  requires requires(Reader& reader, T& object) { fields(reader, object); }
  void read_object(T& object) {
    Reader inner(span());
    inner.depth_ = depth_ + 1;
    if (inner.depth_ > deepest_struct) ok_ = false;
    if (!ok_) return;
    fields(inner, object);
    ok_ = ok_ && inner.ok_;
  }

  std::string_view bytes_;
  bool ok_ = true;
  int depth_ = 0;
};

template <class T>
std::string to_bytes(const T& object) {
  constexpr std::size_t usual_record = 256;
  Writer writer(usual_record);
  fields(writer, object);
  return writer.take();
}

// The bytes of a row that is to be kept; nothing when no reader would take them.
template <class T>
std::optional<std::string> to_row(const T& object) {
  constexpr std::size_t usual_record = 256;
  Writer writer(usual_record);
  fields(writer, object);
  return writer.ok() ? std::optional(writer.take()) : std::nullopt;
}

// False when the bytes are not a record of this kind.
template <class T>
bool from_bytes(std::string_view bytes, T& object) {
  Reader reader(bytes);
  fields(reader, object);
  return reader.ok();
}

}  // namespace novelo::codec
