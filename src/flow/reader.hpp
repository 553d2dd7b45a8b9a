// Strict reading of a flow's JSON: every fault is kept with its path, and reading goes on so that
// an author sees all of them at once. Unknown keys are faults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/definition.hpp"
#include "novelo/base/time.hpp"

namespace novelo::flow {

using Json = nlohmann::json;

struct Fault {
  std::string path;  // "steps.offer.options[1].title"; of broken JSON "line 12"
  std::string reason;
};

class Faults {
 public:
  void add(std::string path, std::string reason) {
    list_.push_back({std::move(path), std::move(reason)});
  }
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  const std::vector<Fault>& list() const { return list_; }

 private:
  std::vector<Fault> list_;
};

// The document, or nothing and its fault. Keys that come twice and nesting past `depth` are faults.
std::optional<Json> parse_document(std::string_view text, std::size_t depth, Faults& faults);

// Letters, digits, '_' and '-', 1 to 64 of them, beginning with a letter or digit: names of flows,
// steps, exits, options, variables, queues.
bool is_name(std::string_view text);
// A name that a path can begin with: is_variable_path without '.'.
bool is_variable(std::string_view text);

// One JSON object being read. Ask for every key that it may have, then `close` it.
class Object {
 public:
  Object(const Json& json, std::string path, Faults& faults);

  const std::string& path() const { return path_; }
  std::string path(std::string_view key) const;
  Faults& faults() { return faults_; }

  // The value, or null. `need` makes its absence a fault.
  const Json* find(std::string_view key);
  const Json* need(std::string_view key);

  std::string name(std::string_view key);           // required
  std::string optional_name(std::string_view key);  // "" when absent
  std::string optional_path(std::string_view key);
  std::vector<std::string> names(std::string_view key);  // optional list
  bool flag(std::string_view key);                       // false when absent
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<double> number(std::string_view key);
  std::optional<Duration> duration(std::string_view key, Duration least, Duration most);

  void close();

 private:
  const Json* json_;  // null when the value was no object
  std::string path_;
  Faults& faults_;
  std::vector<std::string> known_;
};

std::optional<Duration> read_duration(const Json& json, const std::string& path, Duration least,
                                      Duration most, Faults& faults);

// Texts and words in the locales of one flow.
class Wordings {
 public:
  Wordings(const std::vector<Locale>& locales, Faults& faults)
      : locales_(locales), faults_(faults) {}

  const std::vector<Locale>& locales() const { return locales_; }

  Text text(const Json& json, const std::string& path) const;
  std::optional<Text> optional_text(Object& object, std::string_view key) const;
  // "text" (required) and "spoken" of the object.
  Wording wording(Object& object) const;
  // A list of texts, each a text or {"text": .., "spoken": ..}; one alone needs no list.
  std::vector<Wording> list(Object& object, std::string_view key) const;
  // A list of words, or one list for each locale: words[locale][n]. Missing locales are empty.
  std::vector<std::vector<std::string>> words(const Json& json, const std::string& path) const;

 private:
  using Visit = std::function<void(std::size_t locale, const Json& json, const std::string& path)>;
  std::vector<bool> each_locale(const Json& json, const std::string& path,
                                const Visit& visit) const;
  TextTemplate compile(const Json& json, const std::string& path) const;
  Wording wording_of(const Json& json, const std::string& path) const;

  const std::vector<Locale>& locales_;
  Faults& faults_;
};

// A list's item as it stands in a path: "retry[2]".
std::string item_path(const std::string& path, std::size_t index);

When read_when(const Json& json, const std::string& path, Faults& faults);
Expression read_expression(const Json& json, const std::string& path, Faults& faults);

}  // namespace novelo::flow
