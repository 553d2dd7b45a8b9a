// The views of a backup, read as a stranger would with SQL, against what the engine says; and
// docs/sql.md against the views.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <map>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "novelo/json.hpp"
#include "novelo/sql_views.hpp"
#include "novelo/stores/sqlite_reader.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"
#include "support/payloads.hpp"

namespace novelo {

using namespace store_support;
using namespace std::chrono_literals;

namespace {

using Rows = std::vector<std::vector<std::string>>;

// A stranger's connection: nothing of ours, and for reading only.
class Stranger {
 public:
  explicit Stranger(const std::string& path) {
    REQUIRE(sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  }
  ~Stranger() { sqlite3_close(handle_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  // NULL is "NULL".
  Rows ask(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    INFO(sql);
    const int prepared = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
    INFO(sqlite3_errmsg(handle_));
    REQUIRE(prepared == SQLITE_OK);
    Rows rows;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      auto& row = rows.emplace_back();
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
        row.emplace_back(text == nullptr ? "NULL" : text);
      }
    }
    CHECK(sqlite3_finalize(statement) == SQLITE_OK);
    return rows;
  }
  std::string one(const std::string& sql) {
    const Rows rows = ask(sql);
    REQUIRE(rows.size() == 1);
    return rows.front().front();
  }

 private:
  sqlite3* handle_ = nullptr;
};

struct Day {
  TempFolder folder;
  std::string copy = (folder.path() / "copy.novelo").string();
  ConversationId conversation;
  std::vector<Entry> timeline;
  std::string protocol;
};

void live(Day& day, clinic::Host& host) {
  host.must(LoadConfiguration{clinic::configuration_with_mail().dump()});
  host.sign_in("joao");
  host.settle_all();
  host.must(UpsertContact{"Ana \"a\" O'Souza, 😀",
                          "pt-BR",
                          {{AddressKind::phone, clinic::ana}},
                          {{"vip", Value(true)}},
                          {}});
  day.conversation = host.sms(clinic::ana, "Bom dia; \"olá\" 'x' -- ção").conversation;
  host.settle_all();
  host.accept("joao");
  const Outcome opened =
      host.must(OpenCase{day.conversation, CaseTypeName("visit"), {}, {}, {}}, "joao");
  day.protocol = opened.details.at("protocol").to_text();
  host.must(AddNote{day.conversation, "segredo da equipe"}, "joao");
  host.wait(1500ms);
  host.must(SendMessage{day.conversation,
                        EntryPointName("sms"),
                        {"Tudo certo", {}, {}, {}, {}, {}, {}, {}},
                        {},
                        {},
                        {}},
            "joao");
  host.settle_all();
  const auto timeline = host.query().timeline(day.conversation, 0, 1000);
  REQUIRE(timeline);
  day.timeline = *timeline;
}

std::unique_ptr<Day> a_day() {
  auto day = std::make_unique<Day>();
  const auto store = open_sqlite(day->folder.file());
  clinic::Host host(*store);
  live(*day, host);
  const Status done = store->backup(day->copy, sql_views());
  if (!done) FAIL(to_string(done.error()));
  return day;
}

}  // namespace
TEST_CASE("views: a timeline is read with SQL as the engine tells it") {
  const auto day = a_day();
  Stranger sql(day->copy);
  const Rows rows = sql.ask(
      "SELECT sequence, at, type, direction, author_role, coalesce(author, ''), text FROM v_entry "
      "WHERE tenant='clinic' AND conversation=" +
      std::to_string(day->conversation.value()) + " ORDER BY sequence");
  REQUIRE(rows.size() == day->timeline.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Entry& entry = day->timeline[i];
    CHECK(rows[i][0] == std::to_string(entry.sequence));
    CHECK(parse_timestamp(rows[i][1]).value() == entry.at);
    CHECK(rows[i][1].size() == 27);  // all six digits: times sort as texts
    CHECK(rows[i][2] == to_string(entry.type));
    CHECK(rows[i][3] == to_string(entry.direction));
    CHECK(rows[i][4] == to_string(entry.author.role));
    CHECK(rows[i][5] == entry.author.name);
    CHECK(rows[i][6] == entry.content.text);
  }
  CHECK(sql.one("SELECT text FROM v_entry WHERE direction='inbound' AND type='message'") ==
        "Bom dia; \"olá\" 'x' -- ção");
}

TEST_CASE("views: ids, times, addresses and nested values are what SQL can work with") {
  const auto day = a_day();
  Stranger sql(day->copy);
  CHECK(sql.one("SELECT typeof(id) FROM v_conversation") == "integer");
  CHECK(sql.one("SELECT datetime(opened_at) FROM v_conversation") == "2026-03-02 12:00:00");
  CHECK(sql.one("SELECT closed_at FROM v_conversation") == "NULL");
  CHECK(sql.one("SELECT owner FROM v_conversation") == "joao");
  CHECK(sql.one("SELECT status FROM v_conversation") == "open");
  CHECK(sql.one("SELECT address FROM v_identity") == std::string("phone:") + clinic::ana);
  CHECK(sql.one("SELECT name FROM v_contact") == "Ana \"a\" O'Souza, 😀");
  CHECK(sql.one("SELECT json_extract(attributes, '$.vip') FROM v_contact") == "1");
  CHECK(sql.one("SELECT json_array_length(identities) FROM v_contact") == "1");
  CHECK(sql.one("SELECT protocol FROM v_case") == day->protocol);
  CHECK(sql.one("SELECT count(*) FROM v_case AS c JOIN v_conversation AS d ON d.id=c.conversation "
                "JOIN v_contact AS p ON p.id=d.contact") == "1");
  CHECK(sql.one("SELECT count(DISTINCT tenant) FROM v_entry") == "1");
  CHECK(sql.one("SELECT now>=(SELECT max(at) FROM v_entry) FROM v_engine") == "1");
  CHECK(sql.one("SELECT json_extract(json, '$.tenant.locale') FROM v_configuration") == "pt-BR");
  CHECK(sql.one("SELECT presence FROM v_agent WHERE name='joao'") == "available");
}

TEST_CASE("[B4] views: notes stand in a view of their own, and no secret in any") {
  const auto day = a_day();
  Stranger sql(day->copy);
  CHECK(sql.one("SELECT text FROM v_note") == "segredo da equipe");
  CHECK(sql.one("SELECT author FROM v_note") == "joao");
  for (const PublishedView& view : sql_views().views) {
    std::string all;
    for (const auto& row : sql.ask("SELECT * FROM v_" + view.name)) {
      for (const std::string& value : row) all += value + "\n";
    }
    if (view.name != "note") CHECK(all.find("segredo") == std::string::npos);
    const EngineOptions options = clinic::options();
    CHECK(all.find(options.tenant_secret.reveal()) == std::string::npos);
    for (const auto& [connection, secrets] : options.secrets) {
      for (const auto& [name, texts] : secrets) {
        for (const Secret& text : texts) CHECK(all.find(text.reveal()) == std::string::npos);
      }
    }
  }
}

TEST_CASE("views: every row of a published table is in its view, of every tenant") {
  TempFolder folder;
  const std::string copy = (folder.path() / "copy").string();
  const auto store = open_sqlite(folder.file());
  for (const char* tenant : {"clinic", "bakery 🥖"}) {
    EngineOptions options = clinic::options();
    options.tenant = TenantName(tenant);
    clinic::Host host(*store, options);
    Day day;
    live(day, host);
  }
  const Fence third = fence_of(*store, "third");
  commit(*store, third,
         {put(Table::note, big_endian(3) + "x", "\xff"), put(Table::note, "short", "")});
  auto backup = store->begin_backup(copy, sql_views());
  REQUIRE(backup);
  while ((*backup)->progress().phase != BackupPhase::done) REQUIRE((*backup)->step(7));
  CHECK((*backup)->progress().unreadable == 2);
  Stranger sql(copy);
  for (const PublishedView& view : sql_views().views) {
    const std::string rows = sql.one("SELECT count(*) FROM v_" + view.name);
    const std::size_t unreadable = view.name == "note" ? 2 : 0;
    const auto stored = scan(*store, view.table, "", after_all).size();
    CAPTURE(view.name);
    CHECK(std::stoull(rows) + unreadable == stored);
  }
  CHECK(sql.ask("SELECT DISTINCT tenant FROM v_entry ORDER BY tenant") ==
        Rows{{"bakery 🥖"}, {"clinic"}});
}

TEST_CASE("views: names are no words of SQL, v_schema tells them all") {
  const auto day = a_day();
  Stranger sql(day->copy);
  Rows wanted;
  for (const PublishedView& view : sql_views().views) {
    std::string columns = "tenant";
    wanted.push_back({"v_" + view.name, "tenant", "TEXT"});
    for (const PublishedColumn& column : view.columns) {
      columns += ", " + column.name;  // without quotes
      wanted.push_back({"v_" + view.name, column.name, std::string(to_string(column.type))});
    }
    sql.ask("SELECT " + columns + " FROM v_" + view.name);
  }
  std::sort(wanted.begin(), wanted.end());
  CHECK(sql.ask("SELECT view, name, type FROM v_schema ORDER BY 1, 2, 3") == wanted);
  CHECK(sql.one("SELECT DISTINCT version FROM v_schema") == std::to_string(sql_views().version));
}

namespace {

// The tables of the page: "v_entry" -> rows of `name` and type.
std::map<std::string, std::vector<std::pair<std::string, std::string>>> tables_of_page() {
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> tables;
  std::istringstream lines(testing_support::read_source("docs/sql.md"));
  std::string view;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("### `v_")) view = line.substr(5, line.find('`', 5) - 5);
    if (line.starts_with("## ")) view.clear();
    if (view.empty() || !line.starts_with("| `")) continue;
    const std::size_t name_end = line.find('`', 3);
    const std::size_t type = line.find("| ", name_end) + 2;
    tables[view].emplace_back(line.substr(3, name_end - 3),
                              line.substr(type, line.find(' ', type) - type));
  }
  return tables;
}

}  // namespace

TEST_CASE("views: docs/sql.md describes every view and column, and no other") {
  const auto told = tables_of_page();
  std::set<std::string> views;
  for (const PublishedView& view : sql_views().views) {
    const std::string name = "v_" + view.name;
    views.insert(name);
    CAPTURE(name);
    REQUIRE(told.contains(name));
    std::vector<std::pair<std::string, std::string>> columns{{"tenant", "TEXT"}};
    for (const PublishedColumn& column : view.columns) {
      columns.emplace_back(column.name, std::string(to_string(column.type)));
    }
    CHECK(told.at(name) == columns);
  }
  for (const auto& [name, columns] : told) CHECK(views.contains(name));
  const std::string page = testing_support::read_source("docs/sql.md");
  CHECK(page.find("version " + std::to_string(sql_views().version)) != std::string::npos);
}

TEST_CASE("views: the questions of docs/sql.md can be asked") {
  const auto day = a_day();
  Stranger sql(day->copy);
  const std::string page = testing_support::read_source("docs/sql.md");
  std::size_t asked = 0;
  for (std::size_t at = page.find("```sql\n"); at != std::string::npos;
       at = page.find("```sql\n", at + 1)) {
    const std::size_t from = at + 7;
    sql.ask(page.substr(from, page.find("```", from) - from));
    ++asked;
  }
  CHECK(asked >= 5);
}

}  // namespace novelo
