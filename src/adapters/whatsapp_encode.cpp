#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "adapters/text.hpp"
#include "adapters/whatsapp_codec.hpp"

namespace novelo::whatsapp {
namespace {

constexpr std::size_t longest_button_id = 256;
constexpr std::size_t longest_row_id = 200;
constexpr std::string_view header_prefix = "header.";
constexpr std::string_view button_prefix = "button.";

Error unable(std::string_view reason, std::string_view message, std::string_view subject,
             std::string_view remedy) {
  return {ErrorCode::unsupported, std::string(reason), std::string(message), std::string(subject),
          std::string(remedy)};
}

Error invalid(std::string_view reason, std::string_view message, std::string_view subject,
              std::string_view remedy) {
  return {ErrorCode::invalid, std::string(reason), std::string(message), std::string(subject),
          std::string(remedy)};
}

std::string_view type_of(MediaKind kind) {
  switch (kind) {
    case MediaKind::image: return "image";
    case MediaKind::audio:
    case MediaKind::voice: return "audio";
    case MediaKind::video: return "video";
    case MediaKind::document: return "document";
    case MediaKind::sticker: return "sticker";
    case MediaKind::contact: return "";
  }
  return "";
}

bool has_caption(MediaKind kind) {
  return kind == MediaKind::image || kind == MediaKind::video || kind == MediaKind::document;
}

bool is_url(std::string_view ref) {
  return ref.starts_with("https://") || ref.starts_with("http://");
}

Json write_medium(const Media& media) {
  Json medium = Json::object();
  medium[is_url(media.ref) ? "link" : "id"] = media.ref;
  if (media.kind == MediaKind::document && !media.name.empty()) medium["filename"] = media.name;
  if (media.kind == MediaKind::voice) medium["voice"] = true;
  return medium;
}

Result<Json> write_media(const Content& content) {
  const Media& media = content.media.front();
  const std::string type(type_of(media.kind));
  if (type.empty()) {
    return fail(unable("no_contact_cards", "Contact cards cannot be sent.", "media",
                       "Send the number as text."));
  }
  Json medium = write_medium(media);
  if (!content.text.empty()) {
    if (!has_caption(media.kind)) {
      return fail(unable("no_caption", "Audio and stickers have no caption.", "text",
                         "Send the text as a message of its own."));
    }
    if (const Status fits = check_text(content.text, longest_caption, "text"); !fits) {
      return fail(fits.error());
    }
    medium["caption"] = content.text;
  }
  return Json{{"type", type}, {type, std::move(medium)}};
}

Status check_options(const std::vector<Option>& options, std::size_t longest_title,
                     std::size_t longest_id) {
  std::set<std::string_view> ids;
  for (const Option& option : options) {
    if (option.id.empty() || option.title.empty() || !ids.insert(option.id).second) {
      return fail(invalid("bad_option", "Options need a title and an id of their own.", "options",
                          "Give each option both."));
    }
    for (const auto& [text, most] : {std::pair(std::string_view(option.title), longest_title),
                                     std::pair(std::string_view(option.id), longest_id)}) {
      if (const Status fits = check_text(text, most, "options"); !fits) return fits;
    }
  }
  return {};
}

bool fit_buttons(const std::vector<Option>& options) {
  return options.size() <= most_buttons &&
         std::all_of(options.begin(), options.end(), [](const Option& option) {
           return utf8_length(option.title).value_or(0) <= longest_button;
         });
}

Result<Json> write_buttons(const Content& content) {
  if (const Status fits = check_options(content.options, longest_button, longest_button_id);
      !fits) {
    return fail(fits.error());
  }
  Json buttons = Json::array();
  for (const Option& option : content.options) {
    buttons.push_back({{"type", "reply"}, {"reply", {{"id", option.id}, {"title", option.title}}}});
  }
  Json interactive = {{"type", "button"}, {"action", {{"buttons", std::move(buttons)}}}};
  if (!content.media.empty()) {
    const Media& media = content.media.front();
    const std::string type(type_of(media.kind));
    if (!has_caption(media.kind)) {
      return fail(unable("no_media_above_options",
                         "Only an image, a video or a document can stand above buttons.", "media",
                         "Send it as a message of its own."));
    }
    interactive["header"] = {{"type", type}, {type, write_medium(media)}};
  }
  return interactive;
}

Result<Json> write_list(const Content& content, std::string_view label) {
  if (content.options.size() > most_rows) {
    return fail({ErrorCode::limit, "too_many_options", "A list shows at most ten options.",
                 "options", "Ask in two steps."});
  }
  if (!content.media.empty()) {
    return fail(unable("no_media_above_options", "Nothing can stand above a list.", "media",
                       "Send it as a message of its own."));
  }
  if (const Status fits = check_options(content.options, longest_row, longest_row_id); !fits) {
    return fail(fits.error());
  }
  Json rows = Json::array();
  for (const Option& option : content.options) {
    rows.push_back({{"id", option.id}, {"title", option.title}});
  }
  Json sections = Json::array();
  sections.push_back({{"rows", std::move(rows)}});
  return Json{{"type", "list"},
              {"action", {{"button", std::string(label)}, {"sections", std::move(sections)}}}};
}

Result<Json> write_options(const Content& content, const Connection& connection) {
  const bool buttons = fit_buttons(content.options);
  if (content.text.empty()) {
    return fail(
        invalid("no_text", "Options need a text above them.", "text", "Say what is being chosen."));
  }
  if (const Status fits =
          check_text(content.text, buttons ? longest_caption : longest_text, "text");
      !fits) {
    return fail(fits.error());
  }
  const std::string_view label = connection.setting("list_button");
  Result<Json> interactive =
      buttons ? write_buttons(content) : write_list(content, label.empty() ? "Options" : label);
  if (!interactive) return interactive;
  (*interactive)["body"] = {{"text", content.text}};
  return Json{{"type", "interactive"}, {"interactive", std::move(*interactive)}};
}

Json write_parameter(std::string_view name, const std::string& text) {
  Json parameter = {{"type", "text"}, {"text", text}};
  if (!name.empty() && !all_digits(name)) parameter["parameter_name"] = std::string(name);
  return parameter;
}

// Meta's locales have an underscore: "pt_BR".
std::string write_locale(std::string locale) {
  std::replace(locale.begin(), locale.end(), '-', '_');
  return locale;
}

Result<Json> write_template(const TemplateUse& use) {
  Json header = Json::array();
  Json body = Json::array();
  Json components = Json::array();
  Json buttons = Json::array();
  for (const auto& [name, text] : use.variables) {
    if (text.empty()) {
      return fail(invalid("empty_variable", "WhatsApp refuses an empty template variable.", name,
                          "Give the variable a text."));
    }
    if (const Status fits = check_text(text, longest_caption, name); !fits) {
      return fail(fits.error());
    }
    const std::string_view view(name);
    if (view.starts_with(header_prefix)) {
      header.push_back(write_parameter(view.substr(header_prefix.size()), text));
    } else if (view.starts_with(button_prefix)) {
      Json parameters = Json::array();
      parameters.push_back(write_parameter("", text));
      buttons.push_back({{"type", "button"},
                         {"sub_type", "url"},
                         {"index", std::string(view.substr(button_prefix.size()))},
                         {"parameters", std::move(parameters)}});
    } else {
      body.push_back(write_parameter(view, text));
    }
  }
  if (!header.empty()) components.push_back({{"type", "header"}, {"parameters", header}});
  if (!body.empty()) components.push_back({{"type", "body"}, {"parameters", body}});
  for (Json& button : buttons) components.push_back(std::move(button));
  Json filled = {{"name", use.name.text()}, {"language", {{"code", write_locale(use.locale)}}}};
  if (!components.empty()) filled["components"] = std::move(components);
  return Json{{"type", "template"}, {"template", std::move(filled)}};
}

Result<Json> write_location(const Content& content) {
  if (!content.text.empty()) {
    return fail(unable("no_caption", "A location has no caption.", "text",
                       "Send the text as a message of its own."));
  }
  const Location& place = *content.location;
  Json location = {{"latitude", place.latitude}, {"longitude", place.longitude}};
  if (!place.name.empty()) location["name"] = place.name;
  if (!place.address.empty()) location["address"] = place.address;
  return Json{{"type", "location"}, {"location", std::move(location)}};
}

Result<Json> write_content(const Content& content, const Connection& connection) {
  if (content.template_use) return write_template(*content.template_use);
  if (content.mail) {
    return fail(unable("no_mail", "WhatsApp carries no mail.", "mail", "Send its text."));
  }
  if (content.media.size() > 1) {
    return fail(unable("one_medium", "One message carries one medium.", "media",
                       "Send each as a message of its own."));
  }
  if (content.location && !(content.media.empty() && content.options.empty())) {
    return fail(unable("location_alone", "A location stands alone.", "location",
                       "Send it as a message of its own."));
  }
  if (content.location) return write_location(content);
  if (!content.media.empty() && content.media.front().ref.empty()) {
    return fail(invalid("no_reference", "The medium has neither id nor URL.", "media",
                        "Give the medium's id or its URL as its reference."));
  }
  if (!content.options.empty()) return write_options(content, connection);
  if (!content.media.empty()) return write_media(content);
  if (content.text.empty()) {
    return fail(invalid("empty_message", "There is nothing to send.", "text",
                        "Give it a text, a medium, a location or options."));
  }
  if (const Status fits = check_text(content.text, longest_text, "text"); !fits) {
    return fail(fits.error());
  }
  return Json{{"type", "text"}, {"text", {{"body", content.text}}}};
}

}  // namespace

Result<Body> encode(const OutboundMessage& message, const Connection& connection) {
  Result<Json> json = write_content(message.content, connection);
  if (!json) return fail(json.error());
  Body body{std::move(*json), {}};
  switch (message.to.kind) {
    case AddressKind::phone: body.json["to"] = message.to.value; break;
    case AddressKind::whatsapp: body.json["recipient"] = message.to.value; break;
    default:
      return fail(unable("bad_address_kind", "WhatsApp reaches numbers and WhatsApp users only.",
                         "to", "Send it from an entry point of the contact's own channel."));
  }
  if (message.to.value.empty())
    return fail(invalid("no_recipient", "There is no recipient.", "to",
                        "Give the number or the user id of the recipient."));
  body.json["messaging_product"] = "whatsapp";
  body.json["recipient_type"] = "individual";
  body.json["biz_opaque_callback_data"] = write_effect(message.effect);
  if (!message.content.reply_to.empty()) {
    body.json["context"] = {{"message_id", message.content.reply_to}};
  }
  if (message.content.template_use && !message.content.media.empty()) {
    body.warnings.push_back("The template is sent without the medium.");
  }
  return body;
}

}  // namespace novelo::whatsapp
