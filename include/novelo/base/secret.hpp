// Secret: text that cannot be printed, compared by accident or stored by accident, and that is
// wiped from memory when its last copy goes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace novelo {

// Overwrites memory in a way that no compiler leaves out.
void wipe(void* memory, std::size_t bytes) noexcept;

// Wipes what it gives back. Only a container that moves by pointer and holds nothing inside itself
// is safe with it: a vector, never a string.
template <class T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() = default;
  template <class Other>
  explicit WipingAllocator(const WipingAllocator<Other>&) noexcept {}

  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    wipe(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) = default;
};

class Secret {
 public:
  Secret() = default;
  // Copies the text, and wipes the one that it was given.
  explicit Secret(std::string text) : text_(text.begin(), text.end()) {
    wipe(text.data(), text.size());
  }

  // The only way to the text, named so that a review finds each use.
  std::string_view reveal() const { return {text_.data(), text_.size()}; }
  bool empty() const { return text_.empty(); }

  // Secrets are checked in constant time by base/digest.hpp, never with ==.
  friend bool operator==(const Secret&, const Secret&) = delete;

 private:
  std::vector<char, WipingAllocator<char>> text_;
};

// What every log, error and print shows in its place.
inline std::string_view to_string(const Secret&) {
  return "[secret]";
}

}  // namespace novelo
