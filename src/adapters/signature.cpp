#include "adapters/signature.hpp"

#include <fmt/format.h>

#include "adapters/text.hpp"
#include "novelo/base/digest.hpp"

namespace novelo {

Status verify_any_secret(const Connection& connection, std::string_view secret,
                         std::string_view subject,
                         const std::function<bool(const Secret&)>& matches) {
  bool any = false;
  bool matched = false;
  const auto found = connection.secrets.find(std::string(secret));
  if (found != connection.secrets.end()) {
    for (const Secret& each : found->second) {
      if (each.empty()) continue;
      any = true;
      if (matches(each)) matched = true;
    }
  }
  if (!any) {
    return fail({ErrorCode::unauthentic, "no_secret",
                 fmt::format("No secret \"{}\" is set, so the request cannot be checked.", secret),
                 std::string(subject), fmt::format("Set the secret \"{}\".", secret)});
  }
  if (!matched) {
    return fail({ErrorCode::unauthentic, "bad_signature",
                 "The request does not carry proof of its sender.", std::string(subject),
                 fmt::format("Check the secret \"{}\".", secret)});
  }
  return {};
}

Status verify_sha256(const Request& request, std::string_view name, std::string_view text,
                     const Connection& connection, std::string_view secret) {
  constexpr std::string_view scheme = "sha256=";
  std::string given = to_lower(request.header(name));
  given.erase(0, given.starts_with(scheme) ? scheme.size() : given.size());
  return verify_any_secret(connection, secret, name, [&](const Secret& key) {
    return equal_constant_time(given, to_hex(hmac_sha256(key, text)));
  });
}

}  // namespace novelo
