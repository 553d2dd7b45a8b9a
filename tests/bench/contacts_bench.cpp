// Contacts from another system: a million, in imports of a thousand, on SQLite; then the same again
// unchanged, as every night, and again with other names. Held to a minute each, on one machine's
// disk; and to writing nothing for what is as it should be.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/folder.hpp"
#include "bench/promise.hpp"
#include "novelo/engine.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::bench {
namespace {

constexpr std::size_t in_one_import = 1000;
constexpr std::size_t imports_in_one_commit = 10;
constexpr double most_seconds = 60;

constexpr const char* configuration = R"({
  "tenant": {"company": "Clínica Aurora"},
  "desks": [{"name": "care"}],
  "queues": [{"name": "front"}]
})";

// A number of its own for each, not in the order of the ids.
ContactRow row_of(std::uint64_t contact, const char* family) {
  const std::uint64_t number = contact * 7919 % 100'000'000;
  return {fmt::format("Contact{} {}", contact, family),
          "pt-BR",
          {{AddressKind::external, fmt::format("crm-{}", contact)},
           {AddressKind::phone, fmt::format("55419{:08}", number)}},
          {{"segment", Value("gold")}}};
}

class Nights {
 public:
  Nights() {
    auto store = SqliteStore::open(folder_.file("contacts.db"));
    if (!store) return;
    store_ = std::move(*store);
    EngineOptions options;
    options.tenant_secret = Secret("a secret of the benchmark's");
    auto engine = Engine::open(*store_, {}, options, now_);
    if (!engine) return;
    engine_.emplace(std::move(*engine));
    ready_ =
        engine_->feed({"configuration", {}, LoadConfiguration{configuration}}, now_).has_value();
  }

  bool ready() const { return ready_; }
  SqliteStore& store() { return *store_; }

  // Imports so many contacts; how many of them counted as `as`.
  std::int64_t import(std::size_t contacts, const char* family, const char* as) {
    std::int64_t counted = 0;
    std::uint64_t next = 0;
    while (next < contacts) {
      std::vector<Input> inputs;
      while (next < contacts && inputs.size() < imports_in_one_commit) {
        ImportContacts import;
        for (std::size_t i = 0; i < in_one_import && next < contacts; ++i) {
          import.contacts.push_back(row_of(next++, family));
        }
        inputs.emplace_back(Command{fmt::format("import-{}", ++commands_), {}, std::move(import)});
      }
      const auto results = engine_->feed(inputs, now_);
      if (!results) return -1;
      for (const auto& result : *results) {
        if (!result) return -1;
        const Value details(result->details);
        const std::int64_t* found = details[as].as_int();
        counted += found != nullptr ? *found : 0;
      }
    }
    return counted;
  }

 private:
  Folder folder_;
  std::unique_ptr<SqliteStore> store_;
  std::optional<Engine> engine_;
  Timestamp now_{std::chrono::hours(24 * 365 * 56)};
  std::uint64_t commands_ = 0;
  bool ready_ = false;
};

void three_nights(benchmark::State& state) {
  const auto contacts = static_cast<std::size_t>(state.range(0));
  for (auto unused : state) {
    (void)unused;
    Nights nights;
    if (!promise(state, nights.ready(), "the engine does not open")) return;
    const std::vector<std::pair<const char*, const char*>> runs{
        {"Souza", "created"}, {"Souza", "unchanged"}, {"Lima", "changed"}};
    for (std::size_t run = 0; run < runs.size(); ++run) {
      const auto [family, as] = runs[run];
      const std::uint64_t rows = nights.store().statistics().rows_written;
      const auto start = std::chrono::steady_clock::now();
      const std::int64_t counted = nights.import(contacts, family, as);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      const double written = static_cast<double>(nights.store().statistics().rows_written - rows) /
                             static_cast<double>(contacts);
      state.counters[fmt::format("{}_seconds", as)] = took.count();
      state.counters[fmt::format("{}_rows", as)] = written;
      if (!promise(state, counted == static_cast<std::int64_t>(contacts),
                   fmt::format("only {} are {}", counted, as))) {
        return;
      }
      // Made: the contact and its two addresses. Changed: the contact. And a row for each import.
      const double most[] = {3.1, 0.1, 1.1};
      if (!promise(state, written <= most[run], fmt::format("{} rows each", written))) return;
      if (!promise(state, took.count() < most_seconds, fmt::format("{} takes too long", as)))
        return;
    }
  }
}
BENCHMARK(three_nights)->Arg(1'000'000)->Unit(benchmark::kSecond)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace novelo::bench
