#include "adapters/json_reader.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "adapters/text.hpp"
#include "novelo/base/limits.hpp"

namespace novelo {
namespace {

bool too_deep(std::string_view bytes, std::size_t most) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if ((c == '{' || c == '[') && ++depth > most) return true;
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return false;
}

// Where `node` stands under `from`, "entry[0].changes[1]", put behind `path`. As deep as the
// document may be.
bool find_path(const Json& from, const Json& node, std::string& path) {
  if (&from == &node) return true;
  const std::size_t length = path.size();
  const auto found_in = [&](const Json& child, const std::string& step) {
    path += step;
    if (find_path(child, node, path)) return true;
    path.resize(length);
    return false;
  };
  if (from.is_object()) {
    for (const auto& [key, value] : from.get_ref<const Json::object_t&>()) {
      if (found_in(value, length == 0 ? key : "." + key)) return true;
    }
  } else if (from.is_array()) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (found_in(from[i], fmt::format("[{}]", i))) return true;
    }
  }
  return false;
}

}  // namespace

Result<Json> parse_json(std::string_view bytes) {
  if (too_deep(bytes, Limits{}.json_depth)) {
    return fail({ErrorCode::invalid, "too_deep", "The JSON is nested too deeply.", "body",
                 fmt::format("Nest at most {} levels.", Limits{}.json_depth)});
  }
  Json json = Json::parse(bytes, nullptr, false);
  if (json.is_discarded()) {
    return fail({ErrorCode::invalid, "bad_json", "The body is not JSON.", "body",
                 "Pass on the raw body: one JSON text in UTF-8, neither cut nor re-encoded."});
  }
  return json;
}

std::string write_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

JsonReader::JsonReader(const Json& document, std::optional<Error>& fault)
    : document_(&document), node_(&document), fault_(&fault) {}

JsonReader::JsonReader(const JsonReader& parent, const Json* node)
    : document_(parent.document_), node_(node), fault_(parent.fault_) {
  if (node_ != nullptr && !node_->is_object()) {
    blame_type("", "An object");
    node_ = nullptr;
  }
}

bool JsonReader::empty() const {
  return node_ == nullptr || node_->empty();
}

bool JsonReader::has(std::string_view key) const {
  return member(key) != nullptr;
}

const Json* JsonReader::member(std::string_view key) const {
  if (node_ == nullptr || !node_->is_object()) return nullptr;
  const auto found = node_->find(key);
  return found == node_->end() || found->is_null() ? nullptr : &*found;
}

void JsonReader::blame_type(std::string_view key, std::string_view wanted) const {
  blame(key, "wrong_type", fmt::format("{} is expected.", wanted),
        "Send the member with that type, or leave it out.");
}

void JsonReader::blame(std::string_view key, std::string_view reason, std::string_view message,
                       std::string_view remedy) const {
  if (fault_->has_value()) return;
  constexpr std::size_t longest = 200;  // the key may be a stranger's
  std::string path;
  const Json* const there = node_ != nullptr ? node_ : above_;
  if (there != nullptr) find_path(*document_, *there, path);
  for (const std::string_view step : {std::string_view(missing_), key}) {
    if (!step.empty() && !path.empty()) path += '.';
    path += step;
  }
  *fault_ = Error{ErrorCode::invalid, std::string(reason), std::string(message),
                  to_utf8(path.substr(0, longest)), std::string(remedy)};
}

std::string JsonReader::text(std::string_view key) const {
  const Json* const value = member(key);
  if (value == nullptr) return {};
  if (const auto* text = value->get_ptr<const Json::string_t*>()) return *text;
  blame_type(key, "A text");
  return {};
}

std::string JsonReader::scalar(std::string_view key) const {
  const Json* const value = member(key);
  if (value == nullptr) return {};
  if (const auto* text = value->get_ptr<const Json::string_t*>()) return *text;
  if (value->is_number_unsigned()) {
    return fmt::format("{}", *value->get_ptr<const Json::number_unsigned_t*>());
  }
  if (value->is_number_integer()) {
    return fmt::format("{}", *value->get_ptr<const Json::number_integer_t*>());
  }
  blame_type(key, "A text or a whole number");
  return {};
}

bool JsonReader::flag(std::string_view key) const {
  const Json* const value = member(key);
  if (value == nullptr) return false;
  if (const auto* flag = value->get_ptr<const Json::boolean_t*>()) return *flag;
  blame_type(key, "true or false");
  return false;
}

std::optional<double> JsonReader::number(std::string_view key) const {
  const Json* const value = member(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  blame_type(key, "A number");
  return std::nullopt;
}

std::optional<std::int64_t> JsonReader::integer(std::string_view key) const {
  const Json* const value = member(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) {
    const auto number = *value->get_ptr<const Json::number_unsigned_t*>();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return static_cast<std::int64_t>(number);
    }
  } else if (value->is_number_integer()) {
    return *value->get_ptr<const Json::number_integer_t*>();
  }
  blame_type(key, "A whole number");
  return std::nullopt;
}

JsonReader JsonReader::object(std::string_view key) const {
  JsonReader reader(*this, member(key));
  if (reader.node_ != nullptr) return reader;
  reader.above_ = node_ != nullptr ? node_ : above_;
  reader.missing_ = missing_.empty() ? std::string(key) : fmt::format("{}.{}", missing_, key);
  return reader;
}

std::vector<JsonReader> JsonReader::items_of(const Json* list) const {
  std::vector<JsonReader> readers;
  readers.reserve(list->size());
  for (const Json& item : *list) readers.push_back(JsonReader(*this, &item));
  return readers;
}

std::vector<JsonReader> JsonReader::objects(std::string_view key) const {
  const Json* const list = member(key);
  if (list == nullptr) return {};
  if (list->is_array()) return items_of(list);
  blame_type(key, "A list");
  return {};
}

std::vector<JsonReader> JsonReader::items() const {
  if (node_ == nullptr || !node_->is_array()) return {};
  return items_of(node_);
}

void JsonReader::only(std::initializer_list<std::string_view> keys) const {
  if (node_ == nullptr || !node_->is_object()) return;
  for (const auto& [key, value] : node_->items()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      blame(key, "unknown_key", "This member is not known here.",
            fmt::format("Take it out; known are: {}.", fmt::join(keys, ", ")));
    }
  }
}

}  // namespace novelo
