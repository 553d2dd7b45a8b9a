// VoiceAdapter: the library's own neutral protocol between a telephone system and the engine, JSON
// over HTTP. docs/voice-protocol.md is its manual.
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
