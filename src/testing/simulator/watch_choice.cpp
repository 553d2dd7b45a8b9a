#include "testing/simulator/watch_choice.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace novelo::testing {
namespace {

std::string text_of(const Value::Map& details, const std::string& name) {
  const auto found = details.find(name);
  const std::string* text = found == details.end() ? nullptr : found->second.as_text();
  return text == nullptr ? std::string() : *text;
}

}  // namespace

void ChoiceWatch::learn_flows(const Configuration& configuration) {
  std::set<std::string> twice;
  for (const std::string& text : configuration.flows) {
    const nlohmann::json flow = nlohmann::json::parse(text, nullptr, false);
    if (!flow.is_object() || !flow.contains("steps")) continue;
    for (const auto& [name, step] : flow.at("steps").items()) {
      if (step.value("kind", "") != "hand_over" || !step.contains("outcome")) continue;
      const std::string key = flow.value("flow", "") + '\n' + step.at("outcome").get<std::string>();
      std::vector<SkillName> skills;
      if (step.contains("skills")) {
        for (const auto& skill : step.at("skills")) skills.emplace_back(skill.get<std::string>());
      }
      if (!wishes_.emplace(key, std::move(skills)).second) twice.insert(key);
    }
  }
  for (const std::string& key : twice) wishes_.erase(key);  // nobody could tell which it was
}

void ChoiceWatch::see(const WorkRecord* before, const WorkRecord* after) {
  works_.insert(after != nullptr ? after->id : before->id);
  const bool made = after != nullptr && after->state == WorkState::offered &&
                    (before == nullptr || before->state == WorkState::queued);
  if (made) offered_.push_back(after->id);
}

void ChoiceWatch::see(const AgentRecord*, const AgentRecord*) {
  agents_ = true;
}

void ChoiceWatch::see(const ConversationRecord* before, const ConversationRecord*) {
  if (before != nullptr && before->kept_place) kept_.insert(before->id);
}

void ChoiceWatch::see(const Interaction* before, const Interaction* after) {
  if (after == nullptr || after->state != InteractionState::waiting) return;
  const bool came = before == nullptr || before->state == InteractionState::arriving;
  if (came) new_.push_back(after->id);
}

void ChoiceWatch::see(const Entry* before, const Entry* after) {
  if (before != nullptr || after == nullptr || after->type != EntryType::event) return;
  if (after->event == EventKind::flow_ended) ended_.push_back(*after);
  if (after->event == EventKind::ceiling_reached) at_a_ceiling_.insert(after->interaction);
}

bool ChoiceWatch::may_get(const AgentConfig& agent, const WorkRecord& work) const {
  const auto capacity = agent.capacity.find(work.work_class);
  return mirror_->serves(agent, work) && capacity != agent.capacity.end() && capacity->second > 0 &&
         (work.work_class != WorkClass::voice || !agent.device.empty());
}

ChoiceWatch::Load ChoiceWatch::load_of(const AgentName& agent, WorkId without) const {
  Load load;
  for (const auto& [key, work] : mirror_->works) {
    if (work.agent != agent || work.id == without || work.state == WorkState::queued) continue;
    load.talks =
        load.talks || work.state == WorkState::wrap_up || work.work_class == WorkClass::voice;
    if (work.state != WorkState::wrap_up) ++load.used[work.work_class];
  }
  return load;
}

bool ChoiceWatch::could_take(const AgentConfig& agent, const WorkRecord& work,
                             const Load& load) const {
  const AgentRecord* record = mirror_->find(agent.name);
  const bool there = record != nullptr && record->presence == Presence::available;
  const bool refused = std::find(work.refused_by.begin(), work.refused_by.end(), agent.name) !=
                       work.refused_by.end();
  if (!there || refused || load.talks || record->on_other_call || !may_get(agent, work))
    return false;
  if (work.work_class == WorkClass::voice && record->unreachable) return false;
  const auto used = load.used.find(work.work_class);
  return used == load.used.end() || used->second < agent.capacity.at(work.work_class);
}

int ChoiceWatch::skill_of(const AgentConfig& agent, const WorkRecord& work) const {
  std::set<SkillName> wanted(work.skills.begin(), work.skills.end());
  const auto& common = mirror_->configuration()->queue(work.queue)->skills;
  wanted.insert(common.begin(), common.end());
  int sum = 0;
  for (const SkillName& skill : wanted) sum += agent.skills.at(skill);
  return sum;
}

// Whether one is to be asked before the other; as it stood without this offer.
bool ChoiceWatch::is_before(const AgentConfig& one, const AgentConfig& other,
                            const WorkRecord& work) const {
  const auto rank = [&](const AgentConfig& agent) {
    const Load load = load_of(agent.name, work.id);
    const auto used = load.used.find(work.work_class);
    return std::tuple(
        -skill_of(agent, work),
        used == load.used.end() ? 0 : used->second * 1000 / agent.capacity.at(work.work_class),
        mirror_->find(agent.name)->idle_since, agent.name);
  };
  return rank(one) < rank(other);
}

void ChoiceWatch::check_best(const WorkRecord& work) {
  const Configuration* config = mirror_->configuration();
  const AgentConfig* asked = config == nullptr ? nullptr : config->agent(work.agent);
  if (asked == nullptr || mirror_->find(work.agent) == nullptr || !may_get(*asked, work)) return;
  if (work.preference != Preference::none) return;
  for (const AgentConfig& agent : config->agents) {
    if (agent.name == work.agent) continue;
    if (!could_take(agent, work, load_of(agent.name, work.id))) continue;
    findings_->check(!is_before(agent, *asked, work), "I17",
                     "work {} is offered to {}, and {} is to be asked before", work.id.value(),
                     work.agent.text(), agent.name.text());
  }
}

void ChoiceWatch::check_owner(const Interaction& interaction) {
  const Configuration* config = mirror_->configuration();
  const ConversationRecord* record = mirror_->find(interaction.conversation);
  const WorkRecord* work = mirror_->find(interaction.work);
  if (config == nullptr || record == nullptr || work == nullptr) return;
  const AgentConfig* owner = config->agent(record->owner);
  const DeskConfig* desk = config->desk(record->desk);
  if (owner == nullptr || desk == nullptr || desk->owner_wait == Duration{}) return;
  if (record->passing_on == interaction.id || kept_.contains(record->id)) return;
  if (interaction.session || interaction.direction != Direction::inbound) return;
  const bool waits = work->state == WorkState::queued || work->state == WorkState::offered;
  const bool theirs = work->preference != Preference::none || work->agent == record->owner;
  findings_->check(!waits || theirs || !may_get(*owner, *work), "I19",
                   "work {} is anybody's, and {} has the conversation", work->id.value(),
                   record->owner.text());
}

// What a flow has asked for stands in the work, but where there was no room for it.
void ChoiceWatch::check_wish(const Entry& ended) {
  const auto wish =
      wishes_.find(text_of(ended.details, "flow") + '\n' + text_of(ended.details, "outcome"));
  const Interaction* one = mirror_->find(ended.interaction);
  const WorkRecord* work = one == nullptr ? nullptr : mirror_->find(one->work);
  if (wish == wishes_.end() || work == nullptr || at_a_ceiling_.contains(one->id)) return;
  for (const SkillName& skill : wish->second) {
    const bool there =
        std::find(work->skills.begin(), work->skills.end(), skill) != work->skills.end();
    findings_->check(there, "I17", "work {} does not ask for {}, and its flow did",
                     work->id.value(), skill.text());
  }
}

void ChoiceWatch::committed() {
  // Where more has changed in the same commit, nobody can tell how it stood before the offer.
  if (offered_.size() == 1 && works_.size() == 1 && !agents_) {
    if (const WorkRecord* work = mirror_->find(offered_.front())) check_best(*work);
  }
  for (const InteractionId id : new_) {
    const Interaction* one = mirror_->find(id);
    if (one != nullptr && one->state == InteractionState::waiting) check_owner(*one);
  }
  for (const Entry& entry : ended_) check_wish(entry);
  works_.clear();
  offered_.clear();
  new_.clear();
  kept_.clear();
  at_a_ceiling_.clear();
  ended_.clear();
  agents_ = false;
}

}  // namespace novelo::testing
