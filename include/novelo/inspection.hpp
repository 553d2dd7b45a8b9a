// Inspection: what is in a store, counted. For an operator's look at a file (`novelo inspect`); it
// reads every row once, a page at a time, and changes nothing.
//
//   auto reader = SqliteReader::open("desk.novelo");
//   if (!reader) return show(reader.error());
//   auto found = inspect(**reader, (*reader)->tenants());
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/store.hpp"

namespace novelo {

// How many there are of each word: {"open": 12, "closed": 340}.
using Counts = std::map<std::string, std::uint64_t>;

struct TableUse {
  Table table = Table::meta;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  // keys and values
  // Rows whose record cannot be read, of the tables that are counted below.
  std::uint64_t unreadable = 0;
};

struct TenantInspection {
  TenantName name;
  std::uint64_t number = 0;
  std::uint64_t epoch = 0;  // how often an engine was opened on it

  // What the engine has come to; nothing when none has written yet.
  std::optional<Timestamp> now;
  std::uint64_t last_id = 0;
  std::uint64_t configuration = 0;  // the version in service; 0: none
  // The store was made from a backup, and no engine has been opened on it since.
  std::optional<RestoreMark> restored;

  std::vector<TableUse> tables;  // that have rows, in the order of their numbers

  Counts conversations;          // by status
  Counts cases;                  // by type and status: "visit/confirmed"
  Counts callbacks;              // by state
  Counts effects;                // unsettled, by kind
  std::uint64_t held = 0;        // sends among them that wait for a person's decision
  std::uint64_t maybe_done = 0;  // effects among them that may have been carried out
  Counts timers;                 // armed, by kind
  std::optional<Timestamp> next_timer;
  Counts quarantine;  // unreadable payloads, by "code/reason"
};

struct Inspection {
  std::vector<TenantInspection> tenants;  // in the order given
  // Rows under no tenant that was given: of somebody's who changed the file by hand.
  std::vector<TableUse> strays;
};

// Counts what each of these tenants has in the store. `tenants` are all there are. A record that
// cannot be read is counted as such and stops nothing. Fails with what the store says.
Result<Inspection> inspect(Store& store, std::span<const std::pair<TenantName, Fence>> tenants);

}  // namespace novelo
