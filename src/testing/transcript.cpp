#include "novelo/testing/transcript.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "novelo/rules/calendar.hpp"
#include "testing/invisible.hpp"

namespace novelo::testing {
namespace {

constexpr std::size_t text_column = 21;  // "09:10:00  whatsapp   "
constexpr std::size_t answer_indent = 8;

struct Style {
  std::string_view code;
};

Style style_of(Side side) {
  switch (side) {
    case Side::heading: return {"\x1b[1m"};
    case Side::contact: return {"\x1b[36m"};
    case Side::agent: return {"\x1b[32m"};
    case Side::staff: return {"\x1b[34m"};
    case Side::bot: return {"\x1b[35m"};
    case Side::event: return {"\x1b[2m"};
    case Side::problem: return {"\x1b[1;31m"};
    case Side::note: return {"\x1b[33m"};
  }
  return {""};
}

struct Glyph {
  std::string_view bytes;
  std::size_t width = 1;
};

// The next scalar of a text, taken off it; what could command a terminal becomes '?'.
Glyph take_glyph(std::string_view& text) {
  utf8proc_int32_t scalar = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &scalar);
  if (length <= 0) {
    text.remove_prefix(1);
    return {"?", 1};
  }
  const std::string_view bytes = text.substr(0, static_cast<std::size_t>(length));
  text.remove_prefix(bytes.size());
  const auto category = utf8proc_category(scalar);
  if (is_harmless_format(scalar)) return {"", 0};  // terminals disagree on its width
  if (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF) return {"?", 1};
  return {bytes, static_cast<std::size_t>(std::max(0, utf8proc_charwidth(scalar)))};
}

// Lines of at most `width` columns, broken at spaces where there are any.
void fold(std::string_view text, std::size_t width, std::vector<std::string>& lines) {
  std::string line;
  std::size_t columns = 0;
  std::size_t break_at = 0;  // behind the last space
  std::size_t columns_at_break = 0;
  while (!text.empty()) {
    const Glyph glyph = take_glyph(text);
    if (columns + glyph.width > width && columns > 0) {
      if (break_at == 0) {
        break_at = line.size();
        columns_at_break = columns;
      }
      std::string rest = line.substr(break_at);
      line.resize(break_at);
      while (!line.empty() && line.back() == ' ') line.pop_back();
      lines.push_back(std::move(line));
      line = std::move(rest);
      columns -= columns_at_break;
      break_at = 0;
      columns_at_break = 0;
    }
    line += glyph.bytes;
    columns += glyph.width;
    if (glyph.bytes == " ") {
      break_at = line.size();
      columns_at_break = columns;
    }
  }
  lines.push_back(std::move(line));
}

std::vector<std::string> folded(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (true) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    fold(line, width, lines);
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

LocalTime local_of(Timestamp at, const std::string& zone) {
  if (const auto local = to_local(at, zone)) return *local;
  return to_local(at, "UTC").value_or(LocalTime{});
}

class Renderer {
 public:
  explicit Renderer(const TranscriptOptions& options) : options_(options) {}

  std::string render(const std::vector<TranscriptLine>& lines) {
    for (const TranscriptLine& line : lines) {
      if (line.side == Side::heading) {
        heading(line);
      } else {
        plain(line);
      }
    }
    return std::move(out_);
  }

 private:
  void put(std::string_view text, std::string_view code) {
    if (options_.colour && !code.empty() && !text.empty()) {
      out_ += fmt::format("{}{}\x1b[0m", code, text);
    } else {
      out_ += text;
    }
  }

  std::size_t room(std::size_t indent) const {
    return std::max<std::size_t>(options_.width > indent ? options_.width - indent : 0, 20);
  }

  // The day, whenever it is another one than that of the line before. True when it was told.
  bool tell_day(const LocalTime& local) {
    const std::string day = fmt::format("{:04}-{:02}-{:02}", local.year, local.month, local.day);
    if (day == day_) return false;
    if (!out_.empty()) out_ += "\n";
    const std::string spoken = spoken_date_time(local, "en");
    put(spoken.substr(0, spoken.rfind(',')), "\x1b[1;4m");
    out_ += "\n";
    day_ = day;
    return true;
  }

  void heading(const TranscriptLine& line) {
    const LocalTime local = local_of(line.at, options_.zone);
    tell_day(local);
    out_ += "\n";
    const auto lines = folded(line.text, room(7));
    put(fmt::format("{:02}:{:02}", local.hour, local.minute), "\x1b[1;33m");
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out_ += i == 0 ? "  " : "       ";
      put(lines[i], i == 0 ? style_of(Side::heading).code : style_of(Side::event).code);
      out_ += "\n";
    }
    if (line.status.empty()) return;
    for (const std::string& covered : folded("[" + line.status + "]", room(7))) {
      out_ += "       ";
      put(covered, "\x1b[2m");
      out_ += "\n";
    }
  }

  void plain(const TranscriptLine& line) {
    const LocalTime local = local_of(line.at, options_.zone);
    if (tell_day(local)) out_ += "\n";
    const std::string channel =
        line.channel == Channel::none ? "" : std::string(to_string(line.channel));
    const std::string head =
        fmt::format("{:02}:{:02}:{:02}  {:<11}", local.hour, local.minute, local.second, channel);
    const bool answers = line.side == Side::agent || line.side == Side::staff ||
                         line.side == Side::bot || line.side == Side::note;
    const std::size_t indent = text_column + (answers ? answer_indent : 0);
    std::string text = line.who.empty() ? line.text : line.who + ": " + line.text;
    if (!line.about.empty()) text = fmt::format("[{}] {}", line.about, text);
    if (line.side == Side::problem) text = "FAILED  " + text;
    if (!line.status.empty()) text += "  (" + line.status + ")";
    const auto lines = folded(text, room(indent));
    put(head, "\x1b[2m");
    out_.append(indent - text_column, ' ');
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0 && !lines[i].empty()) out_.append(indent, ' ');
      put(lines[i], style_of(line.side).code);
      out_ += "\n";
    }
  }

  const TranscriptOptions& options_;
  std::string day_;
  std::string out_;
};

}  // namespace

std::string_view name_of(Side side) {
  switch (side) {
    case Side::heading: return "heading";
    case Side::contact: return "contact";
    case Side::agent: return "agent";
    case Side::staff: return "staff";
    case Side::bot: return "bot";
    case Side::event: return "event";
    case Side::problem: return "problem";
    case Side::note: return "note";
  }
  return {};
}

std::string render(const std::vector<TranscriptLine>& lines, const TranscriptOptions& options) {
  return Renderer(options).render(lines);
}

}  // namespace novelo::testing
