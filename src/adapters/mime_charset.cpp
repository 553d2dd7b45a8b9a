#include "adapters/mime_charset.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace novelo::mime {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Bytes 0x80 to 0x9F of windows-1252; the five without a character stay control characters.
constexpr std::array<std::uint16_t, 32> windows_1252{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

// The length of the well-formed sequence at the front (Unicode table 3-7), or 0.
std::size_t sequence(std::string_view text) {
  const auto byte = [&text](std::size_t place) -> unsigned {
    return place < text.size() ? static_cast<unsigned char>(text[place]) : 0;
  };
  const auto tail = [&byte](std::size_t place) { return (byte(place) & 0xC0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

void append_scalar(unsigned scalar, std::string& out) {
  if (scalar < 0x80) {
    out += static_cast<char>(scalar);
  } else if (scalar < 0x800) {
    out += static_cast<char>(0xC0 | scalar >> 6);
    out += static_cast<char>(0x80 | (scalar & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | scalar >> 12);
    out += static_cast<char>(0x80 | (scalar >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (scalar & 0x3F));
  }
}

std::string from_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_scalar(byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80] : byte, out);
  }
  return out;
}

// UTF-8 with its broken sequences replaced, or windows-1252 when most of the sequences are broken.
Utf8 mend_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  std::size_t sound = 0;
  std::size_t broken = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = sequence(bytes.substr(at, 4));
    if (length == 0) {
      ++broken;
      out += replacement;
      ++at;
    } else {
      if (length > 1) ++sound;
      out += bytes.substr(at, length);
      at += length;
    }
  }
  if (broken == 0) return {std::move(out), true};
  if (broken >= sound) return {from_windows_1252(bytes), false};
  return {std::move(out), false};
}

// Through iconv; nothing when it does not know the charset. Bytes that it cannot read are replaced.
std::optional<Utf8> convert(std::string_view bytes, const std::string& charset) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.:";
  if (charset.size() > 40 || charset.find_first_not_of(letters) != std::string::npos) {
    return std::nullopt;  // the name may reach the file system
  }
  const GIConv iconv = g_iconv_open("UTF-8", charset.c_str());
  if (iconv == reinterpret_cast<GIConv>(-1)) return std::nullopt;
  Utf8 result;
  std::vector<char> input(bytes.begin(), bytes.end());
  char* in = input.data();
  gsize left = input.size();
  std::array<char, 4096> buffer{};
  while (left > 0) {
    char* out = buffer.data();
    gsize room = buffer.size();
    const gsize done = g_iconv(iconv, &in, &left, &out, &room);
    result.text.append(buffer.data(), buffer.size() - room);
    if (done != static_cast<gsize>(-1) || left == 0) continue;
    if (room >= buffer.size() / 2) {  // it stopped for a bad byte and not for want of room
      result.text += replacement;
      result.exact = false;
      ++in;
      --left;
    }
  }
  g_iconv_close(iconv);
  return result;
}

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = sequence(bytes.substr(at, 4));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

bool is_ascii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Utf8 to_utf8(std::string_view bytes, std::string_view charset) {
  const std::string name = lower_ascii(trim(charset));
  if (name == "utf-8" || name == "utf8") return mend_utf8(bytes);
  if (name == "iso-8859-1" || name == "latin1" || name == "windows-1252" || name == "cp1252") {
    return {from_windows_1252(bytes), true};
  }
  if (!name.empty() && name != "us-ascii" && name != "ascii") {
    if (auto converted = convert(bytes, name); converted && is_utf8(converted->text)) {
      return *converted;
    }
  }
  const bool ascii = is_ascii(bytes) && (name.empty() || name.find("ascii") != std::string::npos);
  Utf8 guessed = mend_utf8(bytes);
  guessed.exact = ascii;
  return guessed;
}

std::string clean_text(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\r') {
      if (at + 1 == text.size() || text[at + 1] != '\n') out += '\n';
    } else if (c == '\n' || c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) {
      out += c;
    }
  }
  return out;
}

std::string clean_line(std::string_view text, std::size_t most) {
  const std::string utf8 = is_utf8(text) ? std::string(text) : from_windows_1252(text);
  std::string out;
  bool gap = false;
  for (const char c : utf8) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
  out.resize(scalar_prefix(out, most));
  return out;
}

std::size_t scalar_prefix(std::string_view text, std::size_t most) {
  std::size_t scalars = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (scalars++ == most) return at;
  }
  return text.size();
}

}  // namespace novelo::mime
