// Findings: the first thing in a run that must never be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace novelo::testing {

struct Finding {
  std::string invariant;  // by its number: "I10"
  std::string what;
};

class Findings {
 public:
  // What came first counts: what follows from it says little.
  void broken(std::string_view invariant, std::string what) {
    if (!first_) first_ = Finding{std::string(invariant), std::move(what)};
  }
  // The same where it does not hold.
  void check(bool holds, std::string_view invariant, std::string_view what) {
    if (!holds) broken(invariant, std::string(what));
  }
  // The sentence is made only where it is needed: nearly everything always holds.
  template <class... Values>
  requires(sizeof...(Values) > 0) void check(bool holds, std::string_view invariant,
                                             fmt::format_string<Values...> text,
                                             Values&&... values) {
    if (!holds) broken(invariant, fmt::format(text, std::forward<Values>(values)...));
  }
  bool any() const { return first_.has_value(); }
  const std::optional<Finding>& first() const { return first_; }

 private:
  std::optional<Finding> first_;
};

}  // namespace novelo::testing
