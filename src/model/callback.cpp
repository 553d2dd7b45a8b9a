#include "novelo/model/callback.hpp"

#include "model/enum_names.hpp"
#include "novelo/model/call.hpp"

namespace novelo {
namespace {

constexpr EnumNames<CallbackState, 4> callback_states{{{CallbackState::open, "open"},
                                                       {CallbackState::served, "served"},
                                                       {CallbackState::exhausted, "exhausted"},
                                                       {CallbackState::cancelled, "cancelled"}}};

constexpr EnumNames<AttemptResult, 11> attempt_results{
    {{AttemptResult::none, "none"},
     {AttemptResult::reached, "reached"},
     {AttemptResult::no_answer, "no_answer"},
     {AttemptResult::busy, "busy"},
     {AttemptResult::rejected, "rejected"},
     {AttemptResult::not_receiving, "not_receiving"},
     {AttemptResult::third_party, "third_party"},
     {AttemptResult::wrong_number, "wrong_number"},
     {AttemptResult::refused_identification, "refused_identification"},
     {AttemptResult::dropped, "dropped"},
     {AttemptResult::failed, "failed"}}};

}  // namespace

std::string_view to_string(CallbackState state) {
  return name_of(callback_states, state);
}

std::string_view to_string(AttemptResult result) {
  return name_of(attempt_results, result);
}

std::optional<AttemptResult> parse_attempt_result(std::string_view text) {
  return value_of(attempt_results, text);
}

AttemptResult result_of_cause(int q850) {
  switch (q850) {
    case cause::user_busy: return AttemptResult::busy;
    case cause::no_user_responding:
    case cause::no_answer: return AttemptResult::no_answer;
    case cause::call_rejected: return AttemptResult::rejected;
    case 1:   // unallocated number
    case 3:   // no route to destination
    case 20:  // subscriber absent
    case 22:  // number changed
    case 27:  // destination out of order
    case 28:  // invalid number format
      return AttemptResult::not_receiving;
    default: return AttemptResult::failed;
  }
}

}  // namespace novelo
