// Backing up a store of a million entries while somebody commits between the steps: how fast it is,
// how long one step takes, and how long a commit waits for it at most; and restoring it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/folder.hpp"
#include "bench/promise.hpp"
#include "engine/tables.hpp"
#include "novelo/sql_views.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::bench {
namespace {

constexpr std::uint64_t entries = 1'000'000;
constexpr std::uint64_t entries_in_one = 20;
constexpr std::uint64_t in_one_commit = 20'000;
constexpr std::size_t pages_at_once = 500;
constexpr std::size_t rows_at_once = 2'000;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Entry entry_of(ConversationId conversation, std::uint64_t sequence) {
  Entry entry;
  entry.conversation = conversation;
  entry.sequence = sequence;
  entry.at = Timestamp(std::chrono::seconds(1'772'000'000 + sequence));
  entry.type = EntryType::message;
  entry.direction = sequence % 2 == 0 ? Direction::outbound : Direction::inbound;
  entry.author = {AuthorRole::agent, "agent7"};
  entry.channel = Channel::whatsapp;
  entry.entry_point = EntryPointName("whatsapp");
  entry.content.text = "Bom dia! Gostaria de confirmar a consulta de amanhã, às dez horas.";
  entry.provider_id = fmt::format("wamid.{}.{}", conversation.value(), sequence);
  return entry;
}

bool fill(SqliteStore& store, const Fence& fence) {
  Tables tables(store, fence, in_one_commit);
  for (std::uint64_t done = 0; done < entries; ++done) {
    const ConversationId conversation(done / entries_in_one + 1);
    const std::uint64_t sequence = done % entries_in_one + 1;
    if (sequence == 1) {
      ConversationRecord record;
      record.id = conversation;
      record.desk = DeskName("care");
      record.contact = ContactId(conversation.value());
      record.entries = entries_in_one;
      tables.conversations.create(tables.key(conversation), std::move(record));
    }
    tables.entries.create(tables.key(conversation, sequence), entry_of(conversation, sequence));
    if ((done + 1) % in_one_commit != 0) continue;
    if (!store.commit(fence, tables.collect())) return false;
    tables.trim();
  }
  return store.checkpoint().has_value();
}

struct Slowest {
  double copying = 0;
  double publishing = 0;
  double closing = 0;
  double commit = 0;
};

// One commit of an entry between any two steps.
bool back_up(SqliteStore& store, const Fence& fence, const std::string& path, Slowest& slowest) {
  auto backup = store.begin_backup(path, sql_views());
  if (!backup) return false;
  std::uint64_t number = 0;
  while ((*backup)->progress().phase != BackupPhase::done) {
    const BackupPhase phase = (*backup)->progress().phase;
    const auto step = Clock::now();
    const std::size_t most = phase == BackupPhase::copying ? pages_at_once : rows_at_once;
    if (!(*backup)->step(most)) return false;
    const double took = seconds_since(step);
    double& slot = phase == BackupPhase::copying      ? slowest.copying
                   : phase == BackupPhase::publishing ? slowest.publishing
                                                      : slowest.closing;
    slot = std::max(slot, took);
    const auto commit = Clock::now();
    const ConversationId conversation(++number);
    const std::vector<Write> writes = {
        {Write::Kind::put, Table::entry,
         Key(fence.tenant).id(conversation).number(entries_in_one + 1).bytes(),
         codec::to_bytes(entry_of(conversation, entries_in_one + 1))}};
    if (!store.commit(fence, writes)) return false;
    slowest.commit = std::max(slowest.commit, seconds_since(commit));
  }
  return true;
}

void back_up_a_million_entries(benchmark::State& state) {
  const Folder folder;
  const std::string path = folder.file("desk.novelo");
  auto store = SqliteStore::open(path);
  if (!promise(state, store.has_value(), "the store did not open")) return;
  const auto fence = (*store)->open_tenant(TenantName("clinic"));
  if (!promise(state, fence && fill(**store, *fence), "the store could not be filled")) return;
  const auto mib = [](const std::string& file) {
    return static_cast<double>(std::filesystem::file_size(file)) / (1024 * 1024);
  };
  Slowest slowest;
  for (auto _ : state) {
    const std::string copy = folder.file("copy.novelo");
    const std::string back = folder.file("back.novelo");
    const auto start = Clock::now();
    if (!promise(state, back_up(**store, *fence, copy, slowest), "it was not backed up")) return;
    const double took = seconds_since(start);
    state.SetIterationTime(took);
    const auto again = Clock::now();
    if (!promise(state, SqliteStore::restore(copy, back).has_value(), "not restored")) return;
    state.counters["restore_s"] = seconds_since(again);
    state.counters["store_MiB"] = mib(path);
    state.counters["copy_MiB"] = mib(copy);
    state.counters["MiB_per_s"] = mib(path) / took;
    std::filesystem::remove(copy);
    std::filesystem::remove(back);
  }
  constexpr double ms = 1000;
  state.counters["copy_step_ms"] = slowest.copying * ms;
  state.counters["publish_step_ms"] = slowest.publishing * ms;
  state.counters["closing_ms"] = slowest.closing * ms;
  state.counters["commit_ms"] = slowest.commit * ms;
}

BENCHMARK(back_up_a_million_entries)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace novelo::bench
