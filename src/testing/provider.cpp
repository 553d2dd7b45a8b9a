#include "novelo/testing/provider.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/url.hpp"
#include "novelo/base/digest.hpp"
#include "testing/view.hpp"

namespace novelo::testing {
namespace {

const Secret* secret_of(const Connection& connection, const std::string& name) {
  const auto found = connection.secrets.find(name);
  return found == connection.secrets.end() || found->second.empty() ? nullptr
                                                                    : &found->second.front();
}

void sign_text(Request& request, const Connection& connection, const std::string& secret,
               const std::string& header, std::string_view text) {
  const Secret* const key = secret_of(connection, secret);
  if (key == nullptr) return;
  request.headers.push_back({header, "sha256=" + to_hex(hmac_sha256(*key, text))});
}

// include/novelo/adapters/email.hpp: the envelope is signed with the mail.
std::string signed_mail(const Request& request) {
  std::string_view envelope = request.header("X-Envelope-To");
  while (!envelope.empty() && envelope.front() == ' ') envelope.remove_prefix(1);
  while (!envelope.empty() && envelope.back() == ' ') envelope.remove_suffix(1);
  return envelope.empty() ? request.body : fmt::format("{}\n{}", envelope, request.body);
}

// twilio.com/docs/usage/security: the URL, then each field's name and value in order of name.
void sign_form(Request& request, const Connection& connection) {
  const Secret* const key = secret_of(connection, "auth_token");
  if (key == nullptr) return;
  const std::string base(connection.setting("public_base"));
  std::string text = base.empty() ? request.url : base + std::string(url_target(request.url));
  for (const auto& [name, value] : form_body(request.body)) text += name + value.to_text();
  request.headers.push_back({"X-Twilio-Signature", to_base64(hmac_sha1(*key, text))});
}

}  // namespace

void sign(Request& request, const Connection& connection) {
  if (connection.adapter == "whatsapp") {
    sign_text(request, connection, "app_secret", "X-Hub-Signature-256", request.body);
  } else if (connection.adapter == "voice") {
    sign_text(request, connection, "shared_secret", "X-Novelo-Signature", request.body);
  } else if (connection.adapter == "email") {
    sign_text(request, connection, "shared_secret", "X-Novelo-Signature", signed_mail(request));
  } else if (connection.adapter == "sms") {
    sign_form(request, connection);
  }
}

std::string provider_id(std::string_view adapter, EffectId effect) {
  if (adapter == "whatsapp") return fmt::format("wamid.{:020}", effect.value());
  if (adapter == "sms") return fmt::format("SM{:032x}", effect.value());
  return fmt::format("{}-{}", adapter, effect.value());
}

TransportReply friendly_reply(std::string_view adapter, EffectId effect) {
  const std::string id = provider_id(adapter, effect);
  const std::vector<Header> json{{"Content-Type", "application/json"}};
  if (adapter == "whatsapp") {
    return {200, json,
            fmt::format(R"({{"messaging_product":"whatsapp","messages":[{{"id":"{}"}}]}})", id)};
  }
  if (adapter == "sms") {
    return {201, json, fmt::format(R"({{"sid":"{}","status":"queued","error_code":null}})", id)};
  }
  if (adapter == "email") return {250, {}, fmt::format("2.0.0 Ok: queued as {}", id)};
  if (adapter == "voice") return {200, json, R"({"ok":true})"};
  return {200, json, fmt::format(R"({{"id":"{}"}})", id)};
}

}  // namespace novelo::testing
