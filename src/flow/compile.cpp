#include "flow/compile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/document.hpp"
#include "flow/lint.hpp"
#include "flow/read_step.hpp"

namespace novelo::flow {
namespace {

// A language subtag and any others, of BCP 47's shapes: "pt", "pt-PT", "zh-Hant-TW".
bool is_locale(std::string_view text) {
  bool first = true;
  while (true) {
    const std::size_t dash = text.find('-');
    const std::string_view part = text.substr(0, dash);
    const bool plain = std::all_of(part.begin(), part.end(), [&](char c) {
      const bool letter = (c >= 'a' && c <= 'z') || (!first && c >= 'A' && c <= 'Z');
      return letter || (!first && c >= '0' && c <= '9');
    });
    if (!plain || part.size() < 2 || part.size() > (first ? 3u : 8u)) return false;
    if (dash == std::string_view::npos) return true;
    text.remove_prefix(dash + 1);
    first = false;
  }
}

std::vector<Locale> read_locales(Object& object) {
  std::vector<Locale> locales;
  const Json* json = object.need("locales");
  if (json == nullptr) return locales;
  const std::string path = object.path("locales");
  if (!json->is_array() || json->empty()) {
    object.faults().add(path, "a list of locales is needed, such as [\"pt-PT\", \"en\"].");
    return locales;
  }
  for (std::size_t i = 0; i < json->size(); ++i) {
    const Json& item = (*json)[i];
    const std::string name = item.is_string() ? item.get<std::string>() : std::string();
    const bool twice = std::any_of(locales.begin(), locales.end(),
                                   [&](const Locale& known) { return known.name == name; });
    if (!is_locale(name)) {
      object.faults().add(item_path(path, i), "a locale is needed, such as \"pt-PT\" or \"en\".");
    } else if (twice) {
      object.faults().add(item_path(path, i), "this locale stands twice.");
    } else {
      locales.push_back({name, language_of(name)});
    }
  }
  return locales;
}

WhenChanged read_when_changed(Object& object) {
  const Json* json = object.find("when_changed");
  if (json == nullptr || *json == "fingerprint") return WhenChanged::fingerprint;
  if (*json == "restart") return WhenChanged::restart;
  if (*json == "hand_over") return WhenChanged::hand_over;
  object.faults().add(object.path("when_changed"),
                      "one of fingerprint, restart, hand_over is needed.");
  return WhenChanged::fingerprint;
}

struct GlobalDraft {
  Global global;
  std::string go;
};

std::vector<GlobalDraft> read_globals(Object& object, const Wordings& wordings) {
  std::vector<GlobalDraft> globals;
  const Json* json = object.find("globals");
  if (json == nullptr) return globals;
  if (!json->is_array()) {
    object.faults().add(object.path("globals"), "a list is needed.");
    return globals;
  }
  for (std::size_t i = 0; i < json->size(); ++i) {
    Object one((*json)[i], item_path(object.path("globals"), i), object.faults());
    GlobalDraft draft;
    draft.go = one.name("go");
    draft.global.words.resize(wordings.locales().size());
    if (const Json* words = one.need("words")) {
      const auto read = wordings.words(*words, one.path("words"));
      for (std::size_t locale = 0; locale < wordings.locales().size(); ++locale) {
        for (const std::string& word : read[locale]) {
          draft.global.words[locale].push_back(global_word(word));
        }
        if (read[locale].empty()) {
          object.faults().add(one.path("words"),
                              fmt::format("no word for {}.", wordings.locales()[locale].name));
        }
      }
    }
    one.close();
    globals.push_back(std::move(draft));
  }
  return globals;
}

std::vector<StepDraft> read_steps(Object& object, const Wordings& wordings) {
  std::vector<StepDraft> drafts;
  const Json* json = object.need("steps");
  if (json == nullptr) return drafts;
  if (!json->is_object() || json->empty()) {
    object.faults().add(object.path("steps"), "an object with at least one step is needed.");
    return drafts;
  }
  for (const auto& [name, step] : json->items()) {
    drafts.push_back(read_step(name, step, wordings, object.faults()));
  }
  return drafts;
}

// A step that has no way on for one of the things that can happen in it.
void check_ways(const StepDraft& draft, Faults& faults) {
  const Step& step = draft.step;
  if (!draft.next.empty() || std::holds_alternative<End>(step.body) || !step.outcome.empty()) {
    return;
  }
  const auto leads_on = [&draft](std::string_view exit) {
    return std::any_of(draft.exits.begin(), draft.exits.end(),
                       [&](const auto& known) { return known.first == exit; });
  };
  if (const auto* choose = std::get_if<Choose>(&step.body)) {
    for (const ChoiceOption& option : choose->options) {
      if (option.id.empty() || leads_on(option.id)) continue;
      faults.add(draft.path, fmt::format("a dead end: option \"{}\" leads nowhere; give it an exit "
                                         "or the step a \"next\".",
                                         option.id));
    }
    return;
  }
  const auto* ask = std::get_if<Ask>(&step.body);
  const bool both = ask != nullptr && ask->expects == FlowExpects::yes_no && leads_on(exit_yes) &&
                    leads_on(exit_no);
  if (!both) faults.add(draft.path, "a dead end: \"next\" is missing.");
}

// Turns names into places. False when one leads nowhere.
bool resolve(Flow& flow, std::vector<StepDraft>& drafts, std::vector<GlobalDraft>& globals,
             const std::string& start, Faults& faults) {
  const std::size_t before = faults.size();
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    flow.places.emplace(drafts[i].step.name.text(), i);
  }
  const auto place = [&](const std::string& name, std::string path) {
    const std::size_t found = flow.find(name);
    if (found == no_step) {
      faults.add(std::move(path), fmt::format("there is no step \"{}\".", name));
    }
    return found;
  };
  if (!start.empty()) flow.start = place(start, "start");
  for (StepDraft& draft : drafts) {
    if (!draft.next.empty()) draft.step.next = place(draft.next, draft.path + ".next");
    for (const auto& [exit, target] : draft.exits) {
      draft.step.exits.emplace_back(exit,
                                    place(target, fmt::format("{}.exits.{}", draft.path, exit)));
    }
  }
  for (std::size_t i = 0; i < globals.size(); ++i) {
    if (globals[i].go.empty()) continue;
    globals[i].global.go = place(globals[i].go, fmt::format("globals[{}].go", i));
  }
  return faults.size() == before && flow.start != no_step;
}

}  // namespace

std::size_t Flow::locale(std::string_view wanted) const {
  const std::string_view language = wanted.substr(0, wanted.find_first_of("-_"));
  std::size_t by_language = locales.size();
  for (std::size_t i = 0; i < locales.size(); ++i) {
    if (locales[i].name == wanted) return i;
    const std::string_view name = locales[i].name;
    if (by_language == locales.size() && name.substr(0, name.find('-')) == language) {
      by_language = i;
    }
  }
  return by_language == locales.size() ? 0 : by_language;
}

std::optional<Flow> compile_flow(std::string_view json, const Limits& limits, Faults& faults) {
  auto document = parse_document(json, limits.json_depth, faults);
  if (!document) return std::nullopt;
  const config::TakenApart at_the_end(*document);
  const std::size_t before = faults.size();
  Object object(*document, "", faults);
  Flow flow;
  flow.name = FlowName(object.name("flow"));
  object.need("version");
  flow.version = static_cast<std::uint32_t>(object.integer("version", 1, UINT32_MAX).value_or(0));
  flow.locales = read_locales(object);
  const std::string start = object.name("start");
  flow.when_changed = read_when_changed(object);
  if (flow.locales.empty()) {
    if (faults.size() == before) faults.add("locales", "a list of locales is needed.");
    return std::nullopt;
  }
  const Wordings wordings(flow.locales, faults);
  std::vector<GlobalDraft> globals = read_globals(object, wordings);
  std::vector<StepDraft> drafts = read_steps(object, wordings);
  object.close();

  bool whole = resolve(flow, drafts, globals, start, faults) && !drafts.empty();
  for (StepDraft& draft : drafts) {
    whole = whole && !draft.broken;
    const std::size_t ways = faults.size();
    if (!draft.broken) check_ways(draft, faults);
    whole = whole && faults.size() == ways;
    flow.steps.push_back(std::move(draft.step));
  }
  for (GlobalDraft& draft : globals) flow.globals.push_back(std::move(draft.global));
  lint_words(flow, faults);
  lint_variables(flow, faults);
  if (whole) lint_graph(flow, faults);
  if (faults.size() > before) return std::nullopt;
  return flow;
}

}  // namespace novelo::flow
