#include "adapters/mime_words.hpp"

#include <optional>

#include "adapters/mime_charset.hpp"
#include "novelo/base/digest.hpp"

namespace novelo::mime {
namespace {

constexpr std::size_t longest_charset = 60;

struct Word {
  std::string charset;  // in lower case, without a language
  std::string bytes;
  std::size_t length = 0;  // of the whole word as it stands
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string from_q(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool room = text.size() - at > 2;
    const int high = room ? hex_digit(text[at + 1]) : -1;
    const int low = room ? hex_digit(text[at + 2]) : -1;
    if (text[at] == '=' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      out += text[at] == '_' ? ' ' : text[at];
    }
  }
  return out;
}

// Base 64 whose padding may be missing.
std::optional<std::string> from_b(std::string_view text) {
  std::string padded{text};
  while (padded.size() % 4 != 0) padded += '=';
  return from_base64(padded);
}

// The encoded word at the front, or nothing.
std::optional<Word> read_word(std::string_view text) {
  if (text.substr(0, 2) != "=?") return std::nullopt;
  const std::string_view rest = text.substr(2);
  const std::size_t mark = rest.substr(0, longest_charset).find('?');
  if (mark == std::string_view::npos || mark == 0 || mark + 2 >= rest.size()) return std::nullopt;
  const char encoding = rest[mark + 1];
  if (rest[mark + 2] != '?') return std::nullopt;
  const std::string_view data = rest.substr(mark + 3);
  const std::size_t end = data.find_first_of("? \t\r\n");
  if (end == std::string_view::npos || data.substr(end, 2) != "?=") return std::nullopt;
  Word word;
  const std::string_view charset = rest.substr(0, mark);
  word.charset = lower_ascii(charset.substr(0, charset.find('*')));
  word.length = 2 + mark + 3 + end + 2;
  if (encoding == 'Q' || encoding == 'q') {
    word.bytes = from_q(data.substr(0, end));
    return word;
  }
  if (encoding != 'B' && encoding != 'b') return std::nullopt;
  auto bytes = from_b(data.substr(0, end));
  if (!bytes) return std::nullopt;
  word.bytes = std::move(*bytes);
  return word;
}

void join_block(std::string_view block, std::string& out) {
  while (true) {
    const std::size_t start = block.find("=?");
    out += block.substr(0, start);
    if (start == std::string_view::npos) return;
    block.remove_prefix(start);
    auto first = read_word(block);
    if (!first) {
      out += block.substr(0, 2);
      block.remove_prefix(2);
      continue;
    }
    std::size_t taken = first->length;
    bool joined = false;
    while (true) {
      const std::size_t gap = block.find_first_not_of(" \t\r\n", taken);
      if (gap == std::string_view::npos || gap == taken) break;
      const auto next = read_word(block.substr(gap));
      if (!next || next->charset != first->charset) break;
      first->bytes += next->bytes;
      taken = gap + next->length;
      joined = true;
    }
    if (joined) {
      out += "=?" + first->charset + "?B?" + to_base64(first->bytes) + "?=";
    } else {
      out += block.substr(0, taken);
    }
    block.remove_prefix(taken);
  }
}

}  // namespace

std::string join_encoded_words(std::string_view raw, const std::vector<HeaderBlock>& headers) {
  std::string out;
  out.reserve(raw.size());
  std::size_t done = 0;
  for (const HeaderBlock& block : headers) {
    out += raw.substr(done, block.begin - done);
    join_block(raw.substr(block.begin, block.end - block.begin), out);
    done = block.end;
  }
  out += raw.substr(done);
  return out;
}

}  // namespace novelo::mime
