// Host: what stands around an engine in a journey. It lets time pass, polls, settles as a friendly
// provider would, and closes and reopens the engine.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "novelo/engine.hpp"
#include "novelo/testing/journey.hpp"
#include "testing/chronicle.hpp"
#include "testing/journal.hpp"
#include "testing/labels.hpp"
#include "testing/seat.hpp"
#include "testing/story.hpp"

namespace novelo::testing {

class Host {
 public:
  // (effect, attempt): a send that is tried again is handed out again.
  using EffectKey = std::pair<std::uint64_t, std::int64_t>;

  struct Seen {
    Value view;
    std::size_t step = 0;
    Timestamp at{};              // when it was handed out
    bool left = false;           // the host does not settle it by itself
    std::size_t settled_in = 0;  // the step; 0: not settled
  };

  Host(const Story& story, std::vector<const ChannelAdapter*> adapters, StoreSource store,
       SeatSource seats, const PlayOptions& options, Journal& journal, const Labels& labels);

  // Opens the engine on its store, taking up the effects that the journal knows.
  Status open(Timestamp now);
  Status reopen();
  bool is_open() const { return seat_ != nullptr; }
  Engine& engine() { return seat_->engine(); }
  Seat& seat() { return *seat_; }
  Timestamp now() const { return now_; }

  // A new step: forgets what the one before brought about. What a killed run saw of it still
  // counts; `known` is what the timelines held when it began.
  void begin(std::size_t step, const HostSpec* host, const Journal::Watermarks& known);

  // Time passes until `to`; what falls due on the way happens at its own time.
  Status advance(Timestamp to);
  // Polls and settles until there is nothing more to do now.
  Status drain();
  Result<Outcome> settle(const EffectKey& key, const Settlement& settlement);
  // --- calls as a journey has them, and nothing around them ------------------------------------
  void set_now(Timestamp now) { now_ = now; }
  // Why the next request is no genuine one, where adapters are not asked; empty: it is.
  void set_verdict(std::string refused) { *verdict_ = std::move(refused); }
  Status reopen(const OpenSpec& spec);
  // Polls once, and settles nothing.
  Result<std::vector<Handout>> poll(std::size_t max);
  // What came of an effect has been fed: it is not waited for any more, unless it is tried again.
  Status note_settled(EffectId effect, const Settlement& settlement);
  // A digest of all that the store has of the tenant.
  Result<std::string> digest();

  // Takes in what the engine did in a call of the player's own.
  void look();
  void look_for_notes();
  void look(const std::vector<ChannelEvent>& events, const std::vector<EventOutcome>& outcomes);

  // --- what this step brought about --------------------------------------------------------------
  const std::vector<EffectKey>& handed_out() const { return handed_out_; }
  const std::vector<Value>& signals() const { return signals_; }
  const std::vector<std::string>& problems() const { return problems_; }
  const std::vector<Happening>& happened() const { return chronicle_.happened(); }
  const Value& view(const EffectKey& key) const { return seen_.at(key).view; }
  // Handed out and not settled, in order.
  std::vector<EffectKey> unsettled() const;
  // These, and what the journey settled in this very step before the run was killed: the step goes
  // through its act once more.
  std::vector<EffectKey> to_settle() const;
  const std::vector<const ChannelAdapter*>& adapters() const { return adapters_; }
  const ChannelAdapter* adapter_of(const ConnectionName& connection) const;
  std::string adapter_name(const Value& view) const;

 private:
  // Takes up what a run that was killed settled without having noted so.
  Status catch_up();
  // What became of this attempt, as the engine sees it.
  enum class Attempt { waiting, counted, gone };
  Attempt attempt(const EffectKey& key);
  Status take(const Handout& handout);
  void use_settings(const OptionsSpec& options, const Secrets& secrets);
  // Nothing: the host leaves this one to the journey.
  std::optional<Settlement> answer_to(const Value& view);
  std::optional<Settlement> action_answer(const Value& view);
  std::vector<Signal> take_signals();
  void tell_handed_out(const Value& view, const EffectKey& key);
  void tell_not_taken(const Value& view, ConversationId conversation, const Settlement& settlement);
  bool settles() const;

  const Story* story_;
  std::vector<const ChannelAdapter*> adapters_;
  StoreSource store_;
  SeatSource seats_;
  const PlayOptions* options_;
  Journal* journal_;
  const Labels* labels_;
  std::vector<std::unique_ptr<const ChannelAdapter>> verdicts_;  // around the adapters
  std::unique_ptr<std::string> verdict_;
  EngineOptions settings_;
  Secrets secrets_now_;
  Store* opened_ = nullptr;
  std::uint64_t tenant_ = 0;
  std::unique_ptr<Seat> seat_;
  Timestamp now_{};
  std::size_t step_ = 0;
  const HostSpec* host_ = nullptr;
  bool exact_ = false;  // inside `poll`: nothing is settled
  std::map<EffectKey, Seen> seen_;
  std::vector<EffectKey> order_;
  std::set<EffectKey> offered_;  // by this engine
  std::vector<EffectKey> handed_out_;
  std::vector<Value> signals_;
  std::vector<std::string> problems_;
  Chronicle chronicle_;
};

}  // namespace novelo::testing
