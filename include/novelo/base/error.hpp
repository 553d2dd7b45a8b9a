// Errors: values that say what went wrong, where, and what to do about it.
//
// Every public function that can fail returns `Result<T>` (base/result.hpp). No exception crosses a
// public function. Codes are numbered once and never renumbered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace novelo {

enum class ErrorCode : std::int32_t {
  invalid = 1,      // the input is malformed; sending it again cannot help
  not_found = 2,    // no such object for this tenant
  conflict = 3,     // the same id came with other content, or the object has moved on
  refused = 4,      // a channel, a right or a rule does not allow it; see `reason` and `remedy`
  busy = 5,         // a ceiling is reached for now; try again later
  limit = 6,        // a fixed ceiling would be passed; trying again cannot help
  unsupported = 7,  // understood, but not something this build or this channel can do
  unauthentic = 8,  // a signature, a token or a handshake did not hold
  storage = 9,      // the store failed; nothing of this call was applied
  corrupt = 10,     // stored bytes cannot be read
  newer = 11,       // the store was written by a newer version of the library
  unknown = 12,     // the outcome is not known: reopen the engine from its store
  reentrant = 13,   // the engine was called from inside one of its own calls
  internal = 14,    // a broken invariant: a fault of the library
};

// The code's name as it stands in JSON and in logs, for instance "not_found".
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string reason;   // one stable word for programs: "window_closed", "unknown_key", ...
  std::string message;  // one sentence for people, without personal data
  std::string subject;  // where: an id, a path in a document, a header; may be empty
  std::string remedy;   // what to do instead; may be empty

  friend bool operator==(const Error&, const Error&) = default;
};

// "refused (window_closed) at conversation 12: ... Remedy: ...", for terminals and logs.
std::string to_string(const Error& error);

}  // namespace novelo
