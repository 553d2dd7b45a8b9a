// The binary form of records: what is written reads back the same, rows of an older version read
// with defaults, and no bytes can do harm.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "codec/binary.hpp"
#include "codec/json.hpp"
#include "engine/tables.hpp"

namespace {

using namespace novelo;
using codec::fields;

// Fills every field of a record with something that is not its default, by its list of fields.
class Filler {
 public:
  explicit Filler(std::uint32_t seed) : next_(seed) {}

  template <class T>
  void operator()(std::string_view, T& value) {
    fill(value);
  }

  template <class T>
  void fill(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = true;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(1 + random() % 3);
    } else if constexpr (std::is_floating_point_v<T>) {
      value = static_cast<T>(random()) / 8;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(random());
    } else {
      fill_object(value);
    }
  }

 private:
  std::uint64_t random() {
    next_ = next_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return 1 + (next_ >> 33);
  }
  void fill_object(std::string& text) {
    text = "t" + std::to_string(random()) + std::string("\0\xff", 2);
  }
  void fill_object(Timestamp& at) { at = Timestamp(Duration(static_cast<std::int64_t>(random()))); }
  void fill_object(Duration& duration) {
    duration = -Duration(static_cast<std::int64_t>(random()));
  }
  void fill_object(Address& address) { address = {AddressKind::email, "a@b.example"}; }
  void fill_object(Value& value) {
    value = Value(Value::List{Value(), Value(true), Value(false), Value(std::int64_t{-5}),
                              Value(2.5), Value("x"), Value(Value::Map{{"k", Value(1)}})});
  }
  template <class Tag>
  void fill_object(Id<Tag>& id) {
    id = Id<Tag>(random());
  }
  template <class Tag>
  void fill_object(Name<Tag>& name) {
    name = Name<Tag>("n" + std::to_string(random()));
  }
  template <class T>
  void fill_object(std::optional<T>& value) {
    fill(value.emplace());
  }
  template <class T>
  void fill_object(std::vector<T>& list) {
    list.resize(2);
    for (T& item : list) fill(item);
  }
  template <class First, class Second>
  void fill_object(std::pair<First, Second>& pair) {
    fill(pair.first);
    fill(pair.second);
  }
  template <class T, class Less>
  void fill_object(std::map<std::string, T, Less>& map) {
    fill(map["one"]);
    fill(map["two"]);
  }
  template <class T>
  requires requires(Filler& filler, T& object) { fields(filler, object); }
  void fill_object(T& object) { fields(*this, object); }

  std::uint64_t next_;
};

class Counter {
 public:
  template <class T>
  void operator()(std::string_view, const T&) {
    ++count_;
  }
  int count() const { return count_; }

 private:
  int count_ = 0;
};

template <class Record>
Record filled(std::uint32_t seed) {
  Record record{};
  Filler filler(seed);
  fields(filler, record);
  return record;
}

// Equality of records that have no operator== of their own: their bytes.
template <class Record>
bool same(const Record& left, const Record& right) {
  return codec::to_bytes(left) == codec::to_bytes(right);
}

template <class Record>
void check_round_trip() {
  const Record record = filled<Record>(1);
  Record back{};
  REQUIRE(codec::from_bytes(codec::to_bytes(record), back));
  CHECK(same(back, record));
  CHECK_FALSE(same(back, Record{}));
  Record empty = filled<Record>(2);
  REQUIRE(codec::from_bytes(codec::to_bytes(Record{}), empty));
  CHECK(same(empty, Record{}));
}

// An older row ends early, between two fields: what it has is read, the rest is at its default.
template <class Record>
void check_older_rows() {
  const std::string bytes = codec::to_bytes(filled<Record>(3));
  Counter counter;
  const Record record{};
  fields(counter, record);
  int readable = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Record older{};
    if (codec::from_bytes(std::string_view(bytes).substr(0, size), older)) ++readable;
  }
  CHECK(readable >= counter.count());  // one for each field that may be missing
  Record newest{};
  CHECK(codec::from_bytes("", newest));
  CHECK(same(newest, Record{}));
}

template <class Record, bool shown>
void check_damage() {
  CHECK(rc::check("damaged bytes never crash", [] {
    std::string bytes = codec::to_bytes(filled<Record>(*rc::gen::arbitrary<std::uint32_t>()));
    const auto times = *rc::gen::inRange(1, 8);
    for (int i = 0; i < times && !bytes.empty(); ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
      switch (*rc::gen::inRange(0, 4)) {
        case 0: bytes[at] = *rc::gen::arbitrary<char>(); break;
        case 1: bytes.erase(at, *rc::gen::inRange<std::size_t>(1, 9)); break;
        case 2: bytes.insert(at, *rc::gen::inRange<std::size_t>(1, 9), '\xff'); break;
        default: bytes.resize(at); break;
      }
    }
    Record record{};
    if (!codec::from_bytes(bytes, record)) return;
    // Whatever was read can be written again, and shown where it is shown at all.
    RC_ASSERT(!codec::to_bytes(record).empty());
    if constexpr (shown) {
      RC_ASSERT(!codec::write_json(record, codec::Defaults::kept).dump().empty());
    }
  }));
}

template <class... Records>
void for_each(auto&& check) {
  (check.template operator()<Records>(), ...);
}

// Records with a JSON form.
void for_each_shown_record(auto&& check) {
  for_each<ContactRecord, ConversationRecord, Closure, Interaction, Entry, Note, CaseRecord,
           Callback, Survey, Effect, WorkRecord, AgentRecord, FlowSession, Outcome>(check);
}

// Rows that only the engine knows.
void for_each_inner_record(auto&& check) {
  for_each<Identity, EngineClock, novelo::Counter, Pointer, StoredConfiguration, Timer, Correlation,
           ParkedReceipt, StoredCommand, QuarantineRow, Segment>(check);
}

// Every record that a store keeps.
void for_each_record(auto&& check) {
  for_each_shown_record(check);
  for_each_inner_record(check);
}

}  // namespace

TEST_CASE("every record reads back as it was written") {
  for_each_record([]<class Record>() { check_round_trip<Record>(); });
}

TEST_CASE("rows of an older version read with defaults") {
  for_each_record([]<class Record>() { check_older_rows<Record>(); });
}

TEST_CASE("damaged rows are refused or read, and do no harm") {
  for_each_shown_record([]<class Record>() { check_damage<Record, true>(); });
  for_each_inner_record([]<class Record>() { check_damage<Record, false>(); });
}

TEST_CASE("a length that the bytes do not hold is refused") {
  Note note;
  const std::string numbers = "\x01\x01\x01\x01";  // behind them stands the author, with its length
  CHECK_FALSE(codec::from_bytes(numbers + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", note));
  CHECK_FALSE(codec::from_bytes(std::string(64, '\xff'), note));
  ContactRecord contact;
  CHECK_FALSE(codec::from_bytes(std::string("\x01\x7f"
                                            "abc"),
                                contact));
}

TEST_CASE("values are nested no deeper than a reader goes") {
  Value deep;
  for (int i = 0; i < 90; ++i) deep = Value(Value::List{std::move(deep)});
  Outcome outcome;
  outcome.details["deep"] = deep;
  Outcome back;
  CHECK(codec::from_bytes(codec::to_bytes(outcome), back));
  CHECK(back == outcome);
  for (int i = 0; i < 200; ++i) deep = Value(Value::List{std::move(deep)});
  outcome.details["deep"] = deep;
  CHECK_FALSE(codec::from_bytes(codec::to_bytes(outcome), back));
}
