#include "novelo/flow_engine.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "flow/compile.hpp"
#include "flow/references.hpp"
#include "flow/walk.hpp"
#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<FlowExpects, 10> expects_names{{{FlowExpects::nothing, "nothing"},
                                                    {FlowExpects::choice, "choice"},
                                                    {FlowExpects::text, "text"},
                                                    {FlowExpects::number, "number"},
                                                    {FlowExpects::date, "date"},
                                                    {FlowExpects::email, "email"},
                                                    {FlowExpects::phone, "phone"},
                                                    {FlowExpects::yes_no, "yes_no"},
                                                    {FlowExpects::recording, "recording"},
                                                    {FlowExpects::file, "file"}}};

tl::unexpected<Error> refuse(const FlowSession& session, std::string reason, std::string message) {
  return fail({ErrorCode::refused, std::move(reason), std::move(message), session.flow.text(), ""});
}

// Bytes of a text answer that are kept: a scalar has at most four.
std::size_t most_bytes(const Limits& limits) {
  return limits.text_scalars * 4;
}

}  // namespace

std::string_view to_string(FlowExpects expects) {
  return name_of(expects_names, expects);
}

class FlowEngine::Flows {
 public:
  explicit Flows(Limits limits) : limits(limits) {}

  const flow::Flow* find(const FlowName& name) const {
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : &found->second;
  }

  Limits limits;
  std::map<FlowName, flow::Flow> by_name;
};

FlowEngine::FlowEngine(std::unique_ptr<const Flows> flows) : flows_(std::move(flows)) {}
FlowEngine::FlowEngine(FlowEngine&&) noexcept = default;
FlowEngine& FlowEngine::operator=(FlowEngine&&) noexcept = default;
FlowEngine::~FlowEngine() = default;

Result<FlowEngine> FlowEngine::load(std::span<const FlowSource> sources, Limits limits) {
  auto flows = std::make_unique<Flows>(limits);
  std::string message;
  std::string subject;
  std::map<FlowName, std::string> files;
  for (const FlowSource& source : sources) {
    flow::Faults faults;
    auto made = flow::compile_flow(source.json, limits, faults);
    if (made) {
      const auto [other, fresh] = files.emplace(made->name, source.file);
      if (!fresh) faults.add("flow", fmt::format("{} holds this flow too.", other->second));
      if (fresh) flows->by_name.emplace(made->name, *std::move(made));
    }
    for (const flow::Fault& fault : faults.list()) {
      const std::string where =
          fault.path.empty() ? source.file : fmt::format("{}: {}", source.file, fault.path);
      if (message.empty()) {
        subject = where;
        message = fault.reason;
      } else {
        message += fmt::format("\n{}: {}", where, fault.reason);
      }
    }
  }
  if (!message.empty()) {
    return fail({ErrorCode::invalid, "bad_flow", std::move(message), std::move(subject),
                 "docs/flows.md describes the format."});
  }
  return FlowEngine(std::move(flows));
}

bool FlowEngine::has(const FlowName& flow) const {
  return flows_->find(flow) != nullptr;
}

std::vector<FlowName> FlowEngine::flows() const {
  std::vector<FlowName> names;
  for (const auto& [name, flow] : flows_->by_name) names.push_back(name);
  return names;
}

std::string FlowEngine::locale(const FlowName& name, std::string_view wanted) const {
  const flow::Flow* flow = flows_->find(name);
  return flow == nullptr ? std::string() : flow->locales[flow->locale(wanted)].name;
}

std::vector<FlowReference> FlowEngine::references(const FlowName& name, const Value& known) const {
  const flow::Flow* flow = flows_->find(name);
  return flow != nullptr ? flow::references(*flow, known) : std::vector<FlowReference>();
}

Result<FlowDecision> FlowEngine::start(const FlowName& name, std::string_view locale,
                                       Channel channel, const Value& variables,
                                       Timestamp now) const {
  const flow::Flow* flow = flows_->find(name);
  if (flow == nullptr) {
    return fail(
        {ErrorCode::not_found, "unknown_flow", "There is no flow of this name.", name.text(), ""});
  }
  FlowSession session;
  session.flow = name;
  session.version = flow->version;
  session.locale = flow->locales[flow->locale(locale)].name;
  session.channel = channel;
  session.turns = 1;
  session.started_at = now;
  flow::Walk walk(*flow, flows_->limits, std::move(session), variables, now);
  walk.enter(flow->start);
  return walk.take();
}

namespace {

Status check_waiting(const FlowSession& session) {
  if (session.ended) return refuse(session, "ended", "This walk has ended.");
  if (session.step.empty()) return refuse(session, "not_waiting", "This walk waits for nothing.");
  return {};
}

// A session at the beginning of a turn: where it waits, or that it cannot go on.
struct Turn {
  FlowSession session;
  bool restart = false;  // the flow has changed and wants to begin anew
  std::size_t step = flow::no_step;
  std::optional<FlowDecision> over;  // the contact goes to a person instead
};

Turn begin_turn(const flow::Flow* flow, const Limits& limits, const FlowSession& session,
                bool of_contact) {
  Turn turn;
  turn.session = session;
  if (of_contact) ++turn.session.turns;
  if (turn.session.turns > limits.flow_turns_per_session) {
    turn.over = flow::give_up(std::move(turn.session), FlowHandOver::To::anyone, "limit");
    return turn;
  }
  const bool changed = flow != nullptr && flow->version != session.version;
  turn.restart = changed && flow->when_changed == flow::WhenChanged::restart;
  if (turn.restart) {
    turn.session.version = flow->version;
    return turn;
  }
  if (flow != nullptr) turn.step = flow->find(session.step.text());
  const bool there = turn.step != flow::no_step &&
                     (flow::waits(flow->steps[turn.step]) || flow::is_deed(flow->steps[turn.step]));
  if (!there || (changed && flow->when_changed == flow::WhenChanged::hand_over)) {
    turn.over = flow::give_up(std::move(turn.session), FlowHandOver::To::owner_first, "changed");
  }
  return turn;
}

// What the session waits for must be what comes: an answer, or what the host has done.
Status check_fits(const FlowSession& session, const flow::Step& step, bool told) {
  const bool same = step.fingerprint == session.fingerprint;
  if (!same || flow::is_deed(step) == told) return {};
  if (told) return refuse(session, "not_asked", "This walk waits for an answer.");
  return refuse(session, "not_told", "This walk waits to be told whether its last step was done.");
}

// Tells the walk what the host has done. A step that has become a question meanwhile asks it.
void tell(flow::Walk& walk, const flow::Step& step, std::size_t at, const FlowInput& input) {
  if (!flow::is_deed(step)) return walk.ask_again(at);
  if (const auto* failed = std::get_if<FlowFailed>(&input)) return walk.failed(at, failed->reason);
  walk.done(at);
}

}  // namespace

Result<FlowDecision> FlowEngine::resume(const FlowSession& session, const FlowInput& input,
                                        const Value& variables, Timestamp now) const {
  if (const Status waiting = check_waiting(session); !waiting) return fail(waiting.error());
  if (std::holds_alternative<FlowSilence>(input) && session.deadline && now < *session.deadline) {
    return refuse(session, "too_early", "The deadline of this wait has not passed.");
  }
  const bool told =
      std::holds_alternative<FlowDone>(input) || std::holds_alternative<FlowFailed>(input);
  const flow::Flow* flow = flows_->find(session.flow);
  Turn turn = begin_turn(flow, flows_->limits, session, !told);
  if (turn.over) return *std::move(turn.over);
  if (!turn.restart) {
    const flow::Step& step = flow->steps[turn.step];
    if (const Status fits = check_fits(session, step, told); !fits) return fail(fits.error());
    // A question has become something to do: not on the strength of an old answer.
    if (!told && flow::is_deed(step)) {
      return flow::give_up(std::move(turn.session), FlowHandOver::To::owner_first, "changed");
    }
  }
  flow::Walk walk(*flow, flows_->limits, std::move(turn.session), variables, now);
  const flow::Said said = flow::read_input(input, most_bytes(flows_->limits));
  if (turn.restart) {
    walk.enter(flow->start);
  } else if (told) {
    tell(walk, flow->steps[turn.step], turn.step, input);
  } else if (walk.follow_global(said)) {
    // The word led elsewhere: nothing is left to answer.
  } else if (flow->steps[turn.step].fingerprint != session.fingerprint) {
    walk.ask_again(turn.step);
  } else {
    walk.answer(turn.step, said);
  }
  return walk.take();
}

Result<FlowDecision> FlowEngine::repeat(const FlowSession& session, Channel channel,
                                        const Value& variables, Timestamp now) const {
  if (const Status waiting = check_waiting(session); !waiting) return fail(waiting.error());
  const flow::Flow* flow = flows_->find(session.flow);
  Turn turn = begin_turn(flow, flows_->limits, session, true);
  if (turn.over) return *std::move(turn.over);
  if (!turn.restart && flow::is_deed(flow->steps[turn.step])) {
    return refuse(session, "not_told",
                  "This walk waits to be told whether its last step was done.");
  }
  turn.session.channel = channel;
  flow::Walk walk(*flow, flows_->limits, std::move(turn.session), variables, now);
  if (turn.restart) {
    walk.enter(flow->start);
  } else {
    walk.ask_again(turn.step);
  }
  return walk.take();
}

}  // namespace novelo
