// Types that are defined twice under one name: two files of one program that mean different things
// by it link without a word, and do what nobody wrote. A scanner of braces that follows namespaces
// and looks at what stands in them; what is in an unnamed one is its file's alone.
#include <regex>

#include "support/tidy.hpp"

namespace tidy {
namespace {

struct Scope {
  std::string name;      // "novelo::testing"
  bool is_named = true;  // what is defined here has a name for the whole program
};

class TypeScanner {
 public:
  // type -> "path:line" of its first definition
  using Known = std::map<std::string, std::string>;

  TypeScanner(Known& known, Findings& findings) : known_(known), findings_(findings) {}

  void run(const std::string& path, std::string_view original) {
    const std::string text = blank_comments_and_literals(original);
    std::vector<Scope> scopes{{}};
    std::string head;
    std::size_t line = 1;
    for (const char c : text) {
      if (c == '\n') ++line;
      if (c == '{')
        scopes.push_back(opened(head, scopes.back(), path + ":" + std::to_string(line)));
      if (c == '}' && scopes.size() > 1) scopes.pop_back();
      if (c == '{' || c == '}' || c == ';') {
        head.clear();
      } else {
        head += c == '\n' ? ' ' : c;
      }
    }
  }

 private:
  Scope opened(const std::string& head, const Scope& outer, const std::string& place) {
    static const std::regex space(R"(^.*?\bnamespace\s*([\w:]*)\s*$)");
    static const std::regex type(R"(^.*?\b(?:struct|class|union|enum(?:\s+class)?)\s+)"
                                 R"((\w+(?:::\w+)*)\s*(?:final\s*)?(?::[^:].*)?$)");
    std::smatch found;
    if (std::regex_match(head, found, space)) {
      const std::string name = found[1];
      return {outer.name.empty() ? name : outer.name + "::" + name,
              outer.is_named && !name.empty()};
    }
    const bool may_be_one = head.find_first_of("(=") == std::string::npos;
    if (outer.is_named && may_be_one && std::regex_match(head, found, type)) {
      note(outer.name + "::" + found[1].str(), place);
    }
    return {outer.name, false};
  }

  void note(const std::string& type, const std::string& place) {
    const auto [known, is_new] = known_.emplace(type, place);
    if (is_new) return;
    findings_.push_back(place + ": " + type + " is also defined at " + known->second);
  }

  Known& known_;
  Findings& findings_;
};

}  // namespace

Findings check_types(const Tree& tree) {
  Findings findings;
  TypeScanner::Known known;
  for (const auto& [path, text] : tree) TypeScanner(known, findings).run(path, text);
  return findings;
}

}  // namespace tidy
