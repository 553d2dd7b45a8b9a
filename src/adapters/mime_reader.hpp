// A mail taken apart into plain values. Real mail breaks every rule; what is broken is read as well
// as it can be and named in `warnings`, and only the ceilings of Limits refuse a mail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"

namespace novelo::mime {

struct Mailbox {
  std::string name;   // UTF-8, one line
  std::string email;  // with an @, the domain in lower case
};

// A field of the mail's own header, in order: the name in lower case, the value on one line of
// UTF-8.
struct Field {
  std::string name;
  std::string value;
};

// Something that hangs on a mail: any part that is not its text.
struct Attachment {
  std::size_t number = 0;  // the part's place in the mail, counted depth first from 1, multiparts
                           // not counted and an enclosed mail counted once
  std::string type;        // "image/jpeg"
  std::string name;
  std::uint64_t size = 0;  // bytes, decoded
};

// What a report says of the mail it is about (RFC 3464).
struct Report {
  std::string type;        // "delivery-status", "disposition-notification", ...
  std::string fields;      // the machine-readable part
  std::string message_id;  // of the mail that is reported, without brackets; may be empty
};

struct Mail {
  std::vector<Field> fields;
  std::string subject;
  std::string message_id;  // without brackets; may be empty
  std::vector<std::string> in_reply_to;
  std::vector<std::string> references;
  std::vector<Mailbox> from;  // else Sender
  std::vector<Mailbox> to;    // To, then Cc
  std::optional<Timestamp> date;
  std::string text;  // the whole text, quoted parts included, \n line ends
  std::vector<Attachment> attachments;
  std::optional<Report> report;
  std::vector<std::string> warnings;

  // The first field of that name (lower case), or nothing.
  const std::string* field(std::string_view name) const;
};

// Fails with `limit` only.
Result<Mail> read_mail(std::string_view raw, const Limits& limits);

// An address with its domain in lower case, or "" when it is none: no @, spaces, control
// characters.
std::string plain_address(std::string_view address);

}  // namespace novelo::mime
