// Flows: walking a contact through one on the channel they are on, and doing what it says.
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/check_flows.hpp"
#include "engine/contacts.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"
#include "novelo/rules/calendar.hpp"
#include "novelo/rules/channel.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

namespace {

constexpr Duration gather_patience = std::chrono::seconds(8);
constexpr Duration longest_recording = std::chrono::minutes(3);

// Whether the entry point is open now, and when it opens again, as people say it.
Value hours_now(const Turn& turn, const EntryPointConfig& at, const std::string& locale) {
  if (!at.hours) return Value(Value::Map{{"open", Value(true)}});
  const bool open = is_open(*at.hours, turn.now).value_or(true);
  Value::Map hours{{"open", Value(open)}};
  const auto opening = next_opening(*at.hours, turn.now);
  if (open || !opening || !*opening) return Value(std::move(hours));
  const std::string& own = at.hours->zone;
  const auto local = to_local(**opening, own.empty() ? turn.config().tenant.zone : own);
  if (local) hours["opens_at"] = Value(spoken_date_time(*local, locale));
  return Value(std::move(hours));
}

// S0.33: where the contact could go on. For a channel with a number the contact is asked for one
// where the line they are on takes no messages.
bool leads_to(Turn& turn, const ConversationRecord& conversation, Channel channel) {
  const Configuration& config = turn.config();
  if (config.entry_point_on(conversation.desk, channel) == nullptr) return false;
  if (channel == Channel::email)
    return address_of(turn, conversation.contact, AddressKind::email).has_value();
  return config.entry_point_on(conversation.desk, told_by(channel)) != nullptr;
}

// What texts and tests of a flow may read: the contact, the owner, the hours, and the channels on
// which the contact could go on.
Value flow_variables(Turn& turn, const Interaction& interaction, const std::string& locale) {
  const ConversationRecord conversation = turn.get(interaction.conversation);
  Value::Map variables = variables_for(turn, conversation);
  const EntryPointConfig& at = *turn.config().entry_point(interaction.entry_point);
  const auto plain = normalise(interaction.remote, at.dial_plan);
  const bool withheld = interaction.remote.kind == AddressKind::withheld;
  const LineKind line = plain && !withheld ? line_kind(*plain) : LineKind::unknown;
  const bool mobile = line == LineKind::mobile;
  variables["caller"] =
      Value(Value::Map{{"number", Value(plain && !withheld ? plain->value : std::string())},
                       {"withheld", Value(withheld)},
                       {"mobile", Value(mobile)},
                       {"landline", Value(line == LineKind::landline)}});
  Value::Map channels;
  for (const Channel channel : {Channel::sms, Channel::whatsapp, Channel::email}) {
    channels[std::string(to_string(channel))] = Value(leads_to(turn, conversation, channel));
  }
  variables["channels"] = Value(std::move(channels));
  variables["channel"] = Value(to_string(interaction.channel));
  variables["hours"] = hours_now(turn, at, locale);
  if (const auto place = turn.router->place(interaction.work)) {
    variables["queue"] =
        Value(Value::Map{{"ahead", Value(static_cast<std::int64_t>(place->ahead))}});
  }
  return Value(std::move(variables));
}

// One turn of a flow on one channel. Speech is held back until it is known what follows it.
class Performance {
 public:
  Performance(Turn& turn, InteractionId interaction, const FlowSession& session)
      : turn_(turn), id_(interaction), flow_(session.flow), locale_(session.locale) {}

  void perform(const std::vector<FlowOutput>& outputs) {
    for (const FlowOutput& output : outputs) {
      // Behind what could not be done nothing is said or promised as if it had been.
      if (cannot_go_on_ && !std::holds_alternative<FlowSegment>(output)) continue;
      std::visit([&](const auto& what) { on(what); }, output);
    }
  }

  // What came of the last output, for the flow to go on with; once.
  std::optional<FlowInput> told() { return std::exchange(told_, std::nullopt); }

  // When the flow waits, or is over.
  void finish() {
    if (cannot_go_on_) {
      leave_to_a_person(turn_, id_);
      return hold_the_line();
    }
    const bool waiting = waits_ || turn_.router->work(interaction().work) != nullptr;
    if (!ended_) {
      if (!speech_.empty()) play_speech();
      return;
    }
    stop_flow(turn_, id_);
    if (waiting) return hold_the_line();
    leave();
  }

 private:
  Interaction interaction() { return turn_.get(id_); }
  bool voice() { return interaction().channel == Channel::voice; }

  void say(const Content& content) {
    if (!voice()) return write(content);
    if (!speech_.empty()) speech_ += '\n';
    speech_ += content.text;
  }

  void write(const Content& content) {
    const Interaction at = interaction();
    OutgoingMessage message;
    message.conversation = at.conversation;
    message.entry_point = at.entry_point;
    message.to = at.remote;
    message.content = content;
    message.author = {AuthorRole::bot, flow_.text()};
    if (!send_or_tell(turn_, std::move(message))) cannot_go_on_ = true;
  }

  void speak(CallVerb verb) {
    verb.text = speech_ + (speech_.empty() || verb.text.empty() ? "" : "\n") + verb.text;
    speech_.clear();
    verb.locale = locale_;
    turn_.call_verb(interaction(), std::move(verb));
  }

  void play_speech() {
    CallVerb verb;
    verb.kind = CallVerbKind::play;
    speak(std::move(verb));
  }

  void on(const FlowSay& output) { say(output.content); }

  void on(const FlowAsk& output) {
    if (!voice()) return write(output.content);
    CallVerb verb;
    verb.text = output.content.text;
    verb.options = output.content.options;
    if (output.expects == FlowExpects::recording) {
      verb.kind = CallVerbKind::record;
      verb.timeout = output.longest > Duration::zero() ? output.longest : longest_recording;
    } else {
      verb.kind = CallVerbKind::gather;
      verb.speech = true;
      verb.max_digits = output.max_digits;
      verb.timeout = output.patience > Duration::zero() ? output.patience : gather_patience;
    }
    speak(std::move(verb));
  }

  void chosen(std::string_view choice) {
    const Interaction at = interaction();
    if (!at.alternatives_offered || unanswered_) return;
    turn_.note_event(at, EventKind::alternative_chosen, {{"choice", Value(choice)}},
                     {AuthorRole::customer, {}});
  }

  void on(const FlowHandOver& output) {
    const ConversationRecord conversation = turn_.get(interaction().conversation);
    QueueWish wish;
    using To = FlowHandOver::To;
    if (!conversation.owner.empty() &&
        (output.to == To::owner_first || output.to == To::owner_only)) {
      wish = first_for(turn_, conversation.owner, conversation.desk);
      if (output.to == To::owner_only) wish.preference = Preference::only;
    }
    wish.queue = output.queue;
    wish.skills = output.skills;
    wish.priority = output.priority;
    if (output.to == To::other_than_owner) turn_.edit(conversation).passing_on = id_;
    chosen(output.to == To::other_than_owner ? "another_adviser" : "hand_over");
    enqueue(turn_, id_, wish);
    waits_ = true;
  }

  void on(const FlowKeepWaiting&) {
    chosen("keep_waiting");
    // Whoever greeted the contact has put them into no queue yet.
    if (turn_.router->work(interaction().work) == nullptr) enqueue(turn_, id_, {});
    waits_ = true;
  }

  // The place in the queue is given up for a promise that keeps it.
  void leave_queue() {
    const Interaction at = interaction();
    Interaction& leaving = turn_.edit(at);
    leaving.work = {};
    leaving.state = InteractionState::in_flow;
    if (turn_.router->work(at.work) != nullptr) turn_.must_route(WorkRemoved{at.work});
  }

  // Why something cannot be done, as the flow may read it; empty when it is done.
  using Failure = std::string;

  void tell(const Failure& failure) {
    told_ = failure.empty() ? FlowInput(FlowDone{}) : FlowInput(FlowFailed{failure});
  }

  // The number that was given, else the one that the contact is on, else one that is known of them.
  Result<Address> number_for(const std::string& given, const EntryPointConfig& target) {
    const Interaction at = interaction();
    const DialPlan& here = turn_.config().entry_point(at.entry_point)->dial_plan;
    if (!given.empty()) {
      const DialPlan& plan = here.country.empty() ? target.dial_plan : here;
      return normalise({AddressKind::phone, given}, plan);
    }
    if (at.remote.kind == AddressKind::phone) return as_known(at, normalise(at.remote, here));
    if (const auto known = address_of(turn_, at.contact, AddressKind::phone)) return *known;
    return fail({ErrorCode::refused, "no_number", "no number of the contact is known", {}, {}});
  }

  // In the spelling that is known of the contact: a provider's own may lack a digit that another
  // network needs.
  Result<Address> as_known(const Interaction& at, Result<Address> number) {
    if (!number) return number;
    for (const Identity& identity : identities_at(turn_.tables, *number)) {
      if (uses(identity, at.contact)) return identity.address;
    }
    return number;
  }

  void on(const FlowCallback& output) { tell(promise(output)); }

  Failure promise(const FlowCallback& output) {
    const Interaction at = interaction();
    const ConversationRecord conversation = turn_.get(at.conversation);
    const EntryPointConfig& here = *turn_.config().entry_point(at.entry_point);
    const EntryPointConfig* line =
        at.channel == Channel::voice
            ? &here
            : turn_.config().entry_point_on(conversation.desk, Channel::voice);
    if (line == nullptr) return "no_line";
    const auto number = number_for(output.number, *line);
    if (!number) return number.error().reason;
    Callback callback;
    callback.conversation = at.conversation;
    callback.contact = at.contact;
    callback.entry_point = line->name;
    callback.queue = here.queue;
    callback.number = *number;
    if (output.by == FlowCallback::By::owner) callback.agent = conversation.owner;
    callback.requested_at = at.started_at;
    callback.message = output.message;
    if (!check_promise(turn_, callback, Asking::arrival)) return "busy";
    chosen("callback");
    leave_queue();
    promise_call(turn_, std::move(callback), Asking::arrival);
    return {};
  }

  // S0.33: a number that the contact gave is theirs by their word alone, and the owner is told.
  void claim(const Interaction& at, const Address& number) {
    const bool known = turn_.tables.identities.find(turn_.tables.key(number)) != nullptr;
    if (known || !add_identity(turn_, at.contact, number, false)) return;
    const Value address(to_string(number));
    turn_.note_event(at, EventKind::identity_claimed, {{"address", address}},
                     {AuthorRole::customer, {}});
    const AgentName owner = turn_.get(at.conversation).owner;
    if (owner.empty()) return;
    turn_.notify(owner, at.conversation, "identity_claimed", {{"address", address}});
  }

  void on(const FlowSwitchChannel& output) { tell(write_elsewhere(output)); }

  // S0.8, S0.33: the way there goes out before the call ends; what follows keeps the place and the
  // owner.
  Failure write_elsewhere(const FlowSwitchChannel& output) {
    const Interaction at = interaction();
    const ConversationRecord conversation = turn_.get(at.conversation);
    const Configuration& config = turn_.config();
    const EntryPointConfig* from =
        config.entry_point_on(conversation.desk, told_by(output.channel));
    if (from == nullptr || config.entry_point_on(conversation.desk, output.channel) == nullptr) {
      return "no_channel";
    }
    OutgoingMessage message;
    if (output.channel == Channel::email) {
      message.to = address_of(turn_, at.contact, AddressKind::email);
      if (!message.to) return "no_address";
    } else {
      const auto number = number_for(output.number, *from);
      if (!number) return number.error().reason;
      const LineKind line = line_kind(*number);
      if (line == LineKind::landline) return "landline";
      if (line == LineKind::service) return "service";
      claim(at, *number);
      message.to = *number;
    }
    message.conversation = at.conversation;
    message.entry_point = from->name;
    message.template_name = output.message;
    message.author = {AuthorRole::bot, flow_.text()};
    if (auto sent = send_or_tell(turn_, std::move(message)); !sent) {
      return sent.error().code == ErrorCode::busy ? "busy" : sent.error().reason;
    }
    chosen("digital");
    leave_queue();
    turn_.edit(conversation).kept_place = KeptPlace{at.started_at, conversation.owner};
    turn_.note_event(interaction(), EventKind::place_kept,
                     {{"channel", Value(to_string(output.channel))}});
    return {};
  }

  void on(const FlowRecord& output) {
    turn_.note_event(interaction(), EventKind::flow_recorded,
                     {{"name", Value(output.name)}, {"value", output.value}},
                     {AuthorRole::bot, flow_.text()});
  }

  void on(const FlowEnd& output) {
    turn_.note_event(interaction(), EventKind::flow_ended,
                     {{"flow", Value(flow_.text())},
                      {"end", Value(output.name)},
                      {"outcome", Value(output.outcome)}},
                     {AuthorRole::bot, flow_.text()});
    ended_ = true;
    turn_.edit(interaction()).flow_outcome = output.outcome;
  }

  void on(const FlowSegment& output) {
    const bool gave_up = output.exit == "no_answer" || output.exit == "no_match";
    if (gave_up || !output.operand.empty()) unanswered_ = gave_up;
    const std::uint64_t number = turn_.ids.take<SessionId>().value();
    turn_.tables.segments.create(turn_.tables.key(id_, number),
                                 {id_, flow_, output.step, output.exit, output.operand, turn_.now});
  }

  void hold_the_line() {
    if (!voice()) return;
    if (!speech_.empty()) play_speech();
    novelo::hold_the_line(turn_, interaction(), locale_);
  }

  // Nothing more to wait for: the line is closed, the chat is over.
  void leave() {
    if (voice()) {
      if (!speech_.empty()) play_speech();
      return hang_up(turn_, interaction());
    }
    end_interaction(turn_, id_);
    end_pending(turn_, interaction(), {AuthorRole::bot, flow_.text()}, interaction().flow_outcome);
  }

  Turn& turn_;
  InteractionId id_;
  FlowName flow_;
  std::string locale_;
  std::string speech_;
  bool waits_ = false;
  bool ended_ = false;
  bool cannot_go_on_ = false;
  bool unanswered_ = false;  // the last question: what the flow does then is nobody's choice
  std::optional<FlowInput> told_;
};

void keep_session(Turn& turn, InteractionId id, FlowSession session) {
  const Interaction interaction = turn.get(id);
  const SessionId session_id =
      interaction.session ? interaction.session : turn.ids.take<SessionId>();
  if (session.deadline) turn.arm(TimerKind::flow, id.value(), *session.deadline);
  turn.tables.sessions.put(turn.tables.key(session_id), std::move(session));
  turn.edit(interaction).session = session_id;
}

// Does what a flow says, and tells it what came of that, until it waits or is over.
void walk(Turn& turn, InteractionId id, FlowDecision decision) {
  Performance performance(turn, id, decision.session);
  for (;;) {
    keep_session(turn, id, decision.session);
    performance.perform(decision.outputs);
    const std::optional<FlowInput> told = performance.told();
    if (!told) return performance.finish();
    const Value variables = flow_variables(turn, turn.get(id), decision.session.locale);
    auto next = turn.setup->flows.resume(decision.session, *told, variables, turn.now);
    if (!next) return leave_to_a_person(turn, id);
    decision = std::move(*next);
  }
}

}  // namespace

std::string locale_of(Turn& turn, ContactId id) {
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(id));
  return contact != nullptr && !contact->locale.empty() ? contact->locale
                                                        : turn.config().tenant.locale;
}

void stop_flow(Turn& turn, InteractionId id) {
  const Interaction interaction = turn.get(id);
  if (!interaction.session) return;
  const std::string key = turn.tables.key(interaction.session);
  if (const FlowSession* session = turn.tables.sessions.find(key)) {
    if (session->deadline) turn.disarm(TimerKind::flow, id.value(), *session->deadline);
    turn.tables.sessions.erase(key);
  }
  turn.edit(interaction).session = {};
}

void leave_to_a_person(Turn& turn, InteractionId id) {
  stop_flow(turn, id);
  const Interaction interaction = turn.get(id);
  const bool served = interaction.state == InteractionState::ended ||
                      interaction.state == InteractionState::connected;
  if (!served && turn.router->work(interaction.work) == nullptr) enqueue(turn, id, {});
}

void decide(Turn& turn, const StartFlow& task) {
  const Interaction interaction = turn.get(task.interaction);
  if (interaction.session || interaction.state == InteractionState::ended ||
      interaction.state == InteractionState::connected) {
    return;
  }
  if (task.alternatives && interaction.alternatives_offered) return;  // once for each wait
  if (interaction.channel == Channel::voice && !interaction.answered) {
    turn.edit(interaction).answered = true;
    turn.call_verb(interaction, CallVerb{});
  }
  turn.note_event(interaction, EventKind::flow_started, {{"flow", Value(task.flow.text())}},
                  {AuthorRole::bot, task.flow.text()});
  const FlowEngine& flows = turn.setup->flows;
  const std::string locale = flows.locale(task.flow, locale_of(turn, interaction.contact));
  auto decision = flows.start(task.flow, locale, interaction.channel,
                              flow_variables(turn, interaction, locale), turn.now);
  if (!decision) return leave_to_a_person(turn, task.interaction);
  if (task.alternatives) turn.edit(interaction).alternatives_offered = true;
  walk(turn, task.interaction, std::move(*decision));
}

void decide(Turn& turn, const ContinueFlow& task) {
  const Interaction interaction = turn.get(task.interaction);
  const FlowSession* stored = interaction.session
                                  ? turn.tables.sessions.find(turn.tables.key(interaction.session))
                                  : nullptr;
  if (stored == nullptr || interaction.state == InteractionState::ended) return;
  const FlowSession session = *stored;
  if (session.deadline) {
    turn.disarm(TimerKind::flow, interaction.id.value(), *session.deadline);
  }
  auto decision = turn.setup->flows.resume(
      session, task.input, flow_variables(turn, interaction, session.locale), turn.now);
  if (!decision) return leave_to_a_person(turn, task.interaction);
  walk(turn, task.interaction, std::move(*decision));
}

void decide(Turn& turn, const RepeatFlow& task) {
  const Interaction interaction = turn.get(task.interaction);
  const FlowSession* stored = interaction.session
                                  ? turn.tables.sessions.find(turn.tables.key(interaction.session))
                                  : nullptr;
  if (stored == nullptr || interaction.state == InteractionState::ended) return;
  const FlowSession session = *stored;
  if (session.deadline) {
    turn.disarm(TimerKind::flow, interaction.id.value(), *session.deadline);
  }
  auto decision = turn.setup->flows.repeat(
      session, interaction.channel, flow_variables(turn, interaction, session.locale), turn.now);
  if (!decision) return leave_to_a_person(turn, task.interaction);
  walk(turn, task.interaction, std::move(*decision));
}

}  // namespace novelo
