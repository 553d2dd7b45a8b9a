// Typed access to JSON that strangers send: absent members read as empty, members of a wrong type
// are noted, and nothing throws.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "novelo/base/result.hpp"

namespace novelo {

using Json = nlohmann::json;

// Fails with `invalid` for what is not JSON, or is nested deeper than Limits::json_depth.
Result<Json> parse_json(std::string_view bytes);

// One line of JSON. Bytes that are not UTF-8 become U+FFFD.
std::string write_json(const Json& json);

// A view of one JSON object of a document. All readers of a document share one `fault`: the first
// thing that was wrong, with its path, which is looked for only then. Borrows the document and the
// fault.
class JsonReader {
 public:
  JsonReader(const Json& document, std::optional<Error>& fault);

  bool empty() const;                    // nothing here, or an object without members
  bool has(std::string_view key) const;  // present and not null

  std::string text(std::string_view key) const;
  std::string scalar(std::string_view key) const;  // a text, or a whole number written out
  bool flag(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  JsonReader object(std::string_view key) const;
  std::vector<JsonReader> objects(std::string_view key) const;  // of a list of objects

  // The items of a document that is a list of objects.
  std::vector<JsonReader> items() const;

  // Notes a fault for every member that is not named here.
  void only(std::initializer_list<std::string_view> keys) const;
  // Notes a fault at a member of this object: reason, message, remedy.
  void blame(std::string_view key, std::string_view reason, std::string_view message,
             std::string_view remedy) const;

  const Json* json() const { return node_; }

 private:
  JsonReader(const JsonReader& parent, const Json* node);
  const Json* member(std::string_view key) const;
  std::vector<JsonReader> items_of(const Json* list) const;
  void blame_type(std::string_view key, std::string_view wanted) const;

  const Json* document_ = nullptr;
  const Json* node_ = nullptr;   // null: nothing is there, but it would be
  const Json* above_ = nullptr;  // under this node,
  std::string missing_;          // by this path
  std::optional<Error>* fault_ = nullptr;
};

}  // namespace novelo
