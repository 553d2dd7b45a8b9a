#include "novelo/config/difference.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "config/document.hpp"
#include "model/enum_names.hpp"

namespace novelo {
namespace {

using config::Json;

constexpr EnumNames<DifferenceKind, 4> kinds{{{DifferenceKind::added, "added"},
                                              {DifferenceKind::removed, "removed"},
                                              {DifferenceKind::replaced, "replaced"},
                                              {DifferenceKind::reordered, "reordered"}}};

// As deep as the document, whose depth was checked when it was read.
Value value_of(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean: return Value(json.get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return Value(json.get<std::int64_t>());
    case Json::value_t::number_float: return Value(json.get<double>());
    case Json::value_t::string: return Value(json.get<std::string>());
    case Json::value_t::array: {
      Value::List list;
      for (const Json& item : json) list.push_back(value_of(item));
      return Value(std::move(list));
    }
    case Json::value_t::object: {
      Value::Map map;
      for (const auto& [key, member] : json.items()) map[key] = value_of(member);
      return Value(std::move(map));
    }
    default: return {};
  }
}

// The items of a list by their names, in order; nothing when one has none, or two have the same.
using Named = std::vector<std::pair<std::string, const Json*>>;
std::optional<Named> by_name(const Json& list) {
  Named named;
  std::set<std::string> names;
  for (const Json& item : list) {
    if (!item.is_object()) return std::nullopt;
    const auto name = item.find("name");
    if (name == item.end() || !name->is_string()) return std::nullopt;
    named.emplace_back(name->get<std::string>(), &item);
    if (!names.insert(named.back().first).second) return std::nullopt;
  }
  return named;
}

Named members(const Json& object) {
  Named named;
  for (const auto& [key, value] : object.items()) named.emplace_back(key, &value);
  return named;
}

const Json* find(const Named& named, const std::string& name) {
  const auto found = std::find_if(named.begin(), named.end(),
                                  [&name](const auto& item) { return item.first == name; });
  return found == named.end() ? nullptr : found->second;
}

class Comparison {
 public:
  void compare(const std::string& path, const Json& before, const Json& after) {
    if (before == after) return;
    if (before.is_object() && after.is_object()) {
      compare_named(path, members(before), members(after), config::path_to_member);
      return;
    }
    if (before.is_array() && after.is_array()) {
      const auto old_items = by_name(before);
      const auto new_items = by_name(after);
      if (old_items && new_items) {
        compare_named(path, *old_items, *new_items, item_named);
        if (reordered(*old_items, *new_items)) {
          found_.push_back({DifferenceKind::reordered, path, names(*old_items), names(*new_items)});
        }
        return;
      }
    }
    found_.push_back({DifferenceKind::replaced, path, value_of(before), value_of(after)});
  }

  std::vector<Difference> take() { return std::move(found_); }

 private:
  static std::string item_named(std::string_view list, std::string_view name) {
    return std::string(list) + "[" + std::string(name) + "]";
  }

  template <class Path>
  void compare_named(const std::string& path, const Named& before, const Named& after,
                     Path path_of) {
    for (const auto& [name, value] : before) {
      const std::string inner = path_of(path, name);
      if (const Json* now = find(after, name)) {
        compare(inner, *value, *now);
      } else {
        found_.push_back({DifferenceKind::removed, inner, value_of(*value), Value()});
      }
    }
    for (const auto& [name, value] : after) {
      if (find(before, name) != nullptr) continue;
      found_.push_back({DifferenceKind::added, path_of(path, name), Value(), value_of(*value)});
    }
  }

  // Whether those that stay come in another order.
  static bool reordered(const Named& before, const Named& after) {
    std::vector<std::string> stayed;
    std::vector<std::string> stays;
    for (const auto& [name, value] : before) {
      if (find(after, name) != nullptr) stayed.push_back(name);
    }
    for (const auto& [name, value] : after) {
      if (find(before, name) != nullptr) stays.push_back(name);
    }
    return stayed != stays;
  }

  static Value names(const Named& named) {
    Value::List list;
    for (const auto& [name, value] : named) list.emplace_back(name);
    return Value(std::move(list));
  }

  std::vector<Difference> found_;
};

}  // namespace

std::string_view to_string(DifferenceKind kind) {
  return name_of(kinds, kind);
}

Result<std::vector<Difference>> difference(std::string_view before, std::string_view after,
                                           std::size_t depth) {
  auto old_document = config::read_document(before, depth);
  if (!old_document) return fail(old_document.error());
  const config::TakenApart old_at_the_end(*old_document);
  auto new_document = config::read_document(after, depth);
  if (!new_document) return fail(new_document.error());
  const config::TakenApart new_at_the_end(*new_document);
  Comparison comparison;
  comparison.compare("", *old_document, *new_document);
  return comparison.take();
}

}  // namespace novelo
