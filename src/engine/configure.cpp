// Taking a configuration into service.
#include <string>

#include <fmt/format.h>

#include "engine/decide.hpp"

namespace novelo {

namespace {

Error dangling(std::string_view what, const std::string& name) {
  return refused("would_dangle", fmt::format("live {} would be without \"{}\"", what, name), name,
                 "keep it until what lives there has ended");
}

Status check_open(Turn& turn, const ConversationRecord& conversation, const Setup& next) {
  if (next.configuration.desk(conversation.desk) == nullptr) {
    return fail(dangling("conversations", conversation.desk.text()));
  }
  for (const InteractionId id : conversation.live) {
    const Interaction interaction = turn.get(id);
    if (next.configuration.entry_point(interaction.entry_point) == nullptr) {
      return fail(dangling("interactions", interaction.entry_point.text()));
    }
  }
  return {};
}

// Every open conversation, page by page, past the cache.
Status check_open(Turn& turn, const Setup& next) {
  constexpr std::size_t page = 1000;
  const Key all = turn.tables.key();
  std::string from = all.bytes();
  for (;;) {
    const auto rows = turn.tables.open_conversations.scan(from, all.end(), page, Order::ascending);
    for (const auto& [key, pointer] : rows) {
      const std::string at = turn.tables.key(ConversationId(pointer.id));
      const auto found = turn.tables.conversations.scan(at, at + '\0', 1, Order::ascending);
      if (found.empty()) continue;
      if (auto kept = check_open(turn, found.front().second, next); !kept) return kept;
    }
    if (rows.size() < page) return {};
    from = rows.back().first + '\0';
  }
}

// What lives now must find everything it hangs on in the new configuration.
Status check_live(Turn& turn, const Setup& next) {
  const auto dangles = [](std::string_view what, const std::string& name) {
    return fail(dangling(what, name));
  };
  if (turn.setup == nullptr) return {};
  const Key all = turn.tables.key();
  const auto works = turn.tables.works.scan(all.bytes(), all.end(), turn.options.limits.live_works,
                                            Order::ascending);
  for (const auto& [key, work] : works) {
    if (next.configuration.queue(work.queue) == nullptr) return dangles("work", work.queue.text());
  }
  if (auto kept = check_open(turn, next); !kept) return kept;
  for (const EntryPointConfig& entry_point : turn.config().entry_points) {
    const EntryPointConfig* kept = next.configuration.entry_point(entry_point.name);
    if (kept != nullptr && kept->desk != entry_point.desk) {
      return dangles("conversations", entry_point.desk.text());
    }
  }
  for (const CaseTypeConfig& type : turn.config().case_types) {
    const CaseTypeConfig* kept = next.configuration.case_type(type.name);
    if (kept == nullptr) return dangles("cases", type.name.text());
    for (const StatusConfig& status : type.statuses) {
      if (kept->status(status.name) == nullptr) return dangles("cases", status.name.text());
    }
  }
  return {};
}

}  // namespace

Status decide(Turn& turn, const AgentName& actor, const LoadConfiguration& command) {
  if (!actor.empty()) {
    return fail(refused("not_an_agents", "agents do not load configurations", {},
                        "send it from the business's own systems"));
  }
  auto next = Setup::make(command.json, turn.adapters, turn.options);
  if (!next) return fail(next.error());
  if (auto kept = check_live(turn, *next); !kept) return kept;
  auto decision = turn.router->configure(next->router_config(), turn.ids, turn.now);
  if (!decision) return fail(decision.error());
  turn.take(std::move(*decision));
  EngineClock clock;
  if (const EngineClock* stored = turn.tables.clock.find(turn.tables.clock_key())) clock = *stored;
  ++clock.configuration;
  turn.tables.clock.put(turn.tables.clock_key(), clock);
  turn.tables.configurations.create(turn.tables.key().number(clock.configuration).bytes(),
                                    {command.json});
  turn.outcome.details["version"] = Value(static_cast<std::int64_t>(clock.configuration));
  turn.new_setup = std::move(*next);
  turn.setup = &*turn.new_setup;
  return {};
}

Status decide(Turn& turn, const AgentName&, const ConfirmTime&) {
  turn.outcome.details["now"] = Value(to_string(turn.now));
  return {};
}

}  // namespace novelo
