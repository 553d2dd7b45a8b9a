#include "testing/simulator/payloads.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "adapters/form.hpp"
#include "novelo/base/time.hpp"
#include "novelo/testing/provider.hpp"

namespace novelo::testing {
namespace {

// A JSON text as it is written, member by member.
class JsonText {
 public:
  JsonText() { writer_.StartObject(); }

  void add(std::string_view name, std::string_view text) {
    key(name);
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void add(std::string_view name, const char* text) { add(name, std::string_view(text)); }
  void add(std::string_view name, bool flag) {
    key(name);
    writer_.Bool(flag);
  }
  void add(std::string_view name, int number) {
    key(name);
    writer_.Int(number);
  }
  void add(std::string_view name, double number) {
    key(name);
    writer_.Double(number);
  }
  // Without a name: the next item of a list.
  void begin_object(std::string_view name = {}) {
    if (!name.empty()) key(name);
    writer_.StartObject();
  }
  void end_object() { writer_.EndObject(); }
  void begin_list(std::string_view name) {
    key(name);
    writer_.StartArray();
  }
  void end_list() { writer_.EndArray(); }

  std::string take() {
    writer_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

std::string seconds_of(const std::optional<Timestamp>& at) {
  const auto since = at.value_or(Timestamp{}).time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

// --- WhatsApp ------------------------------------------------------------------------------------
// "voice" is an audio message that says so.
void add_medium(JsonText& json, const Media& medium, const std::string& caption) {
  const bool voice = medium.kind == MediaKind::voice;
  const std::string_view type = voice ? "audio" : to_string(medium.kind);
  json.add("type", type);
  json.begin_object(type);
  json.add("id", medium.ref);
  json.add("mime_type", medium.mime);
  if (voice) json.add("voice", true);
  if (!caption.empty()) json.add("caption", caption);
  json.end_object();
}

bool has_number(const InboundMessage& message) {
  return message.from.address.kind == AddressKind::phone;
}

void add_choice(JsonText& json, const Option& choice) {
  json.add("type", "interactive");
  json.begin_object("interactive");
  json.add("type", "button_reply");
  json.begin_object("button_reply");
  json.add("id", choice.id);
  json.add("title", choice.title);
  json.end_object();
  json.end_object();
}

void add_content(JsonText& json, const Content& content) {
  if (content.choice) return add_choice(json, *content.choice);
  if (!content.media.empty()) return add_medium(json, content.media.front(), content.text);
  if (content.location) {
    json.add("type", "location");
    json.begin_object("location");
    json.add("latitude", content.location->latitude);
    json.add("longitude", content.location->longitude);
  } else {
    json.add("type", "text");
    json.begin_object("text");
    json.add("body", content.text);
  }
  json.end_object();
}

void add_message(JsonText& json, const InboundMessage& message) {
  json.begin_list("contacts");
  json.begin_object();
  json.begin_object("profile");
  json.add("name", message.from.display_name);
  json.end_object();
  if (has_number(message)) json.add("wa_id", message.from.address.value);
  json.end_object();
  json.end_list();
  json.begin_list("messages");
  json.begin_object();
  json.add("id", message.id);
  const bool told = !has_number(message) || !message.from.aliases.empty();
  if (has_number(message)) json.add("from", message.from.address.value);
  if (told) {
    const auto& aliases = message.from.aliases;
    json.add("from_user_id", aliases.empty() ? message.from.address.value : aliases.back().value);
  }
  if (message.at) json.add("timestamp", seconds_of(message.at));
  add_content(json, message.content);
  json.end_object();
  json.end_list();
}

void add_status(JsonText& json, const Receipt& receipt) {
  json.begin_list("statuses");
  json.begin_object();
  json.add("id", receipt.message_id);
  json.add("status", to_string(receipt.status));
  json.add("timestamp", seconds_of(receipt.at));
  if (receipt.effect) {
    json.add("biz_opaque_callback_data", std::to_string(receipt.effect.value()));
  }
  if (receipt.error) {
    json.begin_list("errors");
    json.begin_object();
    json.add("code", 131026);
    json.add("title", "Message undeliverable");
    json.end_object();
    json.end_list();
  }
  json.end_object();
  json.end_list();
}

void begin_change(JsonText& json, std::string_view number) {
  json.add("object", "whatsapp_business_account");
  json.begin_list("entry");
  json.begin_object();
  json.add("id", "1");
  json.begin_list("changes");
  json.begin_object();
  json.add("field", "messages");
  json.begin_object("value");
  json.add("messaging_product", "whatsapp");
  json.begin_object("metadata");
  json.add("phone_number_id", number);
  json.end_object();
}

std::string end_change(JsonText& json) {
  json.end_object();  // value
  json.end_object();  // change
  json.end_list();
  json.end_object();  // entry
  json.end_list();
  return json.take();
}

std::optional<std::string> whatsapp_body(const ChannelEvent& event) {
  JsonText json;
  if (const auto* message = std::get_if<InboundMessage>(&event)) {
    const auto& media = message->content.media;
    const bool card = !media.empty() && media.front().kind == MediaKind::contact;
    if (media.size() > 1 || card) return std::nullopt;
    begin_change(json, message->to);
    add_message(json, *message);
  } else if (const auto* receipt = std::get_if<Receipt>(&event)) {
    begin_change(json, receipt->to);
    add_status(json, *receipt);
  } else {
    return std::nullopt;
  }
  return end_change(json);
}

// --- SMS -----------------------------------------------------------------------------------------
std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string form;
  for (const auto& [name, value] : fields) append_field(form, name, value);
  return form;
}

std::optional<std::string> sms_body(const ChannelEvent& event, const Connection& connection) {
  const std::string account(connection.setting("account_sid"));
  if (const auto* message = std::get_if<InboundMessage>(&event)) {
    const auto& media = message->content.media;
    if (message->content.location) return std::nullopt;
    std::vector<std::pair<std::string, std::string>> fields{
        {"MessageSid", message->id},
        {"AccountSid", account},
        {"From", "+" + message->from.address.value},
        {"To", message->to},
        {"NumMedia", std::to_string(media.size())},
        {"Body", message->content.text}};
    for (std::size_t i = 0; i < media.size(); ++i) {
      fields.emplace_back(fmt::format("MediaUrl{}", i), media[i].ref);
      fields.emplace_back(fmt::format("MediaContentType{}", i), media[i].mime);
    }
    return form_of(fields);
  }
  if (const auto* receipt = std::get_if<Receipt>(&event)) {
    std::string status(to_string(receipt->status));
    if (receipt->status == DeliveryStatus::failed) status = "undelivered";
    return form_of({{"MessageSid", receipt->message_id},
                    {"AccountSid", account},
                    {"From", receipt->to},
                    {"MessageStatus", std::move(status)},
                    {"ErrorCode", receipt->error ? "30006" : "0"}});
  }
  return std::nullopt;
}

// --- voice ---------------------------------------------------------------------------------------
void add_call(JsonText& json, const CallEvent& call) {
  json.add("call", call.call);
  if (call.effect) json.add("answers", std::to_string(call.effect.value()));
  if (call.from.address.kind == AddressKind::phone) json.add("from", call.from.address.value);
  if (!call.to.empty()) json.add("to", call.to);
  if (call.kind == CallEventKind::digits) json.add("digits", call.digits);
  if (call.kind == CallEventKind::speech) json.add("text", call.text);
  if (call.kind == CallEventKind::recorded && call.media) {
    json.begin_object("recording");
    json.add("ref", call.media->ref);
    json.add("mime", "audio/ogg");
    json.add("seconds", static_cast<double>(call.length.count()) / 1e6);
    json.end_object();
    if (!call.text.empty()) json.add("transcript", call.text);
  }
  if (call.cause != 0) json.add("cause", call.cause);
}

void add_device(JsonText& json, const Device& device) {
  json.add("device", device.device);
  json.add("state", to_string(device.state));
  if (!device.call.empty()) json.add("call", device.call);
}

void add_live_call(JsonText& json, const LiveCall& call) {
  json.add("call", call.call);
  json.add("state", to_string(call.state));
  if (call.at) json.add("at", to_string(*call.at));
  if (call.from.address.kind == AddressKind::phone) json.add("from", call.from.address.value);
  if (!call.to.empty()) json.add("to", call.to);
  if (!call.device.empty()) json.add("device", call.device);
  if (call.doing) json.add("doing", std::to_string(call.doing.value()));
}

void add_report(JsonText& json, const CallReport& report) {
  if (report.effect) json.add("answers", std::to_string(report.effect.value()));
  json.begin_list("calls");
  for (const LiveCall& call : report.calls) {
    json.begin_object();
    add_live_call(json, call);
    json.end_object();
  }
  json.end_list();
  if (report.devices.empty()) return;
  json.begin_list("devices");
  for (const Device& device : report.devices) {
    json.begin_object();
    add_device(json, device);
    json.end_object();
  }
  json.end_list();
}

std::optional<std::string> voice_body(const ChannelEvent& event) {
  JsonText json;
  const auto begin = [&](const std::string& id, std::string_view word,
                         const std::optional<Timestamp>& at) {
    json.add("event_id", id);
    json.add("event", word);
    if (at) json.add("at", to_string(*at));
  };
  if (const auto* call = std::get_if<CallEvent>(&event)) {
    begin(call->id, to_string(call->kind), call->at);
    add_call(json, *call);
  } else if (const auto* told = std::get_if<DeviceEvent>(&event)) {
    begin(told->id, "device", told->at);
    add_device(json, told->device);
  } else if (const auto* report = std::get_if<CallReport>(&event)) {
    begin(report->id, "report", report->at);
    add_report(json, *report);
  } else if (const auto* started = std::get_if<SystemStarted>(&event)) {
    begin(started->id, "started", started->at);
  } else {
    return std::nullopt;
  }
  return json.take();
}

// --- mail ----------------------------------------------------------------------------------------
std::string mail_parts(const Content& content) {
  const std::string plain =
      "Content-Type: text/plain; charset=utf-8\r\n\r\n" + content.text + "\r\n";
  if (content.media.empty()) return plain;
  std::string text = "Content-Type: multipart/mixed; boundary=part\r\n\r\n--part\r\n" + plain;
  for (const Media& medium : content.media) {
    text += fmt::format(
        "--part\r\nContent-Type: {}\r\nContent-Disposition: attachment; filename=a.bin\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n",
        medium.mime);
  }
  return text + "--part--\r\n";
}

std::optional<std::string> mail_body(const ChannelEvent& event) {
  const auto* message = std::get_if<InboundMessage>(&event);
  if (message == nullptr || !message->content.mail) return std::nullopt;
  const Mail& mail = *message->content.mail;
  if (mail.automatic == AutoMail::bounce) return std::nullopt;  // a report has a form of its own
  std::string text = fmt::format("From: <{}>\r\nTo: <{}>\r\n", message->from.address.value,
                                 mail.to.empty() ? message->to : mail.to.front());
  text += fmt::format("Message-ID: <{}>\r\nSubject: {}\r\n", mail.message_id, mail.subject);
  for (const std::string& id : mail.in_reply_to) text += fmt::format("In-Reply-To: <{}>\r\n", id);
  for (const std::string& id : mail.references) text += fmt::format("References: <{}>\r\n", id);
  if (mail.automatic == AutoMail::reply) text += "Auto-Submitted: auto-replied\r\n";
  if (mail.automatic == AutoMail::generated) text += "Auto-Submitted: auto-generated\r\n";
  if (mail.automatic == AutoMail::list) text += "List-Id: <news.mail.example>\r\n";
  return text + "MIME-Version: 1.0\r\n" + mail_parts(message->content);
}

std::optional<std::string> body_of(const ChannelEvent& event, const Connection& connection) {
  if (connection.adapter == "whatsapp") return whatsapp_body(event);
  if (connection.adapter == "sms") return sms_body(event, connection);
  if (connection.adapter == "voice") return voice_body(event);
  if (connection.adapter == "email") return mail_body(event);
  return std::nullopt;
}

}  // namespace

std::optional<Request> payload_of(const ChannelEvent& event, const Connection& connection) {
  std::optional<std::string> body = body_of(event, connection);
  if (!body) return std::nullopt;
  Request request;
  request.url = "https://desk.example" + connection.path;
  if (connection.adapter == "sms") {
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  }
  request.body = std::move(*body);
  sign(request, connection);
  return request;
}

}  // namespace novelo::testing
