#include "engine/seen.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <optional>
#include <set>
#include <vector>

#include "engine/tables.hpp"
#include "novelo/stores/memory.hpp"

namespace novelo {
namespace {

constexpr std::size_t kept = 32;

SeenDigest digest_of(std::uint32_t number) {
  SeenDigest digest{};
  // Neighbours in number are no neighbours in order.
  const std::uint32_t mixed = number * 2654435761U;
  for (std::size_t place = 0; place < 4; ++place) {
    digest[place] = static_cast<char>(mixed >> (8 * place));
  }
  return digest;
}

// A store, the ids that one engine after another keeps there, and what they ought to know.
struct Memory {
  MemoryStore store;
  Fence fence = store.open_tenant(TenantName("clinic")).value();
  std::optional<SeenIds> ids;
  std::set<std::uint32_t> known;      // now
  std::set<std::uint32_t> before;     // the input under way
  std::set<std::uint32_t> committed;  // as of the last commit

  Memory() { reopen(); }

  void reopen() {
    ids.emplace(store, fence.tenant, kept);
    known = before = committed;
  }
  void begin() {
    ids->begin_input();
    before = known;
  }
  void come(std::uint32_t number) {
    const SeenDigest id = digest_of(number);
    REQUIRE(ids->contains(id) == known.contains(number));
    if (known.insert(number).second) ids->add(id);
  }
  void forget(std::uint32_t number) {
    ids->forget(digest_of(number));
    known.erase(number);
  }
  void undo() {
    ids->undo();
    known = before;
  }
  void commit() {
    std::vector<Write> writes;
    ids->collect(writes);
    REQUIRE(store.commit(fence, writes));
    committed = before = known;
  }
  void check(std::uint32_t numbers) {
    for (std::uint32_t number = 0; number < numbers; ++number) {
      REQUIRE(ids->contains(digest_of(number)) == known.contains(number));
    }
  }
  std::size_t rows(Table table) {
    return store.scan(table, {}, std::string(1, '\xff'), 1'000'000, Order::ascending)->size();
  }
};

}  // namespace

TEST_CASE("an id that came is known until it is forgotten, whatever happens meanwhile") {
  constexpr std::uint32_t numbers = 300;
  rc::check([&] {
    Memory memory;
    const auto acts = *rc::gen::container<std::vector<std::pair<int, std::uint32_t>>>(
        600, rc::gen::pair(rc::gen::inRange(0, 100), rc::gen::inRange(0U, numbers)));
    for (const auto& [act, number] : acts) {
      if (act < 70) {
        memory.begin();
        memory.come(number);
        if (act < 6) memory.undo();
      } else if (act < 80) {
        memory.begin();
        memory.forget(number);
        if (act < 72) memory.come(number);
        if (act < 74) memory.undo();
      } else if (act < 98) {
        memory.commit();
      } else {
        memory.reopen();
      }
    }
    memory.check(numbers);
    memory.commit();
    memory.reopen();
    memory.check(numbers);
  });
}

TEST_CASE("what is kept apart is bounded, and the rest is sorted in") {
  Memory memory;
  constexpr std::uint32_t many = 2000;
  for (std::uint32_t number = 0; number < many; ++number) {
    memory.begin();
    memory.come(number);
    memory.commit();
    REQUIRE(memory.rows(Table::seen_run) <= 3 * kept);
    if (number % 97 == 0) memory.reopen();
  }
  CHECK(memory.rows(Table::correlation) >= many - 2 * kept);
  memory.check(many + 100);
}

TEST_CASE("many ids of one commit are one row") {
  Memory memory;
  memory.begin();
  for (std::uint32_t number = 0; number < 20; ++number) memory.come(number);
  memory.commit();
  CHECK(memory.rows(Table::seen_run) == 1);
  CHECK(memory.rows(Table::correlation) == 0);
}

TEST_CASE("a damaged list of ids is said, and not taken for an empty one") {
  Memory memory;
  memory.begin();
  memory.come(7);
  memory.commit();
  const std::string key = Key(memory.fence.tenant).number(1);
  const std::vector<Write> writes{{Write::Kind::put, Table::seen_run, key,
                                   codec::to_bytes(SeenRun{{}, std::string(17, 'x'), {}, 0, 0})}};
  REQUIRE(memory.store.commit(memory.fence, writes));
  memory.reopen();
  CHECK_THROWS_AS(memory.ids->contains(digest_of(7)), CutShort);
}

}  // namespace novelo
