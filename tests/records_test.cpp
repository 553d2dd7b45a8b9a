// Records as they were written once: whoever changes a record so that rows in the field cannot be
// read any more, or mean something else, is told here.
//
// tests/data/records/version-1.json holds, for each table, the bytes of a record with every field
// set, and what they mean. A field that is appended needs nothing: the old bytes are read with its
// default. The file is only ever added to (a table that is new); NOVELO_WRITE_RECORDS=1 in the
// environment does that, and leaves what it has.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/binary.hpp"
#include "codec/json.hpp"
#include "engine/tables.hpp"
#include "support/payloads.hpp"

namespace novelo {
namespace {

using codec::Json;

constexpr const char* golden_path = "tests/data/records/version-1.json";

// Sets every field to something that is not its default.
class Filler {
 public:
  template <class T>
  void operator()(std::string_view, T& value) {
    fill(value);
  }

  template <class T>
  void fill(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = true;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(1);
    } else if constexpr (std::is_floating_point_v<T>) {
      value = static_cast<T>(++count_) + 0.5;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(++count_);
    } else {
      fill_object(value);
    }
  }

 private:
  void fill_object(std::string& text) { text = "text " + std::to_string(++count_); }
  void fill_object(Timestamp& at) {
    at = Timestamp(std::chrono::seconds(1'772'000'000 + ++count_));
  }
  void fill_object(Duration& duration) { duration = std::chrono::seconds(++count_); }
  void fill_object(Address& address) {
    address = {AddressKind::phone, "55419" + std::to_string(++count_)};
  }
  void fill_object(Value& value) {
    value = Value(Value::Map{{"of", Value("value " + std::to_string(++count_))}});
  }
  template <class Tag>
  void fill_object(Id<Tag>& id) {
    id = Id<Tag>(static_cast<std::uint64_t>(++count_));
  }
  template <class Tag>
  void fill_object(Name<Tag>& name) {
    name = Name<Tag>("name-" + std::to_string(++count_));
  }
  template <class T>
  void fill_object(std::optional<T>& value) {
    fill(value.emplace());
  }
  template <class T>
  void fill_object(std::vector<T>& list) {
    fill(list.emplace_back());
  }
  template <class First, class Second>
  void fill_object(std::pair<First, Second>& pair) {
    fill(pair.first);
    fill(pair.second);
  }
  template <class T, class Less>
  void fill_object(std::map<std::string, T, Less>& map) {
    const std::string key = "key " + std::to_string(++count_);
    fill(map[key]);
  }
  template <class T>
  requires requires(Filler& filler, T& object) { codec::fields(filler, object); }
  void fill_object(T& object) { codec::fields(*this, object); }

  int count_ = 0;
};

std::string to_hex(const std::string& bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex.push_back(digits[static_cast<std::uint8_t>(byte) >> 4]);
    hex.push_back(digits[static_cast<std::uint8_t>(byte) & 0xf]);
  }
  return hex;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

struct Kind {
  Json (*make)();                                         // {"bytes", "means"}
  std::optional<Json> (*read)(const std::string& bytes);  // what they mean
};

template <class T>
Kind kind_of() {
  return {[] {
            T record;
            Filler().fill(record);
            return Json{{"bytes", to_hex(codec::to_bytes(record))},
                        {"means", codec::write_json(record, codec::Defaults::kept)}};
          },
          [](const std::string& bytes) -> std::optional<Json> {
            T record;
            if (!codec::from_bytes(bytes, record)) return std::nullopt;
            return codec::write_json(record, codec::Defaults::kept);
          }};
}

std::map<Table, Kind> kinds() {
  return {{Table::meta, kind_of<EngineClock>()},
          {Table::configuration, kind_of<StoredConfiguration>()},
          {Table::contact, kind_of<ContactRecord>()},
          {Table::identity, kind_of<Identity>()},
          {Table::conversation, kind_of<ConversationRecord>()},
          {Table::open_conversation, kind_of<Pointer>()},
          {Table::contact_conversation, kind_of<Pointer>()},
          {Table::entry, kind_of<Entry>()},
          {Table::note, kind_of<Note>()},
          {Table::interaction, kind_of<Interaction>()},
          {Table::correlation, kind_of<Correlation>()},
          {Table::work, kind_of<WorkRecord>()},
          {Table::agent, kind_of<AgentRecord>()},
          {Table::case_record, kind_of<CaseRecord>()},
          {Table::protocol, kind_of<Pointer>()},
          {Table::callback, kind_of<Callback>()},
          {Table::session, kind_of<FlowSession>()},
          {Table::survey, kind_of<Survey>()},
          {Table::effect, kind_of<Effect>()},
          {Table::timer, kind_of<Timer>()},
          {Table::command, kind_of<StoredCommand>()},
          {Table::quarantine, kind_of<QuarantineRow>()},
          {Table::closure, kind_of<Closure>()},
          {Table::segment, kind_of<Segment>()},
          {Table::counter, kind_of<Counter>()},
          {Table::parked_receipt, kind_of<ParkedReceipt>()},
          {Table::listing, kind_of<Listed>()},
          {Table::parked_order, kind_of<ParkedPlace>()},
          {Table::quarantine_digest, kind_of<QuarantineSeen>()}};
}

// Where `now` does not say what `then` said; empty when it does. It may say more.
std::string difference(const Json& then, const Json& now, const std::string& path) {
  if (then.is_object() && now.is_object()) {
    for (const auto& [name, value] : then.items()) {
      if (!now.contains(name)) return path + "." + name + " is gone";
      const std::string found = difference(value, now[name], path + "." + name);
      if (!found.empty()) return found;
    }
    return {};
  }
  if (then.is_array() && now.is_array() && then.size() == now.size()) {
    for (std::size_t i = 0; i < then.size(); ++i) {
      const std::string found = difference(then[i], now[i], path + "[]");
      if (!found.empty()) return found;
    }
    return {};
  }
  return then == now ? "" : path + " was " + then.dump() + " and is " + now.dump();
}

Json golden() {
  std::ifstream file(std::string(NOVELO_SOURCE_DIR "/") + golden_path);
  return file ? Json::parse(file) : Json::object();
}

void write_missing() {
  Json all = golden();
  for (const auto& [table, kind] : kinds()) {
    const std::string name{to_string(table)};
    if (!all.contains(name)) all[name] = kind.make();
  }
  std::ofstream(std::string(NOVELO_SOURCE_DIR "/") + golden_path) << all.dump(1) << "\n";
}

}  // namespace

TEST_CASE("records: rows that were written once are read, and mean the same") {
  if (std::getenv("NOVELO_WRITE_RECORDS") != nullptr) write_missing();
  const Json all = golden();
  const auto known = kinds();
  for (std::uint8_t number = 1; number <= table_count; ++number) {
    const auto table = static_cast<Table>(number);
    const std::string name{to_string(table)};
    CAPTURE(name);
    REQUIRE(known.contains(table));
    REQUIRE(all.contains(name));
    const auto means = known.at(table).read(from_hex(all[name]["bytes"]));
    REQUIRE(means);
    CHECK(difference(all[name]["means"], *means, name) == "");
  }
}

TEST_CASE("records: a row without its last fields is read, with their defaults") {
  for (const auto& [table, kind] : kinds()) {
    const std::string bytes = from_hex(kind.make()["bytes"]);
    const Json usual = *kind.read("");
    const Json whole = *kind.read(bytes);
    CAPTURE(to_string(table));
    CHECK(usual.size() == whole.size());
    CHECK(difference(whole, *kind.read(bytes + "more of a later version"), "") == "");
  }
}

}  // namespace novelo
