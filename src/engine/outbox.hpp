// Outbox: which committed effects may be handed out now, in order within their lanes.
//
// A lane is an entry point and a conversation (sends: one unsettled at a time) or a call (verbs: as
// they come). Notifications and actions have no lane. Nothing here is stored: it is made again from
// the stored effects when an engine is opened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "novelo/model/effect.hpp"

namespace novelo {

class Outbox {
 public:
  // A committed effect. `restored`: it was there when the engine was opened, and may be in the
  // hands of whoever had the one before.
  void add(const Effect& effect, bool restored);
  // It is settled or withdrawn; the next of its lane may go.
  void remove(EffectId id);
  // It may be handed out again, from `not_before` on.
  void retry(const Effect& effect);
  // It is kept back, and what is behind it in its lane too, until a person decides.
  void hold(EffectId id);
  // A person has decided that it may go.
  void release(EffectId id);

  // What waited for a time that has come may go.
  void wake(Timestamp now);
  // The next after `after` that may go, by id.
  std::optional<EffectId> next_ready(EffectId after) const;
  void mark_handed_out(EffectId id);

  // An earlier engine may have handed it out.
  bool maybe_handed_out(EffectId id) const;
  // The held ones above `after`, by id.
  std::vector<EffectId> held(EffectId after, std::size_t most) const;
  // How many wait behind it in its lane.
  std::size_t behind(EffectId id) const;
  // The unsettled verbs of a call, by id.
  std::vector<EffectId> unsettled_of_call(InteractionId interaction) const;
  // Whether anything of this conversation is unsettled, of whatever kind.
  bool has_any_of(ConversationId conversation) const { return busy_.contains(conversation); }
  std::size_t size() const { return tickets_.size(); }
  std::size_t held_count() const { return held_.size(); }
  // When the first effect that waits for a time behind `now` may go.
  std::optional<Timestamp> next_time(Timestamp now) const;

 private:
  using Lane = std::pair<std::string, std::uint64_t>;
  struct Ticket {
    std::optional<Lane> lane;
    std::optional<Timestamp> not_before;
    bool maybe_handed_out = false;
    bool held = false;
    InteractionId call;  // of a verb
    ConversationId conversation;
  };
  static std::optional<Lane> lane_of(const Effect& effect);
  bool is_first(EffectId id, const Ticket& ticket) const;
  // Lets it go, at its time, when it is first in its lane and nobody holds it.
  void let_go(EffectId id);
  void keep_back(EffectId id);

  std::map<EffectId, Ticket> tickets_;
  std::map<Lane, std::deque<EffectId>> lanes_;
  std::map<InteractionId, std::set<EffectId>> calls_;
  std::unordered_map<ConversationId, std::size_t> busy_;  // how many of each are unsettled
  std::set<EffectId> ready_;
  std::set<std::pair<Timestamp, EffectId>> later_;  // as `ready_`, but for their time
  std::set<EffectId> held_;
};

}  // namespace novelo
