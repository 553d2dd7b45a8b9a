// Case: a handle, one engine and one id, for whoever works on a single case.
//
// As `Conversation`: a method that changes something feeds one command, a method that reads answers
// as `Query` does, the handle keeps nothing and points at the engine. An unknown id is
// `not_found`.
#pragma once

#include <string>

#include "novelo/engine.hpp"
#include "novelo/model/case.hpp"
#include "novelo/model/command.hpp"

namespace novelo {

class Case {
 public:
  Case(Engine& engine, CaseId id) : engine_(&engine), id_(id) {}

  CaseId id() const { return id_; }

  Result<CaseRecord> record() const;

  // Null takes a field away. Fails with `invalid` on a field or a form that the type does not have.
  Result<Outcome> set_fields(const By& by, Value::Map fields);
  // Fails with `refused` when the status does not follow the present one or a need is not met;
  // where the status allows it, `override_checks` sets it all the same.
  Result<Outcome> set_status(const By& by, const CaseStatusName& status,
                             bool override_checks = false);
  // Records that the contact was told something: "protocol".
  Result<Outcome> mark_informed(const By& by, std::string what);
  // A person has looked at the newest reply; `override_checks` also where it answers a message that
  // was superseded.
  Result<Outcome> verify_reply(const By& by, bool override_checks = false);
  // A configured action on another system; its answer may set fields.
  Result<Outcome> run_action(const By& by, std::string action, Value::Map parameters = {});

 private:
  Result<Outcome> ask(const By& by, CommandBody body);

  Engine* engine_;
  CaseId id_;
};

}  // namespace novelo
