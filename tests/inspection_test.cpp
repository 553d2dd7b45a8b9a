// What an inspection counts, against the engine's own answers; and the command line around it.
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "novelo/inspection.hpp"
#include "novelo/sql_views.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/stores/sqlite_reader.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"

namespace novelo {

using namespace store_support;
using namespace std::chrono_literals;

namespace {

std::string content_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Printed {
  int code = -1;
  std::string out;
  std::string err;
};

// Runs the command line that the build made; its absence fails the test where one was named.
std::optional<Printed> run_cli(const TempFolder& folder, const std::string& arguments) {
  const char* const cli = std::getenv("NOVELO_CLI");
  if (cli == nullptr || *cli == '\0') return std::nullopt;
  const std::string out = (folder.path() / "out").string();
  const std::string err = (folder.path() / "err").string();
  const std::string line = std::string(cli) + " " + arguments + " >" + out + " 2>" + err;
  const int status = std::system(line.c_str());
  Printed printed{WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of_file(out),
                  content_of_file(err)};
  fs::remove(out);
  fs::remove(err);
  return printed;
}

// A desk with a little of everything.
void live(clinic::Host& host) {
  host.configure();
  host.sign_in("joao");
  host.sign_in("marta");
  host.settle_all();
  const Outcome first = host.sms(clinic::ana, "Bom dia!");
  const Outcome second = host.whatsapp("5541977776666", "Oi");
  host.settle_all();
  host.must(OpenCase{first.conversation, CaseTypeName("appointment"), {}, {}, {}}, "marta");
  host.must(OpenCase{second.conversation, CaseTypeName("appointment"), {}, {}, {}}, "marta");
  host.must(CloseConversation{second.conversation, {}, {}, {}}, "marta");
  const Request garbled = host.webhook("meta", "{\"object\": 5}");
  (void)host.engine().receive(garbled, host.now());
}

}  // namespace

TEST_CASE("inspection: it counts what the engine would say, and changes nothing") {
  MemoryStore store;
  clinic::Host host(store);
  live(host);
  const auto before = clinic::content_of(store);
  const std::vector<std::pair<TenantName, Fence>> tenants = {{TenantName("clinic"), {1, 1}}};
  const auto found = inspect(store, tenants);
  REQUIRE(found);
  CHECK(clinic::difference(clinic::content_of(store), before) == "");
  REQUIRE(found->tenants.size() == 1);
  const TenantInspection& tenant = found->tenants.front();
  CHECK(tenant.now == host.now());
  CHECK(tenant.configuration == 1);
  CHECK(tenant.conversations == Counts{{"open", 1}, {"closed", 1}});
  CHECK(tenant.cases == Counts{{"appointment/open", 2}});
  const auto unsettled = host.query().unsettled({}, 1000);
  REQUIRE(unsettled);
  std::uint64_t effects = 0;
  for (const auto& [kind, count] : tenant.effects) effects += count;
  CHECK(effects == unsettled->size());
  const auto quarantined = host.query().quarantine({}, 10);
  REQUIRE(quarantined);
  REQUIRE(quarantined->size() == 1);
  const Error& why = quarantined->front().error;
  CHECK(tenant.quarantine == Counts{{std::string(to_string(why.code)) + "/" + why.reason, 1}});
  std::map<Table, std::pair<std::uint64_t, std::uint64_t>> rows;
  for (const auto& [table, key, value] : before) {
    ++rows[table].first;
    rows[table].second += key.size() + value.size();
  }
  CHECK(tenant.tables.size() == rows.size());
  for (const TableUse& use : tenant.tables) {
    CHECK(use.rows == rows[use.table].first);
    CHECK(use.bytes == rows[use.table].second);
    CHECK(use.unreadable == 0);
  }
  CHECK(found->strays.empty());
}

TEST_CASE("inspection: held sends, timers and what may be done are counted") {
  MemoryStore store;
  {
    clinic::Host host(store);
    live(host);
    const Outcome came = host.sms("5541966665555", "Oi");
    host.settle_all();
    host.must(SendMessage{came.conversation,
                          EntryPointName("sms"),
                          {"Já vai", {}, {}, {}, {}, {}, {}, {}},
                          {},
                          {},
                          {}},
              "marta");
    host.poll();
    host.reopen();
  }
  const std::vector<std::pair<TenantName, Fence>> tenants = {{TenantName("clinic"), {1, 1}}};
  const auto found = inspect(store, tenants);
  REQUIRE(found);
  const TenantInspection& tenant = found->tenants.front();
  CHECK(tenant.held == 1);
  CHECK(tenant.maybe_done >= 1);
  CHECK(tenant.effects.at("send") == 1);
  const auto timers = scan(store, Table::timer, "", after_all);
  std::uint64_t armed = 0;
  for (const auto& [kind, count] : tenant.timers) armed += count;
  CHECK(armed == timers.size());
  CHECK(tenant.next_timer.has_value() == !timers.empty());
}

TEST_CASE("inspection: rows that cannot be read, or are nobody's, are counted and stop nothing") {
  MemoryStore store;
  clinic::Host host(store);
  live(host);
  const Fence other = fence_of(store, "bakery");
  commit(store, other,
         {put(Table::conversation, big_endian(2) + "x", "\xff"),
          put(Table::note, big_endian(7) + "y", "z"), put(Table::note, "", "")});
  const std::vector<std::pair<TenantName, Fence>> tenants = {{TenantName("bakery"), {2, 1}},
                                                             {TenantName("clinic"), {1, 1}}};
  const auto found = inspect(store, tenants);
  REQUIRE(found);
  CHECK(found->tenants[0].tables.front().unreadable == 1);
  CHECK_FALSE(found->tenants[0].now);
  CHECK(found->tenants[1].conversations.size() == 2);
  REQUIRE(found->strays.size() == 1);
  CHECK(found->strays.front().table == Table::note);
  CHECK(found->strays.front().rows == 2);
}

TEST_CASE("inspection: the command line shows a file, a backup, and why it cannot") {
  const TempFolder folder;
  const std::string copy = (folder.path() / "copy").string();
  const std::string back = (folder.path() / "back").string();
  {
    const auto store = open_sqlite(folder.file());
    clinic::Host host(*store);
    live(host);
    const auto held = run_cli(folder, "inspect " + folder.file());
    if (!held) {
      MESSAGE("NOVELO_CLI names no command line: not run");
      return;
    }
    CHECK(held->code == 2);
    CHECK(held->out.empty());
    CHECK(held->err.find("Remedy: look at a backup of it") != std::string::npos);
  }
  const std::string before = content_of_file(folder.file());
  const Printed text = *run_cli(folder, "inspect --check " + folder.file());
  CHECK(text.code == 0);
  CHECK(text.out.find("tenant clinic") != std::string::npos);
  const Printed list = *run_cli(folder, "timeline " + folder.file());
  CHECK(list.code == 0);
  CHECK(list.out.find("last activity") != std::string::npos);
  CHECK(list.out.find("+5541977776666") != std::string::npos);
  CHECK(list.out.find('\x1b') == std::string::npos);
  const std::string page = (folder.path() / "page.html").string();
  const Printed made = *run_cli(folder, "timeline " + folder.file() + " --html " + page);
  CHECK(made.code == 0);
  CHECK(content_of_file(page).find("</html>") != std::string::npos);
  fs::remove(page);
  CHECK(text.out.find("1 closed, 1 open") != std::string::npos);
  CHECK(text.out.find("every page was read, and is sound") != std::string::npos);
  CHECK(text.out.find('\x1b') == std::string::npos);
  CHECK(run_cli(folder, "inspect --color always " + folder.file())->out.find('\x1b') !=
        std::string::npos);
  CHECK(run_cli(folder, "backup " + folder.file() + " " + copy)->code == 0);
  CHECK(content_of_file(folder.file()) == before);
  CHECK(run_cli(folder, "backup " + folder.file() + " " + copy)->code == 2);
  CHECK(run_cli(folder, "restore " + copy + " " + back)->code == 0);
  const Printed again = *run_cli(folder, "restore " + copy + " " + back);
  CHECK(again.code == 2);
  CHECK(again.err.find("exists") != std::string::npos);
  const auto json = nlohmann::json::parse(run_cli(folder, "inspect --json " + back)->out);
  CHECK(json["kind"] == "store");
  CHECK(json["tenants"][0]["conversations"]["open"] == 1);
  CHECK(json["tenants"][0]["restored"]["protocols"] == 100'000);
  const auto of_copy = nlohmann::json::parse(run_cli(folder, "inspect --json " + copy)->out);
  CHECK(of_copy["kind"] == "backup");
  CHECK(of_copy["views"] == sql_views().version);
  CHECK(of_copy["tenants"][0]["restored"].is_null());
}

TEST_CASE("inspection: the command line writes over nothing that it does not know as its own") {
  const TempFolder folder;
  if (!run_cli(folder, "--help")) {
    MESSAGE("NOVELO_CLI names no command line: not run");
    return;
  }
  {
    const auto store = open_sqlite(folder.file());
    clinic::Host host(*store);
    live(host);
  }
  const std::string store = content_of_file(folder.file());
  const std::string link = (folder.path() / "link").string();
  fs::create_symlink(folder.file(), link);
  for (const std::string& to : {folder.file(), link, folder.file() + "-wal"}) {
    const Printed refused = *run_cli(folder, "timeline " + folder.file() + " --html " + to);
    CHECK(refused.code == 2);
    CHECK(refused.err.find("refused") != std::string::npos);
  }
  CHECK(content_of_file(folder.file()) == store);
  const std::string notes = (folder.path() / "notes").string();
  std::ofstream(notes) << "somebody's";
  std::ofstream(notes + ".html.part") << "somebody's";
  CHECK(run_cli(folder, "timeline " + folder.file() + " --html " + notes)->code == 2);
  CHECK(content_of_file(notes) == "somebody's");
  const std::string page = notes + ".html";
  for (int time = 0; time < 2; ++time) {  // its own page it may write again
    CHECK(run_cli(folder, "timeline " + folder.file() + " --html " + page)->code == 0);
  }
  CHECK(content_of_file(page).starts_with("<!doctype html>"));
  CHECK(content_of_file(page + ".part") == "somebody's");
  const fs::path ana = folder.path() / "journeys" / "ana";
  const std::string examples = std::string(NOVELO_SOURCE_DIR) + "/examples";
  fs::create_directory(ana.parent_path());
  fs::copy(examples + "/journeys/ana", ana, fs::copy_options::recursive);
  fs::copy(examples + "/flows", folder.path() / "flows", fs::copy_options::recursive);
  const std::string journey = (ana / "journey.json").string();
  const std::string story = content_of_file(journey);
  for (const char* how : {" --html ", " --record "}) {
    const Printed input = *run_cli(folder, "play --quiet " + journey + how + journey);
    CHECK(input.code == 2);
    CHECK(input.err.find("what is read") != std::string::npos);
    CHECK(run_cli(folder, "play --quiet " + journey + how + notes)->code == 2);
  }
  const std::string both = (folder.path() / "both").string();
  CHECK(run_cli(folder, "play --quiet " + journey + " --store " + both + " --html " + both)->code ==
        2);
  CHECK(content_of_file(journey) == story);
  CHECK(content_of_file(notes) == "somebody's");
}

TEST_CASE("inspection: the command line says what it is, and what it could not do") {
  const TempFolder folder;
  if (!run_cli(folder, "--help")) {
    MESSAGE("NOVELO_CLI names no command line: not run");
    return;
  }
  const Printed version = *run_cli(folder, "--version");
  CHECK(version.code == 0);
  CHECK(version.out.starts_with("novelo "));
  {
    const auto store = open_sqlite(folder.file());
    fence_of(*store, "clinic");
    fence_of(*store, "\x1b]0;mine\x07\xc2\x9bm");
  }
  const Printed names = *run_cli(folder, "inspect " + folder.file());
  CHECK(names.code == 0);
  CHECK(names.out.find('\x1b') == std::string::npos);
  CHECK(names.out.find('\x9b') == std::string::npos);
  CHECK(names.out.find("?]0;mine??m") != std::string::npos);
  for (const char* option : {"--contact", "--conversation", "--protocol", "--tenant"}) {
    CHECK(run_cli(folder, "timeline " + folder.file() + " " + option + " ''")->code == 2);
  }
  const Printed full = *run_cli(folder, "inspect --json " + folder.file() + " >/dev/full; exit $?");
  CHECK(full.code == 2);
}

TEST_CASE("inspection: the command line says what is damaged, foreign or not there") {
  const TempFolder folder;
  if (!run_cli(folder, "--help")) {
    MESSAGE("NOVELO_CLI names no command line: not run");
    return;
  }
  CHECK(run_cli(folder, "inspect " + folder.file())->code == 2);
  CHECK(run_cli(folder, "inspect")->code == 2);
  CHECK(run_cli(folder, "inspect")->err.find("`novelo inspect --help`") != std::string::npos);
  const Printed unknown = *run_cli(folder, "inspekt");
  CHECK(unknown.code == 2);
  CHECK(unknown.err.find("no such command: inspekt") != std::string::npos);
  CHECK(run_cli(folder, "")->err.find("a command is missing") != std::string::npos);
  CHECK(run_cli(folder, "inspect --help")->out.find("Exit codes") != std::string::npos);
  std::ofstream(folder.file()) << "hello, this is no database at all, but long enough to be read";
  const Printed foreign = *run_cli(folder, "inspect " + folder.file());
  CHECK(foreign.code == 2);
  CHECK(foreign.err.find("not_a_store") != std::string::npos);
  fs::remove(folder.file());
  {
    const auto store = open_sqlite(folder.file());
    const Fence fence = fence_of(*store);
    std::vector<Write> writes;
    for (std::uint64_t i = 0; i < 3000; ++i) {
      writes.push_back(put(Table::command, big_endian(1) + big_endian(i), std::string(200, 'x')));
    }
    commit(*store, fence, writes);
  }
  {
    std::fstream file(folder.file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(40 * 4096);
    file << std::string(4096, '\xee');
  }
  const Printed damaged = *run_cli(folder, "inspect --check " + folder.file());
  CHECK(damaged.code == 1);
  CHECK(damaged.err.find("damaged") != std::string::npos);
  fs::resize_file(folder.file(), fs::file_size(folder.file()) - 10);
  CHECK(run_cli(folder, "inspect " + folder.file())->code == 1);
}

}  // namespace novelo
