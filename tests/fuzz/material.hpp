// What the fuzzers say: the journeys' configurations, commands and payloads, and the bytes of one
// input, which choose among them and change them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/model/connection.hpp"
#include "novelo/model/transport.hpp"

namespace novelo::fuzz {

struct SecretText {
  std::string connection;
  std::string name;
  std::string text;
};

struct Payload {
  Request request;
  const Connection* connection = nullptr;  // whose provider signs it; nobody's else
};

struct Journey {
  std::string tenant_secret;
  std::vector<SecretText> secrets;
  std::string configuration;
  std::vector<std::string> commands;  // as JSON, labels still in them
  std::vector<Payload> payloads;
  std::vector<Connection> connections;
};

struct Material {
  std::vector<Journey> journeys;
};

// Read once, from examples/journeys.
const Material& material();

// The input, read from its beginning; zeros when it has ended.
class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }
  std::size_t below(std::size_t end);  // 0 when `end` is
  std::uint64_t number();

  // The text, as often as not changed: cut, written over, with something put into it.
  std::string changed(std::string text);
  // A command of the journey, its labels filled with small numbers.
  std::string command(const Journey& journey);
  Request request(const Journey& journey);
  std::string question();

 private:
  std::uint8_t next();
  std::string filled(const std::string& text);
  void change(std::string& text);
  std::span<const std::uint8_t> bytes_;
};

}  // namespace novelo::fuzz
