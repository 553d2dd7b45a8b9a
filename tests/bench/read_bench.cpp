// Reading a conversation with its last 50 entries out of a store of a million entries. Held to 200
// us when it has been read before.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench/desk.hpp"
#include "bench/folder.hpp"
#include "bench/promise.hpp"
#include "engine/tables.hpp"
#include "novelo/query.hpp"

namespace novelo::bench {
namespace {

constexpr std::size_t conversations = 10'000;
constexpr std::uint64_t entries_each = 100;
constexpr std::size_t in_one_commit = 1000;  // conversations
constexpr std::size_t shown = 50;            // entries
constexpr double most_seconds = 200e-6;

Entry message(ConversationId conversation, std::uint64_t sequence) {
  Entry entry;
  entry.conversation = conversation;
  entry.sequence = sequence;
  entry.customer_sequence = sequence;
  entry.customer_entries = sequence;
  entry.at = Desk::opened_at;
  entry.type = EntryType::message;
  entry.direction = sequence % 2 == 0 ? Direction::outbound : Direction::inbound;
  entry.channel = Channel::whatsapp;
  entry.entry_point = EntryPointName("whatsapp");
  entry.content.text = "Bom dia! Gostaria de confirmar a consulta de amanhã às dez, por favor.";
  entry.provider_id = fmt::format("wamid.HBgMNTU0MTk4ODg4Nzc3N{:08}", sequence);
  return entry;
}

// The ids of the conversations; none when the store could not be filled.
std::vector<ConversationId> fill(const std::string& path) {
  Desk(path, 0);  // a configuration in service
  auto store = SqliteStore::open(path);
  if (!store) return {};
  const auto fence = (*store)->open_tenant(desk_options().tenant);
  if (!fence) return {};
  Tables tables(**store, *fence, in_one_commit);
  IdCounter ids(tables.clock.find(tables.clock_key())->last_id);
  std::vector<ConversationId> made;
  while (made.size() < conversations) {
    ConversationRecord record;
    record.id = ids.take<ConversationId>();
    record.desk = DeskName("care");
    record.contact = ids.take<ContactId>();
    record.entries = entries_each;
    record.customer_entries = entries_each;
    for (std::uint64_t sequence = 1; sequence <= entries_each; ++sequence) {
      tables.entries.create(tables.key(record.id, sequence), message(record.id, sequence));
    }
    tables.conversations.create(tables.key(record.id), ConversationRecord(record));
    made.push_back(record.id);
    if (made.size() % in_one_commit != 0) continue;
    tables.clock.edit(tables.clock_key()).last_id = ids.last();
    if (!(*store)->commit(*fence, tables.collect())) return {};
    tables.trim();
  }
  return made;
}

bool read(const Query& query, ConversationId id) {
  const auto record = query.conversation(id);
  const auto entries = query.timeline_before(id, 0, shown);
  return record && entries && entries->size() == shown;
}

// `hot` of the conversations are read, in turn.
void read_conversation(benchmark::State& state) {
  const Folder folder;
  const std::string path = folder.file("desk.novelo");
  const std::vector<ConversationId> ids = fill(path);
  if (!promise(state, !ids.empty(), "the store could not be filled")) return;
  const WhatsAppAdapter adapter;
  auto store = SqliteStore::open(path);
  if (!promise(state, store.has_value(), "the store did not open")) return;
  auto engine = Engine::open(**store, {&adapter}, desk_options(), Desk::opened_at);
  if (!promise(state, engine.has_value(), "the engine did not open")) return;
  const Query query(*engine);
  const auto hot = static_cast<std::size_t>(state.range(0));
  for (std::size_t i = 0; i < hot; ++i) read(query, ids[i * (ids.size() / hot)]);
  std::vector<double> times;
  std::size_t next = 0;
  bool all = true;
  for (auto _ : state) {
    const ConversationId id = ids[next++ % hot * (ids.size() / hot)];
    const auto start = std::chrono::steady_clock::now();
    all = read(query, id) && all;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    times.push_back(took.count());
    state.SetIterationTime(took.count());
  }
  promise(state, all, "a conversation could not be read");
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  state.counters["median_us"] = *middle * 1e6;
  promise(state, *middle < most_seconds, "reading took 200 us or more");
}

BENCHMARK(read_conversation)
    ->Arg(64)
    ->Arg(1000)
    ->Iterations(5000)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace novelo::bench
