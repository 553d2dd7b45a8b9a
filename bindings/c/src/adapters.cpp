#include "adapters.hpp"

#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#ifdef NOVELO_HAS_EMAIL
#include "novelo/adapters/email.hpp"
#endif

namespace novelo::abi {
namespace {

struct Adapters {
  VoiceAdapter voice;
  SmsAdapter sms;
  WhatsAppAdapter whatsapp;
#ifdef NOVELO_HAS_EMAIL
  EmailAdapter email;
#endif
};

}  // namespace

std::vector<const ChannelAdapter*> all_adapters() {
  static const Adapters adapters;
  std::vector<const ChannelAdapter*> list{&adapters.voice, &adapters.sms, &adapters.whatsapp};
#ifdef NOVELO_HAS_EMAIL
  list.push_back(&adapters.email);
#endif
  return list;
}

const ChannelAdapter* adapter_named(std::string_view name) {
  for (const ChannelAdapter* adapter : all_adapters()) {
    if (adapter->name() == name) return adapter;
  }
  return nullptr;
}

}  // namespace novelo::abi
