// Content: what is said in one message, in either direction, on any channel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"

namespace novelo {

enum class MediaKind : std::uint8_t {
  image = 1,
  audio = 2,
  voice = 3,
  video = 4,
  document = 5,
  sticker = 6,
  contact = 7,
};
std::string_view to_string(MediaKind kind);
std::optional<MediaKind> parse_media_kind(std::string_view text);

struct Media {
  MediaKind kind = MediaKind::document;
  std::string mime;        // "image/jpeg"; empty when the provider does not say
  std::string name;        // file name; may be empty
  std::uint64_t size = 0;  // bytes; 0 when unknown
  std::string ref;         // the provider's media id, else its URL, else the host's own reference
  std::string transcript;  // of a voice message, once there is one

  friend bool operator==(const Media&, const Media&) = default;
};

struct Option {
  std::string id;     // stable; what comes back when it is chosen
  std::string title;  // what the customer reads or hears

  friend bool operator==(const Option&, const Option&) = default;
};

struct Location {
  double latitude = 0;   // degrees, -90..90
  double longitude = 0;  // degrees, -180..180
  std::string name;
  std::string address;

  friend bool operator==(const Location&, const Location&) = default;
};

// A registered template with its variables filled, for channels that require one outside their
// window.
struct TemplateUse {
  TemplateName name;
  std::string locale;                                          // "pt-BR"
  std::vector<std::pair<std::string, std::string>> variables;  // name, text; in its order

  friend bool operator==(const TemplateUse&, const TemplateUse&) = default;
};

// Why a mail came by itself (RFC 3834, RFC 3464): such mail never reopens and is never answered.
enum class AutoMail : std::uint8_t { none = 0, reply = 1, bounce = 2, list = 3, generated = 4 };
std::string_view to_string(AutoMail kind);
std::optional<AutoMail> parse_auto_mail(std::string_view text);

// The parts of a mail that matter for threading. Ids are without angle brackets.
struct Mail {
  std::string subject;
  std::string message_id;
  std::vector<std::string> in_reply_to;
  std::vector<std::string> references;
  std::vector<std::string> to;  // every address of To and Cc, signed reply addresses among them
  AutoMail automatic = AutoMail::none;
  bool forward = false;  // somebody passes a mail on: no answer to it

  friend bool operator==(const Mail&, const Mail&) = default;
};

struct Content {
  std::string text;  // UTF-8; of a tapped option its title; of a mail what was written now
  std::vector<Media> media;
  std::optional<Location> location;  // inbound; outbound by mail only, beside a text
  std::optional<Option> choice;      // inbound: the option that was tapped, by id
  std::vector<Option> options;       // outbound: an option prompt; shown as the channel is able to
  std::optional<TemplateUse> template_use;  // outbound
  std::optional<Mail> mail;
  std::string reply_to;  // the provider's id of the message that this one answers

  friend bool operator==(const Content&, const Content&) = default;
};

}  // namespace novelo
