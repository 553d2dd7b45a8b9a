// Mail, and what is answered to what was sent (adapter_input.hpp).
#include <cstdint>

#include "fuzz/adapter_input.hpp"
#include "novelo/adapters/email.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const novelo::EmailAdapter adapter;
  novelo::fuzz::run_adapter(adapter, "mail", {data, size});
  return 0;
}
