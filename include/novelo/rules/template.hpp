// TextTemplate: a text with places for values, compiled once and expanded many times.
//
//   "Olá {contact.name|cliente}, o seu número é {case.protocol}."
//
// A place is `{path}` or `{path|fallback}`: a path into the variables, and the text that stands
// there when the path leads nowhere or to an empty text. Without one nothing stands there, and
// `missing` says so to whoever does not want to send a gap. `{{` and `}}` are braces.
//
//   path      parts of letters, digits, '_' and '-' joined by '.'; no part begins with a digit
//             or '-'
//   fallback  any text without '{', '}' and '|'
//
// Values are inserted as they are: a brace inside a value is a brace, never a place. Numbers and
// booleans are written out, lists and maps become JSON (Value::to_text).
//
// `:` after a path is an error: it is reserved for filters.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/base/value.hpp"

namespace novelo {

class TextTemplate {
 public:
  // What stands at a path; null when nothing does. Borrowed while `expand` runs.
  using Lookup = std::function<const Value&(std::string_view path)>;

  TextTemplate() = default;  // the empty text

  // Fails with `invalid`, reason "bad_template"; the subject is "character <n>", counted in bytes
  // from 1.
  static Result<TextTemplate> compile(std::string_view text);

  std::string expand(const Value& variables) const;
  // For a host whose variables are not one Value.
  std::string expand(const Lookup& find) const;

  // The first path without a fallback that leads nowhere or to an empty text; empty when there is
  // none. `{path|}` has a fallback, the empty text: it may be missing.
  std::string_view missing(const Value& variables) const;
  // The fallback at the first place that reads the path; null when that place has none, or there is
  // no such place. Borrowed.
  const std::string* fallback(std::string_view path) const;

  // The paths it reads, each once, in the order of their first place.
  std::vector<std::string> paths() const;
  // Whether it reads no path: `expand` always gives the same text.
  bool constant() const;

  friend bool operator==(const TextTemplate&, const TextTemplate&) = default;

 private:
  struct Piece {
    std::string text;  // of a place: the fallback
    std::string path;  // empty: literal text
    bool has_fallback = false;

    friend bool operator==(const Piece&, const Piece&) = default;
  };
  std::vector<Piece> pieces_;
};

}  // namespace novelo
