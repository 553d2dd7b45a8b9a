#include "flow/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace novelo::flow {
namespace {

// Walks through a document without building it: syntax, depth and repeated keys. The names of its
// functions are those that nlohmann's reader calls.
class DocumentCheck {
 public:
  DocumentCheck(std::string_view text, std::size_t depth, Faults& faults)
      : text_(text), depth_(depth), faults_(faults) {}

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(Json::number_integer_t) { return true; }
  bool number_unsigned(Json::number_unsigned_t) { return true; }
  bool number_float(Json::number_float_t, const Json::string_t&) { return true; }
  bool string(Json::string_t&) { return true; }
  bool binary(Json::binary_t&) { return true; }
  bool start_object(std::size_t) { return enter(); }
  bool start_array(std::size_t) { return enter(); }
  bool end_object() { return leave(); }
  bool end_array() { return leave(); }
  bool key(Json::string_t& key) {
    if (!open_.back().insert(key).second) {
      faults_.add(key, "this key stands twice in one object.");
    }
    return true;
  }
  template <class Problem>
  bool parse_error(std::size_t position, const std::string&, const Problem&) {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(position, text_.size()));
    faults_.add(fmt::format("line {}", 1 + std::count(text_.begin(), end, '\n')),
                "this is no JSON.");
    return false;
  }

 private:
  bool enter() {
    if (open_.size() == depth_) {
      faults_.add("", fmt::format("nested deeper than {}.", depth_));
      return false;
    }
    open_.emplace_back();
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  std::size_t depth_;
  Faults& faults_;
  std::vector<std::set<std::string>> open_;
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

Value scalar_value(const Json& json) {
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  if (json.is_number()) return Value(json.get<double>());
  if (json.is_string()) return Value(json.get_ref<const std::string&>());
  return Value();
}

bool is_scalar(const Json& json) {
  return json.is_primitive() && !json.is_binary();
}

}  // namespace

std::optional<Json> parse_document(std::string_view text, std::size_t depth, Faults& faults) {
  const std::size_t before = faults.size();
  DocumentCheck check(text, depth, faults);
  const bool whole = Json::sax_parse(text.begin(), text.end(), &check);
  if (!whole || faults.size() > before) return std::nullopt;
  Json document = Json::parse(text.begin(), text.end(), nullptr, false);
  if (document.is_discarded()) return std::nullopt;
  return document;
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '-' || text.front() == '_') return false;
  return std::all_of(text.begin(), text.end(), is_name_character);
}

bool is_variable(std::string_view text) {
  return is_name(text) && is_variable_path(text) && text != "session" && text != "option" &&
         text != "choices";
}

std::string item_path(const std::string& path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

// --- Object -------------------------------------------------------------------------------------

Object::Object(const Json& json, std::string path, Faults& faults)
    : json_(json.is_object() ? &json : nullptr), path_(std::move(path)), faults_(faults) {
  if (json_ == nullptr) faults_.add(path_, "an object is needed here.");
}

std::string Object::path(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

const Json* Object::find(std::string_view key) {
  known_.emplace_back(key);
  if (json_ == nullptr) return nullptr;
  const auto found = json_->find(key);
  return found == json_->end() ? nullptr : &*found;
}

const Json* Object::need(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr && json_ != nullptr) faults_.add(path(key), "this key is missing.");
  return value;
}

std::string Object::name(std::string_view key) {
  if (need(key) == nullptr) return {};
  return optional_name(key);
}

std::string Object::optional_name(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr) return {};
  if (value->is_string() && is_name(value->get_ref<const std::string&>())) {
    return value->get<std::string>();
  }
  faults_.add(path(key), "a name is needed: letters, digits, '_' and '-', at most 64.");
  return {};
}

std::string Object::optional_path(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr) return {};
  if (value->is_string() && is_variable_path(value->get_ref<const std::string&>())) {
    return value->get<std::string>();
  }
  faults_.add(path(key), "a path is needed: names joined by '.', such as \"contact.name\".");
  return {};
}

std::vector<std::string> Object::names(std::string_view key) {
  const Json* value = find(key);
  std::vector<std::string> names;
  if (value == nullptr) return names;
  if (!value->is_array()) {
    faults_.add(path(key), "a list of names is needed.");
    return names;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    const Json& item = (*value)[i];
    if (item.is_string() && is_name(item.get_ref<const std::string&>())) {
      names.push_back(item.get<std::string>());
    } else {
      faults_.add(item_path(path(key), i), "a name is needed.");
    }
  }
  return names;
}

bool Object::flag(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) faults_.add(path(key), "true or false is needed.");
  return value->is_boolean() && value->get<bool>();
}

std::optional<std::int64_t> Object::integer(std::string_view key, std::int64_t least,
                                            std::int64_t most) {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() || value->get<std::uint64_t>() <= INT64_MAX) &&
                    value->get<std::int64_t>() >= least && value->get<std::int64_t>() <= most;
  if (fits) return value->get<std::int64_t>();
  faults_.add(path(key), fmt::format("a whole number from {} to {} is needed.", least, most));
  return std::nullopt;
}

std::optional<double> Object::number(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  faults_.add(path(key), "a number is needed.");
  return std::nullopt;
}

std::optional<Duration> read_duration(const Json& json, const std::string& path, Duration least,
                                      Duration most, Faults& faults) {
  if (json.is_string()) {
    const auto duration = parse_duration(json.get_ref<const std::string&>());
    if (duration && *duration >= least && *duration <= most) return *duration;
  }
  faults.add(path, fmt::format("a time from {} to {} is needed, such as \"45s\" or \"10m\".",
                               to_string(least), to_string(most)));
  return std::nullopt;
}

std::optional<Duration> Object::duration(std::string_view key, Duration least, Duration most) {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return read_duration(*value, path(key), least, most, faults_);
}

void Object::close() {
  if (json_ == nullptr) return;
  for (const auto& [key, value] : json_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    std::set<std::string> known(known_.begin(), known_.end());
    faults_.add(path(key), fmt::format("unknown key; known here: {}.", fmt::join(known, ", ")));
  }
}

// --- Wordings -----------------------------------------------------------------------------------

TextTemplate Wordings::compile(const Json& json, const std::string& path) const {
  if (!json.is_string()) {
    faults_.add(path, "a text is needed.");
    return {};
  }
  const auto& text = json.get_ref<const std::string&>();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    faults_.add(path, "the text is empty.");
    return {};
  }
  auto made = TextTemplate::compile(text);
  if (made) return *std::move(made);
  const Error& error = made.error();
  faults_.add(path, fmt::format("{}: {} {}", error.subject, error.message, error.remedy));
  return {};
}

// Calls `visit` for each locale that the map serves, by its own key or its language's ("pt" for
// "pt-BR"), and says which were served.
std::vector<bool> Wordings::each_locale(const Json& json, const std::string& path,
                                        const Visit& visit) const {
  std::vector<bool> served(locales_.size(), false);
  std::set<std::string, std::less<>> used;
  for (std::size_t i = 0; i < locales_.size(); ++i) {
    const std::string& name = locales_[i].name;
    const std::string language = name.substr(0, name.find('-'));
    const std::string& key = json.contains(name) ? name : language;
    const auto found = json.find(key);
    if (found == json.end()) continue;
    used.insert(key);
    served[i] = true;
    visit(i, *found, fmt::format("{}.{}", path, key));
  }
  for (const auto& [key, value] : json.items()) {
    if (!used.contains(key)) {
      faults_.add(fmt::format("{}.{}", path, key), "this is no locale of the flow.");
    }
  }
  return served;
}

Text Wordings::text(const Json& json, const std::string& path) const {
  Text text;
  if (!json.is_object()) {
    text.wordings.push_back(compile(json, path));
    return text;
  }
  text.wordings.resize(locales_.size());
  const auto served =
      each_locale(json, path, [&](std::size_t locale, const Json& wording, const std::string& at) {
        text.wordings[locale] = compile(wording, at);
      });
  for (std::size_t i = 0; i < served.size(); ++i) {
    if (!served[i]) faults_.add(path, fmt::format("no text for {}.", locales_[i].name));
  }
  if (text.wordings.empty()) text.wordings.emplace_back();
  return text;
}

std::optional<Text> Wordings::optional_text(Object& object, std::string_view key) const {
  const Json* json = object.find(key);
  if (json == nullptr) return std::nullopt;
  return text(*json, object.path(key));
}

Wording Wordings::wording(Object& object) const {
  Wording wording;
  wording.text.wordings.emplace_back();
  if (const Json* json = object.need("text")) wording.text = text(*json, object.path("text"));
  wording.spoken = optional_text(object, "spoken");
  return wording;
}

Wording Wordings::wording_of(const Json& json, const std::string& path) const {
  if (json.is_object() && json.contains("text")) {
    Object object(json, path, faults_);
    Wording both = wording(object);
    object.close();
    return both;
  }
  return {text(json, path), std::nullopt};
}

std::vector<Wording> Wordings::list(Object& object, std::string_view key) const {
  const Json* json = object.find(key);
  std::vector<Wording> list;
  if (json == nullptr) return list;
  if (!json->is_array()) return {wording_of(*json, object.path(key))};
  for (std::size_t i = 0; i < json->size(); ++i) {
    list.push_back(wording_of((*json)[i], item_path(object.path(key), i)));
  }
  return list;
}

std::vector<std::vector<std::string>> Wordings::words(const Json& json,
                                                      const std::string& path) const {
  std::vector<std::vector<std::string>> words(std::max<std::size_t>(locales_.size(), 1));
  const auto read = [this](const Json& list, const std::string& at) {
    std::vector<std::string> out;
    if (!list.is_array()) faults_.add(at, "a list of words is needed.");
    for (std::size_t i = 0; list.is_array() && i < list.size(); ++i) {
      const Json& word = list[i];
      if (word.is_string() && !word.get_ref<const std::string&>().empty()) {
        out.push_back(word.get<std::string>());
      } else {
        faults_.add(item_path(at, i), "a word is needed.");
      }
    }
    return out;
  };
  if (!json.is_object()) {
    words.assign(words.size(), read(json, path));
    return words;
  }
  each_locale(json, path, [&](std::size_t locale, const Json& list, const std::string& at) {
    words[locale] = read(list, at);
  });
  return words;
}

// --- tests and expressions ----------------------------------------------------------------------

namespace {

Value read_operand(const Json& json, const std::string& path, Faults& faults) {
  if (is_scalar(json)) return scalar_value(json);
  if (!json.is_array() || !std::all_of(json.begin(), json.end(), is_scalar)) {
    faults.add(path, "a text, a number, true, false, null or a list of them is needed.");
    return {};
  }
  Value::List list;
  for (const Json& item : json) list.push_back(scalar_value(item));
  return Value(std::move(list));
}

When read_test(Object& object) {
  When when;
  when.kind = When::Kind::is_true;
  object.need("path");
  when.test.path = object.optional_path("path");
  const Json* op = object.find("op");
  const Json* value = object.find("value");
  if (op == nullptr) {
    if (value != nullptr) {
      object.faults().add(object.path("value"), "there is no \"op\" to compare it by.");
    }
    return when;
  }
  const auto known =
      op->is_string() ? parse_condition_op(op->get_ref<const std::string&>()) : std::nullopt;
  if (!known) {
    object.faults().add(object.path("op"),
                        "one of eq, ne, lt, le, gt, ge, in, contains, exists, "
                        "missing is needed.");
    return when;
  }
  when.kind = When::Kind::test;
  when.test.op = *known;
  if (value != nullptr) {
    when.test.value = read_operand(*value, object.path("value"), object.faults());
  }
  if (when.test.path.empty()) return when;
  const Status checked = check(when.test);
  if (!checked) {
    object.faults().add(object.path(checked.error().subject), checked.error().message);
  }
  return when;
}

}  // namespace

When read_when(const Json& json, const std::string& path, Faults& faults) {
  Object object(json, path, faults);
  When when;
  if (!json.is_object()) return when;
  const auto read_parts = [&](std::string_view key, When::Kind kind) {
    const Json* parts = object.find(key);
    when.kind = kind;
    if (!parts->is_array() || parts->empty()) {
      faults.add(object.path(key), "a list of tests is needed.");
      return;
    }
    for (std::size_t i = 0; i < parts->size(); ++i) {
      when.parts.push_back(read_when((*parts)[i], item_path(object.path(key), i), faults));
    }
  };
  if (json.contains("all")) {
    read_parts("all", When::Kind::all);
  } else if (json.contains("any")) {
    read_parts("any", When::Kind::any);
  } else if (json.contains("not")) {
    when.kind = When::Kind::negate;
    when.parts.push_back(read_when(*object.find("not"), object.path("not"), faults));
  } else {
    when = read_test(object);
  }
  object.close();
  return when;
}

Expression read_expression(const Json& json, const std::string& path, Faults& faults) {
  if (json.is_object()) {
    Object object(json, path, faults);
    object.need("from");
    FromPath from{object.optional_path("from")};
    object.close();
    return from;
  }
  if (!json.is_string()) return read_operand(json, path, faults);
  auto made = TextTemplate::compile(json.get_ref<const std::string&>());
  if (!made) {
    faults.add(path, fmt::format("{}: {} {}", made.error().subject, made.error().message,
                                 made.error().remedy));
    return Value();
  }
  if (made->constant()) return Value(made->expand(Value()));
  return *std::move(made);
}

}  // namespace novelo::flow
