// Rows of the store: bytes are a record or none; what was read is written as bytes that read as the
// same; and whoever counts a store meets them without harm.
//
//   [table 1] then the row
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "codec/binary.hpp"
#include "codec/json.hpp"
#include "engine/tables.hpp"
#include "fuzz/checks.hpp"
#include "novelo/inspection.hpp"
#include "novelo/stores/memory.hpp"

namespace novelo::fuzz {
namespace {

template <class T>
void read_row(std::string_view bytes) {
  T record;
  if (!codec::from_bytes(bytes, record)) return;
  const std::optional<std::string> row = codec::to_row(record);
  must(row.has_value(), "what was read can be written");
  T again;
  must(codec::from_bytes(*row, again), "what was written can be read");
  must(codec::to_row(again) == row, "what was written reads as the same");
  const codec::Json shown = codec::write_json(record, codec::Defaults::left_out);
  must(!shown.dump().empty(), "a record can be shown");
}

using Read = void (*)(std::string_view bytes);

// In the order of the tables' numbers (store.hpp).
constexpr std::array<Read, table_count> readers{read_row<EngineClock>,
                                                read_row<StoredConfiguration>,
                                                read_row<ContactRecord>,
                                                read_row<Identity>,
                                                read_row<ConversationRecord>,
                                                read_row<Pointer>,
                                                read_row<Pointer>,
                                                read_row<Entry>,
                                                read_row<Note>,
                                                read_row<Interaction>,
                                                read_row<Correlation>,
                                                read_row<WorkRecord>,
                                                read_row<AgentRecord>,
                                                read_row<CaseRecord>,
                                                read_row<Pointer>,
                                                read_row<Callback>,
                                                read_row<FlowSession>,
                                                read_row<Survey>,
                                                read_row<Effect>,
                                                read_row<Timer>,
                                                read_row<StoredCommand>,
                                                read_row<QuarantineRow>,
                                                read_row<Closure>,
                                                read_row<Segment>,
                                                read_row<Counter>,
                                                read_row<ParkedReceipt>,
                                                read_row<ParkedPlace>,
                                                read_row<QuarantineSeen>,
                                                read_row<Listed>};

// The row in a store by itself, under a key like that of its table's rows.
void count_row(Table table, std::string_view row) {
  MemoryStore store;
  const TenantName tenant("somebody");
  const Fence fence = store.open_tenant(tenant).value();
  const std::string key = table == Table::meta ? Key(fence.tenant).text("engine").bytes()
                                               : Key(fence.tenant).number(7).number(8).bytes();
  const std::vector<Write> writes{{Write::Kind::put, table, key, std::string(row)}};
  must(store.commit(fence, writes).has_value(), "a row is stored");
  const std::vector<std::pair<TenantName, Fence>> tenants{{tenant, fence}};
  const auto found = inspect(store, tenants);
  must(found.has_value() && found->tenants.size() == 1, "a row that cannot be read stops nothing");
}

void run(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  const std::size_t place = bytes.front() % table_count;
  const std::string_view row = text_of(bytes.subspan(1));
  readers[place](row);
  count_row(static_cast<Table>(place + 1), row);
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  novelo::fuzz::run({data, size});
  return 0;
}
