#include "flow/read_step.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "config/document.hpp"
#include "model/enum_names.hpp"
#include "novelo/base/digest.hpp"
#include "novelo/model/work.hpp"

namespace novelo::flow {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t most_options = 50;
constexpr std::size_t most_aliases = 20;  // of one option in one locale
constexpr std::int64_t most_attempts = 10;

constexpr EnumNames<FlowHandOver::To, 4> to_names{
    {{FlowHandOver::To::owner_first, "owner_first"},
     {FlowHandOver::To::owner_only, "owner_only"},
     {FlowHandOver::To::anyone, "anyone"},
     {FlowHandOver::To::other_than_owner, "other_than_owner"}}};
constexpr EnumNames<FlowCallback::By, 2> by_names{
    {{FlowCallback::By::owner, "owner"}, {FlowCallback::By::anyone, "anyone"}}};
constexpr EnumNames<FlowExpects, 8> expects_names{{{FlowExpects::text, "text"},
                                                   {FlowExpects::number, "number"},
                                                   {FlowExpects::date, "date"},
                                                   {FlowExpects::email, "email"},
                                                   {FlowExpects::phone, "phone"},
                                                   {FlowExpects::yes_no, "yes_no"},
                                                   {FlowExpects::recording, "recording"},
                                                   {FlowExpects::file, "file"}}};
// A word of a closed set; `otherwise` when the key is absent.
template <class Enum, std::size_t Size>
Enum read_enum(Object& object, std::string_view key, const EnumNames<Enum, Size>& names,
               Enum otherwise) {
  const Json* json = object.find(key);
  if (json == nullptr) return otherwise;
  const auto value = json->is_string() ? value_of(names, json->get_ref<const std::string&>())
                                       : std::optional<Enum>();
  if (value) return *value;
  std::vector<std::string_view> words;
  for (const auto& [unused, word] : names) words.push_back(word);
  object.faults().add(object.path(key),
                      fmt::format("one of {} is needed.", fmt::join(words, ", ")));
  return otherwise;
}

constexpr std::string_view bad_variable =
    "this cannot name a variable: letters, digits, '_' and '-', a letter first; \"session\", "
    "\"option\" and \"choices\" are taken.";

std::string read_variable(Object& object, std::string_view key) {
  const Json* json = object.find(key);
  if (json == nullptr) return {};
  if (json->is_string() && is_variable(json->get_ref<const std::string&>())) {
    return json->get<std::string>();
  }
  object.faults().add(object.path(key), std::string(bad_variable));
  return {};
}

Patience read_patience(Object& object) {
  Patience patience;
  const Json* json = object.find("patience");
  if (json == nullptr) return patience;
  constexpr Duration least = seconds(1);
  constexpr Duration most = days(30);
  if (json->is_object()) {
    Object both(*json, object.path("patience"), object.faults());
    patience.voice = both.duration("voice", least, minutes(5)).value_or(patience.voice);
    patience.written = both.duration("written", least, most).value_or(patience.written);
    both.close();
    return patience;
  }
  const auto one = read_duration(*json, object.path("patience"), least, most, object.faults());
  if (one) patience = {std::min<Duration>(*one, minutes(5)), *one};
  return patience;
}

Tries read_tries(Object& object, const Wordings& wordings) {
  Tries tries;
  tries.attempts =
      static_cast<std::uint32_t>(object.integer("attempts", 1, most_attempts).value_or(3));
  tries.retry = wordings.list(object, "retry");
  tries.retry_silence = wordings.list(object, "retry_silence");
  std::vector<Wording> unclear = wordings.list(object, "unclear");
  if (unclear.size() > 1) object.faults().add(object.path("unclear"), "one text is enough.");
  if (!unclear.empty()) tries.unclear = std::move(unclear.front());
  tries.patience = read_patience(object);
  return tries;
}

// --- the kinds ----------------------------------------------------------------------------------

StepBody read_say(Object& object, const Wordings& wordings) {
  return Say{wordings.wording(object)};
}

int usual_digits(FlowExpects expects) {
  switch (expects) {
    case FlowExpects::yes_no: return 1;
    case FlowExpects::date: return 8;
    case FlowExpects::phone: return 16;
    case FlowExpects::number: return 18;
    case FlowExpects::text: return 32;
    default: return 0;
  }
}

StepBody read_ask(Object& object, const Wordings& wordings) {
  Ask ask;
  ask.words = wordings.wording(object);
  object.need("expects");
  ask.expects = read_enum(object, "expects", expects_names, FlowExpects::text);
  object.need("save_as");
  ask.save_as = read_variable(object, "save_as");
  ask.tries = read_tries(object, wordings);
  ask.max_digits =
      static_cast<int>(object.integer("max_digits", 1, 32).value_or(usual_digits(ask.expects)));
  if (ask.expects == FlowExpects::number) {
    ask.least = object.number("min");
    ask.most = object.number("max");
    if (ask.least && ask.most && *ask.least > *ask.most) {
      object.faults().add(object.path("max"), "it is below min.");
    }
  }
  if (ask.expects == FlowExpects::recording) {
    ask.longest = object.duration("longest", seconds(1), hours(1)).value_or(minutes(2));
  }
  return ask;
}

ChoiceOption read_option(const Json& json, const std::string& path, const Wordings& wordings,
                         Faults& faults) {
  Object object(json, path, faults);
  ChoiceOption option;
  option.id = object.name("id");
  option.title.wordings.emplace_back();
  if (const Json* title = object.need("title")) {
    option.title = wordings.text(*title, object.path("title"));
  }
  option.announce = wordings.optional_text(object, "announce");
  if (const Json* when = object.find("when")) {
    option.when = read_when(*when, object.path("when"), faults);
  }
  const auto& locales = wordings.locales();
  std::vector<std::vector<std::string>> aliases(locales.size());
  if (const Json* words = object.find("aliases")) {
    aliases = wordings.words(*words, object.path("aliases"));
  }
  for (std::size_t i = 0; i < locales.size(); ++i) {
    OptionKeys keys;
    const TextTemplate& title = option.title.in(i);
    if (title.constant()) keys.title = make_key(title.expand(Value()), locales[i].language);
    for (const std::string& alias : aliases[i]) {
      keys.aliases.push_back(make_key(alias, locales[i].language));
      // A word without letters is one in every language: it is told once.
      if (keys.aliases.back().phrase.empty() && i == 0) {
        faults.add(object.path("aliases"), fmt::format("\"{}\" has no letter or digit.", alias));
      }
    }
    if (keys.aliases.size() > most_aliases) {
      faults.add(object.path("aliases"), fmt::format("more than {} words.", most_aliases));
    }
    option.keys.push_back(std::move(keys));
  }
  object.close();
  return option;
}

StepBody read_choose(Object& object, const Wordings& wordings) {
  Choose choose;
  choose.words = wordings.wording(object);
  choose.announce = wordings.optional_text(object, "announce");
  choose.save_as = read_variable(object, "save_as");
  choose.tries = read_tries(object, wordings);
  const Json* options = object.need("options");
  if (options == nullptr) return choose;
  if (!options->is_array() || options->empty() || options->size() > most_options) {
    object.faults().add(object.path("options"),
                        fmt::format("a list of 1 to {} options is needed.", most_options));
    return choose;
  }
  for (std::size_t i = 0; i < options->size(); ++i) {
    choose.options.push_back(read_option((*options)[i], item_path(object.path("options"), i),
                                         wordings, object.faults()));
  }
  return choose;
}

StepBody read_branch(Object& object, const Wordings&) {
  Branch branch;
  const Json* cases = object.need("cases");
  if (cases == nullptr) return branch;
  if (!cases->is_array() || cases->empty()) {
    object.faults().add(object.path("cases"), "a list of cases is needed.");
    return branch;
  }
  for (std::size_t i = 0; i < cases->size(); ++i) {
    Object one((*cases)[i], item_path(object.path("cases"), i), object.faults());
    BranchCase made;
    made.exit = one.name("exit");
    if (const Json* when = one.need("when")) {
      made.when = read_when(*when, one.path("when"), object.faults());
    }
    one.close();
    branch.cases.push_back(std::move(made));
  }
  return branch;
}

StepBody read_set(Object& object, const Wordings&) {
  Set set;
  const Json* variables = object.need("variables");
  if (variables == nullptr) return set;
  Object names(*variables, object.path("variables"), object.faults());
  if (!variables->is_object()) return set;
  for (const auto& [name, json] : variables->items()) {
    names.find(name);
    if (!is_variable(name)) {
      object.faults().add(names.path(name), std::string(bad_variable));
      continue;
    }
    set.variables.emplace_back(name, read_expression(json, names.path(name), object.faults()));
  }
  return set;
}

StepBody read_record(Object& object, const Wordings&) {
  Record record;
  record.event = object.name("event");
  if (const Json* value = object.find("value")) {
    record.value = read_expression(*value, object.path("value"), object.faults());
  }
  return record;
}

StepBody read_hand_over(Object& object, const Wordings&) {
  HandOver hand_over;
  hand_over.to.queue = QueueName(object.optional_name("queue"));
  for (std::string& skill : object.names("skills")) {
    hand_over.to.skills.emplace_back(std::move(skill));
  }
  if (hand_over.to.skills.size() > most_skills_of_work) {
    object.faults().add(object.path("skills"),
                        fmt::format("more than {} skills.", most_skills_of_work));
  }
  hand_over.to.priority =
      static_cast<int>(object.integer("priority", -most_priority, most_priority).value_or(0));
  hand_over.to.to = read_enum(object, "to", to_names, FlowHandOver::To::owner_first);
  return hand_over;
}

StepBody read_keep_waiting(Object&, const Wordings&) {
  return KeepWaiting{};
}

StepBody read_callback(Object& object, const Wordings&) {
  Callback callback;
  callback.by = read_enum(object, "by", by_names, FlowCallback::By::owner);
  callback.number = object.optional_path("number");
  callback.message = object.optional_path("message");
  return callback;
}

StepBody read_switch_channel(Object& object, const Wordings&) {
  SwitchChannel change;
  if (const Json* json = object.need("channel")) {
    const auto channel =
        json->is_string() ? parse_channel(json->get_ref<const std::string&>()) : std::nullopt;
    const bool written = channel && *channel != Channel::none && *channel != Channel::voice;
    if (written) change.channel = *channel;
    if (!written) object.faults().add(object.path("channel"), "a written channel is needed.");
  }
  change.number = object.optional_path("number");
  change.message = TemplateName(object.name("message"));
  return change;
}

StepBody read_end(Object& object, const Wordings& wordings) {
  End end;
  end.name = object.optional_name("name");
  end.outcome = object.name("outcome");
  if (object.find("text") != nullptr) {
    end.closing = wordings.wording(object);
  } else if (object.find("spoken") != nullptr) {
    object.faults().add(object.path("spoken"), "\"spoken\" needs \"text\" beside it.");
  }
  return end;
}

struct Kind {
  std::string_view name;
  StepBody (*read)(Object&, const Wordings&);
  std::string_view outcome;  // a step that may end the flow: how, unless it says; else empty
};
constexpr std::array<Kind, 11> kinds{{
    {"say", read_say, ""},
    {"ask", read_ask, ""},
    {"choose", read_choose, ""},
    {"branch", read_branch, ""},
    {"set", read_set, ""},
    {"record", read_record, ""},
    {"hand_over", read_hand_over, "handed_over"},
    {"keep_waiting", read_keep_waiting, "waiting"},
    {"callback", read_callback, "callback"},
    {"switch_channel", read_switch_channel, "switched"},
    {"end", read_end, ""},
}};

const Kind* find_kind(const Json& json) {
  if (!json.is_string()) return nullptr;
  const auto& name = json.get_ref<const std::string&>();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

// The exits that a step of this kind may declare.
std::vector<std::string> possible_exits(const StepBody& body) {
  std::vector<std::string> names;
  if (const auto* ask = std::get_if<Ask>(&body)) {
    names = {std::string(exit_no_match), std::string(exit_no_answer)};
    if (ask->expects == FlowExpects::yes_no) {
      names.emplace_back(exit_yes);
      names.emplace_back(exit_no);
    }
  } else if (const auto* choose = std::get_if<Choose>(&body)) {
    names = {std::string(exit_no_match), std::string(exit_no_answer), std::string(exit_no_options)};
    for (const ChoiceOption& option : choose->options) names.push_back(option.id);
  } else if (const auto* branch = std::get_if<Branch>(&body)) {
    for (const BranchCase& one : branch->cases) names.push_back(one.exit);
  } else if (std::holds_alternative<Callback>(body) ||
             std::holds_alternative<SwitchChannel>(body)) {
    names = {std::string(exit_failed)};
  }
  return names;
}

void read_exits(Object& object, StepDraft& draft) {
  draft.next = object.optional_name("next");
  const Json* json = object.find("exits");
  if (json == nullptr) return;
  Object exits(*json, object.path("exits"), object.faults());
  const std::vector<std::string> possible = possible_exits(draft.step.body);
  if (possible.empty()) {
    object.faults().add(object.path("exits"), "a step of this kind has only \"next\".");
    return;
  }
  for (const std::string& name : possible) {
    std::string target = exits.optional_name(name);
    if (!target.empty()) draft.exits.emplace_back(name, std::move(target));
  }
  exits.close();
}

// What makes an old answer mean something else: all that the contact saw and what is taken as an
// answer, but not where it leads and how often it is asked.
std::string fingerprint(const Json& json) {
  static constexpr std::array<std::string_view, 7> passed_over = {
      "next", "exits", "retry", "retry_silence", "unclear", "attempts", "patience"};
  Json relevant = Json::object();
  const config::TakenApart at_the_end(relevant);
  for (const auto& [key, value] : json.items()) {
    if (std::find(passed_over.begin(), passed_over.end(), key) != passed_over.end()) continue;
    relevant[key] = value;
  }
  const std::string text = relevant.dump(-1, ' ', false, Json::error_handler_t::replace);
  return to_hex(sha256(text)).substr(0, 16);
}

}  // namespace

StepDraft read_step(const std::string& name, const Json& json, const Wordings& wordings,
                    Faults& faults) {
  StepDraft draft;
  draft.path = fmt::format("steps.{}", name);
  draft.step.name = StepName(name);
  if (!is_name(name)) {
    faults.add(draft.path, "a step's name has letters, digits, '_' and '-', at most 64.");
  }
  Object object(json, draft.path, faults);
  const Json* kind_name = object.need("kind");
  const Kind* kind = kind_name == nullptr ? nullptr : find_kind(*kind_name);
  if (kind == nullptr) {
    std::vector<std::string_view> names;
    for (const Kind& known : kinds) names.push_back(known.name);
    if (kind_name != nullptr) {
      faults.add(object.path("kind"), fmt::format("one of {} is needed.", fmt::join(names, ", ")));
    }
    draft.broken = true;
    return draft;
  }
  const std::size_t before = faults.size();
  draft.step.body = kind->read(object, wordings);
  if (auto* end = std::get_if<End>(&draft.step.body)) {
    if (end->name.empty()) end->name = name;
  } else {
    read_exits(object, draft);
  }
  if (!kind->outcome.empty()) {
    draft.step.outcome = object.optional_name("outcome");
    if (!draft.step.outcome.empty() && !draft.next.empty()) {
      faults.add(object.path("outcome"), "the flow goes on with \"next\": only an end has it.");
    }
    if (draft.step.outcome.empty()) draft.step.outcome = kind->outcome;
  }
  object.close();
  const bool nameless = !is_name(name);
  draft.broken = nameless || (faults.size() > before && draft.next.empty() && draft.exits.empty());
  draft.step.fingerprint = fingerprint(json);
  return draft;
}

}  // namespace novelo::flow
