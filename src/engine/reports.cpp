// Reports: a telephone system is asked what is alive there, and what it tells is taken once.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/calls.hpp"
#include "engine/decide.hpp"
#include "engine/news.hpp"
#include "engine/reconcile.hpp"

namespace novelo {

namespace {

// True when it is asked by this; one question is enough at a time.
bool ask_for_report(Turn& turn, const EntryPointConfig& line) {
  const std::string key = turn.tables.key(CorrelationKind::report, line.connection.text(), "");
  const Correlation* last = turn.tables.correlations.find(key);
  if (last != nullptr && turn.tables.effects.find(turn.tables.key(last->effect)) != nullptr) {
    return false;
  }
  Effect effect;
  effect.kind = EffectKind::call;
  effect.entry_point = line.name;
  effect.verb.kind = CallVerbKind::report;
  const EffectId asked = turn.add_effect(std::move(effect));
  turn.tables.correlations.put(key, {{}, 0, {}, {}, asked});
  return true;
}

Error too_many(std::string_view what, std::size_t most) {
  return {ErrorCode::limit, "too_many", "the report is longer than it may be", std::string(what),
          fmt::format("at most {}: divide the lines among several connections", most)};
}

template <class Item>
Status check_once(const std::vector<Item>& items, std::string Item::*name, std::string_view what) {
  std::map<std::string_view, int> seen;
  for (const Item& item : items) {
    if (!(item.*name).empty() && ++seen[item.*name] == 1) continue;
    return fail({ErrorCode::invalid, "repeated", "something is there twice, or without a name",
                 fmt::format("{} \"{}\"", what, item.*name), "give each of them once"});
  }
  return {};
}

Status check_report(const Turn& turn, const CallReport& report) {
  const Limits& limits = turn.options.limits;
  if (report.calls.size() > limits.calls_per_report) {
    return fail(too_many("calls", limits.calls_per_report));
  }
  if (report.devices.size() > limits.devices_per_report) {
    return fail(too_many("devices", limits.devices_per_report));
  }
  if (report.effect.value() > turn.ids.last()) {
    return fail(not_found("effect", report.effect.value()));
  }
  if (auto once = check_once(report.calls, &LiveCall::call, "call"); !once) return once;
  return check_once(report.devices, &Device::device, "device");
}

}  // namespace

Status decide_report(Turn& turn, const ConnectionName& connection, const CallReport& report) {
  if (seen_before(turn, connection.text(), "report", report.id)) return {};
  if (auto right = check_report(turn, report); !right) return right;
  const Effect* asked = turn.tables.effects.find(turn.tables.key(report.effect));
  if (asked != nullptr && asked->kind == EffectKind::call &&
      asked->verb.kind == CallVerbKind::report) {
    turn.remove_effect(Effect(*asked));  // answered, whatever becomes of the verb's own answer
  }
  News news(turn, "report", connection);
  if (!news.are_before(report.effect) && news.last() && report.at <= *news.last()) {
    turn.outcome.details["stale"] = Value(true);
    return {};
  }
  news.keep(report.at, report.effect.value());
  reconcile(turn, connection, report);
  for (const Device& device : report.devices) {
    take_device(turn, connection, device, report.at, report.effect);
  }
  return {};
}

Status decide_started(Turn& turn, const ConnectionName& connection, const SystemStarted& event) {
  if (seen_before(turn, connection.text(), "started", event.id)) return {};
  const EntryPointConfig* line = first_line(turn, connection);
  if (line != nullptr) ask_for_report(turn, *line);
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const RequestReport& command) {
  if (!actor.empty()) {
    return fail(refused("not_an_agents", "agents do not ask telephone systems", {},
                        "send it from the business's own systems"));
  }
  const ConnectionName& only = command.connection;
  if (!only.empty() && first_line(turn, only) == nullptr) {
    return fail({ErrorCode::not_found, "unknown_connection",
                 "no telephone line has this connection", fmt::format("connection {}", only.text()),
                 "name a connection of the voice channel"});
  }
  std::int64_t asked = 0;
  for (const Connection& connection : turn.config().connections) {
    const EntryPointConfig* line = first_line(turn, connection.name);
    const bool meant = line != nullptr && (only.empty() || only == connection.name);
    if (meant && ask_for_report(turn, *line)) ++asked;
  }
  turn.outcome.details["asked"] = Value(asked);
  return {};
}

}  // namespace novelo
