#include "adapters/mime_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/mime_charset.hpp"

namespace novelo::mime {
namespace {

// A parser compares each line that starts with two hyphens with every multipart that is open. The
// product bounds that work whatever the structure turns out to be.
constexpr std::uint64_t most_comparisons = 64'000'000;

tl::unexpected<Error> too_much(std::string_view what, std::size_t most) {
  return fail({ErrorCode::limit, "mail_too_complex",
               fmt::format("The mail has more than {} {}.", most, what), "body",
               "Look at the raw mail in the quarantine."});
}

// The value of the parameter `boundary`, or "" when there is none in plain form.
std::string boundary_of(const std::string& content_type) {
  const std::size_t name = lower_ascii(content_type).find("boundary");
  if (name == std::string::npos) return {};
  std::string_view rest = std::string_view(content_type).substr(name + 8);
  rest = trim(rest);
  if (rest.empty() || rest.front() != '=') return {};
  rest = trim(rest.substr(1));
  if (!rest.empty() && rest.front() == '"') {
    const std::string_view quoted = rest.substr(1);
    return std::string(trim(quoted.substr(0, quoted.find('"'))));
  }
  return std::string(rest.substr(0, rest.find_first_of("; \t")));
}

bool starts_with_word(std::string_view text, std::string_view lower_word) {
  return text.size() >= lower_word.size() &&
         lower_ascii(text.substr(0, lower_word.size())) == lower_word;
}

class Scanner {
 public:
  explicit Scanner(const Limits& limits) : limits_(limits) {}

  Result<std::vector<HeaderBlock>> run(std::string_view raw) {
    if (raw.size() > limits_.request_bytes) return too_much("bytes", limits_.request_bytes);
    begin_headers(0);
    for (std::size_t next = 0; next < raw.size();) {
      const std::size_t end = std::min(raw.find('\n', next), raw.size());
      line_begin_ = next;
      next = std::min(end + 1, raw.size());
      line_end_ = next;
      std::string_view line = raw.substr(line_begin_, end - line_begin_);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      take(line);
      if (parts_ > limits_.mail_parts) return too_much("parts", limits_.mail_parts);
      if (depth_ > limits_.mail_depth) return too_much("levels", limits_.mail_depth);
      if (header_bytes_ > limits_.mail_header_bytes) {
        return too_much("bytes in the headers of one part", limits_.mail_header_bytes);
      }
      if (hyphen_lines_ * content_types_ > most_comparisons) {
        return too_much("lines that look like boundaries", hyphen_lines_);
      }
    }
    if (in_headers_) blocks_.push_back({block_begin_, raw.size()});
    return std::move(blocks_);
  }

 private:
  struct Multipart {
    std::string boundary;
    std::size_t depth;
  };

  void take(std::string_view line) {
    if (line.substr(0, 2) == "--") {
      ++hyphen_lines_;
      if (take_boundary(line.substr(2))) return;
    }
    const bool content_type = starts_with_word(line, "content-type");
    if (content_type) ++content_types_;
    if (!in_headers_) return;
    if (line.empty()) {
      end_headers();
      return;
    }
    header_bytes_ += line.size() + 1;
    const bool folded = line.front() == ' ' || line.front() == '\t';
    if (!folded) in_content_type_ = content_type;
    if (in_content_type_) content_type_ += line;
  }

  // Whether the line, without its hyphens, ends a part of one of the open multiparts.
  bool take_boundary(std::string_view line) {
    for (std::size_t place = multiparts_.size(); place > 0; --place) {
      const Multipart& multipart = multiparts_[place - 1];
      if (multipart.boundary.empty() ||
          line.substr(0, multipart.boundary.size()) != std::string_view(multipart.boundary)) {
        continue;
      }
      const std::string_view rest = line.substr(multipart.boundary.size());
      const bool last = rest.substr(0, 2) == "--";
      if (!last && !trim(rest).empty()) continue;
      if (in_headers_) blocks_.push_back({block_begin_, line_begin_});
      depth_ = multipart.depth;
      multiparts_.resize(place);
      if (last) {
        --depth_;
        multiparts_.pop_back();
        in_headers_ = false;
      } else {
        begin_headers(line_end_);
      }
      return true;
    }
    return false;
  }

  void begin_headers(std::size_t at) {
    ++parts_;
    block_begin_ = at;
    in_headers_ = true;
    in_content_type_ = false;
    header_bytes_ = 0;
    content_type_.clear();
  }

  void end_headers() {
    in_headers_ = false;
    blocks_.push_back({block_begin_, line_begin_});
    const std::size_t colon = content_type_.find(':');
    if (colon == std::string::npos) return;
    const std::string_view type = trim(std::string_view(content_type_).substr(colon + 1));
    if (starts_with_word(type, "multipart/")) {
      multiparts_.push_back({boundary_of(content_type_), ++depth_});
    } else if (starts_with_word(type, "message/rfc") || starts_with_word(type, "message/global") ||
               starts_with_word(type, "message/news")) {
      ++depth_;
      begin_headers(line_end_);
    }
  }

  const Limits& limits_;
  std::vector<Multipart> multiparts_;
  std::vector<HeaderBlock> blocks_;
  std::size_t block_begin_ = 0;
  std::size_t line_begin_ = 0;  // of the line that is being taken
  std::size_t line_end_ = 0;    // with its end of line
  std::string content_type_;    // the header's lines, joined
  bool in_headers_ = false;
  bool in_content_type_ = false;
  std::size_t header_bytes_ = 0;
  std::size_t depth_ = 0;
  std::size_t parts_ = 0;
  std::uint64_t hyphen_lines_ = 0;
  std::uint64_t content_types_ = 0;
};

}  // namespace

Result<std::vector<HeaderBlock>> scan(std::string_view raw, const Limits& limits) {
  return Scanner(limits).run(raw);
}

}  // namespace novelo::mime
