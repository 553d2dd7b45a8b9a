#include "novelo/adapters/whatsapp.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "adapters/reply.hpp"
#include "adapters/settings.hpp"
#include "adapters/signature.hpp"
#include "adapters/text.hpp"
#include "adapters/whatsapp_codec.hpp"
#include "base/url.hpp"
#include "novelo/base/digest.hpp"

namespace novelo {
namespace {

constexpr std::array setting_rules = {
    SettingRule{"api_base", SettingRule::Form::url, false},
    SettingRule{"list_button", SettingRule::Form::text, false},
};

bool is_handshake(const Request& request) {
  return request.method == "GET";
}

Status verify_handshake(const Request& request, const Connection& connection) {
  if (request.query("hub.mode") != "subscribe") {
    return fail({ErrorCode::unauthentic, "bad_handshake", "hub.mode is not \"subscribe\".",
                 "hub.mode", "Let only Meta's webhooks come to this path."});
  }
  const std::string given = request.query("hub.verify_token").value_or("");
  return verify_any_secret(connection, "verify_token", "hub.verify_token", [&](const Secret& key) {
    return equal_constant_time(given, key.reveal());
  });
}

}  // namespace

Capabilities WhatsAppAdapter::capabilities(const Connection&) const {
  Capabilities able;
  able.channel = Channel::whatsapp;
  able.text = whatsapp::longest_text;
  able.buttons = whatsapp::most_buttons;
  able.button_title = whatsapp::longest_button;
  able.list_rows = whatsapp::most_rows;
  able.list_title = whatsapp::longest_row;
  able.media = true;
  able.templates = true;
  able.window = std::chrono::hours(24);
  able.receipts = true;
  return able;
}

Status WhatsAppAdapter::check(const Connection& connection) const {
  if (const Status settings = check_settings(connection, setting_rules); !settings) return settings;
  if (const Status label =
          check_text(connection.setting("list_button"), whatsapp::longest_button, "list_button");
      !label) {
    Error error = label.error();
    error.code = ErrorCode::invalid;
    return fail(std::move(error));
  }
  return check_request_secret(connection, "app_secret");
}

Status WhatsAppAdapter::verify(const Request& request, const Connection& connection) const {
  if (is_handshake(request)) return verify_handshake(request, connection);
  return verify_sha256(request, "X-Hub-Signature-256", request.body, connection, "app_secret");
}

Result<Decoded> WhatsAppAdapter::decode(const Request& request, const Connection&) const {
  if (is_handshake(request)) {
    Decoded decoded;
    decoded.answer.headers = {{"Content-Type", "text/plain"}};
    decoded.answer.body = request.query("hub.challenge").value_or("");
    return decoded;
  }
  return whatsapp::decode(request.body);
}

Result<Encoded> WhatsAppAdapter::encode(const Outbound& outbound,
                                        const Connection& connection) const {
  const auto* const message = std::get_if<OutboundMessage>(&outbound);
  if (message == nullptr) {
    return fail({ErrorCode::unsupported, "no_calls", "This channel carries no calls.", "verb",
                 "Use a voice entry point."});
  }
  if (message->from.empty()) {
    return fail({ErrorCode::invalid, "no_sender", "The entry point has no phone_number_id.", "from",
                 "Give the entry point its phone_number_id as address."});
  }
  Result<whatsapp::Body> body = whatsapp::encode(*message, connection);
  if (!body) return fail(body.error());
  Encoded encoded;
  encoded.request.url = fmt::format(
      "{}/{}/messages", base_url(connection, "api_base", "https://graph.facebook.com/v25.0"),
      percent_encode(message->from));
  encoded.request.headers = {{"Content-Type", "application/json"}};
  encoded.request.body = write_json(body->json);
  encoded.request.authorization = {Authorization::Kind::bearer, "", "access_token"};
  encoded.request.idempotency_key = write_effect(message->effect);
  encoded.warnings = std::move(body->warnings);
  return encoded;
}

SendOutcome WhatsAppAdapter::read_reply(const Outbound&, const TransportReply& reply,
                                        const Connection&) const {
  const Result<Json> json = parse_json(reply.body);
  if (!json || !json->is_object()) return outcome_of_status(reply);
  std::optional<Error> fault;
  const JsonReader body(*json, fault);
  if (reply.status >= 200 && reply.status < 300) {
    SendOutcome outcome;
    const std::vector<JsonReader> messages = body.objects("messages");
    if (!messages.empty()) outcome.provider_id = messages.front().text("id");
    if (outcome.provider_id.empty()) return outcome_of_status(reply);
    outcome.kind = SendOutcome::Kind::accepted;
    return outcome;
  }
  const JsonReader given = body.object("error");
  if (reply.status < 300 || !given.has("code")) return outcome_of_status(reply);
  const SendErrorClass otherwise =
      given.flag("is_transient") ? SendErrorClass::retry : class_of_status(reply.status);
  SendError error = whatsapp::read_error(given, otherwise);
  const Duration pause = std::max(retry_after(reply), whatsapp::pause_after(error));
  return outcome_of_error(std::move(error), pause);
}

}  // namespace novelo
