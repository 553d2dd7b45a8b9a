#include "codec/schema.hpp"

namespace novelo::codec {

Json SchemaWriter::reference(const std::string& name) {
  return {{"$ref", "#/definitions/" + name}};
}

Json SchemaWriter::define(const std::string& name, Json schema) {
  definitions_[name] = std::move(schema);
  return reference(name);
}

Json SchemaWriter::file(const std::string& title, const std::string& description,
                        const Json& schema) const {
  Json json{{"$schema", "http://json-schema.org/draft-07/schema#"},
            {"title", title},
            {"description", description}};
  json.update(schema);
  if (!definitions_.empty()) json["definitions"] = definitions_;
  return json;
}

Json SchemaWriter::closed(Json schema, const Json& more,
                          const std::vector<std::string>& needed) const {
  if (!more.is_null()) schema["properties"].update(more);
  if (!needed.empty()) schema["required"] = needed;
  if (use_ == SchemaUse::input) schema["additionalProperties"] = false;
  return schema;
}

Json SchemaWriter::id() {
  return define("id", {{"description", "64 bits, decimal; null: none"},
                       {"type", Json::array({"string", "null"})},
                       {"pattern", "^(0|[1-9][0-9]{0,19})$"}});
}

Json SchemaWriter::bytes() {
  return define("bytes", {{"description", "base64 (RFC 4648), with padding"},
                          {"type", "string"},
                          {"contentEncoding", "base64"},
                          {"pattern", "^[A-Za-z0-9+/]*={0,2}$"}});
}

Json SchemaWriter::of_object(const Timestamp*) {
  const std::string offset = use_ == SchemaUse::input ? "([Zz]|[+-][0-9]{2}:[0-9]{2})" : "Z";
  return define("time", {{"description", "RFC 3339 with an offset; written in UTC"},
                         {"type", "string"},
                         {"pattern",
                          "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
                          "([.][0-9]{1,9})?" +
                              offset + "$"}});
}

Json SchemaWriter::of_object(const Duration*) {
  return define(
      "duration",
      {{"description", "such as 1h30m: larger units first, each at most once"},
       {"type", "string"},
       {"minLength", 2},
       {"pattern", "^-?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?$"}});
}

Json SchemaWriter::of_object(const Address*) {
  std::string kinds;
  for (const auto& [kind, word] : words_of<AddressKind>()) {
    if (kind == AddressKind::none) continue;
    if (!kinds.empty()) kinds += "|";
    kinds += word;
  }
  return define("address", {{"description", "its kind, a colon and the rest; null: none"},
                            {"type", Json::array({"string", "null"})},
                            {"pattern", "^(" + kinds + "):"}});
}

Json SchemaWriter::of_object(const Value*) {
  const Json self = reference("value");
  return define(
      "value",
      {{"description", "any JSON; whole numbers are of 64 bits with a sign"},
       {"anyOf", Json::array({{{"type", Json::array({"null", "boolean", "string", "number"})}},
                              {{"type", "array"}, {"items", self}},
                              {{"type", "object"}, {"additionalProperties", self}}})}});
}

Json SchemaWriter::of_object(const std::vector<Header>*) {
  const Json encoded{{"type", "object"},
                     {"properties", {{"b64", bytes()}}},
                     {"required", Json::array({"b64"})},
                     {"additionalProperties", false}};
  const Json value{{"anyOf", Json::array({{{"type", "string"}}, encoded})}};
  const Json pair{{"type", "array"},
                  {"items", Json::array({{{"type", "string"}}, value})},
                  {"minItems", 2},
                  {"maxItems", 2}};
  return define("headers",
                {{"description", "by name, or a list of [name, value]"},
                 {"anyOf", Json::array({{{"type", "object"}, {"additionalProperties", value}},
                                        {{"type", "array"}, {"items", pair}}})}});
}

}  // namespace novelo::codec
