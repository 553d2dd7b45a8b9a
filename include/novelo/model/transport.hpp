// Transport: requests and answers as bytes, between the host and a provider. The library makes and
// reads them; the host carries them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace novelo {

struct Header {
  std::string name;  // compared without regard to case
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

// What arrived: a webhook, a mail (the body is the raw message), an event of a telephone system.
struct Request {
  std::string method = "POST";
  std::string url;  // as the provider sees it, query included: signatures may cover it
  std::vector<Header> headers;
  std::string body;  // raw bytes

  // The first header of that name, or "".
  std::string_view header(std::string_view name) const;
  // The path of `url`, without scheme, host and query: "/hooks/whatsapp".
  std::string_view path() const;
  // The decoded query parameter, or nothing.
  std::optional<std::string> query(std::string_view name) const;
};

// What the provider is to be answered.
struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;

  friend bool operator==(const Response&, const Response&) = default;
};

// How the host authorises a request. `bearer`: `Authorization: Bearer <text>`; `basic`: base64 of
// `user:<text>` (for mail, SMTP AUTH). The text is the first of
// `EngineOptions::secrets[Handout::connection][secret]`.
struct Authorization {
  enum class Kind : std::uint8_t { none, bearer, basic };
  Kind kind = Kind::none;
  std::string user;    // basic
  std::string secret;  // name of one of the connection's secrets

  friend bool operator==(const Authorization&, const Authorization&) = default;
};

// What the host is to send. For mail: method "MAIL", the URL is "mailto:", the body is the whole
// message, and the headers carry the envelope as X-Envelope-From and X-Envelope-To.
struct TransportRequest {
  std::string method = "POST";
  std::string url;
  std::vector<Header> headers;
  std::string body;
  Authorization authorization;
  // The effect's id. The body or the callback URL carries it already where the provider repeats it:
  // add a header only where yours documents one.
  std::string idempotency_key;

  friend bool operator==(const TransportRequest&, const TransportRequest&) = default;
};

// The provider's raw answer to a TransportRequest; `status` 0 when none came. Give the headers too:
// Retry-After is read from them. Where nothing surely went out, settle with a `Failed` whose
// `retry` is true instead.
struct TransportReply {
  int status = 0;
  std::vector<Header> headers;
  std::string body;

  friend bool operator==(const TransportReply&, const TransportReply&) = default;
};

}  // namespace novelo
