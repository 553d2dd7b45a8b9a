// Findings: the first thing in a run that must never be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  bool any() const { return first_.has_value(); }
  const std::optional<Finding>& first() const { return first_; }

 private:
  std::optional<Finding> first_;
};

}  // namespace novelo::testing
