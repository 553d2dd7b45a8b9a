#include "support/router_world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace novelo::test {
namespace {

struct EventText {
  std::string operator()(const OfferMade& e) const {
    return fmt::format("offer {}: work {} to {} until {}", e.offer.value(), e.work.value(),
                       e.agent.text(), to_string(e.until));
  }
  std::string operator()(const OfferEnded& e) const {
    return fmt::format("offer {}: work {} to {} {}", e.offer.value(), e.work.value(),
                       e.agent.text(), to_string(e.end));
  }
  std::string operator()(const WorkAssigned& e) const {
    return fmt::format("work {} assigned to {}", e.work.value(), e.agent.text());
  }
  std::string operator()(const WorkWaiting& e) const {
    return fmt::format("work {} waits: {}", e.work.value(), to_string(e.reason));
  }
  std::string operator()(const PreferenceReleased& e) const {
    return fmt::format("work {} released by {}", e.work.value(), e.agent.text());
  }
  std::string operator()(const WrapUpStarted& e) const {
    return fmt::format("work {} in wrap-up by {} until {}", e.work.value(), e.agent.text(),
                       to_string(e.until));
  }
  std::string operator()(const WorkLeft& e) const {
    return fmt::format("work {} left", e.work.value());
  }
  std::string operator()(const AgentNotResponding& e) const {
    return fmt::format("{} does not respond: missed {}", e.agent.text(), e.missed_offers);
  }
};

std::string time_text(const std::optional<Timestamp>& at) {
  return at ? to_string(*at) : "-";
}

}  // namespace

void RouterRecords::put(const RouterDecision& decision) {
  for (const WorkRecord& work : decision.works) works[work.id] = work;
  for (const WorkId id : decision.works_gone) works.erase(id);
  for (const AgentRecord& agent : decision.agents) agents[agent.name] = agent;
  for (const AgentName& name : decision.agents_gone) agents.erase(name);
}

std::string text_of(const RouterEvent& event) {
  return std::visit(EventText{}, event);
}

std::vector<std::string> texts_of(const RouterDecision& decision) {
  std::vector<std::string> texts;
  for (const RouterEvent& event : decision.events) texts.push_back(text_of(event));
  return texts;
}

std::string dump(const WorkRecord& work) {
  std::string text = fmt::format(
      "work {} {} {} {} conversation {} subject {} queue {} priority {} at {} preferred {} {} {} "
      "{} agent {} offer {} until {} offers {} skills",
      work.id.value(), to_string(work.kind), to_string(work.work_class), to_string(work.channel),
      work.conversation.value(), work.subject, work.queue.text(), work.priority,
      to_string(work.requested_at), work.preferred.text(), to_string(work.preference),
      time_text(work.preference_until), to_string(work.state), work.agent.text(),
      work.offer.value(), time_text(work.state_until), work.offers);
  for (const SkillName& skill : work.skills) text += " " + skill.text();
  text += " refused";
  for (const AgentName& name : work.refused_by) text += " " + name.text();
  return text;
}

std::string dump(const AgentRecord& agent) {
  return fmt::format(
      "agent {} {} `{}` since {} idle {} other call {} missed {} until {} unreachable {}",
      agent.name.text(), to_string(agent.presence), agent.reason, to_string(agent.since),
      to_string(agent.idle_since), agent.on_other_call, agent.missed_offers,
      agent.missed_until.value(), agent.unreachable);
}

std::string dump(const RouterDecision& decision) {
  std::string text;
  for (const RouterEvent& event : decision.events) text += text_of(event) + "\n";
  for (const WorkRecord& work : decision.works) text += dump(work) + "\n";
  for (const WorkId id : decision.works_gone) text += fmt::format("gone {}\n", id.value());
  for (const AgentRecord& agent : decision.agents) text += dump(agent) + "\n";
  for (const AgentName& name : decision.agents_gone) text += "gone " + name.text() + "\n";
  return text;
}

Router restored(const RouterConfig& config, const RouterRecords& records, Limits limits) {
  auto router = Router::create(config, limits);
  REQUIRE(router);
  std::vector<WorkRecord> works;
  std::vector<AgentRecord> agents;
  for (const auto& [id, work] : records.works) works.push_back(work);
  for (const auto& [name, agent] : records.agents) agents.push_back(agent);
  const Status status = router->restore(works, agents);
  REQUIRE_MESSAGE(status, (status ? std::string() : to_string(status.error())));
  return *std::move(router);
}

}  // namespace novelo::test
