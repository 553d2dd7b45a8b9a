#include "flow/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace novelo::flow {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// On a telephone the host hears silence and says so; the deadline is there for a host that does
// not. It leaves time to speak the prompt, slowly.
constexpr Duration time_per_letter = milliseconds(100);
constexpr Duration margin = seconds(10);

constexpr std::size_t longest_reason = 64;

// What is said when something could not be done and the flow has no words for it.
std::string apology(std::string_view locale) {
  switch (language_of(locale)) {
    case Language::pt:
      return locale == "pt-BR" ? "Desculpe, não foi possível. Vou transferir para um atendente."
                               : "Peço desculpa, não foi possível. Vou passar a uma pessoa.";
    case Language::es: return "Disculpe, no ha sido posible. Le paso con una persona.";
    case Language::en:
    case Language::none: break;
  }
  return "Sorry, that was not possible. I'm putting you through to a person.";
}

int digits_of(std::size_t count) {
  return count < 10 ? 1 : 2;
}

const Wording& by_attempt(const std::vector<Wording>& wordings, std::uint32_t attempt,
                          const Wording& otherwise) {
  if (wordings.empty()) return otherwise;
  const std::size_t last = wordings.size() - 1;
  return wordings[std::min<std::size_t>(attempt == 0 ? 0 : attempt - 1, last)];
}

const Wording& question_of(const Step& step) {
  const auto* ask = std::get_if<Ask>(&step.body);
  return ask != nullptr ? ask->words : std::get<Choose>(step.body).words;
}

void close(FlowSession& session) {
  session.step = StepName();
  session.fingerprint.clear();
  session.offered.clear();
  session.attempts = 0;
  session.deadline.reset();
}

}  // namespace

FlowDecision give_up(FlowSession session, FlowHandOver::To to, std::string_view outcome) {
  FlowDecision decision;
  FlowHandOver hand_over;
  hand_over.to = to;
  close(session);
  session.ended = true;
  decision.session = std::move(session);
  decision.outputs.emplace_back(std::move(hand_over));
  decision.outputs.emplace_back(FlowEnd{"", std::string(outcome)});
  return decision;
}

Walk::Walk(const Flow& flow, const Limits& limits, FlowSession session, const Value& variables,
           Timestamp now)
    : flow_(flow),
      limits_(limits),
      variables_(variables),
      now_(now),
      session_(std::move(session)),
      locale_(flow.locale(session_.locale)),
      lookup_([this](std::string_view path) -> const Value& { return find(path); }) {
  know_session();
}

void Walk::know_session() {
  Value::Map session{{"flow", flow_.name.text()},
                     {"channel", to_string(session_.channel)},
                     {"locale", flow_.locales[locale_].name}};
  if (!session_.failure.empty()) session.emplace("failure", session_.failure);
  own_.insert_or_assign("session", Value(std::move(session)));
}

FlowDecision Walk::take() {
  return {std::move(session_), std::move(outputs_)};
}

// What the walk itself knows, then what it collected, then what the host gave.
const Value& Walk::find(std::string_view path) const {
  const std::size_t dot = path.find('.');
  const std::string_view first = path.substr(0, dot);
  const auto within = [&](const Value::Map& map) -> const Value* {
    const auto found = map.find(first);
    if (found == map.end()) return nullptr;
    return dot == std::string_view::npos ? &found->second
                                         : &found->second.at_path(path.substr(dot + 1));
  };
  if (const Value* own = within(own_)) return *own;
  if (const Value* collected = within(session_.variables)) return *collected;
  return variables_.at_path(path);
}

std::string Walk::expand(const TextTemplate& text) const {
  return text.expand(lookup_);
}

std::string Walk::worded(const Wording& wording) const {
  return expand(wording.on(session_.channel).in(locale_));
}

Value Walk::evaluate(const Expression& expression) const {
  if (const auto* value = std::get_if<Value>(&expression)) return *value;
  if (const auto* from = std::get_if<FromPath>(&expression)) return find(from->path);
  return expand(std::get<TextTemplate>(expression));
}

// --- walking ------------------------------------------------------------------------------------

void Walk::enter(std::size_t step) {
  session_.attempts = 0;
  for (std::size_t walked = 0; step != no_step; ++walked) {
    if (walked == limits_.flow_steps_per_turn) {
      FlowDecision ended = give_up(std::move(session_), FlowHandOver::To::anyone, "limit");
      session_ = std::move(ended.session);
      std::move(ended.outputs.begin(), ended.outputs.end(), std::back_inserter(outputs_));
      return;
    }
    step = std::visit([&](const auto& body) { return run(step, body); }, flow_.steps[step].body);
  }
}

// Writes the row of the reports and gives where the exit leads.
std::size_t Walk::leave(std::size_t at, std::string_view exit, std::string operand) {
  const Step& step = flow_.steps[at];
  outputs_.emplace_back(FlowSegment{step.name, std::string(exit), std::move(operand)});
  const std::size_t target = step.exit(exit);
  return target == no_step ? step.next : target;
}

void Walk::stop() {
  close(session_);
}

void Walk::end(std::string name, std::string outcome) {
  outputs_.emplace_back(FlowEnd{std::move(name), std::move(outcome)});
  stop();
  session_.ended = true;
}

std::size_t Walk::end_or_next(std::size_t at) {
  const Step& step = flow_.steps[at];
  if (step.next != no_step) return leave(at, exit_next);
  leave(at, exit_end, step.outcome);
  end(step.name.text(), step.outcome);
  return no_step;
}

std::size_t Walk::run(std::size_t at, const Say& say) {
  Content content;
  content.text = worded(say.words);
  outputs_.emplace_back(FlowSay{std::move(content)});
  return leave(at, exit_next);
}

std::size_t Walk::run(std::size_t at, const Branch& branch) {
  for (const BranchCase& one : branch.cases) {
    if (one.when.holds(lookup_)) return leave(at, one.exit);
  }
  return leave(at, exit_next);
}

std::size_t Walk::run(std::size_t at, const Set& set) {
  // All are evaluated before any is set, so that their order does not matter.
  std::vector<Value> values;
  for (const auto& [name, expression] : set.variables) values.push_back(evaluate(expression));
  for (std::size_t i = 0; i < values.size(); ++i) {
    session_.variables.insert_or_assign(set.variables[i].first, std::move(values[i]));
  }
  return leave(at, exit_next);
}

std::size_t Walk::run(std::size_t at, const Record& record) {
  outputs_.emplace_back(FlowRecord{record.event, evaluate(record.value)});
  return leave(at, exit_next);
}

std::size_t Walk::run(std::size_t at, const HandOver& hand_over) {
  outputs_.emplace_back(hand_over.to);
  return end_or_next(at);
}

std::size_t Walk::run(std::size_t at, const KeepWaiting&) {
  outputs_.emplace_back(FlowKeepWaiting{});
  return end_or_next(at);
}

std::size_t Walk::run(std::size_t at, const Callback& callback) {
  FlowCallback promise;
  promise.by = callback.by;
  if (!callback.number.empty()) promise.number = find(callback.number).to_text();
  if (!callback.message.empty()) promise.message = to_media(find(callback.message));
  outputs_.emplace_back(std::move(promise));
  return wait_for_host(at);
}

std::size_t Walk::run(std::size_t at, const SwitchChannel& change) {
  FlowSwitchChannel output;
  output.channel = change.channel;
  if (!change.number.empty()) output.number = find(change.number).to_text();
  output.message = change.message;
  outputs_.emplace_back(std::move(output));
  return wait_for_host(at);
}

std::size_t Walk::wait_for_host(std::size_t at) {
  const Step& step = flow_.steps[at];
  session_.step = step.name;
  session_.fingerprint = step.fingerprint;
  return no_step;
}

void Walk::done(std::size_t at) {
  stop();
  session_.failure.clear();
  know_session();
  const std::size_t next = end_or_next(at);
  if (next != no_step) enter(next);
}

// Without an exit for it the contact hears that it did not work, and goes to a person.
void Walk::failed(std::size_t at, std::string reason) {
  stop();
  session_.failure = reason.substr(0, longest_reason);
  know_session();
  const std::size_t target = flow_.steps[at].exit(exit_failed);
  outputs_.emplace_back(
      FlowSegment{flow_.steps[at].name, std::string(exit_failed), session_.failure});
  if (target != no_step) return enter(target);
  Content content;
  content.text = apology(flow_.locales[locale_].name);
  outputs_.emplace_back(FlowSay{std::move(content)});
  outputs_.emplace_back(FlowHandOver{});
  end("", "failed");
}

std::size_t Walk::run(std::size_t at, const End& last) {
  if (last.closing) {
    Content content;
    content.text = worded(*last.closing);
    outputs_.emplace_back(FlowSay{std::move(content)});
  }
  leave(at, exit_end, last.outcome);
  end(last.name, last.outcome);
  return no_step;
}

// --- asking -------------------------------------------------------------------------------------

std::size_t Walk::run(std::size_t at, const Ask& ask) {
  return put(at, ask, ask.words);
}

std::size_t Walk::run(std::size_t at, const Choose& choose) {
  return put(at, choose, choose.words);
}

void Walk::wait(std::size_t at, FlowAsk ask, std::vector<Option> offered, const Tries& tries) {
  const bool voice = session_.channel == Channel::voice;
  ask.patience = voice ? tries.patience.voice : tries.patience.written;
  Duration bound = ask.patience;
  if (voice) {
    bound += time_per_letter * static_cast<std::int64_t>(count_letters(ask.content.text)) +
             ask.longest + margin;
  }
  const Step& step = flow_.steps[at];
  session_.step = step.name;
  session_.fingerprint = step.fingerprint;
  session_.offered = std::move(offered);
  session_.deadline = now_ + bound;
  outputs_.emplace_back(std::move(ask));
}

std::size_t Walk::put(std::size_t at, const Ask& ask, const Wording& wording) {
  FlowAsk output;
  output.content.text = worded(wording);
  output.expects = ask.expects;
  output.max_digits = ask.max_digits;
  output.longest = ask.longest;
  std::vector<Option> offered;
  if (ask.expects == FlowExpects::yes_no) {
    offered = yes_no_options(flow_.locales[locale_].language);
    output.content.options = offered;
  }
  wait(at, std::move(output), std::move(offered), ask.tries);
  return no_step;
}

std::vector<Option> Walk::usable_options(const Choose& choose) const {
  std::vector<Option> options;
  for (const ChoiceOption& option : choose.options) {
    if (option.when && !option.when->holds(lookup_)) continue;
    options.push_back({option.id, expand(option.title.in(locale_))});
  }
  return options;
}

// What a telephone says after the question: one sentence for each option.
std::string Walk::announced(const Choose& choose, const std::vector<Option>& offered) {
  std::string text;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const auto known =
        std::find_if(choose.options.begin(), choose.options.end(),
                     [&](const ChoiceOption& option) { return option.id == offered[i].id; });
    const std::optional<Text>& words = known->announce ? known->announce : choose.announce;
    text += ' ';
    if (!words) {
      text += fmt::format("{}: {}.", i + 1, offered[i].title);
      continue;
    }
    own_.insert_or_assign("option", Value::Map{{"number", static_cast<std::int64_t>(i + 1)},
                                               {"title", offered[i].title}});
    text += expand(words->in(locale_));
  }
  own_.erase("option");
  return text;
}

std::size_t Walk::put(std::size_t at, const Choose& choose, const Wording& wording) {
  std::vector<Option> offered = usable_options(choose);
  if (offered.empty()) {
    const std::size_t target = flow_.steps[at].exit(exit_no_options);
    leave(at, exit_no_options);
    if (target != no_step) return target;
    outputs_.emplace_back(FlowHandOver{});
    end("", "handed_over");
    return no_step;
  }
  FlowAsk output;
  output.content.text = worded(wording);
  if (session_.channel == Channel::voice) output.content.text += announced(choose, offered);
  output.content.options = offered;
  output.expects = FlowExpects::choice;
  output.max_digits = digits_of(offered.size());
  wait(at, std::move(output), std::move(offered), choose.tries);
  return no_step;
}

void Walk::ask_again(std::size_t at) {
  session_.attempts = 0;
  repeat(at, Understood::Kind::answered, {});
}

// --- answers ------------------------------------------------------------------------------------

// Puts the question once more; `why` chooses the words.
void Walk::repeat(std::size_t at, Understood::Kind why, const std::vector<std::string>& may_be) {
  const Step& step = flow_.steps[at];
  const Tries& tries = *tries_of(step);
  const Wording* wording = &question_of(step);
  if (why == Understood::Kind::unclear && tries.unclear) {
    wording = &*tries.unclear;
  } else if (why == Understood::Kind::silence && !tries.retry_silence.empty()) {
    wording = &by_attempt(tries.retry_silence, session_.attempts, *wording);
  } else if (why != Understood::Kind::answered) {
    wording = &by_attempt(tries.retry, session_.attempts, *wording);
  }
  std::string choices;
  for (const std::string& title : may_be) choices += (choices.empty() ? "" : " / ") + title;
  own_.insert_or_assign("choices", Value(std::move(choices)));
  std::size_t next = no_step;
  if (const auto* ask = std::get_if<Ask>(&step.body)) next = put(at, *ask, *wording);
  if (const auto* choose = std::get_if<Choose>(&step.body)) next = put(at, *choose, *wording);
  own_.erase("choices");
  // A menu all of whose options have gone meanwhile leads on.
  if (next != no_step) enter(next);
}

void Walk::leave_unanswered(std::size_t at, Understood::Kind why) {
  const bool silent = why == Understood::Kind::silence;
  const std::string_view exit = silent ? exit_no_answer : exit_no_match;
  const std::size_t target = flow_.steps[at].exit(exit);
  leave(at, exit);
  if (target != no_step) return enter(target);
  outputs_.emplace_back(FlowHandOver{});
  end("", silent ? "abandoned" : "handed_over");
}

void Walk::answer(std::size_t at, const Said& said) {
  const Step& step = flow_.steps[at];
  const Locale& locale = flow_.locales[locale_];
  const auto* ask = std::get_if<Ask>(&step.body);
  const auto* choose = std::get_if<Choose>(&step.body);
  Understood understood = ask != nullptr
                              ? understand(*ask, said, locale)
                              : understand(*choose, said, session_.offered, locale, locale_);
  if (understood.kind == Understood::Kind::answered) {
    const std::string& name = ask != nullptr ? ask->save_as : choose->save_as;
    if (!name.empty()) session_.variables.insert_or_assign(name, std::move(understood.value));
    const std::size_t next = leave(at, understood.exit, std::move(understood.operand));
    stop();
    return enter(next);
  }
  ++session_.attempts;
  if (session_.attempts >= tries_of(step)->attempts) return leave_unanswered(at, understood.kind);
  repeat(at, understood.kind, understood.may_be);
}

bool Walk::follow_global(const Said& said) {
  if (flow_.globals.empty() || said.kind == Said::Kind::silence || said.tapped) return false;
  const std::string word = global_word(said.text);
  if (word.empty()) return false;
  for (const Global& global : flow_.globals) {
    const auto& words = global.words[locale_];
    if (std::find(words.begin(), words.end(), word) == words.end()) continue;
    outputs_.emplace_back(FlowSegment{session_.step, std::string(exit_global), word});
    stop();
    enter(global.go);
    return true;
  }
  return false;
}

}  // namespace novelo::flow
