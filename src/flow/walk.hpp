// Walk: one turn of one session, from an input to the next wait or the end.
//
//   enter(step) -> run -> run -> ... -> a wait: ask, and stop
//                                    -> an end: stop
//   answer(said) -> understood -> enter(exit)   or ask again, or leave by no_match / no_answer
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/answer.hpp"
#include "flow/definition.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/flow_engine.hpp"

namespace novelo::flow {

// Ends a session that its flow cannot go on with: the contact goes to a person.
FlowDecision give_up(FlowSession session, FlowHandOver::To to, std::string_view outcome);

class Walk {
 public:
  // All borrowed but the session: they outlive the walk.
  Walk(const Flow& flow, const Limits& limits, FlowSession session, const Value& variables,
       Timestamp now);
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  void enter(std::size_t step);
  // Of the step that waits. `answer` takes what was said, `ask_again` puts the question once more
  // as if for the first time.
  void answer(std::size_t step, const Said& said);
  void ask_again(std::size_t step);
  // Of the step that waits for the host.
  void done(std::size_t step);
  void failed(std::size_t step, std::string reason);
  // Goes on from where a word that is understood at every wait leads; false when it is no such
  // word.
  bool follow_global(const Said& said);

  FlowDecision take();

 private:
  // Each runs one step and gives the next, or no_step when the walk waits or has ended.
  std::size_t run(std::size_t at, const Say& say);
  std::size_t run(std::size_t at, const Ask& ask);
  std::size_t run(std::size_t at, const Choose& choose);
  std::size_t run(std::size_t at, const Branch& branch);
  std::size_t run(std::size_t at, const Set& set);
  std::size_t run(std::size_t at, const Record& record);
  std::size_t run(std::size_t at, const HandOver& hand_over);
  std::size_t run(std::size_t at, const KeepWaiting& keep_waiting);
  std::size_t run(std::size_t at, const Callback& callback);
  std::size_t run(std::size_t at, const SwitchChannel& change);
  std::size_t run(std::size_t at, const End& end);

  // The session waits at a step until the host has done what it says.
  std::size_t wait_for_host(std::size_t at);
  void know_session();
  // Puts the question of a waiting step, worded for this attempt, and waits.
  std::size_t put(std::size_t at, const Ask& ask, const Wording& wording);
  std::size_t put(std::size_t at, const Choose& choose, const Wording& wording);
  void wait(std::size_t at, FlowAsk ask, std::vector<Option> offered, const Tries& tries);
  void repeat(std::size_t at, Understood::Kind why, const std::vector<std::string>& may_be);
  void leave_unanswered(std::size_t at, Understood::Kind why);

  std::size_t leave(std::size_t at, std::string_view exit, std::string operand = {});
  std::size_t end_or_next(std::size_t at);
  void end(std::string name, std::string outcome);
  void stop();

  const Value& find(std::string_view path) const;
  std::string expand(const TextTemplate& text) const;
  std::string worded(const Wording& wording) const;
  Value evaluate(const Expression& expression) const;
  std::vector<Option> usable_options(const Choose& choose) const;
  std::string announced(const Choose& choose, const std::vector<Option>& offered);

  const Flow& flow_;
  const Limits& limits_;
  const Value& variables_;
  Timestamp now_;
  FlowSession session_;
  std::size_t locale_;
  Value::Map own_;  // "session", and what one text alone may read: "option", "choices"
  TextTemplate::Lookup lookup_;
  std::vector<FlowOutput> outputs_;
};

}  // namespace novelo::flow
