// Keys of the store: the tenant first, numbers big-endian so that they sort by value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "novelo/base/time.hpp"
#include "novelo/model/channel.hpp"

namespace novelo {

class Key {
 public:
  explicit Key(std::uint64_t tenant) {
    bytes_.reserve(usual_size);
    number(tenant);
  }

  Key& number(std::uint64_t value) {
    std::array<char, 8> bytes;
    for (char& byte : bytes) {
      byte = static_cast<char>(value >> 56);
      value <<= 8;
    }
    bytes_.append(bytes.data(), bytes.size());
    return *this;
  }
  template <class IdType>
  Key& id(IdType id) {
    return number(id.value());
  }
  // Times before 1970 do not occur: engine time is clamped to it.
  Key& time(Timestamp at) {
    return number(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  }
  Key& byte(std::uint8_t value) {
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }
  // Ends with a zero byte, so that no text is the beginning of another.
  Key& text(std::string_view text) {
    bytes_ += text;
    bytes_.push_back('\0');
    return *this;
  }
  // Mailboxes that differ in case alone are one (RFC 5321 allows more; nobody gives them to two
  // people).
  Key& address(const Address& address) {
    byte(static_cast<std::uint8_t>(address.kind));
    if (address.kind != AddressKind::email) return text(address.value);
    for (const char c : address.value) {
      bytes_.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return text({});
  }

  const std::string& bytes() const { return bytes_; }
  // The same, for a key that is not built on.
  std::string take() { return std::move(bytes_); }
  // The first key behind all that begin with this one.
  std::string end() const {
    std::string next = bytes_;
    while (!next.empty()) {
      const auto last = static_cast<std::uint8_t>(next.back());
      if (last != 0xff) {
        next.back() = static_cast<char>(last + 1);
        return next;
      }
      next.pop_back();
    }
    return next;
  }

 private:
  static constexpr std::size_t usual_size = 48;

  std::string bytes_;
};

// The number that a key ends with.
inline std::uint64_t last_number(std::string_view key) {
  std::uint64_t number = 0;
  for (const char byte : key.substr(key.size() - sizeof(number))) {
    number = number << 8 | static_cast<std::uint8_t>(byte);
  }
  return number;
}

// The first key behind this one.
inline std::string behind(std::string key) {
  return std::move(key) + '\0';
}

}  // namespace novelo
