// Result<T>: a value or an Error, over tl::expected.
#pragma once

#include <tl/expected.hpp>

#include "novelo/base/error.hpp"

namespace novelo {

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

// Makes the failing side of any Result: `return fail({ErrorCode::invalid, "bad_number", ...});`
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace novelo
