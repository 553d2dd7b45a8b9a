// Digests and tokens, over libcrypto. Nothing here is random: a token is a keyed digest of what it
// stands for, so the same case gets the same token on every machine and after every restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "novelo/base/secret.hpp"

namespace novelo {

// Raw bytes: 32, 32 and 20 of them (FIPS 180-4, RFC 2104). Empty if libcrypto itself fails, which
// equal_constant_time then takes for no match.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(const Secret& key, std::string_view bytes);
std::string hmac_sha1(const Secret& key, std::string_view bytes);

// Compares signatures without showing where they differ; their lengths may show. An empty text
// equals nothing, not even another: what is not there proves nothing.
bool equal_constant_time(std::string_view left, std::string_view right);

std::string to_hex(std::string_view bytes);  // lower case
std::string to_base64(std::string_view bytes);
// Strict base64 (RFC 4648): padding required, no white space, no stray bits. Nothing otherwise.
std::optional<std::string> from_base64(std::string_view text);

// A short signed token "<id>-<MAC>" for links and reply addresses: the id and 80 bits of an HMAC,
// both in base 32 with digits and the lower-case letters but i, l, o and u, so that it survives
// mail systems and people typing it. `purpose` keeps one kind of token from being used as another.
std::string make_token(const Secret& key, std::string_view purpose, std::uint64_t id);
// The id, or 0 when the token is not intact. Upper case is accepted, and o for 0, i and l for 1.
std::uint64_t read_token(const Secret& key, std::string_view purpose, std::string_view token);

}  // namespace novelo
