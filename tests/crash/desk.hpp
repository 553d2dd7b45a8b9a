// A clinic's desk over a Host: an engine that is driven by chance, a log of what it was asked and
// what it answered, and the check that a later engine keeps its word.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crash/chance.hpp"
#include "crash/host.hpp"
#include "novelo/engine.hpp"

namespace novelo::crash {

// What the engine answered, and when: the word that it has to keep.
struct Fact {
  enum class Kind : std::uint8_t { event, command, handed_out, came_back, settled };
  std::uint64_t at = 0;  // operations begun before it was known
  Kind kind = Kind::event;
  Input input;      // event, command
  Outcome outcome;  // event, command
  EffectId effect;  // handed_out, came_back (to be tried again), settled
};

struct DeskLog {
  std::vector<Fact> facts;
  Timestamp now{};  // the latest

  // Those that were known at an operation.
  std::size_t known_at(std::uint64_t operation) const;
};

// An engine on a store that has none yet: configuration, contacts, agents signed in.
void open_desk(Host& host, DeskLog& log);

enum class DeskDay : std::uint8_t { talk, cases, changes };
void run_desk(Host& host, DeskLog& log, DeskDay day, Chance& chance, std::uint64_t steps);

// What is wrong when an engine goes on, on this store, from the first `known` facts; empty when
// nothing is. The one behind them was under way: it is fed again, as its sender would.
std::string check_desk(Store& store, std::span<const Fact> facts, std::size_t known, Timestamp now);

}  // namespace novelo::crash
