// HandleTable: which handles live. A handle is no address: it is the number of a place in this
// table and how often the place was given out, so that a freed one is told from its successor.
//
// A place is one word: generation and who is inside. Looking a handle up and entering it is one
// exchange of that word, which is also how a second thread, a call from a callback, and freeing
// what somebody is reading are noticed. The table is the one thing of a process that all threads
// share; it holds no data of an engine.
#pragma once

#include <cstdint>

#include "novelo/base/result.hpp"

namespace novelo::abi {

enum class Kind : std::uint8_t {
  none,
  error,
  store,
  engine,
  answer,
  handouts,
  items,
  backup,
  recorder,
  runner
};

// The word for messages: "engine".
const char* to_string(Kind kind);

// How somebody is inside: beside others, or alone.
enum class Access : std::uint8_t { shared, alone };

// A handle's number: odd, 0 for none.
using Token = std::uintptr_t;

// Ceiling on handles that live at one time.
inline constexpr std::uint32_t most_handles = 1U << 20U;

// Fails with `limit` ("too_many_handles").
Result<Token> add_handle(Kind kind, void* object);

// The object, entered: `leave_handle` must follow. Fails with `invalid` ("bad_handle"), or
// `reentrant` ("in_use").
Result<void*> enter_handle(Token token, Kind kind, Access access);
void leave_handle(Token token, Access access) noexcept;

// Ends a handle that the caller has entered alone.
void remove_handle(Token token) noexcept;

// How many handles live, for tests.
std::uint32_t live_handles() noexcept;

}  // namespace novelo::abi
