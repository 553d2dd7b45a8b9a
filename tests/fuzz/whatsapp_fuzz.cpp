// The webhooks of WhatsApp, and what is answered to what was sent (adapter_input.hpp).
#include <cstdint>

#include "fuzz/adapter_input.hpp"
#include "novelo/adapters/whatsapp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const novelo::WhatsAppAdapter adapter;
  novelo::fuzz::run_adapter(adapter, "meta", {data, size});
  return 0;
}
