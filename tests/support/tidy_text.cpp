// Columns, tabs, ends of lines and files, include guards, macros, leftover marks.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "support/tidy.hpp"

namespace tidy {
namespace {

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

// Columns as people count them: UTF-8 characters, not bytes.
std::size_t columns(std::string_view line) {
  return line.size() -
         static_cast<std::size_t>(std::count_if(line.begin(), line.end(), continues_a_character));
}

bool joins_a_word(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' ||
         (static_cast<unsigned char>(byte) & 0x80U) != 0;
}

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const bool starts = at == 0 || !joins_a_word(line[at - 1]);
    const std::size_t end = at + word.size();
    if (starts && (end == line.size() || !joins_a_word(line[end]))) return true;
  }
  return false;
}

bool defines_macro(std::string_view line) {
  const std::size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string_view::npos || line[hash] != '#') return false;
  const std::size_t name = line.find_first_not_of(" \t", hash + 1);
  return name != std::string_view::npos && line.substr(name).starts_with("define");
}

// The marks are spelt in two halves so that this file does not carry them.
const std::vector<std::string>& leftover_marks() {
  static const std::vector<std::string> marks = {
      "TO"
      "DO",
      "FIX"
      "ME"};
  return marks;
}

void check_line(const std::string& where, std::string_view line, bool library, Findings& findings) {
  if (columns(line) > column_limit) findings.push_back(where + "over 100 columns");
  if (line.find('\t') != std::string_view::npos) findings.push_back(where + "a tab");
  if (line.ends_with('\r')) findings.push_back(where + "a carriage return");
  if (line.ends_with(' ')) findings.push_back(where + "a space at the end");
  if (library && defines_macro(line)) findings.push_back(where + "a macro");
  for (const std::string& mark : leftover_marks()) {
    if (has_word(line, mark)) findings.push_back(where + "a leftover " + mark);
  }
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Findings check_text(const Tree& tree) {
  Findings findings;
  for (const auto& [path, text] : tree) {
    const bool library = path.starts_with("include/") || path.starts_with("src/");
    std::size_t number = 1;
    for (std::size_t from = 0; from < text.size(); ++number) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      const std::string where = path + ":" + std::to_string(number) + ": ";
      check_line(where, std::string_view(text).substr(from, end - from), library, findings);
      from = end + 1;
    }
    if (text.empty()) findings.push_back(path + ":1: an empty file");
    if (!text.empty() && (!text.ends_with('\n') || text.ends_with("\n\n"))) {
      findings.push_back(path + ":" + std::to_string(number) + ": must end with one newline");
    }
    if (path.ends_with(".hpp") && !text.starts_with("#pragma once\n") &&
        text.find("\n#pragma once\n") == std::string::npos) {
      findings.push_back(path + ":1: no #pragma once");
    }
  }
  return findings;
}

Tree read_tree(const std::string& root, const std::vector<std::string>& folders) {
  namespace fs = std::filesystem;
  Tree tree;
  for (const std::string& folder : folders) {
    const fs::path top = fs::path(root) / folder;
    if (!fs::is_directory(top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(top)) {
      static const std::set<std::string> extensions{".hpp", ".cpp", ".h", ".c"};
      if (!entry.is_regular_file()) continue;
      if (!extensions.contains(entry.path().extension().string())) continue;
      tree[fs::relative(entry.path(), root).generic_string()] = read_file(entry.path());
    }
  }
  return tree;
}

}  // namespace tidy
