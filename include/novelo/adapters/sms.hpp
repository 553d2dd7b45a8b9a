// SmsAdapter: SMS and MMS through Twilio and through what speaks its interface.
//
//   setting                required  meaning
//   account_sid            yes       the account, "AC..."; also the user name of requests
//   messaging_service_sid            "MG...": the service chooses the sender; `from` is not sent
//   status_callback                  the URL that receipts are asked for at; none = no receipts
//   public_base                      "https://host": what signatures cover in front of path and
//                                    query, for hosts behind a proxy that changes the URL
//   api_base                         "https://api.twilio.com"
//
//   secret      meaning
//   auth_token  signs webhooks (two while rotating) and is the password of requests; a connection
//               with a path needs it
//
// Webhooks are forms, sent by POST or GET. A message becomes an InboundMessage, a status callback a
// Receipt; its effect is read from "effect" in the callback's own URL. `to` stands as Twilio writes
// it ("+5541988887777"); the sender's address is the digits alone. Twilio's WhatsApp senders
// ("whatsapp:+...") are read as telephone numbers, with a warning, and an entry point (of the
// channel `sms`, as all of this adapter's) whose address carries the tag sends with it. Every
// answer is an empty TwiML document.
//
// A message carries text up to 1,600 characters and up to ten media, each by a URL. Options become
// numbered lines.
//
// Rules: twilio.com/docs/usage/security, /docs/messaging/guides/webhook-request,
// /docs/messaging/api/message-resource, /docs/api/errors.
#pragma once

#include "novelo/channel_adapter.hpp"

namespace novelo {

class SmsAdapter final : public ChannelAdapter {
 public:
  SmsAdapter() = default;

  std::string_view name() const override { return "sms"; }
  Capabilities capabilities(const Connection& connection) const override;
  Status check(const Connection& connection) const override;
  Status verify(const Request& request, const Connection& connection) const override;
  Result<Decoded> decode(const Request& request, const Connection& connection) const override;
  Result<Encoded> encode(const Outbound& outbound, const Connection& connection) const override;
  SendOutcome read_reply(const Outbound& outbound, const TransportReply& reply,
                         const Connection& connection) const override;
};

}  // namespace novelo
