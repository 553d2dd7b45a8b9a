// How inputs that are JSON, or end with it, are changed: as often as not as JSON, so that what
// comes of it still has a shape, and gets past the parser. Members go, come twice, take the place
// of others, and become awkward. Linked into the targets whose inputs are of this kind.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace novelo::fuzz {
namespace {

using nlohmann::json;

constexpr std::size_t most_nodes = 4000;
constexpr std::size_t deepest = 100;

// Where the JSON begins, behind what a target reads first.
std::size_t begin_of(std::string_view input) {
  return std::min(input.find_first_of("{["), input.size());
}

bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  for (const char byte : text) {
    if (byte == '{' || byte == '[') ++depth;
    if ((byte == '}' || byte == ']') && depth > 0) --depth;
    if (depth > deepest) return true;
  }
  return false;
}

class Mutator {
 public:
  Mutator(json& root, unsigned seed) : numbers_(seed) { collect(root); }

  void change() {
    for (std::size_t left = 1 + below(3); left > 0; --left) {
      json& node = *nodes_[below(nodes_.size())];
      // What stands in it may be gone then, and be among the nodes.
      const bool last = node.is_structured();
      if (last && !node.empty() && below(2) == 0) {
        change_members(node);
      } else {
        change_value(node);
      }
      if (last) return;
    }
  }

 private:
  std::size_t below(std::size_t end) { return end < 2 ? 0 : numbers_() % end; }

  void collect(json& node) {
    if (nodes_.size() >= most_nodes) return;
    nodes_.push_back(&node);
    if (node.is_object()) {
      for (auto& [key, member] : node.items()) {
        keys_.push_back(key);
        collect(member);
      }
    } else if (node.is_array()) {
      for (json& item : node) collect(item);
    }
  }

  json any() { return *nodes_[below(nodes_.size())]; }

  void change_members(json& node) {
    if (node.is_array()) {
      const auto place = static_cast<json::difference_type>(below(node.size()));
      switch (below(3)) {
        case 0: node.erase(static_cast<std::size_t>(place)); return;
        case 1:
          node.insert(node.begin() + place, json(node[static_cast<std::size_t>(place)]));
          return;
        default: node.insert(node.begin() + place, any()); return;
      }
    }
    auto member = node.begin();
    std::advance(member, static_cast<std::ptrdiff_t>(below(node.size())));
    const json value = member.value();
    switch (below(4)) {
      case 0: node.erase(member); return;
      case 1: node[keys_[below(keys_.size())]] = any(); return;
      case 2:
        node.erase(member);
        node[keys_[below(keys_.size())]] = value;
        return;
      default: node[member.key() + "x"] = value; return;
    }
  }

  void change_value(json& node) {
    switch (below(5)) {
      case 0: node = any(); return;
      case 1: node = awkward(); return;
      default: break;
    }
    if (node.is_string()) {
      change_text(node.get_ref<std::string&>());
    } else if (node.is_number_integer()) {
      static constexpr std::array<std::int64_t, 8> steps{1, -1, 10, -10, 1000, 60'000, -60'000, 0};
      const auto step = static_cast<std::uint64_t>(steps[below(steps.size())]);
      node = static_cast<std::int64_t>(static_cast<std::uint64_t>(node.get<std::int64_t>()) + step);
    } else if (node.is_boolean()) {
      node = !node.get<bool>();
    } else {
      node = awkward();
    }
  }

  void change_text(std::string& text) {
    static constexpr std::array<std::string_view, 16> pieces{"1",
                                                             "0",
                                                             "-",
                                                             ".",
                                                             "{",
                                                             "}",
                                                             "|",
                                                             " ",
                                                             "7d",
                                                             "\xC3\xA9",
                                                             "{contact.name}",
                                                             "a",
                                                             "\n",
                                                             "99999999999999999999",
                                                             "\xF0\x9F\x98\x80",
                                                             ":"};
    const std::size_t at = below(text.size() + 1);
    switch (below(4)) {
      case 0: text.insert(at, pieces[below(pieces.size())]); return;
      case 1: text.resize(at); return;
      case 2: text.erase(at, 1 + below(3)); return;
      default:
        if (!keys_.empty()) text = keys_[below(keys_.size())];
    }
  }

  json awkward() {
    static const std::vector<json> values{nullptr,
                                          true,
                                          false,
                                          0,
                                          -1,
                                          1,
                                          "",
                                          "0",
                                          "-1",
                                          1e300,
                                          0.5,
                                          std::int64_t{1} << 62,
                                          json::object(),
                                          json::array(),
                                          "\xEF\xBF\xBD",
                                          std::string(300, 'a'),
                                          UINT64_MAX,
                                          "null"};
    return values[below(values.size())];
  }

  std::mt19937 numbers_;
  std::vector<json*> nodes_;
  std::vector<std::string> keys_;
};

// The input, changed as JSON; empty when it is none.
std::string change_json(std::string_view input, unsigned seed) {
  const std::size_t begin = begin_of(input);
  const std::string_view text = input.substr(begin);
  if (text.empty() || too_deep(text)) return {};
  json root = json::parse(text, nullptr, false);
  if (root.is_discarded()) return {};
  Mutator(root, seed).change();
  return std::string(input.substr(0, begin)) +
         root.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  if (seed % 4 != 0) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string changed = novelo::fuzz::change_json(input, seed / 4);
    if (!changed.empty() && changed.size() <= most) {
      std::memcpy(data, changed.data(), changed.size());
      return changed.size();
    }
  }
  return LLVMFuzzerMutate(data, size, most);
}
