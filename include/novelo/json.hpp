// JSON: what crosses the border of the engine, in one form. Over nlohmann::json; opt-in: nothing
// else includes it. docs/json.md is the page about it, docs/schema has a JSON Schema of each form.
//
// Ids are decimal strings, times RFC 3339 (any offset in, UTC out), durations "1h30m", addresses
// "phone:5541988887777", enums their words. Reading is strict: an unknown key, a wrong type or a
// missing command word is `invalid` with the path as subject. What is written leaves out members at
// their default, and may gain members in later versions.
//
//   request      {"method": "POST", "url": "/hooks/x", "headers": {"A": "b"}, "body": "..."}
//   input        a command, or {"connection": "meta", "event": {"message": {...}}}, or
//                {"settle": "12", "reply": {...}}, {"settle": "12", "done": {}}, ...
//   command      {"id": "c1", "actor": "joao", "do": "send_message", "conversation": "12", ...}
//   event        {"message": {...}}, {"receipt": ...}, {"call": ...} or {"unsupported": ...}
//   settlement   {"reply": {"status": 200, "headers": {"Retry-After": "30"}, "body": "..."}}, or
//                {"done": {"answer": ...}}, or {"failed": {"reason": "down", "retry": true}}
//   result       {"outcome": {...}} or {"error": {"code": "refused", "reason": ..., ...}}
//   entry, conversation, case, ...   the members of the struct by name
//
// `case_id` goes by "case", `template_name` by "template", `override_checks` by "override". No id
// and no address are null.
//
// Bytes (the bodies of requests, answers and replies) are a text where they are UTF-8, else base64
// under "body_b64" (a URL: "url_b64"; a header's value: {"b64": ...}): they read back as they were.
// Headers are an object, or a list of [name, value] where one is there twice; those of a request to
// a provider are an object, values of a repeated one behind each other. Every other text that is
// not UTF-8 is mended with U+FFFD, so that every value can be dumped.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "novelo/base/result.hpp"
#include "novelo/base/value.hpp"
#include "novelo/engine.hpp"
#include "novelo/model/callback.hpp"
#include "novelo/model/case.hpp"
#include "novelo/model/command.hpp"
#include "novelo/model/contact.hpp"
#include "novelo/model/conversation.hpp"
#include "novelo/model/effect.hpp"
#include "novelo/model/entry.hpp"
#include "novelo/model/event.hpp"
#include "novelo/model/interaction.hpp"
#include "novelo/model/survey.hpp"
#include "novelo/model/transport.hpp"
#include "novelo/model/work.hpp"
#include "novelo/query.hpp"
#include "novelo/router.hpp"

namespace novelo {

// Reads text with ceilings on nesting and length. Fails with `invalid`, the subject being line and
// column or a path, or with `limit` ("too_large"). A member that is there twice is refused, since
// JSON readers do not agree on which one counts.
Result<nlohmann::json> parse_json(std::string_view text, std::size_t depth,
                                  std::size_t bytes = std::numeric_limits<std::size_t>::max());

Result<Value> value_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Value& value);

// The word a command goes by: "send_message" for SendMessage.
std::string_view command_word(const CommandBody& body);
// "id" and "do" must be there; everything else keeps its default when it is not.
Result<Command> command_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Command& command);

Result<Settlement> settlement_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Settlement& settlement);

Result<ChannelEvent> event_from_json(const nlohmann::json& json);
nlohmann::json to_json(const ChannelEvent& event);

// A command has "do", an event "event", a settlement "settle".
Result<Input> input_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Input& input);

// "url" must be there.
Result<Request> request_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Request& request);
// Every member, those at their default too.
nlohmann::json to_json(const Response& response);

nlohmann::json to_json(const Result<Outcome>& result);
// As a result, with "entries".
nlohmann::json to_json(const EventOutcome& outcome);

nlohmann::json to_json(const Error& error);
nlohmann::json to_json(const Outcome& outcome);
nlohmann::json to_json(const Content& content);
nlohmann::json to_json(const ContactRecord& contact);
nlohmann::json to_json(const ConversationRecord& conversation);
nlohmann::json to_json(const Closure& closure);
nlohmann::json to_json(const Interaction& interaction);
nlohmann::json to_json(const Entry& entry);
nlohmann::json to_json(const Note& note);
nlohmann::json to_json(const CaseRecord& value);
nlohmann::json to_json(const Callback& callback);
nlohmann::json to_json(const Survey& survey);
nlohmann::json to_json(const WorkRecord& work);
nlohmann::json to_json(const AgentRecord& agent);
nlohmann::json to_json(const Handout& handout);
nlohmann::json to_json(const Signal& signal);
nlohmann::json to_json(const TransportRequest& request);
nlohmann::json to_json(const Effect& effect);
nlohmann::json to_json(const Quarantined& row);
nlohmann::json to_json(const HeldSend& held);
nlohmann::json to_json(const CustomerEntry& entry);
nlohmann::json to_json(const RouterPlace& place);
nlohmann::json to_json(const RouterExplanation& explanation);

}  // namespace novelo
