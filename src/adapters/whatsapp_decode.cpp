#include <charconv>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "adapters/text.hpp"
#include "adapters/whatsapp_codec.hpp"
#include "novelo/base/digest.hpp"

namespace novelo::whatsapp {
namespace {

constexpr std::string_view unchanged = "Pass the webhook on as Meta sent it, whole and unchanged.";

// Seconds since 1970 as text or number; some carry milliseconds, which no second of the next three
// thousand years could be.
std::optional<Timestamp> read_time(const JsonReader& object, std::string_view key) {
  constexpr std::int64_t first_milliseconds = 100'000'000'000;
  constexpr std::int64_t last_milliseconds = 100'000'000'000'000;
  const std::string text = object.scalar(key);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!all_digits(text) || read.ec != std::errc() || value > last_milliseconds) {
    object.blame(key, "bad_time", "Seconds or milliseconds since 1970 are expected.",
                 "Write the time as a number or its digits, not as a date.");
    return std::nullopt;
  }
  if (value < first_milliseconds) return Timestamp(std::chrono::seconds(value));
  return Timestamp(std::chrono::milliseconds(value));
}

// What Meta sends without an id of its own gets the digest of its bytes: the same again is the
// same.
std::string digest_id(const JsonReader& object) {
  constexpr std::size_t length = 32;
  if (object.json() == nullptr) return {};
  return "sha256:" + to_hex(sha256(write_json(*object.json()))).substr(0, length);
}

// The senders of one change, found by number or by user id.
class Senders {
 public:
  explicit Senders(const JsonReader& value) {
    for (const JsonReader& contact : value.objects("contacts")) {
      contacts_.push_back(contact);
      const std::size_t at = contacts_.size() - 1;
      for (const std::string_view key : {"wa_id", "user_id", "parent_user_id"}) {
        std::string id = contact.text(key);
        if (!id.empty()) by_id_.emplace(std::move(id), at);
      }
    }
  }

  // A party without an address when the message names no sender.
  Party party_of(const JsonReader& message) const {
    const std::string from = message.text("from");
    std::string user = message.text("from_user_id");
    std::string parent = message.text("from_parent_user_id");
    std::string phone = all_digits(from) ? from : "";
    // A sender without a number may stand in "from" by the user id.
    if (user.empty() && phone.empty()) user = from;
    Party party;
    if (const JsonReader* const contact = find(phone, user)) {
      const std::string number = contact->text("wa_id");
      if (phone.empty() && all_digits(number)) phone = number;
      if (user.empty()) user = contact->text("user_id");
      if (parent.empty()) parent = contact->text("parent_user_id");
      party.display_name = contact->object("profile").text("name");
    }
    for (const std::string& id : {user, parent}) {
      if (!id.empty()) party.aliases.push_back({AddressKind::whatsapp, id});
    }
    if (!phone.empty()) {
      party.address = {AddressKind::phone, phone};
    } else if (!party.aliases.empty()) {
      party.address = party.aliases.front();
      party.aliases.erase(party.aliases.begin());
    }
    return party;
  }

 private:
  const JsonReader* find(const std::string& phone, const std::string& user) const {
    for (const std::string& id : {user, phone}) {
      const auto found = by_id_.find(id);
      if (!id.empty() && found != by_id_.end()) return &contacts_[found->second];
    }
    // A message may leave the sender to the one contact beside it.
    const bool unnamed = phone.empty() && user.empty();
    return unnamed && contacts_.size() == 1 ? &contacts_.front() : nullptr;
  }

  std::vector<JsonReader> contacts_;
  std::map<std::string, std::size_t> by_id_;
};

std::optional<MediaKind> media_kind(std::string_view type) {
  if (type == "image") return MediaKind::image;
  if (type == "audio") return MediaKind::audio;
  if (type == "voice") return MediaKind::voice;
  if (type == "video") return MediaKind::video;
  if (type == "document") return MediaKind::document;
  if (type == "sticker") return MediaKind::sticker;
  return std::nullopt;
}

Content read_media(const JsonReader& medium, MediaKind kind) {
  Content content;
  Media media;
  media.kind = medium.flag("voice") ? MediaKind::voice : kind;
  media.mime = medium.text("mime_type");
  media.name = medium.text("filename");
  media.ref = medium.scalar("id");
  if (media.ref.empty()) media.ref = medium.text("url");
  if (media.ref.empty()) medium.blame("id", "missing_member", "The medium has no id.", unchanged);
  content.text = medium.text("caption");
  content.media.push_back(std::move(media));
  return content;
}

Content read_location(const JsonReader& location) {
  const double latitude = location.number("latitude").value_or(NAN);
  const double longitude = location.number("longitude").value_or(NAN);
  if (!(std::abs(latitude) <= 90)) {
    location.blame("latitude", "bad_number", "Degrees from -90 to 90 are expected.", unchanged);
  }
  if (!(std::abs(longitude) <= 180)) {
    location.blame("longitude", "bad_number", "Degrees from -180 to 180 are expected.", unchanged);
  }
  Content content;
  content.location = Location{latitude, longitude, location.text("name"), location.text("address")};
  return content;
}

// A card becomes a line "name, number, ...", and a medium that refers to its first number.
Content read_cards(const JsonReader& message) {
  Content content;
  for (const JsonReader& card : message.objects("contacts")) {
    Media media;
    media.kind = MediaKind::contact;
    media.mime = "text/vcard";
    media.name = card.object("name").text("formatted_name");
    std::string line = media.name;
    for (const JsonReader& phone : card.objects("phones")) {
      const std::string number = phone.text("phone");
      if (number.empty()) continue;
      if (media.ref.empty()) media.ref = "tel:" + number;
      line += (line.empty() ? "" : ", ") + number;
    }
    if (!content.text.empty()) content.text += '\n';
    content.text += line;
    content.media.push_back(std::move(media));
  }
  return content;
}

Content read_choice(const JsonReader& choice, std::string_view id, std::string_view title) {
  Content content;
  content.text = choice.text(title);
  content.choice = Option{choice.text(id), content.text};
  return content;
}

// The message's content, or nothing and in `what` the name of a kind that cannot be expressed.
std::optional<Content> read_content(const JsonReader& message, std::string& what) {
  const std::string type = message.text("type");
  what = type.empty() ? "message without type" : type;
  if (message.has("group_id")) {
    what = "group";
    return std::nullopt;
  }
  if (type == "text") {
    Content content;
    content.text = message.object("text").text("body");
    return content;
  }
  if (const std::optional<MediaKind> kind = media_kind(type)) {
    return read_media(message.object(type), *kind);
  }
  if (type == "location") return read_location(message.object("location"));
  if (type == "contacts") return read_cards(message);
  if (type == "button") return read_choice(message.object("button"), "payload", "text");
  if (type == "interactive") {
    const JsonReader interactive = message.object("interactive");
    const std::string kind = interactive.text("type");
    if (kind == "button_reply" || kind == "list_reply") {
      return read_choice(interactive.object(kind), "id", "title");
    }
    what = "interactive " + kind;
  }
  return std::nullopt;
}

void read_message(const JsonReader& message, const Senders& senders, const std::string& to,
                  Decoded& decoded) {
  const std::string id = message.text("id");
  const std::optional<Timestamp> at = read_time(message, "timestamp");
  const Party from = senders.party_of(message);
  if (id.empty()) message.blame("id", "missing_member", "The message has no id.", unchanged);
  std::string what;
  std::optional<Content> content = read_content(message, what);
  if (!content) {
    for (const JsonReader& error : message.objects("errors")) what += " " + error.scalar("code");
    const bool said = what != "reaction" && what != "system" && what != "group";
    decoded.events.push_back(UnsupportedEvent{id, at, from, to, what, said});
    return;
  }
  if (from.address.empty())
    message.blame("from", "missing_member", "The message has no sender.", unchanged);
  content->reply_to = message.object("context").text("id");
  InboundMessage inbound{id, at, from, to, std::move(*content)};
  if (message.has("referral")) {
    inbound.warnings.push_back("The advertisement's referral is left out.");
  }
  decoded.events.push_back(std::move(inbound));
}

DeliveryStatus status_of(std::string_view status) {
  if (status == "accepted") return DeliveryStatus::accepted;
  if (status == "sent") return DeliveryStatus::sent;
  if (status == "delivered") return DeliveryStatus::delivered;
  if (status == "read") return DeliveryStatus::read;
  if (status == "played") return DeliveryStatus::played;
  if (status == "failed") return DeliveryStatus::failed;
  return DeliveryStatus::none;
}

void read_status(const JsonReader& status, const std::string& to, Decoded& decoded) {
  Receipt receipt;
  receipt.message_id = status.text("id");
  receipt.effect = read_effect(status.text("biz_opaque_callback_data"));
  receipt.at = read_time(status, "timestamp");
  receipt.to = to;
  const std::string word = status.text("status");
  receipt.status = status_of(word);
  if (receipt.message_id.empty())
    status.blame("id", "missing_member", "The status has no id.", unchanged);
  if (receipt.status == DeliveryStatus::none) {
    decoded.events.push_back(
        UnsupportedEvent{receipt.message_id, receipt.at, Party(), to, "status " + word, false});
    return;
  }
  if (receipt.status == DeliveryStatus::failed) {
    receipt.error = SendError{SendErrorClass::permanent, "", ""};
    const std::vector<JsonReader> errors = status.objects("errors");
    if (!errors.empty()) receipt.error = read_error(errors.front(), SendErrorClass::permanent);
  }
  decoded.events.push_back(std::move(receipt));
}

void read_change(const JsonReader& change, Decoded& decoded) {
  const std::string field = change.text("field");
  const JsonReader value = change.object("value");
  const std::string to = value.object("metadata").scalar("phone_number_id");
  if (field != "messages") {
    decoded.events.push_back(
        UnsupportedEvent{digest_id(change), {}, Party(), to, "field " + field, false});
    return;
  }
  const std::vector<JsonReader> messages = value.objects("messages");
  const std::vector<JsonReader> statuses = value.objects("statuses");
  if (to.empty() && !(messages.empty() && statuses.empty())) {
    value.blame("metadata", "missing_member", "The change names no phone_number_id.", unchanged);
  }
  const Senders senders(value);
  for (const JsonReader& message : messages) read_message(message, senders, to, decoded);
  for (const JsonReader& status : statuses) read_status(status, to, decoded);
  for (const JsonReader& error : value.objects("errors")) {
    const std::string what = "error " + error.scalar("code");
    decoded.events.push_back(UnsupportedEvent{digest_id(error), {}, Party(), to, what, false});
  }
}

}  // namespace

Result<Decoded> decode(std::string_view body) {
  const Result<Json> json = parse_json(body);
  if (!json) return fail(json.error());
  std::optional<Error> fault;
  const JsonReader document(*json, fault);
  if (document.text("object") != "whatsapp_business_account") {
    document.blame("object", "wrong_object", "\"whatsapp_business_account\" is expected.",
                   "Subscribe this path to webhooks of a WhatsApp Business account alone.");
  }
  Decoded decoded;
  for (const JsonReader& entry : document.objects("entry")) {
    for (const JsonReader& change : entry.objects("changes")) {
      if (fault) return fail(*fault);
      read_change(change, decoded);
    }
  }
  if (fault) return fail(*fault);
  return decoded;
}

}  // namespace novelo::whatsapp
