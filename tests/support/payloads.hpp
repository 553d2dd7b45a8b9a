// Payload files for the tests of adapters, and damage done to them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/channel_adapter.hpp"

namespace novelo::testing_support {

// The bytes of a file below the repository's root; fails the test when there is none.
std::string read_source(std::string_view path);

// The names of the files in tests/data/<folder>, sorted.
std::vector<std::string> list_data(std::string_view folder);

// Hands `count` damaged versions of `bytes` to `use`: bytes flipped, cut out, doubled, replaced by
// awkward ones. The same bytes give the same damage on every run.
void damage(const std::string& bytes, int count, const std::function<void(std::string)>& use);

// A connection with one setting and secret of each given name.
Connection make_connection(std::map<std::string, std::string> settings,
                           std::map<std::string, std::string> secrets);

}  // namespace novelo::testing_support
