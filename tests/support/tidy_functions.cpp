// Function length: a scanner of braces, not a compiler. It follows namespaces and classes inwards,
// tells a function's body from a class, an enumeration or an initialiser by the words before the
// brace, and measures from the first of these words to the closing brace.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "support/tidy.hpp"

namespace tidy {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Blanks [from, to) but for its line breaks.
void blank(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

std::size_t end_of_quoted(std::string_view text, std::size_t open) {
  std::size_t i = open + 1;
  while (i < text.size() && text[i] != text[open] && text[i] != '\n') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return std::min(i, text.size());
}

// Past the end of the raw literal whose opening quote is at `quote`.
std::size_t end_of_raw(std::string_view text, std::size_t quote) {
  const std::size_t open = text.find('(', quote);
  if (open == std::string_view::npos) return text.size();
  const std::string close = ")" + std::string(text.substr(quote + 1, open - quote - 1)) + "\"";
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

bool opens_raw(std::string_view text, std::size_t quote) {
  if (quote == 0 || text[quote - 1] != 'R') return false;
  std::size_t start = quote - 1;
  while (start > 0 && is_word(text[start - 1])) --start;
  constexpr std::array prefixes = {"R", "LR", "uR", "UR", "u8R"};
  return std::find(prefixes.begin(), prefixes.end(), text.substr(start, quote - start)) !=
         prefixes.end();
}

// A preprocessor line, with the lines it goes on to, holds no code for the scanner.
void blank_directives(std::string& text) {
  for (std::size_t from = 0; from < text.size();) {
    std::size_t end = std::min(text.find('\n', from), text.size());
    const std::size_t first = text.find_first_not_of(" \t", from);
    if (first != std::string::npos && first < end && text[first] == '#') {
      while (end < text.size() && text[end - 1] == '\\') {
        end = std::min(text.find('\n', end + 1), text.size());
      }
      blank(text, from, end);
    }
    from = end + 1;
  }
}

// Removes `template <...>` lists, so that '=' and "class" inside them say nothing about what
// follows.
std::string without_template_lists(std::string head) {
  for (std::size_t at = head.find("template"); at != std::string::npos;
       at = head.find("template", at)) {
    std::size_t i = head.find_first_not_of(" \n", at + 8);
    if (i == std::string::npos || head[i] != '<') {
      at += 8;
      continue;
    }
    int depth = 0;
    do {
      if (head[i] == '<') ++depth;
      if (head[i] == '>') --depth;
      ++i;
    } while (i < head.size() && depth > 0);
    head.erase(at, i - at);
  }
  return head;
}

std::string last_word(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \n");
  if (end == std::string_view::npos || !is_word(text[end])) return {};
  std::size_t start = end;
  while (start > 0 && is_word(text[start - 1])) --start;
  return std::string(text.substr(start, end - start + 1));
}

std::string first_word(std::string_view text) {
  while (true) {
    const std::size_t start = text.find_first_not_of(" \n");
    if (start == std::string_view::npos) return {};
    text.remove_prefix(start);
    if (text.starts_with("[[")) {  // an attribute
      const std::size_t end = text.find("]]");
      if (end == std::string_view::npos) return {};
      text.remove_prefix(end + 2);
      continue;
    }
    std::size_t end = 0;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::string_view word = text.substr(0, end);
    if (word != "inline" && word != "static" && word != "constexpr" && word != "typedef" &&
        word != "const" && word != "export") {
      return std::string(word);
    }
    text.remove_prefix(end);
  }
}

enum class Brace { scope, function, initialiser };

// What the head looks like at parenthesis depth 0.
struct Shape {
  bool open_parenthesis = false;  // the brace is inside an argument list
  bool parentheses = false;
  bool assignment = false;
  bool constructor_list = false;  // a single ':' after the parameters
};

Shape shape_of(std::string_view head) {
  Shape shape;
  int depth = 0;
  const auto near = [&](std::size_t i) { return i < head.size() ? head[i] : ' '; };
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    const char before = i > 0 ? head[i - 1] : ' ';
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == ')' && depth == 0) shape.parentheses = true;
    if (depth > 0) continue;
    const bool comparison =
        near(i + 1) == '=' || before == '=' || before == '<' || before == '>' || before == '!';
    if (c == '=' && !comparison) shape.assignment = true;
    if (c == ':' && before != ':' && near(i + 1) != ':' && shape.parentheses) {
      shape.constructor_list = true;
    }
  }
  shape.open_parenthesis = depth > 0;
  return shape;
}

Brace classify(std::string_view raw_head) {
  const std::string head = without_template_lists(std::string(raw_head));
  const std::string first = first_word(head);
  for (const char* word : {"namespace", "class", "struct", "union", "enum"}) {
    const bool returns_it = head.find('(') != std::string::npos;
    if (first == word && !returns_it) return Brace::scope;
  }
  if (first.starts_with("TEST_SUITE")) return Brace::scope;
  if (first == "extern" && head.find('(') == std::string::npos) return Brace::scope;
  const Shape shape = shape_of(head);
  if (shape.open_parenthesis || !shape.parentheses) return Brace::initialiser;
  const bool is_operator = head.find("operator") != std::string::npos;
  if (shape.assignment && !is_operator) return Brace::initialiser;
  if (shape.constructor_list) {
    const std::string last = last_word(head);
    const bool ends_the_list = last.empty() || last == "try";
    const std::size_t end = head.find_last_not_of(" \n");
    if (!ends_the_list || head[end] == '>') return Brace::initialiser;
  }
  return Brace::function;
}

// The words before the ':' of `public:` and its like.
bool is_access(std::string_view head) {
  const std::string word = last_word(head);
  return (word == "public" || word == "protected" || word == "private") && first_word(head) == word;
}

// Walks one text once and keeps what it finds.
class Scanner {
 public:
  Scanner(std::string path, std::string_view text)
      : path_(std::move(path)), text_(blank_comments_and_literals(text)) {
    blank_directives(text_);
  }

  Findings run() {
    while (at_ < text_.size()) step();
    if (scopes_ != 0) report(at_, "the braces do not balance");
    return findings_;
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '{') {
      open_brace();
      return;
    }
    if (c == '}') {
      if (--scopes_ < 0) report(at_, "the braces do not balance");
      head_.reset();
    } else if (c == ';') {
      if (!shape_of(head()).open_parenthesis) head_.reset();
    } else if (c == ':' && is_access(head())) {
      head_.reset();
    } else if (!head_ && c != ' ' && c != '\n') {
      head_ = at_;
    }
    ++at_;
  }

  void open_brace() {
    const Brace kind = classify(head());
    if (kind == Brace::scope) {
      ++scopes_;
      ++at_;
      head_.reset();
      return;
    }
    const std::size_t start = head_.value_or(at_);
    const std::size_t end = matching_brace();
    if (kind == Brace::function) {
      measure(start, end);
      head_.reset();
    } else if (!head_) {
      head_ = start;
    }
    // The inside of an initialiser says nothing about the words after it.
    if (kind == Brace::initialiser) blank_inside(at_, end);
    at_ = end + 1;
  }

  void blank_inside(std::size_t open, std::size_t close) {
    const std::size_t last = std::min(close, text_.size() - 1);
    text_[open] = '(';
    text_[last] = ')';
    blank(text_, open + 1, last);
  }

  std::size_t matching_brace() {
    int depth = 0;
    for (std::size_t i = at_; i < text_.size(); ++i) {
      if (text_[i] == '{') ++depth;
      if (text_[i] == '}' && --depth == 0) return i;
    }
    report(at_, "the braces do not balance");
    return text_.size();
  }

  void measure(std::size_t start, std::size_t end) {
    const std::string_view body = std::string_view(text_).substr(start, end - start);
    const auto lines = static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n')) + 1;
    if (lines >= function_limit) {
      report(start, "a function of " + std::to_string(lines) + " lines");
    }
  }

  std::string_view head() const {
    if (!head_) return {};
    return std::string_view(text_).substr(*head_, at_ - *head_);
  }

  void report(std::size_t where, const std::string& what) {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(where, text_.size()));
    const auto line = std::count(text_.begin(), end, '\n') + 1;
    findings_.push_back(path_ + ":" + std::to_string(line) + ": " + what);
  }

  std::string path_;
  std::string text_;
  std::size_t at_ = 0;
  std::optional<std::size_t> head_;  // where the words before the next brace begin
  int scopes_ = 0;
  Findings findings_;
};

}  // namespace

std::string blank_comments_and_literals(std::string_view text) {
  std::string blanked(text);
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (text.substr(i, 2) == "//") {
      const std::size_t end = std::min(text.find('\n', i), text.size());
      blank(blanked, i, end);
      i = end;
    } else if (text.substr(i, 2) == "/*") {
      const std::size_t close = text.find("*/", i + 2);
      const std::size_t end = close == std::string_view::npos ? text.size() : close + 2;
      blank(blanked, i, end);
      i = end;
    } else if (c == '"' && opens_raw(text, i)) {
      const std::size_t end = end_of_raw(text, i);
      blank(blanked, i + 1, end - 1);
      i = end;
    } else if (c == '"' || (c == '\'' && (i == 0 || !is_word(text[i - 1])))) {
      const std::size_t end = end_of_quoted(text, i);
      blank(blanked, i + 1, end);
      i = end + 1;
    } else {
      ++i;
    }
  }
  return blanked;
}

Findings check_functions(const Tree& tree) {
  Findings findings;
  for (const auto& [path, text] : tree) {
    const Findings found = Scanner(path, text).run();
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

}  // namespace tidy
