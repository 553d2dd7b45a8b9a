#include "adapters/mime_automatic.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "adapters/mime_charset.hpp"

namespace novelo::mime {
namespace {

constexpr std::size_t longest_title = 256;

// The address itself cannot be reached: unknown mailbox or domain, bad syntax, moved, no mail
// there.
constexpr std::array<std::string_view, 5> bad_addresses{"5.1.1", "5.1.2", "5.1.3", "5.1.6",
                                                        "5.1.10"};
constexpr std::array<std::string_view, 4> bad_credentials{"5.7.8", "5.7.9", "5.7.11", "5.7.14"};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The first field of that name in lower case, without a comment; "" when there is none.
std::string word(const Mail& mail, std::string_view name) {
  const std::string* value = mail.field(name);
  if (value == nullptr) return {};
  return lower_ascii(trim(std::string_view(*value).substr(0, value->find_first_of("(;"))));
}

bool from_the_mail_system(const Mail& mail) {
  return std::any_of(mail.from.begin(), mail.from.end(), [](const Mailbox& each) {
    const std::string local = lower_ascii(each.email.substr(0, each.email.find('@')));
    return local == "mailer-daemon" || local == "postmaster";
  });
}

bool has_list_field(const Mail& mail) {
  return std::any_of(mail.fields.begin(), mail.fields.end(),
                     [](const Field& each) { return each.name.substr(0, 5) == "list-"; });
}

// One "Name: value" line of a report, the name in lower case.
struct ReportField {
  std::string name;
  std::string_view value;
};

ReportField read_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  return {lower_ascii(trim(line.substr(0, colon))), trim(line.substr(colon + 1))};
}

// "rfc822;ana@example.com" -> "ana@example.com"
std::string_view after_type(std::string_view value) {
  const std::size_t semicolon = value.find(';');
  return semicolon == std::string_view::npos ? value : trim(value.substr(semicolon + 1));
}

}  // namespace

AutoMail automatic_kind(const Mail& mail, bool empty_return_path) {
  if (mail.report) {
    return mail.report->type == "delivery-status" ? AutoMail::bounce : AutoMail::generated;
  }
  const std::string submitted = word(mail, "auto-submitted");
  if (submitted == "auto-replied") return AutoMail::reply;
  const std::string precedence = word(mail, "precedence");
  const std::string autoreply = word(mail, "x-autoreply");
  if (precedence == "auto_reply" || (!autoreply.empty() && autoreply != "no") ||
      mail.field("x-autorespond") != nullptr) {
    return AutoMail::reply;
  }
  if (from_the_mail_system(mail)) return AutoMail::bounce;
  if (has_list_field(mail) || precedence == "list") return AutoMail::list;
  const std::string suppress = word(mail, "x-auto-response-suppress");
  if ((!submitted.empty() && submitted != "no") || precedence == "bulk" || precedence == "junk" ||
      (!suppress.empty() && suppress != "none") || mail.field("x-loop") != nullptr ||
      empty_return_path) {
    return AutoMail::generated;
  }
  return AutoMail::none;
}

std::optional<Receipt> delivery_receipt(const Mail& mail) {
  if (!mail.report || mail.report->type != "delivery-status" || mail.report->message_id.empty()) {
    return std::nullopt;
  }
  std::string action;
  SendError error;
  std::string_view rest = mail.report->fields;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const ReportField field = read_line(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    // Our mails have one recipient; of several the first failure counts.
    if (field.name == "action" && action != "failed") action = lower_ascii(field.value);
    if (field.name == "status" && error.code.empty()) error.code = find_status(field.value);
    if (field.name == "diagnostic-code" && error.title.empty()) {
      error.title = clean_line(after_type(field.value), longest_title);
    }
  }
  Receipt receipt;
  receipt.message_id = mail.report->message_id;
  receipt.at = mail.date;
  if (action == "delivered") {
    receipt.status = DeliveryStatus::delivered;
    return receipt;
  }
  if (action != "failed") return std::nullopt;
  error.error = class_of_status(error.code);
  receipt.status = DeliveryStatus::failed;
  receipt.error = std::move(error);
  return receipt;
}

SendErrorClass class_of_status(std::string_view status) {
  const auto among = [status](const auto& codes) {
    return std::find(codes.begin(), codes.end(), status) != codes.end();
  };
  if (among(bad_addresses)) return SendErrorClass::bad_address;
  if (among(bad_credentials)) return SendErrorClass::authentication;
  return SendErrorClass::permanent;
}

std::string_view find_status(std::string_view text) {
  const auto digits = [text](std::size_t at) {
    std::size_t length = 0;
    while (at + length < text.size() && text[at + length] >= '0' && text[at + length] <= '9') {
      ++length;
    }
    return length;
  };
  for (std::size_t at = 0; at + 4 < text.size(); ++at) {
    if (text[at] != '2' && text[at] != '4' && text[at] != '5') continue;
    if (text[at + 1] != '.' || (at > 0 && !contains(" -\t\n;#(", text.substr(at - 1, 1)))) continue;
    const std::size_t subject = digits(at + 2);
    const std::size_t dot = at + 2 + subject;
    if (subject == 0 || subject > 3 || dot >= text.size() || text[dot] != '.') continue;
    const std::size_t detail = digits(dot + 1);
    if (detail == 0 || detail > 3) continue;
    return text.substr(at, dot + 1 + detail - at);
  }
  return {};
}

}  // namespace novelo::mime
