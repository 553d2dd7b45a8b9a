#include "flow/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace novelo::flow {
namespace {

using Edges = std::vector<std::vector<std::size_t>>;

std::string step_path(const Step& step) {
  return fmt::format("steps.{}", step.name.text());
}

// --- words --------------------------------------------------------------------------------------

std::string option_path(const Step& step, std::size_t option) {
  return fmt::format("{}.options[{}]", step_path(step), option);
}

void lint_ids(const Step& step, const Choose& choose, Faults& faults) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < choose.options.size(); ++i) {
    const std::string& id = choose.options[i].id;
    if (id.empty()) continue;
    const std::string path = option_path(step, i) + ".id";
    if (!ids.insert(id).second) {
      faults.add(path, fmt::format("\"{}\" is the id of an earlier option.", id));
    }
    const bool taken = id == exit_no_match || id == exit_no_answer || id == exit_no_options ||
                       id == exit_next || id == exit_global;
    if (taken) faults.add(path, fmt::format("\"{}\" is the name of another exit.", id));
  }
}

// A title or alias that reads as a number must stand at that place whatever options are shown.
void lint_number_words(const Step& step, const Choose& choose, std::size_t option,
                       const std::string& word, Language language, Faults& faults) {
  const auto number = read_number(word, language);
  if (!number || *number < 1 || static_cast<std::size_t>(*number) > choose.options.size()) return;
  const auto moves = [](const ChoiceOption& earlier) { return earlier.when.has_value(); };
  const auto begin = choose.options.begin();
  const bool moved = std::any_of(begin, begin + static_cast<std::ptrdiff_t>(option), moves);
  if (static_cast<std::size_t>(*number) == option + 1 && !moved) return;
  faults.add(option_path(step, option),
             fmt::format("\"{}\" reads as the number of another option.", word));
}

void lint_choose(const Flow& flow, const Step& step, const Choose& choose, Faults& faults) {
  lint_ids(step, choose, faults);
  std::set<std::string> said;  // each collision once, not once for each locale
  for (std::size_t locale = 0; locale < flow.locales.size(); ++locale) {
    std::map<std::string, std::size_t> owners;
    const auto claim = [&](const Key& key, std::size_t option) {
      const std::string& word = key.phrase.text;
      if (word.empty()) return;
      const auto [owner, fresh] = owners.emplace(word, option);
      if (!fresh && owner->second != option && said.insert(word).second) {
        faults.add(option_path(step, option),
                   fmt::format("\"{}\" is also a title or alias of option {} ({}).", word,
                               owner->second + 1, flow.locales[locale].name));
      }
      if (fresh && key.phrase.words.size() == 1 && !said.contains(word)) {
        const std::size_t before = faults.size();
        lint_number_words(step, choose, option, word, flow.locales[locale].language, faults);
        if (faults.size() > before) said.insert(word);
      }
    };
    for (std::size_t i = 0; i < choose.options.size(); ++i) {
      if (choose.options[i].keys.size() <= locale) continue;
      const OptionKeys& keys = choose.options[i].keys[locale];
      claim(keys.title, i);
      for (const Key& alias : keys.aliases) claim(alias, i);
    }
  }
}

// Why a word that is understood everywhere cannot be told from an answer of this step; or "".
std::string collision(const Step& step, const std::string& word, std::size_t locale,
                      Language language) {
  if (const auto* choose = std::get_if<Choose>(&step.body)) {
    const auto number = read_number(word, language);
    if (number && *number >= 1 && static_cast<std::size_t>(*number) <= choose->options.size()) {
      return "the number of an option";
    }
    for (const ChoiceOption& option : choose->options) {
      if (option.keys.size() <= locale) continue;
      const OptionKeys& keys = option.keys[locale];
      const auto same = [&word](const Key& key) { return key.phrase.text == word; };
      const bool hit =
          same(keys.title) || std::any_of(keys.aliases.begin(), keys.aliases.end(), same);
      if (hit) return fmt::format("option \"{}\"", option.id);
    }
  }
  const auto* ask = std::get_if<Ask>(&step.body);
  if (ask != nullptr && ask->expects == FlowExpects::yes_no &&
      read_yes_no(fold(word), language) != YesNo::neither) {
    return "yes or no";
  }
  return {};
}

void lint_globals(const Flow& flow, Faults& faults) {
  std::set<std::pair<std::string, std::string>> said;
  for (std::size_t locale = 0; locale < flow.locales.size(); ++locale) {
    std::map<std::string, std::size_t> owners;
    for (std::size_t i = 0; i < flow.globals.size(); ++i) {
      const std::string path = fmt::format("globals[{}]", i);
      for (const std::string& word : flow.globals[i].words[locale]) {
        const auto [owner, fresh] = owners.emplace(word, i);
        if (!fresh && owner->second != i && said.emplace(path, word).second) {
          faults.add(path,
                     fmt::format("\"{}\" leads elsewhere in globals[{}].", word, owner->second));
        }
        for (const Step& step : flow.steps) {
          const std::string with = collision(step, word, locale, flow.locales[locale].language);
          if (with.empty() || !said.emplace(step.name.text(), word).second) continue;
          faults.add(path, fmt::format("\"{}\" collides with {} of step \"{}\" ({}).", word, with,
                                       step.name.text(), flow.locales[locale].name));
        }
      }
    }
  }
}

// --- graph --------------------------------------------------------------------------------------

void add_edge(std::vector<std::size_t>& edges, std::size_t target) {
  if (target != no_step && std::find(edges.begin(), edges.end(), target) == edges.end()) {
    edges.push_back(target);
  }
}

Edges all_edges(const Flow& flow) {
  Edges edges(flow.steps.size());
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    add_edge(edges[i], flow.steps[i].next);
    for (const auto& [exit, target] : flow.steps[i].exits) add_edge(edges[i], target);
    if (!waits(flow.steps[i])) continue;
    for (const Global& global : flow.globals) add_edge(edges[i], global.go);
  }
  return edges;
}

// The edges that can be walked without anybody answering. A menu that shows nothing does not wait.
Edges waitless_edges(const Flow& flow) {
  Edges edges(flow.steps.size());
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    const Step& step = flow.steps[i];
    if (waits(step)) {
      add_edge(edges[i], step.exit(exit_no_options));
      continue;
    }
    add_edge(edges[i], step.next);
    for (const auto& [exit, target] : step.exits) add_edge(edges[i], target);
  }
  return edges;
}

std::vector<bool> reachable(const Edges& edges, const std::vector<std::size_t>& from) {
  std::vector<bool> seen(edges.size(), false);
  std::vector<std::size_t> open;
  const auto visit = [&](std::size_t step) {
    if (!seen[step]) open.push_back(step);
    seen[step] = true;
  };
  for (const std::size_t step : from) visit(step);
  while (!open.empty()) {
    const std::size_t step = open.back();
    open.pop_back();
    for (const std::size_t next : edges[step]) visit(next);
  }
  return seen;
}

Edges reversed(const Edges& edges) {
  Edges back(edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    for (const std::size_t next : edges[i]) back[next].push_back(i);
  }
  return back;
}

bool may_end(const Step& step) {
  if (std::holds_alternative<End>(step.body)) return true;
  return !step.outcome.empty() && step.next == no_step;
}

void lint_loops(const Flow& flow, Faults& faults) {
  const Edges edges = waitless_edges(flow);
  const Edges back = reversed(edges);
  std::vector<bool> told(edges.size(), false);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (told[i]) continue;
    const std::vector<bool> after = reachable(edges, edges[i]);
    if (!after[i]) continue;
    const std::vector<bool> before = reachable(back, back[i]);
    std::vector<std::string> names;
    for (std::size_t j = 0; j < edges.size(); ++j) {
      if (!after[j] || !before[j]) continue;
      told[j] = true;
      names.push_back(flow.steps[j].name.text());
    }
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    faults.add(step_path(flow.steps[i]), fmt::format("a loop without a wait: {}.", list));
  }
}

}  // namespace

void lint_words(const Flow& flow, Faults& faults) {
  for (const Step& step : flow.steps) {
    if (const auto* choose = std::get_if<Choose>(&step.body)) {
      lint_choose(flow, step, *choose, faults);
    }
  }
  lint_globals(flow, faults);
}

void lint_graph(const Flow& flow, Faults& faults) {
  const Edges edges = all_edges(flow);
  const std::vector<bool> reached = reachable(edges, {flow.start});
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    if (may_end(flow.steps[i])) ends.push_back(i);
    if (!reached[i]) faults.add(step_path(flow.steps[i]), "no way leads to this step.");
  }
  const std::vector<bool> ending = reachable(reversed(edges), ends);
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    if (reached[i] && !ending[i]) {
      faults.add(step_path(flow.steps[i]), "no end can be reached from here.");
    }
  }
  lint_loops(flow, faults);
}

void lint_variables(const Flow& flow, Faults& faults) {
  std::set<std::string> recordings;
  for (const Step& step : flow.steps) {
    const auto* ask = std::get_if<Ask>(&step.body);
    const bool media = ask != nullptr && (ask->expects == FlowExpects::recording ||
                                          ask->expects == FlowExpects::file);
    if (media) recordings.insert(ask->save_as);
  }
  for (const Step& step : flow.steps) {
    const auto* callback = std::get_if<Callback>(&step.body);
    if (callback == nullptr || callback->message.empty()) continue;
    if (!recordings.contains(callback->message)) {
      faults.add(step_path(step) + ".message",
                 fmt::format("no step saves a recording as \"{}\".", callback->message));
    }
  }
}

}  // namespace novelo::flow
