// The parent: starts processes on a store, kills them, checks, and goes on from there.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kill/ledger.hpp"

namespace novelo::kill {

struct Options {
  std::uint64_t kills = 200;
  std::uint64_t seed = 1;
  std::chrono::minutes longest{0};  // 0: until all kills are done
  std::filesystem::path folder;
  std::string plant;
  bool quiet = false;
};

struct Report {
  std::uint64_t kills = 0;
  std::uint64_t early = 0;     // killed before they had acknowledged anything
  std::uint64_t finished = 0;  // ended by themselves, and were checked all the same
  std::uint64_t with_runner = 0;
  std::uint64_t stores = 0;
  std::uint64_t submitted = 0;  // requests, feeds and settlements, again after a kill included
  std::uint64_t acknowledged = 0;
  std::uint64_t under_way = 0;  // submitted and never acknowledged by the one who was killed
  std::uint64_t kept = 0;       // commands under way that were there after the kill
  std::uint64_t not_begun = 0;  // and those that were not
  double seconds = 0;
  std::vector<std::string> findings;
  std::filesystem::path saved;  // where the store is that they are about
};

Report run(const Options& options);

// Checks a store that was saved again: what was found then.
std::vector<std::string> check_saved(const std::filesystem::path& folder);

// The faults that can be planted.
std::vector<std::string> plants();

}  // namespace novelo::kill
