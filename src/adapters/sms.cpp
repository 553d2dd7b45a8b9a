#include "novelo/adapters/sms.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "adapters/form.hpp"
#include "adapters/json_reader.hpp"
#include "adapters/reply.hpp"
#include "adapters/settings.hpp"
#include "adapters/signature.hpp"
#include "adapters/text.hpp"
#include "base/url.hpp"
#include "novelo/base/digest.hpp"

namespace novelo {
namespace {

constexpr std::size_t longest_text = 1600;
constexpr std::size_t most_media = 10;
constexpr std::string_view whatsapp_tag = "whatsapp:";
constexpr std::string_view signature_header = "X-Twilio-Signature";

constexpr std::array setting_rules = {
    SettingRule{"account_sid", SettingRule::Form::word, true},
    SettingRule{"messaging_service_sid", SettingRule::Form::word, false},
    SettingRule{"status_callback", SettingRule::Form::url, false},
    SettingRule{"public_base", SettingRule::Form::url, false},
    SettingRule{"api_base", SettingRule::Form::url, false},
};

struct CodeClass {
  int code;
  SendErrorClass error;
};

// twilio.com/docs/api/errors. What is not here is decided by the HTTP status or, in a receipt, is
// `permanent`.
constexpr std::array code_classes = {
    CodeClass{20003, SendErrorClass::authentication},  // wrong account or token
    CodeClass{20429, SendErrorClass::throttled},       // too many requests
    CodeClass{21211, SendErrorClass::bad_address},     // not a number
    CodeClass{21408, SendErrorClass::permanent},       // the region is not enabled
    CodeClass{21610, SendErrorClass::opted_out},       // the recipient sent STOP
    CodeClass{21611, SendErrorClass::throttled},       // the sender's queue is full
    CodeClass{21614, SendErrorClass::bad_address},     // not a mobile number
    CodeClass{21617, SendErrorClass::permanent},       // too long
    CodeClass{30001, SendErrorClass::throttled},       // queue overflow
    CodeClass{30002, SendErrorClass::authentication},  // account suspended
    CodeClass{30003, SendErrorClass::retry},           // handset off or out of reach
    CodeClass{30004, SendErrorClass::permanent},       // blocked
    CodeClass{30005, SendErrorClass::bad_address},     // unknown handset
    CodeClass{30006, SendErrorClass::bad_address},     // a landline
    CodeClass{30007, SendErrorClass::permanent},       // filtered by the carrier
    CodeClass{30008, SendErrorClass::retry},           // unknown to the carrier
    CodeClass{63016, SendErrorClass::window_closed},   // outside the window
    CodeClass{63018, SendErrorClass::throttled},       // the channel's rate limit
    CodeClass{63024, SendErrorClass::bad_address},     // not reachable on the channel
};

SendErrorClass class_of_code(std::string_view code, SendErrorClass otherwise) {
  int number = 0;
  const auto read = std::from_chars(code.data(), code.data() + code.size(), number);
  if (read.ec != std::errc()) return otherwise;
  const auto found = std::find_if(code_classes.begin(), code_classes.end(),
                                  [&](const CodeClass& each) { return each.code == number; });
  return found == code_classes.end() ? otherwise : found->error;
}

// Twilio may be told to send its webhooks by GET: the fields are then the URL's.
std::string_view form_text(const Request& request) {
  return request.method == "GET" ? url_query(request.url) : std::string_view(request.body);
}

std::string signed_url(const Request& request, const Connection& connection) {
  const std::string base = base_url(connection, "public_base", "");
  return base.empty() ? request.url : base + std::string(url_target(request.url));
}

// The URL, and of a POST each field's name and value: sorted by both, equal pairs once.
Result<std::string> signed_text(const Request& request, const Connection& connection) {
  std::string text = signed_url(request, connection);
  if (request.method == "GET") return text;
  Result<Form> form = Form::parse(request.body);
  if (!form) return fail(form.error());
  std::vector<Form::Field> fields = form->fields();
  std::sort(fields.begin(), fields.end());
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  for (const auto& [name, value] : fields) text += name + value;
  return text;
}

Response twiml() {
  return {
      200, {{"Content-Type", "text/xml"}}, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>"};
}

struct Number {
  std::string text;
  bool tagged = false;  // of Twilio's WhatsApp
};

Number without_tag(std::string_view text) {
  if (!text.starts_with(whatsapp_tag)) return {std::string(text), false};
  return {std::string(text.substr(whatsapp_tag.size())), true};
}

// A short code, an alphanumeric sender or a number; the address is a number's digits.
Party read_party(const Form& form, const Number& from) {
  Party party;
  const bool plus = from.text.starts_with('+');
  party.address = {AddressKind::phone, to_utf8(plus ? from.text.substr(1) : from.text)};
  party.display_name = to_utf8(form.get("ProfileName"));
  return party;
}

MediaKind kind_of(std::string_view mime) {
  if (mime.starts_with("image/")) return MediaKind::image;
  if (mime.starts_with("audio/")) return MediaKind::audio;
  if (mime.starts_with("video/")) return MediaKind::video;
  if (mime == "text/vcard" || mime == "text/x-vcard") return MediaKind::contact;
  return MediaKind::document;
}

Result<std::size_t> count_media(const Form& form) {
  const std::string_view text = form.get("NumMedia");
  if (text.empty()) return 0;
  std::size_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (!all_digits(text) || read.ec != std::errc() || count > most_media) {
    return fail({ErrorCode::invalid, "bad_number", "NumMedia must be a number from 0 to 10.",
                 "NumMedia", "Pass the webhook on as Twilio sent it."});
  }
  return count;
}

Status read_media(const Form& form, InboundMessage& message) {
  const Result<std::size_t> count = count_media(form);
  if (!count) return fail(count.error());
  for (std::size_t i = 0; i < *count; ++i) {
    Media media;
    media.ref = to_utf8(form.get(fmt::format("MediaUrl{}", i)));
    media.mime = to_utf8(form.get(fmt::format("MediaContentType{}", i)));
    media.kind = kind_of(to_lower(media.mime));
    if (media.ref.empty()) {
      message.warnings.push_back(fmt::format("MediaUrl{} is missing.", i));
      continue;
    }
    message.content.media.push_back(std::move(media));
  }
  return {};
}

Error missing(std::string_view field) {
  return {ErrorCode::invalid, "missing_field", fmt::format("The field {} is missing.", field),
          std::string(field),
          "Point only webhooks of messages and their statuses here, and pass on every field."};
}

std::string message_sid(const Form& form) {
  for (const std::string_view name : {"MessageSid", "SmsMessageSid", "SmsSid"}) {
    if (!form.get(name).empty()) return to_utf8(form.get(name));
  }
  return {};
}

Status read_message(const Form& form, std::string id, Decoded& decoded) {
  if (form.get("From").empty()) return fail(missing("From"));
  if (form.get("To").empty()) return fail(missing("To"));
  const Number from = without_tag(form.get("From"));
  const Party party = read_party(form, from);
  const std::string to = to_utf8(form.get("To"));
  if (from.text.find(':') != std::string::npos) {
    const std::string what = "sender " + from.text.substr(0, from.text.find(':'));
    decoded.events.push_back(UnsupportedEvent{std::move(id), {}, party, to, to_utf8(what), false});
    return {};
  }
  InboundMessage message{std::move(id), {}, party, to, {}};
  if (from.tagged) message.warnings.push_back("A WhatsApp sender is read as a telephone number.");
  message.content.text = to_utf8(form.get("Body"));
  if (message.content.text != form.get("Body")) {
    message.warnings.push_back("Bytes of Body that are not UTF-8 were replaced.");
  }
  if (const Status media = read_media(form, message); !media) return media;
  decoded.events.push_back(std::move(message));
  return {};
}

DeliveryStatus status_of(std::string_view status) {
  if (status == "accepted" || status == "scheduled" || status == "queued" || status == "sending") {
    return DeliveryStatus::accepted;
  }
  if (status == "sent") return DeliveryStatus::sent;
  if (status == "delivered" || status == "partially_delivered") return DeliveryStatus::delivered;
  if (status == "read") return DeliveryStatus::read;
  if (status == "failed" || status == "undelivered" || status == "canceled") {
    return DeliveryStatus::failed;
  }
  return DeliveryStatus::none;
}

void read_status(const Form& form, std::string id, std::string_view status, const Request& request,
                 Decoded& decoded) {
  Receipt receipt;
  receipt.message_id = std::move(id);
  receipt.effect = read_effect(request.query("effect").value_or(""));
  receipt.status = status_of(status);
  receipt.to = to_utf8(form.get("From"));
  if (receipt.status == DeliveryStatus::none) {
    const std::string what = to_utf8(fmt::format("status {}", status));
    decoded.events.push_back(
        UnsupportedEvent{receipt.message_id, {}, Party(), receipt.to, what, false});
    return;
  }
  if (receipt.status == DeliveryStatus::failed) {
    const std::string_view code = form.get("ErrorCode");
    receipt.error =
        SendError{class_of_code(code, SendErrorClass::permanent),
                  to_utf8(code.empty() ? status : code), to_utf8(form.get("ErrorMessage"))};
  }
  decoded.events.push_back(std::move(receipt));
}

Error unable(std::string_view reason, std::string_view message, std::string_view subject,
             std::string_view remedy) {
  return {ErrorCode::unsupported, std::string(reason), std::string(message), std::string(subject),
          std::string(remedy)};
}

// "+" and the digits; numbers of up to seven digits are short codes and have no plus.
Result<std::string> write_number(std::string_view value) {
  const std::string_view digits = value.starts_with('+') ? value.substr(1) : value;
  if (!all_digits(digits) || digits.size() < 3 || digits.size() > 15 || digits.starts_with('0')) {
    return fail({ErrorCode::invalid, "bad_number", "The recipient's number is not international.",
                 "to", "Use the digits with country code, without leading zeros."});
  }
  return (digits.size() > 7 ? "+" : "") + std::string(digits);
}

Status check_content(const Content& content, const std::string& text) {
  if (content.template_use && text.empty()) {
    return fail(unable("no_templates", "SMS has no registered templates.", "template_use",
                       "Send the template's text."));
  }
  if (content.location) {
    return fail(unable("no_location", "SMS carries no location.", "location", "Send it as text."));
  }
  if (content.mail) {
    return fail(unable("no_mail", "SMS carries no mail.", "mail", "Send its text."));
  }
  if (content.media.size() > most_media) {
    return fail({ErrorCode::limit, "too_many_media", "One message carries at most ten media.",
                 "media", "Send them in several messages."});
  }
  for (const Media& media : content.media) {
    if (!media.ref.starts_with("https://") && !media.ref.starts_with("http://")) {
      return fail(unable("media_needs_url", "SMS media are named by a public URL.", "media",
                         "Send a link instead."));
    }
  }
  if (text.empty() && content.media.empty()) {
    return fail({ErrorCode::invalid, "empty_message", "There is nothing to send.", "text",
                 "Give it a text or a medium."});
  }
  return check_text(text, longest_text, "text");
}

Result<std::string> write_message(const OutboundMessage& message, const Connection& connection) {
  const Number from = without_tag(message.from);
  if (message.to.kind != AddressKind::phone) {
    return fail(unable("bad_address_kind", "SMS goes to telephone numbers only.", "to",
                       "Send it from an entry point of the contact's own channel."));
  }
  const Result<std::string> to = write_number(message.to.value);
  if (!to) return fail(to.error());
  const std::string text = with_numbered_options(message.content.text, message.content.options);
  if (const Status fits = check_content(message.content, text); !fits) return fail(fits.error());
  const std::string tag(from.tagged ? whatsapp_tag : "");
  const std::string_view service = connection.setting("messaging_service_sid");
  std::string form;
  append_field(form, "To", tag + *to);
  if (!service.empty()) {
    append_field(form, "MessagingServiceSid", service);
  } else if (from.text.empty()) {
    return fail({ErrorCode::invalid, "no_sender", "The entry point has no address to send from.",
                 "from", "Give it one, or set messaging_service_sid."});
  } else {
    const Result<std::string> number = write_number(from.text);
    append_field(form, "From", tag + (number ? *number : from.text));
  }
  if (!text.empty()) append_field(form, "Body", text);
  for (const Media& media : message.content.media) append_field(form, "MediaUrl", media.ref);
  const std::string callback(connection.setting("status_callback"));
  if (!callback.empty()) {
    const char mark = callback.find('?') == std::string::npos ? '?' : '&';
    append_field(form, "StatusCallback",
                 fmt::format("{}{}effect={}", callback, mark, write_effect(message.effect)));
  }
  return form;
}

}  // namespace

Capabilities SmsAdapter::capabilities(const Connection& connection) const {
  Capabilities able;
  able.channel = Channel::sms;
  able.text = longest_text;
  able.media = true;
  able.receipts = !connection.setting("status_callback").empty();
  return able;
}

Status SmsAdapter::check(const Connection& connection) const {
  if (const Status settings = check_settings(connection, setting_rules); !settings) return settings;
  return check_request_secret(connection, "auth_token");
}

Status SmsAdapter::verify(const Request& request, const Connection& connection) const {
  const std::string_view given = request.header(signature_header);
  const std::optional<std::string> body_digest = request.query("bodySHA256");
  // Of a body that is no form the signature covers the digest, which the URL carries.
  const Result<std::string> text =
      body_digest ? signed_url(request, connection) : signed_text(request, connection);
  if (!text) return fail(text.error());
  const Status sender =
      verify_any_secret(connection, "auth_token", signature_header, [&](const Secret& key) {
        return equal_constant_time(given, to_base64(hmac_sha1(key, *text)));
      });
  if (!sender) return sender;
  if (body_digest && !equal_constant_time(to_lower(*body_digest), to_hex(sha256(request.body)))) {
    return fail({ErrorCode::unauthentic, "bad_signature",
                 "The body is not the one that was signed.", "bodySHA256",
                 "Pass on the raw body, unchanged."});
  }
  return {};
}

Result<Decoded> SmsAdapter::decode(const Request& request, const Connection&) const {
  if (to_lower(request.header("Content-Type")).find("json") != std::string::npos) {
    return fail(unable("not_a_form", "Webhooks of messages are forms; this is JSON.",
                       "Content-Type", "Point only messages and their status callbacks here."));
  }
  const Result<Form> form = Form::parse(form_text(request));
  if (!form) return fail(form.error());
  std::string id = message_sid(*form);
  if (id.empty()) return fail(missing("MessageSid"));
  Decoded decoded;
  decoded.answer = twiml();
  const std::string_view sms_status = form->get("SmsStatus");
  const std::string_view status =
      form->get("MessageStatus").empty() ? sms_status : form->get("MessageStatus");
  if (!status.empty() && status != "received" && status != "receiving") {
    read_status(*form, std::move(id), status, request, decoded);
    return decoded;
  }
  if (const Status read = read_message(*form, std::move(id), decoded); !read) {
    return fail(read.error());
  }
  return decoded;
}

Result<Encoded> SmsAdapter::encode(const Outbound& outbound, const Connection& connection) const {
  const auto* const message = std::get_if<OutboundMessage>(&outbound);
  if (message == nullptr) {
    return fail(unable("no_calls", "SMS carries no calls.", "verb", "Use a voice entry point."));
  }
  Result<std::string> form = write_message(*message, connection);
  if (!form) return fail(form.error());
  const std::string account(connection.setting("account_sid"));
  Encoded encoded;
  encoded.request.url = fmt::format("{}/2010-04-01/Accounts/{}/Messages.json",
                                    base_url(connection, "api_base", "https://api.twilio.com"),
                                    percent_encode(account));
  encoded.request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  encoded.request.body = std::move(*form);
  encoded.request.authorization = {Authorization::Kind::basic, account, "auth_token"};
  encoded.request.idempotency_key = write_effect(message->effect);
  if (!message->content.options.empty()) {
    encoded.warnings.push_back("The options are sent as numbered lines.");
  }
  if (!message->content.reply_to.empty()) {
    encoded.warnings.push_back("SMS cannot show which message this one answers.");
  }
  return encoded;
}

SendOutcome SmsAdapter::read_reply(const Outbound&, const TransportReply& reply,
                                   const Connection&) const {
  const Result<Json> json = parse_json(reply.body);
  if (!json || !json->is_object()) return outcome_of_status(reply);
  std::optional<Error> fault;
  const JsonReader body(*json, fault);
  if (reply.status >= 200 && reply.status < 300) {
    SendOutcome outcome;
    outcome.provider_id = body.text("sid");
    if (outcome.provider_id.empty()) return outcome_of_status(reply);
    outcome.kind = SendOutcome::Kind::accepted;
    return outcome;
  }
  const std::string code = body.scalar("code");
  if (reply.status < 300 || code.empty()) return outcome_of_status(reply);
  return outcome_of_error(
      {class_of_code(code, class_of_status(reply.status)), code, body.text("message")},
      retry_after(reply));
}

}  // namespace novelo
