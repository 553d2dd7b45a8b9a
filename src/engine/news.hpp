// News: of which moment a telephone system last told of a thing, so that what was overtaken on its
// way counts for nothing. Its clock may be wrong, for once or always: a moment that has yet to come
// is kept as the one in which it was told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/turn.hpp"

namespace novelo {

class News {
 public:
  // Of one thing at a connection: of its calls as a whole ("report"), or of a "device" by its name.
  News(Turn& turn, std::string_view what, const ConnectionName& connection,
       std::string_view name = {});

  // The moment that was told of last.
  std::optional<Timestamp> last() const;
  // Whether the last were told before this question was put: its answer is newer, by any clock.
  bool are_before(EffectId question) const;
  // Told of this moment (none: its time is not known), knowing of all that has ids up to `number`.
  void keep(std::optional<Timestamp> at, std::uint64_t number);

 private:
  void put(const std::string& key, std::uint64_t value);

  Turn& turn_;
  std::string at_;
  std::string of_;
};

// When it happened, by their clock, which is the one to compare with other times of theirs. A time
// that lies further ahead than any zone is no time: then it was when we heard of it.
Timestamp by_their_clock(std::optional<Timestamp> told, Timestamp heard);

}  // namespace novelo
