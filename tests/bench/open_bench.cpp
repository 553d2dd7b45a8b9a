// Opening a store of 100,000 open conversations with nothing live in them: the file and an engine
// on it. Held to under a second and under 64 MiB.
#include <benchmark/benchmark.h>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <utility>

#include "bench/desk.hpp"
#include "bench/folder.hpp"
#include "bench/promise.hpp"
#include "engine/tables.hpp"

namespace novelo::bench {
namespace {

constexpr std::size_t conversations = 100'000;
constexpr std::size_t in_one_commit = 10'000;
constexpr double most_seconds = 1;
constexpr double most_bytes = 64 * 1024 * 1024;

// One contact's conversation as a finished chat leaves it open.
void add_conversation(Tables& tables, IdCounter& ids, Timestamp at) {
  const Address address{AddressKind::phone, fmt::format("5541{:09}", ids.last())};
  const EntryPointName entry_point("whatsapp");
  const AgentName owner("agent0");
  ContactRecord contact{ids.take<ContactId>(), "Ana Souza", "pt-BR", {address}, {}, at};
  ConversationRecord conversation;
  conversation.id = ids.take<ConversationId>();
  conversation.desk = DeskName("care");
  conversation.contact = contact.id;
  conversation.owner = owner;
  conversation.entries = 2;
  conversation.customer_entries = 1;
  conversation.opened_at = at;
  conversation.last_activity = at;
  conversation.reaches = {{entry_point, address, at}};
  Interaction chat;
  chat.id = ids.take<InteractionId>();
  chat.conversation = conversation.id;
  chat.contact = contact.id;
  chat.channel = Channel::whatsapp;
  chat.entry_point = entry_point;
  chat.remote = address;
  chat.state = InteractionState::ended;
  chat.agent = owner;
  for (std::uint64_t sequence = 1; sequence <= conversation.entries; ++sequence) {
    Entry entry;
    entry.conversation = conversation.id;
    entry.sequence = sequence;
    entry.at = at;
    entry.content.text = "Bom dia! Gostaria de confirmar a consulta.";
    tables.entries.create(tables.key(conversation.id, sequence), std::move(entry));
  }
  Identity identity;
  identity.address = address;
  identity.holder = contact.id;
  tables.identities.create(tables.key(address), std::move(identity));
  tables.open_conversations.create(tables.key(conversation.desk, contact.id),
                                   {conversation.id.value()});
  tables.contact_conversations.create(tables.key(contact.id, conversation.id),
                                      {conversation.id.value()});
  tables.interactions.create(tables.key(chat.id), std::move(chat));
  tables.contacts.create(tables.key(contact.id), std::move(contact));
  tables.conversations.create(tables.key(conversation.id), std::move(conversation));
}

bool fill(const std::string& path) {
  Desk(path, 0);  // a configuration in service
  auto store = SqliteStore::open(path);
  if (!store) return false;
  const auto fence = (*store)->open_tenant(desk_options().tenant);
  if (!fence) return false;
  Tables tables(**store, *fence, in_one_commit);
  const EngineClock* before = tables.clock.find(tables.clock_key());
  if (before == nullptr) return false;
  IdCounter ids(before->last_id);
  for (std::size_t done = 1; done <= conversations; ++done) {
    add_conversation(tables, ids, Desk::opened_at);
    if (done % in_one_commit != 0) continue;
    tables.clock.edit(tables.clock_key()).last_id = ids.last();
    if (!(*store)->commit(*fence, tables.collect())) return false;
    tables.trim();
  }
  return true;
}

// In a process of its own, so that none of its memory is left when the store is opened.
bool fill_elsewhere(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) _exit(fill(path) ? 0 : 1);
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

double resident_bytes() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void open_large_store(benchmark::State& state) {
  const Folder folder;
  const std::string path = folder.file("desk.novelo");
  if (!promise(state, fill_elsewhere(path), "the store could not be filled")) return;
  const WhatsAppAdapter adapter;
  double slowest = 0;
  double largest = 0;
  for (auto _ : state) {
    const double before = resident_bytes();
    const auto start = std::chrono::steady_clock::now();
    auto store = SqliteStore::open(path);
    if (!promise(state, store.has_value(), "the store did not open")) return;
    auto engine = Engine::open(**store, {&adapter}, desk_options(), Desk::opened_at);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (!promise(state, engine.has_value(), "the engine did not open")) return;
    largest = std::max(largest, resident_bytes() - before);
    slowest = std::max(slowest, took.count());
    state.SetIterationTime(took.count());
  }
  state.counters["conversations"] = static_cast<double>(conversations);
  state.counters["resident_MiB"] = largest / (1024 * 1024);
  promise(state, slowest < most_seconds, "opening took a second or more");
  promise(state, largest < most_bytes, "opening took 64 MiB or more");
}

BENCHMARK(open_large_store)->Iterations(5)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace novelo::bench
