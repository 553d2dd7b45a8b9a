// Random histories of the clinic: whatever happens in whatever order, the engine's laws hold.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/tables.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/provider.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

// What was done, as an engine was given it: an input, time alone, or the end of its process.
struct Fed {
  Timestamp now{};
  std::optional<Input> input;
  bool killed = false;
  bool taken = false;
  std::optional<Timestamp> deadline;  // that the engine named afterwards
};

// A raw step; what it means is found out when it is done.
struct Step {
  unsigned kind = 0;
  unsigned which = 0;
  unsigned how = 0;
};

constexpr unsigned step_kinds = 25;  // of which the last lets time pass

void showValue(const Step& step, std::ostream& out) {
  out << "{" << step.kind << ", " << step.which << ", " << step.how << "}";
}

template <class T>
const T* pick(const std::vector<T>& from, unsigned which) {
  return from.empty() ? nullptr : &from[which % from.size()];
}

// The same clinic with something more or less in it: by bits, what has changed. `unknown_send` is
// what becomes of an SMS that nobody knows the fate of. Held, a restart shows; sent again, it does
// not.
std::string history_configuration(const char* unknown_send, unsigned variant = 0) {
  nlohmann::json json = configuration_with_mail();
  json["entry_points"][1]["flow"] = "busy_adviser";  // SMS begins with a flow
  json["entry_points"][1]["unknown_send"] = unknown_send;
  json["entry_points"][2]["look_up"] = {{"action", "who"}, {"wait", "5s"}};
  json["actions"].push_back({{"name", "who"}});
  if ((variant & 1) != 0) json["agents"].erase(0);
  if ((variant & 2) != 0) json["case_types"].erase(0);
  if ((variant & 4) != 0) json["queues"].push_back({{"name", "another"}});
  if ((variant & 8) != 0) json["queues"][0]["offer_timeout"] = "5s";
  return json.dump();
}

// Ceilings low enough to be reached.
EngineOptions history_options() {
  EngineOptions how = options();
  how.limits.text_bytes = 2000;
  how.limits.input_bytes = 4000;
  how.limits.fields_bytes = 3000;
  how.limits.interaction_steps = 2;
  how.limits.cascade_flows = 1;
  how.limits.live_per_conversation = 3;
  how.limits.replies_per_case = 3;
  how.limits.mails_per_case = 2;
  how.limits.cases_per_conversation = 4;
  how.limits.identities_per_contact = 4;
  how.limits.contacts_per_identity = 2;
  how.limits.reaches_per_conversation = 3;
  how.limits.purge_entries = 7;
  return how;
}

// A store in memory, or on disk, where a commit costs what it costs.
class AnyStore {
 public:
  explicit AnyStore(bool on_disk) {
    if (on_disk) {
      folder_ = std::make_unique<store_support::TempFolder>();
      store_ = store_support::open_sqlite(folder_->file());
    } else {
      store_ = std::make_unique<MemoryStore>();
    }
  }
  Store& operator*() { return *store_; }

 private:
  std::unique_ptr<store_support::TempFolder> folder_;
  std::unique_ptr<Store> store_;
};

const std::vector<std::string> people{"5541988887777", "5541988881111", "554133334444"};
const std::vector<std::string> writers{"ana@correio.example", "x@evil.example"};
const std::vector<std::string> agents{"joao", "marta"};
const std::vector<std::string> texts{"oi",   "1",  "2",      "esperar",  "outro consultor",
                                     "menu", "10", "nota 9", "WhatsApp", "xyz"};

// The clinic and everything around it, doing steps and writing down what it fed.
class World {
 public:
  // Without `purges` nothing that was said is ever taken away.
  explicit World(const char* unknown_send = "hold", bool on_disk = false, bool purges = true)
      : store_(on_disk),
        unknown_send_(unknown_send),
        purges_(purges),
        engine_(Engine::open(*store_, adapters(), history_options(), now_).value()) {
    feed(Command{"c0", {}, LoadConfiguration{history_configuration(unknown_send_)}});
  }

  void take(const Step& step) {
    switch (step.kind % step_kinds) {
      case 0: return write("meta", whatsapp_number, step);
      case 1: return write("twilio", sms_number, step);
      case 2: return ring(step);
      case 3:
      case 4: return tell(step);
      case 5: return presence(step);
      case 6: return answer_offer(step);
      case 7: return send(step);
      case 8: return change_conversation(step);
      case 9: return change_interaction(step);
      case 10:
      case 11: return settle(step);
      case 12: return promise(step);
      case 13: return resolve(step);
      case 14: return kill();
      case 15:
      case 16: return post(step);
      case 17:
      case 18: return change_case(step);
      case 19: return too_much(step);
      case 20: return report(step);
      case 21: return device(step);
      case 22: return settle(step);
      case 23: return purges_ ? purge(step) : pass(step);
      default: return pass(step);
    }
  }

  // The process dies; the host of the next one knows nothing of what was handed out before.
  void kill() {
    engine_ = Engine::open(*store_, adapters(), history_options(), now_).value();
    fed_.push_back({now_, std::nullopt, true, true, engine_.next_deadline()});
    out_.clear();
    look();
  }

  Engine& engine() { return engine_; }
  Query query() { return Query(engine_); }
  Store& store() { return *store_; }
  Timestamp now() const { return now_; }
  const std::vector<Fed>& fed() const { return fed_; }
  const std::set<EffectId>& settled() const { return settled_; }

 private:
  bool feed(Input input) {
    auto results = engine_.feed(std::span(&input, 1), now_);
    RC_ASSERT(results.has_value());
    fed_.push_back(
        {now_, std::move(input), false, results->front().has_value(), engine_.next_deadline()});
    look();
    return results->front().has_value();
  }
  bool command(CommandBody body, const std::string& actor = {}) {
    return feed(Command{"c" + std::to_string(fed_.size()), AgentName(actor), std::move(body)});
  }
  bool event(const char* connection, ChannelEvent event) {
    return feed(DecodedEvent{ConnectionName(connection), std::move(event)});
  }
  void feed_time() {
    RC_ASSERT(engine_.feed_time(now_).has_value());
    fed_.push_back({now_, std::nullopt, false, true, engine_.next_deadline()});
    look();
  }

  // What a host sees: effects to carry out, offers among them.
  void look() {
    auto handouts = engine_.poll(now_, 1000);
    RC_ASSERT(handouts.has_value());
    for (Handout& out : *handouts) {
      RC_ASSERT(!settled_.contains(out.id));
      RC_ASSERT(!is_held(out.id));
      if (out.kind == EffectKind::notify && out.body.at("type") == Value("offer")) {
        offers_[out.agent.text()].push_back(OfferId(std::stoull(out.body.at("offer").to_text())));
      }
      out_.push_back(std::move(out));
    }
  }

  bool is_held(EffectId id) {
    const auto held = query().held(EffectId(id.value() - 1), 1).value();
    return !held.empty() && held.front().effect.id == id;
  }

  void resolve(const Step& step) {
    using enum SendResolution;
    const std::vector<HeldSend> held = query().held({}, 1000).value();
    const HeldSend* one = pick(held, step.which);
    if (one == nullptr) return;
    const EffectId id = one->effect.id;
    const auto resolution = std::vector{send_again, was_sent, give_up}[step.how % 3];
    const std::string agent = step.how % 5 == 0 ? std::string() : *pick(agents, step.how);
    const bool taken = command(ResolveSend{id, resolution}, agent);
    if (taken && resolution != send_again) settled_.insert(id);
  }

  void write(const char* connection, const char* to, const Step& step) {
    const std::string id = "m" + std::to_string(fed_.size());
    event(connection, message(id, to, *pick(people, step.which), *pick(texts, step.how), now_));
  }

  void ring(const Step& step) {
    CallEvent incoming = call_event(CallEventKind::incoming, "k" + std::to_string(fed_.size()));
    incoming.id = "e" + std::to_string(fed_.size());
    incoming.to = line_number;
    incoming.from.address = {AddressKind::phone, *pick(people, step.which)};
    if (step.how % 5 == 0) incoming.from.address = {AddressKind::withheld, incoming.call};
    calls_.push_back(incoming.call);
    event("pbx", incoming);
  }

  void tell(const Step& step) {
    using enum CallEventKind;
    static const std::vector<CallEventKind> kinds{digits,  digits,   speech,        recorded,
                                                  bridged, answered, bridge_failed, hung_up,
                                                  hung_up, played};
    if (calls_.empty()) return;
    CallEvent told = call_event(*pick(kinds, step.how), *pick(calls_, step.which));
    told.id = "e" + std::to_string(fed_.size());
    if (told.kind == digits) told.digits = std::to_string(step.how / kinds.size() % 6);
    if (told.kind == speech) told.text = *pick(texts, step.how / 7);
    if (told.kind == recorded) {
      told.media = Media{};
      told.media->ref = "rec-1";
      told.length = 12s;
    }
    told.cause = std::vector{16, 17, 19, 21}[step.how / kinds.size() % 4];
    event("pbx", told);
  }

  void presence(const Step& step) {
    using enum Presence;
    static const std::vector<Presence> states{available, available, paused, offline};
    const std::string& agent = *pick(agents, step.which);
    if (step.how % 7 == 0) {
      command(SetOtherCall{AgentName(agent), step.which % 3 == 0});
    } else {
      command(SetPresence{AgentName(agent), *pick(states, step.how), {}}, agent);
    }
  }

  void answer_offer(const Step& step) {
    const std::string& agent = *pick(agents, step.which);
    const auto& offers = offers_[agent];
    if (offers.empty()) return;
    if (step.how % 4 == 0) {
      command(RefuseOffer{offers.back()}, agent);
    } else {
      command(AcceptOffer{offers.back()}, agent);
    }
  }

  std::vector<ConversationRecord> conversations() {
    return query().conversations({}, 1000).value();
  }

  void send(const Step& step) {
    const auto all = conversations();
    const ConversationRecord* conversation = pick(all, step.which);
    if (conversation == nullptr) return;
    SendMessage send;
    send.conversation = conversation->id;
    send.entry_point = EntryPointName(step.how % 2 == 0 ? "whatsapp" : "sms");
    send.content.text = "olá";
    if (step.how % 5 == 0) send.template_name = TemplateName("continue_on_whatsapp");
    if (step.how % 11 == 0) {
      command(SendSurvey{conversation->id, "nps"}, "joao");
    } else {
      command(send, *pick(agents, step.how));
    }
  }

  void change_conversation(const Step& step) {
    const auto all = conversations();
    const ConversationRecord* conversation = pick(all, step.which);
    if (conversation == nullptr) return;
    const ConversationId id = conversation->id;
    const std::string& agent = *pick(agents, step.how / 10);
    switch (step.how % 10) {
      case 0:
      case 1:
      case 2: command(CloseConversation{id, "q", "d", "met"}, agent); break;
      case 3: command(ReopenConversation{id}, agent); break;
      case 4: command(ClaimConversation{id}, agent); break;
      case 5: command(ReassignConversation{id, AgentName(agent)}, agent); break;
      case 6: command(AddNote{id, "nota"}, agent); break;
      case 7: command(ViewConversation{id}, agent); break;
      case 8: command(OpenCase{id, CaseTypeName("appointment"), {}, {}, {}}, agent); break;
      default: command(ChooseContact{id, all[step.how % all.size()].contact}, agent);
    }
  }

  void change_interaction(const Step& step) {
    std::vector<InteractionId> live;
    for (const ConversationRecord& one : conversations()) {
      live.insert(live.end(), one.live.begin(), one.live.end());
    }
    const InteractionId* id = pick(live, step.which);
    if (id == nullptr) return;
    const std::string& agent = *pick(agents, step.how / 3);
    switch (step.how % 3) {
      case 0: command(FinishInteraction{*id}, agent); break;
      case 1: command(EndWrapUp{*id}, agent); break;
      default: command(HangUp{*id}, agent);
    }
  }

  // The host hears from a provider, directly or by a receipt.
  void settle(const Step& step) {
    if (out_.empty()) return;
    const std::size_t at = step.which % out_.size();
    const Handout out = out_[at];
    const std::string adapter = out.connection.empty() ? std::string() : adapter_of(out.connection);
    if (step.how % 6 == 5 && out.kind == EffectKind::send)
      return receive_receipt(out, adapter, step);
    out_.erase(out_.begin() + static_cast<std::ptrdiff_t>(at));
    Settlement settlement = Done{};
    if (out.kind == EffectKind::action && step.which % 2 == 0) settlement = who_it_is(step);
    if (out.request) settlement = novelo::testing::friendly_reply(adapter, out.id);
    if (step.how % 6 == 2) settlement = Failed{"passing", "Later.", true};
    if (step.how % 6 == 3) settlement = Failed{"gone", "Never.", false};
    if (step.how % 6 == 4 && out.request) {
      settlement = TransportReply{step.how % 4 == 0 ? 503 : 0, {}, "{}"};
    }
    feed(SettleEffect{out.id, settlement});
    const auto unsettled = query().unsettled(EffectId(out.id.value() - 1), 1).value();
    if (unsettled.empty() || unsettled.front().id != out.id) settled_.insert(out.id);
  }

  // What another system says of whomever it was asked about; an answer to a case's question too.
  static Done who_it_is(const Step& step) {
    const Value mail("email:" + *pick(writers, step.how));
    return Done{Value(Value::Map{{"name", Value(step.how % 2 == 0 ? "Ana" : "Bia")},
                                 {"owner", Value(*pick(agents, step.how / 2))},
                                 {"addresses", Value(Value::List{mail})}})};
  }

  void device(const Step& step) {
    using enum DeviceState;
    static const std::vector<DeviceState> states{idle, busy, idle, unreachable};
    DeviceEvent told{"d" + std::to_string(fed_.size()), {}, {}};
    if (step.how % 3 == 0) told.at = now_;
    told.device = {step.which % 2 == 0 ? "sip:101" : "sip:102", *pick(states, step.how), {}};
    if (!calls_.empty() && step.how % 5 == 0) told.device.call = *pick(calls_, step.which);
    event("pbx", told);
  }

  std::vector<Interaction> live_calls() {
    std::vector<Interaction> live;
    for (const ConversationRecord& one : conversations()) {
      for (const InteractionId id : one.live) {
        const Interaction call = query().interaction(id).value();
        if (call.channel == Channel::voice) live.push_back(call);
      }
    }
    return live;
  }

  // The telephone system tells what it has: some of the calls, and one that nobody announced; no
  // device is on two of them.
  void report(const Step& step) {
    using enum CallState;
    static const std::vector<CallState> states{ringing, waiting, talking, waiting, bridging};
    const std::vector<Interaction> before = live_calls();
    std::vector<std::string> devices{"sip:101", "sip:102", "sip:reception"};
    std::map<std::string, LiveCall> told;
    const auto add = [&](const std::string& name, CallState state) {
      LiveCall one;
      one.call = name;
      one.state = state;
      one.from.address = {AddressKind::phone, *pick(people, step.which)};
      one.to = line_number;
      if (state == talking || state == bridging) {
        if (devices.empty()) {
          one.state = waiting;
        } else {
          one.device = devices[step.how % devices.size()];
          std::erase(devices, one.device);
        }
      }
      told.emplace(name, one);
    };
    unsigned number = step.which;
    for (const Interaction& call : before) {  // of these the engine knows which device it is
      if (call.state != InteractionState::dialling) continue;
      std::erase(devices, call.agent == joao ? "sip:101" : "sip:102");
      if (++number % 3 != 0) add(call.call, dialling);
    }
    for (const Interaction& call : before) {
      if (call.state == InteractionState::dialling || ++number % 3 == 0) continue;
      add(call.call, *pick(states, number + step.how));
    }
    for (const std::string& over : calls_) {
      if (step.how % 7 == 0 && !told.contains(over)) add(over, waiting);
    }
    const std::string fresh = "k" + std::to_string(fed_.size());
    if (step.how % 2 == 0) {
      add(fresh, *pick(states, step.how / 2));
      calls_.push_back(fresh);
    }
    CallReport report;
    report.id = "r" + std::to_string(fed_.size());
    report.at = now_ + 1h + Duration(static_cast<std::int64_t>(fed_.size()));
    for (const auto& [name, one] : told) report.calls.push_back(one);
    const bool knows = step.how % 2 == 0;
    if (!event("pbx", report)) return;
    check_agreed(before, told, knows ? fresh : std::string());
  }

  // Both sides have the same calls, but for those that have yet to be placed, and nobody has two.
  void check_agreed(const std::vector<Interaction>& before,
                    const std::map<std::string, LiveCall>& told, const std::string& fresh) {
    std::set<EffectId> unsettled;
    const std::vector<Effect> effects = query().unsettled({}, 1000).value();
    for (const Effect& effect : effects) unsettled.insert(effect.id);
    const auto is_to_come = [&](const Interaction& call) {
      return call.state == InteractionState::dialling && unsettled.contains(call.asked_with);
    };
    std::set<std::string> live;
    std::map<AgentName, int> calls_of_agent;
    for (const Interaction& call : live_calls()) {
      live.insert(call.call);
      RC_ASSERT(told.contains(call.call) || is_to_come(call));
      const bool has = call.state == InteractionState::connected ||
                       (call.state == InteractionState::dialling && told.contains(call.call));
      const bool ends = call.asked == CallVerbKind::hang_up;
      if (has && !ends && !call.agent.empty()) RC_ASSERT(++calls_of_agent[call.agent] == 1);
    }
    if (!fresh.empty()) RC_ASSERT(live.contains(fresh));
    for (const Interaction& call : before) {
      RC_ASSERT(live.contains(call.call) == (told.contains(call.call) || is_to_come(call)));
      const Interaction now = query().interaction(call.id).value();
      int lost = 0;
      const auto entries = query().timeline(now.conversation, 0, 1000).value();
      for (const Entry& entry : entries) {
        lost += entry.event == EventKind::call_lost && entry.interaction == call.id ? 1 : 0;
      }
      RC_ASSERT(lost == (live.contains(call.call) ? 0 : 1));
    }
  }

  void receive_receipt(const Handout& out, const std::string& adapter, const Step& step) {
    using enum DeliveryStatus;
    Receipt receipt;
    receipt.message_id = novelo::testing::provider_id(adapter, out.id);
    if (step.how / 6 % 2 == 0) receipt.effect = out.id;
    receipt.status = std::vector{sent, delivered, read, failed}[step.how / 12 % 4];
    event(out.connection.text().c_str(), receipt);
  }

  void promise(const Step& step) {
    std::vector<CallbackId> open;
    const auto all = conversations();
    for (const ConversationRecord& one : all) {
      open.insert(open.end(), one.callbacks.begin(), one.callbacks.end());
    }
    const std::string& agent = *pick(agents, step.how / 5);
    const CallbackId* id = pick(open, step.which);
    if (const ConversationRecord* one = pick(all, step.which); id == nullptr || step.how % 5 == 0) {
      if (one == nullptr) return;
      CreateCallback create;
      create.conversation = one->id;
      create.agent = AgentName(agent);
      if (step.how % 2 == 0) create.not_before = now_ + 10min;
      command(create, agent);
    } else if (step.how % 5 == 1) {
      command(CancelCallback{*id}, agent);
    } else if (step.how % 5 == 2) {
      command(RecordAttempt{*id, AttemptResult::third_party}, agent);
    } else {
      command(PlaceCallback{*id}, agent);
      calls_of(*id);
    }
  }

  void calls_of(CallbackId id) {
    const Callback callback = query().callback(id).value();
    if (callback.attempts.empty()) return;
    calls_.push_back(query().interaction(callback.attempts.back().interaction)->call);
  }

  // Time passes as a host lets it: at each deadline, and each deadline leads somewhere.
  void pass(const Step& step) {
    static const std::vector<Duration> spans{1s, 5s, 20s, 1min, 3min, 15min, 2h, 25h, 24h * 31};
    const Timestamp until = now_ + *pick(spans, step.how);
    for (const std::string& agent : agents) {  // nobody stays for the night
      if (until - now_ > 2h) command(SetPresence{AgentName(agent), Presence::offline, {}}, agent);
    }
    for (int steps = 0;; ++steps) {
      RC_ASSERT(steps < 2000);
      const auto next = engine_.next_deadline();
      if (!next || *next > until) break;
      now_ = std::max(now_, *next);
      feed_time();
      if (!out_.empty() && out_.back().kind == EffectKind::notify) settle({0, 0, 0});
    }
    now_ = until;
    feed_time();
  }

  // A mail: to the mailbox or to a signed address, answering something or nothing.
  void post(const Step& step) {
    std::vector<std::pair<std::string, std::string>> ours{{mailbox, ""}};
    const auto all = conversations();
    for (const ConversationRecord& one : all) {
      for (const CaseId id : one.cases) {
        const CaseRecord matter = query().case_of(id).value();
        for (const CaseMail& mail : matter.mails) add_mail(matter.conversation, mail, ours);
      }
    }
    const auto& [address, message_id] = *pick(ours, step.how);
    const std::string to = step.how % 3 == 0 ? std::string(mailbox) : address;
    const std::string answers = step.how % 5 == 0 ? std::string() : message_id;
    const std::string id = "p" + std::to_string(fed_.size());
    event("mail", letter(id, *pick(writers, step.which), "Consulta", to, answers));
  }

  void add_mail(ConversationId conversation, const CaseMail& mail,
                std::vector<std::pair<std::string, std::string>>& ours) {
    const auto entries = query().timeline(conversation, 0, 1000).value();
    for (const Entry& entry : entries) {
      if (entry.effect != mail.effect || !entry.content.mail) continue;
      ours.emplace_back(entry.content.mail->to.at(0), mail.message_id);
    }
  }

  void change_case(const Step& step) {
    std::vector<CaseId> cases;
    const auto all = conversations();
    for (const ConversationRecord& one : all) {
      cases.insert(cases.end(), one.cases.begin(), one.cases.end());
    }
    const std::string& agent = *pick(agents, step.how / 12);
    const CaseId* id = pick(cases, step.which);
    if (const ConversationRecord* one = pick(all, step.which);
        id == nullptr || step.how % 12 == 0) {
      if (one == nullptr) return;
      const Value::Map fields{{"date", Value("2026-03-12T10:30:00-03:00")}};
      command(OpenCase{one->id, CaseTypeName("visit"), {}, fields, {}}, agent);
      return;
    }
    const auto to = [&](const char* status) {
      command(SetCaseStatus{*id, CaseStatusName(status), step.how % 7 == 0}, agent);
    };
    switch (step.how % 12) {
      case 1:
      case 2:
      case 3: return to("pending");
      case 4: return to("approved");
      case 5: return to(step.how % 5 == 0 ? "closed" : "done");
      case 6:
      case 7: command(VerifyReply{*id, step.how % 5 == 0}, agent); break;
      case 8: command(SetCaseFields{*id, {{"price", Value(step.how % 2 == 0 ? 1.5 : 2)}}}); break;
      case 9: command(SetCaseFields{*id, {{"paid", Value("yes")}}}); break;
      case 10: command(RunAction{*id, "move", {{"date", Value("x")}}}, agent); break;
      default: {
        const std::string mail = *pick(writers, step.which);
        const Address phone{AddressKind::phone, *pick(people, step.how / 12)};
        command(UpsertContact{{}, {}, {phone, {AddressKind::email, mail}}, {}});
      }
    }
  }

  // What nobody should hand in, and what comes near it.
  void too_much(const Step& step) {
    const auto all = conversations();
    Value deep("x");
    for (unsigned i = 0; i < 28 + step.which; ++i) deep = Value(Value::List{std::move(deep)});
    const Value wide(std::string(step.which * 40, 'w'));
    const std::string key = "k" + std::to_string(step.how % 3);
    const Address phone{AddressKind::phone, *pick(people, step.how)};
    switch (step.how % 6) {
      case 0: command(UpsertContact{{}, {}, {phone}, {{key, deep}}}); break;
      case 1: command(UpsertContact{{}, {}, {phone}, {{key, wide}}}); break;
      case 2:
        if (!all.empty()) command(AddNote{pick(all, step.which)->id, wide.to_text()}, "joao");
        break;
      case 3:
        command(LoadConfiguration{history_configuration(unknown_send_, step.how / 6 + step.which)});
        break;
      case 4: {
        const auto unsettled = query().unsettled({}, 1000).value();
        if (!unsettled.empty()) feed(SettleEffect{unsettled.back().id, Done{deep}});
        note_settled();
        break;
      }
      default: command(ConfirmTime{}, step.which % 2 == 0 ? "joao" : "");
    }
  }

  void purge(const Step& step) {
    static const std::vector<Duration> ages{0s, 1min, 25h, 24h * 31};
    const auto all = conversations();
    const ConversationRecord* one = pick(all, step.which);
    if (one != nullptr && step.how % 3 == 0) {
      command(EraseContact{one->contact});
    } else {
      command(Purge{now_ - *pick(ages, step.how),
                    step.which % 4 == 0 && one ? one->id : ConversationId()});
    }
  }

  void note_settled() {
    std::set<EffectId> left;
    const auto unsettled = query().unsettled({}, 1000).value();
    for (const Effect& effect : unsettled) left.insert(effect.id);
    std::erase_if(out_, [&](const Handout& out) {
      if (left.contains(out.id)) return false;
      settled_.insert(out.id);
      return true;
    });
  }

  AnyStore store_;
  const char* unknown_send_;
  bool purges_;
  Timestamp now_ = morning();
  Engine engine_;
  std::vector<Fed> fed_;
  std::vector<Handout> out_;
  std::set<EffectId> settled_;
  std::map<std::string, std::vector<OfferId>> offers_;
  std::vector<std::string> calls_;
};

// --- what holds after every step -----------------------------------------------------------------

void check_timeline(Query query, const ConversationRecord& conversation) {
  const auto found = query.timeline(conversation.id, 0, 1000);
  if (!found) RC_FAIL(to_string(found.error()));
  const std::vector<Entry>& entries = *found;
  std::uint64_t sequence = conversation.purged;
  std::uint64_t customer = 0;
  std::size_t shown = 0;
  for (const Entry& entry : entries) {
    RC_ASSERT(entry.sequence == ++sequence);
    if (entry.customer_sequence == 0) continue;
    const bool first_left = conversation.purged != 0 && shown == 0;
    RC_ASSERT(first_left || entry.customer_sequence == customer + 1);
    customer = entry.customer_sequence;
    ++shown;
  }
  if (entries.size() < 1000) RC_ASSERT(sequence == conversation.entries);
  RC_ASSERT(customer <= conversation.customer_entries);
  const auto view = query.customer_view(conversation.id, 0, 1000);
  RC_ASSERT(view.has_value());
  if (entries.size() < 1000) RC_ASSERT(view->size() == shown);
}

// Nobody who was erased is recognised by anything.
void check_erased(Store& store, const Query& query) {
  const std::vector<Row> rows =
      store.scan(Table::identity, "", "\xff", 1000, Order::ascending).value();
  for (const Row& row : rows) {
    Identity identity;
    RC_ASSERT(codec::from_bytes(row.value, identity));
    std::vector<ContactId> known = identity.members;
    known.push_back(identity.holder);
    for (const ContactId id : known) RC_ASSERT(!query.contact(id)->erased_at);
  }
}

void check_live(Query query, const ConversationRecord& conversation,
                std::set<InteractionId>& seen) {
  for (const InteractionId id : conversation.live) {
    RC_ASSERT(seen.insert(id).second);
    const Interaction interaction = query.interaction(id).value();
    RC_ASSERT(interaction.conversation == conversation.id);
    RC_ASSERT(interaction.state != InteractionState::ended);
    if (interaction.state == InteractionState::waiting) {
      RC_ASSERT(query.work(interaction.work).has_value());  // nobody waits where nobody looks
    }
    if (interaction.work && query.work(interaction.work)) {
      RC_ASSERT(query.work(interaction.work)->conversation == conversation.id);
    }
  }
}

// What is held says so wherever somebody looks, and nothing else does.
void check_held(Query query, const std::vector<Effect>& unsettled) {
  std::set<EffectId> held;
  const std::vector<HeldSend> sends = query.held({}, 1000).value();
  for (const HeldSend& one : sends) {
    held.insert(one.effect.id);
    const Entry message =
        query.timeline(one.effect.conversation, one.effect.entry - 1, 1).value().front();
    RC_ASSERT(message.status == DeliveryStatus::held);
    std::size_t behind = 0;
    for (const Effect& effect : unsettled) {
      const bool same_lane = effect.kind == EffectKind::send &&
                             effect.entry_point == one.effect.entry_point &&
                             effect.conversation == one.effect.conversation;
      if (same_lane) RC_ASSERT(effect.id >= one.effect.id);
      if (same_lane && effect.id > one.effect.id) ++behind;
    }
    RC_ASSERT(one.behind == behind);
  }
  for (const Effect& effect : unsettled) RC_ASSERT(effect.held == held.contains(effect.id));
}

// The index of open conversations, read from the store.
std::map<std::string, ConversationId> open_index(Store& store) {
  std::map<std::string, ConversationId> index;
  const std::vector<Row> rows =
      store.scan(Table::open_conversation, "", "\xff", 1000, Order::ascending).value();
  for (const Row& row : rows) {
    Pointer pointer;
    RC_ASSERT(codec::from_bytes(row.value, pointer));
    index.emplace(row.key, ConversationId(pointer.id));
  }
  return index;
}

// The places that the engine counts, from its own row in the store.
std::uint64_t places_counted(Store& store) {
  const std::vector<Row> rows = store.scan(Table::meta, "", "\xff", 1000, Order::ascending).value();
  EngineClock clock;
  RC_ASSERT(rows.size() == 1 && codec::from_bytes(rows.front().value, clock));
  return clock.places;
}

// The same, counted from everything that is there.
std::uint64_t places_taken(Store& store, Query query) {
  std::uint64_t places = 0;
  const std::vector<Row> works =
      store.scan(Table::work, "", "\xff", 1000, Order::ascending).value();
  for (const Row& row : works) {
    WorkRecord work;
    RC_ASSERT(codec::from_bytes(row.value, work));
    if (work.state != WorkState::wrap_up) ++places;
  }
  const std::vector<ConversationRecord> all = query.conversations({}, 1000).value();
  for (const ConversationRecord& conversation : all) {
    for (const InteractionId id : conversation.live) {
      const Interaction interaction = query.interaction(id).value();
      const bool walks = interaction.state == InteractionState::in_flow ||
                         interaction.state == InteractionState::arriving;
      if (walks && !interaction.work) ++places;
    }
    for (const CallbackId id : conversation.callbacks) {
      if (!query.callback(id)->work) ++places;
    }
  }
  return places;
}

template <class Filter>
std::vector<ConversationId> found_by(const Query& query, const Filter& filter) {
  const auto page = query.find_conversations(filter, {{}, 1000}).value();
  std::vector<ConversationId> ids;
  for (const ConversationRecord& record : page.items) ids.push_back(record.id);
  return ids;
}

// The lists that queries read say what the records say.
void check_lists(const Query& query, const std::vector<ConversationRecord>& all) {
  std::map<AgentName, std::vector<ConversationId>> owned;
  std::map<ConversationStatus, std::vector<ConversationId>> standing;
  for (auto record = all.rbegin(); record != all.rend(); ++record) {
    owned[record->owner].push_back(record->id);
    standing[record->status].push_back(record->id);
  }
  for (const char* const name : {"", "joao", "marta"}) {
    ConversationFilter filter;
    filter.owner = AgentName(name);
    RC_ASSERT(found_by(query, filter) == owned[*filter.owner]);
  }
  for (const ConversationStatus status :
       {ConversationStatus::pending, ConversationStatus::open, ConversationStatus::closed}) {
    ConversationFilter filter;
    filter.statuses = {status};
    RC_ASSERT(found_by(query, filter) == standing[status]);
  }
}

void check_laws(World& world) {
  RC_ASSERT(!world.engine().faulted());
  Query query = world.query();
  RC_ASSERT(places_counted(world.store()) == places_taken(world.store(), query));
  std::set<std::pair<DeskName, ContactId>> open;
  std::set<ConversationId> open_ids;
  std::set<InteractionId> live;
  const std::vector<ConversationRecord> all = query.conversations({}, 1000).value();
  check_lists(query, all);
  for (const ConversationRecord& conversation : all) {
    check_timeline(query, conversation);
    check_live(query, conversation, live);
    RC_ASSERT(conversation.owner.empty() ||
              std::find(agents.begin(), agents.end(), conversation.owner.text()) != agents.end());
    if (conversation.status == ConversationStatus::closed) {
      RC_ASSERT(conversation.live.empty());
      continue;
    }
    RC_ASSERT(open.insert({conversation.desk, conversation.contact}).second);
    open_ids.insert(conversation.id);
  }
  check_erased(world.store(), query);
  const auto index = open_index(world.store());
  std::set<ConversationId> indexed;
  for (const auto& [key, id] : index) indexed.insert(id);
  RC_ASSERT(indexed == open_ids);
  RC_ASSERT(index.size() == open_ids.size());
  const std::vector<Effect> unsettled = query.unsettled({}, 1000).value();
  for (const Effect& effect : unsettled) {
    RC_ASSERT(!world.settled().contains(effect.id));
  }
  check_held(query, unsettled);
}

// --- the same history, fed otherwise -------------------------------------------------------------

struct Way {
  std::size_t batch = 1;          // inputs of one time at once
  std::uint64_t reopen_mask = 0;  // after which calls the engine is closed and opened again
  bool on_disk = false;
};

StoreRows replay(const std::vector<Fed>& history, const Way& way) {
  AnyStore store(way.on_disk);
  std::optional<Engine> engine =
      Engine::open(*store, adapters(), history_options(), history.front().now).value();
  std::size_t calls = 0;
  for (std::size_t at = 0; at < history.size();) {
    const Timestamp now = history[at].now;
    std::vector<Input> batch;
    if (history[at].killed) {
      engine.reset();
      engine.emplace(Engine::open(*store, adapters(), history_options(), now).value());
      RC_ASSERT(engine->next_deadline() == history[at++].deadline);
      continue;
    }
    while (at < history.size() && history[at].input && history[at].now == now &&
           batch.size() < way.batch) {
      batch.push_back(*history[at++].input);
    }
    if (batch.empty()) {
      RC_ASSERT(engine->feed_time(now).has_value());
      ++at;
    } else {
      const auto results = engine->feed(batch, now);
      RC_ASSERT(results.has_value());
      for (std::size_t i = 0; i < batch.size(); ++i) {
        RC_ASSERT((*results)[i].has_value() == history[at - batch.size() + i].taken);
      }
    }
    if ((way.reopen_mask >> (calls++ % 64) & 1) != 0) {
      engine.reset();
      auto opened = Engine::open(*store, adapters(), history_options(), now);
      if (!opened) RC_FAIL(to_string(opened.error()));
      engine.emplace(std::move(*opened));
    }
    RC_ASSERT(engine->next_deadline() == history[at - 1].deadline);
  }
  return content_of(*store);
}

std::vector<Step> any_history() {
  const auto step = rc::gen::construct<Step>(rc::gen::inRange(0U, step_kinds),
                                             rc::gen::inRange(0U, 60U), rc::gen::inRange(0U, 120U));
  return *rc::gen::scale(0.6, rc::gen::container<std::vector<Step>>(step));
}

void run(World& world, const std::vector<Step>& steps) {
  world.take({5, 0, 1});  // somebody is there, as a rule
  for (const Step& step : steps) world.take(step);
}

template <class Property>
void holds_always(Property property) {
  CHECK(rc::check(property));
}

}  // namespace

TEST_CASE("[B2][B3] the laws hold after every step of any history") {
  holds_always([] {
    const std::vector<Step> steps = any_history();
    World world;
    check_laws(world);
    for (const Step& step : steps) {
      world.take(step);
      check_laws(world);
    }
  });
}

TEST_CASE("[B3] inputs in batches give byte for byte what they give one by one") {
  holds_always([] {
    const std::vector<Step> steps = any_history();
    World world;
    run(world, steps);
    const StoreRows expected = content_of(world.store());
    for (const std::size_t batch : {1, 3, 1000}) {
      RC_ASSERT(difference(expected, replay(world.fed(), {batch, 0})) == "");
    }
  });
}

TEST_CASE("[B3] an engine that is closed and opened between any two steps goes on the same") {
  holds_always([] {
    const std::vector<Step> steps = any_history();
    const auto mask = *rc::gen::arbitrary<std::uint64_t>();
    World world("resend");
    run(world, steps);
    const StoreRows expected = content_of(world.store());
    RC_ASSERT(difference(expected, replay(world.fed(), {1, ~std::uint64_t{0}})) == "");
    RC_ASSERT(difference(expected, replay(world.fed(), {4, mask})) == "");
  });
}

TEST_CASE("[B3] what is held stays held, however often the engine is opened") {
  holds_always([] {
    const std::vector<Step> steps = any_history();
    World world;
    run(world, steps);
    world.kill();
    const StoreRows expected = content_of(world.store());
    const std::size_t held = world.query().held({}, 1000)->size();
    for (int times = 0; times < 3; ++times) {
      world.kill();
      RC_ASSERT(difference(expected, content_of(world.store())) == "");
      RC_ASSERT(world.query().held({}, 1000)->size() == held);
    }
  });
}

TEST_CASE("[B3] every provider event that comes again changes nothing") {
  holds_always([] {
    const std::vector<Step> steps = any_history();
    World world("hold", false, false);  // an id lives as long as what was said under it
    run(world, steps);
    while (world.engine().next_deadline() && *world.engine().next_deadline() <= world.now()) {
      RC_ASSERT(world.engine().feed_time(world.now()).has_value());
    }
    const StoreRows before = content_of(world.store());
    std::vector<Input> again;
    for (const Fed& fed : world.fed()) {
      if (fed.taken && fed.input && std::holds_alternative<DecodedEvent>(*fed.input)) {
        again.push_back(*fed.input);
      }
    }
    const auto results = world.engine().feed(again, world.now());
    RC_ASSERT(results.has_value());
    for (const auto& result : *results) RC_ASSERT(result.has_value());
    RC_ASSERT(difference(before, content_of(world.store())) == "");
  });
}

TEST_CASE("[B3] whatever an engine has taken, every store gives it back") {
  holds_always([] {
    const std::vector<Step> steps = any_history();
    const bool on_disk = *rc::gen::weightedElement<bool>({{7, false}, {1, true}});
    World world("resend", on_disk);
    for (const Step& step : steps) {
      world.take(step);
      if (on_disk) check_laws(world);
    }
    const StoreRows expected = content_of(world.store());
    RC_ASSERT(difference(expected, replay(world.fed(), {1, ~std::uint64_t{0}, on_disk})) == "");
    auto opened = Engine::open(world.store(), adapters(), history_options(), world.now());
    if (!opened) RC_FAIL(to_string(opened.error()));
    Query query(*opened);
    const auto conversations = query.conversations({}, 1000).value();
    for (const ConversationRecord& one : conversations) {
      RC_ASSERT(query.contact(one.contact).has_value());
      RC_ASSERT(query.timeline(one.id, 0, 1000).has_value());
      RC_ASSERT(query.notes(one.id, NoteId(), 1000).has_value());
      for (const CaseId id : one.cases) RC_ASSERT(query.case_of(id).has_value());
      RC_ASSERT(one.reaches.size() <= 3);
    }
  });
}
