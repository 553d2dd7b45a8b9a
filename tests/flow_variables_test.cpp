// What a flow may read: the list in docs/flows.md against what the engine gives. A flow writes down
// everything that it is given, at a line that is closed, while waiting, and to a contact with an
// owner.
#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"
#include "support/payloads.hpp"

namespace {

using namespace novelo;
using namespace novelo::clinic;
namespace fs = std::filesystem;
using Names = std::set<std::string>;

// The paths in the first column of the table of what the engine gives.
Names documented() {
  const std::string page = testing_support::read_source("docs/flows.md");
  const std::size_t begin = page.find("and `Engine` gives these");
  REQUIRE(begin != std::string::npos);
  const std::string text = page.substr(begin, page.find("\n### ", begin) - begin);
  Names paths;
  const std::regex row("\n\\| (`[^|]*)\\|");
  const std::regex path("`([A-Za-z_.]+)`");
  for (std::sregex_iterator line(text.begin(), text.end(), row), none; line != none; ++line) {
    const std::string cell = (*line)[1].str();
    for (std::sregex_iterator found(cell.begin(), cell.end(), path); found != none; ++found) {
      paths.insert((*found)[1].str());
    }
  }
  REQUIRE(paths.size() > 10);
  return paths;
}

// The first names of whatever the engine's sources put among variables.
Names first_names() {
  Names names;
  for (const std::string& path : documented()) names.insert(path.substr(0, path.find('.')));
  const std::regex put("variables\\[\"([A-Za-z_]+)\"\\]");
  for (const auto& file : fs::directory_iterator(NOVELO_SOURCE_DIR "/src/engine")) {
    const std::string text =
        testing_support::read_source("src/engine/" + file.path().filename().string());
    for (std::sregex_iterator found(text.begin(), text.end(), put), none; found != none; ++found) {
      names.insert((*found)[1].str());
    }
  }
  return names;
}

// Writes down every variable, then hands over.
nlohmann::json spy() {
  nlohmann::json steps;
  std::string next = "person";
  steps[next] = {{"kind", "hand_over"}};
  for (const std::string& name : first_names()) {
    steps["see-" + name] = {
        {"kind", "record"}, {"event", name}, {"value", {{"from", name}}}, {"next", next}};
    next = "see-" + name;
  }
  return {{"flow", "spy"}, {"version", 1}, {"locales", {"en"}}, {"start", next}, {"steps", steps}};
}

// "caller.number" and so on; what is null was not given.
void collect(const Value& value, const std::string& path, Names& paths) {
  if (const auto* map = value.as_map()) {
    for (const auto& [name, member] : *map) collect(member, path + "." + name, paths);
  } else if (!value.is_null()) {
    paths.insert(path);
  }
}

Names seen_on(Host& host, ConversationId conversation) {
  Names paths;
  for (const Entry& entry : host.timeline(conversation)) {
    if (entry.event != EventKind::flow_recorded) continue;
    collect(entry.details.at("value"), entry.details.at("name").to_text(), paths);
  }
  return paths;
}

std::string listed(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += " " + name;
  return text;
}

}  // namespace

TEST_CASE("the manual lists every variable that the engine gives to a flow, and no other") {
  nlohmann::json document = configuration();
  document["flows"] = {spy()};
  document["hours"]["tomorrow"]["weekly"] = {{{"days", {2}}, {"from", "08:00"}, {"to", "18:00"}}};
  document["entry_points"][0]["hours"] = "tomorrow";
  document["entry_points"][0]["flow"] = "spy";
  document["queues"][0]["waiting_flow"] = "spy";
  document["queues"][0]["waiting_when"] = {"nobody_available", "preferred_busy"};
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{document.dump()});

  const ConversationId conversation = host.call("c1", ana).conversation;
  host.settle_all();
  host.hung_up("c1");
  host.sign_in("joao");
  host.must(ClaimConversation{conversation}, "joao");
  host.must(SetOtherCall{AgentName("joao"), true});
  host.call("c2", ana);
  host.settle_all();

  const Names given = seen_on(host, conversation);
  const Names page = documented();
  INFO("given:" << listed(given));
  for (const std::string& path : given) CHECK_MESSAGE(page.contains(path), path);
  for (const std::string& path : page) CHECK_MESSAGE(given.contains(path), path);
}

TEST_CASE("a greeting is there for inside a sentence and for its start") {
  nlohmann::json document = configuration();
  document["flows"] = {spy()};
  document["entry_points"][0]["flow"] = "spy";
  document["queues"][0].erase("waiting_flow");
  document["queues"][0].erase("waiting_when");
  MemoryStore store;
  Host host(store);
  host.must(LoadConfiguration{document.dump()});
  const ConversationId conversation = host.call("c1", ana).conversation;
  const auto said = [&](const std::string& name) {
    for (const Entry& entry : host.timeline(conversation)) {
      const auto found = entry.details.find("name");
      if (found == entry.details.end() || found->second != Value(name)) continue;
      return entry.details.at("value").to_text();
    }
    return std::string();
  };
  CHECK(said("greeting") == "bom dia");
  CHECK(said("Greeting") == "Bom dia");
  CHECK(said("wish") == "um ótimo dia");
  CHECK(said("Wish") == "Um ótimo dia");
}
