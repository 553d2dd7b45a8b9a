// Log lines: what an engine did, for operators. One line is one thing that happened.
//
//   {"at": "2026-03-12T09:10:00Z", "level": "info", "what": "input", "fields": {"kind": "event",
//   ...}}
//
// Lines carry ids, kinds, words of the configuration and codes. What people wrote, their names and
// whole addresses stand in none of them; EngineOptions::log_personal adds addresses, and subjects
// and messages of errors. Secrets are in none, ever.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"

namespace novelo {

enum class LogLevel : std::uint8_t {
  debug = 1,    // an input that changed nothing new; time that passed
  info = 2,     // what is meant to happen
  warning = 3,  // refused, quarantined, failed at a provider: somebody should look sometime
  error = 4,    // the engine is out of service
};
std::string_view to_string(LogLevel level);

struct LogLine {
  Timestamp at{};  // the engine's time
  LogLevel level = LogLevel::info;
  std::string what;   // "opened", "input", "handout", "quarantine", "fault": docs/monitoring.md
  Value::Map fields;  // the same page names them
};

// Told after the commit, from inside the call: it may not call the engine, and should be quick.
// What it throws is lost with its line.
using LogSink = std::function<void(const LogLine&)>;

}  // namespace novelo
