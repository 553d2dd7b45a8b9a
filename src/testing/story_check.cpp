#include "testing/story_check.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "codec/border_fields.hpp"
#include "codec/words.hpp"
#include "novelo/engine.hpp"
#include "novelo/json.hpp"
#include "recorder/exact.hpp"
#include "testing/labels.hpp"
#include "testing/match.hpp"
#include "testing/things.hpp"

namespace novelo::testing {
namespace {

using codec::fields;
using codec::item_path;
using codec::JsonReader;
using codec::member_path;

// A member that no record of this kind has would match nothing, and a null in it would match
// always.
void check_members(const Value& expected, const Value& known, const std::string& path,
                   JsonReader& reader) {
  const auto* map = expected.as_map();
  const auto* members = known.as_map();
  if (map == nullptr || members == nullptr || members->empty() || is_operator(expected)) return;
  for (const auto& [key, value] : *map) {
    const auto member = members->find(key);
    if (member == members->end()) {
      std::string all;
      for (const auto& [name, item] : *members) all += (all.empty() ? "" : ", ") + name;
      return reader.blame("unknown_key", "There is no such member.", member_path(path, key),
                          "It may have: " + all + ".");
    }
    check_members(value, member->second, member_path(path, key), reader);
  }
}

// --- what can never match ------------------------------------------------------------------------

bool has_label(const Value& value) {
  const auto* text = value.as_text();
  return text != nullptr && (!label_name(*text).empty() || text->find("${") != std::string::npos);
}

bool is_ordered(const Value& value) {
  if (value.as_int() != nullptr || value.as_double() != nullptr || has_label(value)) return true;
  return value.as_text() != nullptr && parse_timestamp(*value.as_text()).has_value();
}

// Why an operator with this operand could hold of nothing; "" when it could.
std::string fault_of(std::string_view op, const Value& operand) {
  if (op == "not" || has_label(operand)) return {};
  if (op == "any_of" || op == "has") return operand.as_list() == nullptr ? "a list" : "";
  if (op == "count") {
    return operand.as_int() == nullptr && !is_operator(operand) ? "a whole number" : "";
  }
  if (op != "matches") return is_ordered(operand) ? "" : "a number or a time";
  if (operand.as_text() == nullptr) return "a regular expression";
  const std::string error = find_regex(*operand.as_text(), "").error;
  return error.empty() ? "" : fmt::format("a regular expression ({})", error);
}

// Operators in anything that is expected, as deep as they stand.
void check_operators(const Value& expected, const std::string& path, JsonReader& reader) {
  if (const auto* list = expected.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      check_operators((*list)[i], item_path(path, i), reader);
    }
  } else if (const auto* map = expected.as_map()) {
    const bool operators = is_operator(expected);
    for (const auto& [key, value] : *map) {
      const std::string at = member_path(path, key);
      const std::string wanted = operators ? fault_of(key, value) : std::string();
      if (!wanted.empty()) {
        reader.blame("bad_operator", fmt::format("Behind \"{}\" stands {}.", key, wanted), at);
      }
      check_operators(value, at, reader);
    }
  }
}

void check_operators(const std::optional<Value>& expected, const std::string& path,
                     JsonReader& reader) {
  if (expected) check_operators(*expected, path, reader);
}

// --- what is expected ----------------------------------------------------------------------------

// What there is of a kind of record.
struct Known {
  Value members;
  Value words;  // of its members that take one word of a few
};

// The words of every member that is an enumeration, by its name.
class Words {
 public:
  template <class T>
  void operator()(std::string_view name, const T& member) {
    if constexpr (std::is_enum_v<T>) {
      Value::List list;
      for (const auto& [value, word] : codec::words_of<T>()) list.emplace_back(std::string(word));
      found_[std::string(name)] = Value(std::move(list));
    } else if constexpr (requires(Words & words) { fields(words, member); }) {
      Words inner;
      fields(inner, member);
      found_[std::string(name)] = inner.take();
    }
  }
  template <class Text>
  void operator()(std::string_view, codec::AsBytes<Text>) {}
  Value take() { return Value(std::move(found_)); }

 private:
  Value::Map found_;
};

template <class Record>
const Known& known_of() {
  static const Known known = [] {
    const Record record{};
    Words words;
    fields(words, record);
    return Known{whole(record), words.take()};
  }();
  return known;
}

// A word that is none would match nothing, and its absence always.
void check_words(const Value& expected, const Value& words, const std::string& path,
                 JsonReader& reader) {
  const auto* map = expected.as_map();
  if (const auto* members = words.as_map()) {
    if (map == nullptr || is_operator(expected)) return;
    for (const auto& [key, value] : *map) {
      const auto known = members->find(key);
      if (known != members->end())
        check_words(value, known->second, member_path(path, key), reader);
    }
    return;
  }
  if (map != nullptr) {
    for (const char* op : {"any_of", "not"}) {
      if (map->contains(op)) check_words(map->at(op), words, member_path(path, op), reader);
    }
  } else if (const auto* list = expected.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      check_words((*list)[i], words, item_path(path, i), reader);
    }
  } else if (const auto* word = expected.as_text()) {
    if (word->starts_with('~') || has_label(expected)) return;  // a part of one, or one of several
    const auto& all = *words.as_list();
    if (std::find(all.begin(), all.end(), expected) != all.end()) return;
    std::string remedy;
    for (const Value& word : all) remedy += (remedy.empty() ? "" : ", ") + word.to_text();
    reader.blame("unknown_word", "There is no such word here.", path,
                 "Write one of " + remedy + ".");
  }
}

void check_label(const std::string& text, const std::string& path, JsonReader& reader) {
  if (label_name(text).empty()) {
    reader.blame("bad_label", "This must be a label: \"$\" and a name of a-z, 0-9, _ and dots.",
                 path);
  }
}

void check_request(const RequestMatch& request, const std::string& path, JsonReader& reader) {
  for (const auto& [name, value] :
       {std::pair("method", &request.method), std::pair("url", &request.url),
        std::pair("authorization", &request.authorization),
        std::pair("idempotency_key", &request.idempotency_key), std::pair("body", &request.body)}) {
    check_operators(*value, member_path(path, name), reader);
  }
  for (const auto& [name, map] :
       {std::pair("headers", &request.headers), std::pair("form", &request.form),
        std::pair("mail", &request.mail)}) {
    if (*map) check_operators(Value(**map), member_path(path, name), reader);
  }
}

void check_contains(const Value& contains, const std::string& path, JsonReader& reader) {
  const auto* list = contains.as_list();
  const Value::List parts = list != nullptr ? *list : Value::List{contains};
  const bool texts = std::all_of(parts.begin(), parts.end(),
                                 [](const Value& part) { return part.as_text() != nullptr; });
  if (!texts) reader.blame("wrong_type", "This must be a text, or a list of texts.", path);
}

void check_effect(const EffectMatch& effect, const std::string& path, JsonReader& reader) {
  for (const auto& [name, value] :
       {std::pair("kind", &effect.kind), std::pair("connection", &effect.connection),
        std::pair("agent", &effect.agent), std::pair("attempt", &effect.attempt),
        std::pair("body", &effect.body), std::pair("warnings", &effect.warnings)}) {
    check_operators(*value, member_path(path, name), reader);
  }
  if (effect.request) check_request(*effect.request, member_path(path, "request"), reader);
  if (effect.contains) check_contains(*effect.contains, member_path(path, "contains"), reader);
  if (!effect.as.empty()) check_label(effect.as, member_path(path, "as"), reader);
  for (const auto& [label, how] : effect.capture) {
    const std::string at = member_path(member_path(path, "capture"), label);
    check_label(label, at, reader);
    if (const auto* expression = how.as_text()) {
      const Found tried = find_regex(*expression, "");
      if (!tried.error.empty()) reader.blame("bad_regex", tried.error, at);
    } else if (how["path"].as_text() == nullptr || how.as_map()->size() != 1) {
      reader.blame("bad_capture", "This must be a regular expression, or {\"path\": \"offer\"}.",
                   at);
    }
  }
}

void check_effects(const std::vector<EffectMatch>& effects, const std::string& path,
                   JsonReader& reader) {
  for (std::size_t i = 0; i < effects.size(); ++i) {
    check_effect(effects[i], item_path(path, i), reader);
  }
}

void check_record(const Value& expected, const Known& known, const std::string& path,
                  JsonReader& reader) {
  check_members(expected, known.members, path, reader);
  check_words(expected, known.words, path, reader);
  check_operators(expected, path, reader);
}

// Records, or an operator for all of them. Where there may be none at all, null is that.
void check_records(const std::optional<Value>& list, const Known& known, const std::string& path,
                   JsonReader& reader) {
  if (!list || list->is_null()) return;
  const auto* items = list->as_list();
  if (items == nullptr) {
    if (!is_operator(*list)) {
      return reader.blame("wrong_type", "This must be a list, or an operator for all of it.", path,
                          "For instance {\"count\": 2} or {\"has\": [...]}.");
    }
    return check_operators(*list, path, reader);
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    check_record((*items)[i], known, item_path(path, i), reader);
  }
}

void check_things(const Things& things, const Known& known, const std::string& path,
                  JsonReader& reader) {
  for (const auto& [thing, expected] : things) {
    check_record(expected, known, member_path(path, thing), reader);
  }
}

void check_thing_lists(const Things& things, const Known& known, const std::string& path,
                       JsonReader& reader) {
  for (const auto& [thing, list] : things) {
    check_records(list, known, member_path(path, thing), reader);
  }
}

// A row of the quarantine, as `Catalogue::quarantine` shows it.
const Known& known_quarantine() {
  static const Known known{quarantine_row(Quarantined{}), Value(Value::Map())};
  return known;
}

void check_expected_things(const ExpectSpec& expect, const std::string& path, JsonReader& reader) {
  const auto at = [&](std::string_view name) { return member_path(path, name); };
  check_things(expect.contact, known_of<ContactRecord>(), at("contact"), reader);
  check_things(expect.conversation, known_of<ConversationRecord>(), at("conversation"), reader);
  check_things(expect.interaction, known_of<Interaction>(), at("interaction"), reader);
  check_things(expect.matter, known_of<CaseRecord>(), at("case"), reader);
  check_things(expect.callback, known_of<Callback>(), at("callback"), reader);
  check_things(expect.survey, known_of<Survey>(), at("survey"), reader);
  check_things(expect.work, known_of<WorkRecord>(), at("work"), reader);
  check_things(expect.place, known_of<RouterPlace>(), at("place"), reader);
  check_things(expect.agent, known_of<AgentRecord>(), at("agent"), reader);
  check_thing_lists(expect.timeline, known_of<Entry>(), at("timeline"), reader);
  check_thing_lists(expect.customer_view, known_of<CustomerEntry>(), at("customer_view"), reader);
  check_thing_lists(expect.notes, known_of<Note>(), at("notes"), reader);
  check_thing_lists(expect.closures, known_of<Closure>(), at("closures"), reader);
  check_records(expect.quarantine, known_quarantine(), at("quarantine"), reader);
}

void check_expect(const ExpectSpec& expect, const std::string& path, JsonReader& reader) {
  const auto at = [&](std::string_view name) { return member_path(path, name); };
  if (expect.effects) check_effects(*expect.effects, at("effects"), reader);
  check_effects(expect.no_effects, at("no_effects"), reader);
  if (expect.unsettled) check_effects(*expect.unsettled, at("unsettled"), reader);
  check_records(expect.entries, known_of<Entry>(), at("entries"), reader);
  check_records(Value(expect.no_entries), known_of<Entry>(), at("no_entries"), reader);
  check_records(expect.signals, known_of<Signal>(), at("signals"), reader);
  check_expected_things(expect, path, reader);
  check_operators(expect.answer, at("answer"), reader);
  if (expect.outcome) {
    check_record(*expect.outcome, known_of<Outcome>(), at("outcome"), reader);
  }
  if (expect.error) {
    if (expect.error->is_null()) {
      reader.blame("wrong_type", "This must be what the refusal looks like.", at("error"),
                   "Leave it out: a step is to be taken unless it says otherwise.");
    }
    if (expect.answer || expect.outcome) {
      reader.blame("contradiction", "A refused step has no answer and no outcome.", at("error"));
    }
    check_record(*expect.error, known_of<Error>(), at("error"), reader);
  }
}

void check_receive(const ReceiveSpec& receive, const std::string& path,
                   const Configuration& configuration, JsonReader& reader) {
  const int bodies = (receive.body ? 1 : 0) + (receive.form ? 1 : 0) +
                     (receive.lines.empty() ? 0 : 1) + (receive.file.empty() ? 0 : 1);
  if (bodies > 1) {
    reader.blame("contradiction", "A payload has one body.", path,
                 "Give one of: body, form, lines, file.");
  }
  if (receive.times < 1 || receive.times > 1000) {
    reader.blame("out_of_range", "A payload comes 1 to 1000 times.", member_path(path, "times"));
  }
  const bool named = !receive.connection.empty();
  if (named && configuration.connection(ConnectionName(receive.connection)) == nullptr) {
    reader.blame("unknown_name", "The configuration has no such connection.",
                 member_path(path, "connection"));
  } else if (!named && receive.path.empty()) {
    reader.blame("missing_key", "This member must be there.", member_path(path, "connection"),
                 "Name a connection, or give a path.");
  }
  for (const auto& [name, value] : receive.with) {
    check_label("$" + name, member_path(member_path(path, "with"), name), reader);
  }
}

// A command is read again with its labels filled in; here only its word and its members are looked
// at.
void check_command(const Value& command, const std::string& path, JsonReader& reader) {
  const auto* word = command["do"].as_text();
  if (word == nullptr) {
    return reader.blame("missing_key", "This member must be there.", member_path(path, "do"));
  }
  nlohmann::json probe{{"id", "probe"}, {"do", *word}};
  if (const auto known = command_from_json(probe); !known) {
    return reader.blame(known.error().reason, known.error().message, member_path(path, "do"),
                        known.error().remedy);
  }
  for (const auto& [key, value] : *command.as_map()) {
    if (key == "id" || key == "actor" || key == "do") continue;
    nlohmann::json with = probe;
    with[key] = nullptr;
    const auto read = command_from_json(with);
    if (!read && read.error().reason == "unknown_key") {
      reader.blame("unknown_key", "There is no such member.", member_path(path, key),
                   read.error().remedy);
    }
  }
}

void check_commands(const Value& command, const std::string& path, JsonReader& reader) {
  if (const auto* list = command.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      check_command((*list)[i], item_path(path, i), reader);
    }
  } else {
    check_command(command, path, reader);
  }
}

void check_settle(const SettleSpec& settle, const std::string& path, JsonReader& reader) {
  const int outcomes = (settle.reply ? 1 : 0) + (settle.done ? 1 : 0) + (settle.failed ? 1 : 0);
  if (outcomes != 1) {
    reader.blame("missing_key", "A settlement says what came of the effect.", path,
                 "Give one of: reply, done, failed.");
  }
  if (settle.which.empty() == !settle.effect.has_value()) {
    reader.blame("missing_key", "A settlement names one effect.", path,
                 "Give either which (\"$label\") or effect (what it looks like).");
  }
  if (!settle.which.empty()) check_label(settle.which, member_path(path, "which"), reader);
  if (settle.effect) check_effect(*settle.effect, member_path(path, "effect"), reader);
}

void check_call(const CallSpec& call, const std::string& path, JsonReader& reader) {
  const int calls = (call.receive ? 1 : 0) + (call.feed ? 1 : 0) + (call.feed_time ? 1 : 0) +
                    (call.poll ? 1 : 0) + (call.open ? 1 : 0);
  if (calls > 1) {
    reader.blame("contradiction", "This must be one call of the engine.", path,
                 "Give one of: receive, feed, feed_time, poll, open; or none.");
  }
  if (call.receive) {
    if (const auto request = recording::request_of(*call.receive); !request) {
      reader.blame(request.error().reason, request.error().message, member_path(path, "receive"),
                   request.error().remedy);
    }
  }
  for (std::size_t i = 0; call.feed && i < call.feed->size(); ++i) {
    if (const auto input = recording::input_of((*call.feed)[i]); !input) {
      reader.blame(input.error().reason, input.error().message,
                   item_path(member_path(path, "feed"), i), input.error().remedy);
    }
  }
}

void check_bindings(const StepSpec& step, const std::string& path, JsonReader& reader) {
  for (const auto& [member, label] : step.as) {
    const std::string at = member_path(member_path(path, "as"), member);
    check_label(label, at, reader);
    if (member.starts_with("details.")) continue;
    check_members(Value(Value::Map{{member, Value()}}), known_of<Outcome>().members,
                  member_path(path, "as"), reader);
  }
  for (const auto& [label, query] : step.find) {
    const std::string at = member_path(member_path(path, "find"), label);
    check_label(label, at, reader);
    if (query.size() != 1 || !is_thing_kind(query.begin()->first)) {
      reader.blame("bad_find", "This must be one member: what is looked for, and where.", at,
                   "For instance {\"conversation\": \"phone:5541988887777\"}. " + thing_kinds());
    }
  }
}

}  // namespace

void check_host(const HostSpec& host, const std::string& path, JsonReader& reader) {
  for (const auto& [name, answer] : host.actions) {
    const auto* map = answer.as_map();
    const bool good =
        map != nullptr && map->size() == 1 && (map->contains("answer") || map->contains("failed"));
    if (!good) {
      reader.blame("bad_answer", "This must be {\"answer\": ...} or {\"failed\": {...}}.",
                   member_path(member_path(path, "actions"), name));
    }
  }
  for (const auto& [connection, reply] : host.replies) {
    const auto read = settlement_from_json({{"reply", to_json(reply)}});
    if (!read) {
      reader.blame(read.error().reason, read.error().message,
                   member_path(member_path(path, "replies"), connection), read.error().remedy);
    }
  }
}

void check_step(const StepSpec& step, const std::string& path, const Configuration& configuration,
                JsonReader& reader) {
  const int acts = (step.receive ? 1 : 0) + (step.command ? 1 : 0) + (step.settle ? 1 : 0) +
                   (step.wait ? 1 : 0) + (step.call ? 1 : 0);
  if (acts > 1) {
    reader.blame("contradiction", "A step does one thing.", path,
                 "Give one of: receive, command, settle, wait, call; or only expect.");
  }
  if (acts == 0 && !step.expect && step.find.empty()) {
    reader.blame("missing_key", "This step does nothing.", path,
                 "Give one of: receive, command, settle, wait, call, expect.");
  }
  if (step.receive) {
    check_receive(*step.receive, member_path(path, "receive"), configuration, reader);
  }
  if (step.command) check_commands(*step.command, member_path(path, "command"), reader);
  if (step.settle) check_settle(*step.settle, member_path(path, "settle"), reader);
  if (step.call) check_call(*step.call, member_path(path, "call"), reader);
  check_bindings(step, path, reader);
  if (step.host) check_host(*step.host, member_path(path, "host"), reader);
  if (step.expect) check_expect(*step.expect, member_path(path, "expect"), reader);
}

}  // namespace novelo::testing
