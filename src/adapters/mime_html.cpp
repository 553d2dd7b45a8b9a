#include "adapters/mime_html.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "adapters/mime_charset.hpp"

namespace novelo::mime {
namespace {

constexpr std::size_t deepest_quote = 8;

// What writers in Portuguese, Spanish and English meet; any other entity stands as it was written.
constexpr std::array<std::pair<std::string_view, std::string_view>, 60> entities{{
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"iexcl", "¡"},  {"iquest", "¿"}, {"ordf", "ª"},   {"ordm", "º"},
    {"deg", "°"},    {"laquo", "«"},  {"raquo", "»"},  {"ndash", "–"},  {"mdash", "—"},
    {"lsquo", "‘"},  {"rsquo", "’"},  {"ldquo", "“"},  {"rdquo", "”"},  {"hellip", "…"},
    {"euro", "€"},   {"copy", "©"},   {"reg", "®"},    {"bull", "•"},   {"aacute", "á"},
    {"Aacute", "Á"}, {"agrave", "à"}, {"Agrave", "À"}, {"acirc", "â"},  {"Acirc", "Â"},
    {"atilde", "ã"}, {"Atilde", "Ã"}, {"auml", "ä"},   {"Auml", "Ä"},   {"ccedil", "ç"},
    {"Ccedil", "Ç"}, {"eacute", "é"}, {"Eacute", "É"}, {"egrave", "è"}, {"ecirc", "ê"},
    {"Ecirc", "Ê"},  {"euml", "ë"},   {"iacute", "í"}, {"Iacute", "Í"}, {"iuml", "ï"},
    {"ntilde", "ñ"}, {"Ntilde", "Ñ"}, {"oacute", "ó"}, {"Oacute", "Ó"}, {"ocirc", "ô"},
    {"Ocirc", "Ô"},  {"otilde", "õ"}, {"Otilde", "Õ"}, {"ouml", "ö"},   {"Ouml", "Ö"},
    {"uacute", "ú"}, {"Uacute", "Ú"}, {"uuml", "ü"},   {"Uuml", "Ü"},   {"szlig", "ß"},
}};

constexpr std::array<std::string_view, 23> blocks{
    "address", "article", "blockquote", "body", "br", "div",     "dl",   "dt",
    "h1",      "h2",      "h3",         "h4",   "h5", "h6",      "hr",   "li",
    "ol",      "p",       "pre",        "tr",   "ul", "section", "table"};

template <std::size_t Size>
bool among(const std::array<std::string_view, Size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void append_scalar(unsigned long scalar, std::string& out) {
  if (scalar == 0xA0) scalar = ' ';
  if (scalar < 0x20 || scalar > 0x10FFFF || (scalar >= 0xD800 && scalar <= 0xDFFF)) return;
  if (scalar < 0x80) {
    out += static_cast<char>(scalar);
  } else if (scalar < 0x800) {
    out += static_cast<char>(0xC0 | scalar >> 6);
    out += static_cast<char>(0x80 | (scalar & 0x3F));
  } else if (scalar < 0x10000) {
    out += static_cast<char>(0xE0 | scalar >> 12);
    out += static_cast<char>(0x80 | (scalar >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (scalar & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | scalar >> 18);
    out += static_cast<char>(0x80 | (scalar >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (scalar >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (scalar & 0x3F));
  }
}

// Reads one entity at the front ("&amp;"): the bytes it takes, 0 when it is none.
std::size_t read_entity(std::string_view html, std::string& out) {
  const std::size_t end = html.substr(0, 12).find(';');
  if (end == std::string_view::npos || end < 2) return 0;
  const std::string_view name = html.substr(1, end - 1);
  if (name.front() == '#') {
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    const std::string_view digits = name.substr(hex ? 2 : 1);
    unsigned long scalar = 0;
    const char* last = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), last, scalar, hex ? 16 : 10);
    if (digits.empty() || error != std::errc{} || stop != last) return 0;
    append_scalar(scalar, out);
    return end + 1;
  }
  for (const auto& [known, text] : entities) {
    if (known == name) {
      out += text;
      return end + 1;
    }
  }
  return 0;
}

class Writer {
 public:
  explicit Writer(std::string_view html) : rest_(html) {}

  std::string run() {
    while (!rest_.empty()) {
      if (rest_.front() == '<' && take_markup()) continue;
      take_text();
    }
    end_line();
    return std::move(out_);
  }

 private:
  void take_text() {
    const char c = rest_.front();
    if (c == '&') {
      std::string text;
      if (const std::size_t length = read_entity(rest_, text); length > 0) {
        rest_.remove_prefix(length);
        for (const char each : text) put(each);
        return;
      }
    }
    rest_.remove_prefix(1);
    put(c);
  }

  void put(char c) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      gap_ = !line_.empty();
      return;
    }
    if (gap_) line_ += ' ';
    gap_ = false;
    line_ += c;
  }

  // Whether there was a tag or a comment at the front.
  bool take_markup() {
    if (rest_.substr(0, 4) == "<!--") {
      skip_past("-->");
      return true;
    }
    const char next = rest_.size() > 1 ? rest_[1] : ' ';
    const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
    if (!tags_end_ || !(letter || next == '/' || next == '!' || next == '?')) return false;
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos) {
      tags_end_ = false;  // looked for once, so that a page of "<" takes one pass
      return false;
    }
    const bool closing = next == '/';
    const std::string_view inside = rest_.substr(closing ? 2 : 1, end - (closing ? 2 : 1));
    const std::string name = lower_ascii(inside.substr(0, inside.find_first_of(" \t\r\n/")));
    rest_.remove_prefix(end + 1);
    take_tag(name, closing);
    return true;
  }

  void take_tag(const std::string& name, bool closing) {
    if (!closing && (name == "script" || name == "style" || name == "title")) {
      skip_past("</" + name);
      skip_past(">");
      return;
    }
    if (name == "td" || name == "th") put(' ');
    if (!among(blocks, name)) return;
    const bool blank = name == "p" || (name == "br" && line_.empty());
    end_line();
    blank_before_ = blank_before_ || blank;
    if (name == "li" && !closing) line_ = "- ";
    if (name == "blockquote") {
      if (!closing && quotes_ < deepest_quote) ++quotes_;
      if (closing && quotes_ > 0) --quotes_;
    }
  }

  // Drops everything up to and with `mark`, in whatever case; all of it when there is none.
  void skip_past(std::string_view mark) {
    const auto same = [](char left, char right) {
      return (left >= 'A' && left <= 'Z' ? static_cast<char>(left - 'A' + 'a') : left) == right;
    };
    const auto found = std::search(rest_.begin(), rest_.end(), mark.begin(), mark.end(), same);
    const auto length = static_cast<std::size_t>(found - rest_.begin());
    rest_.remove_prefix(found == rest_.end() ? rest_.size() : length + mark.size());
  }

  void end_line() {
    gap_ = false;
    if (line_.empty()) return;
    if (blank_before_ && !out_.empty()) out_ += '\n';
    blank_before_ = false;
    for (std::size_t level = 0; level < quotes_; ++level) out_ += '>';
    if (quotes_ > 0) out_ += ' ';
    out_ += line_;
    out_ += '\n';
    line_.clear();
  }

  std::string_view rest_;
  std::string out_;
  std::string line_;
  bool gap_ = false;           // white space is due before the next character
  bool blank_before_ = false;  // a blank line is due before the next line
  bool tags_end_ = true;       // there may be one more '>'
  std::size_t quotes_ = 0;
};

}  // namespace

std::string html_to_text(std::string_view html) {
  return Writer(html).run();
}

}  // namespace novelo::mime
