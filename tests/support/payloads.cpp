#include "support/payloads.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

namespace novelo::testing_support {

std::string read_source(std::string_view path) {
  std::ifstream file(std::filesystem::path(NOVELO_SOURCE_DIR) / path, std::ios::binary);
  INFO("file ", std::string(path));
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> list_data(std::string_view folder) {
  std::vector<std::string> names;
  const auto root = std::filesystem::path(NOVELO_SOURCE_DIR) / "tests/data" / folder;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    names.push_back("tests/data/" + std::string(folder) + "/" + entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  REQUIRE(!names.empty());
  return names;
}

void damage(const std::string& bytes, int count, const std::function<void(std::string)>& use) {
  static constexpr std::array awkward = {
      std::string_view("\xFF\xFE"),
      std::string_view("null"),
      std::string_view("[[[[[[[["),
      std::string_view("{}"),
      std::string_view("\"\\u"),
      std::string_view("1e999"),
      std::string_view("-1"),
      std::string_view("%"),
      std::string_view("&&="),
      std::string_view("\0", 1),
      std::string_view("99999999999999999999"),
  };
  std::uint64_t state = 0x9E3779B97F4A7C15ULL;
  const auto draw = [&](std::size_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below == 0 ? 0 : static_cast<std::size_t>(state % below);
  };
  for (int i = 0; i < count; ++i) {
    std::string damaged = bytes;
    for (std::size_t wounds = 1 + draw(3); wounds > 0; --wounds) {
      // Drawn one by one: the order in which arguments are evaluated is the compiler's.
      const std::size_t at = draw(damaged.size() + 1);
      const std::size_t kind = draw(4);
      const std::size_t from = draw(damaged.size() + 1);
      const std::size_t length = draw(40);
      const std::string_view odd = awkward[draw(awkward.size())];
      switch (kind) {
        case 0:
          if (at < damaged.size()) damaged[at] = static_cast<char>(damaged[at] ^ (1 << length % 8));
          break;
        case 1: damaged.erase(at, length); break;
        case 2: damaged.insert(at, damaged.substr(from, length)); break;
        default: damaged.replace(at, length % 6, odd);
      }
    }
    use(std::move(damaged));
  }
}

Connection make_connection(std::map<std::string, std::string> settings,
                           std::map<std::string, std::string> secrets) {
  Connection connection;
  connection.name = ConnectionName("test");
  connection.settings = std::move(settings);
  for (auto& [name, text] : secrets) connection.secrets[name].push_back(Secret(text));
  return connection;
}

}  // namespace novelo::testing_support
