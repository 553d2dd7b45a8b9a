#include "engine/body.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "codec/binary.hpp"
#include "engine/bounds.hpp"
#include "engine/decide.hpp"
#include "engine/listings.hpp"
#include "novelo/base/digest.hpp"

namespace novelo {

namespace {

bool is_command_id(std::string_view id) {
  constexpr std::size_t longest = 128;
  return !id.empty() && id.size() <= longest;
}

std::string digest_of(const Command& command) {
  const std::string body =
      std::visit([](const auto& what) { return codec::to_bytes(what); }, command.body);
  return sha256(fmt::format("{}\n{}\n{}", command.body.index(), command.actor.text(), body));
}

}  // namespace

Engine::Body::Body(Store& store, Fence fence, std::vector<const ChannelAdapter*> adapters,
                   EngineOptions options)
    : store_(store),
      fence_(fence),
      adapters_(std::move(adapters)),
      options_(std::move(options)),
      tables_(store, fence, options_.limits.cached_records),
      changes_(fence.epoch, options_.limits.changes, options_.limits.signals),
      witness_(options_, changes_) {}

Status Engine::Body::ready() const {
  if (inside_) {
    return fail({ErrorCode::reentrant,
                 "inside",
                 "the engine was called from inside its own call",
                 {},
                 "return first, then call"});
  }
  if (fault_) return fail(out_of_service());
  return {};
}

void Engine::Body::tell(const EngineCall& call) {
  const Inside inside(inside_);
  try {
    options_.on_call(call);
  } catch (...) {  // the call has been made: nothing of it may hang on who watches
  }
}

void Engine::Body::tell_opened(Timestamp now) {
  tell(now, OpenCall{fence_.tenant, fresh_, &options_});
}

Error Engine::Body::fault(Error error) {
  if (!fault_) {
    fault_ = std::move(error);
    witness_.faulted(*fault_, now_);
    tell_fault();
  }
  return out_of_service();
}

void Engine::Body::tell_fault() {
  if (!open_ || !options_.on_fault) return;
  const Inside inside(inside_);
  try {
    options_.on_fault(*fault_);
  } catch (...) {  // who was told has failed; the engine is faulted all the same
  }
}

// Its reason, subject and remedy are those of what went wrong: a full disk is to be recognised.
Error Engine::Body::out_of_service() const {
  Error error = *fault_;
  error.message =
      fmt::format("the engine is faulted ({}): {}", to_string(error.code), error.message);
  error.code = ErrorCode::unknown;
  if (error.reason == "fenced") {
    error.remedy = "close this one: another engine serves the tenant now";
  } else {
    error.remedy +=
        fmt::format("{}open a new engine on the same store", error.remedy.empty() ? "" : ", then ");
  }
  return error;
}

Status Engine::Body::restore(Timestamp now) {
  tables_.begin_input();
  if (const EngineClock* clock = tables_.clock.find(tables_.clock_key())) {
    ids_ = IdCounter(clock->last_id);
    now_ = clock->now;
    places_ = clock->places;
    if (clock->configuration != 0) {
      const auto* stored =
          tables_.configurations.find(tables_.key().number(clock->configuration).bytes());
      if (stored == nullptr) {
        return fail({ErrorCode::corrupt,
                     "no_configuration",
                     "the configuration in service is gone",
                     {},
                     "restore the store from a backup"});
      }
      auto setup = Setup::restore(stored->json, adapters_, options_);
      if (!setup) return fail(setup.error());
      setup_ = std::make_unique<Setup>(std::move(*setup));
    }
  } else {
    fresh_ = true;
  }
  // A wild jump is refused by the first call.
  if (check_time({}, now)) now_ = std::max(now_, now);
  if (auto stepped = step_over_lost_time(now); !stepped) return stepped;
  if (auto restored = restore_router(); !restored) return restored;
  if (auto restored = restore_outbox(std::max(now_, now)); !restored) return restored;
  find_next_timer();
  open_ = true;
  const EngineClock* clock = tables_.clock.find(tables_.clock_key());
  witness_.opened(now_, clock != nullptr ? clock->configuration : 0);
  return {};
}

bool Engine::Body::must_be_held(const Effect& effect, Timestamp now) const {
  const EntryPointConfig* at =
      setup_ ? setup_->configuration.entry_point(effect.entry_point) : nullptr;
  const bool late = effect.not_after && *effect.not_after <= now;  // its timer takes it back
  const bool holds = effect.kind == EffectKind::send && at != nullptr &&
                     at->unknown_send == UnknownSend::hold && !effect.held && !late;
  return holds && (from_backup_ || outbox_.maybe_handed_out(effect.id));
}

Status Engine::Body::restore_outbox(Timestamp now) {
  std::vector<EffectId> to_hold;
  tables_.effects.each(tables_.key().bytes(), tables_.key().end(), [&](const Effect& effect) {
    // What waits for its next attempt has come back: it is not in anybody's hands.
    const bool back = effect.not_before && *effect.not_before > now;
    outbox_.add(effect, !back);
    if ((!back || from_backup_) && must_be_held(effect, now)) to_hold.push_back(effect.id);
  });
  if (!to_hold.empty()) return hold_unknown(to_hold);
  return from_backup_ ? write() : Status();
}

// Nobody knows any more whether a provider has these: people are told before anything else happens.
Status Engine::Body::hold_unknown(const std::vector<EffectId>& sends) {
  for (const EffectId id : sends) {
    Turn turn = begin_turn();
    hold_send(turn, *tables_.effects.find(tables_.key(id)));
    keep(turn);
  }
  changes_.forget_signals();  // nobody has looked yet
  return write();
}

Status Engine::Body::step_over_lost_time(Timestamp now) {
  auto row = store_.get(Table::meta, restore_mark_key(fence_.tenant));
  if (!row) return fail(row.error());
  if (!*row) return {};
  const auto mark = read_restore_mark(**row);
  constexpr std::uint64_t last_possible = std::numeric_limits<std::int64_t>::max();
  if (!mark || mark->ids > last_possible - std::min(ids_.last(), last_possible)) {
    return fail({ErrorCode::corrupt, "record", "the mark of a restored store cannot be read",
                 "meta", "restore the backup again"});
  }
  from_backup_ = true;
  ids_ = IdCounter(ids_.last() + mark->ids);
  EngineClock& clock = tables_.edit_clock();
  clock.restored_at = std::max(now_, now);
  clock.restored_protocols = std::max(clock.restored_protocols, mark->protocols);
  const auto sequences = [&](const std::string& from, const std::string& to) {
    tables_.counters.each_key(from, to, [&](const std::string& key) {
      tables_.counters.edit(key).value += mark->protocols;
    });
  };
  sequences(tables_.key().bytes(), tables_.case_counters().bytes());
  sequences(tables_.case_counters().end(), tables_.news_counters().bytes());
  sequences(tables_.news_counters().end(), tables_.key().end());
  tables_.effects.each_key(tables_.key().bytes(), tables_.key().end(), [&](const std::string& key) {
    tables_.effects.edit(key).maybe_done = true;
  });
  return {};
}

Status Engine::Body::restore_router() {
  Limits limits = options_.limits;
  limits.live_works = SIZE_MAX;  // the engine counts what is not yet work too: Turn::check_room
  auto router = Router::create(setup_ ? setup_->router_config() : RouterConfig{}, limits);
  if (!router) return fail(router.error());
  const Key all = tables_.key();
  std::vector<WorkRecord> works;
  std::vector<AgentRecord> agents;
  tables_.works.each(all.bytes(), all.end(), [&](WorkRecord& work) { works.push_back(work); });
  tables_.agents.each(all.bytes(), all.end(), [&](AgentRecord& agent) { agents.push_back(agent); });
  if (auto restored = router->restore(works, agents); !restored) return restored;
  router_.emplace(std::move(*router));
  return {};
}

void Engine::Body::take_back(std::uint64_t last_id) {
  RouterUndo undo;
  tables_.works.each_changed([&](const WorkRecord* before, const WorkRecord* after) {
    if (before != nullptr) undo.works_before.push_back(*before);
    if (before != nullptr || after != nullptr) undo.works.push_back((before ? before : after)->id);
  });
  tables_.agents.each_changed([&](const AgentRecord* before, const AgentRecord* after) {
    if (before != nullptr) undo.agents_before.push_back(*before);
    if (before != nullptr || after != nullptr) {
      undo.agents.push_back((before ? before : after)->name);
    }
  });
  tables_.undo();
  ids_ = IdCounter(last_id);
  router_->take_back(undo);
}

void Engine::Body::find_next_timer(const Timer& from) {
  const auto first =
      tables_.timers.scan(tables_.key(from), tables_.key().end(), 1, Order::ascending);
  next_timer_ = first.empty() ? std::nullopt : std::optional(first.front().second);
}

Turn Engine::Body::begin_turn() {
  tables_.begin_input();
  return Turn{tables_, setup_.get(), &*router_, ids_, options_, adapters_, outbox_, now_, places_};
}

void Engine::Body::keep(Turn& turn) {
  run_cascade(turn);
  places_ += static_cast<std::uint64_t>(tables_.places_added());
  for (const OutboxChange& change : turn.outbox_changes) {
    const Effect* effect = tables_.effects.find(tables_.key(change.effect));
    switch (change.kind) {
      case OutboxChange::Kind::added:
        if (effect != nullptr) outbox_.add(*effect, false);
        break;
      case OutboxChange::Kind::removed: outbox_.remove(change.effect); break;
      case OutboxChange::Kind::retry:
        if (effect != nullptr) outbox_.retry(*effect);
        break;
      case OutboxChange::Kind::held: outbox_.hold(change.effect); break;
      case OutboxChange::Kind::released: outbox_.release(change.effect); break;
    }
  }
  list_changes(tables_);
  changes_.note(tables_);
  witness_.look(tables_);
  witness_.died(turn.dead_orders);
  for (Signal& signal : turn.signals) {
    witness_.signalled();
    changes_.note(std::move(signal));
  }
  if (turn.new_setup) take_setup(std::move(*turn.new_setup));
  if (turn.first_armed && (!next_timer_ || *turn.first_armed < *next_timer_)) {
    next_timer_ = turn.first_armed;
  }
  if (next_timer_ &&
      std::find(turn.disarmed.begin(), turn.disarmed.end(), *next_timer_) != turn.disarmed.end()) {
    find_next_timer(*next_timer_);
  }
}

void Engine::Body::take_setup(Setup setup) {
  const std::unique_ptr<Setup> before = std::move(setup_);
  setup_ = std::make_unique<Setup>(std::move(setup));
  changes_.note({ThingKind::configuration, {}, tables_.edit_clock().configuration, {}, {}, false});
  const Configuration& now = setup_->configuration;
  for (const AgentConfig& agent : now.agents) {
    if (before && before->configuration.agent(agent.name) != nullptr) continue;
    changes_.note({ThingKind::agent, {}, 0, agent.name, {}, false});
  }
  if (!before) return;
  for (const AgentConfig& agent : before->configuration.agents) {
    if (now.agent(agent.name) != nullptr) continue;
    changes_.note({ThingKind::agent, {}, 0, agent.name, {}, true});
  }
}

void Engine::Body::fire_due() {
  for (const auto& [id, error] : std::exchange(undeliverable_, {})) {
    Turn turn = begin_turn();
    const SettleEffect failed{id, Failed{error.reason, error.message, false}};
    witness_.begin();
    if (decide(turn, failed)) keep(turn);
    witness_.fired("undeliverable", now_);
  }
  std::size_t fired = 0;
  while (fired < options_.limits.timers_per_feed) {
    const auto router_due = router_->next_deadline();
    if (router_due && *router_due <= now_) {
      Turn turn = begin_turn();
      witness_.begin();
      turn.must_route(TimePassed{});
      keep(turn);
      witness_.fired("routing", now_);
      ++fired;
      const auto next = router_->next_deadline();
      if (next && *next <= now_ && *next == *router_due) return;  // nothing moved: no spinning
      continue;
    }
    if (!next_timer_ || next_timer_->due > now_) return;
    Turn turn = begin_turn();
    const std::string_view what = to_string(next_timer_->kind);
    witness_.begin();
    decide(turn, *next_timer_);
    keep(turn);
    witness_.fired(what, now_);
    ++fired;
  }
}

Result<Outcome> Engine::Body::run_command(const Command& command) {
  if (!is_command_id(command.id)) {
    return fail({ErrorCode::invalid, "bad_id", "a command needs an id of 1 to 128 bytes", "id",
                 "give each command an id of its own"});
  }
  const std::string key = tables_.text_key(command.id);
  const std::string digest = digest_of(command);
  if (const StoredCommand* stored = tables_.commands.find(key)) {
    if (stored->digest != digest) {
      return fail({ErrorCode::conflict, "id_reused", "this id came with another command before",
                   fmt::format("command {}", command.id), "give each command an id of its own"});
    }
    Outcome outcome = stored->outcome;
    outcome.repeated = true;
    return outcome;
  }
  Turn turn = begin_turn();
  const std::uint64_t first_id = ids_.last();
  if (auto decided = decide(turn, command.actor, command.body); !decided) {
    take_back(first_id);
    return fail(decided.error());
  }
  run_cascade(turn);  // what follows belongs to the outcome, now and when the command comes again
  tables_.commands.create(key, {digest, turn.outcome}, AtHand::goes);
  keep(turn);
  return turn.outcome;
}

Result<Outcome> Engine::Body::run_one(const Input& input) {
  witness_.begin();
  auto outcome = decide_one(input);
  witness_.decided(input, outcome, now_);
  return outcome;
}

Result<Outcome> Engine::Body::decide_one(const Input& input) {
  if (auto bounded = check_bounds(input, options_.limits); !bounded) return fail(bounded.error());
  if (const auto* command = std::get_if<Command>(&input)) return run_command(*command);
  if (!setup_) {
    return fail(refused("no_configuration", "the engine has no configuration yet", {},
                        "feed LoadConfiguration first"));
  }
  Turn turn = begin_turn();
  const std::uint64_t first_id = ids_.last();
  Status decided;
  if (const auto* event = std::get_if<DecodedEvent>(&input)) {
    decided = decide(turn, event->connection, event->event);
  } else {
    decided = decide(turn, std::get<SettleEffect>(input));
  }
  if (!decided) {
    take_back(first_id);
    return fail(decided.error());
  }
  keep(turn);
  return turn.outcome;
}

bool Engine::Body::confirms_time(const Input& input) {
  const auto* command = std::get_if<Command>(&input);
  if (command == nullptr || !std::holds_alternative<ConfirmTime>(command->body)) return false;
  const bool taken_before = tables_.commands.find(tables_.text_key(command->id)) != nullptr;
  return setup_ != nullptr && command->actor.empty() && is_command_id(command->id) && !taken_before;
}

Status Engine::Body::check_time(std::span<const Input> inputs, Timestamp now) {
  // Engine time is never before 1970, so that the difference has room.
  const bool jumps = now > now_ && now - now_ > options_.time_jump;
  if (now_ == Timestamp{} || !jumps) return {};
  if (!inputs.empty() && confirms_time(inputs.front())) return {};
  return fail({ErrorCode::refused, "time_jump",
               fmt::format("the clock jumped from {} to {}", to_string(now_), to_string(now)),
               "now", "if it is right, feed ConfirmTime first, from the business's own systems"});
}

Result<std::vector<Write>> Engine::Body::collect() {
  std::vector<Write> writes = tables_.collect();
  if (writes.empty()) return writes;
  tables_.begin_input();
  EngineClock& clock = tables_.edit_clock();
  clock.last_id = ids_.last();
  clock.now = now_;
  clock.places = places_;
  for (Write& write : tables_.collect()) writes.push_back(std::move(write));
  if (from_backup_) {
    writes.push_back({Write::Kind::erase, Table::meta, restore_mark_key(fence_.tenant), {}});
    mark_goes_ = true;
  }
  return writes;
}

Status Engine::Body::write() {
  auto writes = collect();
  if (!writes) return fail(writes.error());
  if (!writes->empty()) {
    if (auto committed = store_.commit(fence_, *writes); !committed) return committed;
  }
  return {};
}

Status Engine::Body::commit() {
  if (auto written = write(); !written) return fail(fault(written.error()));
  show();
  return {};
}

void Engine::Body::show() {
  if (std::exchange(mark_goes_, false)) from_backup_ = false;
  tables_.trim();
  changes_.publish();
  witness_.committed();
}

Result<std::vector<Result<Outcome>>> Engine::Body::decide_all(std::span<const Input> inputs,
                                                              Timestamp now,
                                                              std::vector<std::uint64_t>* entries) {
  if (inputs.size() > options_.limits.inputs_per_feed) {
    return fail({ErrorCode::limit,
                 "too_many_inputs",
                 "too many inputs in one call",
                 {},
                 fmt::format("feed at most {}", options_.limits.inputs_per_feed)});
  }
  if (auto plausible = check_time(inputs, now); !plausible) return fail(plausible.error());
  now_ = std::max(now_, now);
  std::vector<Result<Outcome>> results;
  for (const Input& input : inputs) {
    fire_due();
    results.push_back(run_one(input));
    if (entries != nullptr) entries->push_back(timeline_length(results.back()));
  }
  return results;
}

Result<std::vector<Result<Outcome>>> Engine::Body::run(std::span<const Input> inputs,
                                                       Timestamp now) {
  return go(Road::whole, [&] { return decide_all(inputs, now); });
}

Result<std::vector<Result<Outcome>>> Engine::Body::take_inputs(std::span<const Input> inputs,
                                                               Timestamp now) {
  return go(Road::part, [&] { return decide_all(inputs, now); });
}

std::uint64_t Engine::Body::timeline_length(const Result<Outcome>& outcome) {
  if (!outcome || !outcome->conversation) return 0;
  const ConversationRecord* found = tables_.conversations.find(tables_.key(outcome->conversation));
  return found != nullptr ? found->entries : 0;
}

Status Engine::Body::decide_time(Timestamp now) {
  if (auto plausible = check_time({}, now); !plausible) return plausible;
  now_ = std::max(now_, now);
  fire_due();
  return {};
}

Status Engine::Body::run_time(Timestamp now) {
  return go(Road::whole, [&] { return decide_time(now); });
}

Status Engine::Body::take_time(Timestamp now) {
  return go(Road::part, [&] { return decide_time(now); });
}

std::optional<Timestamp> Engine::Body::next_deadline() const {
  if (fault_) return std::nullopt;
  if (!undeliverable_.empty()) return now_;
  std::optional<Timestamp> next = router_->next_deadline();
  const auto sooner = [&](std::optional<Timestamp> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (next_timer_) sooner(next_timer_->due);
  sooner(outbox_.next_time(now_));
  return next;
}

std::vector<Signal> Engine::Body::take_signals() {
  return changes_.take_signals();
}

Metrics Engine::Body::metrics(Timestamp now) {
  Metrics metrics = witness_.counts();
  metrics.faulted = fault_.has_value();
  metrics.now = std::max(now_, now);
  if (fault_) return metrics;
  metrics.next_deadline = next_deadline();
  metrics.unsettled = outbox_.size();
  metrics.held = outbox_.held_count();
  metrics.places = places_;
  for (const RouterQueueState& queue : router_->queues()) metrics.waiting += queue.waiting;
  for (const Presence presence : {Presence::offline, Presence::available, Presence::paused}) {
    metrics.agents[std::string(to_string(presence))] = 0;
  }
  for (const AgentRecord& agent : router_->agents({}, SIZE_MAX)) {
    ++metrics.agents[std::string(to_string(agent.presence))];
  }
  try {
    if (const EngineClock* clock = tables().clock.find(tables_.clock_key())) {
      metrics.configuration = clock->configuration;
      metrics.quarantine_rows = clock->quarantined;
      metrics.quarantine_bytes = clock->quarantined_bytes;
      metrics.parked_receipts = clock->parked;
    }
  } catch (const CutShort&) {  // the store does not answer: the next call will say so
  }
  return metrics;
}

Status Engine::Body::try_configuration(const std::string& json) {
  Turn turn = begin_turn();
  auto checked = check_configuration(turn, json);
  if (!checked) return fail(checked.error());
  return router_->check(checked->router_config(), ids_, now_);
}

std::string Engine::Body::fallback_route(const EntryPointName& name) const {
  const EntryPointConfig* entry_point = setup_ ? setup_->configuration.entry_point(name) : nullptr;
  return entry_point != nullptr ? entry_point->fallback : std::string();
}

}  // namespace novelo
