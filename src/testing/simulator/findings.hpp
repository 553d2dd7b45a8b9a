// Findings: the first thing in a run that must never be.
#pragma once

#include <cstdint>
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

// What a finding is about. Nearly everything always holds: it is put into words only where it does
// not.
struct Named {
  std::string_view what;
  std::uint64_t number = 0;
  std::string_view of = {};  // "conversation", where the number is one of its own
  std::uint64_t owner = 0;
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

template <>
struct fmt::formatter<novelo::testing::Named> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const novelo::testing::Named& one, Context& context) const {
    if (one.of.empty()) return fmt::format_to(context.out(), "{} {}", one.what, one.number);
    return fmt::format_to(context.out(), "{} {} of {} {}", one.what, one.number, one.of, one.owner);
  }
};
