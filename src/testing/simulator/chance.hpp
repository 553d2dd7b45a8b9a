// Chance: numbers that look random and are the same for the same seed, on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace novelo::testing {

// One number from several, mixed so that neighbours have nothing in common (the finaliser of
// SplitMix64).
constexpr std::uint64_t mixed(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t state = 0;
  for (const std::uint64_t part : parts) {
    state += part + 0x9E3779B97F4A7C15ULL;
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9ULL;
    state = (state ^ (state >> 27)) * 0x94D049BB133111EBULL;
    state ^= state >> 31;
  }
  return state;
}

class Chance {
 public:
  explicit constexpr Chance(std::initializer_list<std::uint64_t> seed) : state_(mixed(seed)) {}

  constexpr std::uint64_t next() { return mixed({state_ += 0x9E3779B97F4A7C15ULL}); }
  // 0 <= number < `end`; 0 when there is nothing to choose from.
  constexpr std::uint64_t below(std::uint64_t end) { return end == 0 ? 0 : next() % end; }
  constexpr bool percent(std::uint64_t of_a_hundred) { return below(100) < of_a_hundred; }
  // Null when there is nothing to choose from.
  template <class List>
  auto pick(List& from) -> decltype(&*std::begin(from)) {
    const std::size_t count = std::size(from);
    if (count == 0) return nullptr;
    return &*std::next(std::begin(from), static_cast<std::ptrdiff_t>(below(count)));
  }
  template <class T>
  constexpr T one_of(std::initializer_list<T> from) {
    return *(from.begin() + below(from.size()));
  }

 private:
  std::uint64_t state_;
};

}  // namespace novelo::testing
