#include "config/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "config/forms.hpp"

namespace novelo::config {
namespace {

using Node = ObjectReader::Node;

constexpr std::string_view name_rule =
    "A name is 1 to 64 characters of a-z, 0-9, '_', '.' and '-'.";

// What stands in a schema.
Json text_form(Need need, std::size_t most) {
  Json form{{"type", "string"}, {"maxLength", most}};
  if (need == Need::required) form["minLength"] = 1;
  return form;
}
Json name_form() {
  return {{"type", "string"}, {"pattern", "^[a-z0-9_.-]{1,64}$"}};
}
Json integer_form(std::int64_t least, std::int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}

// The text of a node, checked for length and control characters; "" on a fault.
std::string checked_text(const Node& node, Fault& fault, Need need, std::size_t most,
                         bool (*form)(std::string_view)) {
  const auto* text = node.json->get_ptr<const std::string*>();
  if (text == nullptr) {
    fault.note(node.path, "wrong_type", "This must be a text.");
    return {};
  }
  if (text->empty() && need == Need::required) {
    fault.note(node.path, "empty_text", "This must not be empty.");
    return {};
  }
  if (count_scalars_of_valid(*text) > most) {
    fault.note(node.path, "too_long", fmt::format("This is longer than {} characters.", most));
    return {};
  }
  if (!form(*text)) {
    fault.note(node.path, "bad_text", "This holds a control character that does not belong here.");
    return {};
  }
  return *text;
}

std::optional<std::int64_t> whole_number(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto number = json.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
    return static_cast<std::int64_t>(number);
  }
  if (json.is_number_integer()) return json.get<std::int64_t>();
  return {};
}

std::int64_t checked_integer(const Node& node, Fault& fault, std::int64_t least,
                             std::int64_t most) {
  if (!node.json->is_number_integer()) {
    fault.note(node.path, "wrong_type", "This must be a whole number.");
    return least;
  }
  const std::optional<std::int64_t> number = whole_number(*node.json);
  if (!number || *number < least || *number > most) {
    fault.note(node.path, "out_of_range", fmt::format("This must be {} to {}.", least, most));
    return least;
  }
  return *number;
}

// A text, a number, true or false; nothing for anything else.
std::optional<Value> scalar(const Json& json) {
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_string()) return Value(json.get<std::string>());
  if (json.is_number_float()) return Value(json.get<double>());
  if (const auto number = whole_number(json)) return Value(*number);
  return std::nullopt;
}

}  // namespace

void Fault::note(std::string path, std::string_view reason, std::string message,
                 std::string_view remedy) {
  if (error_) return;
  error_ = Error{ErrorCode::invalid, std::string(reason), std::move(message), std::move(path),
                 std::string(remedy)};
}

void Fault::note(std::string path, const Error& error) {
  note(std::move(path), error.reason,
       error.subject.empty() ? error.message : fmt::format("{}: {}", error.subject, error.message),
       error.remedy);
}

ObjectReader::ObjectReader(Node node, Fault& fault)
    : form_(node.form), path_(std::move(node.path)), fault_(&fault) {
  if (form_ != nullptr) {
    (*form_)["type"] = "object";
    (*form_)["properties"] = Json::object();
    return;
  }
  if (node.json->is_object()) {
    json_ = node.json;
  } else {
    fault.note(path_.empty() ? "document" : path_, "wrong_type", "This must be an object.");
  }
}

bool ObjectReader::has(std::string_view key) {
  return member(key, Need::optional) != nullptr;
}

// The place of a member's schema; a member that is read twice keeps what was said first.
Json* ObjectReader::describe(std::string_view key, Need need, Json schema) {
  const std::string name(key);
  Json& members = (*form_)["properties"];
  if (!members.contains(name)) {
    members[name] = std::move(schema);
    if (need == Need::required) (*form_)["required"].push_back(name);
  }
  return &members[name];
}

void ObjectReader::describe_word(std::string_view key, Need need, std::string_view choices) {
  Json words = Json::array();
  while (!choices.empty()) {
    const std::size_t end = std::min(choices.find(", "), choices.size());
    words.push_back(std::string(choices.substr(0, end)));
    choices.remove_prefix(std::min(end + 2, choices.size()));
  }
  describe(key, need, {{"enum", std::move(words)}});
}

std::string ObjectReader::path(std::string_view key) const {
  return path_to_member(path_, key);
}

void ObjectReader::blame(std::string_view key, std::string_view reason, std::string message,
                         std::string_view remedy) const {
  fault_->note(path(key), reason, std::move(message), remedy);
}

void ObjectReader::blame_type(std::string_view key, std::string_view wanted) const {
  blame(key, "wrong_type", fmt::format("This must be {}.", wanted));
}

void ObjectReader::blame_word(std::string_view key, std::string_view choices) const {
  blame(key, "unknown_word", "This is none of the words that may stand here.",
        fmt::format("Write one of {}.", choices));
}

const Json* ObjectReader::member(std::string_view key, Need need) {
  if (json_ == nullptr) return nullptr;
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
  const auto found = json_->find(key);
  if (found != json_->end()) return &*found;
  if (need == Need::required) blame(key, "missing_key", "This member is missing.");
  return nullptr;
}

std::string ObjectReader::line(std::string_view key, Need need, std::size_t most) {
  if (form_ != nullptr) describe(key, need, text_form(need, most));
  const Json* json = member(key, need);
  return json == nullptr
             ? ""
             : checked_text({json, path(key), {}, nullptr}, *fault_, need, most, is_line);
}

std::string ObjectReader::line(std::string_view key, Need need, bool (*form)(std::string_view),
                               std::string_view what) {
  std::string text = line(key, need, 2048);
  if (text.empty() || form(text)) return text;
  blame(key, "bad_form", fmt::format("This must be {}.", what));
  return {};
}

std::string ObjectReader::prose(std::string_view key, Need need, std::size_t most) {
  if (form_ != nullptr) describe(key, need, text_form(need, most));
  const Json* json = member(key, need);
  return json == nullptr
             ? ""
             : checked_text({json, path(key), {}, nullptr}, *fault_, need, most, is_prose);
}

std::string ObjectReader::name(std::string_view key, Need need) {
  if (form_ != nullptr) describe(key, need, name_form());
  const Json* json = member(key, need);
  if (json == nullptr) return {};
  const auto* text = json->get_ptr<const std::string*>();
  if (text == nullptr) {
    blame_type(key, "a name");
    return {};
  }
  if (is_name(*text)) return *text;
  blame(key, "bad_name", std::string(name_rule));
  return {};
}

std::vector<std::string> ObjectReader::names(std::string_view key) {
  if (form_ != nullptr) {
    describe(key, Need::optional,
             {{"type", "array"}, {"items", name_form()}, {"uniqueItems", true}});
    return {};
  }
  std::vector<std::string> made;
  std::set<std::string, std::less<>> seen;
  for (const Node& node : items(key)) {
    const auto* text = node.json->get_ptr<const std::string*>();
    if (text == nullptr) {
      fault_->note(node.path, "wrong_type", "This must be a name.");
    } else if (!is_name(*text)) {
      fault_->note(node.path, "bad_name", std::string(name_rule));
    } else if (!seen.insert(*text).second) {
      fault_->note(node.path, "repeated_name", fmt::format("\"{}\" is there twice.", *text));
    } else {
      made.push_back(*text);
    }
  }
  return made;
}

Duration ObjectReader::duration(std::string_view key, Duration fallback, DurationRange range) {
  if (form_ != nullptr) {
    describe(key, Need::optional,
             {{"type", "string"},
              {"pattern", "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?$"},
              {"minLength", 2},
              {"default", to_string(fallback)}});
  }
  const Json* json = member(key, Need::optional);
  if (json == nullptr) return fallback;
  const auto* text = json->get_ptr<const std::string*>();
  if (text == nullptr) {
    blame_type(key, "a duration such as \"1h30m\"");
    return fallback;
  }
  const Result<Duration> made = parse_duration(*text);
  if (!made) {
    blame(key, "bad_duration", "This is no duration.",
          "Write \"45s\", \"10m\", \"24h\", \"1h30m\".");
    return fallback;
  }
  if (*made < range.least || *made > range.most) {
    blame(key, "out_of_range",
          fmt::format("This must be {} to {}.", to_string(range.least), to_string(range.most)));
    return fallback;
  }
  return *made;
}

std::int64_t ObjectReader::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                                   std::int64_t most) {
  if (form_ != nullptr) {
    Json form = integer_form(least, most);
    form["default"] = fallback;
    describe(key, Need::optional, std::move(form));
  }
  const Json* json = member(key, Need::optional);
  return json == nullptr ? fallback
                         : checked_integer({json, path(key), {}, nullptr}, *fault_, least, most);
}

bool ObjectReader::flag(std::string_view key, bool fallback) {
  if (form_ != nullptr) {
    describe(key, Need::optional, {{"type", "boolean"}, {"default", fallback}});
  }
  const Json* json = member(key, Need::optional);
  if (json == nullptr) return fallback;
  if (json->is_boolean()) return json->get<bool>();
  blame_type(key, "true or false");
  return fallback;
}

Value ObjectReader::value(std::string_view key) {
  if (form_ != nullptr) {
    const Json types = Json::array({"string", "number", "boolean"});
    describe(key, Need::optional,
             {{"anyOf", Json::array({{{"type", types}},
                                     {{"type", "array"}, {"items", {{"type", types}}}}})}});
  }
  const Json* json = member(key, Need::optional);
  if (json == nullptr) return {};
  constexpr std::string_view wanted = "a text, a number, true, false, or a list of those";
  if (!json->is_array()) {
    std::optional<Value> made = scalar(*json);
    if (!made) blame_type(key, wanted);
    return made.value_or(Value());
  }
  Value::List list;
  for (const Json& item : *json) {
    std::optional<Value> made = scalar(item);
    if (!made) {
      fault_->note(path_to_item(path(key), list.size()), "wrong_type",
                   "This must be a text, a number, true or false.");
      return {};
    }
    list.push_back(std::move(*made));
  }
  return Value(std::move(list));
}

std::optional<Node> ObjectReader::node(std::string_view key, Need need) {
  if (form_ != nullptr) {
    return Node{nullptr, path(key), std::string(key), describe(key, need, Json::object())};
  }
  const Json* json = member(key, need);
  if (json == nullptr) return std::nullopt;
  return Node{json, path(key), std::string(key), nullptr};
}

std::vector<Node> ObjectReader::items(std::string_view key, Need need) {
  const std::optional<Node> list = node(key, need);
  return list ? items_of(*list, *fault_) : std::vector<Node>();
}

std::vector<Node> ObjectReader::members(std::string_view key) {
  if (form_ != nullptr) {
    Json* form = describe(key, Need::optional, {{"type", "object"}});
    return {{nullptr, path(key), {}, &(*form)["additionalProperties"]}};
  }
  const Json* json = member(key, Need::optional);
  if (json == nullptr) return {};
  if (!json->is_object()) {
    blame_type(key, "an object");
    return {};
  }
  std::vector<Node> nodes;
  const std::string object = path(key);
  for (auto at = json->begin(); at != json->end(); ++at) {
    nodes.push_back({&at.value(), path_to_member(object, at.key()), at.key(), nullptr});
  }
  return nodes;
}

void ObjectReader::finish() const {
  if (form_ != nullptr) (*form_)["additionalProperties"] = false;
  if (json_ == nullptr) return;
  for (auto at = json_->begin(); at != json_->end(); ++at) {
    if (std::find(asked_.begin(), asked_.end(), at.key()) != asked_.end()) continue;
    blame(at.key(), "unknown_key", "There is no such member here.",
          fmt::format("Remove it, or write one of {}.", fmt::join(asked_, ", ")));
    return;
  }
}

std::vector<Node> items_of(const Node& node, Fault& fault) {
  if (node.form != nullptr) {
    (*node.form)["type"] = "array";
    return {{nullptr, path_to_item(node.path, 0), {}, &(*node.form)["items"]}};
  }
  if (!node.json->is_array()) {
    fault.note(node.path, "wrong_type", "This must be a list.");
    return {};
  }
  std::vector<Node> nodes;
  nodes.reserve(node.json->size());
  for (const Json& item : *node.json) {
    nodes.push_back({&item, path_to_item(node.path, nodes.size()), {}, nullptr});
  }
  return nodes;
}

std::string text_of(const Node& node, Fault& fault, std::size_t most) {
  if (node.form != nullptr) {
    *node.form = text_form(Need::optional, most);
    return {};
  }
  return checked_text(node, fault, Need::optional, most, is_line);
}

std::string prose_of(const Node& node, Fault& fault, Need need, std::size_t most) {
  if (node.form != nullptr) {
    *node.form = text_form(need, most);
    return {};
  }
  return checked_text(node, fault, need, most, is_prose);
}

std::int64_t integer_of(const Node& node, Fault& fault, std::int64_t least, std::int64_t most) {
  if (node.form != nullptr) {
    *node.form = integer_form(least, most);
    return least;
  }
  return checked_integer(node, fault, least, most);
}

}  // namespace novelo::config
