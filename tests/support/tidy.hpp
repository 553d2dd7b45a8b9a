// The house rules that a machine can check: who may include whom, cycles, function length, types
// under one name, line length and the small things. Pure: a tree of texts in, findings out, so that
// the rules themselves can be tested on planted faults.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tidy {

// A path from the root of the repository ("src/base/error.cpp") -> its text.
using Tree = std::map<std::string, std::string>;

inline constexpr std::size_t column_limit = 100;
inline constexpr std::size_t function_limit = 70;  // a function has fewer lines than this

// One line for each fault: "path:line: what is wrong".
using Findings = std::vector<std::string>;

// The module that a file of include/ or src/ belongs to ("base", "engine", "handles", ...); empty
// when the floor plan has no place for it.
std::string module_of(std::string_view path);

Findings check_includes(const Tree& tree);   // directions, outside headers, missing files
Findings check_cycles(const Tree& tree);     // no file reaches itself
Findings check_functions(const Tree& tree);  // length
Findings check_types(const Tree& tree);      // none is defined twice in one program
Findings check_text(const Tree& tree);  // columns, tabs, ends of lines and files, guards, macros

// The text with comments and the insides of literals blanked; lines and columns stay.
std::string blank_comments_and_literals(std::string_view text);

// Reads every .hpp, .cpp, .h and .c below the given folders of `root`.
Tree read_tree(const std::string& root, const std::vector<std::string>& folders);

}  // namespace tidy
