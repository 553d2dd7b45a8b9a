// ChoiceWatch: for whom work waits, and who is asked first.
//
//   I17  work asks for the skills that its flow has named, and is offered to the best of those who
//        could take it: skill, then load, then who has been idle for longest
//   I19  who comes back waits for their owner first
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"

namespace novelo::testing {

class ChoiceWatch {
 public:
  ChoiceWatch(const Mirror& mirror, Findings& findings) : mirror_(&mirror), findings_(&findings) {}

  // What flows ask for where they hand over: by flow and outcome. To be given once.
  void learn_flows(const Configuration& configuration);

  void see(const WorkRecord* before, const WorkRecord* after);
  void see(const AgentRecord* before, const AgentRecord* after);
  void see(const ConversationRecord* before, const ConversationRecord* after);
  void see(const Interaction* before, const Interaction* after);
  void see(const Entry* before, const Entry* after);
  template <class T>
  void see(const T*, const T*) {}
  void committed();

 private:
  // What an agent has of each class, and whether they are on a call or finishing one up.
  struct Load {
    std::map<WorkClass, int> used;
    bool talks = false;
  };

  // Whether the agent serves it and ever takes work of its class.
  bool may_get(const AgentConfig& agent, const WorkRecord& work) const;
  Load load_of(const AgentName& agent, WorkId without) const;
  bool could_take(const AgentConfig& agent, const WorkRecord& work, const Load& load) const;
  int skill_of(const AgentConfig& agent, const WorkRecord& work) const;
  bool is_before(const AgentConfig& one, const AgentConfig& other, const WorkRecord& work) const;
  void check_best(const WorkRecord& work);
  void check_owner(const Interaction& interaction);
  void check_wish(const Entry& ended);

  const Mirror* mirror_;
  Findings* findings_;
  std::map<std::string, std::vector<SkillName>> wishes_;  // "flow\noutcome"
  // Of this commit.
  std::set<WorkId> works_;
  std::vector<WorkId> offered_;
  std::vector<InteractionId> new_;
  std::set<ConversationId> kept_;  // a place was kept for somebody in it
  std::set<InteractionId> at_a_ceiling_;
  std::vector<Entry> ended_;
  bool agents_ = false;  // some have changed
};

}  // namespace novelo::testing
