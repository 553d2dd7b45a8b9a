#include "novelo/store.hpp"

#include "base/big_endian.hpp"

namespace novelo {

std::string_view to_string(Table table) {
  switch (table) {
    case Table::meta: return "meta";
    case Table::configuration: return "configuration";
    case Table::contact: return "contact";
    case Table::identity: return "identity";
    case Table::conversation: return "conversation";
    case Table::open_conversation: return "open_conversation";
    case Table::contact_conversation: return "contact_conversation";
    case Table::entry: return "entry";
    case Table::note: return "note";
    case Table::interaction: return "interaction";
    case Table::correlation: return "correlation";
    case Table::work: return "work";
    case Table::agent: return "agent";
    case Table::case_record: return "case_record";
    case Table::protocol: return "protocol";
    case Table::callback: return "callback";
    case Table::session: return "session";
    case Table::survey: return "survey";
    case Table::effect: return "effect";
    case Table::timer: return "timer";
    case Table::command: return "command";
    case Table::quarantine: return "quarantine";
    case Table::closure: return "closure";
    case Table::segment: return "segment";
    case Table::counter: return "counter";
    case Table::parked_receipt: return "parked_receipt";
    case Table::parked_order: return "parked_order";
    case Table::quarantine_digest: return "quarantine_digest";
    case Table::listing: return "listing";
  }
  return "";
}

Status Store::commit(const Fence& fence, std::span<const Write> writes) {
  const TenantWrites part{fence, writes};
  return commit_all(std::span(&part, 1));
}

std::string restore_mark_key(std::uint64_t tenant) {
  std::string key;
  append_number(key, tenant);
  return key + std::string("restored\0", 9);
}

std::string restore_mark_value(const RestoreMark& mark) {
  std::string value;
  append_number(value, mark.ids);
  append_number(value, mark.protocols);
  return value;
}

std::optional<RestoreMark> read_restore_mark(std::string_view value) {
  if (value.size() != 2 * number_bytes) return std::nullopt;
  return RestoreMark{number_in(value.substr(0, number_bytes)),
                     number_in(value.substr(number_bytes))};
}

}  // namespace novelo
