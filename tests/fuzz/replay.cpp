// Runs a fuzz target without a fuzzer: every file of a folder, then inputs that are made of these
// files by damage, then random ones; both from a fixed seed. Crashes when the target does, and
// leaves the input in the file that it names.
//
//   replay FOLDER MUTATED RANDOM     the folder may be missing
//   replay FILE                      one input
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// Of targets that know how their inputs are changed best (json_mutator.cpp).
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                                                     std::size_t size,
                                                                     std::size_t most,
                                                                     unsigned seed);

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest = 65'536;
constexpr int seed = 20'260'312;

// The input that is being run, for whoever has to say which one it was.
const std::string* running = nullptr;

void save_running(int signal) {
  std::signal(signal, SIG_DFL);
  if (running != nullptr) {
    const char* const name = "crash-input";
    if (std::FILE* const file = std::fopen(name, "wb")) {
      std::fwrite(running->data(), 1, running->size(), file);
      std::fclose(file);
      std::fprintf(stderr, "the input is in %s\n", (fs::current_path() / name).c_str());
    }
  }
  std::raise(signal);
}

void run(const std::string& input) {
  running = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  running = nullptr;
}

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> read_folder(const char* folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    if (file.is_regular_file()) paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const fs::path& path : paths) inputs.push_back(read_file(path));
  return inputs;
}

class Damage {
 public:
  explicit Damage(const std::vector<std::string>& inputs) : inputs_(&inputs) {}

  std::string next() {
    std::string input = pick();
    for (std::size_t wounds = 1 + below(4); wounds > 0; --wounds) {
      if (LLVMFuzzerCustomMutator == nullptr) {
        wound(input);
        continue;
      }
      const std::size_t size = input.size();
      input.resize(longest);
      auto* const bytes = reinterpret_cast<std::uint8_t*>(input.data());
      input.resize(LLVMFuzzerCustomMutator(bytes, size, longest, numbers_()));
    }
    if (input.size() > longest) input.resize(longest);
    return input;
  }
  std::string noise() {
    std::string input(below(1024), '\0');
    for (char& byte : input) byte = static_cast<char>(numbers_());
    return input;
  }

  // What libFuzzer does by itself.
  void wound(std::string& input) {
    const std::size_t at = below(input.size() + 1);
    const std::size_t length = below(64);
    switch (below(7)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ 1 << below(8));
        return;
      case 1:
        if (at < input.size()) input[at] = static_cast<char>(numbers_());
        return;
      case 2: input.resize(at); return;
      case 3: input.erase(at, length); return;
      case 4: {  // the end of another one
        const std::string& other = pick();
        input.resize(at);
        input += other.substr(below(other.size() + 1));
        return;
      }
      case 5: {  // a chunk again and again
        const std::string chunk = input.substr(at, length);
        for (std::size_t times = below(16); times > 0; --times) input.insert(at, chunk);
        return;
      }
      default: {
        const std::string& other = pick();
        input.insert(at, other.substr(below(other.size() + 1), length));
      }
    }
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : numbers_() % end; }
  const std::string& pick() { return (*inputs_)[below(inputs_->size())]; }

  const std::vector<std::string>* inputs_;
  std::mt19937 numbers_{seed};
};

// The one of this process, for LLVMFuzzerMutate.
Damage* damaging = nullptr;

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most) {
  std::string input(reinterpret_cast<const char*>(data), size);
  damaging->wound(input);
  input.resize(std::min(input.size(), most));
  std::copy(input.begin(), input.end(), data);
  return input.size();
}

int main(int argc, char** argv) {
  std::signal(SIGABRT, save_running);
  std::signal(SIGSEGV, save_running);
  if (argc == 2) {
    run(read_file(argv[1]));
    return 0;
  }
  if (argc != 4) {
    std::fputs("usage: replay FOLDER MUTATED RANDOM | replay FILE\n", stderr);
    return 2;
  }
  std::vector<std::string> inputs = read_folder(argv[1]);
  for (const std::string& input : inputs) run(input);
  const std::size_t files = inputs.size();
  if (inputs.empty()) inputs.emplace_back();
  Damage damage(inputs);
  damaging = &damage;
  const int mutated = std::atoi(argv[2]);
  const int random = std::atoi(argv[3]);
  for (int i = 0; i < mutated; ++i) run(damage.next());
  for (int i = 0; i < random; ++i) run(damage.noise());
  std::printf("%zu files, %d made of them and %d random inputs\n", files, mutated, random);
  return 0;
}
