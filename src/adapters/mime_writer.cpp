#include "adapters/mime_writer.hpp"

#include <algorithm>

#include "adapters/mime_charset.hpp"
#include "adapters/mime_glib.hpp"

namespace novelo::mime {
namespace {

constexpr std::size_t longest_plain_line = 78;  // RFC 5322, section 2.1.1

struct FreeFormat {
  void operator()(GMimeFormatOptions* format) const { g_mime_format_options_free(format); }
};

bool fits_plain(const std::string& text) {
  if (!is_ascii(text)) return false;
  std::size_t length = 0;
  for (const char c : text) {
    length = c == '\n' ? 0 : length + 1;
    if (length > longest_plain_line) return false;
  }
  return true;
}

// The shorter of the two ways to carry bytes that are not ASCII, for most texts.
GMimeContentEncoding encoding_for(const std::string& text) {
  if (fits_plain(text)) return GMIME_CONTENT_ENCODING_7BIT;
  const auto foreign = std::count_if(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return static_cast<std::size_t>(foreign) * 3 > text.size()
             ? GMIME_CONTENT_ENCODING_BASE64
             : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 40);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n' && (at == 0 || text[at - 1] != '\r')) out += '\r';
    out += text[at];
  }
  return out;
}

Owned<GMimePart> text_part(std::string text) {
  if (text.empty() || text.back() != '\n') text += '\n';
  const GMimeContentEncoding encoding = encoding_for(text);
  // Inside base 64 the line ends are content and must be those of mail; elsewhere they become so
  // when the message is written.
  if (encoding == GMIME_CONTENT_ENCODING_BASE64) text = with_crlf(text);
  Owned<GMimePart> part{g_mime_part_new_with_type("text", "plain")};
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
  const Owned<GMimeStream> stream{g_mime_stream_mem_new_with_buffer(text.data(), text.size())};
  const Owned<GMimeDataWrapper> content{
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT)};
  g_mime_part_set_content(part.get(), content.get());
  g_mime_part_set_content_encoding(part.get(), encoding);
  return part;
}

void set_header(GMimeMessage* message, const char* name, const std::string& value) {
  if (!value.empty()) {
    g_mime_object_set_header(GMIME_OBJECT(message), name, value.c_str(), "utf-8");
  }
}

std::string bracketed(const std::vector<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids) {
    if (!out.empty()) out += ' ';
    out += '<' + id + '>';
  }
  return out;
}

void add_address(InternetAddressList* list, const std::string& name, const std::string& email) {
  const Owned<InternetAddress> address{
      internet_address_mailbox_new(name.empty() ? nullptr : name.c_str(), email.c_str())};
  internet_address_set_charset(address.get(), "utf-8");
  internet_address_list_add(list, address.get());
}

void set_date(GMimeMessage* message, const std::optional<Timestamp>& at) {
  if (!at) return;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*at).time_since_epoch().count();
  GDateTime* date = g_date_time_new_from_unix_utc(seconds);
  if (date == nullptr) return;
  g_mime_message_set_date(message, date);
  g_date_time_unref(date);
}

}  // namespace

std::string write_mail(const Draft& draft) {
  ensure_gmime();
  const Owned<GMimeMessage> message{g_mime_message_new(TRUE)};
  add_address(g_mime_message_get_from(message.get()), draft.from_name, draft.from);
  if (!draft.reply_to.empty()) {
    add_address(g_mime_message_get_reply_to(message.get()), draft.from_name, draft.reply_to);
  }
  add_address(g_mime_message_get_to(message.get()), "", draft.to);
  g_mime_message_set_subject(message.get(), draft.subject.c_str(), "utf-8");
  set_date(message.get(), draft.date);
  g_mime_message_set_message_id(message.get(), draft.message_id.c_str());
  set_header(message.get(), "In-Reply-To", bracketed(draft.in_reply_to));
  set_header(message.get(), "References", bracketed(draft.references));
  set_header(message.get(), "Auto-Submitted", draft.auto_submitted);
  if (!draft.auto_submitted.empty()) {
    set_header(message.get(), "X-Auto-Response-Suppress", "All");
  }
  const Owned<GMimePart> part = text_part(draft.text);
  g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(part.get()));

  const std::unique_ptr<GMimeFormatOptions, FreeFormat> format{g_mime_format_options_new()};
  g_mime_format_options_set_newline_format(format.get(), GMIME_NEWLINE_FORMAT_DOS);
  const Owned<GMimeStream> stream{g_mime_stream_mem_new()};
  g_mime_object_write_to_stream(GMIME_OBJECT(message.get()), format.get(), stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

}  // namespace novelo::mime
