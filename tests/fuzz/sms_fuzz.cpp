// The forms of Twilio, and what is answered to what was sent (adapter_input.hpp).
#include <cstdint>

#include "fuzz/adapter_input.hpp"
#include "novelo/adapters/sms.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const novelo::SmsAdapter adapter;
  novelo::fuzz::run_adapter(adapter, "twilio", {data, size});
  return 0;
}
