// Keys of the store: the tenant first, numbers big-endian so that they sort by value.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "novelo/base/time.hpp"
#include "novelo/model/channel.hpp"

namespace novelo {

// Built where it is used: nearly all are looked up and gone, without asking for memory.
class Key {
 public:
  explicit Key(std::uint64_t tenant) { number(tenant); }

  Key& number(std::uint64_t value) {
    std::array<char, 8> bytes;
    for (std::size_t place = bytes.size(); place-- > 0; value >>= 8) {
      bytes[place] = static_cast<char>(value);
    }
    return add({bytes.data(), bytes.size()});
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
    const char one = static_cast<char>(value);
    return add({&one, 1});
  }
  // Ends with a zero byte, so that no text is the beginning of another.
  Key& text(std::string_view text) {
    add(text);
    return byte(0);
  }
  // Mailboxes that differ in case alone are one (RFC 5321 allows more; nobody gives them to two
  // people).
  Key& address(const Address& address) {
    byte(static_cast<std::uint8_t>(address.kind));
    if (address.kind != AddressKind::email) return text(address.value);
    for (const char c : address.value) {
      byte(static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
    return byte(0);
  }

  // Valid as long as this is.
  operator std::string_view() const {  // NOLINT: it is what a key is
    return long_.empty() ? std::string_view(short_.data(), size_) : std::string_view(long_);
  }
  operator std::string() const { return bytes(); }  // NOLINT: to be kept
  std::string bytes() const { return std::string(std::string_view(*this)); }
  friend bool operator==(const Key& left, const Key& right) {
    return std::string_view(left) == std::string_view(right);
  }
  // The first key behind all that begin with this one.
  std::string end() const {
    std::string next = bytes();
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
  static constexpr std::size_t usual_size = 88;

  Key& add(std::string_view more) {
    if (long_.empty() && size_ + more.size() <= short_.size()) {
      std::copy(more.begin(), more.end(), short_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += more.size();
      return *this;
    }
    if (long_.empty()) long_.assign(short_.data(), size_);
    long_ += more;
    return *this;
  }

  std::array<char, usual_size> short_;
  std::size_t size_ = 0;  // of `short_`
  std::string long_;      // all of it, when it is longer than that
};

// A key that is kept: nearly all have their bytes in it, so that finding one touches no other
// memory.
class KeptKey {
 public:
  explicit KeptKey(std::string_view bytes) : size_(static_cast<std::uint32_t>(bytes.size())) {
    if (bytes.size() > near_.size()) far_ = std::make_unique<char[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), far_ ? far_.get() : near_.data());
  }

  // Valid as long as this is.
  operator std::string_view() const {  // NOLINT: it is what a key is
    return {far_ ? far_.get() : near_.data(), size_};
  }

 private:
  static constexpr std::size_t usual_size = 36;

  std::uint32_t size_;
  std::array<char, usual_size> near_;
  std::unique_ptr<char[]> far_;  // all of it, when it is longer than that
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
