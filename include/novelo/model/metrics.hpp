// Metrics: an engine in numbers, for dashboards and alarms. docs/monitoring.md says what to watch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "novelo/base/time.hpp"

namespace novelo {

struct Metrics {
  // Counted since the engine was opened; they only grow.
  std::uint64_t requests = 0;                   // of providers, whatever came of them
  std::map<std::string, std::uint64_t> inputs;  // by kind: "command", "event", "settlement", "time"
  std::map<std::string, std::uint64_t>
      refused;  // inputs, by code: "refused", "invalid", "busy", ...
  // Requests that were refused unread, by code: "unauthentic", "not_found", "limit".
  std::map<std::string, std::uint64_t> turned_away;
  std::uint64_t repeated = 0;     // inputs that had been taken before
  std::uint64_t quarantined = 0;  // requests, repetitions included
  std::uint64_t commits = 0;
  std::uint64_t entries = 0;                      // appended to timelines
  std::map<std::string, std::uint64_t> effects;   // made, by kind: "send", "call", ...
  std::map<std::string, std::uint64_t> handouts;  // attempts, by kind
  std::uint64_t finished = 0;                     // effects that were settled or withdrawn
  std::uint64_t failed = 0;                       // of these: failed for good
  std::uint64_t signals = 0;

  // As it stands.
  bool faulted = false;
  Timestamp now{};                         // that was given, or the engine's if that is later
  std::optional<Timestamp> next_deadline;  // before `now`: the host is late
  std::uint64_t configuration = 0;         // version in service
  std::uint64_t unsettled = 0;             // effects
  std::uint64_t held = 0;                  // of these: sends that wait for a person
  std::uint64_t places = 0;                // taken under Limits::live_works
  std::uint64_t waiting = 0;               // works in all queues
  std::uint64_t quarantine_rows = 0;
  std::uint64_t quarantine_bytes = 0;
  std::uint64_t parked_receipts = 0;
  std::map<std::string, std::uint64_t> agents;  // by presence
};

// The text exposition format of Prometheus (version 0.0.4), every name beginning with "novelo_",
// every sample with the label tenant="...". Samples in a fixed order.
std::string to_prometheus(const Metrics& metrics, std::string_view tenant);

}  // namespace novelo
