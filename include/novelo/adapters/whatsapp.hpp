// WhatsAppAdapter: the WhatsApp Cloud API of Meta.
//
//   setting      required  meaning
//   api_base               "https://graph.facebook.com/v25.0"
//   list_button            the label that opens a list of options, at most 20 characters: "Options"
//
//   secret        meaning
//   app_secret    signs webhooks (two while rotating); a connection with a path needs it
//   verify_token  is repeated to us in the handshake
//   access_token  authorises requests
//
// An entry point's address is the business telephone number's id (metadata.phone_number_id), not
// the number. One webhook may carry many messages and statuses; each becomes one event. A sender
// with a number has a `phone` address, its digits as Meta writes them, and its business-scoped user
// id as a `whatsapp` alias; a sender without a number has the user id as its address. Reactions,
// system messages, orders, flows, group messages and whatever is new are UnsupportedEvents.
//
// The effect travels in biz_opaque_callback_data, which Meta repeats in every status of a message.
//
// One message carries one of: a template; options with a text (up to 3 as buttons, up to 10 as a
// list; an image, a video or a document may stand above buttons); one medium, by id or URL, with a
// caption of up to 1,024 characters where its kind has one; a location (which the engine, whose
// messages have a text or a medium, never sends); a text of up to 4,096.
// Template variables named by numbers are positional, others named; "header.<name>" goes to the
// header, "button.<index>" completes the URL of that button.
//
// Rules: developers.facebook.com/documentation/business-messaging/whatsapp (webhooks/reference/
// messages, messages, support/error-codes, business-scoped-user-ids).
#pragma once

#include "novelo/channel_adapter.hpp"

namespace novelo {

class WhatsAppAdapter final : public ChannelAdapter {
 public:
  WhatsAppAdapter() = default;

  std::string_view name() const override { return "whatsapp"; }
  Capabilities capabilities(const Connection& connection) const override;
  Status check(const Connection& connection) const override;
  Status verify(const Request& request, const Connection& connection) const override;
  Result<Decoded> decode(const Request& request, const Connection& connection) const override;
  Result<Encoded> encode(const Outbound& outbound, const Connection& connection) const override;
  SendOutcome read_reply(const Outbound& outbound, const TransportReply& reply,
                         const Connection& connection) const override;
};

}  // namespace novelo
