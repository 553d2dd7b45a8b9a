#include "engine/check_flows.hpp"

#include <algorithm>
#include <compare>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace novelo {

namespace {

// A flow at a desk, on the telephone or in writing: what the one needs, the other must have.
struct Use {
  DeskName desk;
  FlowName flow;
  bool telephone = false;

  friend auto operator<=>(const Use&, const Use&) = default;
};

class Check {
 public:
  explicit Check(const Setup& setup) : setup_(setup), all_(setup.configuration) {}

  Status run() {
    for (const FlowName& flow : all_.flow_names) {
      for (const FlowReference& reference : setup_.flows.references(flow)) {
        if (auto named = name(flow, reference); !named) return named;
      }
    }
    for (const EntryPointConfig& entry_point : all_.entry_points) {
      const bool telephone = entry_point.channel == Channel::voice;
      use({entry_point.desk, entry_point.flow, telephone});
      use({entry_point.desk, all_.queue(entry_point.queue)->waiting_flow, telephone});
    }
    while (!open_.empty()) {
      const Use next = open_.back();
      open_.pop_back();
      if (auto served = serve(next); !served) return served;
    }
    return {};
  }

 private:
  using Kind = FlowReference::Kind;

  Status fault(const FlowName& flow, const FlowReference& reference, std::string reason,
               std::string message, std::string remedy) const {
    const auto at = std::find(all_.flow_names.begin(), all_.flow_names.end(), flow);
    return fail({ErrorCode::invalid, std::move(reason), std::move(message),
                 fmt::format("flows[{}].{}", at - all_.flow_names.begin(), reference.path),
                 std::move(remedy)});
  }

  // What must be there whoever uses the flow.
  Status name(const FlowName& flow, const FlowReference& reference) const {
    const auto unknown = [&](std::string_view what) {
      return fault(flow, reference, "unknown_name",
                   fmt::format("There is no {} \"{}\".", what, reference.name),
                   "Add it to the configuration, or name another one.");
    };
    switch (reference.kind) {
      case Kind::queue:
        if (all_.queue(QueueName(reference.name)) == nullptr) return unknown("queue");
        return {};
      case Kind::skill: {
        const SkillName skill(reference.name);
        const bool known =
            std::any_of(all_.agents.begin(), all_.agents.end(),
                        [&](const AgentConfig& agent) { return agent.skills.contains(skill); });
        return known ? Status{} : unknown("agent with the skill");
      }
      case Kind::message:
      case Kind::channel:
      case Kind::line:
      case Kind::writing: return {};  // as far as a desk can get there: see `serve`
    }
    return {};
  }

  Status template_named(const FlowName& flow, const FlowReference& reference) const {
    if (all_.message_template(TemplateName(reference.name)) != nullptr) return {};
    return fault(flow, reference, "unknown_name",
                 fmt::format("There is no template \"{}\".", reference.name),
                 "Add it to the configuration, or name another one.");
  }

  void use(Use at) {
    if (!at.flow.empty() && uses_.insert(at).second) open_.push_back(std::move(at));
  }

  // What flows can rely on at a desk, whoever walks. Who can be written a mail is known then only.
  Value known_to(const Use& at) const {
    const auto has = [&](Channel channel) {
      return all_.entry_point_on(at.desk, channel) != nullptr;
    };
    Value::Map channels;
    for (const Channel channel : {Channel::sms, Channel::whatsapp, Channel::email}) {
      const bool leads_there = has(channel) && has(told_by(channel));
      if (leads_there && channel == Channel::email) continue;
      channels[std::string(to_string(channel))] = Value(leads_there);
    }
    Value::Map known{{"channels", Value(std::move(channels))}};
    if (at.telephone) {
      const Value voice(to_string(Channel::voice));
      known["channel"] = voice;
      known["session"] = Value(Value::Map{{"channel", voice}});
    }
    return Value(std::move(known));
  }

  Status serve(const Use& at) {
    for (const FlowReference& reference : setup_.flows.references(at.flow, known_to(at))) {
      if (reference.kind == Kind::queue) {
        use({at.desk, all_.queue(QueueName(reference.name))->waiting_flow, at.telephone});
      } else if (reference.kind == Kind::message) {
        if (auto named = template_named(at.flow, reference); !named) return named;
      } else if (reference.kind == Kind::writing) {
        if (at.telephone) return too_many_options(at.flow, reference);
      } else if (reference.kind == Kind::channel) {
        const Channel channel = *parse_channel(reference.name);
        for (const Channel needed : {channel, told_by(channel)}) {
          if (auto there = has_channel(at.desk, needed, at.flow, reference); !there) return there;
        }
      }
    }
    return {};
  }

  Status too_many_options(const FlowName& flow, const FlowReference& reference) const {
    return fault(flow, reference, "too_many_options",
                 fmt::format("{} options are always shown, and a telephone line uses the flow: a "
                             "caller has nine keys for them.",
                             reference.name),
                 "Ask in two steps, or show some of them only while `channel` is not \"voice\".");
  }

  Status has_channel(const DeskName& desk, Channel channel, const FlowName& flow,
                     const FlowReference& reference) const {
    if (all_.entry_point_on(desk, channel) != nullptr) return {};
    return fault(flow, reference, "no_channel",
                 fmt::format("The desk \"{}\" has no entry point for {}, and the step can be "
                             "reached there.",
                             desk.text(), to_string(channel)),
                 fmt::format("Give the desk one, or ask for channels.{} before the step.",
                             to_string(channel)));
  }

  const Setup& setup_;
  const Configuration& all_;
  std::set<Use> uses_;
  std::vector<Use> open_;
};

}  // namespace

Channel told_by(Channel channel) {
  return channel == Channel::email ? Channel::email : Channel::sms;
}

Status check_flows(const Setup& setup) {
  return Check(setup).run();
}

}  // namespace novelo
