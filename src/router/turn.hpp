// Turn: one decision on a board.
//
//   due ones, in order --> input --> settle: offers that no longer fit end
//                                            work and agents meet, earliest place first
//                                            whoever waits is told why
//
// Only work that begins to wait and agents who open can make a new pair, so a turn looks at these
// alone: before it, no waiting work had an eligible agent.
#pragma once

#include <set>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/router.hpp"
#include "router/board.hpp"

namespace novelo::routing {

class Turn {
 public:
  Turn(Board& board, IdCounter& ids, Timestamp now) : board_(&board), ids_(ids), now_(now) {}

  // Everything that fell due by now, in order of its time.
  void pass_time();
  // The input has been checked (check.hpp) and cannot fail.
  void take(const RouterInput& input);
  // Goes on with another board, which holds the same records under another configuration.
  void move_to(Board& board);
  RouterDecision finish();

  void operator()(const WorkAdded& input);
  void operator()(const WorkChanged& input);
  void operator()(const WorkRemoved& input);
  void operator()(const WorkMoved& input);
  void operator()(const WorkClaimed& input);
  void operator()(const WorkFinished& input);
  void operator()(const WrapUpEnded& input);
  void operator()(const OfferAccepted& input);
  void operator()(const OfferRefused& input);
  void operator()(const PresenceSet& input);
  void operator()(const OtherCall& input);
  void operator()(const TelephoneReachable& input);
  void operator()(const TimePassed&) {}

 private:
  // A chance to meet: a work that began to wait, or the best work of an agent who opened.
  struct Chance {
    PlaceKey key;
    bool for_agent = false;
    AgentIndex agent = 0;
    friend auto operator<=>(const Chance&, const Chance&) = default;
  };

  void settle();
  void withdraw_misfits(AgentIndex index);
  void meet();
  void add_chance(AgentIndex agent, std::set<Chance>& chances) const;
  void say_reasons();

  template <class Edit>
  void change(WorkEntry& work, Edit edit);
  void changed(AgentIndex agent);
  void offer(WorkEntry& work, AgentIndex agent);
  void end_offer(WorkEntry& work, OfferEnd end);
  void refuse(WorkEntry& work, OfferEnd end);
  void run_out(WorkEntry& work);
  void answer(const AgentName& name);
  void assign(WorkEntry& work, AgentIndex agent);
  void release(WorkEntry& work);
  void release_if_hopeless(WorkEntry& work);
  void due(const Due& due);
  void leave(WorkEntry& work, Timestamp at);
  void idle(AgentIndex agent, Timestamp since);
  void set_presence(AgentIndex agent, Presence presence, std::string reason);

  Board* board_;
  IdCounter& ids_;
  Timestamp now_;
  RouterDecision decision_;
  std::vector<WorkId> begun_;          // works that began to wait, or may be taken by others now
  std::vector<WorkId> recheck_;        // works whose reason to wait may have changed
  std::set<AgentIndex> moved_agents_;  // whose load or record changed
  std::set<WorkId> dirty_works_;
  std::set<AgentName> dirty_agents_;
};

}  // namespace novelo::routing
