#include "fuzz/material.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "novelo/json.hpp"
#include "novelo/testing/journey.hpp"
#include "novelo/testing/provider.hpp"
#include "testing/story.hpp"

namespace novelo::fuzz {
namespace {

namespace fs = std::filesystem;

Payload payload_of(const testing::ReceiveSpec& spec, const Journey& journey) {
  Payload payload;
  payload.request.method = spec.method;
  payload.request.url = spec.path;
  for (const auto& [name, value] : spec.headers) payload.request.headers.push_back({name, value});
  payload.request.body = spec.text;
  if (spec.body) payload.request.body = spec.body->to_text();
  for (const std::string& line : spec.lines) payload.request.body += line + "\r\n";
  for (const Connection& connection : journey.connections) {
    if (connection.name.text() != spec.connection) continue;
    if (payload.request.url.empty()) payload.request.url = connection.path;
    payload.connection = &connection;
  }
  return payload;
}

void add_command(Journey& journey, const Value& value, std::size_t number) {
  if (value.as_list() != nullptr) {
    for (const Value& item : *value.as_list()) add_command(journey, item, ++number * 100);
    return;
  }
  nlohmann::json json = to_json(value);
  if (!json.is_object()) return;
  if (!json.contains("id")) json["id"] = "step-" + std::to_string(number);
  journey.commands.push_back(json.dump());
}

Journey journey_of(const testing::Story& story) {
  Journey journey;
  journey.tenant_secret = story.spec.tenant_secret;
  journey.configuration = story.configuration;
  for (const auto& [name, connection] : story.connections) {
    journey.connections.push_back(connection);
    for (const auto& [secret, texts] : connection.secrets) {
      for (const Secret& text : texts) {
        journey.secrets.push_back({name.text(), secret, std::string(text.reveal())});
      }
    }
  }
  std::size_t number = 0;
  for (const testing::StepSpec& step : story.spec.steps) {
    ++number;
    if (step.command) add_command(journey, *step.command, number);
    if (step.receive) journey.payloads.push_back(payload_of(*step.receive, journey));
  }
  return journey;
}

Material read_material() {
  std::vector<std::string> files;
  for (const auto& folder : fs::directory_iterator(NOVELO_SOURCE_DIR "/examples/journeys")) {
    const auto found = testing::find_journeys(folder.path().string());
    if (found) files.insert(files.end(), found->begin(), found->end());
  }
  std::sort(files.begin(), files.end());
  Material read;
  read.journeys.reserve(files.size());
  for (const std::string& file : files) {
    const auto journey = testing::Journey::load(file);
    if (!journey) continue;
    // Payloads point at the connections beside them, which move along.
    read.journeys.push_back(journey_of(journey->story()));
  }
  return read;
}

}  // namespace

const Material& material() {
  static const Material read = read_material();
  return read;
}

std::uint8_t Bytes::next() {
  if (bytes_.empty()) return 0;
  const std::uint8_t byte = bytes_.front();
  bytes_ = bytes_.subspan(1);
  return byte;
}

std::size_t Bytes::below(std::size_t end) {
  if (end < 2) return 0;
  std::size_t value = next();
  if (end > 256) value = value << 8U | next();
  return value % end;
}

std::uint64_t Bytes::number() {
  std::uint64_t value = 0;
  const std::size_t size = below(9);
  for (std::size_t i = 0; i < size; ++i) value = value << 8U | next();
  return value;
}

void Bytes::change(std::string& text) {
  static constexpr std::array<std::string_view, 12> words{
      "\"",       "{",       "}",
      "[[[[[[[[", "\\u0000", "\\ud800",
      "null",     "-1",      "18446744073709551616",
      "1e999",    "\xFF",    "\"id\": \"\","};
  const std::size_t at = below(std::min<std::size_t>(text.size() + 1, 65'536));
  switch (below(4)) {
    case 0: text.resize(at); break;
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(next());
      break;
    case 2: text.insert(at, words[below(words.size())]); break;
    default: text.insert(at, text.substr(at, below(64))); break;
  }
}

std::string Bytes::changed(std::string text) {
  for (std::size_t left = below(8); left > 4; --left) change(text);
  return text;
}

std::string Bytes::filled(const std::string& text) {
  std::string filled;
  std::size_t from = 0;
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", from)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) break;
    filled += text.substr(from, at - from) + std::to_string(below(48));
    from = end + 1;
  }
  return filled + text.substr(from);
}

std::string Bytes::command(const Journey& journey) {
  if (journey.commands.empty()) return changed("{}");
  std::string text = filled(journey.commands[below(journey.commands.size())]);
  // The same command under many ids.
  const std::size_t id = text.find("\"id\":\"");
  if (id != std::string::npos) text.insert(id + 6, std::to_string(below(16)));
  return changed(std::move(text));
}

Request Bytes::request(const Journey& journey) {
  if (journey.payloads.empty()) return {};
  const Payload& payload = journey.payloads[below(journey.payloads.size())];
  Request request = payload.request;
  request.body = changed(filled(request.body));
  if (below(16) == 0) request.url = changed(request.url);
  if (payload.connection != nullptr && below(16) != 0) testing::sign(request, *payload.connection);
  return request;
}

std::string Bytes::question() {
  static constexpr std::array<std::string_view, 20> words{"configuration",
                                                          "contact",
                                                          "contacts_at",
                                                          "conversation",
                                                          "conversations",
                                                          "conversations_of",
                                                          "timeline",
                                                          "customer_view",
                                                          "notes",
                                                          "closures",
                                                          "interaction",
                                                          "case",
                                                          "case_by_protocol",
                                                          "callback",
                                                          "survey",
                                                          "work",
                                                          "place",
                                                          "agent",
                                                          "unsettled",
                                                          "changes_since"};
  nlohmann::json question{{"ask", words[below(words.size())]}};
  if (below(4) != 0) question["id"] = std::to_string(below(48));
  if (below(2) != 0) question["limit"] = below(1100);
  if (below(4) == 0) question["after"] = std::to_string(below(48));
  return changed(question.dump());
}

}  // namespace novelo::fuzz
