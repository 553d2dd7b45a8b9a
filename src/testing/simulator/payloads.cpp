#include "testing/simulator/payloads.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/base/time.hpp"
#include "novelo/testing/provider.hpp"

namespace novelo::testing {
namespace {

using Json = nlohmann::json;

std::string seconds_of(const std::optional<Timestamp>& at) {
  const auto since = at.value_or(Timestamp{}).time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

// --- WhatsApp ------------------------------------------------------------------------------------
// "voice" is an audio message that says so.
void add_medium(Json& json, const Media& medium, const std::string& caption) {
  const bool voice = medium.kind == MediaKind::voice;
  const std::string type = voice ? "audio" : std::string(to_string(medium.kind));
  json["type"] = type;
  Json& body = json[type];
  body = {{"id", medium.ref}, {"mime_type", medium.mime}};
  if (voice) body["voice"] = true;
  if (!caption.empty()) body["caption"] = caption;
}

bool has_number(const InboundMessage& message) {
  return message.from.address.kind == AddressKind::phone;
}

Json whatsapp_message(const InboundMessage& message) {
  Json json{{"id", message.id}};
  json[has_number(message) ? "from" : "from_user_id"] = message.from.address.value;
  for (const Address& alias : message.from.aliases) json["from_user_id"] = alias.value;
  if (message.at) json["timestamp"] = seconds_of(message.at);
  if (message.content.choice) {
    json["type"] = "interactive";
    json["interactive"] = {
        {"type", "button_reply"},
        {"button_reply",
         {{"id", message.content.choice->id}, {"title", message.content.choice->title}}}};
  } else if (!message.content.media.empty()) {
    add_medium(json, message.content.media.front(), message.content.text);
  } else if (message.content.location) {
    json["type"] = "location";
    json["location"] = {{"latitude", message.content.location->latitude},
                        {"longitude", message.content.location->longitude}};
  } else {
    json["type"] = "text";
    json["text"] = {{"body", message.content.text}};
  }
  return json;
}

Json whatsapp_status(const Receipt& receipt) {
  Json json{{"id", receipt.message_id},
            {"status", std::string(to_string(receipt.status))},
            {"timestamp", seconds_of(receipt.at)}};
  if (receipt.effect) json["biz_opaque_callback_data"] = std::to_string(receipt.effect.value());
  if (receipt.error) {
    json["errors"] = Json::array({{{"code", 131026}, {"title", "Message undeliverable"}}});
  }
  return json;
}

std::optional<std::string> whatsapp_body(const ChannelEvent& event) {
  Json value{{"messaging_product", "whatsapp"}};
  if (const auto* message = std::get_if<InboundMessage>(&event)) {
    const auto& media = message->content.media;
    const bool card = !media.empty() && media.front().kind == MediaKind::contact;
    if (media.size() > 1 || card) return std::nullopt;
    value["metadata"] = {{"phone_number_id", message->to}};
    Json contact{{"profile", {{"name", message->from.display_name}}}};
    if (has_number(*message)) contact["wa_id"] = message->from.address.value;
    value["contacts"] = Json::array({std::move(contact)});
    value["messages"] = Json::array({whatsapp_message(*message)});
  } else if (const auto* receipt = std::get_if<Receipt>(&event)) {
    value["metadata"] = {{"phone_number_id", receipt->to}};
    value["statuses"] = Json::array({whatsapp_status(*receipt)});
  } else {
    return std::nullopt;
  }
  const Json change{{"field", "messages"}, {"value", std::move(value)}};
  return Json{{"object", "whatsapp_business_account"},
              {"entry", Json::array({{{"id", "1"}, {"changes", Json::array({change})}}})}}
      .dump();
}

// --- SMS -----------------------------------------------------------------------------------------
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    form += (form.empty() ? "" : "&") + name + "=" + escaped(value);
  }
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
void add_call(Json& json, const CallEvent& call) {
  json["call"] = call.call;
  if (call.effect) json["answers"] = std::to_string(call.effect.value());
  if (call.from.address.kind == AddressKind::phone) json["from"] = call.from.address.value;
  if (!call.to.empty()) json["to"] = call.to;
  if (call.kind == CallEventKind::digits) json["digits"] = call.digits;
  if (call.kind == CallEventKind::speech) json["text"] = call.text;
  if (call.kind == CallEventKind::recorded && call.media) {
    json["recording"] = {{"ref", call.media->ref},
                         {"mime", "audio/ogg"},
                         {"seconds", static_cast<double>(call.length.count()) / 1e6}};
    if (!call.text.empty()) json["transcript"] = call.text;
  }
  if (call.cause != 0) json["cause"] = call.cause;
}

Json device_of(const Device& device) {
  Json json{{"device", device.device}, {"state", std::string(to_string(device.state))}};
  if (!device.call.empty()) json["call"] = device.call;
  return json;
}

Json live_call_of(const LiveCall& call) {
  Json json{{"call", call.call}, {"state", std::string(to_string(call.state))}};
  if (call.at) json["at"] = to_string(*call.at);
  if (call.from.address.kind == AddressKind::phone) json["from"] = call.from.address.value;
  if (!call.to.empty()) json["to"] = call.to;
  if (!call.device.empty()) json["device"] = call.device;
  if (call.doing) json["doing"] = std::to_string(call.doing.value());
  return json;
}

void add_report(Json& json, const CallReport& report) {
  json["at"] = to_string(report.at);
  if (report.effect) json["answers"] = std::to_string(report.effect.value());
  json["calls"] = Json::array();
  for (const LiveCall& call : report.calls) json["calls"].push_back(live_call_of(call));
  if (report.devices.empty()) return;
  json["devices"] = Json::array();
  for (const Device& device : report.devices) json["devices"].push_back(device_of(device));
}

std::optional<std::string> voice_body(const ChannelEvent& event) {
  Json json;
  const auto begin = [&](const std::string& id, const std::string& word,
                         const std::optional<Timestamp>& at) {
    json["event_id"] = id;
    json["event"] = word;
    if (at) json["at"] = to_string(*at);
  };
  if (const auto* call = std::get_if<CallEvent>(&event)) {
    begin(call->id, std::string(to_string(call->kind)), call->at);
    add_call(json, *call);
  } else if (const auto* told = std::get_if<DeviceEvent>(&event)) {
    begin(told->id, "device", told->at);
    json.update(device_of(told->device));
  } else if (const auto* report = std::get_if<CallReport>(&event)) {
    begin(report->id, "report", report->at);
    add_report(json, *report);
  } else if (const auto* started = std::get_if<SystemStarted>(&event)) {
    begin(started->id, "started", started->at);
  } else {
    return std::nullopt;
  }
  return json.dump();
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
