// The tables of docs/flows.md against the reader: every member that it knows is there, and those in
// bold are the ones that must be given.
#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "novelo/flow_engine.hpp"
#include "support/payloads.hpp"

namespace {

using namespace novelo;
using Json = nlohmann::json;
using Keys = std::set<std::string>;

struct Table {
  Keys required;
  Keys all;
};

// The first table under a heading, and any further one before the next heading whose first column
// is called "member".
Table table_under(const std::string& heading) {
  const std::string page = testing_support::read_source("docs/flows.md");
  const std::size_t begin = page.find("\n" + heading + "\n");
  REQUIRE_MESSAGE(begin != std::string::npos, heading);
  const std::string text = page.substr(begin + 1, page.find("\n##", begin + 1) - begin - 1);
  Table table;
  bool keys = false;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::string line = text.substr(from, text.find('\n', from) - from);
    from += line.size() + 1;
    if (!line.starts_with("|")) keys = false;
    if (line.starts_with("| member |")) keys = true;
    if (!keys || line.starts_with("| member |")) continue;
    const std::string cell = line.substr(0, line.find('|', 1));
    const std::regex name("(\\*\\*)?`([a-z_]+)`");
    for (std::sregex_iterator found(cell.begin(), cell.end(), name), none; found != none; ++found) {
      table.all.insert((*found)[2].str());
      if ((*found)[1].matched) table.required.insert((*found)[2].str());
    }
  }
  REQUIRE_FALSE(table.all.empty());
  return table;
}

std::string faults_of(const Json& flow) {
  const FlowSource source{"f", flow.dump()};
  const auto engine = FlowEngine::load({&source, 1});
  return engine ? std::string() : engine.error().subject + ": " + engine.error().message;
}

Json flow_with(const Json& step) {
  return {{"flow", "f"},
          {"version", 1},
          {"locales", {"en"}},
          {"start", "a"},
          {"steps", {{"a", step}, {"end", {{"kind", "end"}, {"outcome", "met"}}}}}};
}

// What the reader knows at a place: it says so when it meets a key that it does not.
Keys known_at(Json document, const std::string& place) {
  document[Json::json_pointer(place)]["zzz"] = 1;
  const std::string faults = faults_of(document);
  std::smatch found;
  REQUIRE_MESSAGE(
      std::regex_search(faults, found, std::regex("zzz: unknown key; known here: ([a-z_, ]+)\\.")),
      faults);
  const std::string list = found[1].str();
  Keys keys;
  const std::regex name("[a-z_]+");
  for (std::sregex_iterator key(list.begin(), list.end(), name), none; key != none; ++key) {
    keys.insert(key->str());
  }
  return keys;
}

Keys keys_of(const Json& object) {
  Keys keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

std::string listed(const Keys& keys) {
  std::string text;
  for (const std::string& key : keys) text += " " + key;
  return text;
}

void check_same(const Keys& page, const Keys& reader) {
  INFO("the page has" << listed(page) << "; the reader" << listed(reader));
  CHECK(page == reader);
}

// One of each kind with nothing but what it needs. A question's "next" is needed only where its
// exits do not lead everywhere, so that the page has it in plain letters.
const std::map<std::string, Json>& least_steps() {
  static const std::map<std::string, Json> steps = [] {
    std::map<std::string, Json> made;
    const Json read = Json::parse(R"({
      "say": {"text": "t", "next": "end"},
      "ask": {"text": "t", "expects": "yes_no", "save_as": "v",
              "exits": {"yes": "end", "no": "end"}},
      "choose": {"text": "t", "options": [{"id": "o", "title": "t"}], "exits": {"o": "end"}},
      "branch": {"cases": [{"exit": "e", "when": {"path": "p"}}], "next": "end"},
      "set": {"variables": {"v": 1}, "next": "end"},
      "record": {"event": "e", "next": "end"},
      "hand_over": {}, "keep_waiting": {}, "callback": {},
      "switch_channel": {"channel": "sms", "message": "m"},
      "end": {"outcome": "met"}})");
    for (const auto& [kind, step] : read.items()) {
      made[kind] = step;
      made[kind]["kind"] = kind;
    }
    return made;
  }();
  return steps;
}

// The end that other steps lead to is left away where nothing leads to it.
Json least_flow(const std::string& kind, const Json& step) {
  Json flow = flow_with(step);
  const bool leads_on = step.contains("next") || step.contains("exits");
  if (!leads_on || kind == "end") flow["steps"].erase("end");
  return flow;
}

}  // namespace

TEST_CASE("[B7] the manual marks what a step must have, and lists what it may have") {
  for (const auto& [kind, step] : least_steps()) {
    INFO(kind);
    const Table table = table_under("### " + kind);
    Keys least = keys_of(step);
    least.erase("kind");
    Keys required = table.required;
    if (kind == "ask" || kind == "choose") required.insert("exits");  // instead of "next"
    if (kind == "choose") {  // the table of its options stands there too
      for (const char* key : {"id", "title"}) CHECK(required.erase(key) == 1);
    }
    check_same(required, least);
    CHECK(faults_of(least_flow(kind, step)) == "");
    for (const std::string& key : least) {
      Json without = step;
      without.erase(key);
      INFO(key);
      CHECK(faults_of(flow_with(without)) != "");
    }
  }
}

TEST_CASE("[B7] the manual lists every key that the reader of a step knows") {
  const Keys no_exits{"say", "set", "record", "hand_over", "keep_waiting"};
  for (const auto& [kind, step] : least_steps()) {
    INFO(kind);
    Keys reader;
    for (const char* expects : {"yes_no", "number", "recording"}) {
      Json one = step;
      if (kind == "ask") one["expects"] = expects;
      reader.merge(known_at(flow_with(one), "/steps/a"));
    }
    reader.erase("kind");
    if (no_exits.contains(kind)) reader.erase("exits");  // known, so as to be told of
    Keys page = table_under("### " + kind).all;
    if (kind == "choose") {
      const Keys option = known_at(flow_with(step), "/steps/a/options/0");
      for (const std::string& key : option) {
        CHECK_MESSAGE(page.contains(key), key);
        if (!reader.contains(key)) page.erase(key);
      }
    }
    check_same(page, reader);
  }
}

TEST_CASE("[B7] the manual lists the keys of a flow") {
  const Table table = table_under("## The whole");
  const Json least = least_flow("end", least_steps().at("end"));
  CHECK(faults_of(least) == "");
  check_same(table.required, keys_of(least));
  check_same(table.all, known_at(least, ""));
  for (const std::string& key : table.required) {
    Json without = least;
    without.erase(key);
    INFO(key);
    CHECK(faults_of(without) != "");
  }
}

TEST_CASE("[B7] the keys of tests, cases and global words") {
  Json flow = flow_with(least_steps().at("branch"));
  check_same({"path", "op", "value"}, known_at(flow, "/steps/a/cases/0/when"));
  check_same({"exit", "when"}, known_at(flow, "/steps/a/cases/0"));
  flow["globals"] = {{{"words", {"person"}}, {"go", "end"}}};
  check_same({"words", "go"}, known_at(flow, "/globals/0"));
  for (const char* place : {"/steps/a/cases/0/when/path", "/steps/a/cases/0/exit",
                            "/steps/a/cases/0/when", "/globals/0/words", "/globals/0/go"}) {
    const Json::json_pointer pointer{std::string(place)};
    Json without = flow;
    without[pointer.parent_pointer()].erase(pointer.back());
    INFO(place);
    CHECK(faults_of(without) != "");
  }
}
