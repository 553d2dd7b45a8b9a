#include "novelo/model/content.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<MediaKind, 7> media_kinds{{{MediaKind::image, "image"},
                                               {MediaKind::audio, "audio"},
                                               {MediaKind::voice, "voice"},
                                               {MediaKind::video, "video"},
                                               {MediaKind::document, "document"},
                                               {MediaKind::sticker, "sticker"},
                                               {MediaKind::contact, "contact"}}};

constexpr EnumNames<AutoMail, 5> auto_mails{{{AutoMail::none, "none"},
                                             {AutoMail::reply, "reply"},
                                             {AutoMail::bounce, "bounce"},
                                             {AutoMail::list, "list"},
                                             {AutoMail::generated, "generated"}}};

}  // namespace

std::string_view to_string(MediaKind kind) {
  return name_of(media_kinds, kind);
}

std::optional<MediaKind> parse_media_kind(std::string_view text) {
  return value_of(media_kinds, text);
}

std::string_view to_string(AutoMail kind) {
  return name_of(auto_mails, kind);
}

std::optional<AutoMail> parse_auto_mail(std::string_view text) {
  return value_of(auto_mails, text);
}

}  // namespace novelo
