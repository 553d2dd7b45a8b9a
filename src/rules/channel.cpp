#include "novelo/rules/channel.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>

namespace novelo {
namespace {

// ---- Unicode scalars

struct Scalar {
  char32_t value = 0;
  std::size_t bytes = 0;
};

// The first scalar of a text that is not empty; a broken byte is one U+FFFD.
Scalar first_scalar(std::string_view text) {
  utf8proc_int32_t value = 0;
  const utf8proc_ssize_t bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (bytes <= 0) return {U'\uFFFD', 1};
  return {static_cast<char32_t>(value), static_cast<std::size_t>(bytes)};
}

// ---- SMS

// The GSM 7 bit default alphabet beyond ASCII (3GPP TS 23.038, 6.2.1), in order of code points.
constexpr std::u32string_view gsm_letters =
    U"\u00A1\u00A3\u00A4\u00A5\u00A7\u00BF\u00C4\u00C5\u00C6\u00C7\u00C9\u00D1\u00D6\u00D8\u00DC"
    U"\u00DF\u00E0\u00E4\u00E5\u00E6\u00E8\u00E9\u00EC\u00F1\u00F2\u00F6\u00F8\u00F9\u00FC\u0393"
    U"\u0394\u0398\u039B\u039E\u03A0\u03A3\u03A6\u03A8\u03A9";

// Its extension table (6.2.1.1): an escape and a character.
constexpr std::u32string_view gsm_escaped = U"\u000C[\\]^{|}~\u20AC";

// How many septets it takes; 0 when the alphabet does not have it.
std::size_t septets(char32_t scalar) {
  if (gsm_escaped.find(scalar) != std::u32string_view::npos) return 2;
  if (scalar == U'\n' || scalar == U'\r') return 1;
  if (scalar < 0x7F) return scalar >= 0x20 && scalar != U'`' ? 1 : 0;
  return std::binary_search(gsm_letters.begin(), gsm_letters.end(), scalar) ? 1 : 0;
}

std::size_t utf16_units(char32_t scalar) {
  return scalar > 0xFFFF ? 2 : 1;
}

bool is_gsm(std::string_view text) {
  while (!text.empty()) {
    const Scalar scalar = first_scalar(text);
    if (septets(scalar.value) == 0) return false;
    text.remove_prefix(scalar.bytes);
  }
  return true;
}

// ---- rendering

bool titles_fit(const std::vector<Option>& options, std::size_t longest) {
  return longest == 0 || std::all_of(options.begin(), options.end(), [&](const Option& option) {
           return count_scalars(option.title) <= longest;
         });
}

bool fits(const std::vector<Option>& options, std::size_t most, std::size_t longest_title) {
  return options.size() <= most && titles_fit(options, longest_title);
}

std::string with_numbered_lines(std::string text, const std::vector<Option>& options) {
  for (std::size_t index = 0; index < options.size(); ++index) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += fmt::format("{}. {}", index + 1, options[index].title);
  }
  return text;
}

// ---- splitting

// One grapheme of a text.
struct Cell {
  std::size_t begin = 0;  // bytes
  std::size_t end = 0;
  std::size_t scalars = 0;
  char32_t first = 0;
};

std::vector<Cell> graphemes(std::string_view text) {
  std::vector<Cell> cells;
  utf8proc_int32_t state = 0;
  char32_t previous = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Scalar scalar = first_scalar(text.substr(at));
    const bool border = cells.empty() || utf8proc_grapheme_break_stateful(
                                             static_cast<utf8proc_int32_t>(previous),
                                             static_cast<utf8proc_int32_t>(scalar.value), &state);
    if (border) cells.push_back({at, at, 0, scalar.value});
    at += scalar.bytes;
    cells.back().end = at;
    ++cells.back().scalars;
    previous = scalar.value;
  }
  return cells;
}

bool is_line_end(const Cell& cell) {
  constexpr std::u32string_view ends = U"\n\r\u0085\u2028\u2029";
  return ends.find(cell.first) != std::u32string_view::npos;
}

// Space at which a line may be broken: the no-break spaces are not among it.
bool is_space(const Cell& cell) {
  if (is_line_end(cell) || cell.first == U'\t') return true;
  if (cell.first == U'\u00A0' || cell.first == U'\u202F') return false;
  return utf8proc_category(static_cast<utf8proc_int32_t>(cell.first)) == UTF8PROC_CATEGORY_ZS;
}

bool is_letter(const Cell& cell) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(cell.first));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool is_digit(const Cell& cell) {
  return cell.first >= U'0' && cell.first <= U'9';
}

bool is_upper(const Cell& cell) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(cell.first)) == UTF8PROC_CATEGORY_LU;
}

// True for the full stop of "1." at the start of a list's line and of a title such as "Dr." or
// "Sra.": no sentence ends there.
bool is_abbreviation(const std::vector<Cell>& cells, std::size_t stop) {
  constexpr std::size_t longest_title = 3;
  std::size_t first = stop;
  while (first > 0 && stop - first <= longest_title && is_letter(cells[first - 1])) --first;
  if (first < stop) return stop - first <= longest_title && is_upper(cells[first]);
  while (first > 0 && stop - first <= longest_title && is_digit(cells[first - 1])) --first;
  if (first == stop || stop - first > longest_title) return false;
  return first == 0 || is_line_end(cells[first - 1]);
}

// True when a sentence ends before the space at `space`: behind a full stop, a question or
// exclamation mark or an ellipsis, closing quotes and brackets between.
bool ends_sentence(const std::vector<Cell>& cells, std::size_t space) {
  constexpr std::u32string_view closing = U"\"')]}\u00BB\u2019\u201D";
  constexpr std::u32string_view ends = U".!?\u2026";
  constexpr std::size_t most_closing = 4;
  std::size_t at = space;
  while (at > 0 && space - at < most_closing &&
         closing.find(cells[at - 1].first) != std::u32string_view::npos) {
    --at;
  }
  if (at == 0 || ends.find(cells[at - 1].first) == std::u32string_view::npos) return false;
  return cells[at - 1].first != U'.' || !is_abbreviation(cells, at - 1);
}

// Where the part that begins at `begin` ends: an index of `cells`, past `begin`. A cut may stand
// before a space that itself would not fit any more.
std::size_t find_cut(const std::vector<Cell>& cells, std::size_t begin, std::size_t most) {
  std::size_t sentence = begin;
  std::size_t word = begin;
  std::size_t scalars = 0;
  for (std::size_t at = begin; at < cells.size(); ++at) {
    if (is_space(cells[at])) {
      word = at;
      if (is_line_end(cells[at]) || ends_sentence(cells, at)) sentence = at;
    }
    scalars += cells[at].scalars;
    if (scalars > most) {
      if (sentence > begin) return sentence;
      if (word > begin) return word;
      return std::max(at, begin + 1);
    }
  }
  return cells.size();
}

}  // namespace

std::size_t count_scalars(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(first_scalar(text).bytes);
    ++count;
  }
  return count;
}

SmsSegments count_segments(std::string_view text) {
  SmsSegments result;
  result.gsm7 = is_gsm(text);
  const std::size_t single = result.gsm7 ? 160 : 70;
  const std::size_t joined = result.gsm7 ? 153 : 67;
  std::size_t used = joined;  // of the segment being filled, were there more than one
  while (!text.empty()) {
    const Scalar scalar = first_scalar(text);
    const std::size_t units = result.gsm7 ? septets(scalar.value) : utf16_units(scalar.value);
    if (used + units > joined) {
      ++result.segments;
      used = 0;
    }
    used += units;
    result.units += units;
    text.remove_prefix(scalar.bytes);
  }
  if (result.segments > 1 && result.units <= single) result.segments = 1;
  return result;
}

Status check_length(std::string_view text, std::size_t most) {
  const std::size_t count = count_scalars(text);
  if (count <= most) return {};
  return fail({ErrorCode::refused, "too_long",
               fmt::format("The text has {} characters; at most {} are allowed.", count, most),
               "text", fmt::format("Shorten it by {}, or send it in parts.", count - most)});
}

std::optional<Timestamp> window_end(const Capabilities& capabilities,
                                    std::optional<Timestamp> last_inbound) {
  if (capabilities.window <= Duration::zero()) return std::nullopt;
  if (!last_inbound) return Timestamp::min();
  if (*last_inbound > Timestamp::max() - capabilities.window) return Timestamp::max();
  return *last_inbound + capabilities.window;
}

Status check_window(const Capabilities& capabilities, std::optional<Timestamp> last_inbound,
                    const Content& content, Timestamp now) {
  const std::optional<Timestamp> end = window_end(capabilities, last_inbound);
  if (!end || content.template_use || now < *end) return {};
  const std::string why =
      last_inbound ? "The contact's last message is too old for free text on this channel."
                   : "Free text to this contact is not open on this channel.";
  if (capabilities.templates) {
    return fail(
        {ErrorCode::refused, "template_required", why, "content",
         "Send a template that the provider has approved (`approved`, `provider_name`); free "
         "text is open again once the contact writes."});
  }
  return fail({ErrorCode::refused, "window_closed", why, "content",
               "Wait until the contact writes, or use another channel."});
}

Rendered render(const Content& content, const Capabilities& capabilities) {
  Rendered rendered{content, {}};
  const std::vector<Option>& options = content.options;
  if (options.empty() || fits(options, capabilities.buttons, capabilities.button_title) ||
      fits(options, capabilities.list_rows, capabilities.list_title)) {
    return rendered;
  }
  rendered.content.text = with_numbered_lines(content.text, options);
  rendered.content.options.clear();
  const bool too_many = options.size() > std::max(capabilities.buttons, capabilities.list_rows);
  rendered.warnings.push_back(
      too_many ? fmt::format("{} options are more than the channel shows ({} buttons, {} list "
                             "rows): shown as numbered lines.",
                             options.size(), capabilities.buttons, capabilities.list_rows)
               : fmt::format("An option's title is longer than the channel shows (button {}, list "
                             "row {}): shown as numbered lines.",
                             capabilities.button_title, capabilities.list_title));
  return rendered;
}

std::vector<std::string> split_text(std::string_view text, std::size_t most) {
  if (most == 0 || text.size() <= most || count_scalars(text) <= most) return {std::string(text)};
  const std::vector<Cell> cells = graphemes(text);
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin < cells.size()) {
    const std::size_t cut = find_cut(cells, begin, most);
    std::size_t end = cut;
    if (cut < cells.size()) {
      while (end > begin && is_space(cells[end - 1])) --end;
    }
    if (end > begin) {
      parts.emplace_back(text.substr(cells[begin].begin, cells[end - 1].end - cells[begin].begin));
    }
    begin = cut;
    while (begin < cells.size() && is_space(cells[begin])) ++begin;
  }
  if (parts.empty()) parts.emplace_back();
  return parts;
}

}  // namespace novelo
