// Mails as a journey looks at them. Written on its own, so that it also checks the adapter's
// writer.
#include <algorithm>
#include <optional>
#include <string>

#include "novelo/base/digest.hpp"
#include "testing/view.hpp"

namespace novelo::testing {
namespace {

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

// RFC 2045, section 6.7; with `header`, the Q encoding of RFC 2047, where '_' is a space.
std::string decode_quoted(std::string_view text, bool header) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (header && text[at] == '_') {
      out += ' ';
      continue;
    }
    if (text[at] != '=') {
      out += text[at];
      continue;
    }
    if (text.substr(at + 1, 2) == "\r\n") {
      at += 2;
    } else if (text.substr(at + 1, 1) == "\n") {
      at += 1;
    } else {
      const auto high = at + 2 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
      const auto low = high ? hex_digit(text[at + 2]) : std::nullopt;
      if (!low) {
        out += '=';
        continue;
      }
      out += static_cast<char>(*high * 16 + *low);
      at += 2;
    }
  }
  return out;
}

std::string decode_base64(std::string_view text) {
  std::string plain(text);
  std::erase_if(plain, [](char c) { return c == '\r' || c == '\n' || c == ' '; });
  return from_base64(plain).value_or(std::string(text));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// One "=?utf-8?q?...?=" at the start of the text; its length is taken off.
std::optional<std::string> take_encoded_word(std::string_view& text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const std::size_t encoding = text.find('?', 2);
  const std::size_t words = encoding == std::string_view::npos ? encoding : encoding + 3;
  const std::size_t end = words == std::string_view::npos ? words : text.find("?=", words);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view content = text.substr(words, end - words);
  const bool base64 = text[encoding + 1] == 'b' || text[encoding + 1] == 'B';
  text.remove_prefix(end + 2);
  return base64 ? decode_base64(content) : decode_quoted(content, true);
}

// Spaces between two encoded words are not part of the text (RFC 2047, section 6.2).
std::string decode_header(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    if (auto word = take_encoded_word(text)) {
      out += *word;
      after_word = true;
      continue;
    }
    const std::size_t next = std::max<std::size_t>(1, std::min(text.size(), text.find("=?")));
    const std::string_view plain = text.substr(0, next);
    const bool between = after_word && is_blank(plain) && next < text.size();
    if (!between) out += plain;
    after_word = between;
    text.remove_prefix(next);
  }
  return out;
}

std::string member_name(std::string_view header) {
  std::string name(header);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  return name;
}

// The headers, unfolded; what is left is the body.
Value::Map take_headers(std::string_view& mail) {
  Value::Map headers;
  std::string name;
  std::string value;
  const auto keep = [&] {
    if (!name.empty()) headers[member_name(name)] = Value(decode_header(value));
  };
  while (!mail.empty()) {
    std::string_view line = mail.substr(0, mail.find('\n'));
    mail.remove_prefix(std::min(mail.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') {
      value += ' ';
      value += line.substr(std::min(line.size(), line.find_first_not_of(" \t")));
      continue;
    }
    keep();
    const std::size_t colon = line.find(':');
    name = line.substr(0, colon);
    const std::string_view rest =
        colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    value = rest.substr(std::min(rest.size(), rest.find_first_not_of(' ')));
  }
  keep();
  return headers;
}

std::string without_returns(std::string text) {
  std::erase(text, '\r');
  return text;
}

}  // namespace

Value::Map mail_body(std::string_view mail) {
  Value::Map view = take_headers(mail);
  const std::string encoding = member_name(Value(view)["content_transfer_encoding"].to_text());
  std::string text(mail);
  if (encoding == "base64") text = decode_base64(mail);
  if (encoding == "quoted_printable") text = decode_quoted(mail, false);
  view["text"] = Value(without_returns(std::move(text)));
  std::string id = Value(view)["message_id"].to_text();
  std::erase_if(id, [](char c) { return c == '<' || c == '>'; });
  view["message_id"] = Value(std::move(id));
  return view;
}

}  // namespace novelo::testing
