#include "novelo/case.hpp"

#include <utility>

#include "novelo/query.hpp"

namespace novelo {

Result<CaseRecord> Case::record() const {
  return Query(*engine_).case_of(id_);
}

Result<Outcome> Case::ask(const By& by, CommandBody body) {
  return engine_->feed(Command{by.id, by.actor, std::move(body)}, by.now);
}

Result<Outcome> Case::set_fields(const By& by, Value::Map fields) {
  return ask(by, SetCaseFields{id_, std::move(fields)});
}

Result<Outcome> Case::set_status(const By& by, const CaseStatusName& status, bool override_checks) {
  return ask(by, SetCaseStatus{id_, status, override_checks});
}

Result<Outcome> Case::mark_informed(const By& by, std::string what) {
  return ask(by, MarkInformed{id_, std::move(what)});
}

Result<Outcome> Case::verify_reply(const By& by, bool override_checks) {
  return ask(by, VerifyReply{id_, override_checks});
}

Result<Outcome> Case::run_action(const By& by, std::string action, Value::Map parameters) {
  return ask(by, RunAction{id_, std::move(action), std::move(parameters)});
}

}  // namespace novelo
