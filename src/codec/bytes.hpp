// A member that is bytes, as the field lists name it: `v("body", AsBytes{x.body})`. In JSON it is a
// text under its name where it is UTF-8, else base64 under the name with "_b64" behind it.
#pragma once

#include <string>
#include <string_view>

namespace novelo::codec {

template <class Text>  // std::string, or const
struct AsBytes {
  Text& text;
};
template <class Text>
AsBytes(Text&) -> AsBytes<Text>;

inline std::string bytes_member(std::string_view name) {
  return std::string(name) + "_b64";
}

}  // namespace novelo::codec
