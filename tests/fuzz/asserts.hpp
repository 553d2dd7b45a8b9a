// For programs that use tests/support without being tests: call it before anything of it.
#pragma once

namespace novelo::fuzz {

void use_asserts();

}  // namespace novelo::fuzz
