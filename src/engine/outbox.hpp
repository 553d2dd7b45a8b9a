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
#include <utility>
#include <vector>

#include "novelo/model/effect.hpp"

namespace novelo {

class Outbox {
 public:
  // A committed effect. `maybe_done`: it was there when the engine was opened; `held`: it waits for
  // a person's decision.
  void add(const Effect& effect, bool maybe_done, bool held);
  // It is settled or withdrawn; the next of its lane may go.
  void remove(EffectId id);
  // It may be handed out again, from `not_before` on.
  void retry(const Effect& effect);
  // A person has decided that a held effect may go.
  void release(EffectId id);

  // Effects that may go now, in order; a skipped one stays.
  std::vector<EffectId> ready(Timestamp now, std::size_t most) const;
  void mark_handed_out(EffectId id);

  bool maybe_done(EffectId id) const;
  // The unsettled verbs of a call, by id.
  std::vector<EffectId> unsettled_of_call(InteractionId interaction) const;
  std::size_t size() const { return tickets_.size(); }
  // When the first effect that waits for a time behind `now` may go.
  std::optional<Timestamp> next_time(Timestamp now) const;

 private:
  using Lane = std::pair<std::string, std::uint64_t>;
  struct Ticket {
    std::optional<Lane> lane;
    std::optional<Timestamp> not_before;
    bool maybe_done = false;
    bool held = false;
    InteractionId call;  // of a verb
  };
  static std::optional<Lane> lane_of(const Effect& effect);

  std::map<EffectId, Ticket> tickets_;
  std::map<Lane, std::deque<EffectId>> lanes_;
  std::map<InteractionId, std::set<EffectId>> calls_;
  std::set<EffectId> ready_;
};

}  // namespace novelo
