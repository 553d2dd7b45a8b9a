// RecordedVerdict: an adapter that takes the word of a recording for whether a request is genuine,
// where the recording was made without the secrets that would tell.
#pragma once

#include <string>

#include "novelo/channel_adapter.hpp"

namespace novelo::testing {

class RecordedVerdict final : public ChannelAdapter {
 public:
  // Both outlive this. `refused`: why the next request was no genuine one; empty: it was.
  RecordedVerdict(const ChannelAdapter& inner, const std::string& refused)
      : inner_(&inner), refused_(&refused) {}

  std::string_view name() const override;
  Capabilities capabilities(const Connection& connection) const override;
  Status check(const Connection& connection) const override;
  Status verify(const Request& request, const Connection& connection) const override;
  Result<Decoded> decode(const Request& request, const Connection& connection) const override;
  Result<Encoded> encode(const Outbound& outbound, const Connection& connection) const override;
  SendOutcome read_reply(const Outbound& outbound, const TransportReply& reply,
                         const Connection& connection) const override;

 private:
  const ChannelAdapter* inner_;
  const std::string* refused_;
};

}  // namespace novelo::testing
