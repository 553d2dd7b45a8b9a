// docs/json.md against the code: every example is read or has the form that it says, and its tables
// list what there is.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "json/questions.hpp"
#include "json/schemas.hpp"
#include "novelo/config/configuration.hpp"
#include "novelo/json.hpp"
#include "novelo/json_query.hpp"
#include "support/payloads.hpp"

namespace {

using namespace novelo;
using nlohmann::json;

struct Example {
  std::string form;  // the word behind ```json
  std::string text;
};

std::vector<Example> examples(const std::string& page) {
  std::vector<Example> found;
  std::istringstream lines(page);
  std::string line;
  bool inside = false;
  while (std::getline(lines, line)) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) found.push_back({line.size() > 8 ? line.substr(8) : "", {}});
    } else if (inside) {
      found.back().text += line + "\n";
    }
  }
  return found;
}

std::string refusal(const Status& status) {
  return status ? std::string() : to_string(status.error());
}

template <class T>
Status status_of(const Result<T>& result) {
  if (!result) return fail(result.error());
  return {};
}

// What a reader says of an example; of what is only written whether its members are known.
Status read_as(const std::string& form, const json& document) {
  if (form == "request") return status_of(request_from_json(document));
  if (form == "input") return status_of(input_from_json(document));
  if (form == "settlement") return status_of(settlement_from_json(document));
  const json schema = json_form::schemas().at(form);
  json members = schema.value("properties", json::object());
  for (const json& alternative : schema.value("oneOf", json::array())) {
    members.update(alternative.value("properties", json::object()));
  }
  if (form == "question") return {};
  for (const auto& [key, value] : document.items()) {
    if (!members.contains(key)) {
      return fail({ErrorCode::invalid, "unknown_key", "The schema has no such member.", key, ""});
    }
  }
  return {};
}

// The cells of the rows whose first cell is a word in backquotes, below a heading.
std::map<std::string, std::string> rows_below(const std::string& page, const std::string& heading) {
  std::map<std::string, std::string> rows;
  std::istringstream lines(page.substr(page.find("\n## " + heading)));
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  while (std::getline(lines, line) && !line.starts_with("## ")) {
    if (!line.starts_with("| `")) continue;
    const std::size_t end = line.find('`', 3);
    rows[line.substr(3, end - 3)] = line.substr(end + 1, line.find(" | ", end + 4) - end - 1);
  }
  return rows;
}

}  // namespace

TEST_CASE("every example of docs/json.md is read") {
  const std::vector<Example> found = examples(testing_support::read_source("docs/json.md"));
  CHECK(found.size() >= 12);
  for (const Example& example : found) {
    INFO(example.form, ": ", example.text);
    REQUIRE_FALSE(example.form.empty());
    const auto document = parse_json(example.text, 64);
    REQUIRE(document);
    CHECK(refusal(read_as(example.form, *document)) == "");
  }
}

TEST_CASE("the error on docs/json.md is the one that is given") {
  const auto read =
      input_from_json(json{{"id", "1"}, {"do", "send_message"}, {"content", {{"txt", "x"}}}});
  REQUIRE_FALSE(read);
  for (const Example& example : examples(testing_support::read_source("docs/json.md"))) {
    if (example.form == "error") CHECK(to_json(read.error()) == json::parse(example.text));
  }
}

TEST_CASE("docs/json.md lists every question with its members") {
  const auto rows = rows_below(testing_support::read_source("docs/json.md"), "Questions");
  std::set<std::string> listed;
  for (const auto& [word, members] : rows) listed.insert(word);
  std::set<std::string> known;
  codec::SchemaWriter writer(codec::SchemaUse::input);
  for (const json_form::Question& question : json_form::questions()) {
    const std::string word(question.word);
    known.insert(word);
    if (!rows.contains(word)) continue;
    const json arguments = question.arguments(question, writer);
    for (const auto& [member, about] : arguments["properties"].items()) {
      if (member == "ask") continue;
      INFO(word, ".", member, " in ", rows.at(word));
      const bool needed = std::find(question.needed.begin(), question.needed.end(), member) !=
                          question.needed.end();
      const std::string shown = (needed ? "**`" : "`") + member + "`";
      CHECK(rows.at(word).find(shown) != std::string::npos);
    }
  }
  CHECK(listed == known);
}

TEST_CASE("docs/json.md lists every command with its members") {
  const auto rows = rows_below(testing_support::read_source("docs/json.md"), "Inputs");
  std::set<std::string> known;
  const json definitions = json_form::schemas().at("command").at("definitions");
  for (const auto& [word, schema] : definitions.items()) {
    const json members = schema.value("properties", json::object());
    if (!members.contains("do")) continue;
    known.insert(word);
    REQUIRE_MESSAGE(rows.contains(word), word);
    std::set<std::string> shown;
    std::istringstream cells(rows.at(word));
    for (std::string member; std::getline(cells, member, '`') && std::getline(cells, member, '`');)
      shown.insert(member);
    std::set<std::string> wanted;
    for (const auto& [member, about] : members.items()) {
      if (member != "do" && member != "id" && member != "actor") wanted.insert(member);
    }
    CHECK_MESSAGE(shown == wanted, word);
  }
  CHECK(rows.size() == known.size());
}

TEST_CASE("what novelo.h shows is read") {
  std::istringstream lines(testing_support::read_source("bindings/c/include/novelo.h"));
  std::vector<std::string> shown;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool begins = line.starts_with("     {");
    inside = begins || (inside && line.starts_with("      "));
    if (begins) shown.emplace_back();
    if (inside) shown.back() += line.substr(0, line.find("*/"));
  }
  REQUIRE(shown.size() == 4);
  for (const std::string& text : shown) {
    INFO(text);
    const auto document = parse_json(text, 64);
    REQUIRE(document);
    if (document->contains("tenant")) {
      CHECK(Configuration::parse(text));
    } else {
      CHECK(refusal(status_of(input_from_json(*document))) == "");
    }
  }
}

TEST_CASE("docs/json.md names every schema") {
  const std::string page = testing_support::read_source("docs/json.md");
  for (const auto& [name, schema] : json_form::schemas()) {
    INFO(name);
    CHECK(page.find("`" + name + "`") != std::string::npos);
  }
}
