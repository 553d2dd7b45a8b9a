// plant: makes the sources that planted faults stand in.
//
//   plant FAULTS SOURCE_FOLDER TARGET_FOLDER
//
// Reads tests/sabotage/faults.txt and writes each file that it names, changed, below the target
// folder, and `faults.cpp`, the list of the faults. Fails when a place is not found exactly once:
// the code has moved on, and the fault must move with it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Change {
  std::string file;
  std::string before;
  std::string after;
};
struct Fault {
  std::string name;
  std::string invariant;
  std::size_t line = 0;
  std::vector<Change> changes;
};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::string("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::string("cannot write " + path.string());
}

std::vector<Fault> read_faults(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::string("cannot read " + path.string());
  std::vector<Fault> faults;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("fault ")) {
      const std::size_t space = line.rfind(' ');
      faults.push_back({line.substr(6, space - 6), line.substr(space + 1), number, {}});
    } else if (line.starts_with("file ") && !faults.empty()) {
      faults.back().changes.push_back({line.substr(5), {}, {}});
    } else if ((line.front() == '-' || line.front() == '+') && !faults.empty() &&
               !faults.back().changes.empty()) {
      Change& change = faults.back().changes.back();
      (line.front() == '-' ? change.before : change.after) += line.substr(1) + "\n";
    } else {
      throw std::string("line " + std::to_string(number) + " is none of a fault");
    }
  }
  return faults;
}

// planted() as the fault of that number asks it.
std::string numbered(std::string text, std::size_t number) {
  const std::string asked = "planted()";
  const std::string asks = "::sabotage::is_planted(" + std::to_string(number) + ")";
  for (std::size_t at = text.find(asked); at != std::string::npos;
       at = text.find(asked, at + asks.size())) {
    text.replace(at, asked.size(), asks);
  }
  return text;
}

void apply(const Change& change, std::size_t number, const std::string& name, std::string& text) {
  const std::size_t at = change.before.empty() ? std::string::npos : text.find(change.before);
  if (at == std::string::npos || text.find(change.before, at + 1) != std::string::npos) {
    throw "the place of " + name + " is not once in " + change.file +
        ": put the lines behind '-' as they stand there now";
  }
  text.replace(at, change.before.size(), numbered(change.after, number));
}

std::string listed(const std::vector<Fault>& faults) {
  std::string text =
      "#include \"sabotage/sabotage.hpp\"\n\nnamespace sabotage {\n\n"
      "const std::vector<Fault>& faults() {\n"
      "  static const std::vector<Fault> all = {\n";
  for (const Fault& fault : faults) {
    text += "      {\"" + fault.name + "\", \"" + fault.invariant + "\"},\n";
  }
  return text + "  };\n  return all;\n}\n\n}  // namespace sabotage\n";
}

void plant(const fs::path& list, const fs::path& source, const fs::path& target) {
  const std::vector<Fault> faults = read_faults(list);
  std::map<std::string, std::string> files;
  for (std::size_t number = 0; number < faults.size(); ++number) {
    for (const Change& change : faults[number].changes) {
      const auto [file, fresh] = files.try_emplace(change.file);
      if (fresh) file->second = read(source / change.file);
      apply(change, number, faults[number].name, file->second);
    }
  }
  for (const auto& [file, text] : files) {
    write(target / file, "#include \"sabotage/sabotage.hpp\"\n\n#line 1\n" + text);
  }
  write(target / "faults.cpp", listed(faults));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("plant FAULTS SOURCE_FOLDER TARGET_FOLDER\n", stderr);
    return 2;
  }
  try {
    plant(argv[1], argv[2], argv[3]);
  } catch (const std::string& why) {
    std::fprintf(stderr, "%s: %s\n", argv[1], why.c_str());
    return 1;
  }
  return 0;
}
