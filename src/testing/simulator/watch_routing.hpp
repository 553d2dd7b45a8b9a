// RoutingWatch: work, offers and agents, commit by commit.
//
//   I14  nobody is offered more than they have capacity for
//   I15  whoever waits is looked at, and what is served is served by one agent, who is there
//   I17  work is offered to those who serve its queue, with its skills, and are there
//   I18  within a queue nobody overtakes: who asked first is served first
//   I19  a hold for one agent ends at its time, and not for others before it
//   I20  nobody waits while an agent who could take it is free, and nobody counts as having refused
//        who has not
//   I21  whoever leaves has no offers any more
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"

namespace novelo::testing {

class RoutingWatch {
 public:
  RoutingWatch(const Mirror& mirror, Findings& findings) : mirror_(&mirror), findings_(&findings) {}

  void see(const WorkRecord* before, const WorkRecord* after);
  void see(const AgentRecord* before, const AgentRecord* after);
  void see(const Interaction* before, const Interaction* after);
  void see(const Entry* before, const Entry* after);
  void see(const ConversationRecord* before, const ConversationRecord* after);
  void see(const EngineClock* before, const EngineClock* after);
  template <class T>
  void see(const T*, const T*) {}
  void committed();
  // Whether what comes next is somebody's wish for whom work waits.
  void expect_wishes(bool wishes) { wishes_ = wishes; }
  // The offer that is about to be refused; none: none is.
  void expect_refusal(OfferId offer) { refused_ = offer; }
  // Nothing falls due any more at this time.
  void quiet(Timestamp now);

 private:
  using Loads = std::map<WorkClass, int>;  // offered, assigned and wrapping up

  const AgentRecord* record_of(const AgentName& agent) const { return mirror_->find(agent); }
  bool is_there(const AgentName& agent) const;
  // Whether there is room for one more of this class.
  bool has_room(const AgentConfig& agent, WorkClass work_class) const;
  Timestamp place_of(const WorkRecord& work) const;
  void check_offer(const WorkRecord& work);
  void check_release(const WorkRecord& before);
  void check_order(const WorkRecord& work, const AgentConfig& agent);
  void check_work(const WorkRecord& work);
  void check_interaction(const Interaction& interaction);
  void check_standing(const WorkRecord& work, const AgentConfig& agent);
  void check_agent(const AgentName& name);
  void check_refusals(const WorkRecord& before);
  void check_place(const Interaction& before, InteractionId id);
  void check_left_behind(const AgentName& name);
  std::uint64_t came_with(const Interaction& interaction) const;
  template <class Fits>
  const Entry* last_said(const Interaction& interaction, Fits fits) const;

  const Mirror* mirror_;
  Findings* findings_;
  std::map<AgentName, Loads> loads_;
  std::map<AgentName, std::set<WorkId>> offered_;
  Timestamp now_{};
  bool wishes_ = false;
  OfferId refused_;
  // Of this commit.
  std::set<WorkId> offers_made_;
  std::map<ConversationId, Timestamp> places_kept_;            // that there were
  std::map<WorkId, WorkRecord> released_;                      // as they were
  std::vector<WorkRecord> offers_over_;                        // as they were
  std::vector<std::pair<Interaction, InteractionId>> queued_;  // as they were
  std::vector<InteractionId> written_;
  std::set<InteractionId> connected_;  // at any time
  std::set<AgentName> left_;
  std::set<WorkId> works_;
  std::set<InteractionId> interactions_;
  std::set<AgentName> agents_;
};

}  // namespace novelo::testing
