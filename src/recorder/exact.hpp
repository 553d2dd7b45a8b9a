// Exact: calls of an engine as they are written in a journey, and read back, without losing a byte.
//
// What can be read is written as people read it: a command, a settlement or an event in its JSON
// form, a body as text. Where that would not give the same again (a text that is no UTF-8, headers
// of a reply that repeat), the bytes themselves stand there, in base64.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "novelo/engine.hpp"
#include "recorder/call_spec.hpp"

namespace novelo::recording {

// Everything but `open`, which says what is other than before: its caller knows.
CallSpec spec_of(const EngineCall& call);

Result<Request> request_of(const ExactRequest& exact);
// Fails with `invalid`.
Result<Input> input_of(const Value& exact);
Result<std::vector<Input>> inputs_of(const Values& exact);

// What was refused of a call, as CallSpec::refused has it.
Value refusal_of(const Error& error);
Value refusals_of(const Result<std::vector<Result<Outcome>>>& results);

// By id, what was handed out: a digest of everything in it but `maybe_done`, which restarts change.
std::map<std::string, std::string> digests_of(const std::vector<Handout>& handouts);

}  // namespace novelo::recording
