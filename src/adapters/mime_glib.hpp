// GMime's objects owned as C++ values, and its one initialisation.
#pragma once

#include <gmime/gmime.h>

#include <memory>
#include <string>

namespace novelo::mime {

// GMime keeps global tables and must be initialised once before anything else of it is used.
inline void ensure_gmime() {
  static const bool ready = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(ready);
}

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class Object>
using Owned = std::unique_ptr<Object, Unref>;

struct GFree {
  void operator()(void* memory) const { g_free(memory); }
};
using OwnedText = std::unique_ptr<char, GFree>;

inline std::string text_of(const char* text) {
  return text == nullptr ? std::string() : text;
}

}  // namespace novelo::mime
