#include "adapters/mime_reply_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "adapters/mime_charset.hpp"

namespace novelo::mime {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t longest_attribution = 4;  // lines, as mail programs wrap it
constexpr std::size_t longest_line = 1000;      // what is longer introduces nothing

constexpr std::array<std::string_view, 5> attribution_starts{"on ", "em ", "el ", "no dia ", "a "};
constexpr std::array<std::string_view, 5> attribution_ends{
    "wrote:", "escreveu:", "escribió:", "escribio:", "escreveu :"};
constexpr std::array<std::string_view, 5> original_marks{"original message", "mensagem original",
                                                         "mensaje original", "mensagem anterior",
                                                         "mensaje anterior"};
constexpr std::array<std::string_view, 6> forward_marks{
    "forwarded message",       "mensagem encaminhada", "mensagem reencaminhada",
    "mensagem re-encaminhada", "mensaje reenviado",    "message transféré"};
constexpr std::array<std::string_view, 4> forward_openings{
    "begin forwarded message:", "início da mensagem encaminhada:",
    "início da mensagem reencaminhada:", "inicio del mensaje reenviado:"};
constexpr std::array<std::string_view, 6> forward_subjects{
    "fwd:", "fw:", "enc:", "rv:", "tr:", "wg:"};
constexpr std::array<std::string_view, 5> answer_subjects{"re:", "res:", "aw:", "sv:", "r:"};
constexpr std::array<std::string_view, 2> from_labels{"de:", "from:"};
constexpr std::array<std::string_view, 15> block_labels{
    "enviado:", "enviada:", "enviado em:", "enviada em:", "enviado el:",
    "sent:",    "date:",    "data:",       "fecha:",      "para:",
    "to:",      "cc:",      "assunto:",    "asunto:",     "subject:"};
constexpr std::array<std::string_view, 10> mobile_signatures{
    "enviado do meu ",    "enviado desde mi ",    "sent from my ",        "get outlook for ",
    "obter o outlook ",   "obtener outlook para", "enviado pelo celular", "enviado via ",
    "enviado do correio", "sent from outlook"};

template <std::size_t Size>
bool starts_with_any(std::string_view line, const std::array<std::string_view, Size>& starts) {
  return std::any_of(starts.begin(), starts.end(), [line](std::string_view start) {
    return line.substr(0, start.size()) == start;
  });
}

bool ends_with(std::string_view line, std::string_view end) {
  return line.size() >= end.size() && line.substr(line.size() - end.size()) == end;
}

Lines split(std::string_view text) {
  Lines lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

// A line in lower case and without its decoration ("*De:*" of bold text), as far as it can matter.
std::string plain(std::string_view line) {
  std::string text = lower_ascii(trim(line.substr(0, longest_line)));
  text.erase(std::remove(text.begin(), text.end(), '*'), text.end());
  return text;
}

bool quoted(std::string_view line) {
  return !trim(line).empty() && trim(line).front() == '>';
}

bool blank(std::string_view line) {
  return trim(line).empty();
}

struct Attribution {
  std::size_t lines = 0;  // 0 = there is none
  bool dated = false;     // it has a digit, as a date does
};

Attribution attribution_at(const Lines& lines, std::size_t at) {
  if (!starts_with_any(plain(lines[at]), attribution_starts)) return {};
  Attribution attribution;
  for (std::size_t count = 1; count <= longest_attribution; ++count) {
    const std::size_t place = at + count - 1;
    if (place >= lines.size() || blank(lines[place]) || quoted(lines[place])) return {};
    if (lines[place].size() > longest_line) return {};
    const std::string text = plain(lines[place]);
    attribution.dated = attribution.dated || text.find_first_of("0123456789") != std::string::npos;
    for (const std::string_view end : attribution_ends) {
      if (!ends_with(text, end)) continue;
      attribution.lines = count;
      return attribution;
    }
  }
  return {};
}

bool quote_follows(const Lines& lines, std::size_t at) {
  while (at < lines.size() && blank(lines[at])) ++at;
  return at < lines.size() && quoted(lines[at]);
}

// "-----Original Message-----"
template <std::size_t Size>
bool marked(const std::string& text, const std::array<std::string_view, Size>& marks) {
  if (text.size() < 4 || text.substr(0, 2) != "--") return false;
  const std::size_t word = text.find_first_not_of("- ");
  return word != std::string::npos && starts_with_any(std::string_view(text).substr(word), marks);
}

bool original_message_at(std::string_view line) {
  return marked(plain(line), original_marks);
}

bool forward_at(std::string_view line) {
  const std::string text = plain(line);
  return marked(text, forward_marks) || starts_with_any(text, forward_openings);
}

// "De: ... Enviado: ... Para: ... Assunto: ...", as Outlook introduces what it quotes.
bool header_block_at(const Lines& lines, std::size_t at) {
  if (!starts_with_any(plain(lines[at]), from_labels)) return false;
  std::size_t labels = 0;
  for (std::size_t place = at + 1; place < lines.size() && place <= at + 6; ++place) {
    if (blank(lines[place])) break;
    if (starts_with_any(plain(lines[place]), block_labels)) ++labels;
  }
  return labels >= 2;
}

bool rule(std::string_view line) {
  const std::string_view text = trim(line);
  return text.size() >= 10 && text.find_first_not_of('_') == std::string_view::npos;
}

bool signature_at(std::string_view line) {
  return line == "-- " || line == "--";
}

// The lines that were written now, in order.
Lines written_lines(const Lines& lines) {
  Lines written;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string_view line = lines[at];
    if (quoted(line)) continue;
    if (signature_at(line) || original_message_at(line) || header_block_at(lines, at)) break;
    const Attribution attribution = attribution_at(lines, at);
    if (attribution.lines > 0) {
      if (quote_follows(lines, at + attribution.lines)) {
        at += attribution.lines - 1;
        continue;
      }
      if (attribution.dated) break;
    }
    written.push_back(line);
  }
  return written;
}

void drop_tail(Lines& lines) {
  const auto drop_blanks = [&lines] {
    while (!lines.empty() && (blank(lines.back()) || rule(lines.back()))) lines.pop_back();
  };
  drop_blanks();
  if (!lines.empty() && starts_with_any(plain(lines.back()), mobile_signatures)) lines.pop_back();
  drop_blanks();
}

// The lines without trailing spaces, and with at most one blank line in a row.
std::string join(const Lines& lines) {
  std::string out;
  bool gap = false;
  for (const std::string_view line : lines) {
    if (blank(line)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += '\n';
    gap = false;
    out += line.substr(0, line.find_last_not_of(" \t\r") + 1);
    out += '\n';
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace

std::string reply_text(std::string_view text, bool is_reply) {
  const Lines lines = split(text);
  Lines written = written_lines(lines);
  drop_tail(written);
  std::string reply = join(written);
  if (reply.empty() && !is_reply) return join(lines);
  return reply;
}

bool is_forward(std::string_view subject, std::string_view text) {
  std::string mark = plain(subject);
  mark.erase(std::remove(mark.begin(), mark.end(), ' '), mark.end());  // "Fwd :"
  if (starts_with_any(mark, forward_subjects)) return true;
  if (starts_with_any(mark, answer_subjects)) return false;
  const Lines lines = split(text);
  return std::any_of(lines.begin(), lines.end(), forward_at);
}

}  // namespace novelo::mime
