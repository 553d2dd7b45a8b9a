// A mail put together: the same values always give the same bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"

namespace novelo::mime {

// Every text is UTF-8; every address and id has been checked by the caller.
struct Draft {
  std::string from_name;
  std::string from;
  std::string to;
  std::string reply_to;  // may be empty
  std::string subject;   // one line
  std::string message_id;
  std::vector<std::string> in_reply_to;
  std::vector<std::string> references;
  std::optional<Timestamp> date;
  std::string auto_submitted;  // RFC 3834; may be empty
  std::string text;            // \n line ends
};

// The whole message with \r\n line ends. It is one part, so there is no boundary to choose.
std::string write_mail(const Draft& draft);

}  // namespace novelo::mime
