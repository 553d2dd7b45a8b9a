// Runs a fuzz target without a fuzzer: every file of a folder, then a number of inputs that are
// made from a fixed seed. Crashes when the target does.
//
//   replay FOLDER COUNT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::size_t run_files(const char* folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    if (file.is_regular_file()) files.push_back(file.path().string());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
  return files.size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::size_t files = run_files(argv[1]);
  std::mt19937 numbers(20'260'312);
  const int count = std::atoi(argv[2]);
  for (int i = 0; i < count; ++i) {
    std::vector<std::uint8_t> bytes(numbers() % 1024);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(numbers());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%zu files and %d made inputs\n", files, count);
  return 0;
}
