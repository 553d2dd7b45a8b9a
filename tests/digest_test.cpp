#include "novelo/base/digest.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cctype>
#include <string>

using namespace novelo;

TEST_CASE("SHA-256 of FIPS 180-4") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("HMAC-SHA-256 of RFC 4231 and HMAC-SHA-1 of RFC 2202") {
  CHECK(to_hex(hmac_sha256(Secret(std::string(20, '\x0b')), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256(Secret("Jefe"), "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(Secret(std::string(131, '\xaa')),
                           "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(to_hex(hmac_sha1(Secret("Jefe"), "what do ya want for nothing?")) ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(to_hex(hmac_sha256(Secret(), "")) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("nothing equals an absent signature") {
  CHECK(equal_constant_time("abc", "abc"));
  CHECK_FALSE(equal_constant_time("abc", "abd"));
  CHECK_FALSE(equal_constant_time("abc", "abcd"));
  CHECK_FALSE(equal_constant_time("", "a"));
  CHECK_FALSE(equal_constant_time("", ""));
}

TEST_CASE("base 64 of RFC 4648") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text).value() == bytes);
  }
}

TEST_CASE("base 64 that is not canonical is refused") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", "Z===", "====",
                           "=g==", "Z=g=", "Zg==Zg==", "Zm-_", "Zm9v Zm9v", "Zm9\xc3"}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text));
  }
  CHECK_FALSE(from_base64(std::string_view("Zm9\0", 4)));
}

TEST_CASE("any bytes come back from base 64") {
  CHECK(rc::check(
      [](const std::string& bytes) { RC_ASSERT(from_base64(to_base64(bytes)).value() == bytes); }));
  CHECK(rc::check([](const std::string& text) {
    if (const auto bytes = from_base64(text)) RC_ASSERT(to_base64(*bytes) == text);
  }));
}

TEST_CASE("tokens carry their id for their purpose only") {
  const Secret key("tenant secret");
  CHECK(make_token(key, "reply", 1) == make_token(key, "reply", 1));
  CHECK(rc::check([&key](std::uint64_t id) {
    RC_PRE(id != 0);
    std::string token = make_token(key, "reply", id);
    RC_ASSERT(token.size() <= 30);
    RC_ASSERT(token.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz-") == std::string::npos);
    RC_ASSERT(read_token(key, "reply", token) == id);
    RC_ASSERT(read_token(key, "survey", token) == 0);
    RC_ASSERT(read_token(Secret("another"), "reply", token) == 0);
    for (char& c : token) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    RC_ASSERT(read_token(key, "reply", token) == id);
  }));
}

TEST_CASE("letters that people confuse are read as what was meant") {
  const Secret key("tenant secret");
  std::string token = make_token(key, "reply", 32);  // "10-..."
  REQUIRE(token.substr(0, 3) == "10-");
  for (const char* typed : {"lo-", "IO-", "io-", "Lo-"}) {
    CHECK(read_token(key, "reply", typed + token.substr(3)) == 32);
  }
}

TEST_CASE("a changed token is no token") {
  const Secret key("tenant secret");
  const std::string token = make_token(key, "reply", 123'456);
  for (std::size_t place = 0; place < token.size(); ++place) {
    std::string changed = token;
    changed[place] = changed[place] == 'z' ? 'y' : 'z';
    CHECK(read_token(key, "reply", changed) == 0);
    CHECK(read_token(key, "reply", token.substr(0, place)) == 0);
  }
  CHECK(read_token(key, "reply", "0" + token) == 0);
  CHECK(read_token(key, "reply", token + "0") == 0);
  CHECK(read_token(key, "reply", "") == 0);
  CHECK(read_token(key, "reply", "-") == 0);
  CHECK(read_token(key, "reply", std::string(1000, '1')) == 0);
  CHECK(read_token(key, "reply", make_token(key, "reply", 0)) == 0);
  CHECK(rc::check(
      [&key](const std::string& text) { RC_ASSERT(read_token(key, "reply", text) == 0); }));
}
