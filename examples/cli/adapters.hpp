// The adapters of the command line: all there are in this build.
#pragma once

#include <vector>

#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#ifdef NOVELO_HAS_EMAIL
#include "novelo/adapters/email.hpp"
#endif

namespace cli {

struct Adapters {
  novelo::VoiceAdapter voice;
  novelo::SmsAdapter sms;
  novelo::WhatsAppAdapter whatsapp;
#ifdef NOVELO_HAS_EMAIL
  novelo::EmailAdapter email;
#endif

  std::vector<const novelo::ChannelAdapter*> all() const {
    std::vector<const novelo::ChannelAdapter*> list{&voice, &sms, &whatsapp};
#ifdef NOVELO_HAS_EMAIL
    list.push_back(&email);
#endif
    return list;
  }
};

}  // namespace cli
