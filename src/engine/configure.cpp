// Taking a configuration into service.
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "engine/decide.hpp"

namespace novelo {

namespace {

Error dangling(std::string_view what, const std::string& name) {
  return refused("would_dangle", fmt::format("live {} would be without \"{}\"", what, name), name,
                 "keep it until what lives there has ended");
}

// Whatever lives now must find what it hangs on in the next configuration. Everything is looked
// through once, a page at a time and past the cache.
class CarryOver {
 public:
  CarryOver(Turn& turn, const Configuration& next)
      : tables_(turn.tables), now_(turn.config()), next_(next) {}

  Status check() {
    each(tables_.works,
         [&](const WorkRecord& work) { need(next_.queue(work.queue), "work", work.queue.text()); });
    each(tables_.open_conversations, [&](const Pointer& open) {
      const auto found = tables_.conversations.look(tables_.key(ConversationId(open.id)));
      if (found) conversation(*found);
    });
    for (const EntryPointConfig& entry_point : now_.entry_points) {
      const EntryPointConfig* kept = next_.entry_point(entry_point.name);
      need(kept == nullptr || kept->desk == entry_point.desk, "conversations",
           entry_point.desk.text());
    }
    for (const CaseTypeConfig& type : now_.case_types) case_type(type);
    return fault_ ? Status(fail(*fault_)) : Status{};
  }

 private:
  template <class Records, class Use>
  void each(Records& records, Use use) {
    records.each(tables_.key().bytes(), tables_.key().end(), [&](const auto& record) {
      if (!fault_) use(record);
    });
  }

  template <class Found>
  void need(const Found& found, std::string_view what, const std::string& name) {
    if (!found && !fault_) fault_ = dangling(what, name);
  }

  void conversation(const ConversationRecord& conversation) {
    need(next_.desk(conversation.desk), "conversations", conversation.desk.text());
    for (const InteractionId id : conversation.live) {
      const auto interaction = tables_.interactions.look(tables_.key(id));
      if (!interaction) continue;
      const EntryPointName& entry_point = interaction->entry_point;
      need(next_.entry_point(entry_point), "interactions", entry_point.text());
    }
    for (const CallbackId id : conversation.callbacks) {
      const auto promised = tables_.callbacks.look(tables_.key(id));
      if (promised) callback(*promised);
    }
  }

  // An agent who had left before has promised nothing.
  void callback(const Callback& callback) {
    need(next_.entry_point(callback.entry_point), "callbacks", callback.entry_point.text());
    need(next_.queue(callback.queue), "callbacks", callback.queue.text());
    const bool leaves =
        now_.agent(callback.agent) != nullptr && next_.agent(callback.agent) == nullptr;
    need(!leaves, "callbacks", callback.agent.text());
  }

  // Cases that have come to their end may lose their status and their type: nobody changes them.
  void case_type(const CaseTypeConfig& type) {
    const CaseTypeConfig* kept = next_.case_type(type.name);
    for (const StatusConfig& status : type.statuses) {
      const bool stays = kept != nullptr && kept->status(status.name) != nullptr;
      if (stays || status.category == StatusCategory::final) continue;
      const Counter* cases = tables_.counters.find(tables_.key(type.name, status.name));
      const bool any = cases != nullptr && cases->value > 0;
      need(!any, "cases", kept != nullptr ? status.name.text() : type.name.text());
    }
  }

  Tables& tables_;
  const Configuration& now_;
  const Configuration& next_;
  std::optional<Error> fault_;
};

// What was told of a telephone is not true of the next one.
void forget_devices(Turn& turn, const Configuration& next) {
  for (const AgentConfig& agent : next.agents) {
    const AgentConfig* before = turn.config().agent(agent.name);
    const bool same = before == nullptr || before->device == agent.device;
    const AgentRecord* record = same ? nullptr : turn.router->agent(agent.name);
    if (record == nullptr) continue;
    if (record->unreachable) turn.must_route(TelephoneReachable{agent.name, true});
    if (record->on_other_call) turn.must_route(OtherCall{agent.name, false});
  }
}

}  // namespace

Result<Setup> check_configuration(Turn& turn, const std::string& json) {
  auto next = Setup::make(json, turn.adapters, turn.options, turn.options.limits);
  if (!next) return next;
  if (turn.setup != nullptr) {
    if (auto kept = CarryOver(turn, next->configuration).check(); !kept) return fail(kept.error());
  }
  return next;
}

Status decide(Turn& turn, const AgentName& actor, const LoadConfiguration& command) {
  if (!actor.empty()) {
    return fail(refused("not_an_agents", "agents do not load configurations", {},
                        "send it from the business's own systems"));
  }
  auto next = check_configuration(turn, command.json);
  if (!next) return fail(next.error());
  auto decision = turn.router->configure(next->router_config(), turn.ids, turn.now);
  if (!decision) return fail(decision.error());
  turn.take(std::move(*decision));
  if (turn.setup != nullptr) forget_devices(turn, next->configuration);
  const std::uint64_t version = ++turn.tables.edit_clock().configuration;
  turn.tables.configurations.create(turn.tables.key().number(version).bytes(), {command.json});
  turn.outcome.details["version"] = Value(static_cast<std::int64_t>(version));
  turn.new_setup = std::move(*next);
  turn.setup = &*turn.new_setup;
  return {};
}

Status decide(Turn& turn, const AgentName& actor, const ConfirmTime&) {
  if (!actor.empty()) {
    return fail(refused("not_an_agents", "agents do not set the clock", {},
                        "send it from the business's own systems"));
  }
  turn.outcome.details["now"] = Value(to_string(turn.now));
  return {};
}

}  // namespace novelo
