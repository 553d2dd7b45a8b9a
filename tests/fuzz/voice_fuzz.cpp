// The events of a telephone system, and what is answered to what was sent (adapter_input.hpp).
#include <cstdint>

#include "fuzz/adapter_input.hpp"
#include "novelo/adapters/voice.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const novelo::VoiceAdapter adapter;
  novelo::fuzz::run_adapter(adapter, "pbx", {data, size});
  return 0;
}
