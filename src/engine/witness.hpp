// Witness: sees what the engine does and tells of it: traces, log lines, counters. Nothing of it
// decides anything.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/changes.hpp"
#include "engine/tables.hpp"
#include "novelo/engine.hpp"
#include "novelo/model/log.hpp"
#include "novelo/model/metrics.hpp"
#include "novelo/model/trace.hpp"

namespace novelo {

class Witness {
 public:
  Witness(const EngineOptions& options, const ChangeLog& changes)
      : options_(options), changes_(changes) {}

  // An input is about to be decided; what it changes from here on is its own.
  void begin() { first_change_ = changes_.next_number(); }
  // What came of it.
  void decided(const Input& input, const Result<Outcome>& outcome, Timestamp at);
  void fired(std::string_view what, Timestamp at);
  // What the input that was just decided did in these tables.
  void look(const Tables& tables);

  void handed_out(const Handout& handout, Timestamp at);
  void requested() { ++counts_.requests; }
  void turned_away(const ConnectionName& connection, const Error& error, Timestamp at);
  void quarantined(const ConnectionName& connection, const Error& error, Timestamp at);
  void opened(Timestamp at, std::uint64_t configuration);
  void signalled() { ++counts_.signals; }
  // Effects that failed for good and are on no timeline.
  void died(std::size_t effects) { counts_.failed += effects; }
  void faulted(const Error& error, Timestamp at);
  // Tells the log what it was kept from until the commit.
  void committed();

  const Metrics& counts() const { return counts_; }
  // The newest inputs with this id, or that made, changed or settled this effect; oldest first.
  std::vector<Trace> of(std::string_view id, std::size_t most) const;
  std::vector<Trace> of(EffectId effect, std::size_t most) const;

 private:
  struct Seen {
    Trace trace;  // without its changes
    std::uint64_t first_change = 0;
    std::uint64_t end_change = 0;
  };
  void keep(Trace trace);
  void log(LogLevel level, std::string what, Timestamp at, Value::Map fields);
  void log(const Trace& trace, const Input* input, const Outcome* outcome);
  template <class Wanted>
  std::vector<Trace> pick(Wanted wanted, std::size_t most) const;

  const EngineOptions& options_;
  const ChangeLog& changes_;
  Metrics counts_;
  std::deque<Seen> seen_;
  std::uint64_t first_change_ = 0;
  std::vector<LogLine> pending_;
};

}  // namespace novelo
