#include "novelo/model/metrics.hpp"

#include <fmt/format.h>

namespace novelo {
namespace {

// https://prometheus.io/docs/instrumenting/exposition_formats/
std::string label(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

class Exposition {
 public:
  explicit Exposition(std::string_view tenant) : tenant_(label(tenant)) {}

  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    head(name, help, "counter");
    text_ += fmt::format("novelo_{}{{tenant=\"{}\"}} {}\n", name, tenant_, value);
  }
  void gauge(std::string_view name, std::string_view help, double value) {
    head(name, help, "gauge");
    text_ += fmt::format("novelo_{}{{tenant=\"{}\"}} {}\n", name, tenant_, value);
  }
  void family(std::string_view name, std::string_view help, std::string_view type,
              std::string_view by, const std::map<std::string, std::uint64_t>& values) {
    head(name, help, type);
    for (const auto& [key, value] : values) {
      text_ += fmt::format("novelo_{}{{tenant=\"{}\",{}=\"{}\"}} {}\n", name, tenant_, by,
                           label(key), value);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  void head(std::string_view name, std::string_view help, std::string_view type) {
    text_ += fmt::format("# HELP novelo_{} {}\n# TYPE novelo_{} {}\n", name, help, name, type);
  }

  std::string tenant_;
  std::string text_;
};

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::string to_prometheus(const Metrics& metrics, std::string_view tenant) {
  Exposition text(tenant);
  text.counter("requests_total", "Requests of providers.", metrics.requests);
  text.family("requests_turned_away_total", "Requests refused unread, by code.", "counter", "code",
              metrics.turned_away);
  text.family("inputs_total", "Inputs decided, by kind.", "counter", "kind", metrics.inputs);
  text.family("inputs_refused_total", "Inputs refused, by code.", "counter", "code",
              metrics.refused);
  text.counter("inputs_repeated_total", "Inputs that had been taken before.", metrics.repeated);
  text.counter("quarantined_total", "Requests put into quarantine.", metrics.quarantined);
  text.counter("commits_total", "Commits to the store.", metrics.commits);
  text.counter("entries_total", "Timeline entries appended.", metrics.entries);
  text.family("effects_total", "Effects made, by kind.", "counter", "kind", metrics.effects);
  text.family("handouts_total", "Effects given to the host, by kind.", "counter", "kind",
              metrics.handouts);
  text.counter("effects_finished_total", "Effects settled or withdrawn.", metrics.finished);
  text.counter("effects_failed_total", "Effects that failed for good.", metrics.failed);
  text.counter("signals_total", "Signals made.", metrics.signals);
  text.gauge("faulted", "1 when the engine is out of service.", metrics.faulted ? 1 : 0);
  const bool late = metrics.next_deadline && *metrics.next_deadline < metrics.now;
  text.gauge("lateness_seconds", "How long ago the oldest thing fell due that was not done.",
             late ? seconds(metrics.now - *metrics.next_deadline) : 0);
  text.gauge("configuration_version", "The configuration in service.",
             static_cast<double>(metrics.configuration));
  text.gauge("effects_unsettled", "Effects that are not settled.",
             static_cast<double>(metrics.unsettled));
  text.gauge("sends_held", "Sends that wait for a person.", static_cast<double>(metrics.held));
  text.gauge("places_taken", "Live work and what will become work.",
             static_cast<double>(metrics.places));
  text.gauge("works_waiting", "Works in all queues.", static_cast<double>(metrics.waiting));
  text.gauge("quarantine_rows", "Payloads in quarantine.",
             static_cast<double>(metrics.quarantine_rows));
  text.gauge("quarantine_bytes", "Their bytes.", static_cast<double>(metrics.quarantine_bytes));
  text.gauge("receipts_parked", "Receipts that came before their message.",
             static_cast<double>(metrics.parked_receipts));
  text.family("agents", "Agents, by presence.", "gauge", "presence", metrics.agents);
  return text.take();
}

}  // namespace novelo
