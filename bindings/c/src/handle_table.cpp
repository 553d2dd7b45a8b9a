#include "handle_table.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

namespace novelo::abi {
namespace {

// A token: generation, place, and a one that no address of anything ends with.
constexpr unsigned place_bits = 20;
constexpr unsigned generation_shift = place_bits + 1;
constexpr std::uint64_t generation_mask =
    (std::uint64_t{1} << (sizeof(Token) * 8 - generation_shift)) - 1;

// A place's word: generation above, who is inside below. Odd generations live.
constexpr unsigned inside_bits = 16;
constexpr std::uint64_t alone = (std::uint64_t{1} << inside_bits) - 1;

constexpr std::uint32_t chunk_size = 1024;
constexpr std::uint32_t chunk_count = most_handles / chunk_size;
constexpr std::uint32_t no_place = most_handles;
static_assert(most_handles == 1U << place_bits);

struct Place {
  std::atomic<std::uint64_t> word{0};
  Kind kind = Kind::none;  // of whoever is inside, as the object
  void* object = nullptr;
  std::uint32_t next = no_place;  // the next free one; under the lock
};

using Chunk = std::array<Place, chunk_size>;

// Chunks are made when they are needed and stay: whoever holds an old handle may look at one.
constinit std::array<std::atomic<Chunk*>, chunk_count> chunks{};
constinit std::mutex lock;
constinit std::uint32_t first_free = no_place;
constinit std::uint32_t places = 0;
constinit std::atomic<std::uint32_t> living{0};

std::uint64_t generation_of(std::uint64_t word) {
  return word >> inside_bits;
}
std::uint64_t word_of(std::uint64_t generation, std::uint64_t inside) {
  return generation << inside_bits | inside;
}

std::uint32_t place_number(Token token) {
  return static_cast<std::uint32_t>(token >> 1U) & (most_handles - 1);
}
Token token_of(std::uint64_t generation, std::uint32_t number) {
  return static_cast<Token>(generation) << generation_shift | static_cast<Token>(number) << 1U | 1U;
}

// Nothing where no handle has ever been.
Place* place_at(std::uint32_t number) {
  Chunk* const chunk = chunks[number / chunk_size].load(std::memory_order_acquire);
  return chunk == nullptr ? nullptr : &(*chunk)[number % chunk_size];
}

Error bad_handle(Kind kind) {
  return {ErrorCode::invalid, "bad_handle", "This is no living handle of the kind that is due.",
          to_string(kind), "Give a handle that was not freed, of the right kind."};
}
Error in_use(Kind kind) {
  return {ErrorCode::reentrant, "in_use", "Somebody is inside it already.", to_string(kind),
          "Call from one thread at a time, and not from inside a callback."};
}

// A place that nobody has, or `no_place`. Under the lock.
std::uint32_t free_place() {
  if (first_free != no_place) {
    const std::uint32_t number = first_free;
    first_free = place_at(number)->next;
    return number;
  }
  if (places == most_handles) return no_place;
  if (places % chunk_size == 0) {
    chunks[places / chunk_size].store(std::make_unique<Chunk>().release(),
                                      std::memory_order_release);
  }
  return places++;
}

}  // namespace

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::error: return "error";
    case Kind::store: return "store";
    case Kind::engine: return "engine";
    case Kind::answer: return "answer";
    case Kind::handouts: return "handouts";
    case Kind::items: return "items";
    case Kind::backup: return "backup";
    case Kind::recorder: return "recorder";
    case Kind::runner: return "runner";
    default: return "handle";
  }
}

Result<Token> add_handle(Kind kind, void* object) {
  const std::scoped_lock guard(lock);
  const std::uint32_t number = free_place();
  if (number == no_place) {
    return fail({ErrorCode::limit, "too_many_handles", "More handles live than there may be.",
                 to_string(kind), "Free what is not needed any more."});
  }
  Place& place = *place_at(number);
  place.kind = kind;
  place.object = object;
  const std::uint64_t generation =
      (generation_of(place.word.load(std::memory_order_relaxed)) + 1) & generation_mask;
  place.word.store(word_of(generation, 0), std::memory_order_release);
  living.fetch_add(1, std::memory_order_relaxed);
  return token_of(generation, number);
}

Result<void*> enter_handle(Token token, Kind kind, Access access) {
  const std::uint64_t generation = token >> generation_shift;
  Place* const place = (token & 1U) == 0 ? nullptr : place_at(place_number(token));
  if (place == nullptr || (generation & 1U) == 0) return fail(bad_handle(kind));
  std::uint64_t word = place->word.load(std::memory_order_relaxed);
  while (true) {
    if (generation_of(word) != generation) return fail(bad_handle(kind));
    const std::uint64_t inside = word & alone;
    // One below `alone` is left free, so that no crowd of readers looks like somebody alone.
    if (inside >= alone - 1 || (access == Access::alone && inside != 0)) return fail(in_use(kind));
    const std::uint64_t entered = word_of(generation, access == Access::alone ? alone : inside + 1);
    if (place->word.compare_exchange_weak(word, entered, std::memory_order_acquire,
                                          std::memory_order_relaxed)) {
      break;
    }
  }
  if (place->kind == kind) return place->object;
  leave_handle(token, access);
  return fail(bad_handle(kind));
}

void leave_handle(Token token, Access access) noexcept {
  const std::uint64_t inside = access == Access::alone ? alone : 1;
  place_at(place_number(token))->word.fetch_sub(inside, std::memory_order_release);
}

void remove_handle(Token token) noexcept {
  const std::uint32_t number = place_number(token);
  const std::scoped_lock guard(lock);
  Place& place = *place_at(number);
  place.kind = Kind::none;
  place.object = nullptr;
  const std::uint64_t generation = (token >> generation_shift) + 1;
  place.word.store(word_of(generation & generation_mask, 0), std::memory_order_release);
  place.next = first_free;
  first_free = number;
  living.fetch_sub(1, std::memory_order_relaxed);
}

std::uint32_t live_handles() noexcept {
  return living.load(std::memory_order_relaxed);
}

}  // namespace novelo::abi
