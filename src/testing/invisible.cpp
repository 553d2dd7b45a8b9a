#include "testing/invisible.hpp"

#include <algorithm>
#include <array>

namespace novelo::testing {

bool is_harmless_format(std::int32_t scalar) {
  // Soft hyphen, zero-width space, joiners, marks of direction, word joiner, byte order mark.
  constexpr std::array<std::int32_t, 9> single{0x00AD, 0x061C, 0x200B, 0x200C, 0x200D,
                                               0x200E, 0x200F, 0x2060, 0xFEFF};
  constexpr std::int32_t first_tag = 0xE0020;
  constexpr std::int32_t last_tag = 0xE007F;
  return (scalar >= first_tag && scalar <= last_tag) ||
         std::find(single.begin(), single.end(), scalar) != single.end();
}

}  // namespace novelo::testing
