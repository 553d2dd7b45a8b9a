#include "novelo/json.hpp"

#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "codec/json.hpp"
#include "config/document.hpp"
#include "json/fields.hpp"
#include "model/command_words.hpp"
#include "novelo/base/digest.hpp"

namespace novelo {
namespace {

// The body of the command whose word stands at `index`.
template <std::size_t Next = 0>
CommandBody body_at(std::size_t index) {
  if constexpr (Next + 1 < std::variant_size_v<CommandBody>) {
    if (index != Next) return body_at<Next + 1>(index);
  }
  return CommandBody(std::in_place_index<Next>);
}

CommandBody read_body(const nlohmann::json& json, std::size_t word, codec::JsonReader& reader) {
  CommandBody body = body_at(word);
  std::visit(
      [&](auto& command) {
        reader.read_members(json, "", command, {"id", "actor", "do"});
      },
      body);
  return body;
}

nlohmann::json headers_json(const std::vector<Header>& headers) {
  nlohmann::json json = nlohmann::json::object();
  for (const Header& header : headers) {
    const auto known = json.find(codec::mended(header.name));
    if (known == json.end()) {
      json[codec::mended(header.name)] = codec::mended(header.value);
    } else {
      // RFC 9110, section 5.3: a repeated field is one with its values behind each other.
      *known = known->get<std::string>() + ", " + codec::mended(header.value);
    }
  }
  return json;
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text, std::size_t depth, std::size_t bytes) {
  if (text.size() > bytes) {
    return fail({ErrorCode::limit, "too_large", fmt::format("This is longer than {} bytes.", bytes),
                 "document", "Send less at a time."});
  }
  return config::read_document(text, depth);
}

Result<Value> value_from_json(const nlohmann::json& json) {
  codec::JsonReader reader;
  Value value;
  reader.read(json, "", value);
  if (reader.fault()) return fail(*reader.fault());
  return value;
}

nlohmann::json to_json(const Value& value) {
  return codec::write_json(value);
}

Result<Command> command_from_json(const nlohmann::json& json) {
  codec::JsonReader reader;
  Command command;
  if (!json.is_object()) {
    reader.blame("wrong_type", "A command is an object.", "");
    return fail(*reader.fault());
  }
  const std::string* const word = json_form::text_member(json, "do", reader);
  const std::string* const id = json_form::text_member(json, "id", reader);
  if (const auto actor = json.find("actor"); actor != json.end()) {
    reader.read(*actor, "actor", command.actor);
  }
  if (reader.fault()) return fail(*reader.fault());
  command.id = *id;
  for (std::size_t i = 0; i < command_words.size(); ++i) {
    if (command_words[i] != *word) continue;
    command.body = read_body(json, i, reader);
    if (reader.fault()) return fail(*reader.fault());
    return command;
  }
  reader.blame("unknown_command", "There is no such command.", "do",
               fmt::format("There are: {}.", fmt::join(command_words, ", ")));
  return fail(*reader.fault());
}

nlohmann::json to_json(const Command& command) {
  nlohmann::json json =
      std::visit([](const auto& body) { return codec::write_json(body); }, command.body);
  json["id"] = codec::mended(command.id);
  if (!command.actor.empty()) json["actor"] = codec::mended(command.actor.text());
  json["do"] = std::string(command_word(command.body));
  return json;
}

nlohmann::json to_json(const Error& error) {
  return codec::write_json(error);
}
nlohmann::json to_json(const Outcome& outcome) {
  return codec::write_json(outcome);
}
nlohmann::json to_json(const Content& content) {
  return codec::write_json(content);
}
nlohmann::json to_json(const ContactRecord& contact) {
  return codec::write_json(contact);
}
nlohmann::json to_json(const ConversationRecord& value) {
  return codec::write_json(value);
}
nlohmann::json to_json(const Closure& closure) {
  return codec::write_json(closure);
}
nlohmann::json to_json(const Interaction& value) {
  return codec::write_json(value);
}
nlohmann::json to_json(const Entry& entry) {
  return codec::write_json(entry);
}
nlohmann::json to_json(const Note& note) {
  return codec::write_json(note);
}
nlohmann::json to_json(const CaseRecord& value) {
  return codec::write_json(value);
}
nlohmann::json to_json(const Callback& callback) {
  return codec::write_json(callback);
}
nlohmann::json to_json(const Survey& survey) {
  return codec::write_json(survey);
}
nlohmann::json to_json(const WorkRecord& work) {
  return codec::write_json(work);
}
nlohmann::json to_json(const AgentRecord& agent) {
  return codec::write_json(agent);
}
nlohmann::json to_json(const Signal& signal) {
  return codec::write_json(signal);
}

nlohmann::json to_json(const TransportRequest& request) {
  nlohmann::json json{{"method", codec::mended(request.method)},
                      {"url", codec::mended(request.url)},
                      {"headers", headers_json(request.headers)}};
  if (codec::is_utf8(request.body)) {
    json["body"] = request.body;
  } else {
    json["body_b64"] = to_base64(request.body);
  }
  if (request.authorization != Authorization{}) {
    json["authorization"] = codec::write_json(request.authorization);
  }
  if (!request.idempotency_key.empty()) {
    json["idempotency_key"] = codec::mended(request.idempotency_key);
  }
  return json;
}

nlohmann::json to_json(const Handout& handout) {
  nlohmann::json json{{"id", std::to_string(handout.id.value())},
                      {"kind", std::string(to_string(handout.kind))},
                      {"attempt", handout.attempt}};
  if (!handout.connection.empty()) json["connection"] = codec::mended(handout.connection.text());
  if (handout.request) json["request"] = to_json(*handout.request);
  if (!handout.agent.empty()) json["agent"] = codec::mended(handout.agent.text());
  if (!handout.body.empty()) json["body"] = codec::write_json(handout.body);
  if (handout.maybe_done) json["maybe_done"] = true;
  if (!handout.warnings.empty()) json["warnings"] = codec::write_json(handout.warnings);
  return json;
}

nlohmann::json to_json(const Effect& effect) {
  return codec::write_json(effect);
}
nlohmann::json to_json(const Quarantined& row) {
  return codec::write_json(row);
}
nlohmann::json to_json(const HeldSend& held) {
  return codec::write_json(held);
}
nlohmann::json to_json(const CustomerEntry& entry) {
  return codec::write_json(entry);
}
nlohmann::json to_json(const RouterPlace& place) {
  return codec::write_json(place, codec::Defaults::kept);
}
nlohmann::json to_json(const RouterExplanation& explanation) {
  return codec::write_json(explanation);
}
nlohmann::json to_json(const Metrics& metrics) {
  return codec::write_json(metrics, codec::Defaults::kept);
}
nlohmann::json to_json(const LogLine& line) {
  return codec::write_json(line);
}

}  // namespace novelo
