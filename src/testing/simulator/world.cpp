#include "testing/simulator/world.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "novelo/rules/identity.hpp"
#include "testing/simulator/broken.hpp"
#include "testing/simulator/centre.hpp"
#include "testing/simulator/payloads.hpp"

namespace novelo::testing {
namespace {

using namespace std::chrono_literals;

constexpr int most_openings = 50;       // of an engine, before it counts as not to be opened
constexpr int most_feeds = 10'000;      // of time, before it counts as not catching up
constexpr std::size_t most_kept = 400;  // of what was given, for being given again
constexpr std::uint64_t quiet_every = 8;
constexpr std::uint64_t reads_every = 61;
constexpr unsigned most_tries = 5;   // of a provider that gets no answer
constexpr Duration time_jump = 36h;  // longer rests have to be confirmed

// Commands by which people say whose a conversation is from now on.
bool says_for_whom(const CommandBody& body) {
  return std::holds_alternative<SendMessage>(body) ||
         std::holds_alternative<ClaimConversation>(body) ||
         std::holds_alternative<ReassignConversation>(body) ||
         std::holds_alternative<ChooseContact>(body) ||
         std::holds_alternative<LoadConfiguration>(body);
}

// What a command ends, as it stands before.
std::optional<Interaction> ended_by(const CommandBody& body, const Mirror& mirror) {
  InteractionId id;
  if (const auto* finish = std::get_if<FinishInteraction>(&body)) id = finish->interaction;
  if (const auto* hang_up = std::get_if<HangUp>(&body)) id = hang_up->interaction;
  const Interaction* found = mirror.find(id);
  return found != nullptr ? std::optional(*found) : std::nullopt;
}

}  // namespace

World::World(const SimulationOptions& options, Configuration configuration, std::string document,
             SimulatedStore& store, std::uint64_t seed, TenantName tenant, std::uint64_t number,
             Findings& findings)
    : options_(options),
      configuration_(std::move(configuration)),
      document_(std::move(document)),
      store_(store),
      seed_(seed),
      tenant_(std::move(tenant)),
      findings_(findings),
      weather_(weather_of(options)),
      number_(number),
      mirror_(number),
      timelines_(mirror_, findings),
      records_(mirror_, findings),
      routing_(mirror_, findings),
      effects_(mirror_, findings),
      belongings_(mirror_, options.limits, findings),
      hours_(mirror_, options.limits, findings),
      choices_(mirror_, findings),
      matters_(mirror_, options.limits, findings) {
  const auto secrets = secrets_for(configuration_);
  for (const Connection& one : configuration_.connections) {
    Connection connection = one;
    if (const auto found = secrets.find(one.name); found != secrets.end()) {
      connection.secrets = found->second;
      for (const auto& [name, texts] : found->second) {
        forbid("I38", secret_text(one.name, name));
      }
    }
    connections_.emplace(one.name, std::move(connection));
  }
  for (const EntryPointConfig& point : configuration_.entry_points) {
    if (point.channel == Channel::voice) {
      telephones_.try_emplace(point.connection, point.connection, seed_);
    }
    if (point.unknown_send == UnknownSend::hold) effects_.set_holding(point.name);
    const Connection& connection = connections_.at(point.connection);
    for (const ChannelAdapter* adapter : options_.adapters) {
      if (adapter->name() != connection.adapter) continue;
      windows_[point.name] = adapter->capabilities(connection).window;
      effects_.set_window(point.name, windows_[point.name]);
    }
  }
  forbid("I32", std::string(note_word));
  forbid("I32", std::string(attribute_word));
  choices_.learn_flows(configuration_);
}

Status World::begin(Timestamp now) {
  now_ = now;
  if (Status opened = open(); !opened) return opened;
  const auto loaded = command(LoadConfiguration{document_});
  if (!loaded) return fail(loaded.error());
  return {};
}

void World::committed(std::span<const Write> writes) {
  const auto see = [&](const auto* before, const auto* after) {
    timelines_.see(before, after);
    records_.see(before, after);
    routing_.see(before, after);
    effects_.see(before, after);
    belongings_.see(before, after);
    hours_.see(before, after);
    choices_.see(before, after);
    matters_.see(before, after);
    note_new(before, after);
  };
  for (const Write& write : writes) {
    const bool readable = mirror_.take(write, see);
    findings_.check(readable, "I45", "a row was written that cannot be read again");
    const std::string_view key = write.key;
    findings_.check(key.substr(0, 8) == Key(number_).bytes(), "I33",
                    "a row of another tenant was written");
    if (write.table != Table::meta && write.table != Table::command) ++changes_;
  }
  timelines_.committed();
  records_.committed();
  routing_.committed();
  effects_.committed();
  belongings_.committed();
  hours_.committed();
  choices_.committed();
  matters_.committed();
}

// A call is over when it ended at the telephones, or was to be hung up.
void World::check_call(const Interaction& before, const Interaction& after) {
  const bool ends =
      before.state != InteractionState::ended && after.state == InteractionState::ended;
  const bool came = after.channel == Channel::voice && after.direction == Direction::inbound;
  if (!ends || !came || before.asked == CallVerbKind::hang_up) return;
  for (const auto& [name, telephones] : telephones_) {
    findings_.check(!telephones.has(after.call), "I22", "call {} goes on, and is taken for over",
                    after.call);
  }
}

// --- the engine and its process ------------------------------------------------------------------
Status World::open() {
  EngineOptions options;
  options.tenant = tenant_;
  options.tenant_secret = Secret("the secret of " + tenant_.text());
  options.secrets = secrets_for(configuration_);
  options.limits = options_.limits;
  options.time_jump = time_jump;
  options.on_call = observer_;
  for (int tries = 0;; ++tries) {
    store_.revive();
    deaths_ = store_.deaths();
    Result<Engine> engine = Engine::open(store_, options_.adapters, options, now_);
    if (engine) {
      engine_.emplace(std::move(*engine));
      effects_.opened();
      // Of a long time in which nothing was written it does not know.
      const auto clock = mirror_.clocks.begin();
      fed_at_ = clock != mirror_.clocks.end() ? clock->second.now : now_;
      if (now_ - fed_at_ <= time_jump) fed_at_ = now_;
      return {};
    }
    if (tries == most_openings) return fail(engine.error());
  }
}

void World::restart(bool process_dies) {
  ++tally_.restarts;
  if (engine_ && engine_->faulted()) {
    findings_.check(!engine_->poll(now_, 1), "I07", "an engine that is faulted hands out");
    findings_.check(!engine_->feed_time(now_), "I07", "an engine that is faulted takes time");
  }
  const auto standing = [&] { return Query(*engine_).queues(); };
  const bool compare = engine_ && !engine_->faulted() && !store_.is_dead();
  const auto before = compare ? standing() : decltype(standing())();
  std::optional<Engine> older;
  if (compare && !process_dies && !observer_) older = std::move(engine_);
  engine_.reset();
  if (process_dies) ++process_;
  if (const Status opened = open(); !opened) {
    findings_.broken("I45", "the store cannot be opened again: " + to_string(opened.error()));
    return;
  }
  if (older) poke_older(*older);
  if (!compare || !before) return;
  const auto after = standing();
  findings_.check(after && *after == *before, "I45", "queues stand otherwise after a restart");
}

void World::poke_older(Engine& older) {
  const std::uint64_t before = changes_;
  const Input input = Command{fmt::format("c{}", ++names_), {}, RequestReport{}};
  const bool taken = older.feed(std::span(&input, 1), now_).has_value();
  const auto given = older.poll(now_, 1);
  findings_.check(!taken && changes_ == before && (!given || given->empty()), "I46",
                  "an engine goes on, and another has taken the tenant over");
}

// Where the machine dies, the processes of all its tenants do.
void World::see_deaths() {
  if (deaths_ != store_.deaths()) restart(true);
}

template <class Call>
auto World::ask(Call call) -> decltype(call(std::declval<Engine&>())) {
  see_deaths();
  for (int tries = 0;; ++tries) {
    auto result = call(*engine_);
    if (result || !engine_->faulted() || tries == most_openings) return result;
    restart(true);
    if (findings_.any()) return result;
  }
}

// --- what goes in --------------------------------------------------------------------------------
Result<Outcome> World::feed(const Input& input) {
  catch_up();
  const auto* command = std::get_if<Command>(&input);
  routing_.expect_wishes(command != nullptr && says_for_whom(command->body));
  const auto* refuse = command != nullptr ? std::get_if<RefuseOffer>(&command->body) : nullptr;
  routing_.expect_refusal(refuse != nullptr ? refuse->offer : OfferId());
  belongings_.expect(command != nullptr ? &command->body : nullptr);
  std::uint64_t before = changes_;
  const auto results = ask([&](Engine& engine) {
    ++tally_.inputs;
    before = changes_;
    return engine.feed(std::span(&input, 1), now_);
  });
  belongings_.expect(nullptr);
  if (!results) return fail(results.error());
  fed_at_ = now_;
  routing_.expect_wishes(false);
  const Result<Outcome>& result = results->front();
  if (!result) {
    ++tally_.refused;
    findings_.check(changes_ == before, "I34", "a refused input has changed something");
  } else if (result->repeated) {
    findings_.check(changes_ == before, "I05", "an input that came again has changed something");
  }
  return result;
}

Result<Outcome> World::command(CommandBody body, const AgentName& actor) {
  const Command command{fmt::format("c{}", ++names_), actor, std::move(body)};
  Result<Outcome> result = submit(command);
  given_.emplace_back(command, result);
  if (given_.size() > most_kept) given_.pop_front();
  return result;
}

Result<Outcome> World::submit(const Command& command) {
  const auto* accept = std::get_if<AcceptOffer>(&command.body);
  catch_up();
  const std::optional<Interaction> ending = ended_by(command.body, mirror_);
  const bool stands = accept != nullptr && is_offered(accept->offer, command.actor);
  Result<Outcome> result = feed(command);
  if (accept != nullptr && result && !result->repeated) {
    const bool first = accepted_.emplace(accept->offer, command.actor).second;
    findings_.check(first && stands, "I16", "offer {} was accepted, and was over or another's",
                    accept->offer.value());
  }
  if (result && !result->repeated) {
    check_outcome(*result);
    if (ending) check_actor(*ending, command.actor);
    const auto* erase = std::get_if<EraseContact>(&command.body);
    const auto done = result->details.find("done");
    const bool over = done != result->details.end() && done->second == Value(true);
    if (erase != nullptr && over) belongings_.erased(erase->contact);
  }
  look();
  return result;
}

void World::check_outcome(const Outcome& outcome) {
  const bool there =
      outcome.entry == 0 || mirror_.entry(outcome.conversation, outcome.entry) != nullptr;
  findings_.check(there, "I08", "an outcome names entry {} of conversation {}, which is not there",
                  outcome.entry, outcome.conversation.value());
}

void World::check_actor(const Interaction& before, const AgentName& actor) {
  const AgentConfig* who = configuration_.agent(actor);
  const bool theirs = actor.empty() || before.agent.empty() || before.agent == actor ||
                      (who != nullptr && who->supervisor);
  findings_.check(theirs, "I31", "interaction {} of {} was ended by {}", before.id.value(),
                  before.agent.text(), actor.text());
}

bool World::is_offered(OfferId offer, const AgentName& agent) const {
  return std::any_of(mirror_.works.begin(), mirror_.works.end(), [&](const auto& row) {
    const WorkRecord& work = row.second;
    return work.state == WorkState::offered && work.offer == offer && work.agent == agent &&
           work.state_until && *work.state_until > now_;
  });
}

void World::emit(const ConnectionName& connection, ChannelEvent event) {
  Chance chance{seed_, ++emitted_, 11};
  if (calm_) return tell(connection, event);
  if (chance.percent(weather_.lost)) return;
  if (chance.percent(weather_.broken)) tell_broken(connection, event, chance);
  if (chance.percent(weather_.repeats)) {
    const Duration after = chance.percent(20) ? Duration(2h) : Duration(3s);
    schedule_.add(now_ + after, Telling{connection, event});
  }
  if (chance.percent(weather_.delays)) {
    const auto late = std::chrono::milliseconds(static_cast<std::int64_t>(chance.below(30'000)));
    schedule_.add(now_ + late, Telling{connection, std::move(event)});
    return;
  }
  tell(connection, event);
}

// Whoever has written may be answered, whether or not the engine could say that it was told.
void World::heard_from(const ConnectionName& connection, const ChannelEvent& event) {
  const auto wrote = [&](const auto& message) {
    const EntryPointConfig* point = configuration_.entry_point_at(connection, message.to);
    if (point == nullptr) return;
    effects_.wrote(point->name, message.from.address, std::min(message.at.value_or(now_), now_));
  };
  if (const auto* message = std::get_if<InboundMessage>(&event)) wrote(*message);
  const auto* other = std::get_if<UnsupportedEvent>(&event);
  if (other != nullptr && other->said) wrote(*other);
}

void World::tell(const ConnectionName& connection, const ChannelEvent& event, unsigned tries) {
  heard_from(connection, event);
  const std::optional<Request> payload = payload_of(event, connections_.at(connection));
  if (!payload) {
    told(connection, event, feed(DecodedEvent{connection, event}));
    return look();
  }
  catch_up();
  std::vector<EventOutcome> outcomes;
  const Result<Response> answer = ask([&](Engine& engine) {
    ++tally_.inputs;
    outcomes.clear();
    return engine.receive(*payload, now_, &outcomes);
  });
  if (answer || !outcomes.empty()) fed_at_ = now_;
  check_kept(connection, *payload, answer, outcomes);
  // Without an answer it comes again, and again later.
  const bool busy = !answer && answer.error().code == ErrorCode::busy;
  if (busy && tries < most_tries) {
    schedule_.add(now_ + 20s * (1U << (2 * tries)), Telling{connection, event, tries + 1});
  }
  for (const EventOutcome& one : outcomes) told(connection, event, one.outcome);
  const auto* message = std::get_if<InboundMessage>(&event);
  if (answer && message != nullptr && !outcomes.empty() && outcomes.front().outcome) {
    const EntryPointConfig* point = configuration_.entry_point_at(connection, message->to);
    const bool kept = point == nullptr || outcomes.front().outcome->repeated ||
                      timelines_.has(point->name, message->id);
    findings_.check(kept, "I03", "message {} is acknowledged and on no timeline", message->id);
  }
  look();
}

void World::told(const ConnectionName& connection, const ChannelEvent& event,
                 const Result<Outcome>& result) {
  heard_.emplace_back(connection, event);
  if (heard_.size() > most_kept) heard_.pop_front();
  if (!result) return;
  if (!result->repeated) check_outcome(*result);
  using enum DeliveryStatus;
  const auto* receipt = std::get_if<Receipt>(&event);
  // Not every provider has the words that others have for the rest.
  if (receipt != nullptr && receipt->status != played && receipt->status != accepted) {
    timelines_.told(receipt->message_id, receipt->status);
  }
  if (const auto* message = std::get_if<InboundMessage>(&event)) {
    const EntryPointConfig* point = configuration_.entry_point_at(connection, message->to);
    if (point != nullptr && !result->repeated) {
      check_content(*message, *result);
      check_sender(*point, *message, *result);
    }
  }
  const auto* report = std::get_if<CallReport>(&event);
  if (report != nullptr && !result->repeated) check_zombies(*report, *result);
}

void World::check_sender(const EntryPointConfig& point, const InboundMessage& message,
                         const Outcome& outcome) {
  const auto plain = normalise(message.from.address, point.dial_plan);
  const ConversationRecord* record = mirror_.find(outcome.conversation);
  if (record == nullptr) return;
  const auto is_of = [&](const Address& spelling) {
    const Identity* identity = mirror_.find(spelling);
    if (identity == nullptr) return false;
    const auto& members = identity->members;
    return record->contact == identity->holder || record->contact == identity->unresolved ||
           std::find(members.begin(), members.end(), record->contact) != members.end();
  };
  bool theirs = plain && is_of(*plain);
  if (plain && mirror_.find(*plain) == nullptr) {
    const std::vector<Address> spellings = variants(*plain);
    theirs = std::any_of(spellings.begin(), spellings.end(), is_of);
  }
  const Entry* entry = mirror_.entry(outcome.conversation, outcome.entry);
  if (entry != nullptr && entry->case_id) return check_case_mail(message, *entry, theirs);
  const auto& mail = message.content.mail;
  // What came by itself may be of no person at all.
  if (mail && mail->automatic != AutoMail::none) return;
  if (!plain && !mail) return;  // a number that cannot be one is nobody's
  findings_.check(theirs, "I43", "message {} of {} is in a conversation of contact {}", message.id,
                  to_string(message.from.address), record->contact.value());
}

void World::check_case_mail(const InboundMessage& message, const Entry& entry, bool theirs) {
  const Mail mail = message.content.mail.value_or(Mail{});
  const ConversationRecord& record = *mirror_.find(entry.conversation);
  const CaseRecord* matter = mirror_.find(entry.case_id);
  if (matter == nullptr) return findings_.broken("I08", "a mail is about a case that is not there");
  const bool by_token = std::any_of(mail.to.begin(), mail.to.end(), [&](const std::string& to) {
    const auto ours = answers_.find(to);
    return ours != answers_.end() && newest_of(ours->second.case_id) == newest_of(entry.case_id);
  });
  const auto went_to_them = [&](const std::string& id) {
    const auto ours = answers_.find(id);
    const ConversationRecord* there =
        ours == answers_.end() ? nullptr : mirror_.find(ours->second.conversation);
    return there != nullptr && there->contact == record.contact;
  };
  const bool asked = matter->contact == record.contact ||
                     std::any_of(mail.in_reply_to.begin(), mail.in_reply_to.end(), went_to_them) ||
                     std::any_of(mail.references.begin(), mail.references.end(), went_to_them);
  const bool bounce = mail.automatic == AutoMail::bounce;
  const bool answers = !mail.forward && ((theirs && asked) || by_token);
  findings_.check(answers || bounce, "I43",
                  "mail {} of {} came to case {}, and has nothing to do with it", message.id,
                  to_string(message.from.address), matter->id.value());
  if (theirs || !by_token) return;
  findings_.check(matter->contact == record.contact, "I43",
                  "mail {} to case {} is in a conversation of contact {}", message.id,
                  matter->id.value(), record.contact.value());
  for (const Reach& reach : record.reaches) {
    const bool let_in = reach.address == message.from.address && reach.last_inbound == entry.at;
    findings_.check(!let_in, "I35", "who claims to be contact {} is written to from now on",
                    record.contact.value());
  }
}

CaseId World::newest_of(CaseId id) const {
  while (const CaseRecord* matter = mirror_.find(id)) {
    if (!matter->followed_by) break;
    id = matter->followed_by;
  }
  return id;
}

// What is signed may hold anything, and is not lost; what is not changes nothing.
void World::tell_broken(const ConnectionName& name, const ChannelEvent& event, Chance& chance) {
  const Connection& connection = connections_.at(name);
  const std::optional<Request> whole = payload_of(event, connection);
  if (!whole || connection.secrets.empty() || connection.setting("unsigned") == "yes") return;
  const bool altered = !std::holds_alternative<CallReport>(event);
  const Broken broken = break_payload(*whole, connection, altered, chance);
  catch_up();
  std::uint64_t before = changes_;
  std::vector<EventOutcome> outcomes;
  tells_altered_ = broken.genuine;
  const Result<Response> answer = ask([&](Engine& engine) {
    ++tally_.inputs;
    outcomes.clear();
    before = changes_;
    return engine.receive(broken.request, now_, &outcomes);
  });
  tells_altered_ = false;
  const bool read = answer || (broken.genuine && answer.error().reason != "too_large");
  if (read) fed_at_ = now_;
  if (!broken.genuine) {
    return findings_.check(!answer && changes_ == before, "I35",
                           "a request that its provider has not signed was believed");
  }
  check_kept(name, broken.request, answer, outcomes);
  for (const EventOutcome& one : outcomes) {
    if (one.outcome && !one.outcome->repeated) check_outcome(*one.outcome);
  }
  look();
}

void World::note_heard(const Entry& entry) {
  const ConversationRecord* record = mirror_.find(entry.conversation);
  if (record == nullptr || entry.direction != Direction::inbound) return;
  for (const Reach& reach : record->reaches) {
    if (reach.entry_point != entry.entry_point) continue;
    effects_.wrote(reach.entry_point, reach.address,
                   std::min(entry.provider_at.value_or(now_), now_));
  }
}

void World::check_kept(const ConnectionName& connection, const Request& request,
                       const Result<Response>& answer, const std::vector<EventOutcome>& outcomes) {
  const Error* refused = answer || !outcomes.empty() ? nullptr : &answer.error();
  bool busy = false;
  for (const EventOutcome& one : outcomes) {
    if (!one.outcome) {
      refused = &one.outcome.error();
      busy = busy || refused->code == ErrorCode::busy;
    }
  }
  if (refused == nullptr || busy || options_.limits.quarantine_rows == 0) return;
  const ErrorCode code = refused->code;
  // The provider gets no answer to these, and sends it again; or could only repeat it.
  const bool again = code == ErrorCode::busy || code == ErrorCode::unknown ||
                     code == ErrorCode::unauthentic || refused->reason == "too_large" ||
                     refused->reason == "time_jump" || refused->reason == "no_configuration";
  findings_.check(again || matters_.is_aside(connection, request.body), "I03",
                  "a payload is refused ({}) and kept nowhere", refused->reason);
}

// What was said is what stands there.
void World::check_content(const InboundMessage& message, const Outcome& outcome) {
  const Entry* entry = mirror_.entry(outcome.conversation, outcome.entry);
  if (entry == nullptr || entry->type != EntryType::message) return;
  const auto& said = message.content;
  const auto& kept = entry->content;
  const bool whole = said.media.size() == kept.media.size() &&
                     said.location.has_value() == kept.location.has_value();
  findings_.check(whole, "I03", "message {} is kept, and what came with it is not", message.id);
}

void World::check_zombies(const CallReport& report, const Outcome& outcome) {
  if (outcome.details.contains("stale")) return;
  for (const auto& row : mirror_.interactions) {
    const Interaction& call = row.second;
    if (call.state != InteractionState::ended || call.call.empty()) continue;
    const bool newer = report.effect ? call.changed_with >= report.effect.value()
                                     : call.changed_at && *call.changed_at >= report.at;
    const bool lives =
        !newer && std::any_of(report.calls.begin(), report.calls.end(),
                              [&](const LiveCall& one) { return one.call == call.call; });
    if (!lives) continue;
    const bool ends =
        std::any_of(mirror_.effects.begin(), mirror_.effects.end(), [&](const auto& one) {
          return one.second.kind == EffectKind::call && one.second.verb.call == call.call &&
                 one.second.verb.kind == CallVerbKind::hang_up;
        });
    findings_.check(ends, "I22", "call {} is over, goes on, and nobody ends it", call.call);
  }
}

void World::tell_at_once(const std::vector<std::pair<ConnectionName, ChannelEvent>>& events) {
  catch_up();
  std::vector<Input> inputs;
  for (const auto& [connection, event] : events) {
    heard_from(connection, event);
    inputs.push_back(DecodedEvent{connection, event});
  }
  const auto results = ask([&](Engine& engine) {
    tally_.inputs += inputs.size();
    return engine.feed(inputs, now_);
  });
  if (results) fed_at_ = now_;
  for (std::size_t i = 0; results && i < results->size(); ++i) {
    told(events[i].first, events[i].second, (*results)[i]);
  }
  look();
}

void World::note_wrap_up(const WorkRecord& work) {
  Chance chance{seed_, work.id.value(), 47};
  if (work.kind != WorkKind::interaction || !chance.percent(30)) return;
  schedule_.add(now_ + milliseconds(chance.below(12'000)),
                Doing{work.agent, EndWrapUp{InteractionId(work.subject)}});
}

void World::note_sent(const Entry& entry) {
  if (entry.content.mail) mails_.emplace_back(entry.conversation, *entry.content.mail);
  const auto behind = [&](std::string_view mark) {
    const std::size_t at = entry.content.text.find(mark);
    if (mark.empty() || at == std::string::npos) return std::string();
    const std::size_t start = at + mark.size();
    return entry.content.text.substr(start, entry.content.text.find_first_of(" \n", start) - start);
  };
  const std::string survey = behind(configuration_.tenant.survey_url);
  if (!survey.empty()) survey_tokens_.push_back(survey);
  const std::string join = behind("?text=%23");
  if (!join.empty()) join_texts_.emplace_back(entry.conversation, "#" + join);
  const auto& mail = entry.content.mail;
  if (!mail || mail->to.empty()) return;
  const Correlation about{entry.conversation, entry.sequence, entry.case_id, {}, entry.effect};
  answers_.emplace(mail->to.front(), about);
  answers_.emplace(mail->message_id, about);
}

// --- time ----------------------------------------------------------------------------------------
void World::catch_up() {
  see_deaths();
  if (now_ - fed_at_ > time_jump) confirm_time();
  for (int feeds = 0; engine_; ++feeds) {
    const auto due = engine_->next_deadline();
    if (!due || *due > now_) return;
    if (feeds == most_feeds) return findings_.broken("I40", "time never catches up");
    const auto fed = ask([&](Engine& engine) {
      ++tally_.inputs;
      return engine.feed_time(now_);
    });
    if (fed) fed_at_ = now_;
    if (findings_.any()) return;
  }
}

void World::check_disbelieved(Timestamp wrong) {
  std::uint64_t before = changes_;
  const auto believed = ask([&](Engine& engine) {
    ++tally_.inputs;
    before = changes_;
    return engine.feed_time(wrong);
  });
  findings_.check(!believed && changes_ == before, "I44", "a clock that jumps is believed");
}

void World::confirm_time() {
  check_disbelieved(now_);
  const Input input = Command{fmt::format("c{}", ++names_), {}, ConfirmTime{}};
  const auto results = ask([&](Engine& engine) {
    ++tally_.inputs;
    return engine.feed(std::span(&input, 1), now_);
  });
  findings_.check(results && results->front(), "I44", "a clock that was confirmed is not believed");
  fed_at_ = now_;
}

void World::let_time_pass(Timestamp until) {
  while (!findings_.any()) {
    see_deaths();
    const auto due = engine_->next_deadline();
    const auto next = schedule_.next();
    const Timestamp first = std::min(due.value_or(until), next.value_or(until));
    if (first >= until) break;
    now_ = std::max(now_, first);
    if (next && *next <= now_) {
      happen(schedule_.take());
    } else {
      catch_up();
      look();
    }
  }
  now_ = std::max(now_, until);
  catch_up();
  look();
}

void World::happen(Pending what) {
  if (auto* telling = std::get_if<Telling>(&what)) {
    return tell(telling->connection, telling->event, telling->tries);
  }
  if (auto* settling = std::get_if<Settling>(&what)) return settle(*settling);
  if (auto* doing = std::get_if<Doing>(&what)) {
    (void)command(std::move(doing->body), doing->actor);
    return;
  }
  if (const auto* words = std::get_if<LastWords>(&what)) return write_last_words(*words);
  if (const auto* erasing = std::get_if<Erasing>(&what)) {
    end_matters_of(erasing->contact);
    return erase_contact(erasing->contact);
  }
  for (auto& [name, telephones] : telephones_) {
    auto event = telephones.happen(std::get<Calling>(what), now_);
    if (event) return emit(name, std::move(*event));
  }
}

void World::settle(const Settling& settling) {
  if (settling.process != process_) return;
  catch_up();
  const Result<Outcome> result = ask([&](Engine& engine) {
    ++tally_.inputs;
    return engine.settle(settling.effect, settling.settlement, now_);
  });
  if (result) fed_at_ = now_;
  const bool over = result && mirror_.find(settling.effect) == nullptr;
  if (over) effects_.settled(settling.effect);
  // Or thinks otherwise of it by now: the first word counts.
  if (over && Chance{seed_, settling.effect.value(), 41}.percent(weather_.lies)) {
    std::uint64_t before = changes_;
    (void)ask([&](Engine& engine) {
      ++tally_.inputs;
      before = changes_;
      return engine.settle(settling.effect, Failed{"gone", "Never.", false}, now_);
    });
    findings_.check(changes_ == before, "I02", "what was settled was settled otherwise again");
  }
  // A host that is not sure whether it has told it tells it again.
  if (result && Chance{seed_, settling.effect.value(), 31}.percent(weather_.repeats)) {
    std::uint64_t before = changes_;
    (void)ask([&](Engine& engine) {
      ++tally_.inputs;
      before = changes_;  // what an engine writes when it is opened is not its doing
      return engine.settle(settling.effect, settling.settlement, now_);
    });
    findings_.check(changes_ == before, "I02",
                    "a settlement that came again has changed something");
  }
  look();
}

void World::look() {
  while (!findings_.any()) {
    const auto handouts = ask([&](Engine& engine) { return engine.poll(now_, 100); });
    if (!handouts || handouts->empty()) break;
    for (const Handout& handout : *handouts) {
      ++tally_.handouts;
      effects_.handed_out(handout, now_);
      const bool shown = handout.kind == EffectKind::send && handout.request &&
                         handout.request->body.find(field_word) != std::string::npos;
      findings_.check(!shown, "I32", "a field that no contact may see is sent to one");
      carry(handout);
    }
  }
  if (engine_) (void)engine_->take_signals();
}

// --- steps ---------------------------------------------------------------------------------------
void World::step(std::uint64_t index, Timestamp at) {
  let_time_pass(at);
  if (findings_.any()) return;
  Chance chance{seed_, index, 3};
  if (chance.below(100) < 45) {
    do_customer(chance);
  } else {
    do_staff(chance);
  }
  do_fault(chance);
  if (findings_.any()) return;
  catch_up();
  look();
  if (index % quiet_every == 0) check_quiet();
  if (index % reads_every == 0) check_reads();
}

void World::check_quiet() {
  see_deaths();
  const auto due = engine_->next_deadline();
  if (due && *due <= now_) return;
  records_.quiet(now_);
  routing_.quiet(now_);
  belongings_.quiet(now_);
  const auto clock = mirror_.clocks.begin();
  const bool kept = clock != mirror_.clocks.end() &&
                    clock->second.parked_numbers <= options_.limits.parked_receipts;
  if (kept) timelines_.check_told();
}

// What is read is what is stored.
void World::check_reads() {
  see_deaths();
  Chance chance{seed_, names_, 13};
  const ConversationRecord* record = any_conversation(chance);
  if (record == nullptr) return;
  const Query query(*engine_);
  const auto read = query.conversation(record->id);
  const auto entries = query.timeline(record->id, 0, 1000);
  const auto view = query.customer_view(record->id, 0, 1000);
  const auto notes = query.notes(record->id, {}, 1000);
  if (!read || !entries || !view || !notes) {
    return findings_.check(store_.is_dead() || engine_->faulted() || weather_.disk > 0, "I45",
                           "what is stored cannot be read");
  }
  findings_.check(*read == *record, "I45", "a conversation reads otherwise than it is stored");
  std::size_t shown = 0;
  for (const Entry& entry : *entries) {
    const Entry* stored = mirror_.entry(record->id, entry.sequence);
    findings_.check(stored != nullptr && *stored == entry, "I45",
                    "an entry reads otherwise than it is stored");
    if (entry.customer_sequence != 0) ++shown;
  }
  check_lists(query);
  findings_.check(entries->size() == 1000 || view->size() == shown, "I10",
                  "the customer's view is not what the timeline says");
  for (const CustomerEntry& entry : *view) {
    findings_.check(entry.content.text.find(note_word) == std::string::npos, "I32",
                    "a note is in the customer's view");
  }
}

// Who looks for the open conversations of somebody finds them all, and no others.
void World::check_lists(const Query& query) {
  for (const AgentConfig& agent : configuration_.agents) {
    ConversationFilter filter;
    filter.owner = agent.name;
    filter.statuses = {ConversationStatus::open, ConversationStatus::pending};
    const auto found = query.find_conversations(filter, {});
    if (!found || !found->next.empty()) continue;
    const auto theirs = std::count_if(
        mirror_.conversations.begin(), mirror_.conversations.end(), [&](const auto& row) {
          return row.second.owner == agent.name && row.second.status != ConversationStatus::closed;
        });
    findings_.check(static_cast<std::size_t>(theirs) == found->items.size(), "I08",
                    "the list of somebody's conversations is not all of them");
  }
}

}  // namespace novelo::testing
