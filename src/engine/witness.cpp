#include "engine/witness.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace novelo {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

void describe(Trace& trace, const ChannelEvent& event) {
  std::visit(Overloaded{[&](const InboundMessage& message) {
                          trace.what = "message";
                          trace.id = message.id;
                        },
                        [&](const Receipt& receipt) {
                          trace.what = "receipt";
                          trace.id = receipt.message_id;
                        },
                        [&](const CallEvent& call) {
                          trace.what = "call";
                          trace.id = call.id;
                        },
                        [&](const UnsupportedEvent& unsupported) {
                          trace.what = "unsupported";
                          trace.id = unsupported.id;
                        },
                        [&](const DeviceEvent& device) {
                          trace.what = "device";
                          trace.id = device.id;
                        },
                        [&](const CallReport& report) {
                          trace.what = "report";
                          trace.id = report.id;
                        },
                        [&](const SystemStarted& started) {
                          trace.what = "started";
                          trace.id = started.id;
                        }},
             event);
}

std::string_view word_of(const Settlement& settlement) {
  if (std::holds_alternative<Done>(settlement)) return "done";
  return std::holds_alternative<Failed>(settlement) ? "failed" : "reply";
}

Trace trace_of(const Input& input) {
  Trace trace;
  std::visit(Overloaded{[&](const Command& command) {
                          trace.kind = InputKind::command;
                          trace.id = command.id;
                          trace.what = std::string(command_word(command.body));
                          trace.actor = command.actor;
                        },
                        [&](const DecodedEvent& event) {
                          trace.kind = InputKind::event;
                          trace.connection = event.connection;
                          describe(trace, event.event);
                        },
                        [&](const SettleEffect& settle) {
                          trace.kind = InputKind::settlement;
                          trace.id = std::to_string(settle.effect.value());
                          trace.what = std::string(word_of(settle.settlement));
                        }},
             input);
  return trace;
}

// Enough to tell two apart, too little to call one.
std::string masked(const Address& address) {
  constexpr std::size_t shown = 2;
  const std::string& value = address.value;
  const std::string tail = value.size() > 2 * shown ? value.substr(value.size() - shown) : "";
  return fmt::format("{}:*{}", to_string(address.kind), tail);
}

const Party* sender_of(const Input& input) {
  const auto* event = std::get_if<DecodedEvent>(&input);
  if (event == nullptr) return nullptr;
  if (const auto* message = std::get_if<InboundMessage>(&event->event)) return &message->from;
  if (const auto* call = std::get_if<CallEvent>(&event->event)) return &call->from;
  return nullptr;
}

void add_text(Value::Map& fields, std::string_view name, std::string_view text) {
  if (!text.empty()) fields[std::string(name)] = Value(std::string(text));
}

template <class IdType>
void add_id(Value::Map& fields, std::string_view name, IdType id) {
  if (id) fields[std::string(name)] = Value(std::to_string(id.value()));
}

void add_error(Value::Map& fields, const Error& error, bool personal) {
  add_text(fields, "code", to_string(error.code));
  add_text(fields, "reason", error.reason);
  if (!personal) return;
  add_text(fields, "message", error.message);
  add_text(fields, "subject", error.subject);
}

LogLevel level_of(const Trace& trace) {
  if (trace.refused) return LogLevel::warning;
  return trace.repeated ? LogLevel::debug : LogLevel::info;
}

bool is_about(const Change& change, EffectId effect) {
  return change.kind == ThingKind::effect && change.id.value() == effect.value();
}

}  // namespace

void Witness::look(const Tables& tables) {
  tables.entries.each_changed([this](const Entry* before, const Entry* after) {
    if (before != nullptr || after == nullptr) return;
    ++counts_.entries;
    const bool failed =
        after->event == EventKind::send_failed || after->event == EventKind::effect_failed;
    if (failed) ++counts_.failed;
  });
  tables.effects.each_changed([this](const Effect* before, const Effect* after) {
    if (before == nullptr && after != nullptr) {
      ++counts_.effects[std::string(to_string(after->kind))];
    } else if (before != nullptr && after == nullptr) {
      ++counts_.finished;
    }
  });
}

void Witness::decided(const Input& input, const Result<Outcome>& outcome, Timestamp at) {
  constexpr std::size_t longest = 256;  // of a name that nobody has looked at yet
  Trace trace = trace_of(input);
  if (trace.id.size() > longest) trace.id.resize(longest);
  if (trace.actor.text().size() > longest) {
    trace.actor = AgentName(trace.actor.text().substr(0, longest));
  }
  trace.at = at;
  ++counts_.inputs[std::string(to_string(trace.kind))];
  if (!outcome) {
    trace.refused = outcome.error();
    ++counts_.refused[std::string(to_string(outcome.error().code))];
  } else {
    trace.repeated = outcome->repeated;
    trace.conversation = outcome->conversation;
    if (outcome->repeated) ++counts_.repeated;
  }
  log(trace, &input, outcome ? &*outcome : nullptr);
  keep(std::move(trace));
}

void Witness::fired(std::string_view what, Timestamp at) {
  Trace trace;
  trace.kind = InputKind::time;
  trace.at = at;
  trace.what = std::string(what);
  ++counts_.inputs["time"];
  log(trace, nullptr, nullptr);
  keep(std::move(trace));
}

void Witness::log(const Trace& trace, const Input* input, const Outcome* outcome) {
  if (!options_.log) return;
  Value::Map fields;
  add_text(fields, "kind", to_string(trace.kind));
  add_text(fields, "input", trace.what);
  add_text(fields, "id", trace.id);
  add_text(fields, "actor", trace.actor.text());
  add_text(fields, "connection", trace.connection.text());
  if (const Party* sender = input != nullptr ? sender_of(*input) : nullptr) {
    const Address& address = sender->address;
    if (!address.empty()) {
      add_text(fields, "from", options_.log_personal ? to_string(address) : masked(address));
    }
  }
  if (trace.repeated) fields["repeated"] = Value(true);
  if (trace.refused) add_error(fields, *trace.refused, options_.log_personal);
  if (outcome != nullptr) {
    add_id(fields, "contact", outcome->contact);
    add_id(fields, "conversation", outcome->conversation);
    add_id(fields, "interaction", outcome->interaction);
    add_id(fields, "case", outcome->case_id);
    add_id(fields, "callback", outcome->callback);
    add_id(fields, "effect", outcome->effect);
    if (outcome->entry != 0) fields["entry"] = Value(static_cast<std::int64_t>(outcome->entry));
  }
  log(level_of(trace), "input", trace.at, std::move(fields));
}

void Witness::handed_out(const Handout& handout, Timestamp at) {
  const std::string kind(to_string(handout.kind));
  ++counts_.handouts[kind];
  Trace trace;
  trace.kind = InputKind::handout;
  trace.at = at;
  trace.id = std::to_string(handout.id.value());
  trace.what = kind;
  trace.actor = handout.agent;
  trace.connection = handout.connection;
  begin();
  keep(std::move(trace));
  if (!options_.log) return;
  Value::Map fields;
  add_id(fields, "effect", handout.id);
  add_text(fields, "kind", kind);
  add_text(fields, "connection", handout.connection.text());
  add_text(fields, "agent", handout.agent.text());
  fields["attempt"] = Value(static_cast<std::int64_t>(handout.attempt));
  if (handout.maybe_done) fields["maybe_done"] = Value(true);
  log(LogLevel::info, "handout", at, std::move(fields));
}

void Witness::turned_away(const ConnectionName& connection, const Error& error, Timestamp at) {
  ++counts_.turned_away[std::string(to_string(error.code))];
  if (!options_.log) return;
  Value::Map fields;
  add_text(fields, "connection", connection.text());
  add_error(fields, error, options_.log_personal);
  log(LogLevel::warning, "turned_away", at, std::move(fields));
}

void Witness::quarantined(const ConnectionName& connection, const Error& error, Timestamp at) {
  ++counts_.quarantined;
  if (!options_.log) return;
  Value::Map fields;
  add_text(fields, "connection", connection.text());
  add_error(fields, error, options_.log_personal);
  log(LogLevel::warning, "quarantine", at, std::move(fields));
}

void Witness::opened(Timestamp at, std::uint64_t configuration) {
  if (!options_.log) return;
  Value::Map fields;
  fields["configuration"] = Value(static_cast<std::int64_t>(configuration));
  log(LogLevel::info, "opened", at, std::move(fields));
  committed();
}

void Witness::faulted(const Error& error, Timestamp at) {
  pending_.clear();  // nothing of it was committed
  if (!options_.log) return;
  Value::Map fields;
  // A store names no person; what was thrown may quote what it choked on.
  add_error(fields, error, options_.log_personal || error.reason != "exception");
  log(LogLevel::error, "fault", at, std::move(fields));
  committed();
}

void Witness::committed() {
  for (const LogLine& line : std::exchange(pending_, {})) {
    try {
      options_.log(line);
    } catch (...) {  // a line is lost; what it tells of is committed, and stands
    }
  }
}

void Witness::log(LogLevel level, std::string what, Timestamp at, Value::Map fields) {
  pending_.push_back({at, level, std::move(what), std::move(fields)});
}

void Witness::keep(Trace trace) {
  if (options_.limits.traces == 0) return;
  seen_.push_back({std::move(trace), first_change_, changes_.next_number()});
  if (seen_.size() > options_.limits.traces) seen_.pop_front();
}

template <class Wanted>
std::vector<Trace> Witness::pick(Wanted wanted, std::size_t most) const {
  std::vector<Trace> found;
  for (auto seen = seen_.rbegin(); seen != seen_.rend() && found.size() < most; ++seen) {
    if (!wanted(*seen)) continue;
    found.push_back(seen->trace);
    found.back().changes = changes_.between(seen->first_change, seen->end_change);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::vector<Trace> Witness::of(std::string_view id, std::size_t most) const {
  return pick(
      [id](const Seen& seen) {
        const InputKind kind = seen.trace.kind;
        const bool named = kind == InputKind::command || kind == InputKind::event;
        return named && seen.trace.id == id;
      },
      most);
}

std::vector<Trace> Witness::of(EffectId effect, std::size_t most) const {
  const std::string id = std::to_string(effect.value());
  return pick(
      [&](const Seen& seen) {
        const bool named =
            seen.trace.kind == InputKind::settlement || seen.trace.kind == InputKind::handout;
        if (named && seen.trace.id == id) return true;
        const auto changes = changes_.between(seen.first_change, seen.end_change);
        return std::any_of(changes.begin(), changes.end(),
                           [effect](const Change& change) { return is_about(change, effect); });
      },
      most);
}

}  // namespace novelo
