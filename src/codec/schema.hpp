// JSON Schemas (draft 7), made from the same field lists as the readers and writers of
// codec/json.hpp: what a schema names is what the code has.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "codec/json.hpp"

namespace novelo::codec {

// What comes in is read strictly. What goes out may gain members in later versions: whoever reads
// it passes over those that it does not know.
enum class SchemaUse : std::uint8_t { input, output };

class SchemaWriter {
 public:
  explicit SchemaWriter(SchemaUse use) : use_(use) {}

  // The schema of a value of this type. Structs and the forms of texts are defined once.
  template <class T>
  Json of() {
    if constexpr (std::is_same_v<T, bool>) {
      return {{"type", "boolean"}};
    } else if constexpr (std::is_enum_v<T>) {
      Json words = Json::array();
      for (const auto& [value, word] : words_of<T>()) words.push_back(std::string(word));
      return {{"enum", std::move(words)}};
    } else if constexpr (std::is_integral_v<T>) {
      Json schema{{"type", "integer"}, {"minimum", std::numeric_limits<T>::min()}};
      // Validators of many languages cannot hold what is above: it is left unsaid.
      if constexpr (std::in_range<std::int64_t>(std::numeric_limits<T>::max())) {
        schema["maximum"] = std::numeric_limits<T>::max();
      }
      return schema;
    } else if constexpr (std::is_floating_point_v<T>) {
      return {{"type", "number"}};
    } else {
      return of_object(static_cast<const T*>(nullptr));
    }
  }

  // An object of the members of `T` and of `more`, of which `needed` must be there.
  template <class T>
  Json object(const Json& more = Json::object(), const std::vector<std::string>& needed = {}) {
    Members members(*this);
    T usual{};
    fields(members, usual);
    return closed(members.take(), more, needed);
  }
  // One without members of its own.
  Json object(const Json& more, const std::vector<std::string>& needed) {
    return closed({{"type", "object"}, {"properties", Json::object()}}, more, needed);
  }

  // Keeps a schema under a name, and refers to it.
  Json define(const std::string& name, Json schema);
  // A whole file: the schema, and what it refers to.
  Json file(const std::string& title, const std::string& description, const Json& schema) const;

 private:
  class Members {
   public:
    explicit Members(SchemaWriter& writer) : writer_(&writer) {}

    template <class T>
    void operator()(std::string_view name, T& usual) {
      Json schema = writer_->of<T>();
      if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
        schema["default"] = write_json(usual);
      } else if constexpr (std::is_same_v<T, std::string>) {
        if (!usual.empty()) schema["default"] = usual;
      }
      json_["properties"][std::string(name)] = std::move(schema);
    }
    template <class Text>
    void operator()(std::string_view name, AsBytes<Text>) {
      json_["properties"][std::string(name)] = {{"type", "string"}};
      json_["properties"][bytes_member(name)] = writer_->bytes();
      const Json both = Json::array({std::string(name), bytes_member(name)});
      json_["allOf"].push_back({{"not", {{"required", both}}}});
    }
    Json take() { return std::move(json_); }

   private:
    SchemaWriter* writer_;
    Json json_{{"type", "object"}, {"properties", Json::object()}};
  };

  Json of_object(const std::string*) { return {{"type", "string"}}; }
  Json of_object(const Timestamp*);
  Json of_object(const Duration*);
  Json of_object(const Address*);
  Json of_object(const Value*);
  Json of_object(const std::vector<Header>*);
  template <class Tag>
  Json of_object(const Id<Tag>*) {
    return id();
  }
  template <class Tag>
  Json of_object(const Name<Tag>*) {
    return {{"type", "string"}};
  }
  Json of_object(const std::optional<Value>*) { return of<Value>(); }
  template <class T>
  Json of_object(const std::optional<T>*) {
    return {{"anyOf", Json::array({of<T>(), {{"type", "null"}}})}};
  }
  template <class T>
  Json of_object(const std::vector<T>*) {
    return {{"type", "array"}, {"items", of<T>()}};
  }
  template <class First, class Second>
  Json of_object(const std::pair<First, Second>*) {
    return {{"type", "array"},
            {"items", Json::array({of<First>(), of<Second>()})},
            {"minItems", 2},
            {"maxItems", 2}};
  }
  template <class T, class Less>
  Json of_object(const std::map<std::string, T, Less>*) {
    return {{"type", "object"}, {"additionalProperties", of<T>()}};
  }
  template <class T>
  requires requires(Members& members, T& object) { fields(members, object); }
  Json of_object(const T*) {
    if constexpr (requires(const T& object) { definition_name(object); }) {
      const std::string name(definition_name(T{}));
      if (!definitions_.contains(name)) {
        definitions_[name] = Json::object();
        definitions_[name] = object<T>();
      }
      return reference(name);
    } else {
      return object<T>();
    }
  }

  Json closed(Json schema, const Json& more, const std::vector<std::string>& needed) const;
  Json id();
  Json bytes();
  static Json reference(const std::string& name);

  SchemaUse use_;
  Json definitions_ = Json::object();
};

// The names of what is defined once for a whole file.
constexpr std::string_view definition_name(const Media&) {
  return "media";
}
constexpr std::string_view definition_name(const Option&) {
  return "option";
}
constexpr std::string_view definition_name(const Content&) {
  return "content";
}
constexpr std::string_view definition_name(const Party&) {
  return "party";
}
constexpr std::string_view definition_name(const Author&) {
  return "author";
}
constexpr std::string_view definition_name(const SendError&) {
  return "send_error";
}
constexpr std::string_view definition_name(const Effect&) {
  return "effect";
}

}  // namespace novelo::codec
