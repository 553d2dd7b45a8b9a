#include "testing/host.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/json.hpp"
#include "novelo/query.hpp"
#include "novelo/recorder.hpp"
#include "novelo/testing/provider.hpp"
#include "testing/match.hpp"
#include "testing/things.hpp"
#include "testing/verdicts.hpp"
#include "testing/view.hpp"

namespace novelo::testing {
namespace {

constexpr int most_rounds = 10'000;  // of time passing, or of polling, inside one step
constexpr std::size_t poll_size = 100;

Host::EffectKey key_of(const Value& view) {
  std::uint64_t id = 0;
  const std::string text = view["id"].to_text();
  std::from_chars(text.data(), text.data() + text.size(), id);
  const auto* attempt = view["attempt"].as_int();
  return {id, attempt == nullptr ? 0 : *attempt};
}

Error endless(std::string_view what) {
  return {ErrorCode::internal, "endless",
          fmt::format("After {} rounds the engine still has {}.", most_rounds, what), "", ""};
}

}  // namespace

Host::Host(const Story& story, std::vector<const ChannelAdapter*> adapters, StoreSource store,
           SeatSource seats, const PlayOptions& options, Journal& journal, const Labels& labels)
    : story_(&story),
      adapters_(std::move(adapters)),
      store_(std::move(store)),
      seats_(std::move(seats)),
      options_(&options),
      journal_(&journal),
      labels_(&labels),
      verdict_(std::make_unique<std::string>()) {
  if (story.spec.verification == "recorded") {
    for (const ChannelAdapter*& adapter : adapters_) {
      verdicts_.push_back(std::make_unique<RecordedVerdict>(*adapter, *verdict_));
      adapter = verdicts_.back().get();
    }
  }
  settings_.tenant = TenantName(story.spec.journey);
  settings_.tenant_secret = Secret(story.spec.tenant_secret);
  settings_.limits = options.limits;
  secrets_now_ = story.spec.secrets;
  use_settings(story.spec.options, secrets_now_);
  settings_.on_call = [this](const EngineCall& call) {
    if (const auto* open = std::get_if<OpenCall>(&call.what)) tenant_ = open->tenant;
    if (options_->on_call) options_->on_call(call);
  };
  for (const JournaledEffect& effect : journal.effects()) {
    const EffectKey key = key_of(effect.view);
    const Seen seen{effect.view, effect.step, effect.at, effect.left, effect.settled_in};
    if (!seen_.emplace(key, seen).second) continue;
    order_.push_back(key);
    // What was handed out has seen this time, whether or not anything was stored at it.
    now_ = std::max(now_, effect.at);
  }
}

void Host::use_settings(const OptionsSpec& options, const Secrets& secrets) {
  if (!options.tenant.empty()) settings_.tenant = TenantName(options.tenant);
  if (options.time_jump) settings_.time_jump = *options.time_jump;
  if (options.limits) settings_.limits = *options.limits;
  settings_.secrets.clear();
  for (const auto& [connection, named] : secrets) {
    for (const auto& [name, texts] : named) {
      auto& out = settings_.secrets[ConnectionName(connection)][name];
      for (const std::string& text : texts) out.emplace_back(text);
    }
  }
}

Status Host::open(Timestamp now) {
  auto store = store_();
  if (!store) return fail(store.error());
  opened_ = *store;
  now_ = std::max(now_, now);
  auto seat = seats_(**store, adapters_, settings_, now_);
  if (!seat) return fail(seat.error());
  seat_ = std::move(*seat);
  offered_.clear();
  return catch_up();
}

Host::Attempt Host::attempt(const EffectKey& key) {
  const auto effects = Query(engine()).unsettled(EffectId(key.first - 1), 1);
  if (!effects) return Attempt::waiting;
  if (effects->empty() || effects->front().id.value() != key.first) return Attempt::gone;
  const auto counted = static_cast<std::int64_t>(effects->front().attempts);
  return counted >= key.second ? Attempt::counted : Attempt::waiting;
}

Status Host::catch_up() {
  for (const EffectKey& key : order_) {
    Seen& seen = seen_.at(key);
    if (seen.left || seen.settled_in != 0 || attempt(key) == Attempt::waiting) continue;
    const auto noted = journal_->settled(seen.step, std::to_string(key.first), key.second);
    if (!noted) return noted;
    seen.settled_in = seen.step;
  }
  return {};
}

Status Host::reopen() {
  seat_.reset();
  return open(now_);
}

Status Host::reopen(const OpenSpec& spec) {
  if (spec.options) {
    settings_.time_jump = EngineOptions{}.time_jump;
    settings_.limits = Limits{};
  }
  if (spec.tenant_secret) settings_.tenant_secret = Secret(*spec.tenant_secret);
  if (spec.secrets) secrets_now_ = *spec.secrets;
  use_settings(spec.options.value_or(OptionsSpec{}), secrets_now_);
  const Timestamp now = now_;
  seat_.reset();
  auto opened = open(now_);
  now_ = now;
  return opened;
}

Result<std::vector<Handout>> Host::poll(std::size_t max) {
  auto handouts = seat_->poll(now_, max);
  if (!handouts) return handouts;
  exact_ = true;
  for (const Handout& handout : *handouts) {
    if (auto taken = take(handout); !taken) return fail(taken.error());
  }
  exact_ = false;
  return handouts;
}

Status Host::note_settled(EffectId effect, const Settlement& settlement) {
  for (auto key = order_.rbegin(); key != order_.rend(); ++key) {
    if (key->first != effect.value()) continue;
    Seen& seen = seen_.at(*key);
    if (seen.settled_in != 0) return {};
    tell_not_taken(seen.view, {}, settlement);
    seen.settled_in = step_;
    return journal_->settled(step_, std::to_string(key->first), key->second);
  }
  return {};
}

Result<std::string> Host::digest() {
  return rows_digest(*opened_, tenant_);
}

void Host::begin(std::size_t step, const HostSpec* host, const Journal::Watermarks& known) {
  step_ = step;
  host_ = host;
  handed_out_.clear();
  signals_.clear();
  problems_.clear();
  chronicle_.begin(known);
  look();
  look_for_notes();
  for (const EffectKey& key : order_) {
    if (seen_.at(key).step != step) continue;
    handed_out_.push_back(key);
    chronicle_.add(seen_.at(key).at, HandedOut{seen_.at(key).view, {}, {}});
  }
}

void Host::look() {
  chronicle_.look(Query(engine()), now_, take_signals());
}

void Host::look_for_notes() {
  chronicle_.look_for_notes(Query(engine()));
}

void Host::look(const std::vector<ChannelEvent>& events,
                const std::vector<EventOutcome>& outcomes) {
  chronicle_.look(Query(engine()), now_, take_signals(), events, outcomes);
}

bool Host::settles() const {
  if (exact_) return false;
  if (host_ != nullptr && host_->settle) return *host_->settle;
  return story_->spec.host.settle.value_or(true);
}

Status Host::advance(Timestamp to) {
  for (int round = 0; round < most_rounds; ++round) {
    const auto due = seat_->next_deadline();
    if (!due || *due > to) {
      now_ = std::max(now_, to);
      return drain();
    }
    now_ = std::max(now_, *due);
    if (auto fed = seat_->feed_time(now_); !fed) return fed;
    look();
    if (auto drained = drain(); !drained) return drained;
    const auto next = seat_->next_deadline();
    // Something due that time and polling do not clear waits for somebody else: an effect that the
    // journey keeps unsettled, for instance. Time goes on.
    if (next && *next <= now_ && next == due) {
      now_ = std::max(now_, to);
      if (auto fed = seat_->feed_time(now_); !fed) return fed;
      look();
      return drain();
    }
  }
  return fail(endless("something falling due"));
}

Status Host::drain() {
  for (int round = 0; round < most_rounds; ++round) {
    auto handouts = seat_->poll(now_, poll_size);
    if (!handouts) return fail(handouts.error());
    if (handouts->empty()) return {};
    for (const Handout& handout : *handouts) {
      if (auto taken = take(handout); !taken) return taken;
    }
  }
  return fail(endless("something to hand out"));
}

std::vector<Signal> Host::take_signals() {
  std::vector<Signal> signals = seat_->take_signals();
  for (const Signal& signal : signals) {
    signals_.push_back(whole(signal));
    if (options_->on_signal) options_->on_signal(signal);
  }
  return signals;
}

namespace {

// The effect while it is unsettled.
std::optional<Effect> effect_of(Engine& engine, const Host::EffectKey& key) {
  const auto effects = Query(engine).unsettled(EffectId(key.first - 1), 1);
  if (!effects || effects->empty() || effects->front().id.value() != key.first) return {};
  return effects->front();
}

// Why the other side did not take it; "" when it did.
std::string refusal_of(const SendOutcome& outcome, const TransportReply& reply) {
  const std::string said =
      reply.status == 0 ? "gives no answer" : fmt::format("answers {}", reply.status);
  const bool told = outcome.error.code.empty() || outcome.error.code.starts_with("http_");
  const std::string code = told ? std::string() : fmt::format(" ({})", outcome.error.code);
  switch (outcome.kind) {
    case SendOutcome::Kind::accepted: return {};
    case SendOutcome::Kind::retry: return fmt::format("{}: not now{}", said, code);
    case SendOutcome::Kind::failed: return fmt::format("{}: refused{}", said, code);
    case SendOutcome::Kind::uncertain:
      return fmt::format("{}: nobody knows whether it was taken", said);
  }
  return said;
}

}  // namespace

void Host::tell_handed_out(const Value& view, const EffectKey& key) {
  // What the answer to another effect has made pointless meanwhile does not happen.
  const auto effect = effect_of(engine(), key);
  if (!effect) return;
  HandedOut told{view, effect->conversation, {}};
  if (key.second > 1) told.text = effect->content.text;
  chronicle_.add(now_, std::move(told));
}

void Host::tell_not_taken(const Value& view, ConversationId conversation,
                          const Settlement& settlement) {
  if (const auto* failed = std::get_if<Failed>(&settlement)) {
    return chronicle_.add(now_, NotTaken{view, conversation, "fails: " + failed->reason});
  }
  const auto* const reply = std::get_if<TransportReply>(&settlement);
  const ConnectionName connection(view["connection"].to_text());
  const ChannelAdapter* const adapter = adapter_of(connection);
  if (reply == nullptr || adapter == nullptr) return;
  const EffectId id(key_of(view).first);
  Outbound outbound = OutboundMessage{id, {}, {}, {}, {}};
  if (view["kind"] == Value("call")) outbound = OutboundCall{id, {}};
  const std::string why =
      refusal_of(adapter->read_reply(outbound, *reply, story_->connections.at(connection)), *reply);
  if (!why.empty()) chronicle_.add(now_, NotTaken{view, conversation, why});
}

Status Host::take(const Handout& handout) {
  Value view = view_of(handout);
  const EffectKey key = key_of(view);
  if (!offered_.insert(key).second) {
    problems_.push_back(
        fmt::format("effect {} was handed out twice by one engine: {}", key.first, shown(view)));
    return {};
  }
  auto known = seen_.find(key);
  if (known == seen_.end()) {
    const auto answer = answer_to(view);
    const bool left = !answer.has_value();
    if (auto noted = journal_->effect(step_, view, now_, left); !noted) return noted;
    seen_.emplace(key, Seen{view, step_, now_, left, 0});
    order_.push_back(key);
    handed_out_.push_back(key);
    tell_handed_out(view, key);
    if (options_->on_handout) options_->on_handout(handout);
    if (left) return {};
    auto settled = settle(key, *answer);
    if (!settled) return fail(settled.error());
    return {};
  }
  const Seen& seen = known->second;
  const bool settled = seen.settled_in != 0;
  if (settled) {
    problems_.push_back(fmt::format("effect {} was settled and is handed out again", key.first));
  } else if (!handout.maybe_done) {
    problems_.push_back(
        fmt::format("effect {} is offered again without being marked maybe_done", key.first));
  } else if (seen.view != view) {
    problems_.push_back(fmt::format("effect {} is offered again as {}, and was {}", key.first,
                                    shown(view), shown(seen.view)));
  }
  if (seen.left || settled) return {};
  const auto answer = answer_to(view);
  if (!answer) return {};
  auto taken = settle(key, *answer);
  if (!taken) return fail(taken.error());
  return {};
}

Result<Outcome> Host::settle(const EffectKey& key, const Settlement& settlement) {
  // A run that was killed may have settled it without having noted so: a reply that asks for
  // another attempt must not be counted twice.
  Outcome outcome;
  outcome.effect = EffectId(key.first);
  outcome.repeated = attempt(key) == Attempt::counted;
  if (!outcome.repeated) {
    auto settled = seat_->settle(EffectId(key.first), settlement, now_);
    if (!settled) return settled;
    outcome = std::move(*settled);
    if (!outcome.repeated) tell_not_taken(view(key), outcome.conversation, settlement);
    look();
  }
  if (auto noted = journal_->settled(step_, std::to_string(key.first), key.second); !noted) {
    return fail(noted.error());
  }
  seen_.at(key).settled_in = step_;
  return outcome;
}

std::vector<Host::EffectKey> Host::unsettled() const {
  std::vector<EffectKey> keys;
  for (const EffectKey& key : order_) {
    if (seen_.at(key).settled_in == 0) keys.push_back(key);
  }
  return keys;
}

std::vector<Host::EffectKey> Host::to_settle() const {
  std::vector<EffectKey> keys;
  for (const EffectKey& key : order_) {
    const Seen& seen = seen_.at(key);
    if (seen.settled_in == 0 || (seen.left && seen.settled_in == step_)) keys.push_back(key);
  }
  return keys;
}

const ChannelAdapter* Host::adapter_of(const ConnectionName& connection) const {
  const auto known = story_->connections.find(connection);
  if (known == story_->connections.end()) return nullptr;
  for (const ChannelAdapter* adapter : adapters_) {
    if (adapter->name() == known->second.adapter) return adapter;
  }
  return nullptr;
}

std::string Host::adapter_name(const Value& view) const {
  const auto known = story_->connections.find(ConnectionName(view["connection"].to_text()));
  return known == story_->connections.end() ? std::string() : known->second.adapter;
}

std::optional<Settlement> Host::answer_to(const Value& view) {
  if (!settles()) return std::nullopt;
  const std::string kind = view["kind"].to_text();
  if (kind == "notify") return Done{};
  if (kind == "action") return action_answer(view);
  const std::string connection = view["connection"].to_text();
  for (const HostSpec* host : {host_, &story_->spec.host}) {
    if (host == nullptr) continue;
    const auto reply = host->replies.find(connection);
    if (reply == host->replies.end()) continue;
    auto settlement = settlement_from_json({{"reply", to_json(reply->second)}});
    if (settlement) return std::move(*settlement);
  }
  return friendly_reply(adapter_name(view), EffectId(key_of(view).first));
}

std::optional<Settlement> Host::action_answer(const Value& view) {
  const std::string name = view["body"]["action"].to_text();
  for (const HostSpec* host : {host_, &story_->spec.host}) {
    if (host == nullptr) continue;
    const auto known = host->actions.find(name);
    if (known == host->actions.end()) continue;
    auto filled = labels_->fill(known->second);
    if (!filled) {
      problems_.push_back(
          fmt::format("the answer to action {}: {}", name, to_string(filled.error())));
      return std::nullopt;
    }
    const auto* map = filled->as_map();
    if (map->contains("answer")) return Done{map->at("answer")};
    auto failed = settlement_from_json(to_json(*filled));
    if (failed) return std::move(*failed);
    problems_.push_back(to_string(failed.error()));
  }
  return std::nullopt;
}

}  // namespace novelo::testing
