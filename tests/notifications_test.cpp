// docs/notifications.md against what the engine hands out in every example: no type and no member
// that the page does not have, and none on the page that never comes.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "support/journey_files.hpp"
#include "support/payloads.hpp"

namespace {

using namespace novelo;
using namespace novelo::testing;
namespace fs = std::filesystem;

using Members = std::set<std::string>;
struct Described {
  Members always;
  Members sometimes;
};
using Descriptions = std::map<std::string, Described>;

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (true) {
    const std::size_t to = text.find(by, from);
    parts.push_back(text.substr(from, to - from));
    if (to == std::string::npos) return parts;
    from = to + by.size();
  }
}

// The name in backticks that a text begins with.
std::string name_in(const std::string& text) {
  std::smatch found;
  return std::regex_search(text, found, std::regex("^\\s*`([a-z_]+)`")) ? found[1].str() : "";
}

// The table under a heading: its first column names, its last one lists the members.
Descriptions table_under(const std::string& heading) {
  const std::string page = testing_support::read_source("docs/notifications.md");
  const std::size_t begin = page.find("\n" + heading + "\n");
  REQUIRE(begin != std::string::npos);
  const std::size_t end = page.find("\n## ", begin + 1);
  Descriptions table;
  for (const std::string& line : split(page.substr(begin, end - begin), "\n")) {
    const std::vector<std::string> cells = split(line, " | ");
    const std::string name = line.starts_with("| ") ? name_in(line.substr(2)) : "";
    if (name.empty() || cells.size() < 2) continue;
    Described& row = table[name];
    for (const std::string& part : split(cells.back(), ";")) {
      const std::string member = name_in(part);
      if (member.empty()) continue;
      const bool sometimes = part.find("*sometimes*") != std::string::npos;
      (sometimes ? row.sometimes : row.always).insert(member);
    }
  }
  REQUIRE_FALSE(table.empty());
  return table;
}

// What was seen of one type: the members of each body.
using Seen = std::map<std::string, std::vector<Members>>;

Members members_of(const Value::Map& body) {
  Members members;
  for (const auto& [name, value] : body) members.insert(name);
  members.erase("type");
  members.erase("conversation");
  return members;
}

struct Everything {
  Seen notifications;
  std::vector<Members> actions;
  Seen signals;
};

Everything play_every_example() {
  Everything seen;
  const VoiceAdapter voice;
  const SmsAdapter sms;
  const WhatsAppAdapter whatsapp;
  const EmailAdapter email;
  PlayOptions options;
  options.on_handout = [&seen](const Handout& out) {
    if (out.kind == EffectKind::notify) {
      CHECK_FALSE(out.agent.empty());
      seen.notifications[out.body.at("type").to_text()].push_back(members_of(out.body));
    } else if (out.kind == EffectKind::action) {
      seen.actions.push_back(members_of(out.body));
    }
  };
  options.on_signal = [&seen](const Signal& signal) {
    Members members = members_of(signal.body);
    if (!signal.agent.empty()) members.insert("for agent");
    if (signal.conversation) members.insert("for conversation");
    seen.signals[signal.name].push_back(std::move(members));
  };
  const std::vector<std::string> files = testing_support::every_journey();
  for (const std::string& file : files) {
    const auto journey = Journey::load(file);
    REQUIRE(journey);
    MemoryStore store;
    REQUIRE(play(
        *journey, {&voice, &sms, &whatsapp, &email}, [&store] { return Result<Store*>(&store); },
        options));
  }
  return seen;
}

const Everything& everything() {
  static const Everything seen = play_every_example();
  return seen;
}

std::string listed(const Members& members) {
  std::string text;
  for (const std::string& member : members) text += (text.empty() ? "" : ", ") + member;
  return text;
}

void check_members(const Described& row, const Members& seen) {
  for (const std::string& member : row.always) {
    CHECK_MESSAGE(seen.contains(member), member << " is not in a body with " << listed(seen));
  }
  for (const std::string& member : seen) {
    CHECK_MESSAGE((row.always.contains(member) || row.sometimes.contains(member)),
                  member << " is not on the page");
  }
}

void check_table(const Descriptions& table, const Seen& seen) {
  for (const auto& [type, bodies] : seen) {
    INFO(type);
    const auto row = table.find(type);
    REQUIRE_MESSAGE(row != table.end(), type << " is not on the page");
    for (const Members& body : bodies) check_members(row->second, body);
  }
  for (const auto& [type, row] : table) {
    const auto bodies = seen.find(type);
    if (bodies == seen.end()) continue;  // the sources name it all the same: see below
    for (const std::string& member : row.sometimes) {
      if (member.starts_with("for ")) continue;
      const bool comes = std::any_of(bodies->second.begin(), bodies->second.end(),
                                     [&](const Members& body) { return body.contains(member); });
      CHECK_MESSAGE(comes, type << ": " << member << " comes in no example");
    }
  }
}

// The types that the engine's sources name, whether or not an example brings them about.
Members named_in_sources(const std::string& call) {
  Members names;
  const std::regex pattern(call + R"re(\([^;"]*"([a-z_]+)")re");
  for (const auto& file : fs::directory_iterator(NOVELO_SOURCE_DIR "/src/engine")) {
    const std::string text =
        testing_support::read_source("src/engine/" + file.path().filename().string());
    for (std::sregex_iterator found(text.begin(), text.end(), pattern), none; found != none;
         ++found) {
      names.insert((*found)[1].str());
    }
  }
  return names;
}

}  // namespace

TEST_CASE("every notification is described, with its members") {
  check_table(table_under("## Notifications"), everything().notifications);
}

TEST_CASE("every signal is described, with its members and for whom it is") {
  Descriptions table = table_under("## Signals");
  const std::string page = testing_support::read_source("docs/notifications.md");
  for (auto& [name, row] : table) {
    const std::size_t signals = page.find("\n## Signals");
    const std::string line = page.substr(page.find("\n| `" + name + "` |", signals));
    const std::vector<std::string> cells = split(line.substr(0, line.find('\n', 1)), " | ");
    REQUIRE(cells.size() == 4);
    for (const char* whom : {"agent", "conversation"}) {
      const std::string member = std::string("for ") + whom;
      if (cells[2].find(std::string("sometimes `") + whom) != std::string::npos) {
        row.sometimes.insert(member);
      } else if (cells[2].find(whom) != std::string::npos) {
        row.always.insert(member);
      }
    }
  }
  check_table(table, everything().signals);
}

TEST_CASE("the body of an action is described") {
  Described row;
  const std::string page = testing_support::read_source("docs/notifications.md");
  const Descriptions table = table_under("## Actions");
  for (const auto& [name, one] : table) {
    const bool sometimes = page.find("\n| `" + name + "` | *sometimes*") != std::string::npos;
    (sometimes ? row.sometimes : row.always).insert(name);
  }
  REQUIRE_FALSE(everything().actions.empty());
  for (const Members& body : everything().actions) {
    check_members(row, body);
    // Of the two kinds of questions each has all of its own.
    const Members of_case{"parameters", "case", "fields"};
    const Members of_contact{"address", "channel", "entry_point", "interaction"};
    const Members& own = body.contains("case") ? of_case : of_contact;
    for (const std::string& name : row.sometimes) {
      CHECK_MESSAGE(body.contains(name) == own.contains(name), name);
    }
  }
}

TEST_CASE("whatever the engine's sources notify or signal is on the page") {
  const Descriptions notifications = table_under("## Notifications");
  Members sent = named_in_sources("notify");
  sent.merge(named_in_sources("tell_supervisors"));
  sent.erase("type");  // the member itself
  for (const std::string& name : sent) CHECK_MESSAGE(notifications.contains(name), name);
  for (const auto& [name, row] : notifications) CHECK_MESSAGE(sent.contains(name), name);
  const Descriptions signals = table_under("## Signals");
  const Members shown = named_in_sources("signal");
  for (const std::string& name : shown) CHECK_MESSAGE(signals.contains(name), name);
  for (const auto& [name, row] : signals) CHECK_MESSAGE(shown.contains(name), name);
  CHECK(named_in_sources("notify").contains("offer"));
  CHECK(named_in_sources("signal").contains("message_status"));
}
