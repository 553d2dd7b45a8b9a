// This program's operator new, which can fail. The sanitizers have their own, which must stay.
#include <cstdlib>
#include <new>

#include "crash/memory_faults.hpp"

namespace {

void* allocate(std::size_t bytes) {
  if (novelo::crash::may_allocate()) {
    if (void* const room = std::malloc(bytes == 0 ? 1 : bytes); room != nullptr) return room;
  }
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) {
  return allocate(bytes);
}
void* operator new[](std::size_t bytes) {
  return allocate(bytes);
}
void operator delete(void* room) noexcept {
  std::free(room);
}
void operator delete[](void* room) noexcept {
  std::free(room);
}
void operator delete(void* room, std::size_t) noexcept {
  std::free(room);
}
void operator delete[](void* room, std::size_t) noexcept {
  std::free(room);
}
