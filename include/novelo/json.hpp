// JSON: commands and settlements in; records, handouts and signals out. Over nlohmann::json;
// opt-in: nothing else includes it.
//
// Ids are decimal strings, times RFC 3339 (any offset in, UTC out), durations "1h30m", addresses
// "phone:5541988887777", enums their words. Reading is strict: an unknown key, a wrong type or a
// missing command word is `invalid` with the path as subject. Members at their default are left out
// when writing.
//
//   command      {"id": "c1", "actor": "joao", "do": "send_message", "conversation": "12", ...}
//   settlement   {"reply": {"status": 200, "headers": {"Retry-After": "30"}, "body": "..."}}, or
//                {"done": {"answer": ...}}, or {"failed": {"reason": "down", "retry": true}}
//   entry, conversation, case, ...   the members of the struct by name
//
// `case_id` goes by "case", `template_name` by "template", `override_checks` by "override". Headers
// are an object; values of a repeated one stand behind each other. No id and no address are null.
// Texts that are not UTF-8 are mended with U+FFFD, so that every value can be dumped.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "novelo/base/result.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/callback.hpp"
#include "novelo/model/case.hpp"
#include "novelo/model/command.hpp"
#include "novelo/model/contact.hpp"
#include "novelo/model/conversation.hpp"
#include "novelo/model/effect.hpp"
#include "novelo/model/entry.hpp"
#include "novelo/model/interaction.hpp"
#include "novelo/model/survey.hpp"
#include "novelo/model/work.hpp"

namespace novelo {

// Reads text with a ceiling on nesting; fails with `invalid`, the subject being line and column. A
// member that is there twice is refused, since JSON readers do not agree on which one counts.
Result<nlohmann::json> parse_json(std::string_view text, std::size_t depth);

Result<Value> value_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Value& value);

// "id" and "do" must be there; everything else keeps its default when it is not.
Result<Command> command_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Command& command);

Result<Settlement> settlement_from_json(const nlohmann::json& json);

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

}  // namespace novelo
