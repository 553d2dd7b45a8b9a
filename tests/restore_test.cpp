// A restored store under an engine: nothing that the lost time may have given out is given out
// again, nothing that it may have sent is sent again as if for the first time.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <span>

#include "codec/binary.hpp"
#include "engine/tables.hpp"
#include "novelo/sql_views.hpp"
#include "novelo/stores/memory.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"

namespace novelo {

using namespace store_support;
using namespace std::chrono_literals;

namespace {

struct Files {
  TempFolder folder;
  std::string store = folder.file();
  std::string copy = (folder.path() / "copy.novelo").string();
  std::string back = (folder.path() / "back.novelo").string();
};

void must(const Status& done) {
  if (!done) FAIL(to_string(done.error()));
}

// What was given out. Everything that a run sends in has an id of its own.
struct GivenOut {
  std::string run = "first";
  int minutes = 0;
  std::set<std::uint64_t> ids = {};
  std::set<std::string> protocols = {};
};

Outcome fed(clinic::Host& host, Input input) {
  const auto results = host.engine().feed(std::span(&input, 1), host.now());
  if (!results) FAIL(to_string(results.error()));
  if (!results->front()) FAIL(to_string(results->front().error()));
  return *results->front();
}

// Somebody writes, and an adviser opens a case for it.
void busy_minute(clinic::Host& host, GivenOut& given) {
  const std::string id = given.run + std::to_string(++given.minutes);
  const std::string number = "55419" + std::to_string(88000000 + given.minutes);
  const Outcome came =
      fed(host, DecodedEvent{ConnectionName("twilio"),
                             clinic::message(id, clinic::sms_number, number, "Oi")});
  host.settle_all();
  const OpenCase open{came.conversation, CaseTypeName("appointment"), {}, {}, {}};
  const Outcome opened = fed(host, Command{id, AgentName("marta"), open});
  std::vector<std::uint64_t> ids{opened.case_id.value()};
  if (given.run == "first") ids.push_back(came.interaction.value());
  for (const std::uint64_t one : ids) CHECK(given.ids.insert(one).second);
  CHECK(given.protocols.insert(opened.details.at("protocol").to_text()).second);
  host.wait(1min);
}

EngineClock clock_of(Store& store) {
  EngineClock clock;
  const auto bytes = get(store, Table::meta, big_endian(1) + std::string("engine\0", 7));
  REQUIRE(bytes);
  REQUIRE(codec::from_bytes(*bytes, clock));
  return clock;
}

std::size_t marks_in(Store& store) {
  return get(store, Table::meta, restore_mark_key(1)).has_value() ? 1 : 0;
}

void ready(clinic::Host& host) {
  host.configure();
  host.sign_in("joao");
  host.sign_in("marta");
  host.settle_all();
}

// A desk that is ready, and a backup of it.
void back_up(const Files& files) {
  const auto store = open_sqlite(files.store);
  clinic::Host host(*store);
  ready(host);
  must(store->backup(files.copy, sql_views()));
}

}  // namespace

TEST_CASE("[B2] restore: a busy desk is backed up between its commits and goes on from there") {
  const Files files;
  GivenOut given;
  Timestamp backed_up{};
  clinic::StoreRows copied;
  Timestamp lost{};
  {
    const auto store = open_sqlite(files.store);
    clinic::Host host(*store);
    ready(host);
    for (int i = 0; i < 20; ++i) busy_minute(host, given);
    auto backup = store->begin_backup(files.copy, sql_views());
    REQUIRE(backup);
    for (int i = 20; (*backup)->progress().phase == BackupPhase::copying; ++i) {
      must((*backup)->step(4));
      if ((*backup)->progress().phase != BackupPhase::copying) break;
      busy_minute(host, given);
    }
    copied = clinic::content_of(*store);
    backed_up = host.now();
    while ((*backup)->progress().phase != BackupPhase::done) {
      must((*backup)->step(200));
      busy_minute(host, given);
    }
    // The rest of this day, and the whole of the next one, are lost.
    for (int i = 2000; i < 2040; ++i) busy_minute(host, given);
    host.wait(24h);
    for (int i = 3000; i < 3040; ++i) busy_minute(host, given);
    lost = host.now();
  }
  RestoreOptions unsalted;
  unsalted.salt = 0;
  must(SqliteStore::restore(files.copy, files.back, unsalted));
  const auto store = open_sqlite(files.back);
  clinic::StoreRows rows = clinic::content_of(*store);
  std::erase_if(rows, [](const auto& row) { return std::get<1>(row) == restore_mark_key(1); });
  CHECK(clinic::difference(rows, copied) == "");
  REQUIRE(marks_in(*store) == 1);
  const std::uint64_t before = clock_of(*store).last_id;
  clinic::Host host(*store, clinic::options(), lost);
  CHECK(marks_in(*store) == 0);
  CHECK(clock_of(*store).last_id >= before + RestoreOptions{}.ids);
  CHECK(clock_of(*store).restored_at == lost);
  for (int i = 4000; i < 4010; ++i) busy_minute(host, given);  // CHECKs that nothing comes twice
  host.reopen();
  host.wait(24h);  // a day that nobody had lived through: its numbers begin at one again
  GivenOut next{"next"};
  busy_minute(host, next);
  CHECK(next.protocols.begin()->ends_with("000001"));
  CHECK(clock_of(*store).last_id < before + 2 * RestoreOptions{}.ids);
}

TEST_CASE("restore: numbers of sequences go on behind what the operator leaves free") {
  const Files files;
  GivenOut given;
  {
    const auto store = open_sqlite(files.store);
    clinic::Host host(*store);
    ready(host);
    busy_minute(host, given);
    must(store->backup(files.copy, sql_views()));
  }
  RestoreOptions options;
  options.ids = 1000;
  options.protocols = 7;
  options.salt = 0;
  must(SqliteStore::restore(files.copy, files.back, options));
  GivenOut after{"after"};
  {
    const auto store = open_sqlite(files.back);
    clinic::Host host(*store);
    busy_minute(host, after);
    CHECK(after.protocols == std::set<std::string>{"20260302000009"});
    // A backup of what was restored, and not yet used, leaves free as much again.
    CHECK(clock_of(*store).restored_protocols == 7);
  }
  const std::string second = files.back + "2";
  const std::string second_copy = files.copy + "2";
  const std::string third = files.back + "3";
  must(SqliteStore::restore(files.copy, second, options));
  must(open_sqlite(second)->backup(second_copy, sql_views()));
  must(SqliteStore::restore(second_copy, third, options));
  const auto value = get(*open_sqlite(third), Table::meta, restore_mark_key(1));
  REQUIRE(value);
  CHECK(read_restore_mark(*value) == RestoreMark{2000, 14});
}

TEST_CASE("restore: a desktop of the store that is gone starts over") {
  const Files files;
  back_up(files);
  ChangeCursor seen;
  {
    const auto store = open_sqlite(files.store);
    clinic::Host host(*store);  // what opens the copy is the next engine too
    seen = host.query().changes_since({}, 10)->next;
  }
  must(SqliteStore::restore(files.copy, files.back));
  const auto restored = open_sqlite(files.back);
  clinic::Host host(*restored);
  CHECK(host.query().changes_since(seen, 10)->start_over);
}

TEST_CASE("restore: a backup that is restored twice gives out other ids, to other desktops") {
  const Files files;
  back_up(files);
  std::vector<std::uint64_t> ids;
  std::vector<ChangeCursor> seen;
  for (const std::uint32_t salt : {7U, 8U}) {
    RestoreOptions options;
    options.salt = salt;
    const std::string path = files.back + std::to_string(salt);
    must(SqliteStore::restore(files.copy, path, options));
    const auto store = open_sqlite(path);
    clinic::Host host(*store);
    ids.push_back(host.sms("+5541966665555", "oi").conversation.value());
    if (!seen.empty()) CHECK(host.query().changes_since(seen.front(), 10)->start_over);
    seen.push_back(host.query().changes_since({}, 10)->next);
  }
  CHECK(ids[1] - ids[0] > std::uint64_t{1} << 31U);
  std::set<std::uint64_t> marks;
  for (const std::string& name : {std::string("a"), std::string("b"), std::string("c")}) {
    must(SqliteStore::restore(files.copy, files.back + name));
    const auto value = get(*open_sqlite(files.back + name), Table::meta, restore_mark_key(1));
    marks.insert(read_restore_mark(value.value())->ids);
  }
  CHECK(marks.size() == 3);
  RestoreOptions wrong;
  wrong.salt = 1U << 20U;
  CHECK(SqliteStore::restore(files.copy, files.back, wrong).error().reason == "bad_salt");
}

TEST_CASE("restore: two engines that open the same restored store do the same") {
  const Files files;
  GivenOut given;
  {
    const auto store = open_sqlite(files.store);
    clinic::Host host(*store);
    ready(host);
    for (int i = 0; i < 5; ++i) busy_minute(host, given);
    host.sms("5541977776666", "Oi");
    must(store->backup(files.copy, sql_views()));
  }
  clinic::StoreRows first;
  for (const char* name : {"one", "two"}) {
    const std::string path = (files.folder.path() / name).string();
    RestoreOptions same;
    same.salt = 5;
    must(SqliteStore::restore(files.copy, path, same));
    const auto store = open_sqlite(path);
    clinic::Host host(*store, clinic::options(), clinic::morning() + 3h);
    GivenOut here{"here"};
    busy_minute(host, here);
    if (first.empty()) {
      first = clinic::content_of(*store);
    } else {
      CHECK(clinic::difference(first, clinic::content_of(*store)) == "");
    }
  }
}

TEST_CASE("restore: what was unsettled may have been done, whatever it waited for") {
  const Files files;
  ConversationId conversation;
  std::size_t sends = 0;
  {
    const auto store = open_sqlite(files.store);
    clinic::Host host(*store);
    ready(host);
    conversation = host.sms(clinic::ana, "Bom dia!").conversation;
    host.settle_all();
    host.accept("joao");
    host.settle_all();
    for (const char* text : {"um", "dois", "três"}) {
      host.must(
          SendMessage{
              conversation, EntryPointName("sms"), {text, {}, {}, {}, {}, {}, {}, {}}, {}, {}, {}},
          "joao");
    }
    must(store->backup(files.copy, sql_views()));
  }
  must(SqliteStore::restore(files.copy, files.back));
  const auto store = open_sqlite(files.back);
  clinic::Host host(*store);
  const auto unsettled = host.query().unsettled({}, 100);
  REQUIRE(unsettled);
  for (const Effect& effect : *unsettled) {
    if (effect.kind != EffectKind::send) continue;
    ++sends;
    // Its entry point says that a person decides; every one of the lane may have gone out.
    CHECK(effect.held);
    CHECK(effect.maybe_done);
  }
  CHECK(sends == 3);
  CHECK(host.count(conversation, EventKind::send_held) == 3);
  for (const Handout& out : host.poll()) {
    if (out.body.contains("type") && out.body.at("type").to_text() == "send_held") continue;
    CHECK(out.maybe_done);
  }
  const auto rows = clinic::content_of(*store);
  host.reopen();
  CHECK(host.count(conversation, EventKind::send_held) == 3);
  CHECK(clock_of(*store).last_id == [&] {
    EngineClock clock;
    for (const auto& [table, key, value] : rows) {
      if (table == Table::meta) codec::from_bytes(value, clock);
    }
    return clock.last_id;
  }());
}

TEST_CASE("restore: a mark that cannot be read is refused, one under any store is taken") {
  MemoryStore store;
  { clinic::Host(store).configure(); }
  const Fence fence = fence_of(store);
  commit(store, fence, {put(Table::meta, restore_mark_key(1), "short")});
  auto engine = Engine::open(store, clinic::adapters(), clinic::options(), clinic::morning());
  REQUIRE_FALSE(engine);
  CHECK(engine.error().code == ErrorCode::corrupt);
  const Fence again = fence_of(store);
  commit(store, again,
         {put(Table::meta, restore_mark_key(1), restore_mark_value({~std::uint64_t{0}, 0}))});
  CHECK_FALSE(Engine::open(store, clinic::adapters(), clinic::options(), clinic::morning()));
  const Fence third = fence_of(store);
  commit(store, third, {put(Table::meta, restore_mark_key(1), restore_mark_value({5000, 3}))});
  clinic::Host host(store);
  CHECK(host.sms(clinic::ana, "Oi").contact.value() > 5000);
}

}  // namespace novelo
