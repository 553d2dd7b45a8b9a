#include "testing/view.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/url.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/json.hpp"

namespace novelo::testing {
namespace {

void write_lines(const Value& value, const std::string& path, std::string& out) {
  if (const auto* map = value.as_map()) {
    for (const auto& [key, item] : *map) {
      write_lines(item, path.empty() ? key : path + "." + key, out);
    }
  } else if (const auto* list = value.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      write_lines((*list)[i], path + "[" + std::to_string(i) + "]", out);
    }
  } else if (!path.empty()) {
    out += path + "=" + value.to_text() + "\n";
  } else if (!value.is_null()) {
    out += value.to_text() + "\n";
  }
}

std::string content_type(const Value& request) {
  const auto* headers = request["headers"].as_map();
  if (headers == nullptr) return {};
  const auto found = headers->find("Content-Type");
  return found == headers->end() ? std::string() : found->second.to_text();
}

}  // namespace

Value view_of(const Handout& handout) {
  nlohmann::json json = to_json(handout);
  json.erase("maybe_done");
  auto value = value_from_json(json);
  return value ? std::move(*value) : Value();
}

std::optional<Value> json_body(std::string_view body) {
  const auto json = parse_json(body, Limits{}.json_depth);
  if (!json) return std::nullopt;
  auto value = value_from_json(*json);
  if (!value) return std::nullopt;
  return std::move(*value);
}

Value::Map form_body(std::string_view body) {
  Value::Map fields;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    fields[form_decode(pair.substr(0, equals))] = Value(form_decode(value));
  }
  return fields;
}

std::string plain_text(const Value& view) {
  std::string out;
  write_lines(view["body"], "", out);
  const Value& request = view["request"];
  if (request.is_null()) return out;
  out += "url=" + request["url"].to_text() + "\n";
  const std::string body = request["body"].to_text();
  if (request["method"] == Value("MAIL")) {
    write_lines(Value(mail_body(body)), "", out);
  } else if (content_type(request).find("form-urlencoded") != std::string::npos) {
    write_lines(Value(form_body(body)), "", out);
  } else if (const auto json = json_body(body)) {
    write_lines(*json, "", out);
  } else {
    out += body;
  }
  return out;
}

}  // namespace novelo::testing
