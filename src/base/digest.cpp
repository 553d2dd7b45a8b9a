#include "novelo/base/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <memory>

namespace novelo {
namespace {

// Crockford's base 32: no letter that is taken for another, and no vowel u.
constexpr std::string_view base32_alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t mac_bytes = 10;
constexpr std::size_t longest_id = 13;  // 64 bits in groups of five

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// What libcrypto would look up by its name at every use is looked up once, or every time when there
// was no memory for it.
const EVP_MD* sha256_method() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, OSSL_DIGEST_NAME_SHA2_256, nullptr);
  return fetched != nullptr ? fetched : EVP_sha256();
}

struct FreeMac {
  void operator()(EVP_MAC_CTX* mac) const { EVP_MAC_CTX_free(mac); }
};
using Mac = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

// One that has no key yet.
Mac hmac_with(const char* digest) {
  EVP_MAC* const method = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  Mac mac(EVP_MAC_CTX_new(method));
  EVP_MAC_free(method);
  std::string name = digest;
  const std::array<OSSL_PARAM, 2> settings = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), name.size()),
      OSSL_PARAM_construct_end()};
  if (mac && EVP_MAC_CTX_set_params(mac.get(), settings.data()) != 1) mac.reset();
  return mac;
}

// `first` is what was looked up of `digest`.
std::string hmac(const Mac& first, const char* digest, const Secret& key, std::string_view bytes) {
  const Mac mac = first ? Mac(EVP_MAC_CTX_dup(first.get())) : hmac_with(digest);
  // libcrypto takes a null key for "the same key as before".
  const std::string_view text = key.reveal().empty() ? std::string_view("") : key.reveal();
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  std::size_t size = 0;
  if (!mac || EVP_MAC_init(mac.get(), raw(text), text.size(), nullptr) != 1 ||
      EVP_MAC_update(mac.get(), raw(bytes), bytes.size()) != 1 ||
      EVP_MAC_final(mac.get(), out.data(), &size, out.size()) != 1) {
    return {};
  }
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string id_text(std::uint64_t id) {
  std::string text;
  do {
    text += base32_alphabet[id & 31];
    id >>= 5;
  } while (id != 0);
  std::reverse(text.begin(), text.end());
  return text;
}

std::string to_base32(std::string_view bytes) {
  std::string text;
  unsigned buffer = 0;
  int bits = 0;
  for (const char byte : bytes) {
    buffer = (buffer << 8 | static_cast<unsigned char>(byte)) & 0xFFFF;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32_alphabet[buffer >> bits & 31];
    }
  }
  if (bits > 0) text += base32_alphabet[buffer << (5 - bits) & 31];
  return text;
}

// What people type, in the letters that tokens are made of.
char plain_letter(char c) {
  const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (lower == 'o') return '0';
  if (lower == 'i' || lower == 'l') return '1';
  return lower;
}

// The value of one base64 quantum, or nothing for a foreign character.
std::optional<unsigned> quantum(std::string_view four, std::size_t letters) {
  unsigned value = 0;
  for (std::size_t place = 0; place < 4; ++place) {
    std::size_t digit = 0;
    if (place < letters) {
      digit = base64_alphabet.find(four[place]);
      if (digit == std::string_view::npos) return std::nullopt;
    }
    value = value << 6 | static_cast<unsigned>(digit);
  }
  return value;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, sha256_method(), nullptr) != 1) {
    return {};
  }
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string hmac_sha256(const Secret& key, std::string_view bytes) {
  static const Mac first = hmac_with(OSSL_DIGEST_NAME_SHA2_256);
  return hmac(first, OSSL_DIGEST_NAME_SHA2_256, key, bytes);
}

std::string hmac_sha1(const Secret& key, std::string_view bytes) {
  static const Mac first = hmac_with(OSSL_DIGEST_NAME_SHA1);
  return hmac(first, OSSL_DIGEST_NAME_SHA1, key, bytes);
}

bool equal_constant_time(std::string_view left, std::string_view right) {
  return !left.empty() && left.size() == right.size() &&
         CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    unsigned value = 0;
    for (std::size_t place = 0; place < 3; ++place) {
      const char c = place < count ? bytes[at + place] : '\0';
      value = value << 8 | static_cast<unsigned char>(c);
    }
    for (std::size_t place = 0; place < 4; ++place) {
      text += place <= count ? base64_alphabet[value >> (18 - 6 * place) & 63] : '=';
    }
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const std::string_view four = text.substr(at, 4);
    const bool last = at + 4 == text.size();
    const std::size_t padding = !last || four[3] != '=' ? 0 : four[2] != '=' ? 1 : 2;
    const auto value = quantum(four, 4 - padding);
    const unsigned stray = (1U << 8 * padding) - 1;  // the bits that no byte is made of
    if (!value || (*value & stray) != 0) return std::nullopt;
    for (std::size_t place = 0; place + padding < 3; ++place) {
      bytes += static_cast<char>(*value >> (16 - 8 * place) & 0xFF);
    }
  }
  return bytes;
}

std::string make_token(const Secret& key, std::string_view purpose, std::uint64_t id) {
  std::string signed_text{purpose};
  signed_text += '\0';
  for (int shift = 56; shift >= 0; shift -= 8) signed_text += static_cast<char>(id >> shift & 0xFF);
  const std::string mac = hmac_sha256(key, signed_text);
  return id_text(id) + "-" + to_base32(std::string_view(mac).substr(0, mac_bytes));
}

std::uint64_t read_token(const Secret& key, std::string_view purpose, std::string_view token) {
  if (token.size() > longest_id + 1 + mac_bytes * 8 / 5) return 0;
  std::string plain;
  for (const char c : token) plain += plain_letter(c);
  const std::size_t dash = plain.find('-');
  if (dash == std::string::npos || dash == 0 || dash > longest_id) return 0;
  if (plain.size() != dash + 1 + mac_bytes * 8 / 5) return 0;
  std::uint64_t id = 0;
  for (const char c : plain.substr(0, dash)) {
    const std::size_t digit = base32_alphabet.find(c);
    if (digit == std::string_view::npos) return 0;
    id = id << 5 | digit;
  }
  // The comparison also refuses other spellings of the id, such as leading zeros.
  return equal_constant_time(make_token(key, purpose, id), plain) ? id : 0;
}

}  // namespace novelo
