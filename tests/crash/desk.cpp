#include "crash/desk.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "crash/memory_faults.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"

namespace novelo::crash {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t at_once = 1000;
constexpr std::array<const char*, 4> people = {"5541988887777", "5541977776666", "5541966665555",
                                               "5541955554444"};

// Whoever embeds the engine, and tries again what failed until it is done or the host gives up.
class DeskHost {
 public:
  DeskHost(Host& host, DeskLog& log) : host_(&host), log_(&log) {
    now_ = std::max(clinic::morning(), log.now);
    log_->now = now_;
  }

  Timestamp now() const { return now_; }
  void wait(Duration time) {
    now_ += time;
    log_->now = now_;
  }
  bool given_up() const { return host_->given_up(); }

  std::optional<Outcome> command(CommandBody body, const std::string& actor = {});
  std::optional<Outcome> event(const std::string& connection, ChannelEvent event);
  // Several messages in one commit.
  void events(const std::vector<DecodedEvent>& together);
  std::vector<Handout> poll();
  void settle(const Handout& out, Settlement settlement, bool for_good);
  void feed_time();
  void reopen_engine() { engine_.reset(); }
  void reopen_store() {
    engine_.reset();
    host_->close();
  }
  void maintain(std::uint64_t budget) { host_->maintain(budget); }
  std::string next_id(const char* what) { return fmt::format("{}-{}-{}", what, epoch_, ++ids_); }
  void begin_ids(std::uint64_t epoch) { epoch_ = epoch; }

 private:
  Engine* engine();
  // Calls until it succeeds or is refused; nothing when the host has given up.
  template <class Call>
  auto insist(Call call) -> std::optional<decltype(call(std::declval<Engine&>()))>;
  void remember(const Input& input, const Result<Outcome>& outcome);

  Host* host_;
  DeskLog* log_;
  std::optional<Engine> engine_;
  Timestamp now_{};
  std::uint64_t epoch_ = 0;
  std::uint64_t ids_ = 0;
};

bool is_trouble(const Error& error) {
  return error.code == ErrorCode::unknown || error.code == ErrorCode::storage ||
         error.code == ErrorCode::corrupt || error.code == ErrorCode::internal ||
         error.code == ErrorCode::busy;
}

Result<Engine> open_engine(Store& store, Timestamp now) {
  auto options = clinic::options();
  auto adapters = clinic::adapters();
  const AllowFaults product;
  return Engine::open(store, std::move(adapters), std::move(options), now);
}

Engine* DeskHost::engine() {
  if (engine_ && !engine_->faulted() && host_->is_open()) return &*engine_;
  engine_.reset();
  WitnessStore* const store = host_->store();
  if (store == nullptr) return nullptr;
  auto opened = open_engine(*store, now_);
  if (opened) {
    engine_.emplace(std::move(*opened));
    return &*engine_;
  }
  // What was thrown is told as a fault of the engine; here it can only be the memory.
  Error error = opened.error();
  if (error.code == ErrorCode::internal) error.code = ErrorCode::storage;
  host_->recover(error);
  return nullptr;
}

template <class Call>
auto DeskHost::insist(Call call) -> std::optional<decltype(call(std::declval<Engine&>()))> {
  while (!given_up()) {
    try {
      Engine* const engine = this->engine();
      if (engine == nullptr) continue;
      auto answer = [&] {
        const AllowFaults product;
        return call(*engine);
      }();
      if (answer || !is_trouble(answer.error())) {
        if (answer) host_->went_well();
        return answer;
      }
      // A faulted engine says `unknown` whatever the store said: the store is asked by opening the
      // next engine, and says so by itself when it is out of service.
      Error error = answer.error();
      engine_.reset();
      WitnessStore* const store = host_->store();
      const bool serves = store != nullptr && store->get(Table::meta, "").has_value();
      if (serves) error.code = ErrorCode::storage;
      host_->recover(error);
      if (!serves) host_->close();
    } catch (const std::bad_alloc&) {
      engine_.reset();
      host_->recover({ErrorCode::storage, "bad_alloc", "no memory", {}, {}});
    }
  }
  return std::nullopt;
}

void DeskHost::remember(const Input& input, const Result<Outcome>& outcome) {
  if (!outcome) return;
  Fact fact;
  fact.at = host_->files().operations();
  fact.kind = std::holds_alternative<Command>(input) ? Fact::Kind::command : Fact::Kind::event;
  fact.input = input;
  fact.outcome = *outcome;
  log_->facts.push_back(std::move(fact));
}

std::optional<Outcome> DeskHost::command(CommandBody body, const std::string& actor) {
  const Command command{next_id("command"), AgentName(actor), std::move(body)};
  const auto answer = insist([&](Engine& engine) { return engine.feed(command, now_); });
  if (!answer) return std::nullopt;
  remember(command, *answer);
  return *answer ? std::optional(**answer) : std::nullopt;
}

std::optional<Outcome> DeskHost::event(const std::string& connection, ChannelEvent event) {
  const Input input = DecodedEvent{ConnectionName(connection), std::move(event)};
  const auto answer =
      insist([&](Engine& engine) { return engine.feed(std::span(&input, 1), now_); });
  if (!answer || !*answer) return std::nullopt;
  const Result<Outcome>& outcome = (**answer).front();
  remember(input, outcome);
  return outcome ? std::optional(*outcome) : std::nullopt;
}

void DeskHost::events(const std::vector<DecodedEvent>& together) {
  const std::vector<Input> inputs(together.begin(), together.end());
  const auto answer = insist([&](Engine& engine) { return engine.feed(inputs, now_); });
  if (!answer || !*answer) return;
  for (std::size_t i = 0; i < inputs.size(); ++i) remember(inputs[i], (**answer)[i]);
}

std::vector<Handout> DeskHost::poll() {
  auto answer = insist([&](Engine& engine) { return engine.poll(now_, at_once); });
  if (!answer || !*answer) return {};
  for (const Handout& out : **answer) {
    log_->facts.push_back({host_->files().operations(), Fact::Kind::handed_out, {}, {}, out.id});
  }
  return std::move(**answer);
}

void DeskHost::settle(const Handout& out, Settlement settlement, bool for_good) {
  const auto answer =
      insist([&](Engine& engine) { return engine.settle(out.id, settlement, now_); });
  if (!answer || !*answer) return;
  const Fact::Kind kind = for_good ? Fact::Kind::settled : Fact::Kind::came_back;
  log_->facts.push_back({host_->files().operations(), kind, {}, {}, out.id});
}

void DeskHost::feed_time() {
  insist([&](Engine& engine) { return engine.feed_time(now_); });
}

Settlement friendly(const Handout& out) {
  if (!out.request) return Done{};
  return novelo::testing::friendly_reply(clinic::adapter_of(out.connection), out.id);
}

// One step after another, by chance, with what the steps before have made.
class Script {
 public:
  Script(DeskHost& desk, DeskDay day, Chance& chance) : desk_(&desk), day_(day), chance_(&chance) {}
  void step();

 private:
  void writes();
  void writes_several();
  void calls();
  void call_goes_on();
  void answers();
  void sends();
  void carries();
  void works_on_a_case();
  void promises();
  void housekeeping();
  void configures();
  void mails();

  template <class T>
  T any_of(const std::vector<T>& all) {
    return all.empty() ? T{} : all[chance_->below(all.size())];
  }
  void note(const std::optional<Outcome>& outcome);
  std::string text(std::string_view what) {
    return fmt::format("{} <{}>", what, desk_->next_id("canary"));
  }
  std::string person() { return people[chance_->below(people.size())]; }
  std::string agent() { return chance_->one_in(2) ? "joao" : "marta"; }

  DeskHost* desk_;
  DeskDay day_;
  Chance* chance_;
  std::vector<ConversationId> conversations_;
  std::vector<InteractionId> interactions_;
  std::vector<CaseId> cases_;
  std::vector<CallbackId> callbacks_;
  std::vector<std::string> calls_;
  std::vector<std::pair<OfferId, std::string>> offers_;
  std::vector<Handout> out_;
};

void Script::note(const std::optional<Outcome>& outcome) {
  if (!outcome) return;
  if (outcome->conversation) conversations_.push_back(outcome->conversation);
  if (outcome->interaction) interactions_.push_back(outcome->interaction);
  if (outcome->case_id) cases_.push_back(outcome->case_id);
  if (outcome->callback) callbacks_.push_back(outcome->callback);
}

void Script::writes() {
  const bool whatsapp = chance_->one_in(2);
  note(desk_->event(whatsapp ? "meta" : "twilio",
                    clinic::message(desk_->next_id("message"),
                                    whatsapp ? clinic::whatsapp_number : clinic::sms_number,
                                    person(), text("Bom dia"), desk_->now())));
}

void Script::writes_several() {
  std::vector<DecodedEvent> together;
  for (std::uint64_t i = chance_->between(2, 5); i > 0; --i) {
    together.push_back(
        {ConnectionName("meta"), clinic::message(desk_->next_id("message"), clinic::whatsapp_number,
                                                 person(), text("Mais uma"), desk_->now())});
  }
  desk_->events(together);
}

void Script::mails() {
  note(desk_->event("mail",
                    clinic::letter(desk_->next_id("mail"), "ana@example.com", text("Consulta"))));
}

void Script::calls() {
  calls_.push_back(desk_->next_id("call"));
  CallEvent event = clinic::call_event(CallEventKind::incoming, calls_.back());
  event.id = desk_->next_id("call-event");
  event.from.address = {AddressKind::phone, person()};
  event.to = clinic::line_number;
  note(desk_->event("pbx", std::move(event)));
}

void Script::call_goes_on() {
  if (calls_.empty()) return calls();
  constexpr std::array<CallEventKind, 4> kinds = {CallEventKind::bridged, CallEventKind::hung_up,
                                                  CallEventKind::played,
                                                  CallEventKind::bridge_failed};
  CallEvent event = clinic::call_event(kinds[chance_->below(kinds.size())], any_of(calls_));
  event.id = desk_->next_id("call-event");
  if (event.kind == CallEventKind::hung_up) event.cause = cause::normal_clearing;
  note(desk_->event("pbx", std::move(event)));
}

void Script::answers() {
  carries();
  if (offers_.empty()) return;
  const auto [offer, agent] = any_of(offers_);
  note(desk_->command(AcceptOffer{offer}, agent));
}

void Script::sends() {
  if (conversations_.empty()) return writes();
  SendMessage send;
  send.conversation = any_of(conversations_);
  send.entry_point = EntryPointName(chance_->one_in(2) ? "whatsapp" : "sms");
  send.content.text = text("Pois não");
  note(desk_->command(send, agent()));
  if (chance_->one_in(2)) desk_->command(AddNote{send.conversation, text("nota")}, agent());
}

// Polls, and settles some of what is out: most of it well.
void Script::carries() {
  for (Handout& out : desk_->poll()) {
    if (out.kind == EffectKind::notify && out.body.at("type").to_text() == "offer") {
      offers_.emplace_back(OfferId(std::stoull(out.body.at("offer").to_text())), out.agent.text());
    }
    out_.push_back(std::move(out));
  }
  std::vector<Handout> left;
  for (Handout& out : out_) {
    if (chance_->one_in(4)) {
      left.push_back(std::move(out));
    } else if (chance_->one_in(8)) {
      desk_->settle(out, Failed{"line_down", "the line is down", true}, false);
    } else {
      desk_->settle(out, friendly(out), true);
    }
  }
  out_ = std::move(left);
}

void Script::works_on_a_case() {
  if (conversations_.empty()) return writes();
  if (cases_.empty() || chance_->one_in(3)) {
    OpenCase open{any_of(conversations_), CaseTypeName("appointment"), {}, {}, {}};
    return note(desk_->command(open, agent()));
  }
  const CaseId matter = any_of(cases_);
  if (chance_->one_in(2)) {
    desk_->command(SetCaseFields{matter, {{"new_date", Value("2026-03-05T13:00:00Z")}}}, agent());
  } else {
    constexpr std::array<const char*, 3> statuses = {"confirming", "done", "open"};
    desk_->command(SetCaseStatus{matter, CaseStatusName(statuses[chance_->below(3)]), false},
                   agent());
  }
}

void Script::promises() {
  if (conversations_.empty()) return writes();
  if (callbacks_.empty() || chance_->one_in(2)) {
    CreateCallback create;
    create.conversation = any_of(conversations_);
    return note(desk_->command(create, agent()));
  }
  const CallbackId promise = any_of(callbacks_);
  switch (chance_->below(3)) {
    case 0: desk_->command(PlaceCallback{promise}, agent()); break;
    case 1: desk_->command(RecordAttempt{promise, AttemptResult::no_answer}, agent()); break;
    default: desk_->command(CancelCallback{promise}, agent()); break;
  }
}

void Script::housekeeping() {
  switch (chance_->below(6)) {
    case 0: desk_->maintain(chance_->between(1, 1000)); break;
    case 1: desk_->reopen_engine(); break;
    case 2: desk_->reopen_store(); break;
    case 3:
      desk_->wait(chance_->one_in(3) ? Duration(20min) : Duration(30s));
      desk_->feed_time();
      break;
    case 4:
      if (!interactions_.empty()) desk_->command(FinishInteraction{any_of(interactions_)}, agent());
      break;
    default:
      if (!conversations_.empty()) {
        desk_->command(CloseConversation{any_of(conversations_), "", text("fim"), ""}, agent());
      }
      break;
  }
}

void Script::configures() {
  nlohmann::json json = clinic::configuration_with_mail();
  json["desks"][0]["waiting_text"] = text("Aguarde");
  if (chance_->one_in(2)) {
    json["agents"].push_back({{"name", "rita"},
                              {"display_name", "Rita"},
                              {"queues", {"appointments"}},
                              {"device", "sip:103"}});
  }
  desk_->command(LoadConfiguration{json.dump()});
  const bool here = chance_->one_in(2);
  const std::string name = agent();
  desk_->command(
      SetPresence{AgentName(name), here ? Presence::available : Presence::paused, "café"}, name);
}

void Script::step() {
  desk_->wait(std::chrono::seconds(chance_->between(1, 5)));
  const bool cases = day_ == DeskDay::cases;
  const bool changes = day_ == DeskDay::changes;
  const std::uint64_t draw = chance_->below(20);
  if (draw < 4) return writes();
  if (draw == 4) return writes_several();
  if (draw < 7) return cases ? works_on_a_case() : calls();
  if (draw < 9) return cases ? promises() : call_goes_on();
  if (draw < 11) return answers();
  if (draw < 14) return sends();
  if (draw < 17) return carries();
  if (draw == 17) return cases ? mails() : housekeeping();
  if (changes) return configures();
  housekeeping();
}

}  // namespace

std::size_t DeskLog::known_at(std::uint64_t operation) const {
  const auto behind =
      std::upper_bound(facts.begin(), facts.end(), operation,
                       [](std::uint64_t at, const Fact& fact) { return at < fact.at; });
  return static_cast<std::size_t>(behind - facts.begin());
}

void open_desk(Host& host, DeskLog& log) {
  DeskHost desk(host, log);
  desk.command(LoadConfiguration{clinic::configuration_with_mail().dump()});
  desk.command(UpsertContact{"Ana", {}, {{AddressKind::phone, clinic::ana}}, {}});
  for (const char* agent : {"joao", "marta"}) {
    desk.command(SetPresence{AgentName(agent), Presence::available, {}}, agent);
  }
}

void run_desk(Host& host, DeskLog& log, DeskDay day, Chance& chance, std::uint64_t steps) {
  DeskHost desk(host, log);
  desk.begin_ids(1);
  Script script(desk, day, chance);
  for (std::uint64_t i = 0; i < steps && !desk.given_up(); ++i) script.step();
}

}  // namespace novelo::crash
