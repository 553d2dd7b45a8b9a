// EmailAdapter: mail, fetched by whatever speaks IMAP or is hooked to a mail server, and sent by
// whatever speaks SMTP.
//
//   setting    required  meaning
//   domain     yes       the right side of the Message-IDs that are made here: "clinic.example"
//   from_name            the name shown beside the sender's address
//   addresses            our further mailboxes, beside those of the connection's entry points,
//                        separated by commas or spaces: a mail is for one of ours
//   user                 the user name for sending; then the host is told to fill in `password`
//   unsigned             "yes": requests need no signature, for a fetcher on the same host
//
//   secret         meaning
//   shared_secret  signs requests: X-Novelo-Signature: sha256=<HMAC-SHA256, in hexadecimal> (two
//                  while rotating); a signature that is there is always checked when it is set
//   password       of `user`
//
// What is signed is the value of X-Envelope-To without the white space around it, one LF, and the
// raw body; without that header, or with an empty one, the raw body alone.
//
// Receiving. The body is the raw mail. X-Envelope-To may name the mailbox it was delivered to;
// otherwise it is the first of To and Cc that is one of our mailboxes, else the first of To. What
// follows a plus in the mailbox's own name is not part of `to`: it stands in Mail::to, where signed
// reply addresses are looked for, as the envelope's address does. `text` is what was written now,
// without what is quoted and without the signature. Attachments are named "part:<n>", where n
// counts the parts of the mail depth first from 1, multiparts not counted and an enclosed mail
// counted once.
// The id is the Message-ID, or "sha256:<hex>" of the raw bytes where there is none.
// A charset or a header that is broken is guessed and named in the message's warnings; only the
// ceilings of Limits (request_bytes, mail_depth, mail_parts, mail_header_bytes) refuse a mail. A
// mail without a sender that can be read is an UnsupportedEvent from nobody, which an engine keeps
// in quarantine (`no_sender`). The answer is 204.
//
// Mail that comes by itself is marked in Mail::automatic: by Auto-Submitted, Precedence,
// X-Autoreply, X-Auto-Response-Suppress, X-Loop, List-*, an empty Return-Path, a multipart/report,
// a sender called mailer-daemon, or because it is our own mail coming back. A report of a failed or
// successful delivery gives a Receipt as well, and its in_reply_to is the Message-ID that it
// reports. Anybody can write such a report: give Message-IDs that cannot be guessed.
//
// Mail::forward is set by the mark before the subject ("Fwd:", "Fw:", "ENC:", "RV:", "TR:", "WG:"),
// or, where the subject bears no mark of an answer, by a line that introduces what is passed on
// ("---------- Forwarded message"). Such a mail answers nothing.
//
// Sending. The request is a whole mail in one text/plain part, with CRLF; X-Envelope-From and
// X-Envelope-To carry the envelope. Message-ID is content.mail->message_id, or
// "novelo-<effect>@<domain>"; mail that bears such an id is our own come back. Reply-To is the
// first of content.mail->to, where a signed reply address is put, unless it is the recipient's own.
// In-Reply-To is content.mail->in_reply_to, else content.reply_to. With content.mail->automatic set
// the mail says so (RFC 3834), so that machines do not answer it. Date is OutboundMessage::at;
// without it the mail has none, with a warning. Bytes of media are not at hand here: what has a URL
// is sent as a link, with a warning, and anything else is refused. Options become numbered lines.
// `from` may not be empty.
//
// The reply of the host is the SMTP server's code as `status` and its text as the body.
//
// Rules: RFC 5322 (messages), 2045-2049 and 2231 (MIME), 3464 (delivery reports), 3834 (automatic
// answers), 5233 (the plus), 3463 (status codes).
#pragma once

#include "novelo/base/limits.hpp"
#include "novelo/channel_adapter.hpp"

namespace novelo {

class EmailAdapter final : public ChannelAdapter {
 public:
  explicit EmailAdapter(Limits limits = {}) : limits_(limits) {}

  std::string_view name() const override { return "email"; }
  Capabilities capabilities(const Connection& connection) const override;
  Status check(const Connection& connection) const override;
  Status verify(const Request& request, const Connection& connection) const override;
  Result<Decoded> decode(const Request& request, const Connection& connection) const override;
  Result<Encoded> encode(const Outbound& outbound, const Connection& connection) const override;
  SendOutcome read_reply(const Outbound& outbound, const TransportReply& reply,
                         const Connection& connection) const override;

 private:
  Limits limits_;
};

}  // namespace novelo
