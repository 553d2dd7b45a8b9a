// The floor plan as a table, and the checks that read #include lines.
#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <sstream>

#include "support/tidy.hpp"

namespace tidy {
namespace {

using Modules = std::set<std::string, std::less<>>;

struct Include {
  std::size_t line = 0;
  std::string name;
  bool quoted = false;
};

// Which modules each module may include besides itself.
//
//   base <- model <- { channel_adapter, store <- published_view, rules <- config, codec }
//        <- { router, flow_engine } <- engine <- handles <- recorder <- testing
//   adapters and stores see their own doors, base and model.
const std::map<std::string, Modules, std::less<>>& may_include() {
  static const Modules low = {"base", "model"};
  static const Modules machines = {"base",   "model", "channel_adapter", "store", "rules",
                                   "config", "codec"};
  static const auto with = [](Modules modules, const Modules& more) {
    modules.insert(more.begin(), more.end());
    return modules;
  };
  static const Modules engine = with(machines, {"router", "flow_engine"});
  static const Modules handles = with(engine, {"engine", "published_view"});
  static const Modules umbrella = with(handles, {"handles"});
  static const std::map<std::string, Modules, std::less<>> table = {
      {"base", {}},
      {"model", {"base"}},
      {"channel_adapter", low},
      {"store", low},
      {"published_view", with(low, {"store"})},
      {"rules", low},
      {"config", with(low, {"rules"})},
      {"codec", low},
      {"router", machines},
      {"flow_engine", machines},
      {"engine", engine},
      {"handles", handles},
      {"adapters", with(low, {"channel_adapter"})},
      {"stores", with(low, {"store", "published_view"})},
      {"json", with(handles, {"handles"})},
      {"umbrella", umbrella},
      {"recorder", with(handles, {"handles", "json"})},
      {"bindings/c", with(umbrella, {"umbrella", "json", "recorder", "adapters", "stores"})},
      {"testing", with(umbrella, {"umbrella", "json", "recorder", "adapters", "stores"})},
  };
  return table;
}

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::size_t at = line.find_first_not_of(" \t");
    if (at == std::string::npos || line[at] != '#') continue;
    at = line.find_first_not_of(" \t", at + 1);
    if (at == std::string::npos || line.compare(at, 7, "include") != 0) continue;
    at = line.find_first_of("\"<", at);
    if (at == std::string::npos) continue;
    const bool quoted = line[at] == '"';
    const std::size_t end = line.find(quoted ? '"' : '>', at + 1);
    if (end == std::string::npos) continue;
    found.push_back({number, line.substr(at + 1, end - at - 1), quoted});
  }
  return found;
}

std::string stem_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return std::string(path.substr(0, path.find('.')));
}

bool is_public(std::string_view path) {
  return path.starts_with("include/");
}
bool is_binding(std::string_view path) {
  return path.starts_with("bindings/");
}

// The file that a quoted include names, as the compiler would find it: beside the includer, then
// in src/, in include/, and where the C header stands.
std::optional<std::string> resolve(const Tree& tree, const std::string& from,
                                   const std::string& name) {
  const std::string beside = from.substr(0, from.rfind('/') + 1) + name;
  for (const std::string& path :
       {beside, "src/" + name, "include/" + name, "bindings/c/include/" + name}) {
    if (tree.contains(path)) return path;
  }
  return std::nullopt;
}

bool has_source(const Tree& tree, const std::string& module, const std::string& stem) {
  const std::string start = "src/" + module + "/" + stem;
  const auto first = tree.lower_bound(start);
  return std::any_of(first, tree.end(), [&](const auto& file) {
    return file.first == start + ".cpp" ||
           (file.first.starts_with(start + "_") && file.first.ends_with(".cpp"));
  });
}

// In a family of siblings (adapters, stores) one never sees another. A public header with a source
// file of its own stem is a sibling; a file belongs to it when its stem is that name, or begins
// with it and '_': sqlite_backup belongs to sqlite. A file that belongs to none, such as a header
// of plain values, is a shared helper.
std::string sibling_of(const Tree& tree, const std::string& module, const std::string& path) {
  const std::string stem = stem_of(path);
  std::string best;
  const std::string folder = "include/novelo/" + module + "/";
  for (const auto& [header, text] : tree) {
    if (!header.starts_with(folder)) continue;
    const std::string name = stem_of(header);
    if (!has_source(tree, module, name)) continue;
    const bool belongs = stem == name || stem.starts_with(name + "_");
    if (belongs && (best.empty() || name.size() < best.size())) best = name;
  }
  return best;
}

std::string at(const std::string& path, std::size_t line, const std::string& what) {
  return path + ":" + std::to_string(line) + ": " + what;
}

void check_outside(const std::string& path, const Include& include, Findings& findings) {
  if (!is_public(path) || include.quoted) return;
  const std::string& name = include.name;
  if (name.find_first_of("./") == std::string::npos || name == "tl/expected.hpp") return;
  if (name.starts_with("nlohmann/") && path.starts_with("include/novelo/json")) return;
  findings.push_back(at(path, include.line, "a public header shows <" + name + ">"));
}

void check_siblings(const Tree& tree, const std::string& path, const Include& include,
                    const std::string& module, const std::string& target, Findings& findings) {
  if (module != "adapters" && module != "stores") return;
  const std::string other = sibling_of(tree, module, target);
  if (other.empty() || other == sibling_of(tree, module, path)) return;
  findings.push_back(at(path, include.line, "one of " + module + " includes another: " + target));
}

void check_direction(const Tree& tree, const std::string& path, const Include& include,
                     Findings& findings) {
  const auto target = resolve(tree, path, include.name);
  if (!target) {
    findings.push_back(at(path, include.line, "no such file: \"" + include.name + "\""));
    return;
  }
  if (is_public(path) && !include.name.starts_with("novelo/")) {
    findings.push_back(at(path, include.line, "a public header includes a private one"));
  }
  if (is_binding(path) && target->starts_with("src/")) {
    findings.push_back(at(path, include.line, "a binding includes a private header"));
  }
  const std::string from = module_of(path);
  const std::string to = module_of(*target);
  if (from.empty() || to.empty()) return;
  if (from == to) {
    check_siblings(tree, path, include, from, *target, findings);
  } else if (!may_include().at(from).contains(to)) {
    findings.push_back(at(path, include.line, from + " must not include " + to));
  }
}

}  // namespace

std::string module_of(std::string_view path) {
  if (path.starts_with("bindings/c/")) return "bindings/c";
  if (path.starts_with("include/novelo/")) {
    path.remove_prefix(15);
  } else if (path.starts_with("src/")) {
    path.remove_prefix(4);
  } else {
    return {};
  }
  const std::string name{path.substr(0, path.find_first_of("/."))};
  static const Modules handles = {"conversation", "case",       "contact",  "query",
                                  "runner",       "inspection", "sql_views"};
  if (handles.contains(name)) return "handles";
  if (name == "novelo") return "umbrella";
  if (name == "json_query") return "json";
  if (name == "flow") return "flow_engine";  // its private rooms
  return may_include().contains(name) && name != "handles" && name != "umbrella" ? name
                                                                                 : std::string{};
}

Findings check_includes(const Tree& tree) {
  Findings findings;
  for (const auto& [path, text] : tree) {
    if (!is_public(path) && !is_binding(path) && !path.starts_with("src/")) continue;
    if (module_of(path).empty()) {
      findings.push_back(at(path, 1, "the floor plan has no place for this file"));
    }
    for (const Include& include : includes_of(text)) {
      check_outside(path, include, findings);
      if (include.quoted) check_direction(tree, path, include, findings);
    }
  }
  return findings;
}

Findings check_cycles(const Tree& tree) {
  enum class Mark { open, done };
  Findings findings;
  std::map<std::string, Mark> marks;
  const std::function<void(const std::string&)> visit = [&](const std::string& path) {
    marks[path] = Mark::open;
    for (const Include& include : includes_of(tree.at(path))) {
      if (!include.quoted) continue;
      const auto target = resolve(tree, path, include.name);
      if (!target) continue;
      const auto mark = marks.find(*target);
      if (mark == marks.end()) {
        visit(*target);
      } else if (mark->second == Mark::open) {
        findings.push_back(at(path, include.line, "closes a circle of includes: " + *target));
      }
    }
    marks[path] = Mark::done;
  };
  for (const auto& [path, text] : tree) {
    if (!marks.contains(path)) visit(path);
  }
  return findings;
}

}  // namespace tidy
