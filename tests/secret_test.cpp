// Secrets leave nothing behind.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

#include "novelo/base/secret.hpp"

namespace {

using namespace novelo;

}  // namespace

TEST_CASE("a secret is read in one way only, and shown in none") {
  const Secret secret(std::string("a text that nobody knows"));
  CHECK(secret.reveal() == "a text that nobody knows");
  CHECK(to_string(secret) == "[secret]");
  CHECK_FALSE(secret.empty());
  CHECK(Secret().empty());
  CHECK(Secret(std::string()).reveal().empty());
}

TEST_CASE("copies are whole, and what was moved from holds nothing") {
  Secret first(std::string("short"));
  const Secret copy = first;
  const char* const where = first.reveal().data();
  const Secret moved = std::move(first);
  CHECK(copy.reveal() == "short");
  CHECK(copy.reveal().data() != where);
  CHECK(moved.reveal().data() == where);  // the bytes have not been left behind elsewhere
}

TEST_CASE("memory is wiped before it is given back") {
  std::array<char, 8> bytes{};
  bytes.fill('s');
  wipe(bytes.data(), 4);
  CHECK(std::string(bytes.data(), bytes.size()) == std::string("\0\0\0\0ssss", 8));
  wipe(nullptr, 0);
}
