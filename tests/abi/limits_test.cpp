// The names of limits that the C interface takes are those of base/limits.hpp, all of them.
#include <doctest/doctest.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "limits.hpp"

namespace {

std::vector<std::string> members_of_the_header() {
  std::ifstream file(NOVELO_SOURCE_DIR "/include/novelo/base/limits.hpp");
  const std::regex member(R"(^  (?:std::\w+|Duration|bool|int|double) (\w+) =.*)");
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) {
    std::smatch found;
    if (std::regex_match(line, found, member)) names.push_back(found[1]);
  }
  return names;
}

}  // namespace

TEST_CASE("every limit goes by its name") {
  const auto known = novelo::abi::limit_names();
  const std::vector<std::string> names(known.begin(), known.end());
  CHECK(names.size() > 40);
  CHECK(names == members_of_the_header());
}

TEST_CASE("limits are read into their members") {
  const auto limits = novelo::abi::limits_from_text(
      R"({"signals": 7, "callback_attempts": 3, "bridge_silence": "45s"})");
  REQUIRE(limits);
  CHECK(limits->signals == 7);
  CHECK(limits->callback_attempts == 3);
  CHECK(limits->bridge_silence == std::chrono::seconds(45));
  CHECK(limits->request_bytes == novelo::Limits{}.request_bytes);
}
