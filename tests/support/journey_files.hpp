// The stories that the repository ships.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "novelo/testing/journey.hpp"

namespace novelo::testing_support {

// The files of examples/journeys, in order.
inline std::vector<std::string> every_journey() {
  std::vector<std::string> files;
  for (const auto& folder :
       std::filesystem::directory_iterator(NOVELO_SOURCE_DIR "/examples/journeys")) {
    if (!folder.is_directory()) continue;
    const auto found = testing::find_journeys(folder.path().string());
    REQUIRE_MESSAGE(found, folder.path().string());
    files.insert(files.end(), found->begin(), found->end());
  }
  std::sort(files.begin(), files.end());
  REQUIRE_FALSE(files.empty());
  return files;
}

}  // namespace novelo::testing_support
