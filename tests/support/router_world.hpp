// A router with its clock, its ids and a store of its records, for tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "novelo/router.hpp"

namespace novelo::test {

// What a host would keep: the records, put and deleted as the decisions say.
struct RouterRecords {
  std::map<WorkId, WorkRecord> works;
  std::map<AgentName, AgentRecord> agents;

  void put(const RouterDecision& decision);
  friend bool operator==(const RouterRecords&, const RouterRecords&) = default;
};

// One line for each event: "offer 7: work 1 to joao until ...".
std::string text_of(const RouterEvent& event);
std::vector<std::string> texts_of(const RouterDecision& decision);

// Every field of a decision as text, to compare two of them and to read the difference.
std::string dump(const RouterDecision& decision);
std::string dump(const WorkRecord& work);
std::string dump(const AgentRecord& agent);

// A router that is given back these records under this configuration.
Router restored(const RouterConfig& config, const RouterRecords& records, Limits limits = {});

}  // namespace novelo::test
