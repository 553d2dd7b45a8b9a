// VoiceAdapter: the library's own neutral protocol between a telephone system and the engine, JSON
// over HTTP. docs/voice-protocol.md describes it with an example of every event and verb.
//
//   setting    required  meaning
//   verbs_url  yes       where the telephone system takes call verbs
//   unsigned             "yes": events need no signature, for a telephone system on the same host
//
//   secret         meaning
//   shared_secret  signs events: X-Novelo-Signature: sha256=<HMAC-SHA256 of the body> (two while
//                  rotating); a signature that is there is always checked when it is set. A
//                  connection with a path needs it, unless `unsigned` says otherwise
//   verbs_token    when set, verbs carry it as a bearer token
//
// One request carries one event or a list of up to Limits::events_per_request; all of it is read or
// none. Unknown members are refused with their path. Caller numbers stay as the telephone system
// gives them ("041988887777", "+5541988887777"): the entry point's defaults say what they mean. A
// caller whose number is absent, empty, "anonymous" or "withheld", or has no digit, is `withheld`.
//
// Verbs are idempotent: a telephone system does nothing for an effect that it has seen.
#pragma once

#include "novelo/channel_adapter.hpp"

namespace novelo {

class VoiceAdapter final : public ChannelAdapter {
 public:
  VoiceAdapter() = default;

  std::string_view name() const override { return "voice"; }
  Capabilities capabilities(const Connection& connection) const override;
  Status check(const Connection& connection) const override;
  Status verify(const Request& request, const Connection& connection) const override;
  Result<Decoded> decode(const Request& request, const Connection& connection) const override;
  Result<Encoded> encode(const Outbound& outbound, const Connection& connection) const override;
  SendOutcome read_reply(const Outbound& outbound, const TransportReply& reply,
                         const Connection& connection) const override;
};

}  // namespace novelo
