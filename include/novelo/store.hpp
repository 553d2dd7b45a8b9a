// Store: where everything durable lives. The door that a new database goes through.
//
// A store is a set of tables of rows; a row is a key and a value, both plain bytes, ordered by key
// as unsigned bytes. Several tenants may live in one store: every key an engine uses begins with
// the eight-byte number of its tenant, which `open_tenant` gives.
//
//   Table::entry    [tenant 8][conversation 8][sequence 8] -> record
//
// Rules an implementation keeps (tests/stores_test.cpp is the suite: build it with your store):
//  1. `commit` is atomic and durable: when it returns success the writes survive a power cut;
//     when it returns an error nothing of it is visible to later reads, or, with the code
//     `unknown`, all or nothing of it may be, and every later call on this store says `unknown`
//     until it is reopened.
//  2. `Write::insert` of a key that exists fails the whole commit with `conflict`, reason "exists".
//  3. A commit under a fence that is no longer the tenant's newest fails with `conflict`, reason
//     "fenced": at most one engine writes for a tenant. Of a commit of several tenants the subject
//     says whose fence it is, and nothing of any of them is written.
//  4. Reads see every successful commit that came before them.
//  5. A full disk is `storage`, reason "full", and the store stays in service: reads go on, and
//     commits too once there is room. A schema written by a newer version is `newer`.
//  6. Keys and values are any bytes, none at all and NULs included. A value that is no `Table` is
//     `invalid`, reason "unknown_table".
//  7. Tenants are numbered 1, 2, 3, ... in the order of their first opening.
//
// A store that was made from a backup says so to each tenant's engine with a row, which the engine
// takes away in its first commit:
//
//   Table::meta     [tenant 8]"restored\0" -> [ids 8][protocols 8], big-endian
//
// The numbers (RestoreMark) say how many ids, and how many numbers of each sequence of protocol
// numbers, the time between the backup and now may have given out: none is given out again.
//
// Threads: one call at a time. Ownership: a store outlives the engines that use it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/result.hpp"

namespace novelo {

// Numbers are part of the file format: never reuse or reorder them.
enum class Table : std::uint8_t {
  meta = 1,           // the engine's own counters and clock
  configuration = 2,  // every configuration ever taken into service, by version
  contact = 3,
  identity = 4,  // (kind, address) -> holder and members
  conversation = 5,
  open_conversation = 6,     // (desk, contact) -> conversation; the "at most one" constraint
  contact_conversation = 7,  // (contact, conversation) in order
  entry = 8,                 // the timeline
  note = 9,                  // internal notes: a table of their own
  interaction = 10,
  correlation = 11,  // provider ids and mail ids -> what they belong to; also says "seen before"
  work = 12,         // the router's records
  agent = 13,
  case_record = 14,
  protocol = 15,  // protocol number -> case
  callback = 16,
  session = 17,  // flow sessions
  survey = 18,
  effect = 19,          // unsettled effects, by id
  timer = 20,           // (due, kind, owner)
  command = 21,         // command id -> digest and result
  quarantine = 22,      // payloads that could not be read
  closure = 23,         // (conversation, number) -> qualification, description, disposition, survey
  segment = 24,         // flow steps walked, written for reports; nothing of the engine reads them
  counter = 25,         // sequences of protocol numbers; how many cases of a type have a status
  parked_receipt = 26,  // receipts that came before their message was known
  parked_order = 27,    // their list by age, for the oldest to go first
  quarantine_digest = 28,  // digest of an unreadable payload -> its row, and how often it came
  listing = 29,            // (list, what is looked for, id): the lists that queries read
};
inline constexpr std::uint8_t table_count = 29;

// The table's name, for instance "open_conversation"; also its name in SQL stores.
std::string_view to_string(Table table);

struct Write {
  enum class Kind : std::uint8_t { put, insert, erase };
  Kind kind = Kind::put;
  Table table = Table::meta;
  std::string key;
  std::string value;  // empty for erase

  friend bool operator==(const Write&, const Write&) = default;
};

struct Row {
  std::string key;
  std::string value;
};

enum class Order : std::uint8_t { ascending, descending };

// The right to write for one tenant. A newer one for the same tenant ends it.
struct Fence {
  std::uint64_t tenant = 0;  // leads every key
  std::uint64_t epoch = 0;
};

// What one tenant has to write in a commit of several.
struct TenantWrites {
  Fence fence;
  std::span<const Write> writes;
};

// What a store that was made from a backup leaves free.
struct RestoreMark {
  std::uint64_t ids = 0;
  std::uint64_t protocols = 0;

  friend bool operator==(const RestoreMark&, const RestoreMark&) = default;
};
std::string restore_mark_key(std::uint64_t tenant);
std::string restore_mark_value(const RestoreMark& mark);
// Nothing when the value is none.
std::optional<RestoreMark> read_restore_mark(std::string_view value);

class Store {
 public:
  virtual ~Store() = default;

  // Registers the tenant on first use and gives the newest fence for it, durably: every fence given
  // for it before stops writing. Costs a commit. Fails with `invalid` on an empty name.
  virtual Result<Fence> open_tenant(const TenantName& tenant) = 0;

  // The value at `key`, or nothing.
  virtual Result<std::optional<std::string>> get(Table table, std::string_view key) = 0;

  // Up to `limit` rows with from <= key < to, in the given order (descending starts below `to`).
  // None when from >= to.
  virtual Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                        std::size_t limit, Order order) = 0;

  // All writes of all parts or none, durably, for the price of one commit. They apply in the order
  // given; erasing what is not there is no error. Without any writes only the fences are checked,
  // and nothing is paid. The fences are looked at before anything else.
  virtual Status commit_all(std::span<const TenantWrites> parts) = 0;
  // The same of one tenant.
  Status commit(const Fence& fence, std::span<const Write> writes);

  // Does housekeeping that somebody's commit would have to do otherwise, and gives how much is
  // left, both in pages: about `budget` of it, or all where it cannot be parted. 0 only asks. To be
  // called between commits, at quiet moments. A failure puts no data at risk; what was not done is
  // done by the next call, or by a commit in the end.
  virtual Result<std::uint64_t> maintain(std::uint64_t budget) = 0;
};

}  // namespace novelo
