// Secret: text that cannot be printed, compared by accident or stored by accident.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace novelo {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  // The only way to the text, named so that a review finds each use.
  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  // Secrets are checked in constant time by base/digest.hpp, never with ==.
  friend bool operator==(const Secret&, const Secret&) = delete;

 private:
  std::string text_;
};

// What every log, error and print shows in its place.
inline std::string_view to_string(const Secret&) {
  return "[secret]";
}

}  // namespace novelo
