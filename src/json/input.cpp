// Inputs, their events and settlements, and what came of them.
#include <cstddef>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "json/fields.hpp"
#include "novelo/json.hpp"

namespace novelo {
namespace {

using codec::Json;
using codec::JsonReader;
using codec::Path;
using json_form::event_words;
using json_form::settlement_words;

// Reads the alternative that stands at `index`.
template <class Variant, std::size_t Next = 0>
Variant read_alternative(const Json& json, const Path& path, std::size_t index,
                         JsonReader& reader) {
  if constexpr (Next + 1 < std::variant_size_v<Variant>) {
    if (index != Next) return read_alternative<Variant, Next + 1>(json, path, index, reader);
  }
  Variant made(std::in_place_index<Next>);
  reader.read(json, path, std::get<Next>(made));
  return made;
}

// One member besides `also`, which says which alternative it is.
template <class Variant, std::size_t Size>
Variant read_variant(const Json& json, const Path& path,
                     const std::array<std::string_view, Size>& words, std::string_view also,
                     JsonReader& reader) {
  const auto remedy = [&] { return fmt::format("Give one of: {}.", fmt::join(words, ", ")); };
  if (!reader.is(json.is_object(), "an object", path)) return {};
  std::size_t found = Size;
  for (auto at = json.begin(); at != json.end(); ++at) {
    if (!also.empty() && at.key() == also) continue;
    const auto word = std::find(words.begin(), words.end(), at.key());
    const Path member(path, at.key());
    if (word == words.end()) {
      reader.blame("unknown_key", "There is no such member.", member, remedy());
    } else if (found != Size) {
      reader.blame("two_forms", "This is in two forms at once.", member, remedy());
    } else {
      found = static_cast<std::size_t>(word - words.begin());
    }
  }
  if (found == Size) reader.blame("missing_key", "A member must say what it is.", path, remedy());
  if (reader.fault()) return {};
  return read_alternative<Variant>(json[std::string(words[found])], Path(path, words[found]), found,
                                   reader);
}

template <class Variant, std::size_t Size>
Json write_variant(const Variant& variant, const std::array<std::string_view, Size>& words) {
  Json json = Json::object();
  json[std::string(words.at(variant.index()))] =
      std::visit([](const auto& value) { return codec::write_json(value); }, variant);
  return json;
}

DecodedEvent read_event_input(const Json& json, JsonReader& reader) {
  DecodedEvent input;
  if (const std::string* connection = json_form::text_member(json, "connection", reader)) {
    input.connection = ConnectionName(*connection);
  }
  if (json.size() > 2) reader.refuse_unknown(json, "", {"connection", "event"});
  if (reader.fault()) return input;
  input.event = read_variant<ChannelEvent>(json["event"], "event", event_words, {}, reader);
  return input;
}

SettleEffect read_settle_input(const Json& json, JsonReader& reader) {
  SettleEffect input;
  reader.read(json["settle"], "settle", input.effect);
  if (reader.fault()) return input;
  input.settlement = read_variant<Settlement>(json, "", settlement_words, "settle", reader);
  return input;
}

template <class T>
Result<T> taken(T value, const JsonReader& reader) {
  if (reader.fault()) return fail(*reader.fault());
  return value;
}

}  // namespace

const std::string* json_form::text_member(const Json& json, const char* name, JsonReader& reader) {
  const auto member = json.find(name);
  if (member == json.end()) {
    reader.blame("missing_key", "This member must be there.", name);
    return nullptr;
  }
  if (!reader.is(member->is_string(), "a text", name)) return nullptr;
  return &member->get_ref<const std::string&>();
}

Result<Settlement> settlement_from_json(const Json& json) {
  JsonReader reader;
  return taken(read_variant<Settlement>(json, "", settlement_words, {}, reader), reader);
}

Json to_json(const Settlement& settlement) {
  return write_variant(settlement, settlement_words);
}

Result<ChannelEvent> event_from_json(const Json& json) {
  JsonReader reader;
  return taken(read_variant<ChannelEvent>(json, "", event_words, {}, reader), reader);
}

Json to_json(const ChannelEvent& event) {
  return write_variant(event, event_words);
}

Result<Input> input_from_json(const Json& json) {
  JsonReader reader;
  if (json.contains("do")) {
    auto command = command_from_json(json);
    if (!command) return fail(std::move(command.error()));
    return std::move(*command);
  }
  if (json.contains("event")) return taken<Input>(read_event_input(json, reader), reader);
  if (json.contains("settle")) return taken<Input>(read_settle_input(json, reader), reader);
  constexpr const char* remedy =
      "A command has \"do\", an event \"event\", a settlement \"settle\".";
  if (reader.is(json.is_object(), "an object", "")) {
    reader.blame("missing_key", "A member must say what it is.", "", remedy);
  }
  return fail(*reader.fault());
}

Json to_json(const Input& input) {
  if (const auto* command = std::get_if<Command>(&input)) return to_json(*command);
  if (const auto* settle = std::get_if<SettleEffect>(&input)) {
    Json json = to_json(settle->settlement);
    json["settle"] = codec::write_json(settle->effect);
    return json;
  }
  const auto& event = std::get<DecodedEvent>(input);
  return {{"connection", codec::write_json(event.connection)}, {"event", to_json(event.event)}};
}

Result<Request> request_from_json(const Json& json) {
  JsonReader reader;
  Request request;
  reader.read(json, "", request);
  if (!reader.fault() && !json.contains("url") && !json.contains("url_b64")) {
    reader.blame("missing_key", "This member must be there.", "url");
  }
  return taken(std::move(request), reader);
}

Json to_json(const Request& request) {
  return codec::write_json(request, codec::Defaults::kept);
}

Json to_json(const Response& response) {
  return codec::write_json(response, codec::Defaults::kept);
}

Json to_json(const Result<Outcome>& result) {
  Json json = Json::object();
  if (result) {
    json["outcome"] = to_json(*result);
  } else {
    json["error"] = to_json(result.error());
  }
  return json;
}

Json to_json(const EventOutcome& outcome) {
  Json json = to_json(outcome.outcome);
  json["entries"] = outcome.entries;
  return json;
}

}  // namespace novelo
