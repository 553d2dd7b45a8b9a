// One suite for every store: each rule of store.hpp is held against each of them. A new store joins
// by a line in `kinds`.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "novelo/stores/memory.hpp"
#include "store_support.hpp"

namespace novelo {

using namespace store_support;

namespace {

// The kinds of store that every rule is held against.
struct Kind {
  std::string name;
  std::function<std::unique_ptr<Store>(const TempFolder&)> open;
  // One with room for some hundred kilobytes.
  std::function<std::unique_ptr<Store>(const TempFolder&)> open_small;
};

std::vector<Kind> kinds() {
  return {{"memory", [](const TempFolder&) { return std::make_unique<MemoryStore>(); },
           [](const TempFolder&) { return std::make_unique<MemoryStore>(400'000); }},
          {"sqlite", [](const TempFolder& folder) { return open_sqlite(folder.file()); },
           [](const TempFolder& folder) {
             SqliteOptions options;
             options.max_pages = 128;
             return open_sqlite(folder.file(), options);
           }}};
}

void on_every_store(const std::function<void(Store&)>& check) {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const TempFolder folder;
    const std::unique_ptr<Store> store = kind.open(folder);
    check(*store);
  }
}

std::string keys(const Pairs& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) text += key;
  return text;
}

}  // namespace

TEST_CASE("every table has a name of its own") {
  std::set<std::string_view> names;
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    names.insert(to_string(static_cast<Table>(number)));
  }
  CHECK(names.size() == table_count);
  CHECK_FALSE(names.contains(""));
  CHECK(to_string(static_cast<Table>(table_count + 1)).empty());
  CHECK(to_string(Table::open_conversation) == "open_conversation");
}

TEST_CASE("store: rows are put, read, replaced and erased, each in its table") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    commit(store, fence, {put(Table::entry, "k", "one"), put(Table::note, "k", "two")});
    CHECK(get(store, Table::entry, "k") == "one");
    CHECK(get(store, Table::note, "k") == "two");
    CHECK_FALSE(get(store, Table::work, "k"));
    commit(store, fence, {put(Table::entry, "k", "three")});
    CHECK(get(store, Table::entry, "k") == "three");
    commit(store, fence, {erase(Table::entry, "k"), erase(Table::entry, "never was")});
    CHECK_FALSE(get(store, Table::entry, "k"));
    CHECK(get(store, Table::note, "k") == "two");
  });
}

TEST_CASE("store: every table works") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    std::vector<Write> writes;
    for (std::uint8_t number = 1; number <= table_count; ++number) {
      writes.push_back(insert(static_cast<Table>(number), "k", std::to_string(number)));
    }
    commit(store, fence, writes);
    for (std::uint8_t number = 1; number <= table_count; ++number) {
      const Table table = static_cast<Table>(number);
      CHECK(get(store, table, "k") == std::to_string(number));
      CHECK(scan(store, table, "", after_all) == Pairs{{"k", std::to_string(number)}});
    }
  });
}

TEST_CASE("store rule 6: keys and values are bytes: empty ones, NULs and high bytes included") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    const std::string nul("a\0b", 3);
    const std::string high("\xff\xfe\x80", 3);
    commit(store, fence,
           {put(Table::meta, "", ""), put(Table::meta, nul, nul), put(Table::meta, "a", high),
            put(Table::meta, high, "")});
    CHECK(get(store, Table::meta, "") == "");
    CHECK(get(store, Table::meta, std::string_view()) == "");
    CHECK(get(store, Table::meta, nul) == nul);
    CHECK(get(store, Table::meta, "a") == high);
    CHECK(get(store, Table::meta, high) == "");
    CHECK(scan(store, Table::meta, "", after_all) ==
          Pairs{{"", ""}, {"a", high}, {nul, nul}, {high, ""}});
    commit(store, fence, {erase(Table::meta, nul), erase(Table::meta, "")});
    CHECK_FALSE(get(store, Table::meta, ""));
    CHECK_FALSE(get(store, Table::meta, nul));
    CHECK(get(store, Table::meta, "a") == high);
  });
}

TEST_CASE("store: a scan takes from <= key < to, in both orders, up to the limit") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    std::vector<Write> writes;
    for (const char* key : {"d", "b", "e", "a", "c"}) writes.push_back(put(Table::timer, key, "v"));
    commit(store, fence, writes);
    const auto up = [&](std::string_view from, std::string_view to, std::size_t limit) {
      return keys(scan(store, Table::timer, from, to, limit, Order::ascending));
    };
    const auto down = [&](std::string_view from, std::string_view to, std::size_t limit) {
      return keys(scan(store, Table::timer, from, to, limit, Order::descending));
    };
    CHECK(up("b", "d", no_limit) == "bc");
    CHECK(down("b", "d", no_limit) == "cb");
    CHECK(up("", "z", no_limit) == "abcde");
    CHECK(down("", "z", no_limit) == "edcba");
    CHECK(up("", "z", 2) == "ab");
    CHECK(down("", "z", 2) == "ed");
    CHECK(up("aa", "cc", no_limit) == "bc");
    CHECK(down("aa", "cc", 1) == "c");
    CHECK(up("", "z", 0) == "");
    CHECK(up("c", "c", no_limit) == "");
    CHECK(up("d", "b", no_limit) == "");
    CHECK(down("d", "b", no_limit) == "");
    CHECK(up("", "", no_limit) == "");
    CHECK(down("f", "z", no_limit) == "");
  });
}

TEST_CASE("store: keys are ordered as unsigned bytes, a prefix before what it begins") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    const std::vector<std::string> ordered = {std::string("\0", 1),
                                              std::string("\0\0", 2),
                                              "\x7f",
                                              "\x7f\x01",
                                              "\x80",
                                              "\xff",
                                              "\xff\xff"};
    std::vector<Write> writes;
    for (auto key = ordered.rbegin(); key != ordered.rend(); ++key) {
      writes.push_back(put(Table::entry, *key, ""));
    }
    commit(store, fence, writes);
    std::vector<std::string> seen;
    for (const auto& [key, value] : scan(store, Table::entry, "", after_all)) seen.push_back(key);
    CHECK(seen == ordered);
  });
}

TEST_CASE("store: a hundred thousand rows, paged in both orders") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    constexpr std::uint64_t count = 100'000;
    std::vector<Write> writes;
    for (std::uint64_t i = 0; i < count; ++i) {
      writes.push_back(insert(Table::entry, big_endian(i), "entry " + std::to_string(i)));
      if (writes.size() < 10'000) continue;
      commit(store, fence, writes);
      writes.clear();
    }
    std::string from = big_endian(0);
    std::uint64_t next = 0;
    while (true) {
      const Pairs page = scan(store, Table::entry, from, after_all, 999);
      for (const auto& [key, value] : page) {
        if (key != big_endian(next++)) FAIL("out of order");
      }
      if (page.empty()) break;
      from = page.back().first + '\0';
    }
    CHECK(next == count);
    const Pairs newest = scan(store, Table::entry, "", after_all, 3, Order::descending);
    CHECK(newest.front() == std::pair(big_endian(count - 1), std::string("entry 99999")));
    CHECK(get(store, Table::entry, big_endian(54'321)) == "entry 54321");
  });
}

TEST_CASE("store rule 6: a table that does not exist is refused and nothing is written") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    const Table none = static_cast<Table>(table_count + 1);
    for (const Table table : {none, static_cast<Table>(0)}) {
      const Error error =
          commit_error(store, fence, {put(Table::meta, "k", "v"), put(table, "k", "v")});
      CHECK(error.code == ErrorCode::invalid);
      CHECK(error.reason == "unknown_table");
      CHECK(store.get(table, "k").error().reason == "unknown_table");
      CHECK(store.scan(table, "", "z", 1, Order::ascending).error().reason == "unknown_table");
    }
    CHECK_FALSE(get(store, Table::meta, "k"));
  });
}

TEST_CASE("store rule 1: a commit is all or nothing, and its writes apply in the order given") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    commit(store, fence, {put(Table::entry, "old", "before"), put(Table::entry, "gone", "before")});
    commit_error(store, fence,
                 {put(Table::entry, "old", "after"), put(Table::note, "new", "after"),
                  erase(Table::entry, "gone"), put(Table::entry, "old", "later"),
                  insert(Table::entry, "old", "clash"), put(Table::work, "w", "after")});
    CHECK(scan(store, Table::entry, "", after_all) == Pairs{{"gone", "before"}, {"old", "before"}});
    CHECK(scan(store, Table::note, "", after_all).empty());
    CHECK(scan(store, Table::work, "", after_all).empty());
    commit(store, fence,
           {put(Table::entry, "x", "1"), put(Table::entry, "x", "2"), erase(Table::entry, "x"),
            insert(Table::entry, "x", "3"), erase(Table::entry, "old"),
            put(Table::entry, "old", "4")});
    CHECK(get(store, Table::entry, "x") == "3");
    CHECK(get(store, Table::entry, "old") == "4");
  });
}

TEST_CASE("store rule 2: inserting a key that exists is a conflict and leaves nothing") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    commit(store, fence, {insert(Table::open_conversation, "desk/ana", "7")});
    const Error error = commit_error(
        store, fence,
        {put(Table::conversation, "8", "open"), insert(Table::open_conversation, "desk/ana", "8")});
    CHECK(error.code == ErrorCode::conflict);
    CHECK(error.reason == "exists");
    CHECK(error.subject == "open_conversation");
    CHECK_FALSE(error.message.empty());
    CHECK_FALSE(error.remedy.empty());
    CHECK(get(store, Table::open_conversation, "desk/ana") == "7");
    CHECK_FALSE(get(store, Table::conversation, "8"));
    // Twice in one commit is the same conflict.
    const Error twice = commit_error(
        store, fence, {insert(Table::command, "c", "1"), insert(Table::command, "c", "1")});
    CHECK(twice.reason == "exists");
    CHECK_FALSE(get(store, Table::command, "c"));
  });
}

TEST_CASE("store rule 3: only the newest fence of a tenant writes") {
  on_every_store([](Store& store) {
    const Fence first = fence_of(store, "clinic");
    const Fence other = fence_of(store, "bakery");
    commit(store, first, {put(Table::meta, "k", "first")});
    const Fence second = fence_of(store, "clinic");
    CHECK(second.tenant == first.tenant);
    CHECK(second.epoch > first.epoch);
    CHECK(other.tenant != first.tenant);
    const Error error = commit_error(store, first, {put(Table::meta, "k", "late")});
    CHECK(error.code == ErrorCode::conflict);
    CHECK(error.reason == "fenced");
    CHECK(commit_error(store, first, {}).reason == "fenced");
    CHECK(get(store, Table::meta, "k") == "first");
    commit(store, second, {put(Table::meta, "k", "second")});
    commit(store, second, {});
    commit(store, other, {put(Table::meta, "o", "untouched by it")});
    CHECK(get(store, Table::meta, "k") == "second");
    // Fences that were never given.
    CHECK(commit_error(store, {first.tenant, second.epoch + 1}, {}).reason == "fenced");
    CHECK(commit_error(store, {99, 1}, {}).reason == "fenced");
    CHECK(commit_error(store, {}, {}).reason == "fenced");
  });
}

TEST_CASE("store: a commit of several tenants is one, all or nothing, each part under its fence") {
  on_every_store([](Store& store) {
    const Fence clinic = fence_of(store, "clinic");
    const Fence bakery = fence_of(store, "bakery");
    const std::vector<Write> ours = {insert(Table::entry, "c", "1"), put(Table::meta, "k", "ours")};
    const std::vector<Write> theirs = {insert(Table::entry, "b", "2"), put(Table::meta, "k", "x")};
    const auto both = [&](const Fence& first, const Fence& second) {
      const std::vector<TenantWrites> parts = {{first, ours}, {second, theirs}};
      return store.commit_all(parts);
    };
    REQUIRE(both(clinic, bakery));
    CHECK(keys(scan(store, Table::entry, "", after_all)) == "bc");
    CHECK(get(store, Table::meta, "k") == "x");  // in the order given

    // One row that is there already, and nothing of anybody is written.
    commit(store, clinic, {erase(Table::entry, "c"), put(Table::meta, "k", "before")});
    const Status clash = both(clinic, bakery);
    REQUIRE_FALSE(clash);
    CHECK(clash.error().reason == "exists");
    CHECK(keys(scan(store, Table::entry, "", after_all)) == "b");
    CHECK(get(store, Table::meta, "k") == "before");

    // One fence that is old, and nothing of anybody is written; the error says whose.
    commit(store, clinic, {erase(Table::entry, "b")});
    const Fence newer = fence_of(store, "bakery");
    const Status fenced = both(clinic, bakery);
    REQUIRE_FALSE(fenced);
    CHECK(fenced.error().code == ErrorCode::conflict);
    CHECK(fenced.error().reason == "fenced");
    CHECK(fenced.error().subject ==
          "tenant " + std::to_string(bakery.tenant) + " epoch " + std::to_string(bakery.epoch));
    CHECK(scan(store, Table::entry, "", after_all).empty());
    CHECK(both(clinic, newer));
    CHECK(store.commit_all({}));
    const std::vector<TenantWrites> looks = {{clinic, {}}, {bakery, {}}};
    CHECK(store.commit_all(looks).error().reason == "fenced");
  });
}

TEST_CASE("store: housekeeping asked for is done, and asking for none does none") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    commit(store, fence, {put(Table::entry, "k", std::string(20'000, 'x'))});
    const auto waiting = store.maintain(0);
    REQUIRE(waiting);
    CHECK(store.maintain(0) == waiting);
    CHECK(store.maintain(*waiting + 1) == 0U);
    CHECK(store.maintain(0) == 0U);
    CHECK(get(store, Table::entry, "k") == std::string(20'000, 'x'));
  });
}

TEST_CASE(
    "store rule 7: tenants are numbered from 1 in the order of their first opening, on every "
    "store") {
  on_every_store([](Store& store) {
    const std::string odd("b\0b", 3);
    for (const auto& [name, number] : std::vector<std::pair<std::string, std::uint64_t>>{
             {"b", 1}, {"a", 2}, {"b", 1}, {odd, 3}}) {
      CHECK(fence_of(store, name).tenant == number);
    }
    CHECK(fence_of(store, "b").epoch == 3);
    CHECK(store.open_tenant(TenantName()).error().reason == "empty_name");
  });
}

TEST_CASE("store rule 4: reads see every commit that came before them") {
  on_every_store([](Store& store) {
    const Fence fence = fence_of(store);
    for (int i = 0; i < 50; ++i) {
      commit(store, fence, {put(Table::agent, "joao", std::to_string(i))});
      CHECK(get(store, Table::agent, "joao") == std::to_string(i));
      CHECK(scan(store, Table::agent, "", "z") == Pairs{{"joao", std::to_string(i)}});
    }
  });
}

TEST_CASE(
    "store rule 5: a full disk is storage/full, nothing of the commit stays, and erasing helps") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const TempFolder folder;
    const std::unique_ptr<Store> store = kind.open_small(folder);
    const Fence fence = fence_of(*store);
    std::uint64_t written = 0;
    Error error;
    for (; written < 1000; ++written) {
      const Status done = store->commit(
          fence,
          std::vector<Write>{put(Table::meta, "count", std::to_string(written + 1)),
                             put(Table::entry, big_endian(written), std::string(3000, 'x'))});
      if (done) continue;
      error = done.error();
      break;
    }
    CHECK(error.code == ErrorCode::storage);
    CHECK(error.reason == "full");
    CHECK_FALSE(error.subject.empty());
    CHECK_FALSE(error.remedy.empty());
    CHECK(written > 20);
    CHECK(get(*store, Table::meta, "count") == std::to_string(written));
    CHECK(scan(*store, Table::entry, "", after_all).size() == written);
    // Still full, still in service; what makes room goes through, and then there is room.
    CHECK(commit_error(*store, fence, {put(Table::work, "w", std::string(9000, 'x'))}).reason ==
          "full");
    commit(*store, fence,
           {erase(Table::entry, big_endian(0)), erase(Table::entry, big_endian(1)),
            erase(Table::entry, big_endian(2)), erase(Table::entry, big_endian(3))});
    commit(*store, fence, {put(Table::entry, big_endian(0), std::string(3000, 'y'))});
    CHECK(scan(*store, Table::entry, "", after_all).size() == written - 3);
  }
}

TEST_CASE("store: engines come and go, the rows stay") {
  on_every_store([](Store& store) {
    for (int engine = 0; engine < 5; ++engine) {
      const Fence fence = fence_of(store);
      CHECK(scan(store, Table::entry, "", after_all).size() == static_cast<std::size_t>(engine));
      commit(store, fence,
             {insert(Table::entry, big_endian(static_cast<std::uint64_t>(engine)), "")});
    }
  });
}

TEST_CASE("memory store: the capacity can change, and the bytes are counted exactly") {
  MemoryStore store;
  const Fence fence = fence_of(store);
  commit(store, fence, {put(Table::meta, "key", "12345"), put(Table::meta, "k2", "")});
  CHECK(store.bytes() == 10);
  commit(store, fence, {put(Table::meta, "key", "1"), put(Table::meta, "k2", "22")});
  CHECK(store.bytes() == 8);
  store.set_capacity(4);
  CHECK(commit_error(store, fence, {put(Table::meta, "key", "2")}).reason == "full");
  CHECK(commit_error(store, fence, {put(Table::note, "k", "v"), insert(Table::meta, "key", "")})
            .reason == "exists");
  CHECK(store.bytes() == 8);
  commit(store, fence, {erase(Table::meta, "k2")});
  CHECK(store.bytes() == 4);
  store.set_capacity(MemoryStore::unlimited);
  commit(store, fence, {put(Table::meta, "key", std::string(1000, 'x'))});
  CHECK(store.bytes() == 1003);
  CHECK(store.statistics().commits == 5);
  CHECK(store.statistics().rows_written == 6);
}

namespace {

// A short history: batches of writes, with a scan after each.
struct ModelStep {
  std::vector<Write> writes;
  std::string from;
  std::string to;
  std::size_t limit = 0;
  Order order = Order::ascending;
};

using Model = std::map<std::pair<Table, std::string>, std::string>;

rc::Gen<std::string> short_key() {
  return rc::gen::container<std::string>(rc::gen::element('\0', 'a', 'b', '\xff'));
}

rc::Gen<Write> any_write() {
  return rc::gen::build<Write>(
      rc::gen::set(&Write::kind, rc::gen::element(Write::Kind::put, Write::Kind::put,
                                                  Write::Kind::insert, Write::Kind::erase)),
      rc::gen::set(&Write::table, rc::gen::element(Table::entry, Table::effect, Table::segment)),
      rc::gen::set(&Write::key, rc::gen::resize(3, short_key())),
      rc::gen::set(&Write::value, rc::gen::arbitrary<std::string>()));
}

rc::Gen<ModelStep> any_step() {
  return rc::gen::build<ModelStep>(
      rc::gen::set(&ModelStep::writes,
                   rc::gen::resize(8, rc::gen::container<std::vector<Write>>(any_write()))),
      rc::gen::set(&ModelStep::from, rc::gen::resize(3, short_key())),
      rc::gen::set(&ModelStep::to, rc::gen::resize(3, short_key())),
      rc::gen::set(&ModelStep::limit, rc::gen::inRange<std::size_t>(0, 6)),
      rc::gen::set(&ModelStep::order, rc::gen::element(Order::ascending, Order::descending)));
}

// Applies the writes, or says that they clash and leaves the model alone.
bool apply_to_model(Model& model, const std::vector<Write>& writes) {
  Model next = model;
  for (const Write& write : writes) {
    const std::pair place(write.table, write.key);
    if (write.kind == Write::Kind::insert && next.contains(place)) return false;
    if (write.kind == Write::Kind::erase) {
      next.erase(place);
    } else {
      next[place] = write.value;
    }
  }
  model = std::move(next);
  return true;
}

Pairs scan_model(const Model& model, Table table, const ModelStep& step) {
  Pairs found;
  for (const auto& [place, value] : model) {
    if (place.first != table || place.second < step.from || place.second >= step.to) continue;
    found.emplace_back(place.second, value);
  }
  if (step.order == Order::descending) std::reverse(found.begin(), found.end());
  if (found.size() > step.limit) found.resize(step.limit);
  return found;
}

// `next_store` gives the store to use for the next step: the same one, or one reopened.
void run_against_model(const std::vector<ModelStep>& steps,
                       const std::function<Store&()>& next_store) {
  Model model;
  for (const ModelStep& step : steps) {
    Store& store = next_store();
    const Fence fence = fence_of(store);
    const Status done = store.commit(fence, step.writes);
    const bool fits = apply_to_model(model, step.writes);
    RC_ASSERT(done.has_value() == fits);
    if (!done) RC_ASSERT(done.error().reason == "exists");
    for (const Table table : {Table::entry, Table::effect, Table::segment}) {
      RC_ASSERT(scan(store, table, step.from, step.to, step.limit, step.order) ==
                scan_model(model, table, step));
    }
    for (const Write& write : step.writes) {
      const auto place = model.find({write.table, write.key});
      const auto wanted = place == model.end() ? std::nullopt : std::optional(place->second);
      RC_ASSERT(get(store, write.table, write.key) == wanted);
    }
  }
}

}  // namespace

TEST_CASE("property: a memory store behaves as a map") {
  CHECK(rc::check([] {
    const auto steps = *rc::gen::container<std::vector<ModelStep>>(any_step());
    MemoryStore store;
    run_against_model(steps, [&]() -> Store& { return store; });
  }));
}

TEST_CASE("property: an SQLite store behaves as a map, reopened between steps or not") {
  CHECK(rc::check([] {
    const auto steps = *rc::gen::resize(12, rc::gen::container<std::vector<ModelStep>>(any_step()));
    const auto period = *rc::gen::inRange<std::size_t>(1, 5);
    const TempFolder folder;
    std::unique_ptr<SqliteStore> store;
    std::size_t number = 0;
    run_against_model(steps, [&]() -> Store& {
      if (number++ % period == 0) {
        store.reset();
        store = open_sqlite(folder.file());
      }
      return *store;
    });
  }));
}

}  // namespace novelo
