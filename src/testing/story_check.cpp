#include "testing/story_check.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "novelo/engine.hpp"
#include "novelo/json.hpp"
#include "testing/labels.hpp"
#include "testing/match.hpp"
#include "testing/things.hpp"

namespace novelo::testing {
namespace {

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

template <class Record>
const Value& known_members() {
  static const Value known = whole(Record{});
  return known;
}

void check_label(const std::string& text, const std::string& path, JsonReader& reader) {
  if (label_name(text).empty()) {
    reader.blame("bad_label", "Here stands a label: \"$\" and a name of a-z, 0-9, _ and dots.",
                 path);
  }
}

void check_effect(const EffectMatch& effect, const std::string& path, JsonReader& reader) {
  if (!effect.as.empty()) check_label(effect.as, member_path(path, "as"), reader);
  for (const auto& [label, how] : effect.capture) {
    const std::string at = member_path(member_path(path, "capture"), label);
    check_label(label, at, reader);
    if (const auto* expression = how.as_text()) {
      const Found tried = find_regex(*expression, "");
      if (!tried.error.empty()) reader.blame("bad_regex", tried.error, at);
    } else if (how["path"].as_text() == nullptr || how.as_map()->size() != 1) {
      reader.blame("bad_capture", "Here stands a regular expression, or {\"path\": \"offer\"}.",
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

void check_list(const Values& list, const Value& known, const std::string& path,
                JsonReader& reader) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    check_members(list[i], known, item_path(path, i), reader);
  }
}

void check_things(const Things& things, const Value& known, const std::string& path,
                  JsonReader& reader) {
  for (const auto& [thing, expected] : things) {
    check_members(expected, known, member_path(path, thing), reader);
  }
}

void check_thing_lists(const ThingLists& things, const Value& known, const std::string& path,
                       JsonReader& reader) {
  for (const auto& [thing, list] : things) {
    check_list(list, known, member_path(path, thing), reader);
  }
}

void check_expect(const ExpectSpec& expect, const std::string& path, JsonReader& reader) {
  const auto at = [&](std::string_view name) { return member_path(path, name); };
  check_effects(expect.effects, at("effects"), reader);
  check_effects(expect.no_effects, at("no_effects"), reader);
  if (expect.unsettled) check_effects(*expect.unsettled, at("unsettled"), reader);
  check_list(expect.entries, known_members<Entry>(), at("entries"), reader);
  check_list(expect.no_entries, known_members<Entry>(), at("no_entries"), reader);
  check_list(expect.signals, known_members<Signal>(), at("signals"), reader);
  check_things(expect.contact, known_members<ContactRecord>(), at("contact"), reader);
  check_things(expect.conversation, known_members<ConversationRecord>(), at("conversation"),
               reader);
  check_things(expect.interaction, known_members<Interaction>(), at("interaction"), reader);
  check_things(expect.matter, known_members<CaseRecord>(), at("case"), reader);
  check_things(expect.callback, known_members<Callback>(), at("callback"), reader);
  check_things(expect.survey, known_members<Survey>(), at("survey"), reader);
  check_things(expect.work, known_members<WorkRecord>(), at("work"), reader);
  check_things(expect.place, known_members<RouterPlace>(), at("place"), reader);
  check_things(expect.agent, known_members<AgentRecord>(), at("agent"), reader);
  check_thing_lists(expect.timeline, known_members<Entry>(), at("timeline"), reader);
  check_thing_lists(expect.customer_view, known_members<CustomerEntry>(), at("customer_view"),
                    reader);
  check_thing_lists(expect.notes, known_members<Note>(), at("notes"), reader);
  check_thing_lists(expect.closures, known_members<Closure>(), at("closures"), reader);
  if (expect.error) {
    if (expect.answer || expect.outcome) {
      reader.blame("contradiction", "A refused step has no answer and no outcome.", at("error"));
    }
    check_members(*expect.error, known_members<Error>(), at("error"), reader);
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

void check_bindings(const StepSpec& step, const std::string& path, JsonReader& reader) {
  for (const auto& [member, label] : step.as) {
    const std::string at = member_path(member_path(path, "as"), member);
    check_label(label, at, reader);
    if (member.starts_with("details.")) continue;
    check_members(Value(Value::Map{{member, Value()}}), known_members<Outcome>(),
                  member_path(path, "as"), reader);
  }
  for (const auto& [label, query] : step.find) {
    const std::string at = member_path(member_path(path, "find"), label);
    check_label(label, at, reader);
    if (query.size() != 1 || !is_thing_kind(query.begin()->first)) {
      reader.blame("bad_find", "Here stands one member: what is looked for, and where.", at,
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
      reader.blame("bad_answer", "Here stands {\"answer\": ...} or {\"failed\": {...}}.",
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
  const int acts =
      (step.receive ? 1 : 0) + (step.command ? 1 : 0) + (step.settle ? 1 : 0) + (step.wait ? 1 : 0);
  if (acts > 1) {
    reader.blame("contradiction", "A step does one thing.", path,
                 "Give one of: receive, command, settle, wait; or only expect.");
  }
  if (acts == 0 && !step.expect && step.find.empty()) {
    reader.blame("missing_key", "This step does nothing.", path,
                 "Give one of: receive, command, settle, wait, expect.");
  }
  if (step.receive) {
    check_receive(*step.receive, member_path(path, "receive"), configuration, reader);
  }
  if (step.command) check_commands(*step.command, member_path(path, "command"), reader);
  if (step.settle) check_settle(*step.settle, member_path(path, "settle"), reader);
  check_bindings(step, path, reader);
  if (step.host) check_host(*step.host, member_path(path, "host"), reader);
  if (step.expect) check_expect(*step.expect, member_path(path, "expect"), reader);
}

}  // namespace novelo::testing
