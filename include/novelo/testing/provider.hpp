// Providers, as a test needs them: what they would sign, and what they would answer.
//
// Pure functions of what they are given. The adapters are known by the names that configurations
// use ("whatsapp", "sms", "voice", "email"); others are neither signed for nor imitated.
#pragma once

#include <string>
#include <string_view>

#include "novelo/base/ids.hpp"
#include "novelo/channel_adapter.hpp"

namespace novelo::testing {

// Adds the signature that the connection's provider would put on this request, with the first of
// the secrets that it signs with. Does nothing where no such secret is set or no rule is known.
void sign(Request& request, const Connection& connection);

// What the provider calls a message of ours: a pure function of the effect.
std::string provider_id(std::string_view adapter, EffectId effect);

// The answer of a provider that takes everything: WhatsApp's message id, Twilio's SID, a mail
// server's 250, a telephone system's ok; for another adapter 200 with {"id": "<provider id>"}.
TransportReply friendly_reply(std::string_view adapter, EffectId effect);

}  // namespace novelo::testing
