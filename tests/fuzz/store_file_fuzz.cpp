// Damaged store files: whatever was done to its pages and to its log, opening, checking, counting,
// serving and reading it gives a value or an error, and comes to an end.
//
//   [base 1][how 1] then pieces of damage, 8 bytes each (store_file.hpp)
//
//   base        closed, or as a process left it that was killed
//   how & 1     every page is looked at when the store is opened
//   how & 2     somebody looks into the file before it is opened
#include <cstdint>
#include <string>

#include "fuzz/checks.hpp"
#include "fuzz/store_file.hpp"
#include "novelo/engine.hpp"
#include "novelo/inspection.hpp"
#include "novelo/query.hpp"
#include "novelo/stores/sqlite.hpp"
#include "novelo/stores/sqlite_reader.hpp"
#include "support/clinic.hpp"

namespace novelo::fuzz {
namespace {

constexpr std::size_t some = 50;

void look_into(const std::string& path) {
  const auto reader = SqliteReader::open(path);
  if (!reader) {
    must(!reader.error().reason.empty(), "a file that cannot be read has a reason");
    return;
  }
  const Status sound = (*reader)->check();
  const auto found = inspect(**reader, (*reader)->tenants());
  if (sound && !found) must(!found.error().reason.empty(), "a count that fails has a reason");
}

void read_conversation(const Query& query, const ConversationRecord& conversation) {
  (void)query.timeline(conversation.id, 0, some);
  (void)query.timeline_before(conversation.id, 0, some);
  (void)query.customer_view(conversation.id, 0, some);
  (void)query.notes(conversation.id, {}, some);
  (void)query.closures(conversation.id, 0, some);
  (void)query.contact(conversation.contact);
  (void)query.conversations_of(conversation.contact, {}, some);
}

void read_everything(Engine& engine) {
  const Query query(engine);
  Part part;
  part.limit = some;
  (void)query.configuration();
  (void)query.configuration_document(1);
  if (const auto all = query.conversations({}, some)) {
    for (const ConversationRecord& conversation : *all) read_conversation(query, conversation);
  }
  (void)query.find_conversations({}, part);
  if (const auto cases = query.find_cases({}, part)) {
    for (const CaseRecord& found : cases->items) (void)query.case_by_protocol(found.protocol);
  }
  (void)query.find_callbacks({}, part);
  (void)query.contacts_at({AddressKind::phone, clinic::ana}, {"55", "41"});
  (void)query.agents({}, some);
  (void)query.queues();
  (void)query.waiting(QueueName("appointments"), part);
  (void)query.works_of(clinic::joao);
  (void)query.unsettled({}, some);
  (void)query.held({}, some);
  (void)query.quarantine({}, some);
}

// What a desk does with its store: time, a message, a command, effects.
void serve(Engine& engine, Timestamp now) {
  constexpr int most = 5;
  for (int i = 0; i < most && engine.next_deadline(); ++i) (void)engine.feed_time(now);
  const Input message = DecodedEvent{
      ConnectionName("meta"),
      clinic::message("wamid.after", clinic::whatsapp_number, clinic::ana, "Ainda aí?", now)};
  (void)engine.feed(std::span(&message, 1), now);
  (void)engine.feed({"after-1", clinic::marta, SetPresence{clinic::marta, Presence::available, {}}},
                    now);
  const auto handouts = engine.poll(now, some);
  if (!handouts) return;
  for (const Handout& out : *handouts) (void)engine.settle(out.id, Done{}, now);
}

void open_and_serve(const std::string& path, bool quick_check) {
  SqliteOptions options;
  options.quick_check = quick_check;
  auto store = SqliteStore::open(path, options);
  if (!store) {
    must(!store.error().reason.empty(), "a store that cannot be opened has a reason");
    return;
  }
  const Timestamp now = clinic::morning() + std::chrono::hours(1);
  auto engine = Engine::open(**store, clinic::adapters(), clinic::options(), now);
  if (!engine) {
    must(!engine.error().reason.empty(), "an engine that cannot be opened has a reason");
    return;
  }
  read_everything(*engine);
  serve(*engine, now);
  read_everything(*engine);
}

void run(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 2) return;
  static const StoreFileMaker maker;
  const std::string path = maker.write(bytes.front(), bytes.subspan(2));
  const std::uint8_t how = bytes[1];
  if ((how & 2) != 0) look_into(path);
  open_and_serve(path, (how & 1) != 0);
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  novelo::fuzz::run({data, size});
  return 0;
}
