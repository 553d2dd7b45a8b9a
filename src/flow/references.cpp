#include "flow/references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace novelo::flow {
namespace {

constexpr std::size_t keys_for_options = 9;  // 1 to 9 on a telephone

enum class Truth : std::uint8_t { no, yes, maybe };

Truth truth(bool known) {
  return known ? Truth::yes : Truth::no;
}

// What menus may have saved by the time a step is reached: ids of options; "" stands for nothing
// yet. Variables that anything else saves too are not in it.
using Choices = std::map<std::string, std::set<std::string>, std::less<>>;

// Conditions as far as they can be judged before anybody walks.
class Foresight {
 public:
  Foresight(const Flow& flow, const Value& known) : known_(known) {
    std::set<std::string> others;
    for (const Step& step : flow.steps) {
      if (const auto* choose = std::get_if<Choose>(&step.body)) collected_.insert(choose->save_as);
      if (const auto* ask = std::get_if<Ask>(&step.body)) others.insert(ask->save_as);
      const auto* set = std::get_if<Set>(&step.body);
      if (set == nullptr) continue;
      for (const auto& [name, value] : set->variables) others.insert(name);
    }
    for (const std::string& name : collected_) {
      if (!name.empty() && !others.contains(name)) begin_[name] = {""};
    }
    collected_.merge(others);
  }

  // What is saved when a walk begins: nothing.
  const Choices& begin() const { return begin_; }

  Truth judge(const When& when, const Choices& choices) const {
    switch (when.kind) {
      case When::Kind::all: return joined(when, choices, Truth::no, Truth::yes);
      case When::Kind::any: return joined(when, choices, Truth::yes, Truth::no);
      case When::Kind::negate: return negated(when, choices);
      case When::Kind::is_true:
      case When::Kind::test: break;
    }
    if (const auto saved = choices.find(when.test.path); saved != choices.end()) {
      const std::size_t fit = fitting(when, saved->second).size();
      if (fit == 0) return Truth::no;
      return fit == saved->second.size() ? Truth::yes : Truth::maybe;
    }
    const std::string_view path = when.test.path;
    if (collected_.contains(path.substr(0, path.find('.')))) return Truth::maybe;
    const Value& value = known_.at_path(path);
    return value.is_null() ? Truth::maybe : truth(tested(when, value));
  }

  // The choices with which the condition holds, or does not hold, as far as it can tell.
  static Choices narrowed(const When& when, Choices choices, bool holds) {
    const auto saved = choices.find(when.test.path);
    const bool single = when.kind == When::Kind::test || when.kind == When::Kind::is_true;
    if (!single || saved == choices.end()) return choices;
    const std::set<std::string> fit = fitting(when, saved->second);
    std::erase_if(saved->second, [&](const std::string& id) { return fit.contains(id) != holds; });
    return choices;
  }

 private:
  static bool tested(const When& when, const Value& value) {
    if (when.kind == When::Kind::test) return holds(when.test.op, value, when.test.value);
    const bool* flag = value.as_bool();
    return flag != nullptr && *flag;
  }

  static std::set<std::string> fitting(const When& when, std::set<std::string> saved) {
    std::erase_if(saved, [&](const std::string& id) {
      return !tested(when, id.empty() ? Value() : Value(id));
    });
    return saved;
  }

  // One part that is `decisive` decides; without any it is `otherwise`, unless one is not known.
  Truth joined(const When& when, const Choices& choices, Truth decisive, Truth otherwise) const {
    Truth found = otherwise;
    for (const When& part : when.parts) {
      const Truth one = judge(part, choices);
      if (one == decisive) return decisive;
      if (one == Truth::maybe) found = Truth::maybe;
    }
    return found;
  }

  Truth negated(const When& when, const Choices& choices) const {
    if (when.parts.empty()) return Truth::no;
    const Truth one = judge(when.parts.front(), choices);
    return one == Truth::maybe ? one : truth(one == Truth::no);
  }

  const Value& known_;
  std::set<std::string, std::less<>> collected_;
  Choices begin_;
};

// How many options a menu shows whoever comes.
std::size_t always_shown(const Choose& choose) {
  return static_cast<std::size_t>(
      std::count_if(choose.options.begin(), choose.options.end(),
                    [](const ChoiceOption& option) { return !option.when.has_value(); }));
}

// Which steps can be reached, each with every choice that may lead there.
class Reach {
 public:
  Reach(const Flow& flow, const Value& known)
      : flow_(flow), foresight_(flow, known), reached_(flow.steps.size()) {
    visit(flow.start, foresight_.begin());
    while (!open_.empty()) {
      const std::size_t step = open_.back();
      open_.pop_back();
      follow(flow.steps[step], Choices(*reached_[step]));
    }
  }

  bool reached(std::size_t step) const { return reached_[step].has_value(); }

 private:
  void visit(std::size_t step, const Choices& choices) {
    if (step == no_step) return;
    std::optional<Choices>& known = reached_[step];
    bool more = !known;
    if (!known) known.emplace();
    for (const auto& [name, ids] : choices) {
      for (const std::string& id : ids) more |= (*known)[name].insert(id).second;
    }
    if (more) open_.push_back(step);
  }

  void leave(const Step& step, std::string_view exit, const Choices& choices) {
    const std::size_t target = step.exit(exit);
    visit(target == no_step ? step.next : target, choices);
  }

  void follow(const Step& step, const Choices& choices) {
    if (const auto* branch = std::get_if<Branch>(&step.body)) {
      return follow(step, *branch, choices);
    }
    if (waits(step)) {
      for (const Global& global : flow_.globals) visit(global.go, choices);
    }
    if (const auto* choose = std::get_if<Choose>(&step.body)) {
      return follow(step, *choose, choices);
    }
    visit(step.next, choices);
    for (const auto& [exit, target] : step.exits) visit(target, choices);
  }

  void follow(const Step& step, const Choose& choose, const Choices& choices) {
    for (const ChoiceOption& option : choose.options) {
      if (option.when && foresight_.judge(*option.when, choices) == Truth::no) continue;
      Choices chosen = choices;
      if (const auto saved = chosen.find(choose.save_as); saved != chosen.end()) {
        saved->second = {option.id};
      }
      leave(step, option.id, chosen);
    }
    visit(step.exit(exit_no_match), choices);
    visit(step.exit(exit_no_answer), choices);
    visit(step.exit(exit_no_options), choices);
  }

  void follow(const Step& step, const Branch& branch, Choices choices) {
    for (const BranchCase& one : branch.cases) {
      const Truth holds = foresight_.judge(one.when, choices);
      if (holds != Truth::no) {
        leave(step, one.exit, Foresight::narrowed(one.when, choices, true));
      }
      if (holds == Truth::yes) return;
      choices = Foresight::narrowed(one.when, std::move(choices), false);
    }
    visit(step.next, choices);
  }

  const Flow& flow_;
  Foresight foresight_;
  std::vector<std::optional<Choices>> reached_;
  std::vector<std::size_t> open_;
};

}  // namespace

std::vector<FlowReference> references(const Flow& flow, const Value& known) {
  const Reach reach(flow, known);
  std::vector<FlowReference> found;
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    const Step& step = flow.steps[i];
    const std::string path = fmt::format("steps.{}", step.name.text());
    if (!reach.reached(i)) continue;
    using Kind = FlowReference::Kind;
    if (const auto* hand_over = std::get_if<HandOver>(&step.body)) {
      const FlowHandOver& to = hand_over->to;
      if (!to.queue.empty()) found.push_back({Kind::queue, to.queue.text(), path + ".queue"});
      for (std::size_t at = 0; at < to.skills.size(); ++at) {
        found.push_back(
            {Kind::skill, to.skills[at].text(), fmt::format("{}.skills[{}]", path, at)});
      }
    } else if (const auto* choose = std::get_if<Choose>(&step.body)) {
      const std::size_t shown = always_shown(*choose);
      if (shown > keys_for_options) {
        found.push_back({Kind::writing, std::to_string(shown), path + ".options"});
      }
    } else if (std::holds_alternative<Callback>(step.body)) {
      found.push_back({Kind::line, {}, path});
    } else if (const auto* change = std::get_if<SwitchChannel>(&step.body)) {
      found.push_back({Kind::message, change->message.text(), path + ".message"});
      found.push_back({Kind::channel, std::string(to_string(change->channel)), path + ".channel"});
    }
  }
  return found;
}

}  // namespace novelo::flow
