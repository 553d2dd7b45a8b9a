#include "adapters/mime_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/mime_charset.hpp"
#include "adapters/mime_glib.hpp"
#include "adapters/mime_html.hpp"
#include "adapters/mime_scan.hpp"
#include "adapters/mime_words.hpp"

namespace novelo::mime {
namespace {

constexpr std::size_t most_addresses = 256;
constexpr std::size_t most_references = 100;
constexpr std::size_t longest_id = 512;
constexpr std::size_t longest_line = 2000;
constexpr std::size_t longest_name = 255;

using Warnings = std::vector<std::string>;

void warn(Warnings& warnings, std::string_view what) {
  if (std::find(warnings.begin(), warnings.end(), what) == warnings.end()) {
    warnings.emplace_back(what);
  }
}

void on_warning(gint64, GMimeParserWarning warning, const gchar*, gpointer data) {
  Warnings& warnings = *static_cast<Warnings*>(data);
  switch (warning) {
    case GMIME_WARN_UNENCODED_8BIT_HEADER:
      return warn(warnings, "a header has bytes without a charset");
    case GMIME_WARN_INVALID_RFC2047_HEADER_VALUE:
      return warn(warnings, "a header has a broken encoded word");
    case GMIME_WARN_INVALID_CONTENT_TYPE:
    case GMIME_WARN_INVALID_PARAMETER:
    case GMIME_CRIT_CONFLICTING_PARAMETER: return warn(warnings, "a content type is broken");
    case GMIME_WARN_INVALID_ADDRESS_LIST: return warn(warnings, "a list of addresses is broken");
    case GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY:
    case GMIME_WARN_MALFORMED_MULTIPART:
    case GMIME_WARN_TRUNCATED_MESSAGE: return warn(warnings, "a multipart is broken or cut short");
    case GMIME_CRIT_NESTING_OVERFLOW: return warn(warnings, "parts are nested too deeply");
    case GMIME_CRIT_CONFLICTING_HEADER:
    case GMIME_CRIT_INVALID_HEADER_NAME:
      return warn(warnings, "headers are broken or contradict each other");
    default: return;
  }
}

struct FreeOptions {
  void operator()(GMimeParserOptions* options) const { g_mime_parser_options_free(options); }
};
using Options = std::unique_ptr<GMimeParserOptions, FreeOptions>;

Options parser_options(Warnings& warnings) {
  Options options{g_mime_parser_options_new()};
  // Named here, because the library's own list follows the process's locale.
  const char* charsets[] = {"utf-8", "windows-1252", "iso-8859-1", nullptr};
  g_mime_parser_options_set_fallback_charsets(options.get(), charsets);
  g_mime_parser_options_set_allow_addresses_without_domain(options.get(), TRUE);
  g_mime_parser_options_set_warning_callback(options.get(), on_warning, &warnings);
  return options;
}

Owned<GMimeStream> memory_stream(std::string_view bytes) {
  return Owned<GMimeStream>{g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size())};
}

std::string written_bytes(GMimeStream* stream) {
  const GByteArray* array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
  return {reinterpret_cast<const char*>(array->data), array->len};
}

// The content of a leaf, its transfer encoding undone.
std::string decoded_content(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const Owned<GMimeStream> stream{g_mime_stream_mem_new()};
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  return written_bytes(stream.get());
}

std::uint64_t decoded_size(GMimeObject* object) {
  const Owned<GMimeStream> null{g_mime_stream_null_new()};
  if (GMIME_IS_PART(object)) {
    GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(object));
    if (content != nullptr) g_mime_data_wrapper_write_to_stream(content, null.get());
  } else if (GMIME_IS_MESSAGE_PART(object)) {
    GMimeMessage* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (message != nullptr) {
      g_mime_object_write_to_stream(GMIME_OBJECT(message), nullptr, null.get());
    }
  }
  return static_cast<std::uint64_t>(GMIME_STREAM_NULL(null.get())->written);
}

std::string type_of(GMimeObject* object) {
  GMimeContentType* type = g_mime_object_get_content_type(object);
  if (type == nullptr) return "application/octet-stream";
  const OwnedText name{g_mime_content_type_get_mime_type(type)};
  return lower_ascii(clean_line(text_of(name.get()), longest_name));
}

std::string parameter(GMimeObject* object, const char* name) {
  return text_of(g_mime_object_get_content_type_parameter(object, name));
}

// Something like "left@right", as an id is without its brackets.
bool is_bare_id(std::string_view word) {
  const std::size_t at = word.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < word.size() &&
         word.find_first_of("@<>()[]\",;:\\", at + 1) == std::string_view::npos &&
         word.find_first_of("<>()[]\",;:\\") == std::string_view::npos;
}

// RFC 5322 wants brackets around each id, and takes words between them (4.5.4, obsolete). Senders
// that leave all brackets away mean the words.
std::vector<std::string> bare_ids(std::string_view value) {
  std::vector<std::string> ids;
  if (value.find_first_of("<>") != std::string_view::npos) return ids;
  while (!value.empty() && ids.size() <= most_references) {
    const std::size_t begin = std::min(value.find_first_not_of(" \t\r\n,"), value.size());
    value.remove_prefix(begin);
    const std::string_view word = value.substr(0, value.find_first_of(" \t\r\n,"));
    value.remove_prefix(word.size());
    if (word.size() <= longest_id && is_bare_id(word))
      ids.push_back(clean_line(word, longest_line));
  }
  return ids;
}

// Message ids without brackets, of In-Reply-To or References.
std::vector<std::string> message_ids(GMimeParserOptions* options, const char* value) {
  std::vector<std::string> ids;
  if (value == nullptr) return ids;
  GMimeReferences* references = g_mime_references_parse(options, value);
  for (int place = 0; place < g_mime_references_length(references); ++place) {
    std::string id =
        clean_line(text_of(g_mime_references_get_message_id(references, place)), longest_line);
    if (!id.empty() && id.size() <= longest_id) ids.push_back(std::move(id));
  }
  g_mime_references_free(references);
  return ids.empty() ? bare_ids(value) : ids;
}

std::string message_id_of(GMimeMessage* message) {
  std::string id = clean_line(text_of(g_mime_message_get_message_id(message)), longest_line);
  if (id.size() > longest_id || id.find_first_of("<> ") != std::string::npos) return {};
  return id;
}

// The Message-ID among the lines of a header that came as a part of its own (text/rfc822-headers).
std::string message_id_in(GMimeParserOptions* options, std::string_view headers) {
  while (!headers.empty()) {
    const std::size_t end = headers.find('\n');
    const std::string_view line = headers.substr(0, end);
    if (lower_ascii(line.substr(0, 11)) == "message-id:") {
      const std::string value{trim(headers.substr(11, longest_line))};
      const auto ids = message_ids(options, value.c_str());
      return ids.empty() ? std::string() : ids.front();
    }
    headers.remove_prefix(end == std::string_view::npos ? headers.size() : end + 1);
  }
  return {};
}

// Walks the tree of parts once and collects text, attachments and report.
class Walk {
 public:
  Walk(Mail& mail, GMimeParserOptions* options, const Limits& limits)
      : mail_(mail), options_(options), limits_(limits) {}

  Status run(GMimeObject* root) {
    if (root == nullptr) return {};
    mail_.text = visit(root, 1).text;
    if (!over_limit_) return {};
    return fail({ErrorCode::limit, "mail_too_complex", "The mail has too many parts or levels.",
                 "body", "Look at the raw mail in the quarantine."});
  }

 private:
  struct Body {
    std::string text;
    bool from_html = false;

    bool blank() const { return trim(text).empty(); }
  };

  Body visit(GMimeObject* object, std::size_t depth) {
    // One more level than the scanner allows: a leaf is a level of its own here.
    if (depth > limits_.mail_depth + 1) over_limit_ = true;
    if (over_limit_) return {};
    if (GMIME_IS_MULTIPART(object)) return visit_multipart(GMIME_MULTIPART(object), depth);
    if (++number_ > limits_.mail_parts) over_limit_ = true;
    if (in_report_ && take_report(object)) return {};
    if (is_text(object)) return read_text(GMIME_PART(object));
    attach(object);
    return {};
  }

  Body visit_multipart(GMimeMultipart* multipart, std::size_t depth) {
    const std::string type = type_of(GMIME_OBJECT(multipart));
    const bool alternative = type == "multipart/alternative";
    if (type == "multipart/report" && !mail_.report) {
      mail_.report.emplace();
      mail_.report->type = lower_ascii(parameter(GMIME_OBJECT(multipart), "report-type"));
      in_report_ = true;
    }
    Body joined;
    const int count = g_mime_multipart_get_count(multipart);
    for (int place = 0; place < count && !over_limit_; ++place) {
      Body body = visit(g_mime_multipart_get_part(multipart, place), depth + 1);
      if (body.blank()) continue;
      if (joined.blank() || (alternative && joined.from_html && !body.from_html)) {
        joined = std::move(body);
      } else if (!alternative) {
        joined.text += '\n';
        joined.text += body.text;
      }
    }
    return joined;
  }

  static bool is_text(GMimeObject* object) {
    if (!GMIME_IS_PART(object)) return false;
    const std::string type = type_of(object);
    if (type != "text/plain" && type != "text/html") return false;
    return !g_mime_part_is_attachment(GMIME_PART(object)) &&
           g_mime_part_get_filename(GMIME_PART(object)) == nullptr;
  }

  Body read_text(GMimePart* part) {
    const std::string bytes = decoded_content(part);
    Utf8 utf8 = to_utf8(bytes, parameter(GMIME_OBJECT(part), "charset"));
    if (!utf8.exact) warn(mail_.warnings, "the text's charset was guessed");
    std::string text = clean_text(utf8.text);
    if (type_of(GMIME_OBJECT(part)) != "text/html") return {std::move(text), false};
    return {html_to_text(text), true};
  }

  // Whether the object is one of the machine-readable parts of a report.
  bool take_report(GMimeObject* object) {
    Report& report = *mail_.report;
    const std::string type = type_of(object);
    if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (message != nullptr && report.message_id.empty()) {
        report.message_id = message_id_of(message);
      }
      return true;
    }
    if (!GMIME_IS_PART(object)) return false;
    if (type == "text/rfc822-headers" || type == "message/global-headers") {
      if (report.message_id.empty()) {
        report.message_id = message_id_in(options_, decoded_content(GMIME_PART(object)));
      }
      return true;
    }
    if (type.substr(0, 8) != "message/") return false;
    report.fields = clean_text(to_utf8(decoded_content(GMIME_PART(object)), "").text);
    return true;
  }

  void attach(GMimeObject* object) {
    if (mail_.attachments.size() == limits_.media_per_message) {
      warn(mail_.warnings, "further attachments are only in the raw mail");
      return;
    }
    Attachment attachment;
    attachment.number = number_;
    attachment.type = type_of(object);
    attachment.size = decoded_size(object);
    if (GMIME_IS_PART(object)) {
      attachment.name =
          clean_line(text_of(g_mime_part_get_filename(GMIME_PART(object))), longest_name);
    }
    mail_.attachments.push_back(std::move(attachment));
  }

  Mail& mail_;
  GMimeParserOptions* options_;
  const Limits& limits_;
  std::size_t number_ = 0;
  bool in_report_ = false;
  bool over_limit_ = false;
};

void read_fields(Mail& mail, GMimeMessage* message) {
  GMimeHeaderList* headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
  const int count = g_mime_header_list_get_count(headers);
  for (int place = 0; place < count; ++place) {
    GMimeHeader* header = g_mime_header_list_get_header_at(headers, place);
    mail.fields.push_back({lower_ascii(clean_line(text_of(g_mime_header_get_name(header)), 100)),
                           clean_line(text_of(g_mime_header_get_value(header)), longest_line)});
  }
}

void read_mailbox(InternetAddress* address, std::vector<Mailbox>& out) {
  if (!INTERNET_ADDRESS_IS_MAILBOX(address)) return;
  auto* mailbox = INTERNET_ADDRESS_MAILBOX(address);
  std::string email = plain_address(text_of(internet_address_mailbox_get_addr(mailbox)));
  if (email.empty()) return;
  out.push_back(
      {clean_line(text_of(internet_address_get_name(address)), longest_name), std::move(email)});
}

void read_addresses(InternetAddressList* list, Mail& mail, std::vector<Mailbox>& out) {
  const int count = list == nullptr ? 0 : internet_address_list_length(list);
  for (int place = 0; place < count; ++place) {
    InternetAddress* address = internet_address_list_get_address(list, place);
    if (!INTERNET_ADDRESS_IS_GROUP(address)) {
      read_mailbox(address, out);
    } else if (auto* members =
                   internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address))) {
      // Only the addresses right inside a group: RFC 5322 has no groups in groups.
      const int size = internet_address_list_length(members);
      for (int at = 0; at < size; ++at) {
        read_mailbox(internet_address_list_get_address(members, at), out);
      }
    }
  }
  if (out.size() > most_addresses) {
    out.resize(most_addresses);
    warn(mail.warnings, "further addresses are only in the raw mail");
  }
}

void read_ids(Mail& mail, GMimeMessage* message, GMimeParserOptions* options) {
  mail.message_id = message_id_of(message);
  auto* object = GMIME_OBJECT(message);
  mail.in_reply_to = message_ids(options, g_mime_object_get_header(object, "In-Reply-To"));
  mail.references = message_ids(options, g_mime_object_get_header(object, "References"));
  for (auto* ids : {&mail.in_reply_to, &mail.references}) {
    if (ids->size() <= most_references) continue;
    // The first names the thread and the last ones its latest mails.
    ids->erase(ids->begin() + 1, ids->end() - (most_references - 1));
    warn(mail.warnings, "further references are only in the raw mail");
  }
}

void read_date(Mail& mail, GMimeMessage* message) {
  GDateTime* date = g_mime_message_get_date(message);
  if (date == nullptr) {
    warn(mail.warnings, "the mail has no readable date");
    return;
  }
  const Timestamp at{std::chrono::seconds{g_date_time_to_unix(date)}};
  // The same range as RFC 3339's, so that every time can be written.
  if (parse_timestamp(to_string(at))) mail.date = at;
}

}  // namespace

const std::string* Mail::field(std::string_view name) const {
  for (const Field& each : fields) {
    if (each.name == name) return &each.value;
  }
  return nullptr;
}

std::string plain_address(std::string_view address) {
  const std::string_view text = trim(address);
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.size() > 320) {
    return {};
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '<' || c == '>' || c == ',') {
      return {};
    }
  }
  if (!is_utf8(text)) return {};
  return std::string(text.substr(0, at)) + lower_ascii(text.substr(at));
}

Result<Mail> read_mail(std::string_view raw, const Limits& limits) {
  if (raw.substr(0, 5) == "From ") {  // the first line of an mbox is no header
    const std::size_t end = raw.find('\n');
    raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
  }
  const auto headers = scan(raw, limits);
  if (!headers) return tl::unexpected<Error>(headers.error());
  ensure_gmime();
  Warnings warnings;  // outlives the message, whose headers are decoded when they are asked for
  const Options options = parser_options(warnings);
  const Owned<GMimeStream> stream = memory_stream(join_encoded_words(raw, *headers));
  const Owned<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
  const Owned<GMimeMessage> message{g_mime_parser_construct_message(parser.get(), options.get())};
  Mail mail;
  if (!message) {
    warn(mail.warnings, "nothing in the mail could be read");
    return mail;
  }
  read_fields(mail, message.get());
  read_ids(mail, message.get(), options.get());
  read_date(mail, message.get());
  mail.subject = clean_line(text_of(g_mime_message_get_subject(message.get())), longest_line);
  read_addresses(g_mime_message_get_from(message.get()), mail, mail.from);
  read_addresses(g_mime_message_get_sender(message.get()), mail, mail.from);
  read_addresses(g_mime_message_get_to(message.get()), mail, mail.to);
  read_addresses(g_mime_message_get_cc(message.get()), mail, mail.to);
  Walk walk(mail, options.get(), limits);
  if (auto walked = walk.run(g_mime_message_get_mime_part(message.get())); !walked) {
    return tl::unexpected<Error>(walked.error());
  }
  for (const std::string& warning : warnings) warn(mail.warnings, warning);
  return mail;
}

}  // namespace novelo::mime
