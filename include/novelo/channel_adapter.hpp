// ChannelAdapter: how one provider's bytes become events, and how messages become requests to it.
//
// An adapter is a pure codec: it keeps nothing, opens nothing, knows no engine and no clock. The
// same bytes with the same connection always give the same answer. One adapter object serves every
// connection of its kind, and is called from every thread that has an engine with it. A host hands
// its adapters to the engine when it opens it.
//
//   webhook -> Request -> verify -> decode -> events + the answer that the provider expects
//   Outbound -> encode -> TransportRequest -> (the host sends it) -> TransportReply
//            -> read_reply -> SendOutcome
//
// Rules an adapter keeps:
//  1. Hostile bytes give a typed Error with a remedy or an UnsupportedEvent, never a crash, a
//     throw, or more than linear time. Unknown members are ignored; known members of a wrong type
//     are an Error. What is understood only in part says so in the event's own `warnings`.
//  2. verify holds signatures over the raw bytes, in constant time, before anything is parsed; with
//     two secrets while one is rotated; and it refuses when a signature is due and no secret is
//     set.
//  3. The effect's id stands where the provider echoes it, so that a late receipt still settles it.
//  4. The id of a message or of a call's event is the provider's, never empty (make a digest where
//     there is none): a second one with the same id is a duplicate.
//  5. No secret's text appears in any result: requests name the secret, the host fills it in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/call.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/connection.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/event.hpp"
#include "novelo/model/transport.hpp"

namespace novelo {

struct Decoded {
  std::vector<ChannelEvent> events;
  Response answer;
};

// A message to send. `effect` is its idempotency key.
struct OutboundMessage {
  EffectId effect;
  std::string from;  // the entry point's address
  Address to;
  Content content;
  std::optional<Timestamp> at = {};  // when it was decided; mail needs it for its Date

  friend bool operator==(const OutboundMessage&, const OutboundMessage&) = default;
};

struct OutboundCall {
  EffectId effect;
  CallVerb verb;

  friend bool operator==(const OutboundCall&, const OutboundCall&) = default;
};

using Outbound = std::variant<OutboundMessage, OutboundCall>;

struct Encoded {
  TransportRequest request;
  // The provider's id where we choose it (a mail's Message-ID); else "". Reserved: not used by the
  // engine.
  std::string correlation;
  std::vector<std::string> warnings;  // whatever was dropped, cut or changed
};

// What an answer means.
struct SendOutcome {
  enum class Kind : std::uint8_t {
    accepted = 1,   // taken: `provider_id` names it
    retry = 2,      // not taken; may be tried again, not before `retry_after`
    failed = 3,     // not taken, and never will be
    uncertain = 4,  // nobody knows: the effect's policy decides
  };
  Kind kind = Kind::uncertain;
  std::string provider_id;
  SendError error;
  Duration retry_after{};

  friend bool operator==(const SendOutcome&, const SendOutcome&) = default;
};

class ChannelAdapter {
 public:
  virtual ~ChannelAdapter() = default;

  // The word that configurations use: "whatsapp".
  virtual std::string_view name() const = 0;

  virtual Capabilities capabilities(const Connection& connection) const = 0;

  // Fails with `invalid` when a setting that this adapter needs is missing or malformed; the
  // subject names the setting. Called when a configuration is loaded.
  virtual Status check(const Connection& connection) const = 0;

  // Fails with `unauthentic` unless the request comes from the provider.
  virtual Status verify(const Request& request, const Connection& connection) const = 0;

  // Reads a verified request. A handshake gives no events and the answer to it.
  virtual Result<Decoded> decode(const Request& request, const Connection& connection) const = 0;

  // Fails with `unsupported` or `limit` for what this channel cannot carry.
  virtual Result<Encoded> encode(const Outbound& outbound, const Connection& connection) const = 0;

  virtual SendOutcome read_reply(const Outbound& outbound, const TransportReply& reply,
                                 const Connection& connection) const = 0;
};

}  // namespace novelo
