// History: what a store must have, told commit by commit. The oracle of the sweep.
//
// Of what was submitted a store may have exactly what was acknowledged, or that and the one commit
// that is under way or whose outcome is not known. Everything else is a violation. Rows are held
// against each other by a sum of 128 bits over all of them, which tells any two contents apart.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "novelo/store.hpp"

namespace novelo::crash {

struct Digest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend bool operator==(const Digest&, const Digest&) = default;
};
std::uint64_t hash_of(std::string_view bytes, std::uint64_t seed);

// A store's whole content.
struct Content {
  Digest rows;
  std::map<std::string, Fence> tenants;  // by name
};
bool operator==(const Content& left, const Content& right);

// Of every row in the tables for which `tables` has a bit (bit 0: the first).
inline constexpr std::uint32_t every_table = (1U << table_count) - 1;
Result<Digest> digest_of(Store& store, std::uint32_t tables = every_table);

// What may be found from an operation on.
struct Moment {
  std::uint64_t from = 0;  // operations begun before it
  Content now;             // acknowledged
  std::optional<Content> maybe;
};

class History {
 public:
  History() { moments_.push_back({}); }
  // One that begins with what the store has.
  static Result<History> of(Store& store, const std::map<std::string, Fence>& tenants);

  // A commit, or the opening of a tenant, begins. `at`: operations begun so far, of all of these.
  void begin(std::span<const TenantWrites> parts, std::uint64_t at);
  void begin(const std::string& tenant, std::uint64_t at);
  // It returned success; `fence` is what an opening gave.
  void acknowledge(std::uint64_t at, const std::optional<Fence>& fence = {});
  // It returned an error that says that nothing was done.
  void refuse(std::uint64_t at);
  // Its outcome is not known. Nothing is done: it stays as it was begun.
  bool uncertain() const { return moments_.back().maybe.has_value(); }
  // The store says by its rows what became of it; false when it can be neither. Whatever is shown
  // by an open store stays.
  bool settle(const Digest& rows, std::uint64_t at);
  // Whether the last one that was begun was done in the end.
  bool last_done() const { return last_done_; }

  const Content& now() const { return moments_.back().now; }
  const std::vector<Moment>& moments() const { return moments_; }
  const Moment& moment_at(std::uint64_t operation) const;
  std::size_t index_at(std::uint64_t operation) const;
  // Whether these rows are what some earlier prefix had: then commits were lost, and in order.
  bool was(const Digest& rows) const;
  // The tables that were ever written.
  std::uint32_t tables() const { return tables_; }

 private:
  using Place = std::pair<Table, std::string>;

  void push(Moment moment);

  std::map<Place, std::string> rows_;                      // acknowledged
  std::map<Place, std::optional<std::string>> under_way_;  // what the last begun changes
  std::string opening_;                                    // or whom it opens
  std::vector<Moment> moments_;
  std::uint32_t tables_ = 0;
  bool last_done_ = false;
};

}  // namespace novelo::crash
