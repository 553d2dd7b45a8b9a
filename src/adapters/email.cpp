#include "novelo/adapters/email.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/mime_automatic.hpp"
#include "adapters/mime_charset.hpp"
#include "adapters/mime_reader.hpp"
#include "adapters/mime_reply_text.hpp"
#include "adapters/mime_writer.hpp"
#include "adapters/settings.hpp"
#include "adapters/signature.hpp"
#include "novelo/base/digest.hpp"

namespace novelo {
namespace {

constexpr std::size_t longest_subject = 500;  // scalars
constexpr std::size_t longest_id = 512;       // bytes
constexpr std::string_view own_id_prefix = "novelo-";
constexpr std::string_view signature_header = "X-Novelo-Signature";
constexpr std::string_view envelope_header = "X-Envelope-To";

constexpr std::array setting_rules = {
    SettingRule{"domain", SettingRule::Form::text, true},
    SettingRule{"from_name", SettingRule::Form::text, false},
    SettingRule{"addresses", SettingRule::Form::text, false},
    SettingRule{"user", SettingRule::Form::text, false},
    SettingRule{"unsigned", SettingRule::Form::yes_no, false},
};

tl::unexpected<Error> bad_setting(std::string_view setting, std::string_view message,
                                  std::string_view remedy) {
  return fail({ErrorCode::invalid, "bad_setting", std::string(message), std::string(setting),
               std::string(remedy)});
}

bool is_domain(std::string_view text) {
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
  });
  return letters && !text.empty() && text.size() <= 253 && text.front() != '.' &&
         text.back() != '.' && text.front() != '-';
}

// The setting's parts between commas and white space.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t first = text.find_first_not_of(", \t\r\n");
    if (first == std::string_view::npos) return out;
    text.remove_prefix(first);
    const std::size_t end = std::min(text.find_first_of(", \t\r\n"), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

bool has_secret(const Connection& connection) {
  const auto found = connection.secrets.find("shared_secret");
  return found != connection.secrets.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [](const Secret& each) { return !each.empty(); });
}

// The envelope chooses the mailbox: who may not change the mail may not change that either.
std::string signed_text(const Request& request) {
  const std::string_view envelope = mime::trim(request.header(envelope_header));
  return envelope.empty() ? request.body : fmt::format("{}\n{}", envelope, request.body);
}

// "atendimento+3k-x@clinic.example" -> "atendimento@clinic.example" (RFC 5233)
std::string without_detail(const std::string& address) {
  const std::size_t at = address.rfind('@');
  const std::size_t plus = address.find('+');
  if (plus == std::string::npos || plus == 0 || plus > at) return address;
  return address.substr(0, plus) + address.substr(at);
}

// Our mailboxes: those of the entry points and of the setting `addresses`.
class Mailboxes {
 public:
  explicit Mailboxes(const Connection& connection) : own_(connection.addresses) {
    for (std::string& each : words(connection.setting("addresses")))
      own_.push_back(std::move(each));
  }

  // The mailbox as it is configured, or null: ours are one whatever the case and the detail.
  const std::string* find(const std::string& address) const {
    const std::string plain = mime::lower_ascii(without_detail(address));
    const auto found = std::find_if(own_.begin(), own_.end(), [&plain](const std::string& each) {
      return mime::lower_ascii(each) == plain;
    });
    return found == own_.end() ? nullptr : &*found;
  }

 private:
  std::vector<std::string> own_;
};

std::vector<std::string> envelope_recipients(const Request& request) {
  std::vector<std::string> out;
  for (std::string_view each : words(request.header(envelope_header))) {
    if (each.front() == '<') each.remove_prefix(1);
    if (!each.empty() && each.back() == '>') each.remove_suffix(1);
    if (std::string address = mime::plain_address(each); !address.empty()) {
      out.push_back(std::move(address));
    }
  }
  return out;
}

// The mailbox that the mail is for: the first of ours in the envelope, in To and Cc or in what the
// delivering server noted; else the first that is named at all.
std::string mailbox_of(const mime::Mail& mail, const std::vector<std::string>& envelope,
                       const Mailboxes& own) {
  for (const std::string& each : envelope) {
    if (const std::string* mailbox = own.find(each)) return *mailbox;
  }
  if (!envelope.empty()) return without_detail(envelope.front());
  for (const mime::Mailbox& each : mail.to) {
    if (const std::string* mailbox = own.find(each.email)) return *mailbox;
  }
  for (const char* name : {"delivered-to", "x-original-to"}) {
    const std::string* value = mail.field(name);
    if (value == nullptr) continue;
    if (const std::string* mailbox = own.find(*value)) return *mailbox;
  }
  return mail.to.empty() ? std::string() : without_detail(mail.to.front().email);
}

bool empty_return_path(const mime::Mail& mail, const Request& request) {
  const std::string* path = mail.field("return-path");
  return (path != nullptr && mime::trim(*path) == "<>") ||
         mime::trim(request.header("X-Envelope-From")) == "<>";
}

// The effect in "novelo-<effect>[.<anything>]@<domain>", or none.
EffectId effect_of(std::string_view message_id, const Connection& connection) {
  const std::size_t at = message_id.rfind('@');
  if (at == std::string_view::npos || message_id.substr(at + 1) != connection.setting("domain") ||
      message_id.substr(0, own_id_prefix.size()) != own_id_prefix) {
    return {};
  }
  const std::string_view local = message_id.substr(own_id_prefix.size(), at - own_id_prefix.size());
  std::uint64_t effect = 0;
  const char* end = local.data() + local.size();
  const auto [stop, error] = std::from_chars(local.data(), end, effect);
  if (error != std::errc{} || (stop != end && *stop != '.')) return {};
  return EffectId{effect};
}

MediaKind media_kind(std::string_view type) {
  if (type.substr(0, 6) == "image/") return MediaKind::image;
  if (type.substr(0, 6) == "audio/") return MediaKind::audio;
  if (type.substr(0, 6) == "video/") return MediaKind::video;
  if (type == "text/vcard" || type == "text/x-vcard") return MediaKind::contact;
  return MediaKind::document;
}

Content content_of(const mime::Mail& mail, const std::vector<std::string>& envelope) {
  Content content;
  const bool is_reply = !mail.in_reply_to.empty() || !mail.references.empty();
  content.text = mime::reply_text(mail.text, is_reply);
  for (const mime::Attachment& each : mail.attachments) {
    content.media.push_back({media_kind(each.type), each.type, each.name, each.size,
                             fmt::format("part:{}", each.number), ""});
  }
  Mail threading;
  threading.subject = mail.subject;
  threading.message_id = mail.message_id;
  threading.in_reply_to = mail.in_reply_to;
  threading.references = mail.references;
  threading.forward = mime::is_forward(mail.subject, mail.text);
  for (const mime::Mailbox& each : mail.to) threading.to.push_back(each.email);
  for (const std::string& each : envelope) {
    auto& to = threading.to;
    if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(each);
  }
  content.mail = std::move(threading);
  return content;
}

AutoMail automatic(const mime::Mail& mail, const Request& request, const Connection& connection,
                   const Mailboxes& own) {
  const AutoMail kind = mime::automatic_kind(mail, empty_return_path(mail, request));
  if (kind != AutoMail::none) return kind;
  // Our own mail, come back through a rule that forwards or a mailbox that is its own customer.
  const bool ours = effect_of(mail.message_id, connection) ||
                    (!mail.from.empty() && own.find(mail.from.front().email) != nullptr);
  return ours ? AutoMail::generated : AutoMail::none;
}

// The id that the mail bears, or the digest of its bytes.
std::string id_of(const mime::Mail& mail, const Request& request) {
  return mail.message_id.empty() ? "sha256:" + to_hex(sha256(request.body)) : mail.message_id;
}

// --- sending ---

tl::unexpected<Error> bad_message(ErrorCode code, std::string_view reason, std::string_view message,
                                  std::string_view subject, std::string_view remedy) {
  return fail(
      {code, std::string(reason), std::string(message), std::string(subject), std::string(remedy)});
}

constexpr std::string_view one_address =
    "Give one address, \"name@example.org\", without a name and brackets.";

bool is_message_id(std::string_view id) {
  return !id.empty() && id.size() <= longest_id && id.find('@') != std::string_view::npos &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F &&
                  c != '<' && c != '>';
         });
}

std::string message_id_for(const OutboundMessage& message, const Connection& connection) {
  if (message.content.mail && !message.content.mail->message_id.empty()) {
    return message.content.mail->message_id;
  }
  return fmt::format("{}{}@{}", own_id_prefix, message.effect.value(),
                     connection.setting("domain"));
}

std::vector<std::string> checked_ids(const std::vector<std::string>& ids,
                                     std::vector<std::string>& warnings) {
  std::vector<std::string> out;
  for (const std::string& id : ids) {
    if (is_message_id(id)) {
      out.push_back(id);
    } else {
      warnings.push_back("a reference that is no Message-ID was left out");
    }
  }
  return out;
}

bool is_link(std::string_view ref) {
  return (ref.substr(0, 8) == "https://" || ref.substr(0, 7) == "http://") &&
         ref.find_first_of(" \t\r\n<>\"") == std::string_view::npos;
}

// The whole text: what is said, then whatever a mail's text can carry in place of its own form.
Result<std::string> whole_text(const Content& content, const Limits& limits,
                               std::vector<std::string>& warnings) {
  const mime::Utf8 utf8 = mime::to_utf8(content.text, "utf-8");
  if (!utf8.exact) warnings.push_back("bytes of the text that are not UTF-8 were replaced");
  std::string text = mime::clean_text(utf8.text);
  if (mime::scalar_prefix(text, limits.text_scalars) != text.size()) {
    return bad_message(ErrorCode::limit, "text_too_long",
                       fmt::format("The text has more than {} characters.", limits.text_scalars),
                       "content.text", "Send it in several mails, or as a link.");
  }
  const auto add = [&text](std::string_view line) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += line;
  };
  int number = 0;
  for (const Option& each : content.options) {
    add(fmt::format("{}. {}", ++number, mime::clean_line(each.title, longest_subject)));
  }
  if (number > 0) warnings.push_back("options were written as numbered lines");
  if (content.location) {
    add(mime::clean_line(
        fmt::format("{} {} ({:.6f}, {:.6f})", content.location->name, content.location->address,
                    content.location->latitude, content.location->longitude),
        longest_subject));
    warnings.push_back("the location was written as text");
  }
  for (const Media& each : content.media) {
    if (!is_link(each.ref)) {
      return bad_message(ErrorCode::unsupported, "media_without_link",
                         "Only media with a URL can be sent by mail.", "content.media",
                         "Give the media's URL as its reference.");
    }
    const std::string name = mime::clean_line(each.name, longest_subject);
    add(name.empty() ? each.ref : name + ": " + each.ref);
    warnings.push_back("media was sent as a link");
  }
  if (mime::trim(text).empty()) {
    return bad_message(ErrorCode::invalid, "empty_message", "The mail says nothing.", "content",
                       "Give it a text.");
  }
  return text;
}

Status fill_threading(const OutboundMessage& message, const Connection& connection,
                      mime::Draft& draft, std::vector<std::string>& warnings) {
  draft.message_id = message_id_for(message, connection);
  if (!is_message_id(draft.message_id)) {
    return bad_message(ErrorCode::invalid, "bad_message_id", "This is not a Message-ID.",
                       "content.mail.message_id",
                       "Write it as \"left@right\", without brackets and spaces, or leave it out.");
  }
  const Mail mail = message.content.mail.value_or(Mail{});
  draft.subject = mime::clean_line(mail.subject, longest_subject);
  if (draft.subject != mail.subject) warnings.push_back("the subject was cleaned or shortened");
  draft.in_reply_to = checked_ids(mail.in_reply_to, warnings);
  if (draft.in_reply_to.empty() && !message.content.reply_to.empty()) {
    draft.in_reply_to = checked_ids({message.content.reply_to}, warnings);
  }
  draft.references = checked_ids(mail.references, warnings);
  if (!mail.to.empty() && mail.to.front() != message.to.value) {
    draft.reply_to = mime::plain_address(mail.to.front());
    if (draft.reply_to.empty()) {
      return bad_message(ErrorCode::invalid, "bad_address", "This is not an e-mail address.",
                         "content.mail.to", one_address);
    }
  }
  if (mail.automatic != AutoMail::none) {
    draft.auto_submitted = mail.automatic == AutoMail::reply ? "auto-replied" : "auto-generated";
  }
  return {};
}

Result<mime::Draft> draft_of(const OutboundMessage& message, const Connection& connection,
                             const Limits& limits, std::vector<std::string>& warnings) {
  mime::Draft draft;
  draft.from_name = connection.setting("from_name");
  draft.from = mime::plain_address(message.from);
  draft.to = mime::plain_address(message.to.value);
  if (draft.from.empty() || draft.to.empty() || message.to.kind != AddressKind::email) {
    return bad_message(ErrorCode::invalid, "bad_address", "This is not an e-mail address.",
                       draft.from.empty() ? "from" : "to", one_address);
  }
  if (message.content.template_use) {
    return bad_message(ErrorCode::unsupported, "no_templates",
                       "Mail has no templates of a provider.", "content.template_use",
                       "Send the template's text.");
  }
  if (auto filled = fill_threading(message, connection, draft, warnings); !filled) {
    return tl::unexpected<Error>(filled.error());
  }
  draft.date = message.at;
  if (!draft.date) warnings.push_back("the mail has no date; the server that takes it adds one");
  auto text = whole_text(message.content, limits, warnings);
  if (!text) return tl::unexpected<Error>(text.error());
  draft.text = std::move(*text);
  return draft;
}

SendOutcome refused(int status, std::string_view body) {
  SendOutcome outcome;
  const std::string_view enhanced = mime::find_status(body);
  outcome.error.code = enhanced.empty() ? std::to_string(status) : std::string(enhanced);
  outcome.error.title = mime::clean_line(body, 256);
  if (status < 500) {
    outcome.kind = SendOutcome::Kind::retry;
    outcome.error.error = status == 421 ? SendErrorClass::throttled : SendErrorClass::retry;
    return outcome;
  }
  outcome.kind = SendOutcome::Kind::failed;
  outcome.error.error = mime::class_of_status(enhanced);
  if (status == 530 || status == 534 || status == 535 || status == 538) {
    outcome.error.error = SendErrorClass::authentication;
  }
  return outcome;
}

}  // namespace

Capabilities EmailAdapter::capabilities(const Connection&) const {
  Capabilities capabilities;
  capabilities.channel = Channel::email;
  capabilities.text = limits_.text_scalars;
  capabilities.media = true;
  capabilities.subject = true;
  return capabilities;
}

Status EmailAdapter::check(const Connection& connection) const {
  if (const Status settings = check_settings(connection, setting_rules); !settings) return settings;
  if (!is_domain(connection.setting("domain"))) {
    return bad_setting("domain", "The domain of Message-IDs is missing or malformed.",
                       "Set it to a host name of yours, such as \"clinic.example\".");
  }
  const std::string_view name = connection.setting("from_name");
  if (mime::clean_line(name, longest_subject) != name) {
    return bad_setting("from_name", "The name is no single clean line.",
                       "Write it without line ends, tabs and spaces around it.");
  }
  for (const std::string& each : words(connection.setting("addresses"))) {
    if (mime::plain_address(each).empty()) {
      return bad_setting("addresses", "One of the addresses is no e-mail address.",
                         "List plain addresses, separated by commas or spaces.");
    }
  }
  if (connection.setting("unsigned") != "yes" && !has_secret(connection)) {
    return bad_setting("shared_secret", "The secret that signs requests is missing.",
                       "Name it among the connection's secrets and give its text, or set "
                       "\"unsigned\" to \"yes\" for a fetcher on the same host.");
  }
  return {};
}

Status EmailAdapter::verify(const Request& request, const Connection& connection) const {
  const bool given = !request.header(signature_header).empty();
  if (connection.setting("unsigned") == "yes" && !(given && has_secret(connection))) return {};
  Status genuine =
      verify_sha256(request, signature_header, signed_text(request), connection, "shared_secret");
  if (!genuine && genuine.error().reason == "bad_signature") {
    genuine.error().remedy =
        "Sign with the connection's shared_secret: X-Envelope-To, where it is sent, a line feed "
        "and the raw body.";
  }
  return genuine;
}

Result<Decoded> EmailAdapter::decode(const Request& request, const Connection& connection) const {
  if (request.body.empty()) {
    return bad_message(ErrorCode::invalid, "empty_body", "The request carries no mail.", "body",
                       "Put the raw mail into the body.");
  }
  auto read = mime::read_mail(request.body, limits_);
  if (!read) return tl::unexpected<Error>(read.error());
  mime::Mail& mail = *read;
  const Mailboxes own(connection);
  const std::vector<std::string> envelope = envelope_recipients(request);
  const std::string to = mailbox_of(mail, envelope, own);
  Decoded decoded;
  decoded.answer.status = 204;
  if (mail.from.empty()) {
    UnsupportedEvent event;
    event.id = id_of(mail, request);
    event.at = mail.date;
    event.to = to;
    event.what = "mail without a sender";
    event.said = true;
    decoded.events.emplace_back(std::move(event));
  } else {
    InboundMessage message;
    message.id = id_of(mail, request);
    message.at = mail.date;
    message.from = {{AddressKind::email, mail.from.front().email}, {}, mail.from.front().name};
    message.to = to;
    message.content = content_of(mail, envelope);
    message.warnings = mail.warnings;
    message.content.mail->automatic = automatic(mail, request, connection, own);
    if (mail.report && !mail.report->message_id.empty()) {
      message.content.mail->in_reply_to = {mail.report->message_id};
    }
    std::string& text = message.content.text;
    if (const std::size_t fits = mime::scalar_prefix(text, limits_.text_scalars);
        fits < text.size()) {
      text.resize(fits);
      message.warnings.push_back("the rest of the text is only in the raw mail");
    }
    decoded.events.emplace_back(std::move(message));
  }
  if (auto receipt = mime::delivery_receipt(mail)) {
    // Anybody can send a report: it is joined by the whole Message-ID, which nobody can guess.
    receipt->to = to;
    decoded.events.emplace_back(std::move(*receipt));
  }
  return decoded;
}

Result<Encoded> EmailAdapter::encode(const Outbound& outbound, const Connection& connection) const {
  const auto* message = std::get_if<OutboundMessage>(&outbound);
  if (message == nullptr) {
    return bad_message(ErrorCode::unsupported, "no_calls", "Mail carries no calls.", "verb",
                       "Use a voice entry point.");
  }
  Encoded encoded;
  const auto draft = draft_of(*message, connection, limits_, encoded.warnings);
  if (!draft) return tl::unexpected<Error>(draft.error());
  encoded.request.method = "MAIL";
  encoded.request.url = "mailto:";
  encoded.request.headers = {{"X-Envelope-From", draft->from}, {"X-Envelope-To", draft->to}};
  encoded.request.body = mime::write_mail(*draft);
  encoded.request.idempotency_key = std::to_string(message->effect.value());
  if (const std::string_view user = connection.setting("user"); !user.empty()) {
    encoded.request.authorization = {Authorization::Kind::basic, std::string(user), "password"};
  }
  encoded.correlation = draft->message_id;
  return encoded;
}

SendOutcome EmailAdapter::read_reply(const Outbound& outbound, const TransportReply& reply,
                                     const Connection& connection) const {
  if (reply.status >= 400 && reply.status < 600) return refused(reply.status, reply.body);
  SendOutcome outcome;
  const auto* message = std::get_if<OutboundMessage>(&outbound);
  if (message == nullptr || reply.status < 200 || reply.status >= 300) return outcome;
  outcome.kind = SendOutcome::Kind::accepted;
  outcome.provider_id = message_id_for(*message, connection);
  return outcome;
}

}  // namespace novelo
