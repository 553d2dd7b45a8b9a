#include "novelo/rules/template.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace novelo {
namespace {

tl::unexpected<Error> bad_template(std::size_t at, std::string_view what, std::string_view remedy) {
  return fail({ErrorCode::invalid, "bad_template", std::string(what),
               fmt::format("character {}", at + 1), std::string(remedy)});
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_path_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

bool is_path(std::string_view path) {
  bool at_start = true;
  for (const char c : path) {
    if (at_start ? !is_letter(c) : !(is_path_character(c) || c == '.')) return false;
    at_start = c == '.';
  }
  return !at_start;
}

}  // namespace

Result<TextTemplate> TextTemplate::compile(std::string_view text) {
  TextTemplate made;
  std::string literal;
  const auto close_literal = [&] {
    if (!literal.empty()) made.pieces_.push_back({literal, {}, false});
    literal.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c != '{' && c != '}') {
      literal += c;
      continue;
    }
    if (at + 1 < text.size() && text[at + 1] == c) {
      literal += c;
      ++at;
      continue;
    }
    if (c == '}') return bad_template(at, "a '}' without its '{'.", "Write }} for a brace.");
    const std::size_t end = text.find_first_of("{}", at + 1);
    if (end == std::string_view::npos || text[end] == '{') {
      return bad_template(at, "a '{' without its '}'.", "Write {{ for a brace.");
    }
    const std::string_view place = text.substr(at + 1, end - at - 1);
    const std::size_t bar = place.find('|');
    const std::string_view path = place.substr(0, bar);
    if (path.find(':') != std::string_view::npos) {
      return bad_template(at, "no such filter: there are none after ':'.",
                          "Write {path|fallback}.");
    }
    if (!is_path(path)) {
      return bad_template(at, "what stands before '|' or '}' is no path.",
                          "Write {path} or {path|fallback}, without spaces in the path.");
    }
    const std::string_view fallback =
        bar == std::string_view::npos ? std::string_view() : place.substr(bar + 1);
    if (fallback.find('|') != std::string_view::npos) {
      return bad_template(at, "a second '|' in one place.", "Write one fallback.");
    }
    close_literal();
    made.pieces_.push_back(
        {std::string(fallback), std::string(path), bar != std::string_view::npos});
    at = end;
  }
  close_literal();
  return made;
}

std::string TextTemplate::expand(const Value& variables) const {
  return expand(
      [&variables](std::string_view path) -> const Value& { return variables.at_path(path); });
}

std::string TextTemplate::expand(const Lookup& find) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (piece.path.empty()) {
      out += piece.text;
      continue;
    }
    const std::string value = find(piece.path).to_text();
    out += value.empty() ? piece.text : value;
  }
  return out;
}

std::string_view TextTemplate::missing(const Value& variables) const {
  for (const Piece& piece : pieces_) {
    if (piece.path.empty() || piece.has_fallback) continue;
    if (variables.at_path(piece.path).to_text().empty()) return piece.path;
  }
  return {};
}

const std::string* TextTemplate::fallback(std::string_view path) const {
  for (const Piece& piece : pieces_) {
    if (piece.path == path) return piece.has_fallback ? &piece.text : nullptr;
  }
  return nullptr;
}

std::vector<std::string> TextTemplate::paths() const {
  std::vector<std::string> paths;
  for (const Piece& piece : pieces_) {
    if (piece.path.empty()) continue;
    if (std::find(paths.begin(), paths.end(), piece.path) == paths.end()) {
      paths.push_back(piece.path);
    }
  }
  return paths;
}

bool TextTemplate::constant() const {
  return std::all_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.path.empty(); });
}

}  // namespace novelo
