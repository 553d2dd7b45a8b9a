// Files of an SqliteStore with a desk in them, and damage that knows their pages.
//
// A piece of damage is eight bytes:
//
//   [what 1][page 2][place 2][count 1][value 2]        numbers big-endian
//
//   what & 15   0 a byte, 1 a bit, 2 two bytes, 3 four bytes, 4 zeros, 5 ones, 6 a page over a page
//               (`value` says from where), 7 two pages change places, 8 bytes move along, 9 the
//               file ends here, 10 a page more, 11.. two bytes
//   what & 16   in the log instead of the file
//   what & 32   near the page's beginning, where its header and its list of cells are
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace novelo::fuzz {

class StoreFileMaker {
 public:
  StoreFileMaker();
  ~StoreFileMaker();
  StoreFileMaker(const StoreFileMaker&) = delete;
  StoreFileMaker& operator=(const StoreFileMaker&) = delete;

  // Writes a file, with a log where the base has one, and gives its path.
  std::string write(std::uint8_t base, std::span<const std::uint8_t> damage) const;

 private:
  struct Files {
    std::string file;
    std::string log;
  };

  std::filesystem::path folder_;
  std::vector<Files> bases_;
};

}  // namespace novelo::fuzz
